package simulate_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
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
			p.Thrift(pickOne(rng, 1, 50, 1<<20), pickOne(rng, 1, 2, math.MaxInt), pickOne(rng, 0, 1, 1e9))
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

// Of a system with a large cycle what is looked at pair by pair is what simulations say.
func TestFallingWithoutARequirementIsTheSameHoweverItIsFoundOut(t *testing.T) {
	falls, stands := 0, 0
	for seed := range uint64(tiertest.Count(12, 60, 600)) {
		rng := rand.New(rand.NewPCG(seed, 41))
		shop := simtest.Shop{Nodes: 100 + rng.IntN(300), Seed: seed, Reversed: pickOne(rng, 0.02, 0.1), Spare: pickOne(rng, 0.4, 0.9)}
		g, err := shop.Graph()
		if err != nil {
			t.Fatal(err)
		}
		losses := make([][]depgraph.NodeIndex, g.Len())
		for v := range losses {
			losses[v] = []depgraph.NodeIndex{depgraph.NodeIndex(v)}
		}
		reqs := make([]depgraph.ReqIndex, g.Requirements())
		for r := range reqs {
			reqs[r] = depgraph.ReqIndex(r)
		}
		err = simulate.NewModel(g, 0).Passes(context.Background(), losses, func(p *simulate.Pass) {
			among := make([]simulate.Lanes, len(reqs))
			for k, r := range reqs {
				if among[k] = p.Unmet(r); len(g.Members(r)) == g.Terms(r).Need.Of(len(g.Members(r))) {
					among[k] = simulate.Lanes{} // one loss at a time, whatever else
				}
			}
			p.Thrift(1<<20, math.MaxInt, 0)
			want := p.FallsWithout(reqs, among)
			for _, looks := range []float64{0, 0.5, 1e9} {
				p.Thrift(pickOne(rng, 100, 1<<20), 1, looks)
				for k, got := range p.FallsWithout(reqs, among) {
					if got != want[k] {
						t.Errorf("seed %d, with %g looks a visit: the owner of %d falls without it in %v, want %v", seed, looks, reqs[k], got, want[k])
					}
				}
			}
			for k := range reqs {
				want[k].Each(func(int) { falls++ })
				among[k].Without(&want[k])
				among[k].Each(func(int) { stands++ })
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if falls == 0 || stands == 0 {
		t.Errorf("%d owners fall, %d stand: that proves little", falls, stands)
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
