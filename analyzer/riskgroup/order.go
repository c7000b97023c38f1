package riskgroup

import (
	"cmp"
	"slices"
)

// deepFirst lists the cells in the order of a walk from the top, members in order.
func (c *cone) deepFirst() []cell {
	seen := make([]bool, len(c.nodes))
	var out []cell
	stack := []cell{c.top}
	for len(stack) > 0 {
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if seen[x] {
			continue
		}
		seen[x] = true
		out = append(out, x)
		for _, q := range slices.Backward(c.gatesOf(x)) {
			for _, y := range slices.Backward(q.members) {
				stack = append(stack, y)
			}
		}
	}
	for x := range seen {
		if !seen[x] {
			out = append(out, cell(x))
		}
	}
	return out
}

// gathered lists the cells so that those that belong to the same gates are close to
// each other: from a walk, each is moved to the middle of the middles of its gates as
// long as that brings something (FORCE: Aloul, Markov, Sakallah 2003). Cells that
// need nothing and that the same gates name move as one. A gate pulls the less the
// more it names, or a wide one draws together what belongs apart.
func (c *cone) gathered() []cell {
	f := newForce(c)
	best, least := slices.Clone(f.order), f.span()
	for worse := 0; worse < 8; {
		f.gather()
		if span := f.span(); span < least {
			copy(best, f.order)
			least, worse = span, 0
		} else {
			worse++
		}
	}
	var out []cell
	for _, b := range best {
		out = append(out, f.bundles[b]...)
	}
	return out
}

type force struct {
	bundles [][]cell
	order   []int32 // bundles
	at      []int32 // by bundle: its place in order
	pulls   [][]int32
	sum     []float64
	weight  []float64
}

func newForce(c *cone) *force {
	f := &force{}
	walk := c.deepFirst()
	of := make([]int32, len(walk))
	where := map[string]int32{}
	for _, x := range walk {
		if key, single := c.bundleKey(x); !single {
			if b, known := where[key]; known {
				of[x] = b
				f.bundles[b] = append(f.bundles[b], x)
				continue
			}
			where[key] = int32(len(f.bundles))
		}
		of[x] = int32(len(f.bundles))
		f.bundles = append(f.bundles, []cell{x})
	}
	for _, q := range c.gates {
		if q.owner == c.top { // it would draw everything together
			continue
		}
		pull := []int32{of[q.owner]}
		for _, y := range q.members {
			pull = append(pull, of[y])
		}
		slices.Sort(pull)
		f.pulls = append(f.pulls, slices.Compact(pull))
	}
	for b := range f.bundles {
		f.order = append(f.order, int32(b))
	}
	f.at = slices.Clone(f.order)
	f.sum, f.weight = make([]float64, len(f.order)), make([]float64, len(f.order))
	return f
}

// bundleKey returns what a cell that needs nothing shares with those of its bundle:
// the gates that name it. Any other cell is a bundle of its own.
func (c *cone) bundleKey(x cell) (key string, single bool) {
	if len(c.gatesOf(x)) > 0 || x == c.top {
		return "", true
	}
	return keyOf(c.gatesNaming(x)), false
}

// gather moves each bundle once.
func (f *force) gather() {
	clear(f.sum)
	clear(f.weight)
	for _, pull := range f.pulls {
		middle := 0.0
		for _, b := range pull {
			middle += float64(f.at[b])
		}
		middle /= float64(len(pull))
		strength := 1 / float64(len(pull))
		for _, b := range pull {
			f.sum[b] += strength * middle
			f.weight[b] += strength
		}
	}
	for b := range f.sum {
		if f.weight[b] == 0 {
			f.sum[b] = float64(f.at[b])
		} else {
			f.sum[b] /= f.weight[b]
		}
	}
	slices.SortStableFunc(f.order, func(a, b int32) int { return cmp.Compare(f.sum[a], f.sum[b]) })
	for i, b := range f.order {
		f.at[b] = int32(i)
	}
}

// span returns how far what belongs together is apart, all in all, with the
// strength of each gate.
func (f *force) span() float64 {
	total := 0.0
	for _, pull := range f.pulls {
		low, high := f.at[pull[0]], f.at[pull[0]]
		for _, b := range pull {
			low, high = min(low, f.at[b]), max(high, f.at[b])
		}
		total += float64(high-low) / float64(len(pull))
	}
	return total
}
