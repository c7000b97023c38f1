package riskgroup_test

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/riskgroup"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestCountEqualsTheReference(t *testing.T) {
	for seed := range tiertest.Count(300, 2000, 20_000) {
		rng := rand.New(rand.NewPCG(uint64(seed), 19))
		w := simtest.Random(rng, 8)
		if seed%2 == 0 {
			w = manyChoices(rng, 5+rng.IntN(6))
		}
		g, at, err := w.Graph()
		if err != nil {
			t.Fatal(err)
		}
		v := rng.IntN(len(w.Standby))
		got, err := riskgroup.Count(t.Context(), simulate.NewModel(g, 30*time.Minute), at[v], riskgroup.CountOptions{})
		if want := len(minimalSets(w, v, len(w.Standby), 30)); err != nil || got.Cmp(big.NewInt(int64(want))) != 0 {
			t.Fatalf("seed %d: Count(%v) = %v, %v, want %v\nneeds %+v, standby %v, group %v", seed, w.ID(v), got, err, want, w.Needs, w.Standby, w.Group)
		}
	}
}

// A replica falls with its server, its rack, or once for every position of an
// aggregation switch that or all its cores are lost. With h positions: both by one
// of their own two, 4 groups. One by its own two and the other by the positions,
// 2 x 2 x 2^h, but for the 4 in which all cores are lost, which need no more. Both by
// the positions, 2^h: at each its cores, or the switches of both.
func TestAllGroupsOfTwoReplicasInAFatTreeAreFiveTimesTwoToThePositions(t *testing.T) {
	for _, k := range []int{4, 8, 16, 64} {
		if tiertest.Quick() && k > 16 {
			continue // one of very many runs
		}
		s := fatTree{k: k, services: 1, replicas: 2}.build(t)
		got, err := riskgroup.Count(t.Context(), simulate.NewModel(s.g, 0), s.top[0], riskgroup.CountOptions{})
		if want := new(big.Int).Lsh(big.NewInt(5), uint(k/2)); err != nil || got.Cmp(want) != 0 {
			t.Errorf("k=%d: Count = %v, %v, want %v", k, got, err, want)
		}
	}
}

func TestACountThatDoesNotFitSaysSo(t *testing.T) {
	s := fatTree{k: 16, services: 1, replicas: 2}.build(t)
	got, err := riskgroup.Count(t.Context(), simulate.NewModel(s.g, 0), s.top[0], riskgroup.CountOptions{Nodes: 10})
	if !errors.Is(err, riskgroup.ErrTooLarge) {
		t.Errorf("Count with 10 nodes = %v, %v, want ErrTooLarge", got, err)
	}
}
