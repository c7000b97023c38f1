package simulate_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

func TestAPassSaysOfEveryLossWhatTheLossSays(t *testing.T) {
	surely, falls := 0, 0
	eachSystem(t, tiered(1_000, 10_000, 100_000), 12, func(t *testing.T, rng *rand.Rand, s system) {
		var losses [][]depgraph.NodeIndex
		for range 1 + rng.IntN(30) {
			losses = append(losses, s.indexes(s.Failures(rng)))
		}
		g := s.m.Graph()
		var reqs []depgraph.ReqIndex
		for r := range depgraph.ReqIndex(g.Requirements()) {
			reqs = append(reqs, r)
		}
		seen := 0
		err := s.m.Passes(context.Background(), losses, func(p *simulate.Pass) {
			among := make([]simulate.Lanes, len(reqs))
			for i := range p.Len() {
				seen++
				l := s.m.Lose(losses[p.First()+i]...)
				for v := range depgraph.NodeIndex(g.Len()) {
					down, frozen := p.Down(v), p.Frozen(v)
					if got, want := down.Has(i), l.Is(simulate.Down, v); got != want || p.IsDown(i, v) != want {
						t.Errorf("%v: down(%d) = %v, want %v", losses[p.First()+i], v, got, want)
					}
					if got, want := frozen.Has(i), l.Is(simulate.Frozen, v); got != want {
						t.Errorf("%v: frozen(%d) = %v, want %v", losses[p.First()+i], v, got, want)
					}
				}
				for _, r := range reqs {
					unmet := p.Unmet(r)
					if got, want := unmet.Has(i), !l.Met(r); got != want {
						t.Errorf("%v: unmet(%d) = %v, want %v", losses[p.First()+i], r, got, want)
					}
					if rng.IntN(2) == 0 {
						among[r].Add(i)
					}
				}
			}
			for k, lanes := range p.SurelyFallsWithout(reqs, among) {
				lanes.Each(func(i int) {
					if spare, _ := s.m.TakesDown(reqs[k]); spare > 0 {
						surely++
					}
					if !among[k].Has(i) || !s.m.FallsWithout(reqs[k], losses[p.First()+i]...) {
						t.Errorf("%v: the owner of %d does not fall without it", losses[p.First()+i], reqs[k])
					}
				})
				among[k].Each(func(i int) {
					if spare, _ := s.m.TakesDown(reqs[k]); spare > 0 && s.m.FallsWithout(reqs[k], losses[p.First()+i]...) {
						falls++
					}
				})
			}
		})
		if err != nil || seen != len(losses) {
			t.Errorf("%d of %d losses were visited: %v", seen, len(losses), err)
		}
	})
	if surely < falls*9/10 {
		t.Errorf("of %d owners that fall without a requirement with something to spare only %d are seen at a glance", falls, surely)
	}
}
