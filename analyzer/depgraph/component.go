package depgraph

// StrongComponents finds the strongly connected components of a directed graph
// of len(at)-1 vertices, where the arrows of v lead to to[at[v]:at[v+1]]. It
// returns the component of each vertex and how many there are. Components are
// numbered so that an arrow between two of them leads from the higher number to
// the lower: ascending order meets what is needed before what needs it. The
// numbering follows from the order of vertices and arrows alone.
//
// It is Tarjan's algorithm (1972) without recursion: O(V+E) time, 16 bytes a
// vertex besides the result, BenchmarkComponents.
func StrongComponents(at, to []int32) (component []int32, count int) {
	n := len(at) - 1
	component = make([]int32, n)
	low := make([]int32, n)  // 0: not visited; else the lowest visit reached, from 1
	next := make([]int32, n) // the arrow to follow next
	var open, path []int32   // Tarjan's stack, and the walk
	visits := int32(0)
	for root := range int32(n) {
		if low[root] != 0 {
			continue
		}
		path = append(path, root)
		for len(path) > 0 {
			v := path[len(path)-1]
			if low[v] == 0 {
				visits++
				low[v] = visits
				next[v] = at[v]
				component[v] = -visits // while open: its own visit, negative
				open = append(open, v)
			}
			descended := false
			for next[v] < at[v+1] {
				w := to[next[v]]
				if low[w] == 0 {
					path = append(path, w)
					descended = true
					break
				}
				if component[w] < 0 { // still open
					low[v] = min(low[v], low[w])
				}
				next[v]++
			}
			if descended {
				continue
			}
			path = path[:len(path)-1]
			if low[v] == -component[v] {
				for {
					w := open[len(open)-1]
					open = open[:len(open)-1]
					component[w] = int32(count)
					if w == v {
						break
					}
				}
				count++
			}
		}
	}
	return component, count
}

// Components are the strongly connected components of a graph's arrows.
type Components struct {
	of    []int32
	start []int32
	nodes []NodeIndex
	loops []bool // of a component: an arrow of it leads from a node to itself
}

// Components finds the strongly connected components over the arrows that f
// accepts, in O(V+E).
func (g *Graph) Components(f Filter) *Components {
	at, to := g.arrows(f)
	of, count := StrongComponents(at, to)
	c := &Components{of: of, start: make([]int32, count+1), nodes: make([]NodeIndex, len(of)), loops: make([]bool, count)}
	for v, k := range of {
		c.start[k+1]++
		for _, w := range to[at[v]:at[v+1]] {
			c.loops[k] = c.loops[k] || int(w) == v
		}
	}
	for k := range count {
		c.start[k+1] += c.start[k]
	}
	next := append([]int32(nil), c.start...)
	for v, k := range of {
		c.nodes[next[k]] = NodeIndex(v)
		next[k]++
	}
	return c
}

// arrows lists the arrows that f accepts by owner, each target once a requirement.
func (g *Graph) arrows(f Filter) (at, to []int32) {
	accepted := g.accepted(&f)
	at = make([]int32, 1, len(g.ids)+1)
	for v := range g.ids {
		for q, end := g.OwnedBy(NodeIndex(v)); q < end; q++ {
			if !accepted[g.terms[q]] {
				continue
			}
			for _, m := range g.Members(q) {
				if f.Accept == nil || f.Accept(q, m) {
					to = append(to, int32(m))
				}
			}
		}
		at = append(at, int32(len(to)))
	}
	return at, to
}

// Len returns the number of components. They are numbered so that an arrow
// between two leads from the higher number to the lower.
func (c *Components) Len() int { return len(c.start) - 1 }

// Of returns the component of a node.
func (c *Components) Of(i NodeIndex) int { return int(c.of[i]) }

// Nodes lists the nodes of a component by id. The slice is shared.
func (c *Components) Nodes(component int) []NodeIndex {
	return c.nodes[c.start[component]:c.start[component+1]]
}

// Cyclic lists the components that hold a cycle, a node that needs itself
// included, in the order of their first nodes.
func (c *Components) Cyclic() []int {
	var out []int
	seen := make([]bool, c.Len())
	for _, k := range c.of {
		if !seen[k] {
			seen[k] = true
			if c.loops[k] || c.start[k+1]-c.start[k] > 1 {
				out = append(out, int(k))
			}
		}
	}
	return out
}
