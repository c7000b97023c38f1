package depgraph

import (
	"errors"
	"slices"

	"github.com/dominikbraun/graph"
)

// ErrReadOnly is returned by what would change a projection. Its Clone may be changed.
var ErrReadOnly = errors.New("depgraph: a projection cannot be changed; change its Clone")

// ProjectSimple hands the simple directed graph underneath to
// github.com/dominikbraun/graph, for its algorithms: one edge from each owner to
// each other node that its requirements name, where the filter accepts one of
// the arrows. How many members are needed, in which phase and to what effect is
// lost, and so is a node's need of itself: what a loss takes down cannot be read
// off it.
//
// The projection reads from g and copies nothing but its arrows, 4 bytes each;
// it cannot be changed. Its lists are sorted by id, but the library's maps and
// the algorithms that range over them have no order: sort what they return.
// Many of them build a map of maps first, and some are quadratic or recurse
// (ecosystem notes in RATIONALE.md), so mind what you call on a large graph.
func ProjectSimple(g *Graph, f Filter) graph.Graph[ID, *Node] {
	at, to := g.arrows(f)
	s := &simpleStore{g: g, at: make([]int32, 1, len(at))}
	for v := range g.ids {
		from := len(s.to)
		for _, w := range to[at[v]:at[v+1]] {
			if int(w) != v {
				s.to = append(s.to, w)
			}
		}
		own := s.to[from:]
		slices.Sort(own)
		s.to = s.to[:from+len(slices.Compact(own))]
		s.at = append(s.at, int32(len(s.to)))
	}
	return graph.NewWithStore(func(n *Node) ID { return n.ID }, graph.Store[ID, *Node](s), graph.Directed())
}

// simpleStore is a store of the library over a graph that never changes.
type simpleStore struct {
	g  *Graph
	at []int32 // CSR by node
	to []int32 // sorted and distinct by node
}

func (s *simpleStore) Vertex(id ID) (*Node, graph.VertexProperties, error) {
	n := s.g.Node(id)
	if n == nil {
		return nil, graph.VertexProperties{}, graph.ErrVertexNotFound
	}
	return n, graph.VertexProperties{}, nil
}

func (s *simpleStore) ListVertices() ([]ID, error) { return slices.Clone(s.g.ids), nil }

func (s *simpleStore) VertexCount() (int, error) { return len(s.g.ids), nil }

func (s *simpleStore) Edge(from, to ID) (graph.Edge[ID], error) {
	i, ok := s.g.Index(from)
	j, ok2 := s.g.Index(to)
	if ok && ok2 {
		if _, found := slices.BinarySearch(s.to[s.at[i]:s.at[i+1]], int32(j)); found {
			return graph.Edge[ID]{Source: from, Target: to}, nil
		}
	}
	return graph.Edge[ID]{}, graph.ErrEdgeNotFound
}

func (s *simpleStore) ListEdges() ([]graph.Edge[ID], error) {
	edges := make([]graph.Edge[ID], 0, len(s.to))
	for v, id := range s.g.ids {
		for _, w := range s.to[s.at[v]:s.at[v+1]] {
			edges = append(edges, graph.Edge[ID]{Source: id, Target: s.g.ids[w]})
		}
	}
	return edges, nil
}

func (s *simpleStore) AddVertex(ID, *Node, graph.VertexProperties) error { return ErrReadOnly }

func (s *simpleStore) RemoveVertex(ID) error { return ErrReadOnly }

func (s *simpleStore) AddEdge(ID, ID, graph.Edge[ID]) error { return ErrReadOnly }

func (s *simpleStore) UpdateEdge(ID, ID, graph.Edge[ID]) error { return ErrReadOnly }

func (s *simpleStore) RemoveEdge(ID, ID) error { return ErrReadOnly }
