package depgraph

import "slices"

// Direction is the way in which arrows are followed.
type Direction int

// The directions.
const (
	Forward  Direction = iota + 1 // from the one that needs to what it needs
	Backward                      // from what is needed to those that need it
)

// Filter selects arrows. The zero value accepts every arrow.
type Filter struct {
	Phases Phases                                  // arrows in any of these phases; 0 is any
	IfLost []IfLost                                // arrows with one of these effects; nil is any
	Via    []Via                                   // arrows of one of these relations; nil is any
	Except []Via                                   // arrows of none of these relations
	Accept func(r ReqIndex, member NodeIndex) bool // asked last; nil accepts
}

// ServingNeeds are the arrows by which a loss spreads: run needs without which
// the owner is down.
func ServingNeeds() Filter { return Filter{Phases: PhasesOf(Run), IfLost: []IfLost{Down}} }

// terms reports whether f accepts the arrows of a requirement with terms t.
func (f *Filter) terms(t Terms) bool {
	return (f.Phases == 0 || f.Phases&t.Phases != 0) &&
		(f.IfLost == nil || slices.Contains(f.IfLost, t.IfLost)) &&
		(f.Via == nil || slices.Contains(f.Via, t.Via)) &&
		!slices.Contains(f.Except, t.Via)
}

// phase returns the first phase in which f accepts an arrow of terms t.
func (f *Filter) phase(t Terms) Phase {
	for _, p := range t.Phases.List() {
		if f.Phases == 0 || f.Phases.Has(p) {
			return p
		}
	}
	return t.Phases.List()[0]
}

// accepted answers f for every table entry of terms once: there are few.
func (g *Graph) accepted(f *Filter) []bool {
	out := make([]bool, len(g.tab.terms.values))
	for i, t := range g.tab.terms.values {
		out[i] = f.terms(t)
	}
	return out
}

// Step is one arrow of a graph: requirement Req, and one of its members.
type Step struct {
	Req    ReqIndex
	Member NodeIndex
}

// Reached is what a search found.
type Reached struct {
	graph     *Graph
	filter    Filter
	direction Direction
	order     []NodeIndex
	distance  []int32 // -1: not reached
	by        []Step  // the arrow by which a node was reached
}

// Reach searches breadth first from the given nodes, whatever number of members
// a requirement needs: it finds what is connected, not what a loss takes down.
// Of several shortest ways to a node it takes the one whose nodes come first by
// id. It costs O(V+E log E) at worst, and memory of 16 bytes a node.
func (g *Graph) Reach(d Direction, f Filter, from ...NodeIndex) *Reached {
	r := &Reached{graph: g, filter: f, direction: d, distance: make([]int32, g.Len()), by: make([]Step, g.Len())}
	for i := range r.distance {
		r.distance[i] = -1
	}
	r.order = sortedDistinct(slices.Clone(from), func(a, b NodeIndex) int { return int(a - b) })
	for _, v := range r.order {
		r.distance[v] = 0
	}
	accepted := g.accepted(&f)
	for at := 0; at < len(r.order); at++ {
		found := len(r.order)
		r.expand(r.order[at], accepted)
		slices.Sort(r.order[found:])
	}
	return r
}

// expand appends the nodes next to v that were not reached yet.
func (r *Reached) expand(v NodeIndex, accepted []bool) {
	g := r.graph
	visit := func(q ReqIndex, member, next NodeIndex) {
		if r.distance[next] < 0 && (r.filter.Accept == nil || r.filter.Accept(q, member)) {
			r.distance[next] = r.distance[v] + 1
			r.by[next] = Step{q, member}
			r.order = append(r.order, next)
		}
	}
	if r.direction == Backward {
		for _, q := range g.Naming(v) {
			if accepted[g.terms[q]] {
				visit(q, v, g.owner[q])
			}
		}
		return
	}
	for q, end := g.OwnedBy(v); q < end; q++ {
		if accepted[g.terms[q]] {
			for _, m := range g.Members(q) {
				visit(q, m, m)
			}
		}
	}
}

// Nodes lists what was reached, the start included, nearest first, then in the
// order of the way there. The slice is shared.
func (r *Reached) Nodes() []NodeIndex { return r.order }

// Has reports whether a node was reached.
func (r *Reached) Has(i NodeIndex) bool { return r.distance[i] >= 0 }

// Distance returns the number of arrows to a node, 0 for the start, -1 where it was not reached.
func (r *Reached) Distance(i NodeIndex) int { return int(r.distance[i]) }

// Steps returns the arrows of the shortest way to a node, beginning at the
// start; nil for the start itself and for what was not reached.
func (r *Reached) Steps(i NodeIndex) []Step {
	if r.distance[i] < 0 {
		return nil
	}
	steps := make([]Step, r.distance[i])
	for at := len(steps) - 1; at >= 0; at-- {
		steps[at] = r.by[i]
		if r.direction == Backward {
			i = steps[at].Member
		} else {
			i = r.graph.owner[steps[at].Req]
		}
	}
	return steps
}

// Path returns the shortest way to a node as edges, from the one that needs to
// what it needs: in the direction Backward the start comes last.
func (r *Reached) Path(i NodeIndex) []Edge {
	steps := r.Steps(i)
	edges := make([]Edge, len(steps))
	for at, s := range steps {
		if r.direction == Backward {
			at = len(steps) - 1 - at
		}
		edges[at] = r.graph.Edge(s.Req, s.Member, r.filter.phase(r.graph.Terms(s.Req)))
	}
	return edges
}

// Path returns a shortest chain of arrows by which from needs to; of several,
// the one whose nodes come first by id. It is nil where there is none, or where
// the graph lacks one of the nodes.
func (g *Graph) Path(from, to ID, f Filter) []Edge {
	i, ok := g.Index(from)
	j, ok2 := g.Index(to)
	if !ok || !ok2 {
		return nil
	}
	return g.Reach(Forward, f, i).Path(j)
}
