package main

import (
	"container/heap"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// chainWork is how many half-made chains a search looks at before it gives up.
const chainWork = 200_000

// chains returns the chains of requirements, in any phase, that lead from one node
// to another and meet no node twice: at most so many, the shortest first, then by
// id. complete says that there is no further one. It is a best-first search by the
// known distance to the end, so that the first ones cost O(nodes + members + their
// length * members of what they meet).
func chains(g *depgraph.Graph, from, to depgraph.NodeIndex, most int) (found [][]depgraph.Edge, complete bool) {
	far := distances(g, to)
	todo := links{}
	push := func(l *link) {
		if d, leads := far[l.node]; leads {
			l.bound = l.length + d
			heap.Push(&todo, l)
		}
	}
	push(&link{node: from})
	for work := 0; todo.Len() > 0; work++ {
		l := heap.Pop(&todo).(*link)
		if l.node == to && l.above != nil {
			if len(found) == most {
				return found, false
			}
			found = append(found, l.edges(g))
			continue
		}
		if work > chainWork {
			return found, false
		}
		first, end := g.OwnedBy(l.node)
		for r := first; r < end; r++ {
			for _, m := range g.Members(r) {
				if !l.meets(m) {
					push(&link{above: l, by: r, node: m, length: l.length + 1})
				}
			}
		}
	}
	return found, true
}

// link is the end of a chain.
type link struct {
	above         *link // nil at the start
	by            depgraph.ReqIndex
	node          depgraph.NodeIndex
	length, bound int
}

func (l *link) meets(v depgraph.NodeIndex) bool {
	for ; l != nil; l = l.above {
		if l.node == v {
			return true
		}
	}
	return false
}

func (l *link) edges(g *depgraph.Graph) []depgraph.Edge {
	var out []depgraph.Edge
	for ; l.above != nil; l = l.above {
		out = append(out, g.Edge(l.by, l.node, g.Terms(l.by).Phases.List()[0]))
	}
	slices.Reverse(out)
	return out
}

// compare orders chains by what they will come to at the least, the longer one
// first, then by the requirements they take.
func (l *link) compare(k *link) int {
	if l.bound != k.bound {
		return l.bound - k.bound
	}
	if l.length != k.length {
		return k.length - l.length
	}
	return slices.Compare(l.steps(), k.steps())
}

func (l *link) steps() []int32 {
	var out []int32
	for ; l.above != nil; l = l.above {
		out = append(out, int32(l.node), int32(l.by))
	}
	slices.Reverse(out)
	return out
}

type links []*link

func (q links) Len() int           { return len(q) }
func (q links) Less(i, j int) bool { return q[i].compare(q[j]) < 0 }
func (q links) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *links) Push(x any)        { *q = append(*q, x.(*link)) }
func (q *links) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

// distances returns how many requirements lie between each node and the end, for
// the nodes from which it can be reached.
func distances(g *depgraph.Graph, to depgraph.NodeIndex) map[depgraph.NodeIndex]int {
	far := map[depgraph.NodeIndex]int{to: 0}
	for queue := []depgraph.NodeIndex{to}; len(queue) > 0; queue = queue[1:] {
		for _, r := range g.Naming(queue[0]) {
			if owner := g.Owner(r); !known(far, owner) {
				far[owner] = far[queue[0]] + 1
				queue = append(queue, owner)
			}
		}
	}
	return far
}

func known(far map[depgraph.NodeIndex]int, v depgraph.NodeIndex) bool {
	_, is := far[v]
	return is
}
