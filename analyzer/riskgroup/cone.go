package riskgroup

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// cell is a node of a cone, by its place there.
type cell = int32

// cone is everything that can take one node down: cells, each of which goes down
// with enough members of one of its gates, and most of which can fail themselves.
type cone struct {
	nodes []depgraph.NodeIndex // of each cell; ascending
	event []bool               // by cell: it can fail by itself
	gates []gate               // by owner
	owns  []int32              // by cell: its first gate; one more
	inAt  []int32              // by cell: where the gates that name it begin in in; one more
	in    []int32
	top   cell
}

// gate takes its owner down once limit of its members are down.
type gate struct {
	owner   cell
	limit   int32
	members []cell
}

// newCone collects what can take v down, in O(what v needs, sorted).
func newCone(m *simulate.Model, v depgraph.NodeIndex) *cone {
	g := m.Graph()
	c := &cone{nodes: []depgraph.NodeIndex{v}}
	seen := map[depgraph.NodeIndex]bool{v: true}
	for next := 0; next < len(c.nodes); next++ {
		eachGate(m, c.nodes[next], func(_ int, members []depgraph.NodeIndex) {
			for _, x := range members {
				if !seen[x] {
					seen[x] = true
					c.nodes = append(c.nodes, x)
				}
			}
		})
	}
	slices.Sort(c.nodes)
	at := make(map[depgraph.NodeIndex]cell, len(c.nodes))
	for i, x := range c.nodes {
		at[x] = cell(i)
	}
	c.top = at[v]
	c.event = make([]bool, len(c.nodes))
	for i, x := range c.nodes {
		c.event[i] = x != v && g.ID(x).Kind != depgraph.KindGroup
		c.owns = append(c.owns, int32(len(c.gates)))
		eachGate(m, x, func(limit int, members []depgraph.NodeIndex) {
			q := gate{owner: cell(i), limit: int32(limit), members: make([]cell, len(members))}
			for k, y := range members {
				q.members[k] = at[y]
			}
			c.gates = append(c.gates, q)
		})
	}
	c.owns = append(c.owns, int32(len(c.gates)))
	c.index()
	return c
}

// eachGate calls visit with every requirement that can take x down: how many of
// the members have to be lost for that, and the members that count. Members that
// are down anyway are left out, and so is what can no longer be lost enough of.
func eachGate(m *simulate.Model, x depgraph.NodeIndex, visit func(limit int, members []depgraph.NodeIndex)) {
	g := m.Graph()
	var members []depgraph.NodeIndex
	for from, to := g.OwnedBy(x); from < to; from++ {
		spare, ok := m.TakesDown(from)
		if !ok {
			continue
		}
		limit := spare + 1
		members = members[:0]
		for _, y := range g.Members(from) {
			switch {
			case !m.Counts(y, x):
			case m.DownAnyway(y):
				limit--
			default:
				members = append(members, y)
			}
		}
		if limit <= len(members) {
			visit(limit, members)
		}
	}
}

// index fills the reverse index of the gates.
func (c *cone) index() {
	n := len(c.nodes)
	c.inAt = make([]int32, n+1)
	total := 0
	for i := range c.gates {
		for _, x := range c.gates[i].members {
			c.inAt[x+1]++
		}
		total += len(c.gates[i].members)
	}
	for i := range n {
		c.inAt[i+1] += c.inAt[i]
	}
	c.in = make([]int32, total)
	next := slices.Clone(c.inAt[:n])
	for i := range c.gates {
		for _, x := range c.gates[i].members {
			c.in[next[x]] = int32(i)
			next[x]++
		}
	}
}

// gatesOf returns the range of the gates of a cell.
func (c *cone) gatesOf(x cell) (from, to int32) { return c.owns[x], c.owns[x+1] }

// gatesNaming returns the gates that name a cell.
func (c *cone) gatesNaming(x cell) []int32 { return c.in[c.inAt[x]:c.inAt[x+1]] }

// chain returns the cells any one of whose loss takes the top down along gates that
// spare nobody, the top included, as flags by cell.
func (c *cone) chain() []bool {
	in := make([]bool, len(c.nodes))
	in[c.top] = true
	queue := []cell{c.top}
	for len(queue) > 0 {
		x := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for i, to := c.gatesOf(x); i < to; i++ {
			if c.gates[i].limit > 1 {
				continue
			}
			for _, y := range c.gates[i].members {
				if !in[y] {
					in[y] = true
					queue = append(queue, y)
				}
			}
		}
	}
	return in
}

// without returns the cone in which the cells of fatal, the top among them, are
// merged into the top: each of them takes the top down, so that its gates are
// gates of the top, and no other gate waits for it. What cannot go down any more
// is left out too, and so are gates that say no more than another of their owner.
func (c *cone) without(fatal []bool) *cone {
	stays := c.fallible(fatal)
	out := &cone{}
	at := make([]cell, len(c.nodes))
	for x := range c.nodes {
		if stays[x] || cell(x) == c.top {
			at[x] = cell(len(out.nodes))
			out.nodes = append(out.nodes, c.nodes[x])
			out.event = append(out.event, c.event[x] && cell(x) != c.top)
		}
	}
	out.top = at[c.top]
	for x := range c.nodes {
		switch {
		case cell(x) == c.top:
			out.owns = append(out.owns, int32(len(out.gates)))
			for y := range c.nodes {
				if fatal[y] {
					out.adopt(c, cell(y), stays, at)
				}
			}
			out.tidy(out.owns[len(out.owns)-1])
		case stays[x]:
			out.owns = append(out.owns, int32(len(out.gates)))
			out.adopt(c, cell(x), stays, at)
			out.tidy(out.owns[len(out.owns)-1])
		}
	}
	out.owns = append(out.owns, int32(len(out.gates)))
	out.index()
	return out
}

// adopt adds the gates of a cell of c, without the members that do not stay.
func (c *cone) adopt(from *cone, x cell, stays []bool, at []cell) {
	for i, to := from.gatesOf(x); i < to; i++ {
		q := gate{owner: cell(len(c.owns) - 1), limit: from.gates[i].limit}
		for _, y := range from.gates[i].members {
			if stays[y] {
				q.members = append(q.members, at[y])
			}
		}
		if int(q.limit) <= len(q.members) {
			c.gates = append(c.gates, q)
		}
	}
}

// tidy drops those of the last gates that repeat another one's members without a
// lower limit.
func (c *cone) tidy(from int32) {
	last := c.gates[from:]
	slices.SortFunc(last, func(a, b gate) int {
		if d := slices.Compare(a.members, b.members); d != 0 {
			return d
		}
		return int(a.limit - b.limit)
	})
	last = slices.CompactFunc(last, func(a, b gate) bool { return slices.Equal(a.members, b.members) })
	c.gates = c.gates[:int(from)+len(last)]
}

// fallible returns which cells can still go down while those of fatal do not.
func (c *cone) fallible(fatal []bool) []bool {
	can := make([]bool, len(c.nodes))
	left := make([]int32, len(c.gates))
	for i := range c.gates {
		left[i] = c.gates[i].limit
	}
	var queue []cell
	for x, event := range c.event {
		if event && !fatal[x] {
			can[x] = true
			queue = append(queue, cell(x))
		}
	}
	for len(queue) > 0 {
		x := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, i := range c.gatesNaming(x) {
			left[i]--
			if o := c.gates[i].owner; left[i] == 0 && !can[o] && !fatal[o] {
				can[o] = true
				queue = append(queue, o)
			}
		}
	}
	return can
}
