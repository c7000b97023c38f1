package rules

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

var singleFacility = analyzer.Define(analyzer.Spec{
	ID:       "single-facility",
	Severity: analyzer.High,
	Subject:  "node that claims to survive a loss, and no kind of place of which two are populated",
	Doc:      singleFacilityDoc,
	Cure:     analyzer.Cure{Of: aboutClaims},
	Folds: []analyzer.Fold{
		{Under: "single-facility", When: samePlaceWithClaims},
		{Under: "single-instance", When: allWithOneInstance, Victim: func(f *analyzer.Finding) depgraph.ID { return f.Nodes[0] }},
		{Under: "single-facility", When: aloneInAWiderPlace, Ordered: true, Victim: func(f *analyzer.Finding) depgraph.ID { return f.Nodes[0] }},
	},
}, analyzer.NoParams, runSingleFacility)

var singleFacilityDoc = analyzer.Doc{
	Title: "A node that claims to survive the loss of a place goes down with one place",
	Text: `A product can run in three facilities and still go down with one of them, because something that it needs
runs only there. For every kind of place that a node claims to survive, each place of that kind is lost in turn. Where
claimants go down, the finding names the culprit: the node that stands nowhere else and takes them along. Where
several such nodes stand in one narrower place (forty services in one cluster in one zone), that place is the
culprit. Culprits that only do it together, such as both replicas of a database in one zone, are one joint
finding. Nodes without a claim give one low advisory for each place.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "facility:north"}
- {id: "facility:south"}
- id: service:checkout
  ga: true
  survives: [facility]
  in: [facility:north, facility:south]
  needs: [queue:orders]
- id: queue:orders
  in: [facility:north]
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "facility:north"}
- {id: "facility:south"}
- id: service:checkout
  ga: true
  survives: [facility]
  in: [facility:north, facility:south]
  needs: [queue:orders]
- id: queue:orders
  in: [facility:north, facility:south]
`,
	Remedy: "Let the culprit stand in a second place, let its users go on without it (ifLost: degraded, lasts), or withdraw the claim.",
	Limits: `It is as right as the places that the inputs give: a node without a placement stands nowhere and goes down with
no place. Culprits of which more than three are needed are not named; the place is reported alone. Of a kind with more than
20 places that take others along, the advisories list the 20 that take most.`,
	Since: "0.1.0",
}

// samePlaceWithClaims folds an advisory under a finding about claims on that place.
func samePlaceWithClaims(f, cause *analyzer.Finding) string {
	if f.Severity > analyzer.Low || len(f.Root) != 1 || !slices.Contains(cause.Root, f.Root[0]) {
		return ""
	}
	return fmt.Sprintf("%s also takes nodes down that claim to survive its loss", f.Root[0])
}

// aloneInAWiderPlace folds an advisory about a single node, which shares its fate with
// nobody, under that of the place that takes it and others.
func aloneInAWiderPlace(f, cause *analyzer.Finding) string {
	if f.Severity > analyzer.Low || cause.Severity > analyzer.Low || len(f.Nodes) > 1 || len(cause.Nodes) == 1 {
		return ""
	}
	return fmt.Sprintf("%s takes it down too, and others with it", cause.Root[0])
}

// allWithOneInstance folds an advisory under an instance that stands there and takes
// down the same: it is the instance that is to be doubled.
func allWithOneInstance(f, cause *analyzer.Finding) string {
	if f.Severity > analyzer.Low || cause.Claim.State != analyzer.IsDown || !slices.Contains(f.Nodes, cause.Root[0]) {
		return ""
	}
	for _, id := range f.Nodes {
		if _, found := slices.BinarySearchFunc(cause.Nodes, id, depgraph.ID.Compare); !found && id != cause.Root[0] {
			return ""
		}
	}
	return fmt.Sprintf("%s, which has one replica there, takes all the others down", cause.Root[0])
}

// aboutClaims leaves advisories out: where nobody claims anything there is nothing to mend yet.
func aboutClaims(f *analyzer.Finding) bool { return f.Severity > analyzer.Low }

func runSingleFacility(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	gr, err := analyzer.Get(ctx, pass, groundFact)
	if err != nil {
		return err
	}
	losses, err := analyzer.Get(ctx, pass, placeLossesFact)
	if err != nil {
		return err
	}
	s := &facilityScan{pass: pass, e: e, ground: gr, losses: losses}
	if err := s.claimed(ctx); err != nil {
		return err
	}
	for _, f := range s.narrowest() {
		s.report(f)
	}
	s.advise()
	return nil
}

// facilityScan collects what goes down with one place in spite of a claim.
type facilityScan struct {
	pass   *analyzer.Pass
	e      *estate
	ground *ground
	losses map[node]*simulate.Loss
	found  []facilityFinding
}

type facilityFinding struct {
	culprit
	place  node
	search *culpritSearch
}

// claimed loses each place of each claimed kind, and each claimed node.
func (s *facilityScan) claimed(ctx context.Context) error {
	for _, kind := range s.e.claims.kinds {
		claimants := s.e.claims.ofKind[kind]
		s.judged(claimants)
		for _, p := range s.e.byKind[kind] {
			if err := ctx.Err(); err != nil {
				return err
			}
			s.lose(p, claimants)
		}
	}
	for _, p := range s.e.claims.ids {
		s.judged(s.e.claims.ofNode[p])
		s.lose(p, s.e.claims.ofNode[p])
	}
	return nil
}

func (s *facilityScan) judged(nodes []node) {
	for _, n := range nodes {
		s.pass.Judged(s.e.g.ID(n))
	}
}

// lose notes the culprits by which claimants go down with p.
func (s *facilityScan) lose(p node, claimants []node) {
	lost := s.losses[p]
	if lost == nil {
		lost = s.e.model.Lose(p)
	}
	var victims []node
	for _, v := range claimants {
		if v != p && s.e.falls(lost, v) {
			victims = append(victims, v)
		}
	}
	if len(victims) == 0 {
		return
	}
	search := &culpritSearch{e: s.e, ground: s.ground, losses: s.losses, p: p, lost: lost, state: simulate.Down, victims: victims}
	for _, c := range search.find() {
		s.found = append(s.found, facilityFinding{c, p, search})
	}
}

// narrowest drops a wider place where the same culprit takes the same claimants
// along with a narrower one.
func (s *facilityScan) narrowest() []facilityFinding {
	size := map[node]int{}
	for _, f := range s.found {
		size[f.place] = len(f.search.lost.List(simulate.Down))
	}
	slices.SortStableFunc(s.found, func(a, b facilityFinding) int {
		return cmp.Or(slices.Compare(a.nodes, b.nodes), cmp.Compare(size[a.place], size[b.place]), cmp.Compare(a.place, b.place))
	})
	var out []facilityFinding
	for _, f := range s.found {
		for i := range out {
			o := &out[i]
			if len(f.nodes) == 0 || !slices.Equal(o.nodes, f.nodes) || o.place == f.place || !f.search.lost.Is(simulate.Down, o.place) {
				continue
			}
			both := slices.DeleteFunc(slices.Clone(f.takes), func(v node) bool { return !s.e.falls(o.search.lost, v) })
			o.takes = union(o.takes, both)
			f.takes = slices.DeleteFunc(slices.Clone(f.takes), func(v node) bool { return has(both, v) })
		}
		if len(f.takes) > 0 {
			out = append(out, f)
		}
	}
	return out
}

// report words a finding about claimants.
func (s *facilityScan) report(f facilityFinding) {
	e := s.e
	severity := analyzer.High
	shown := f.takes[0]
	for _, v := range f.takes {
		if e.grave(v) {
			severity, shown = analyzer.Critical, v
			break
		}
	}
	proof := f.search.proof(f.culprit, shown)
	root := e.ids(append(slices.Clone(f.nodes), f.place))
	place := e.g.ID(f.place)
	victims := e.ids(f.takes)
	s.pass.Report(analyzer.Finding{
		Severity: severity,
		Title:    s.title(f, place, victims),
		Remedy:   s.remedy(f, place),
		Root:     root,
		Nodes:    victims,
		Proof:    proof,
		Claim: analyzer.Claim{
			Failed: []depgraph.ID{place}, Then: []depgraph.ID{e.g.ID(shown)}, State: analyzer.IsDown,
			Because: fmt.Sprintf("%s claims to survive %s", e.g.ID(shown), s.claim(shown, place)),
		},
	})
}

// claim says which claim of v the loss of the place breaks.
func (s *facilityScan) claim(v node, place depgraph.ID) string {
	if slices.Contains(s.e.g.At(v).Survives, string(place.Kind)) {
		return fmt.Sprintf("the loss of any one %s", place.Kind)
	}
	for _, what := range s.e.g.At(v).Survives {
		if what == place.String() {
			return "the loss of " + what
		}
	}
	return "the loss of a wider place around " + place.String()
}

func (s *facilityScan) title(f facilityFinding, place depgraph.ID, victims []depgraph.ID) string {
	culprits := s.e.ids(f.nodes)
	own := len(f.nodes) == 1 && slices.Equal(f.nodes, f.takes)
	takes := fmt.Sprintf("%s to survive its loss", claimVerb(victims))
	switch {
	case !place.Kind.IsPlace():
		return fmt.Sprintf("%s takes down %s, which %s", place, names(victims), takes)
	case len(culprits) == 0:
		return fmt.Sprintf("%s takes down %s, which %s", place, names(victims), takes)
	case own:
		return fmt.Sprintf("%s stands only in %s, and claims to survive its loss", culprits[0], place)
	case len(culprits) == 1:
		return fmt.Sprintf("%s stands only in %s and takes down %s, which %s", culprits[0], place, names(victims), takes)
	}
	return fmt.Sprintf("%s all stand in %s and together take down %s, which %s", names(culprits), place, names(victims), takes)
}

func claimVerb(victims []depgraph.ID) string { return verb(len(victims), "claims", "claim") }

func (s *facilityScan) remedy(f facilityFinding, place depgraph.ID) string {
	culprits := s.e.ids(f.nodes)
	switch {
	case !place.Kind.IsPlace() || len(culprits) == 0:
		return fmt.Sprintf("Let them go on without %s, or withdraw the claim.", place)
	case len(culprits) == 1:
		return fmt.Sprintf("Let %s stand in a second %s, or let its users go on without it.", culprits[0], place.Kind)
	}
	return fmt.Sprintf("Let one of %s stand in another %s.", names(culprits), place.Kind)
}

// maxAdvisories is the number of advisories for one kind of place.
const maxAdvisories = 20

// advise reports what nodes without claims lose with one place; of places that
// take the same nodes, with the narrowest.
func (s *facilityScan) advise() {
	var all []facilityFinding
	for _, kind := range s.ground.spreadKinds(s.ground.own) {
		all = append(all, s.advisories(kind)...)
	}
	narrower := s.e.narrower(s.losses)
	slices.SortStableFunc(all, func(a, b facilityFinding) int { return narrower(a.place, b.place) })
	var seen [][]node
	for _, a := range all {
		same := func(victims []node) bool { return slices.Equal(victims, a.takes) }
		if !slices.ContainsFunc(seen, same) {
			seen = append(seen, a.takes)
			s.advisory(a)
		}
	}
}

// advisories lists the places of a kind that take nodes without claims along, the
// largest only where there are very many; by id.
func (s *facilityScan) advisories(kind depgraph.Kind) []facilityFinding {
	var all []facilityFinding
	for _, p := range s.e.byKind[kind] {
		if !s.ground.own[p] {
			continue
		}
		var victims []node
		for _, v := range s.losses[p].List(simulate.Down) {
			if v != p && !s.e.isPlace(v) && !s.e.claims.claiming[v] && s.e.falls(s.losses[p], v) {
				victims = append(victims, v)
			}
		}
		if len(victims) > 0 {
			all = append(all, facilityFinding{culprit: culprit{takes: victims}, place: p})
		}
	}
	if len(all) > maxAdvisories {
		slices.SortStableFunc(all, func(a, b facilityFinding) int { return cmp.Compare(len(b.takes), len(a.takes)) })
		all = all[:maxAdvisories]
		slices.SortFunc(all, func(a, b facilityFinding) int { return cmp.Compare(a.place, b.place) })
	}
	return all
}

func (s *facilityScan) advisory(a facilityFinding) {
	e := s.e
	s.judged(a.takes)
	lost := s.losses[a.place]
	shown := a.takes[0]
	beyond := 0
	for _, v := range a.takes {
		if !s.ground.encloses(a.place, v) {
			if beyond == 0 {
				shown = v
			}
			beyond++
		}
	}
	place := e.g.ID(a.place)
	title := fmt.Sprintf("%s takes down %s", place, count(len(a.takes), "node without a claim", "nodes without a claim"))
	if beyond > 0 {
		title += fmt.Sprintf(", %d of which could stand elsewhere", beyond)
	}
	s.pass.Report(analyzer.Finding{
		Severity: analyzer.Low,
		Title:    title,
		Remedy:   fmt.Sprintf("Say what must survive the loss of a %s (survives: [%s]), and spread it.", place.Kind, place.Kind),
		Root:     []depgraph.ID{place},
		Nodes:    e.ids(a.takes),
		Proof:    lost.Proof(simulate.Down, shown),
		Claim: analyzer.Claim{
			Failed: []depgraph.ID{place}, Then: []depgraph.ID{e.g.ID(shown)}, State: analyzer.IsDown,
			Because: "no claim says whether it should survive",
		},
	})
}
