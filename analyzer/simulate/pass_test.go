package simulate_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestEveryLossIsInOnePassAndNoPassIsEmpty(t *testing.T) {
	s := newSystem(t, chain(3), 60)
	for n, passes := range map[int]int{0: 0, 1: 1, simulate.PassSize: 1, simulate.PassSize + 1: 2} {
		next := 0
		err := s.m.Passes(context.Background(), make([][]depgraph.NodeIndex, n), func(p *simulate.Pass) {
			passes--
			if p.First() != next || p.Len() == 0 {
				t.Errorf("of %d losses a pass has %d from the %dth on, want the %dth", n, p.Len(), p.First(), next)
			}
			next += p.Len()
		})
		if err != nil || next != n || passes != 0 {
			t.Errorf("of %d losses %d are visited, in %d passes too few: %v", n, next, passes, err)
		}
	}
}

func TestAPassSaysOfEveryLossWhatTheLossSays(t *testing.T) {
	eachSystem(t, tiertest.Count(1_000, 10_000, 100_000), 12, func(t *testing.T, rng *rand.Rand, s system) {
		var losses [][]depgraph.NodeIndex
		for range 1 + rng.IntN(30) {
			losses = append(losses, s.indexes(s.Failures(rng)))
		}
		g := s.m.Graph()
		seen := 0
		err := s.m.Passes(context.Background(), losses, func(p *simulate.Pass) {
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
				for r := range depgraph.ReqIndex(g.Requirements()) {
					others, another := p.OthersUnmet(r), false
					for q, end := g.OwnedBy(g.Owner(r)); q < end; q++ {
						_, takes := s.m.TakesDown(q)
						another = another || q != r && takes && !l.Met(q)
					}
					if others.Has(i) != another {
						t.Errorf("%v: another than %d is unmet: %v, want %v", losses[p.First()+i], r, !another, another)
					}
					unmet := p.Unmet(r)
					if got, want := unmet.Has(i), !l.Met(r); got != want {
						t.Errorf("%v: unmet(%d) = %v, want %v", losses[p.First()+i], r, got, want)
					}
				}
			}
		})
		if err != nil || seen != len(losses) {
			t.Errorf("%d of %d losses were visited: %v", seen, len(losses), err)
		}
	})
}
