package simulate_test

import (
	"runtime"
	"testing"

	"github.com/fateline/fateline/analyzer/simulate"
)

// Whoever asks for many proofs of a few losses, or for one of each of many, does not take the
// size of the system for each.
func TestProofsShareWhatTheyAreWorkedOutWith(t *testing.T) {
	const nodes, proofs = 20_000, 200
	s := newSystem(t, chain(nodes), 60)
	for _, several := range []int{1, 5, 50} {
		var losses []*simulate.Loss
		for i := range several {
			losses = append(losses, s.m.Lose(s.at[nodes-20-i]))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := range proofs {
			if l := losses[i%several]; len(l.Proof(simulate.Down, s.at[nodes-15])) == 0 {
				t.Fatalf("no proof of %v", l.Failed())
			}
		}
		runtime.ReadMemStats(&after)
		if bytes := (after.TotalAlloc - before.TotalAlloc) / proofs; bytes > nodes {
			t.Errorf("a proof of one of %d losses takes %d bytes in a system of %d nodes", several, bytes, nodes)
		}
	}
}
