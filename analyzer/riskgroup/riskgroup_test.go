package riskgroup_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/riskgroup"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// minimalSets is the reference: every set of up to order nodes, the smaller first,
// that takes v down in the reference of a loss and holds none that does.
func minimalSets(w simtest.World, v, order, outage int) [][]int {
	var found [][]int
	var grow func(set []int, from, left int)
	grow = func(set []int, from, left int) {
		if left == 0 {
			for _, g := range found {
				if within(g, set) {
					return
				}
			}
			if w.Lose(set, outage).Down[v] {
				found = append(found, slices.Clone(set))
			}
			return
		}
		for x := from; x < len(w.Standby); x++ {
			if x != v && !w.Group[x] {
				grow(append(set, x), x+1, left-1)
			}
		}
	}
	for size := 0; size <= order; size++ {
		grow(nil, 0, size)
	}
	return found
}

// within reports whether all of a, ascending, is in b, ascending.
func within(a, b []int) bool {
	for _, x := range a {
		if _, in := slices.BinarySearch(b, x); !in {
			return false
		}
	}
	return true
}

// names returns sets of nodes as sorted text.
func names[T any](sets [][]T, id func(T) depgraph.ID) []string {
	out := []string{}
	for _, set := range sets {
		var words []string
		for _, v := range set {
			words = append(words, id(v).String())
		}
		slices.Sort(words)
		out = append(out, fmt.Sprint(len(set), words))
	}
	slices.Sort(out)
	return out
}

// manyChoices makes a world of thresholds: the shape in which sets are large.
func manyChoices(rng *rand.Rand, n int) simtest.World {
	w := simtest.World{Standby: make([]bool, n), Group: make([]bool, n)}
	for v := range n {
		w.Standby[v] = rng.IntN(12) == 0
		w.Group[v] = rng.IntN(4) == 0
		cyclic := rng.IntN(5) == 0
		for range 1 + rng.IntN(5)/4 {
			r := simtest.Need{Owner: v, Phases: "r", IfLost: 'd'}
			for range 2 + rng.IntN(4) {
				if m := rng.IntN(n); m != v && (cyclic || m > v) && !slices.Contains(r.Members, m) {
					r.Members = append(r.Members, m)
				}
			}
			if len(r.Members) > 0 {
				slices.Sort(r.Members)
				r.Number = 1 + rng.IntN(len(r.Members))/2
				w.Needs = append(w.Needs, r)
			}
		}
	}
	return w
}

func TestMinimalEqualsTheReference(t *testing.T) {
	sizes := map[int]int{}
	for seed := range tiertest.Count(1000, 5000, 100_000) {
		rng := rand.New(rand.NewPCG(uint64(seed), 13))
		w := simtest.Random(rng, 10)
		if seed%2 == 0 {
			w = manyChoices(rng, 5+rng.IntN(8))
		}
		order, outage := 1+rng.IntN(4), 30
		g, at, err := w.Graph()
		if err != nil {
			t.Fatal(err)
		}
		m := simulate.NewModel(g, time.Duration(outage)*time.Minute)
		o := riskgroup.Options{Order: order}
		finder := riskgroup.NewFinder(m, o)
		for range 3 {
			v := rng.IntN(len(w.Standby))
			want := minimalSets(w, v, order, outage)
			for _, set := range want {
				sizes[len(set)]++
			}
			for by, find := range map[string]func() (*riskgroup.Groups, error){
				"a finder":  func() (*riskgroup.Groups, error) { return finder.Minimal(t.Context(), at[v]) },
				"by itself": func() (*riskgroup.Groups, error) { return riskgroup.Minimal(t.Context(), m, at[v], o) },
			} {
				got, err := find()
				if err != nil || !got.Complete {
					t.Fatalf("seed %d: Minimal(%v) %s = %v, %v, want all", seed, w.ID(v), by, got, err)
				}
				if diff := cmp.Diff(names(want, w.ID), names(got.Sets, g.ID)); diff != "" {
					t.Fatalf("seed %d: Minimal(%v, order %d) %s, reference -, package +:\n%s\nneeds %+v, standby %v, group %v",
						seed, w.ID(v), order, by, diff, w.Needs, w.Standby, w.Group)
				}
			}
		}
	}
	if enough := tiertest.Count(100, 100, 100); sizes[0] == 0 || sizes[1] < enough || sizes[2] < enough || sizes[3] < enough || sizes[4] < enough/20 {
		t.Errorf("the systems had so many sets of each size: %v, want some of every size up to 4", sizes)
	}
}
