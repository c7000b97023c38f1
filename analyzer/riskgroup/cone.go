package riskgroup

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// cell is a node of a cone, by its place there. It has the type of a node's index so
// that a graph as a whole can stand for a cone.
type cell = depgraph.NodeIndex

// cone is everything that can take one node down: cells, each of which goes down
// with enough members of one of its gates, and most of which can fail themselves.
type cone struct {
	nodes []depgraph.NodeIndex   // of each cell; ascending
	class [][]depgraph.NodeIndex // by cell: the nodes any one of which fails as it; ascending
	gates []gate                 // by owner
	owns  []int32                // by cell: its first gate; one more
	inAt  []int32                // by cell: where the gates that name it begin in in; one more
	in    []int32
	top   cell
}

// gate takes its owner down once limit of its members are down. A member that
// stands for several counts as often as it is listed.
type gate struct {
	owner   cell
	limit   int32
	members []cell // ascending
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
	c.class = make([][]depgraph.NodeIndex, len(c.nodes))
	for i, x := range c.nodes {
		if x != v && g.ID(x).Kind != depgraph.KindGroup {
			c.class[i] = c.nodes[i : i+1]
		}
		c.owns = append(c.owns, int32(len(c.gates)))
		eachGate(m, x, func(limit int, members []depgraph.NodeIndex) {
			q := gate{cell(i), int32(limit), make([]cell, len(members))}
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
// the members have to be lost for that, and the members that count; the slice is
// shared and does not change. Members that are down anyway are left out.
func eachGate(m *simulate.Model, x depgraph.NodeIndex, visit func(limit int, members []depgraph.NodeIndex)) {
	g := m.Graph()
	for from, to := g.OwnedBy(x); from < to; from++ {
		spare, ok := m.TakesDown(from)
		if !ok {
			continue
		}
		members := g.Members(from)
		if spare+g.Terms(from).Need.Of(len(members)) < len(members) {
			members = slices.DeleteFunc(slices.Clone(members), func(y depgraph.NodeIndex) bool {
				return !m.Counts(y, x) || m.DownAnyway(y)
			})
		}
		visit(spare+1, members) // no more than there are: at least one is needed
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

// ownedBy returns the range of the gates of a cell.
func (c *cone) ownedBy(x cell) (from, to int32) { return c.owns[x], c.owns[x+1] }

// gatesOf returns the gates of a cell.
func (c *cone) gatesOf(x cell) []gate { return c.gates[c.owns[x]:c.owns[x+1]] }

// fails reports whether a cell can fail by itself.
func (c *cone) fails(x cell) bool { return len(c.class[x]) > 0 }

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
		for _, q := range c.gatesOf(x) {
			if q.limit > 1 {
				continue
			}
			for _, y := range q.members {
				if !in[y] {
					in[y] = true
					queue = append(queue, y)
				}
			}
		}
	}
	return in
}

// tidy drops those of the last gates that repeat another one's members without a
// lower limit.
func (c *cone) tidy(from int32) {
	last := c.gates[from:]
	slices.SortFunc(last, func(a, b gate) int {
		if d := slices.Compare(a.members, b.members); d != 0 {
			return d
		}
		return int(a.limit) - int(b.limit)
	})
	last = slices.CompactFunc(last, func(a, b gate) bool { return slices.Equal(a.members, b.members) })
	c.gates = c.gates[:int(from)+len(last)]
}
