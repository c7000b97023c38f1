package simulate

import (
	"math/rand/v2"
	"testing"

	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// A lane that is spent on what weighs nothing, such as a group, is work for no answer.
func TestAnUpdateLosesNothingThatWeighsNothing(t *testing.T) {
	weightless, remade := 0, 0
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 31))
		world := simtest.Random(rng, 14)
		g, _, err := world.Graph()
		if err != nil {
			t.Fatal(err)
		}
		next, _, err := simtest.Edited(rng, world).Graph()
		if err != nil {
			t.Fatal(err)
		}
		m := NewModel(g, 0)
		r := newRegion(compare(m.g, next, m.traits, m.outage), m)
		y := newRelay(r, r.settleAnew())
		if y == nil {
			r.widen()
			y = newRelay(r, r.settleAnew())
		}
		for _, n := range y.mini.weight {
			if n == 0 {
				weightless++
			}
		}
		for _, l := range y.losses {
			if l.base >= 0 && y.base.weight[l.base] == 0 || l.base < 0 && y.mini.weight[l.mini] == 0 {
				t.Errorf("seed %d: a cell without a node is lost: %+v", seed, l)
			}
			if l.base < 0 {
				remade++
			}
		}
	}
	if weightless == 0 || remade == 0 {
		t.Errorf("%d cells weigh nothing, %d that were made anew are lost", weightless, remade)
	}
}
