package simulate

import "github.com/fateline/fateline/analyzer/depgraph"

// Asker loses nodes for whoever asks about a few of them alone. It is for one goroutine.
type Asker struct {
	m *Model
	s *spread
}

// About returns an asker about some nodes. It costs O(members of what these need, directly
// or not), once for all losses; close it when done.
func (m *Model) About(nodes ...depgraph.NodeIndex) *Asker {
	a := &Asker{m: m, s: m.pool.Get().(*spread)}
	a.s.restrict(nodes)
	return a
}

// Lose is [Model.Lose] as far as those nodes can tell: the loss says the same of them, and of
// everything that they need in it, directly or not, and shows it by the same proofs; of
// other nodes it says what a loss of nothing does. It costs O(members naming what of this
// goes down or degraded).
func (a *Asker) Lose(failed ...depgraph.NodeIndex) *Loss { return a.m.lose(a.s, failed) }

// Close ends the asking. What was lost stays.
func (a *Asker) Close() {
	a.s.unrestrict()
	a.m.pool.Put(a.s)
	a.s = nil
}

// restrict lets the loss spread to some nodes and to what they need alone.
func (s *spread) restrict(about []node) {
	if s.inside == nil {
		s.inside = newSet(len(s.nodes))
	}
	s.isOnly = true
	add := func(v node) {
		if !isSet(s.inside, int32(v)) {
			put(s.inside, int32(v))
			s.only = append(s.only, v)
		}
	}
	for _, v := range about {
		add(v)
	}
	asked := len(s.only)
	for next := 0; next < len(s.only); next++ {
		for r, end := s.m.g.OwnedBy(s.only[next]); r < end; r++ {
			role := s.base.reqs[r].role
			if next >= asked {
				role &= takesDown | degrades
			}
			if role == 0 {
				continue
			}
			for _, member := range s.m.g.Members(r) {
				add(member)
			}
		}
	}
}

// unrestrict lets the next loss spread everywhere.
func (s *spread) unrestrict() {
	for _, v := range s.only {
		s.inside[v>>6] &^= 1 << (v & 63)
	}
	s.only, s.isOnly = s.only[:0], false
}

// isBeside reports whether the loss does not spread to a node.
func (s *spread) isBeside(v node) bool { return s.isOnly && !isSet(s.inside, int32(v)) }
