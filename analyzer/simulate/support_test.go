package simulate

import (
	"math/rand/v2"
	"testing"

	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// What keeps who serves while ever more starts costs each node one rank, where nothing is in
// a cycle: else a chain of n nodes that comes up node by node would cost n times n.
func TestWithoutCyclesEveryNodeIsRankedOnce(t *testing.T) {
	served := 0
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 13))
		n := 2 + rng.IntN(30)
		w := simtest.World{Standby: make([]bool, n), Group: make([]bool, n)}
		for range rng.IntN(4 * n) {
			owner, members := rng.IntN(n), map[int]bool{}
			for range 1 + rng.IntN(3) {
				if m := rng.IntN(n); m > owner { // the first by id needs what comes later, and starts before it
					members[m] = true
				}
			}
			r := simtest.Need{Owner: owner, Number: 1, Phases: "r", IfLost: 'd'}
			for m := range n {
				if members[m] {
					r.Members = append(r.Members, m)
				}
			}
			if len(r.Members) > 0 {
				r.Number = 1 + rng.IntN(len(r.Members))
				w.Needs = append(w.Needs, r)
			}
			if v := rng.IntN(n); v > 0 && rng.IntN(3) == 0 {
				w.Needs = append(w.Needs, simtest.Need{Owner: v, Members: []int{rng.IntN(v)}, Number: 1, Phases: "s", IfLost: 'd'})
			}
		}
		g, _, err := w.Graph()
		if err != nil {
			t.Fatal(err)
		}
		r := newRising(g, StartOptions{})
		tl := r.coldStart(nil)
		served += len(tl.Order)
		if got, want := r.held.top, int64(g.Len()); got != want {
			t.Errorf("seed %d: %d ranks for %d nodes", seed, got, want)
		}
	}
	if served == 0 {
		t.Error("nothing ever served")
	}
}
