package rules

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

var hollowRedundancy = analyzer.Define(analyzer.Spec{
	ID:       "hollow-redundancy",
	Severity: analyzer.Medium,
	Subject:  "requirement with more members than it needs",
	Doc:      hollowRedundancyDoc,
	Cure:     analyzer.Cure{Of: analyzer.Always},
	Folds: []analyzer.Fold{
		{Under: "single-facility", When: samePlaceOnTheSameWay, Victim: firstVictim},
		{Under: "hollow-redundancy", When: sameSparesBroken, Victim: firstVictim, Ordered: true},
	},
}, analyzer.NoParams, runHollowRedundancy)

var hollowRedundancyDoc = analyzer.Doc{
	Title: "One loss takes all the alternatives",
	Text: `Two feeds and ten generators behind one protection relay are one power supply. For every requirement with a member to
spare, in any phase, each single node is lost: where that alone leaves too few members, the redundancy is hollow, and the
node is its common cause. The different services that one gateway routes to are no spare ones. Findings are grouped by the cause that comes first: one whose loss takes the others down. It is high where
the owner claims to survive the loss of such a cause, or of a kind of place over which the members are spread on purpose, and low
where only the monitors of a node that claims nothing are broken.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: facility:north
  needs:
  - {anyOf: [power:feed-a, power:feed-b, power:generators], via: powered-by}
- {id: "power:feed-a", needs: ["power:relay"]}
- {id: "power:feed-b", needs: ["power:relay"]}
- {id: "power:generators", needs: ["power:relay"]}
- {id: "power:relay"}
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: facility:north
  needs:
  - {anyOf: [power:feed-a, power:feed-b, power:generators], via: powered-by}
- {id: "power:feed-a", needs: ["power:relay"]}
- {id: "power:feed-b", needs: ["power:relay"]}
- {id: "power:generators"}
- {id: "power:relay"}
`,
	Remedy: "Let one of the alternatives do without the cause, or say that the redundancy is not meant to survive its loss.",
	Limits: `A place that encloses all the alternatives is no finding unless the owner claims to survive its kind: one place is what
they share on purpose. What takes the owner down anyway, a staged update channel, an image (it changes by a roll-out or by a channel of its own) and the owner itself are no causes either. The API server, the
network plugin and the name service that every cluster implies give one low advisory each.`,
	Since: "0.1.0",
}

// samePlaceOnTheSameWay folds the spares that a place takes under the culprit by which it
// takes their owners, which claim to survive it.
func samePlaceOnTheSameWay(f, cause *analyzer.Finding) string {
	if !f.Root[0].Kind.IsPlace() || !slices.Contains(cause.Root, f.Root[0]) || cause.Severity < analyzer.High || !among(f.Nodes, cause) || !shows(cause.Proof, f.Proof) {
		return ""
	}
	return fmt.Sprintf("it is how %s takes %s down", f.Root[0], names(f.Nodes))
}

// sameSparesBroken folds a cause under one that takes the spares of the same nodes,
// and perhaps of others: whoever mends the one looks at the same redundancy.
func sameSparesBroken(f, cause *analyzer.Finding) string {
	if f.Severity > analyzer.Medium || len(f.Nodes) > len(cause.Nodes) {
		return ""
	}
	if len(f.Nodes) == len(cause.Nodes) && analyzer.CompareFindings(*cause, *f) > 0 {
		return ""
	}
	for _, id := range f.Nodes {
		if _, found := slices.BinarySearchFunc(cause.Nodes, id, depgraph.ID.Compare); !found {
			return ""
		}
	}
	return fmt.Sprintf("%s takes the spare members of the same %s", cause.Root[0], verb(len(f.Nodes), "node", "nodes"))
}

func runHollowRedundancy(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	gr, err := analyzer.Get(ctx, pass, groundFact)
	if err != nil {
		return err
	}
	alike, err := analyzer.Get(ctx, pass, alikeFact)
	if err != nil {
		return err
	}
	s := newCauseSearch(pass, e, gr)
	if len(s.redundant) == 0 {
		return nil
	}
	blast, err := analyzer.Get(ctx, pass, blastFact)
	if err != nil {
		return err
	}
	if err := s.find(ctx, s.candidates(alike), blast); err != nil {
		return err
	}
	(&hollowScan{s, blast}).report()
	return nil
}

// hollowScan reports what a search has found.
type hollowScan struct {
	*causeSearch
	blast *simulate.Blast
}

// report makes one finding of each cause.
func (s *hollowScan) report() {
	breaks := map[node][]req{}
	for _, r := range slices.Sorted(maps.Keys(s.roots)) {
		for _, x := range s.roots[r] {
			breaks[x] = append(breaks[x], r)
		}
	}
	for _, x := range slices.Sorted(maps.Keys(breaks)) {
		s.reportCause(x, breaks[x])
	}
}

func (s *hollowScan) reportCause(x node, broken []req) {
	e := s.e
	var victims []node
	for _, r := range broken {
		victims = union(victims, s.e.owners(r))
	}
	// The gravest break is shown; of equally grave ones the first.
	slices.SortStableFunc(broken, func(a, b req) int { return cmp.Compare(s.severity(x, b), s.severity(x, a)) })
	severity, shown, l, proof := s.firstDeclared(x, broken)
	if severity == analyzer.Medium && !slices.ContainsFunc(broken, func(r req) bool { return !s.onlyWatches(r) }) {
		severity = analyzer.Low // as a blind monitor is: rules of one Prometheus are no alternatives on purpose
	}
	r, owner := s.e.lift(l, shown)
	cause := e.g.ID(x)
	members := e.ids(e.members(shown))
	down := e.ids(slices.DeleteFunc(e.members(shown), func(m node) bool { return !l.Is(simulate.Down, m) }))
	lost := ""
	if len(down) < len(members) {
		lost = fmt.Sprintf("%d of the %d ", len(down), len(members))
	}
	others := slices.DeleteFunc(slices.Clone(down), func(id depgraph.ID) bool { return id == cause })
	title := fmt.Sprintf("%s takes down %s, %sof which %s needs %d%s", cause, names(others), lost, e.g.ID(owner),
		e.g.Terms(shown).Need.Of(len(e.g.Members(shown))), to(e.g.Terms(r).Phases))
	if len(others) < len(down) {
		title = fmt.Sprintf("%s takes %s down with it, %sof which %s needs %d%s", cause, names(others), lost, e.g.ID(owner),
			e.g.Terms(shown).Need.Of(len(e.g.Members(shown))), to(e.g.Terms(r).Phases))
	}
	if more := len(broken) - 1; more > 0 {
		title += fmt.Sprintf("; it breaks %s with spare members", count(more, "more requirement", "more requirements"))
	}
	s.pass.Report(analyzer.Finding{
		Severity: severity, Title: title, Root: []depgraph.ID{cause}, Nodes: e.ids(victims), Proof: proof,
		Remedy: fmt.Sprintf("Let %s do without %s.", oneOf(others), cause),
		Claim: analyzer.Claim{
			Failed: []depgraph.ID{cause}, Then: []depgraph.ID{e.g.ID(owner)}, State: analyzer.IsUnmet,
			Because: fmt.Sprintf("%s needs %d of %d and has spare ones", e.g.ID(owner), e.g.Terms(shown).Need.Of(len(e.g.Members(shown))), len(e.g.Members(shown))),
		},
	})
}

// onlyWatches reports whether r is about who sees its owners fail, none of whom is
// generally available, of tier 0 or claims anything.
func (s *hollowScan) onlyWatches(r req) bool {
	owners := s.e.owners(r)
	return s.e.g.Terms(r).Phases == depgraph.PhasesOf(depgraph.Observe) &&
		!slices.ContainsFunc(owners, func(o node) bool { return s.e.grave(o) || s.e.claims.claiming[o] })
}

// severity judges one break.
func (s *hollowScan) severity(x node, r req) analyzer.Severity {
	for _, o := range s.e.owners(r) {
		if s.e.survives(o, x) {
			return analyzer.High
		}
		for _, claim := range s.e.g.At(o).Survives {
			kind := depgraph.Kind(claim)
			if !kind.IsPlace() {
				continue
			}
			var places []node
			for _, m := range s.e.members(r) {
				places = union(places, s.ground.mayStand(m, kind))
			}
			if len(places) > 1 {
				return analyzer.High
			}
		}
	}
	return analyzer.Medium
}

// firstDeclared picks the break to show: the first that does not rest on what a
// cluster implies. Where all of the first do, the finding is an advisory. The loss is
// that of the cause, as far as the break can tell.
func (s *hollowScan) firstDeclared(x node, broken []req) (analyzer.Severity, req, *simulate.Loss, []depgraph.Edge) {
	const tried = 64
	prove := func(l *simulate.Loss, r req) []depgraph.Edge {
		lifted, _ := s.e.lift(l, r)
		return l.ProofUnmet(lifted, s.e.g.Terms(lifted).Phases.List()[0])
	}
	about := s.lossAbout(x, broken[0])
	first := prove(about, broken[0])
	if !slices.ContainsFunc(first, byCluster) {
		return s.severity(x, broken[0]), broken[0], about, first
	}
	if len(broken) > 1 {
		l := s.e.model.Lose(x)
		for _, r := range broken[1:min(tried, len(broken))] {
			if proof := prove(l, r); !slices.ContainsFunc(proof, byCluster) {
				return s.severity(x, r), r, l, proof
			}
		}
	}
	return analyzer.Low, broken[0], about, first
}

// lossAbout loses x for whoever asks about requirement r and what it is felt by alone,
// unless that saves little: of what takes much along they need but a part.
func (s *hollowScan) lossAbout(x node, r req) *simulate.Loss {
	if s.blast.Of(x).Down < s.e.g.Len()/16 {
		return s.e.model.Lose(x)
	}
	return s.e.loseAbout(x, r)
}
