package riskgroup

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// Half of this package only decides how much work an answer is: bounds, orders of
// variables, hashes, which method is tried first. A mistake there changes no answer,
// so the work is counted on systems that never change, and held to within a fiftieth.
// Whoever makes it less writes down the new numbers.
var wantWork = map[string]int64{
	"deep, diagram nodes":       12319,
	"deep, diagram probes":      47714,
	"deep, diagram steps":       61014,
	"deep, distance gathered":   1244,
	"deep, distance walked":     2599,
	"deep, families":            34972,
	"deep, hitting sets":        8698,
	"random, diagram nodes":     178248,
	"random, diagram probes":    659570,
	"random, diagram steps":     1405471,
	"random, distance gathered": 1505,
	"random, distance walked":   2696,
	"random, families":          872420,
	"random, hitting sets":      231107,
	"wide, diagram nodes":       20496,
	"wide, diagram probes":      75213,
	"wide, diagram steps":       166489,
	"wide, distance gathered":   599,
	"wide, distance walked":     730,
	"wide, families":            43086,
	"wide, hitting sets":        18308,
}

// sharedCone is a cone of gates over the next few gates and over leaves that many of
// them share: deeper and wider than those of randomCone.
func sharedCone(rng *rand.Rand, gates, leaves, window, arity int) *cone {
	n := gates + leaves
	c := &cone{top: 0}
	for x := range n {
		c.nodes = append(c.nodes, cell(x))
		c.class = append(c.class, nil)
		if x >= gates {
			c.class[x] = c.nodes[x:]
		}
		c.owns = append(c.owns, int32(len(c.gates)))
		if x >= gates {
			continue
		}
		var members []cell
		for range 2 + rng.IntN(arity-1) {
			y := cell(gates + rng.IntN(leaves))
			if x+1 < gates && rng.IntN(2) == 0 {
				y = cell(x + 1 + rng.IntN(min(window, gates-x-1)))
			}
			if !slices.Contains(members, y) {
				members = append(members, y)
			}
		}
		if x+1 < gates && !slices.Contains(members, cell(x+1)) {
			members = append(members, cell(x+1))
		}
		slices.Sort(members)
		limit := 1
		if rng.IntN(3) > 0 {
			limit = 1 + rng.IntN(len(members))
		}
		c.gates = append(c.gates, gate{cell(x), int32(limit), members})
	}
	c.owns = append(c.owns, int32(len(c.gates)))
	c.index()
	return c.withoutSingles()
}

func TestWorkDoesNotGrow(t *testing.T) {
	const diagramMost = 10_000
	got := map[string]int64{}
	measure := func(name string, c *cone) {
		h := newHitting(t.Context(), c, math.MaxInt, 2_000_000)
		if err := h.run(3); err != nil {
			t.Fatal(err)
		}
		got[name+", hitting sets"] += h.work()

		p, _ := packingFor(3, len(c.nodes))
		b := newBench(p, len(c.nodes), 20_000_000)
		s := newSolver(c, b, len(c.nodes), math.MaxInt)
		if _, ok := s.solve(c.top); !ok {
			got[name+", families given up"]++
		}
		got[name+", families"] += 20_000_000 - b.budget

		f := newForce(c)
		walked := f.span()
		order := c.gathered()
		at := make([]int32, len(c.nodes))
		for i, x := range order {
			at[x] = int32(i)
		}
		got[name+", distance walked"] += int64(walked)
		got[name+", distance gathered"] += int64(spanOf(c, at))

		d := newDiagram(t.Context(), diagramMost)
		d.solve(c, at)
		got[name+", diagram steps"] += int64(8*diagramMost - d.steps)
		got[name+", diagram nodes"] += int64(len(d.nodes))
		got[name+", diagram probes"] += probes(d)
	}
	for seed := range uint64(40) {
		measure("random", randomCone(rand.New(rand.NewPCG(seed, 71))).withoutSingles())
	}
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 73))
		measure("deep", sharedCone(rng, 60, 50, 6, 4))
		measure("wide", sharedCone(rng, 40, 60, 30, 9))
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		want := wantWork[name]
		if diff := got[name] - want; diff < -want/50 || diff > want/50 {
			t.Errorf("%q: %d, and not about %d", name, got[name], want)
		}
	}
}

// spanOf is how far the members of each gate are apart in an order, without the top's.
func spanOf(c *cone, at []int32) float64 {
	total := 0.0
	for _, q := range c.gates {
		if q.owner == c.top {
			continue
		}
		low, high := at[q.owner], at[q.owner]
		for _, y := range q.members {
			low, high = min(low, at[y]), max(high, at[y])
		}
		total += float64(high-low) / float64(1+len(q.members))
	}
	return total
}

// probes is how many slots lie between the nodes of a diagram and where their hashes
// would have them.
func probes(d *diagram) int64 {
	mask := uint64(len(d.unique) - 1)
	far := int64(0)
	for i, n := range d.unique {
		if n != 0 {
			s := d.nodes[n]
			far += int64((uint64(i) - hash3(s.v, s.without, s.with)) & mask)
		}
	}
	return far + int64(len(d.unique))
}

func TestWordSetsStaySparse(t *testing.T) {
	var w wordSet
	rng := rand.New(rand.NewPCG(79, 1))
	for _, n := range []int{10, 3000, 100} {
		w.reset(n)
		if len(w.slots) < 2*n || n > 16 && len(w.slots) > 16*n {
			t.Errorf("reset(%d) leaves %d slots", n, len(w.slots))
		}
		far := 0
		for range n {
			s := rng.Uint64() >> 20 << 3 // packed words are alike in some of their bits
			i := w.slot(s)
			if w.slots[i] != s {
				w.add(s)
				i = w.slot(s)
			}
			far += (i - w.home(s)) & (len(w.slots) - 1)
		}
		if far > 3*n {
			t.Errorf("%d words are %d slots from where they would be", n, far)
		}
	}
}

// TestABudgetThatJustSufficesSuffices spends exactly what an answer takes, and one less.
func TestABudgetThatJustSufficesSuffices(t *testing.T) {
	for seed := range uint64(cases(100)) {
		c := randomCone(rand.New(rand.NewPCG(seed, 83))).withoutSingles()
		const plenty = math.MaxInt64
		h := newHitting(t.Context(), c, math.MaxInt, plenty)
		if err := h.run(3); err != nil {
			t.Fatal(err)
		}
		again := newHitting(t.Context(), c, math.MaxInt, h.work())
		if err := again.run(3); err != nil || !again.complete || len(again.found) != len(h.found) {
			t.Errorf("seed %d: with the work it takes %d of %d sets, %v", seed, len(again.found), len(h.found), err)
		}

		p, _ := packingFor(3, len(c.nodes))
		b := newBench(p, len(c.nodes), plenty)
		all, _ := newSolver(c, b, len(c.nodes), math.MaxInt).solve(c.top)
		for _, less := range []int64{0, 1} {
			got, ok := newSolver(c, newBench(p, len(c.nodes), plenty-b.budget-less), len(c.nodes), math.MaxInt).solve(c.top)
			if spent := plenty > b.budget; ok != (less == 0 || !spent) || ok && !got.sameAs(all) {
				t.Errorf("seed %d: %d less than the budget it takes: %v", seed, less, ok)
			}
		}

		at := make([]int32, len(c.nodes))
		for i := range at {
			at[i] = int32(i)
		}
		const most = 2_000
		d := newDiagram(t.Context(), most)
		if d.solve(c, at); d.over || d.steps == 8*most {
			continue
		}
		for _, less := range []int{0, 1} {
			tight := newDiagram(t.Context(), most)
			tight.most = len(d.nodes) - less
			if tight.solve(c, at); tight.over != (less > 0) {
				t.Errorf("seed %d: %d nodes less than it takes: over is %v", seed, less, tight.over)
			}
			tight = newDiagram(t.Context(), most)
			tight.steps -= d.steps + less
			if tight.solve(c, at); tight.over != (less > 0) {
				t.Errorf("seed %d: %d steps less than it takes: over is %v", seed, less, tight.over)
			}
		}
	}
}
