package riskgroup_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/riskgroup"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// checkLarge holds groups of a system too large for the reference against its model:
// each takes v down, none without one of its nodes does, and of random sets of nodes
// near v those that take it down hold one.
func checkLarge(t *testing.T, s system, v depgraph.NodeIndex, got *riskgroup.Groups, order int) {
	t.Helper()
	m := simulate.NewModel(s.g, 0)
	down := func(set []depgraph.NodeIndex) bool { return m.Lose(set...).Is(simulate.Down, v) }
	rng := rand.New(rand.NewPCG(23, uint64(v)))
	in := map[string]bool{}
	var near []depgraph.NodeIndex
	for i, set := range got.Sets {
		in[fmt.Sprint(set)] = true
		near = append(near, set...)
		if i >= 200 && rng.IntN(len(got.Sets)) >= 200 {
			continue
		}
		if !down(set) {
			t.Fatalf("the group %v of %v does not take it down", set, s.g.ID(v))
		}
		for k := range set {
			if rest := slices.Delete(slices.Clone(set), k, k+1); down(rest) {
				t.Fatalf("the group %v of %v takes it down even without %v", set, s.g.ID(v), s.g.ID(set[k]))
			}
		}
	}
	for range 2000 {
		var set []depgraph.NodeIndex
		for range 1 + rng.IntN(order) {
			x := depgraph.NodeIndex(rng.IntN(s.g.Len()))
			if len(near) > 0 && rng.IntN(4) > 0 {
				x = near[rng.IntN(len(near))]
			}
			if x != v && s.g.ID(x).Kind != depgraph.KindGroup && !slices.Contains(set, x) {
				set = append(set, x)
			}
		}
		slices.Sort(set)
		if !down(set) {
			continue
		}
		held := false
		for pick := 1; pick < 1<<len(set) && !held; pick++ {
			var part []depgraph.NodeIndex
			for k, x := range set {
				if pick>>k&1 != 0 {
					part = append(part, x)
				}
			}
			held = in[fmt.Sprint(part)]
		}
		if !held {
			t.Fatalf("%v takes %v down and holds none of its groups", set, s.g.ID(v))
		}
	}
}

func TestLargeFaultTreesHaveNoWrongAndNoMissingGroup(t *testing.T) {
	sets := 0
	for seed := range uint64(tiertest.Count(12, 100, 1000)) {
		rng := rand.New(rand.NewPCG(seed, 29))
		d := tree{
			gates: 100 + rng.IntN(300), events: 80 + rng.IntN(200), or: 0.4 + 0.4*rng.Float64(), atLeast: rng.Float64(),
			arity: 3 + rng.IntN(6), window: rng.IntN(60), leaves: 0.2 + 0.5*rng.Float64(),
		}
		s := d.build(t, seed)
		got, err := riskgroup.Minimal(t.Context(), simulate.NewModel(s.g, 0), s.top[0], riskgroup.Options{})
		if err != nil || !got.Complete {
			t.Fatalf("seed %d: Minimal = %v, %v", seed, got, err)
		}
		checkLarge(t, s, s.top[0], got, 3)
		sets += len(got.Sets)
	}
	if sets == 0 {
		t.Error("no tree had a group")
	}
}

func TestServicesInAFatTreeHaveNoWrongAndNoMissingGroup(t *testing.T) {
	s := fatTree{k: 8, services: 20, replicas: 3}.build(t)
	f := riskgroup.NewFinder(simulate.NewModel(s.g, 0), riskgroup.Options{Order: 4})
	for _, v := range s.top {
		got, err := f.Minimal(t.Context(), v)
		if err != nil || !got.Complete || len(got.Sets) == 0 {
			t.Fatalf("Minimal(%v) = %v, %v", s.g.ID(v), got, err)
		}
		checkLarge(t, s, v, got, 4)
	}
}

func TestACapSaysThatItCapped(t *testing.T) {
	s := fatTree{k: 8, services: 1, replicas: 2}.build(t)
	m := simulate.NewModel(s.g, 0)
	all, err := riskgroup.Minimal(t.Context(), m, s.top[0], riskgroup.Options{Order: 6})
	if err != nil || !all.Complete {
		t.Fatalf("Minimal = %v, %v, want all", all, err)
	}
	for most := 1; most <= len(all.Sets)+1; most++ {
		got, err := riskgroup.Minimal(t.Context(), m, s.top[0], riskgroup.Options{Order: 6, Cap: most})
		if err != nil || got.Complete != (most >= len(all.Sets)) || len(got.Sets) != min(most, len(all.Sets)) {
			t.Fatalf("Minimal with a cap of %d of %d: %d sets, complete %v, %v", most, len(all.Sets), len(got.Sets), got.Complete, err)
		}
		smaller := len(got.Sets[len(got.Sets)-1]) - 1
		for i, set := range all.Sets {
			if len(set) <= smaller && !slices.ContainsFunc(got.Sets, func(s []depgraph.NodeIndex) bool { return slices.Equal(s, set) }) {
				t.Errorf("Minimal with a cap of %d lists sets of %d but not %v, the %dth of all", most, smaller+1, set, i)
			}
		}
	}
}

func TestTheLikelierGroupComesFirst(t *testing.T) {
	b := depgraph.NewBuilder()
	for id, rate := range map[string]float64{"host:a": 0.01, "host:b": 0.2, "host:c": 0, "host:d": 0.1} {
		b.AddNode(depgraph.Node{ID: depgraph.MustID(id), AnnualFailureRate: rate})
	}
	for _, pair := range [][]depgraph.ID{
		{depgraph.MustID("host:a"), depgraph.MustID("host:b")},
		{depgraph.MustID("host:b"), depgraph.MustID("host:d")},
		{depgraph.MustID("host:a"), depgraph.MustID("host:c")},
		{depgraph.MustID("host:e")},
	} {
		b.AddRequirement(depgraph.Requirement{Owner: depgraph.MustID("service:s"), Members: pair, Origins: []depgraph.Origin{{Input: "rates"}}})
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	v, _ := g.Index(depgraph.MustID("service:s"))
	got, err := riskgroup.Minimal(t.Context(), simulate.NewModel(g, 0), v, riskgroup.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, set := range got.Sets {
		line := ""
		for _, x := range set {
			line += g.ID(x).Name
		}
		order = append(order, line)
	}
	if diff := cmp.Diff([]string{"e", "bd", "ab", "ac"}, order); diff != "" {
		t.Error(diff)
	}
}

func TestACancelledSearchEndsWithTheReason(t *testing.T) {
	s := trees()["chosen"].build(t, 11)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := riskgroup.Minimal(ctx, simulate.NewModel(s.g, 0), s.top[0], riskgroup.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Minimal = %v, %v, want context.Canceled", got, err)
	}
}
