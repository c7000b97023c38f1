package rules

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

var untestedLoss = analyzer.Define(analyzer.Spec{
	ID:       "untested-loss",
	Severity: analyzer.Medium,
	Subject:  "place that somebody claims to survive, drill, or way to recover",
	Doc:      untestedLossDoc,
}, untestedLossDefaults, runUntestedLoss)

var untestedLossDoc = analyzer.Doc{
	Title: "A loss that is claimed to be survived was never tried",
	Text: `Tests had taken out each other facility, and both, and a part of the third; never the third as a whole. For each kind of place that
somebody claims to survive, or that was ever drilled, the places whose whole loss was never drilled, drilled only in part,
or longer ago than the limit are one finding. The ways to recover that no drill ever exercised are another one.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:shop", survives: [facility], in: ["facility:north", "facility:south"]}
- {id: "facility:north"}
- {id: "facility:south"}
drills:
- {date: 2026-05-10, fails: ["facility:north"], scope: whole}
- {date: 2026-05-11, fails: ["facility:south"], scope: part}
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:shop", survives: [facility], in: ["facility:north", "facility:south"]}
- {id: "facility:north"}
- {id: "facility:south"}
drills:
- {date: 2026-05-10, fails: ["facility:north"], scope: whole}
- {date: 2026-05-12, fails: ["facility:south"], scope: whole}
`,
	Remedy: "Take the whole place out, on a day that you choose, with the people who would be there at night; and exercise each way to recover.",
	Limits: "It knows only the drills that the inputs list. A drill of a wider place, or of several, counts for what stands in them. Ages count to --now, else to the newest date in the inputs.",
	Since:  "0.1.0",
}

type untestedLossParams struct {
	LimitDays int `json:"limitDays"` // how long a drill counts; 0 is for ever
}

func untestedLossDefaults() untestedLossParams { return untestedLossParams{LimitDays: 365} }

func runUntestedLoss(ctx context.Context, pass *analyzer.Pass, p untestedLossParams) error {
	if p.LimitDays < 0 {
		return &analyzer.ParamsError{Rule: "untested-loss", Err: fmt.Errorf("limitDays: %d is no number of days", p.LimitDays)}
	}
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	gr, err := analyzer.Get(ctx, pass, groundFact)
	if err != nil {
		return err
	}
	now := pass.Now
	if now.IsZero() {
		now = e.g.NewestDate()
	}
	s := &drillScan{pass: pass, e: e, now: now, limit: days(p.LimitDays)}
	for _, d := range e.g.Drills() {
		s.gone = append(s.gone, failed(e, gr, d))
	}
	for _, places := range s.losses() {
		s.places(places)
	}
	s.ways()
	return nil
}

// days is as many days, or as long as a duration lasts.
func days(n int) time.Duration {
	const day = 24 * time.Hour
	return time.Duration(min(n, int(math.MaxInt64/day))) * day
}

type drillScan struct {
	pass  *analyzer.Pass
	e     *estate
	gone  [][]node // by drill: what it failed
	now   time.Time
	limit time.Duration // 0: for ever
}

// failed lists what a drill failed, and what stands in that and nowhere else; ascending.
func failed(e *estate, gr *ground, d depgraph.Drill) []node {
	var fails []node
	for _, id := range d.Fails {
		if x, known := e.g.Index(id); known {
			fails = append(fails, x)
		}
	}
	slices.Sort(fails)
	fails = slices.Compact(fails)
	fails = append(fails, gr.fill(fails...)...)
	slices.Sort(fails)
	return slices.Compact(fails)
}

// losses lists the places that somebody claims to survive, and all those of a kind
// that somebody claims to survive or that was ever drilled: by kind, in alphabetical order.
func (s *drillScan) losses() [][]node {
	whole := slices.Clone(s.e.claims.kinds)
	for _, d := range s.e.g.Drills() {
		for _, id := range d.Fails {
			whole = append(whole, id.Kind)
		}
	}
	var losses [][]node
	for _, kind := range slices.Sorted(maps.Keys(s.e.byKind)) {
		places := s.e.byKind[kind]
		if !slices.Contains(whole, kind) {
			places = slices.DeleteFunc(slices.Clone(places), func(p node) bool { return len(s.e.claims.ofNode[p]) == 0 })
		}
		if len(places) > 0 {
			losses = append(losses, places)
		}
	}
	return losses
}

// untested is a place whose loss nobody knows, and why.
type untested struct {
	place node
	edge  depgraph.Edge // who stands there
	why   string
}

// places reports those of some places of one kind whose whole loss was not drilled of
// late. A place in which nothing stands is lost without anybody noticing.
func (s *drillScan) places(all []node) {
	e := s.e
	kind := e.g.ID(all[0]).Kind
	var found []untested
	for _, p := range all {
		edge, stands := s.occupant(p)
		if !stands {
			continue
		}
		s.pass.Judged(e.g.ID(p))
		if why := s.why(p); why != "" {
			found = append(found, untested{p, edge, why})
		}
	}
	if len(found) == 0 {
		return
	}
	var places []node
	var proof []depgraph.Edge
	var texts []string
	for i, u := range found {
		places = append(places, u.place)
		if i < shown {
			proof = append(proof, u.edge)
			texts = append(texts, fmt.Sprintf("%s %s", e.g.ID(u.place), u.why))
		}
	}
	if more := len(found) - shown; more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	s.pass.Report(analyzer.Finding{
		Title:  fmt.Sprintf("the whole loss of %s is untested: %s", count(len(found), string(kind), plural(kind)), enumerate(texts)),
		Remedy: fmt.Sprintf("Drill the whole loss of %s.", names(e.ids(places))),
		Root:   []depgraph.ID{{Kind: kind, Name: "*"}}, Nodes: e.ids(places), Proof: proof,
		Claim: analyzer.Claim{
			Then: e.ids(places[:min(len(places), shown)]), State: analyzer.IsStated, Because: s.because(kind, places),
		},
	})
}

// because says why the losses of some places of a kind should have been tried.
func (s *drillScan) because(kind depgraph.Kind, places []node) string {
	if who := s.e.claims.ofKind[kind]; len(who) > 0 {
		return fmt.Sprintf("%s %s to survive the loss of any one %s", names(s.e.ids(who)), verb(len(who), "claims", "claim"), kind)
	}
	var who []node
	for _, p := range places {
		who = append(who, s.e.claims.ofNode[p]...)
	}
	slices.Sort(who)
	if who = slices.Compact(who); len(who) > 0 {
		return fmt.Sprintf("%s %s to survive their loss", names(s.e.ids(who)), verb(len(who), "claims", "claim"))
	}
	return fmt.Sprintf("places of kind %s were drilled", kind)
}

func plural(kind depgraph.Kind) string {
	if kind == depgraph.KindFacility {
		return "facilities"
	}
	return string(kind) + "s"
}

// occupant returns an edge by which something stands in p or needs it: first of a
// node that claims to survive its loss, else the first there is.
func (s *drillScan) occupant(p node) (depgraph.Edge, bool) {
	var first depgraph.Edge
	found := false
	for _, r := range s.e.g.Naming(p) {
		t := s.e.g.Terms(r)
		if t.IfLost == depgraph.Unaffected || s.e.isGroup(s.e.g.Owner(r)) {
			continue
		}
		claims := s.e.survives(s.e.g.Owner(r), p)
		if claims || !found {
			first, found = s.e.g.Edge(r, p, t.Phases.List()[0]), true
		}
		if claims {
			break
		}
	}
	return first, found
}

// why says why the loss of p counts as untested; "" where it does not.
func (s *drillScan) why(p node) string {
	var last time.Time
	partly := false
	for i, d := range s.e.g.Drills() {
		if !has(s.gone[i], p) || d.Date.After(s.now) {
			continue
		}
		if d.Partly {
			partly = true
		} else if d.Date.After(last) {
			last = d.Date
		}
	}
	switch {
	case !last.IsZero() && (s.limit == 0 || s.now.Sub(last) <= s.limit):
		return ""
	case !last.IsZero():
		return fmt.Sprintf("was last drilled on %s", last.Format(time.DateOnly))
	case partly:
		return "was drilled only in part"
	}
	return "was never drilled"
}

// ways reports the ways to recover that no drill exercised.
func (s *drillScan) ways() {
	e := s.e
	exercised := map[depgraph.ID]bool{}
	for _, d := range e.g.Drills() {
		for _, id := range d.Covers {
			exercised[id] = exercised[id] || !d.Date.After(s.now)
		}
	}
	var ways []node
	var proof []depgraph.Edge
	for r := range req(e.g.Requirements()) {
		t := e.g.Terms(r)
		if !t.Phases.Has(depgraph.Recover) || t.IfLost == depgraph.Unaffected || e.isGroup(e.g.Owner(r)) {
			continue
		}
		for _, n := range e.needsBy(r, e.matters) {
			way := n.member()
			s.pass.Judged(e.g.ID(way))
			if exercised[e.g.ID(way)] || slices.Contains(ways, way) {
				continue
			}
			if len(ways) < shown {
				proof = append(proof, e.g.Edge(r, n.steps[0].Member, depgraph.Recover))
				for _, step := range n.steps[1:] {
					proof = append(proof, e.g.Edge(step.Req, step.Member, e.g.Terms(step.Req).Phases.List()[0]))
				}
			}
			ways = append(ways, way)
		}
	}
	if len(ways) == 0 {
		return
	}
	first := e.ids(ways[:min(len(ways), shown)])
	slices.Sort(ways)
	s.pass.Report(analyzer.Finding{
		Title:  fmt.Sprintf("%s never exercised: %s", count(len(ways), "way to recover was", "ways to recover were"), names(e.ids(ways))),
		Remedy: fmt.Sprintf("Exercise %s in a drill, and list %s under covers.", names(e.ids(ways)), verb(len(ways), "it", "them")),
		Root:   []depgraph.ID{{Kind: "way", Name: "*"}}, Nodes: e.ids(ways), Proof: proof,
		Claim: analyzer.Claim{Then: first, State: analyzer.IsStated, Because: "a way that was never tried is a hope"},
	})
}
