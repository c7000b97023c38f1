package simulate_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestALossIsWhatTheReferenceReadsInTheSemantics(t *testing.T) {
	seen := map[simulate.State]int{}
	eachSystem(t, tiertest.Count(4_000, 50_000, 1_000_000), 12, func(t *testing.T, rng *rand.Rand, s system) {
		for range 4 { // several on one model: each must leave it as it was
			failed := s.Failures(rng)
			want := s.Lose(failed, s.outage)
			got := s.m.Lose(s.indexes(failed)...)
			for _, state := range simulate.States() {
				list := s.listed(setOf(want, state))
				seen[state] += len(list)
				if !slices.Equal(got.List(state), list) {
					t.Errorf("loss of %v for %dm: %v are %v, want %v", failed, s.outage, state, got.List(state), list)
				}
				for v, in := range setOf(want, state) {
					if got.Is(state, s.at[v]) != in {
						t.Errorf("loss of %v for %dm: Is(%v, %d) = %v, want %v", failed, s.outage, state, v, !in, in)
					}
				}
			}
			checkMet(t, s, got, want)
		}
	})
	for _, state := range simulate.States() {
		if seen[state] < tiertest.Count(4_000, 4_000, 4_000)/4 {
			t.Errorf("the systems put only %d nodes into state %v: they test too little", seen[state], state)
		}
	}
}

// checkMet compares Met with the reference, requirement by requirement.
func checkMet(t *testing.T, s system, got *simulate.Loss, want simtest.Outcome) {
	t.Helper()
	g := got.Model().Graph()
	for _, r := range s.Needs {
		met := r.Lasts >= s.outage || s.Serving(r, want.Down) >= r.Of()
		like := s.Requirement(r, 1)
		owner, _ := g.Index(like.Owner)
		found := false
		for from, to := g.OwnedBy(owner); from < to; from++ {
			q := g.Requirement(from)
			if q.Terms == like.Terms.Normal() && slices.Equal(q.Members, like.Members) {
				found = true
				if got.Met(from) != met {
					t.Errorf("Met(%+v) = %v, want %v", r, !met, met)
				}
			}
		}
		if !found {
			t.Errorf("the graph has lost %+v", r)
		}
	}
}
