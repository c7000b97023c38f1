package simulate_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// edited returns the world with a few changes: needs that go, come or need another
// number, nodes that come, go and become standbys.
func edited(rng *rand.Rand, w simtest.World) simtest.World {
	w.Needs, w.Standby, w.Group = slices.Clone(w.Needs), slices.Clone(w.Standby), slices.Clone(w.Group)
	for range 1 + rng.IntN(3) {
		switch at := rng.IntN(len(w.Needs) + 1); rng.IntN(6) {
		case 0:
			if at < len(w.Needs) {
				w.Needs = slices.Delete(w.Needs, at, at+1)
			}
		case 1:
			more := simtest.Random(rng, len(w.Standby)).Needs
			w.Needs = append(w.Needs, more[:min(1, len(more))]...)
		case 2:
			if at < len(w.Needs) {
				w.Needs[at].Number = 1 + rng.IntN(len(w.Needs[at].Members))
			}
		case 3:
			w.Standby, w.Group = append(w.Standby, false), append(w.Group, false)
			w.Needs = append(w.Needs, simtest.Need{Owner: rng.IntN(len(w.Standby)), Members: []int{len(w.Standby) - 1}, Number: 1, Phases: "r", IfLost: 'd'})
		case 4:
			if v := rng.IntN(len(w.Standby)); !w.Group[v] {
				w.Standby[v] = !w.Standby[v]
			}
		case 5: // nothing
		}
	}
	return w
}

func TestAnUpdatedBlastIsThatOfTheNewModel(t *testing.T) {
	kept := 0
	eachSystem(t, tiered(3_000, 30_000, 500_000), 14, func(t *testing.T, rng *rand.Rand, s system) {
		n := newSystem(t, edited(rng, s.World), s.outage)
		old, next := s, n
		if rng.IntN(2) == 0 { // nodes go, too
			old, next = n, s
		}
		before, err := old.m.Blast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		got, err := before.Update(context.Background(), next.m)
		if err != nil {
			t.Fatal(err)
		}
		want, err := next.m.Blast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for v, at := range next.at {
			if got.Of(at) != want.Of(at) {
				t.Errorf("without %d: %+v, want %+v (was %+v)", v, got.Of(at), want.Of(at), old.Needs)
			}
		}
		if !slices.Equal(got.Ranking(), want.Ranking()) {
			t.Error("the rankings differ")
		}
		kept += len(next.at) - got.Simulated()
	})
	if kept == 0 {
		t.Error("every loss was simulated again")
	}
}

func TestAnUpdateWithLanesIsThatOfTheNewModel(t *testing.T) {
	for seed := range uint64(tiered(4, 12, 60)) {
		shop := simtest.Shop{Nodes: 3_000, Seed: seed, Spare: 0.3, Degraded: 0.1, Start: 0.05, Observe: 0.05, Reversed: []float64{0, 0.003}[seed%2]}
		g, err := shop.Graph()
		if err != nil {
			t.Fatal(err)
		}
		old := simulate.NewModel(g, 0)
		next := simulate.NewModel(changedShare(t, g, seed, 0.05, nil), 0)
		before, err := old.Blast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		got, err := before.Update(context.Background(), next)
		if err != nil {
			t.Fatal(err)
		}
		want, err := next.Blast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Ranking(), want.Ranking()) {
			t.Errorf("seed %d: the rankings differ", seed)
		}
		for _, v := range want.Ranking() {
			if got.Of(v) != want.Of(v) {
				t.Fatalf("seed %d: without %d: %+v, want %+v", seed, v, got.Of(v), want.Of(v))
			}
		}
		if kept := g.Len() - got.Simulated(); kept <= 0 {
			t.Errorf("seed %d: every loss was simulated again", seed)
		}
	}
}
