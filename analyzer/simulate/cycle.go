package simulate

import "slices"

// singles is the graph of the unsettled things of which one needs another one by
// itself: no alternative to it is left. Its cycles that go through a start are
// deadlocks; two nodes that only need each other to run would serve together.
type singles struct {
	s     *stuck
	links [][]link // by thing
}

// link is one thing that needs another, by a want or, where want is byStart,
// because a node that never starts never serves.
type link struct {
	from, to thing
	by       waiter
}

func newSingles(s *stuck) *singles {
	c := &singles{s: s, links: make([][]link, len(s.steps))}
	for i := range s.steps {
		t := thing(i)
		if s.steps[t].depth != unknown || s.happens(t) {
			continue
		}
		if !t.isStart() && s.waitsForOwnStart(t) {
			c.links[t] = append(c.links[t], link{t, t + 1, waiter{t, byStart, 0}})
		}
		for _, x := range s.waiters(t) {
			need := s.r.wants[x.want].toBlock()
			parts := s.parts(x)
			for _, p := range parts {
				if s.steps[p].depth != unknown {
					need--
				}
			}
			if need > 1 {
				continue
			}
			for _, p := range parts {
				if s.steps[p].depth == unknown {
					c.links[t] = append(c.links[t], link{t, p, x})
				}
			}
		}
	}
	return c
}

// components lists the sets of things that lead to each other, each ascending, by
// Tarjan's algorithm without recursion; O(things + links).
func (c *singles) components() [][]thing {
	n := len(c.links)
	number := make([]int32, n) // 0: not seen
	low := make([]int32, n)
	open := make([]bool, n)
	var stack, path []thing
	next := make([]int, n)
	var out [][]thing
	count := int32(0)
	enter := func(t thing) {
		count++
		number[t], low[t], open[t] = count, count, true
		stack, path = append(stack, t), append(path, t)
	}
	for i := range c.links {
		if number[i] == 0 && len(c.links[i]) > 0 {
			enter(thing(i))
		}
		for len(path) > 0 {
			t := path[len(path)-1]
			if next[t] < len(c.links[t]) {
				to := c.links[t][next[t]].to
				next[t]++
				switch {
				case number[to] == 0:
					enter(to)
				case open[to]:
					low[t] = min(low[t], number[to])
				}
				continue
			}
			path = path[:len(path)-1]
			if len(path) > 0 {
				up := path[len(path)-1]
				low[up] = min(low[up], low[t])
			}
			if low[t] != number[t] {
				continue
			}
			at := len(stack) - 1
			for stack[at] != t {
				at--
			}
			component := slices.Clone(stack[at:])
			stack = stack[:at]
			for _, x := range component {
				open[x] = false
			}
			slices.Sort(component)
			out = append(out, component)
		}
	}
	return out
}

// shortest returns the links of a smallest cycle through a start among the things
// of a component, the first by thing of those as small; nil where there is none.
// It searches from every start, no farther than the best cycle so far and never
// again through a start that it has searched from.
func (c *singles) shortest(component []thing) []link {
	inside := make(map[thing]bool, len(component))
	for _, t := range component {
		inside[t] = true
	}
	var best []link
	bestSize := int32(1 << 30)
	for _, t := range component {
		if !t.isStart() {
			continue
		}
		if cycle, size := c.back(t, inside, bestSize); cycle != nil {
			best, bestSize = cycle, size
		}
		delete(inside, t)
	}
	return best
}

// back returns the links of a smallest cycle through t among the things given, and
// its size, where it is smaller than the limit. That a node that does not start
// does not serve is no step of its own.
func (c *singles) back(t thing, inside map[thing]bool, limit int32) (cycle []link, size int32) {
	came := map[thing]link{}
	dist := map[thing]int32{t: 0}
	near := []thing{t} // of the distance looked at
	for d := int32(0); len(near) > 0 && d < limit; d++ {
		var far []thing
		for len(near) > 0 {
			at := near[0]
			near = near[1:]
			if dist[at] < d { // reached on a shorter way
				continue
			}
			for _, l := range c.links[at] {
				cost := int32(1)
				if l.by.want == byStart {
					cost = 0
				}
				if l.to == t && d+cost < limit {
					came[t] = l
					cycle, size = c.trace(t, came), d+cost
					limit = size
				}
				if old, seen := dist[l.to]; !inside[l.to] || seen && old <= d+cost {
					continue
				}
				dist[l.to], came[l.to] = d+cost, l
				if cost == 0 {
					near = append(near, l.to)
				} else {
					far = append(far, l.to)
				}
			}
		}
		near = far
	}
	return cycle, size
}

// trace returns the links of the cycle that came back to t, from t on.
func (c *singles) trace(t thing, came map[thing]link) []link {
	var out []link
	for at := t; ; {
		l := came[at]
		out = append(out, l)
		if at = l.from; at == t {
			slices.Reverse(out)
			return out
		}
	}
}
