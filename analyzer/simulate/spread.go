package simulate

import "slices"

// spread is a loss on its way through the graph: a worklist over counters, as
// Dowling and Gallier's for Horn clauses. It starts from a settled field, writes
// down what it changed, and takes it back before the next loss, so that a loss
// costs what it reaches and not the size of the graph: O(members naming what it
// takes down or degrades), BenchmarkLose.
type spread struct {
	field
	m       *Model
	base    field // what it starts from and returns to
	touched []req
	changed []node
	queue   []node

	goal    node // whose fall ends takeDown
	hasGoal bool

	inside []uint64 // nodes that the loss spreads to, while isOnly
	only   []node   // the same, listed
	isOnly bool
}

func newSpread(m *Model, base field) *spread {
	return &spread{
		field: field{reqs: slices.Clone(base.reqs), nodes: slices.Clone(base.nodes)},
		m:     m,
		base:  base,
	}
}

// settle returns the field of a loss of nothing: what a need beyond the members
// that can serve takes down.
func settle(m *Model, bare field) field { return settleWith(m, bare, nil) }

// settleWith is settle where some nodes are down or degraded as given, by node; nil: none.
func settleWith(m *Model, bare field, given []raw) field {
	s := newSpread(m, bare)
	for v, b := range given {
		if b&rawDown != 0 {
			s.fall(node(v))
		}
	}
	for _, r := range m.unmeetable {
		s.touched = append(s.touched, r)
		if q := s.reqs[r]; q.role&takesDown != 0 {
			s.fall(q.owner)
		}
	}
	s.takeDown()
	s.judge()
	for v, b := range given {
		if b&rawImpaired != 0 {
			s.fade(node(v))
		}
	}
	s.weaken()
	return s.field
}

// lose spreads the loss of the failed nodes; groups cannot fail by themselves.
func (s *spread) lose(failed []node) {
	for _, f := range failed {
		s.fall(f)
	}
	s.finish()
}

// finish brings what fall began to its fixpoint.
func (s *spread) finish() {
	s.takeDown()
	s.judge()
	s.weaken()
}

// reset undoes the loss.
func (s *spread) reset() {
	for _, r := range s.touched {
		s.reqs[r] = s.base.reqs[r]
	}
	for _, v := range s.changed {
		s.nodes[v] = s.base.nodes[v]
	}
	s.touched, s.changed, s.queue = s.touched[:0], s.changed[:0], s.queue[:0]
}

// mark adds bits to a node and reports whether one of them is new.
func (s *spread) mark(v node, bits raw) bool {
	old := s.nodes[v]
	if old|bits == old {
		return false
	}
	if old == s.base.nodes[v] {
		s.changed = append(s.changed, v)
	}
	s.nodes[v] = old | bits
	return true
}

// fall marks a node as down and queues it, once.
func (s *spread) fall(v node) {
	if s.nodes[v]&rawDown == 0 {
		s.mark(v, rawDown)
		s.queue = append(s.queue, v)
	}
}

// takeDown is the least fixpoint of "down".
func (s *spread) takeDown() {
	for next := 0; next < len(s.queue); next++ {
		v := s.queue[next]
		if s.hasGoal && s.nodes[s.goal]&rawDown != 0 {
			break
		}
		idle := s.m.traits[v]&isStandby != 0
		hard := s.nodes[v]&rawImpaired == 0 // else firm has it already
		s.mark(v, rawImpaired)
		for _, r := range s.m.g.Naming(v) {
			q := &s.reqs[r]
			if q.role == 0 || idle && s.m.traits[q.owner]&toStandby == 0 || s.isBeside(q.owner) {
				continue
			}
			if *q == s.base.reqs[r] {
				s.touched = append(s.touched, r)
			}
			q.left--
			if hard {
				q.firm--
			}
			if q.left < 0 && q.role&takesDown != 0 {
				s.fall(q.owner)
			}
		}
	}
	s.queue = s.queue[:0]
}

// judge reads everything but "down" off the requirements that lost a member.
func (s *spread) judge() {
	for _, r := range s.touched {
		q := &s.reqs[r]
		switch {
		case q.left < 0:
			if q.role&freezes != 0 {
				s.mark(q.owner, rawFrozen)
			}
			if q.role&blinds != 0 {
				s.mark(q.owner, rawBlind)
			}
			if q.role&degrades != 0 {
				s.fade(q.owner)
			}
		case q.left == 0 && q.role&(takesDown|redundant) == takesDown|redundant:
			s.mark(q.owner, rawExposed)
		}
	}
}

// fade marks a node as degraded at least and queues it, once.
func (s *spread) fade(v node) {
	if s.nodes[v]&rawImpaired == 0 {
		s.mark(v, rawImpaired)
		s.queue = append(s.queue, v)
	}
}

// weaken is the least fixpoint of "degraded", once "down" is known.
func (s *spread) weaken() {
	// A requirement that lost some members for good may lose the rest of what it
	// needs to degradation that was there before the loss.
	for _, r := range s.touched {
		if q := &s.reqs[r]; q.firm < 0 && q.role&weakens != 0 {
			s.fade(q.owner)
		}
	}
	for next := 0; next < len(s.queue); next++ {
		v := s.queue[next]
		idle := s.m.traits[v]&isStandby != 0
		for _, r := range s.m.g.Naming(v) {
			q := &s.reqs[r]
			if q.role&weakens == 0 || idle && s.m.traits[q.owner]&toStandby == 0 || s.isBeside(q.owner) {
				continue
			}
			if *q == s.base.reqs[r] {
				s.touched = append(s.touched, r)
			}
			q.firm--
			if q.firm < 0 {
				s.fade(q.owner)
			}
		}
	}
	s.queue = s.queue[:0]
}
