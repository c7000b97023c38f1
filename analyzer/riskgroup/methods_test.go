package riskgroup

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// randomCone makes a cone of gates over each other and over leaves, wide ones with
// members in common and limits of all sizes among them, with cycles or without.
func randomCone(rng *rand.Rand) *cone {
	n := 10 + rng.IntN(40)
	c := &cone{top: 0}
	cyclic := rng.IntN(3) == 0
	for x := range n {
		c.nodes = append(c.nodes, cell(x))
		var class []depgraph.NodeIndex
		if x > 0 && (x > n/2 || rng.IntN(3) > 0) {
			class = c.nodes[x:]
		}
		c.class = append(c.class, class)
		c.owns = append(c.owns, int32(len(c.gates)))
		for range rng.IntN(3) {
			if x > 2*n/3 {
				break
			}
			width := 2 + rng.IntN(3)
			if rng.IntN(6) == 0 {
				width = min(25+rng.IntN(15), n-x-1)
			}
			var members []cell
			for range width {
				y := cell(rng.IntN(n))
				if !cyclic && int(y) <= x {
					y = cell(x + 1 + rng.IntN(n-x-1))
				}
				if int(y) != x {
					members = append(members, y)
				}
			}
			slices.Sort(members) // and some of them twice, as merged ones are
			if len(members) > 0 {
				c.gates = append(c.gates, gate{cell(x), int32(1 + rng.IntN(len(members))), members})
			}
		}
	}
	c.owns = append(c.owns, int32(len(c.gates)))
	c.index()
	return c
}

// withoutSingles takes what takes the top down alone out of the question.
func (c *cone) withoutSingles() *cone {
	fatal := c.chain()
	rest := c.without(fatal)
	for _, x := range newHitting(context.Background(), rest, 0, 0).singles() {
		at, _ := slices.BinarySearch(c.nodes, rest.nodes[x])
		fatal[at] = true
	}
	return c.without(fatal)
}

func texts(c *cone, sets [][]cell) []string {
	out := []string{}
	for _, set := range sets {
		line := ""
		for _, x := range set {
			line += fmt.Sprint(c.class[x], " ")
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

// cases returns how many to try: fewer where the run is one of very many.
func cases(n int) int {
	if tiertest.Quick() {
		return n / 20
	}
	return n
}

func TestHittingSetsAndFamiliesFindTheSame(t *testing.T) {
	seeded, sets := 0, 0
	for seed := range cases(1500) {
		rng := rand.New(rand.NewPCG(uint64(seed), 31))
		c := randomCone(rng).withoutSingles()
		order := 2 + rng.IntN(2)
		if len(c.nodes) < 25 {
			order++
		}

		h := newHitting(t.Context(), c, math.MaxInt, math.MaxInt64)
		if err := h.run(order); err != nil || !h.complete {
			t.Fatal(err, h.complete)
		}

		p, _ := packingFor(order, len(c.nodes))
		s := newSolver(c, newBench(p, len(c.nodes), math.MaxInt64), len(c.nodes), math.MaxInt)
		found, ok := s.solve(c.top)
		if !ok {
			t.Fatalf("seed %d: given up", seed)
		}
		var families [][]cell
		for _, set := range found.sets {
			families = append(families, p.cells(nil, set))
		}
		if diff := cmp.Diff(texts(c, h.found), texts(c, families)); diff != "" {
			t.Fatalf("seed %d, order %d, hitting sets -, families +:\n%s\n%+v", seed, order, diff, c.gates)
		}
		if slices.ContainsFunc(c.gates, func(q gate) bool { return int(q.limit) > order && len(q.members) > 24 }) && len(families) > 0 {
			seeded++
		}
		sets += len(families)
	}
	if seeded < cases(50) || sets < cases(5000) {
		t.Errorf("%d cones with wide gates of high limits and %d sets in all, want more", seeded, sets)
	}
}

func TestClassesChangeNoGroup(t *testing.T) {
	for seed := range cases(2000) {
		rng := rand.New(rand.NewPCG(uint64(seed), 37))
		c := randomCone(rng).withoutSingles()
		merged := c.classes()
		var got, want []string
		for i, of := range []*cone{c, merged} {
			h := newHitting(t.Context(), of, math.MaxInt, math.MaxInt64)
			if err := h.run(3); err != nil {
				t.Fatal(err)
			}
			out := &list{most: math.MaxInt}
			for _, set := range h.found {
				classes := make([][]depgraph.NodeIndex, len(set))
				for k, x := range set {
					classes[k] = of.class[x]
				}
				out.add(classes)
			}
			lines := []string{}
			for _, set := range out.groups.Sets {
				lines = append(lines, fmt.Sprint(set))
			}
			slices.Sort(lines)
			if i == 0 {
				want = lines
			} else {
				got = lines
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d, each cell by itself -, classes +:\n%s\n%+v", seed, diff, c.gates)
		}
	}
}

// The fewer cells the fewer sets there are to look at: nothing is left to merge, and of the
// gates of one cell none repeats another one's members.
func TestClassesAreAsFewAsCanBe(t *testing.T) {
	merged := 0
	for seed := range cases(2000) {
		c := randomCone(rand.New(rand.NewPCG(uint64(seed), 43))).withoutSingles()
		of := c.classes()
		merged += len(c.nodes) - len(of.nodes)
		for x := range of.nodes {
			if users := of.gatesNaming(cell(x)); len(users) == 1 {
				if q := of.gates[users[0]]; q.limit == 1 && q.owner != of.top {
					t.Errorf("seed %d: cell %d is needed by %d alone, which cannot spare it", seed, x, q.owner)
				}
			}
			gates := of.gatesOf(cell(x))
			for i, q := range gates {
				for _, o := range gates[:i] {
					if slices.Equal(o.members, q.members) {
						t.Errorf("seed %d: two gates of cell %d have the members %v", seed, x, q.members)
					}
				}
			}
		}
		of.components(func(q *gate) bool { return q.limit == 1 && q.owner != of.top }, func(component []cell) {
			if len(component) > 1 {
				t.Errorf("seed %d: the cells %v take each other down", seed, component)
			}
		})
	}
	if merged == 0 {
		t.Error("nothing is merged")
	}
}

// Of gates of the same members the one counts that takes fewest of them to close.
func TestOfGatesOfTheSameMembersTheLowestLimitStays(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 47))
	for range cases(2000) {
		c := &cone{}
		least := map[string]int32{}
		for range 1 + rng.IntN(8) {
			members := []cell{0, 1, 2}[:1+rng.IntN(3)]
			q := gate{0, int32(1 + rng.IntN(3)), members}
			c.gates = append(c.gates, q)
			if low, known := least[keyOf(members)]; !known || q.limit < low {
				least[keyOf(members)] = q.limit
			}
		}
		all := slices.Clone(c.gates)
		c.tidy(0)
		for _, q := range c.gates {
			if q.limit != least[keyOf(q.members)] {
				t.Errorf("of %v stays %v", all, c.gates)
			}
		}
		if len(c.gates) != len(least) {
			t.Errorf("of %v stay %v", all, c.gates)
		}
	}
}

// Whichever way ends first, the sets are the same.
func TestWithAnyBoundsTheSetsAreTheSame(t *testing.T) {
	ways := map[string]int{}
	for seed := range cases(600) {
		rng := rand.New(rand.NewPCG(uint64(seed), 53))
		c := randomCone(rng).withoutSingles()
		f := &Finder{o: Options{Cap: []int{0, 0, 5}[rng.IntN(3)]}}
		want, complete, err := f.larger(t.Context(), c, math.MaxInt64, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, work := range []int64{0, 100, 10_000} {
			for _, budget := range []int64{0, 1_000_000} {
				got, whole, err := f.larger(t.Context(), c, work, budget)
				if err != nil {
					t.Fatal(err)
				}
				if whole && !complete { // families know no cap
					ways["whole"]++
					continue
				}
				if diff := cmp.Diff(texts(c, want), texts(c, got)); diff != "" || whole != complete {
					t.Fatalf("seed %d, work %d, budget %d: complete %v, want %v:\n%s", seed, work, budget, whole, complete, diff)
				}
				ways["same"]++
			}
		}
	}
	if ways["whole"] == 0 || ways["same"] == 0 {
		t.Error(ways)
	}
}

func TestABudgetThatIsSpentGivesUpInsteadOfAnsweringWrong(t *testing.T) {
	answers := 0
	for seed := range cases(300) {
		c := randomCone(rand.New(rand.NewPCG(uint64(seed), 41))).withoutSingles()
		p, _ := packingFor(3, len(c.nodes))
		all, _ := newSolver(c, newBench(p, len(c.nodes), math.MaxInt64), len(c.nodes), math.MaxInt).solve(c.top)
		for _, budget := range []int64{0, 10, 100, 1000, 10000} {
			got, ok := newSolver(c, newBench(p, len(c.nodes), budget), len(c.nodes), math.MaxInt).solve(c.top)
			if ok && !got.sameAs(all) {
				t.Fatalf("seed %d: with a budget of %d %d sets, want %d or none", seed, budget, len(got.sets), len(all.sets))
			}
			if ok {
				answers++
			}
		}
		h := newHitting(t.Context(), c, math.MaxInt, 50)
		if err := h.run(3); err != nil {
			t.Fatal(err)
		}
		if h.complete && len(h.found) != len(all.sets) {
			t.Fatalf("seed %d: hitting sets with little work claim %d sets, want %d", seed, len(h.found), len(all.sets))
		}
	}
	if answers == 0 || answers == 1500 {
		t.Errorf("%d of 1500 budgets sufficed, want some", answers)
	}
}

func TestPackedSetsAreSets(t *testing.T) {
	for _, order := range []int{1, 2, 3, 5, 8} {
		p, ok := packingFor(order, 100)
		if !ok {
			t.Fatalf("packingFor(%d, 100) does not fit", order)
		}
		rng := rand.New(rand.NewPCG(1, uint64(order)))
		random := func() (cells []cell, packed uint64) {
			for range rng.IntN(order + 1) {
				cells = append(cells, cell(rng.IntN(100)))
			}
			slices.Sort(cells)
			cells = slices.Compact(cells)
			for _, x := range cells {
				packed, _ = p.union(packed, p.single(x))
			}
			return cells, packed
		}
		for range 2000 {
			a, pa := random()
			b, pb := random()
			if got := p.cells(nil, pa); !slices.Equal(got, a) || p.size(pa) != len(a) {
				t.Fatalf("cells = %v, size %d, want %v", got, p.size(pa), a)
			}
			both := append(slices.Clone(a), b...)
			slices.Sort(both)
			both = slices.Compact(both)
			if got, fits := p.union(pa, pb); fits != (len(both) <= order) || fits && !slices.Equal(p.cells(nil, got), both) {
				t.Fatalf("union(%v, %v) = %v, %v, want %v", a, b, p.cells(nil, got), fits, both)
			}
			rest := slices.DeleteFunc(slices.Clone(a), func(x cell) bool { return slices.Contains(b, x) })
			if got := p.cells(nil, p.minus(pa, pb)); !slices.Equal(got, rest) {
				t.Fatalf("minus(%v, %v) = %v, want %v", a, b, got, rest)
			}
			pick := rng.IntN(1 << len(a))
			var picked []cell
			for i, x := range a {
				if pick>>i&1 != 0 {
					picked = append(picked, x)
				}
			}
			if got := p.cells(nil, p.subset(pa, pick)); !slices.Equal(got, picked) {
				t.Fatalf("subset(%v, %b) = %v, want %v", a, pick, got, picked)
			}
		}
	}
	for _, c := range []struct {
		order, n int
		fits     bool
	}{{3, 2_000_000, true}, {3, 2_100_000, false}, {6, 1000, true}, {6, 1100, false}, {17, 3, false}, {16, 14, true}, {16, 15, false}} {
		if _, fits := packingFor(c.order, c.n); fits != c.fits {
			t.Errorf("packingFor(%d, %d) fits: %v, want %v", c.order, c.n, fits, c.fits)
		}
	}
}
