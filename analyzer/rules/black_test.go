package rules

import (
	"math/rand/v2"
	"testing"

	"github.com/fateline/fateline/analyzer/simulate"
)

// What never comes back after the loss of a place, repair apart, never comes up from
// black either: so cold-start-deadlock looks from there alone.
func TestWhatAPlaceHoldsDownForEverIsHeldDownFromBlack(t *testing.T) {
	stuck := 0
	for seed := range uint64(3000) {
		g := randomEstate(t, rand.New(rand.NewPCG(seed, 23)), 0)
		model := simulate.NewModel(g, simulate.DefaultOutage)
		black := simulate.BlackStart(g, simulate.StartOptions{})
		for p := range node(g.Len()) {
			if !g.ID(p).Kind.IsPlace() {
				continue
			}
			back := simulate.Recover(model, []node{p}, simulate.StartOptions{})
			for n := range node(g.Len()) {
				_, again := back.ServesAt(n)
				_, ever := black.ServesAt(n)
				if !again && ever {
					t.Fatalf("seed %d: %s never serves again after the loss of %s, and comes up from black\n%s", seed, g.ID(n), g.ID(p), g.Text())
				}
				if !again {
					stuck++
				}
			}
		}
	}
	if stuck < 100 {
		t.Errorf("only %d nodes never served again: the estates are too poor", stuck)
	}
}
