package simulate_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// To fall without a requirement is to fall in a graph that was built without it.
func TestFallingWithoutARequirementEqualsAGraphThatLacksIt(t *testing.T) {
	asked, falls := 0, 0
	eachSystem(t, tiertest.Count(600, 6000, 60000), 10, func(t *testing.T, rng *rand.Rand, s system) {
		g := s.m.Graph()
		losses := make([][]depgraph.NodeIndex, 1+rng.IntN(30))
		if rng.IntN(10) == 0 {
			losses = make([][]depgraph.NodeIndex, simulate.PassSize+rng.IntN(30))
		}
		for i := range losses {
			losses[i] = s.indexes(s.Failures(rng))
		}
		reqs := make([]depgraph.ReqIndex, g.Requirements())
		lacking := make([]*simulate.Model, len(reqs))
		for i := range reqs {
			reqs[i] = depgraph.ReqIndex(i)
			lacking[i] = s.lacking(t, reqs[i])
		}
		err := s.m.Passes(context.Background(), losses, func(p *simulate.Pass) {
			among := make([]simulate.Lanes, len(reqs))
			share := pickOne(rng, 0.75, 0.75, 0.05) // of all pairs; sometimes hardly one
			for k := range reqs {
				if s.namesGroup(reqs[k]) {
					continue // without it others may be all that the group stands for
				}
				for i := range p.Len() {
					if rng.Float64() < share {
						among[k].Add(i)
					}
				}
			}
			for k, got := range p.FallsWithout(reqs, among) {
				for i := range p.Len() {
					failed := losses[p.First()+i]
					want := among[k].Has(i) && lacking[k].Lose(failed...).Is(simulate.Down, g.Owner(reqs[k]))
					if got.Has(i) != want {
						t.Errorf("the owner of %d falls without it in the loss of %v: %v, want %v", reqs[k], failed, got.Has(i), want)
					}
					asked++
					if want {
						falls++
					}
				}
			}
			// What was asked leaves no traces.
			for i := range p.Len() {
				l := s.m.Lose(losses[p.First()+i]...)
				for v := range depgraph.NodeIndex(g.Len()) {
					if p.IsDown(i, v) != l.Is(simulate.Down, v) {
						t.Errorf("afterwards %v: down(%d) = %v", losses[p.First()+i], v, p.IsDown(i, v))
					}
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	if falls < asked/20 || falls > asked*19/20 {
		t.Errorf("of %d owners %d fall: that proves little", asked, falls)
	}
}

// lacking returns the model of a graph without r; its nodes have the same indexes.
func (s system) lacking(t *testing.T, r depgraph.ReqIndex) *simulate.Model {
	t.Helper()
	g := s.m.Graph()
	b := depgraph.NewBuilder()
	for n := range g.Nodes() {
		b.AddNode(*n)
	}
	for q := range depgraph.ReqIndex(g.Requirements()) {
		if q != r {
			b.AddRequirement(*g.Requirement(q))
		}
	}
	out, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return simulate.NewModel(out, s.m.Outage())
}

// namesGroup reports whether r has a group among its members.
func (s system) namesGroup(r depgraph.ReqIndex) bool {
	g := s.m.Graph()
	return slices.ContainsFunc(g.Members(r), func(m depgraph.NodeIndex) bool { return g.ID(m).Kind == depgraph.KindGroup })
}
