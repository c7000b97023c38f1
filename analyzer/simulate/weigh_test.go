package simulate_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// What a loss takes along weighs as much as the stakes of which the reference says
// that a node is down in it, and not with nothing lost.
func TestTheWeightOfEveryLossIsThatOfTheReference(t *testing.T) {
	eachSystem(t, tiertest.Count(1_000, 10_000, 100_000), 14, func(t *testing.T, rng *rand.Rand, s system) {
		classes := make([][]simulate.Stake, 1+rng.IntN(3))
		for k := range classes {
			for range rng.IntN(12) {
				stake := simulate.Stake{Weight: int32(rng.IntN(3) * rng.IntN(1000))}
				for range 1 + rng.IntN(2) {
					stake.Nodes = append(stake.Nodes, s.at[rng.IntN(len(s.at))])
				}
				classes[k] = append(classes[k], stake)
			}
		}
		got, err := s.m.Weigh(context.Background(), classes)
		if err != nil {
			t.Fatal(err)
		}
		number := map[depgraph.NodeIndex]int{}
		for v, at := range s.at {
			number[at] = v
		}
		lost := func(stake simulate.Stake, down []bool) bool {
			return slices.ContainsFunc(stake.Nodes, func(at depgraph.NodeIndex) bool { return down[number[at]] })
		}
		calm := s.Lose(nil, s.outage).Down
		for v := range s.Group {
			down := s.Lose([]int{v}, s.outage).Down
			for k, class := range classes {
				want := 0
				for _, stake := range class {
					if !s.Group[v] && lost(stake, down) && !lost(stake, calm) {
						want += int(stake.Weight)
					}
				}
				if got[k][s.at[v]] != want {
					t.Errorf("class %d, without %d: %d, want %d of %v", k, v, got[k][s.at[v]], want, class)
				}
			}
		}
	})
}

// More losses than one pass has lanes.
func TestTheWeightOfEveryLossInALargeSystemIsThatOfTheLoss(t *testing.T) {
	g, err := simtest.Shop{Nodes: 1_500, Seed: 1, Spare: 0.3, Reversed: 0.003}.Graph()
	if err != nil {
		t.Fatal(err)
	}
	m := simulate.NewModel(g, 0)
	var class []simulate.Stake
	for v := range depgraph.NodeIndex(g.Len()) {
		class = append(class, simulate.Stake{Nodes: []depgraph.NodeIndex{v}, Weight: int32(v)})
	}
	got, err := m.Weigh(context.Background(), [][]simulate.Stake{class})
	if err != nil {
		t.Fatal(err)
	}
	for v := range depgraph.NodeIndex(g.Len()) {
		want := 0
		for _, x := range m.Lose(v).List(simulate.Down) {
			want += int(x)
		}
		if got[0][v] != want {
			t.Fatalf("without %d: %d, want %d", v, got[0][v], want)
		}
	}
}
