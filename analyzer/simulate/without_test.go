package simulate_test

import (
	"math/rand/v2"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// To fall without a requirement is to fall in a graph that was built without it.
func TestFallingWithoutARequirementEqualsAGraphThatLacksIt(t *testing.T) {
	eachSystem(t, tiered(300, 3000, 30000), 9, func(t *testing.T, rng *rand.Rand, s system) {
		g := s.m.Graph()
		failed := s.indexes(s.Failures(rng))
		for r := range depgraph.ReqIndex(g.Requirements()) {
			b := depgraph.NewBuilder()
			for n := range g.Nodes() {
				b.AddNode(*n)
			}
			for q := range depgraph.ReqIndex(g.Requirements()) {
				if q != r {
					b.AddRequirement(*g.Requirement(q))
				}
			}
			lacks, err := b.Build()
			if err != nil {
				t.Fatal(err)
			}
			// The same ids in the same order, so the same indexes.
			want := simulate.NewModel(lacks, s.m.Outage()).Lose(failed...).Is(simulate.Down, g.Owner(r))
			if got := s.m.FallsWithout(r, failed...); got != want {
				t.Errorf("FallsWithout(%d, %v) = %v, want %v", r, failed, got, want)
			}
		}
		// The pool gets its spreads back clean.
		if got, want := s.m.Lose(failed...).List(simulate.Down), simulate.NewModel(g, s.m.Outage()).Lose(failed...).List(simulate.Down); len(got) != len(want) {
			t.Errorf("afterwards %v are down, want %v", got, want)
		}
	})
}
