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

var frozenElsewhere = analyzer.Define(analyzer.Spec{
	ID:       "frozen-elsewhere",
	Severity: analyzer.Medium,
	Subject:  "node that is needed to start, to build or to deploy in more than one place",
	Doc:      frozenElsewhereDoc,
	Cure:     analyzer.Cure{Of: analyzer.Always},
	Folds:    []analyzer.Fold{{Under: "hollow-redundancy", When: noneOfTheSparesLeft, Victim: firstVictim}},
}, analyzer.NoParams, runFrozenElsewhere)

// noneOfTheSparesLeft folds what a place freezes under the place where that takes all
// the alternatives: it is those that should stand apart. Of a victim that the proof does not
// show nobody knows whether alternatives are what it lacks.
func noneOfTheSparesLeft(f, cause *analyzer.Finding) string {
	if !slices.Equal(f.Claim.Failed, cause.Root) || !among(f.Nodes, cause) || !shows(cause.Proof, f.Proof) || !ownersOf(f.Proof, f.Nodes) {
		return ""
	}
	return fmt.Sprintf("%s takes all the alternatives of %s", cause.Root[0], names(f.Nodes))
}

var frozenElsewhereDoc = analyzer.Doc{
	Title: "Losing one place freezes nodes in others",
	Text: `They still serve, but can be neither restarted nor rescheduled nor changed, because the registry, the control plane or the
deploy tool stood in the place that is gone: this is how the loss of one zone becomes the outage of the next pod that
crashes elsewhere. A node counts if it claims to survive the kind of place, or stands in another place of it. What rests on common
knowledge alone (a provider's own control plane) and touches no claim is low.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: service:shop
  in: [zone:b]
  needs: [{node: registry:images, phase: start, via: pulls}]
- id: registry:images
  in: [zone:a]
- {id: "zone:a"}
- {id: "zone:b"}
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: service:shop
  in: [zone:b]
  needs: [{node: registry:images, phase: start, via: pulls}]
- id: registry:images
  in: [zone:a, zone:b]
- {id: "zone:a"}
- {id: "zone:b"}
`,
	Remedy: "Let the culprit stand in a second place, or keep what it hands out where it is needed (a mirror, a cache).",
	Limits: "Freezing that lasts less than the outage (lasts) is none. Only whole places are lost; a control plane that fails by itself is part of its blast radius.",
	Since:  "0.1.0",
}

func runFrozenElsewhere(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
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
	s := &freezeScan{pass: pass, e: e, ground: gr, losses: losses, byCulprit: map[string]*freeze{}}
	kinds := append(gr.spreadKinds(gr.populated), e.claims.kinds...)
	for _, p := range e.claims.ids {
		if e.isPlace(p) {
			kinds = append(kinds, e.g.ID(p).Kind)
		}
	}
	slices.Sort(kinds)
	for _, kind := range slices.Compact(kinds) {
		if err := s.kind(ctx, kind); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.byCulprit)) {
		if f := s.byCulprit[key]; !s.repeats(f) {
			s.report(f)
		}
	}
	return nil
}

// repeats reports whether a place stands for itself, and a narrower one inside it
// freezes the same nodes.
func (s *freezeScan) repeats(f *freeze) bool {
	if !slices.Equal(f.nodes, []node{f.place}) {
		return false
	}
	for _, g := range s.byCulprit {
		if g.place != f.place && g.size < f.size && s.losses[f.place].Is(simulate.Down, g.place) && within(f.takes, g.takes) {
			return true
		}
	}
	return false
}

type freezeScan struct {
	pass      *analyzer.Pass
	e         *estate
	ground    *ground
	losses    map[node]*simulate.Loss
	byCulprit map[string]*freeze
}

// freeze is a culprit and what it freezes, with the narrowest place that does.
type freeze struct {
	culprit
	place  node
	size   int // how many nodes the place takes down
	search *culpritSearch
}

// kind loses each place of a kind.
func (s *freezeScan) kind(ctx context.Context, kind depgraph.Kind) error {
	stands := map[node][]node{} // where each node may stand, of this kind
	for _, p := range s.e.byKind[kind] {
		if err := ctx.Err(); err != nil {
			return err
		}
		var victims []node
		for _, v := range s.losses[p].List(simulate.Frozen) {
			if s.e.isPlace(v) || s.e.calm.Is(simulate.Frozen, v) {
				continue
			}
			at, known := stands[v]
			if !known {
				at = s.ground.mayStand(v, kind)
				stands[v] = at
			}
			elsewhere := slices.ContainsFunc(at, func(q node) bool { return q != p })
			if elsewhere || s.e.survives(v, p) {
				s.pass.Judged(s.e.g.ID(v))
				victims = append(victims, v)
			}
		}
		if len(victims) > 0 {
			s.lose(p, victims)
		}
	}
	s.judge(kind)
	return nil
}

// judge records what was looked at and is frozen by no place.
func (s *freezeScan) judge(kind depgraph.Kind) {
	places := s.e.byKind[kind]
	for r := range req(s.e.g.Requirements()) {
		t := s.e.g.Terms(r)
		owner := s.e.g.Owner(r)
		if t.Phases.Intersects(depgraph.PhasesOf(depgraph.Start, depgraph.Build, depgraph.Deploy)) && t.Via != depgraph.PlacedIn && !s.e.isPlace(owner) &&
			(len(places) > 1 || len(places) == 1 && s.e.survives(owner, places[0])) {
			s.pass.Judged(s.e.g.ID(owner))
		}
	}
}

// lose finds the culprits of one place and keeps for each the narrowest place.
func (s *freezeScan) lose(p node, victims []node) {
	lost := s.losses[p]
	search := &culpritSearch{e: s.e, ground: s.ground, losses: s.losses, p: p, lost: lost, state: simulate.Frozen, victims: victims}
	size := len(lost.List(simulate.Down))
	for _, c := range search.find() {
		if len(c.nodes) == 0 {
			c.nodes = []node{p}
		}
		key := fmt.Sprint(c.nodes)
		f := s.byCulprit[key]
		if f == nil {
			s.byCulprit[key] = &freeze{c, p, size, search}
			continue
		}
		takes := union(f.takes, c.takes)
		if cmp.Or(cmp.Compare(size, f.size), cmp.Compare(p, f.place)) < 0 {
			*f = freeze{c, p, size, search}
		}
		f.takes = takes
	}
}

func (s *freezeScan) report(f *freeze) {
	e := s.e
	place := e.g.ID(f.place)
	culprits, victims := e.ids(f.nodes), e.ids(f.takes)
	shown := f.search.victims[0] // frozen by the narrowest place
	for _, v := range f.search.victims {
		if has(f.takes, v) && (!has(f.takes, shown) || e.grave(v) && !e.grave(shown)) {
			shown = v
		}
	}
	proof := f.search.proof(f.culprit, shown)
	title := fmt.Sprintf("%s %s in %s only: without it %s can be neither restarted nor changed", names(culprits), verb(len(culprits), "stands", "stand"), place, names(victims))
	remedy := fmt.Sprintf("Let %s stand in a second %s.", names(culprits), place.Kind)
	if slices.Equal(f.nodes, []node{f.place}) {
		proof = f.search.lost.Proof(simulate.Frozen, shown)
		title = fmt.Sprintf("without %s %s can be neither restarted nor changed", place, names(victims))
		remedy = fmt.Sprintf("Let %s do without %s.", names(victims), place)
	}
	severity := analyzer.Medium
	claimed := slices.ContainsFunc(f.takes, func(v node) bool { return s.e.claims.claiming[v] || s.e.grave(v) })
	if !claimed && slices.ContainsFunc(proof, byCluster) {
		severity = analyzer.Low // what everybody lives with, and nobody here says to survive
	}
	s.pass.Report(analyzer.Finding{
		Severity: severity,
		Title:    title, Remedy: remedy, Root: culprits, Nodes: victims, Proof: proof,
		Claim: analyzer.Claim{
			Failed: []depgraph.ID{place}, Then: []depgraph.ID{e.g.ID(shown)}, State: analyzer.IsFrozen,
			Because: fmt.Sprintf("%s stands elsewhere too, or claims to survive it", e.g.ID(shown)),
		},
	})
}
