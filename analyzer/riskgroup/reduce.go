package riskgroup

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// without returns the cone in which the cells of fatal, the top among them, are
// merged into the top: each of them takes the top down, so that its gates are
// gates of the top, and no other gate waits for it. What cannot go down any more
// is left out too.
func (c *cone) without(fatal []bool) *cone {
	stays := c.fallible(fatal)
	into := make([]cell, len(c.nodes))
	for x := range into {
		switch {
		case stays[x]:
			into[x] = cell(x)
		case fatal[x]:
			into[x] = c.top
		default:
			into[x] = gone
		}
	}
	return c.merge(into)
}

// gone marks a cell that is left out of a merged cone.
const gone cell = -1

// fallible returns which cells can still go down while those of fatal do not.
func (c *cone) fallible(fatal []bool) []bool {
	can := make([]bool, len(c.nodes))
	left := make([]int32, len(c.gates))
	for i := range c.gates {
		left[i] = c.gates[i].limit
	}
	var queue []cell
	for x, class := range c.class {
		if len(class) > 0 && !fatal[x] {
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

// merge returns the cone in which every cell is merged into the one given for it,
// or left out. What is merged into the top is lost as a member, and can no longer
// fail; within any other cell one member that goes down takes all of it along.
func (c *cone) merge(into []cell) *cone {
	out := &cone{}
	at := make([]cell, len(c.nodes))
	parts := make([][]cell, len(c.nodes))
	for x, y := range into {
		if y != gone {
			parts[y] = append(parts[y], cell(x))
		}
	}
	for x := range c.nodes {
		if into[x] == cell(x) || cell(x) == c.top {
			at[x] = cell(len(out.nodes))
			out.nodes = append(out.nodes, c.nodes[x])
		}
	}
	out.top = at[c.top]
	for x := range c.nodes {
		if into[x] != cell(x) && cell(x) != c.top {
			continue
		}
		var class []depgraph.NodeIndex
		first := int32(len(out.gates))
		out.owns = append(out.owns, first)
		for _, y := range parts[x] {
			if cell(x) != c.top {
				class = append(class, c.class[y]...)
			}
			out.adopt(c, y, into, at)
		}
		slices.Sort(class)
		out.class = append(out.class, class)
		out.tidy(first)
	}
	out.owns = append(out.owns, int32(len(out.gates)))
	out.index()
	return out
}

// adopt gives the last cell the gates of a cell of another cone, as far as they say
// something of other cells than the last and the top.
func (c *cone) adopt(from *cone, x cell, into, at []cell) {
	owner := cell(len(c.owns) - 1)
	for i, to := from.ownedBy(x); i < to; i++ {
		q := gate{owner: owner, limit: from.gates[i].limit}
		for _, y := range from.gates[i].members {
			if z := into[y]; z != gone && z != from.top && at[z] != owner {
				q.members = append(q.members, at[z])
			}
		}
		slices.Sort(q.members)
		if int(q.limit) <= len(q.members) {
			c.gates = append(c.gates, q)
		}
	}
}

// classes returns the cone in which cells that cannot be told apart from the top are
// one: those that take each other down one by one, and those that are needed by one
// other cell alone, which they take down.
func (c *cone) classes() *cone {
	c = c.merge(c.loops())
	for {
		into, merged := c.chained()
		if !merged {
			return c
		}
		c = c.merge(into)
	}
}

// chained maps each cell that one other cell alone waits for, and cannot spare, to
// that one, or to where it is mapped itself.
func (c *cone) chained() (into []cell, merged bool) {
	into = make([]cell, len(c.nodes))
	for x := range into {
		into[x] = c.onlyUser(cell(x))
	}
	for x := range into {
		// What loops are merged leaves no circle of cells without another user.
		for into[x] != into[into[x]] {
			into[x] = into[into[x]]
		}
		merged = merged || into[x] != cell(x)
	}
	return into, merged
}

// onlyUser returns the one cell but the top that needs x, and cannot spare it; x
// itself where there is none.
func (c *cone) onlyUser(x cell) cell {
	user := x
	for _, i := range c.gatesNaming(x) {
		q := &c.gates[i]
		if q.limit > 1 || q.owner == c.top || user != x && q.owner != user {
			return x
		}
		user = q.owner
	}
	return user
}

// loops maps every cell but the top to the first of those that take it down one by
// one and that it takes down one by one.
func (c *cone) loops() []cell {
	into := make([]cell, len(c.nodes))
	c.components(func(q *gate) bool { return q.limit == 1 && q.owner != c.top }, func(component []cell) {
		first := slices.Min(component)
		for _, x := range component {
			into[x] = first
		}
	})
	return into
}
