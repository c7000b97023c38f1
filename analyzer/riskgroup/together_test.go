package riskgroup_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/riskgroup"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestTogetherFindsWhatLeavesNoneToServe(t *testing.T) {
	const order = 3
	found := 0
	for seed := range tiertest.Count(300, 1500, 30_000) {
		rng := rand.New(rand.NewPCG(uint64(seed), 29))
		w := simtest.Random(rng, 8)
		if seed%2 == 0 {
			w = manyChoices(rng, 5+rng.IntN(4))
		}
		g, at, err := w.Graph()
		if err != nil {
			t.Fatal(err)
		}
		var nodes []depgraph.NodeIndex
		for _, i := range rng.Perm(len(at))[:min(len(at), 2+rng.IntN(2))] {
			if !w.Group[i] { // nobody can name one
				nodes = append(nodes, at[i])
			}
		}
		if len(nodes) == 0 {
			continue
		}
		var ids []depgraph.ID
		for _, n := range nodes {
			ids = append(ids, g.ID(n))
		}
		joined, all, err := riskgroup.Together(g, ids)
		if err != nil {
			t.Fatal(err)
		}
		v, _ := joined.Index(all)
		got, err := riskgroup.Minimal(t.Context(), simulate.NewModel(joined, 0), v, riskgroup.Options{Order: order})
		if err != nil || !got.Complete {
			t.Fatal(got, err)
		}
		want := leavingNone(simulate.NewModel(g, 0), nodes, order)
		found += len(want)
		if diff := cmp.Diff(names(want, g.ID), names(got.Sets, joined.ID)); diff != "" {
			t.Fatalf("seed %d, %v together (-by subsets +found):\n%s\n%s", seed, ids, diff, g.Text())
		}
	}
	t.Logf("%d sets", found)
}

// leavingNone tries every set of at most order nodes.
func leavingNone(m *simulate.Model, nodes []depgraph.NodeIndex, order int) [][]depgraph.NodeIndex {
	g := m.Graph()
	var found [][]depgraph.NodeIndex
	var try func(set []depgraph.NodeIndex, from, left int)
	try = func(set []depgraph.NodeIndex, from, left int) {
		if left == 0 {
			for _, f := range found {
				if !slices.ContainsFunc(f, func(n depgraph.NodeIndex) bool { return !slices.Contains(set, n) }) {
					return
				}
			}
			l := m.Lose(set...)
			if !slices.ContainsFunc(nodes, func(n depgraph.NodeIndex) bool { return !l.Is(simulate.Down, n) && g.At(n).Standby == nil }) {
				found = append(found, slices.Clone(set))
			}
			return
		}
		for n := from; n < g.Len(); n++ {
			if g.ID(depgraph.NodeIndex(n)).Kind != depgraph.KindGroup {
				try(append(set, depgraph.NodeIndex(n)), n+1, left-1)
			}
		}
	}
	for size := range order + 1 {
		try(nil, 0, size)
	}
	return found
}

// TestACapCutsWhereItSays asks for exactly as many sets as there are, and for fewer.
func TestACapCutsWhereItSays(t *testing.T) {
	cut := 0
	for seed := range tiertest.Count(300, 1000, 10_000) {
		rng := rand.New(rand.NewPCG(uint64(seed), 31))
		w := manyChoices(rng, 8+rng.IntN(10))
		g, at, err := w.Graph()
		if err != nil {
			t.Fatal(err)
		}
		m := simulate.NewModel(g, 0)
		v := at[rng.IntN(len(at))]
		all, err := riskgroup.Minimal(t.Context(), m, v, riskgroup.Options{})
		if err != nil || !all.Complete {
			t.Fatal(all, err)
		}
		for _, c := range []int{len(all.Sets), len(all.Sets) - 1, 1} {
			if c < 1 {
				continue
			}
			o := riskgroup.Options{Cap: c}
			for by, find := range map[string]func() (*riskgroup.Groups, error){
				"a finder":  func() (*riskgroup.Groups, error) { return riskgroup.NewFinder(m, o).Minimal(t.Context(), v) },
				"by itself": func() (*riskgroup.Groups, error) { return riskgroup.Minimal(t.Context(), m, v, o) },
			} {
				got, err := find()
				if err != nil || len(got.Sets) != min(c, len(all.Sets)) || got.Complete != (c >= len(all.Sets)) {
					t.Fatalf("seed %d, %s, cap %d of %d: %d sets, complete %v, %v", seed, by, c, len(all.Sets), len(got.Sets), got.Complete, err)
				}
				for i, set := range got.Sets { // no size before a smaller one is listed in full
					if len(set) != len(all.Sets[i]) {
						t.Errorf("seed %d, %s, cap %d: set %d has %d nodes, want %d", seed, by, c, i, len(set), len(all.Sets[i]))
					}
				}
				cut++
			}
		}
	}
	t.Logf("%d searches", cut)
}
