package simulate

// fallsWithout reports whether the loss of the failed nodes takes the owner of
// requirement r down even in a graph that lacks r. It costs what Lose costs.
func (m *Model) fallsWithout(r req, failed []node) bool {
	owner := m.g.Owner(r)
	if m.calm.nodes[owner]&rawDown != 0 {
		// Down with nothing lost: what the model knows already rests on r, perhaps.
		return m.settledWithout(r, failed)
	}
	s := m.pool.Get().(*spread)
	s.ignore(r)
	s.goal, s.hasGoal = owner, true
	for _, f := range failed {
		if m.traits[f]&isGroup == 0 {
			s.fall(f)
		}
	}
	s.takeDown()
	falls := s.nodes[owner]&rawDown != 0
	s.hasGoal = false
	s.reset()
	m.pool.Put(s)
	return falls
}

// ignore takes a requirement out of the loss; reset puts it back.
func (s *spread) ignore(r req) {
	s.touched = append(s.touched, r)
	s.reqs[r].role = 0
}

// settledWithout does it from scratch, in O(nodes + members).
func (m *Model) settledWithout(r req, failed []node) bool {
	fresh := &Model{g: m.g, outage: m.outage, traits: m.traits}
	bare := fresh.bare()
	bare.reqs[r].role = 0
	s := newSpread(fresh, bare)
	for _, q := range fresh.unmeetable {
		if owner := s.reqs[q].owner; s.reqs[q].role&takesDown != 0 {
			s.fall(owner)
		}
	}
	for _, f := range failed {
		if m.traits[f]&isGroup == 0 {
			s.fall(f)
		}
	}
	s.takeDown()
	return s.nodes[m.g.Owner(r)]&rawDown != 0
}
