package rules

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// Who asks about one requirement alone hears what the whole loss says of it.
func TestALossAboutARequirementSaysWhatTheLossSays(t *testing.T) {
	asked, ofGroups := 0, 0
	for seed := range uint64(8) {
		shop := simtest.Shop{Nodes: 60, Seed: seed, Spare: 0.5, Degraded: 0.1, Start: 0.15, Reversed: []float64{0, 0.02}[seed%2]}
		e := withGroups(t, estateOf(t, shop), rand.New(rand.NewPCG(seed, 5)))
		for x := range node(e.g.Len()) {
			whole := e.model.Lose(x)
			for r := range req(e.g.Requirements()) {
				if whole.Met(r) || e.calm.Is(simulate.Down, x) {
					continue
				}
				part := e.loseAbout(x, r)
				for _, m := range e.members(r) {
					if part.Is(simulate.Down, m) != whole.Is(simulate.Down, m) {
						t.Fatalf("seed %d: without %s %s is down: %v", seed, e.g.ID(x), e.g.ID(m), part.Is(simulate.Down, m))
					}
				}
				want, owner := e.lift(whole, r)
				if got, o := e.lift(part, r); got != want || o != owner {
					t.Fatalf("seed %d: without %s %d is felt by %d of %s, want %d of %s", seed, e.g.ID(x), r, got, e.g.ID(o), want, e.g.ID(owner))
				}
				phase := e.g.Terms(want).Phases.List()[0]
				if got, proof := part.ProofUnmet(want, phase), whole.ProofUnmet(want, phase); !reflect.DeepEqual(got, proof) {
					t.Fatalf("seed %d: without %s %d is unmet by %v, want %v", seed, e.g.ID(x), want, got, proof)
				}
				asked++
				if e.isGroup(e.g.Owner(r)) {
					ofGroups++
				}
			}
		}
	}
	t.Logf("%d asked, %d of them of groups", asked, ofGroups)
	if ofGroups < 100 || asked < 10*ofGroups/9 {
		t.Errorf("%d asked, %d of them of groups: that proves little", asked, ofGroups)
	}
}

// withGroups returns an estate in which some nodes need one of two groups, that of nodes
// and of each other.
func withGroups(t *testing.T, g *depgraph.Graph, rng *rand.Rand) *estate {
	t.Helper()
	b := g.Builder()
	line := 0
	needs := func(owner depgraph.ID, need int, members ...depgraph.ID) {
		line++
		b.AddRequirement(depgraph.Requirement{
			Owner: owner, Members: members, Terms: depgraph.Terms{Need: depgraph.AtLeast(need)},
			Origins: []depgraph.Origin{{Input: "groups.yaml", Line: line}},
		})
	}
	some := func() depgraph.ID { return g.ID(node(rng.IntN(g.Len()))) }
	group := func(k int) depgraph.ID { return depgraph.MustID(fmt.Sprintf("group:g%d", k)) }
	const groups = 12
	for k := range groups {
		members := []depgraph.ID{some(), some(), some()}
		if k > 0 && k%3 == 0 {
			members[2] = group(k - 1)
		}
		needs(group(k), 1+rng.IntN(2), members...)
		needs(some(), 1, group(k), group((k+1)%groups))
	}
	out, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	e, err := estateFact.Compute(context.Background(), &analyzer.Pass{Graph: out})
	if err != nil {
		t.Fatal(err)
	}
	return e
}
