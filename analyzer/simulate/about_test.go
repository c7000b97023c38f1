package simulate_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// A loss for some nodes says of them, and of what they need to run, what the whole loss
// says, and proves it alike; and the next loss is whole again.
func TestALossForSomeNodesSaysOfThemWhatTheWholeLossSays(t *testing.T) {
	shown, left := 0, 0
	eachSystem(t, tiertest.Count(2_000, 20_000, 200_000), 12, func(t *testing.T, rng *rand.Rand, s system) {
		g := s.m.Graph()
		failed := s.indexes(s.Failures(rng))
		whole := s.m.Lose(failed...)
		var about []depgraph.NodeIndex
		for v := range depgraph.NodeIndex(g.Len()) {
			if rng.IntN(g.Len()) < 2 {
				about = append(about, v)
			}
		}
		asker := s.m.About(about...)
		for range rng.IntN(3) {
			asker.Lose(s.indexes(s.Failures(rng))...)
		}
		got := asker.Lose(failed...)
		asker.Close()
		for _, state := range simulate.States() {
			for _, v := range about {
				if got.Is(state, v) != whole.Is(state, v) {
					t.Fatalf("of %v in the loss of %v, %v is %v: %v", about, failed, v, state, got.Is(state, v))
				}
				proof := got.Proof(state, v)
				if want := whole.Proof(state, v); !reflect.DeepEqual(proof, want) {
					t.Fatalf("of %v in the loss of %v, %v is %v:\n%v\nwant\n%v", about, failed, v, state, proof, want)
				}
				if len(proof) > 0 {
					shown++
				}
			}
		}
		for _, v := range about {
			for r, end := g.OwnedBy(v); r < end; r++ {
				if got.Met(r) != whole.Met(r) && s.counts(r) {
					t.Fatalf("of %v in the loss of %v, requirement %d of %v is met: %v", about, failed, r, v, got.Met(r))
				}
			}
		}
		if len(got.List(simulate.Down)) < len(whole.List(simulate.Down)) {
			left++
		}
		if again := s.m.Lose(failed...); !reflect.DeepEqual(again.List(simulate.Down), whole.List(simulate.Down)) {
			t.Fatalf("afterwards %v takes down %v", failed, again.List(simulate.Down))
		}
	})
	if shown == 0 || left == 0 {
		t.Errorf("%d proofs, and %d losses that left something out", shown, left)
	}
}

// counts reports whether requirement r does anything in a loss.
func (s system) counts(r depgraph.ReqIndex) bool {
	t := s.m.Graph().Terms(r)
	return t.Lasts < s.m.Outage() && t.IfLost != depgraph.Unaffected && t.Phases != depgraph.PhasesOf(depgraph.Recover)
}
