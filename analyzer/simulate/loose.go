package simulate

// loose says of cells that no cycle of several cells goes through when they would go
// down without one of the requirements in them. What such a cell needs is as it is with
// the requirement, which the pass has found out already.
type loose struct {
	p      *Pass
	failed map[int32]*row // by cell: when a node of it fails
	cell   int32          // that was asked about last; -1: none yet
	gates  brokenGates    // of it
	cells  []int32        // scratch
}

// newLoose costs O(nodes that fail in the pass).
func (p *Pass) newLoose() *loose {
	l := &loose{p: p, failed: map[int32]*row{}, cell: -1}
	for lane, failed := range p.losses {
		for _, v := range failed {
			c := p.full.p.cellOf[v]
			if c < 0 || p.m.traits[v]&isGroup != 0 {
				continue
			}
			if l.failed[c] == nil {
				l.failed[c] = &row{}
			}
			l.failed[c].set(lane)
		}
	}
	return l
}

// standsAlone reports whether the owner of r is up with nothing lost, in a cell that
// is no part of a larger knot and that holds together without r.
func (p *Pass) standsAlone(r req) bool {
	plan := p.full.p
	c := plan.cellOf[p.m.g.Owner(r)]
	if c < 0 {
		return false
	}
	last := int32(len(plan.knot) - 1)
	if c > 0 && plan.knot[c-1] == plan.knot[c] || c < last && plan.knot[c+1] == plan.knot[c] {
		return false
	}
	return p.m.calm.reqs[r].left > 0 || len(plan.nodes.of(c)) == 1
}

// fallsBut returns when the owner of r, which stands alone, goes down by anything but
// r. To ask about the same owner many times in a row costs as much as once.
func (l *loose) fallsBut(r req) Lanes {
	c := l.p.full.p.cellOf[l.p.m.g.Owner(r)]
	if c != l.cell {
		l.look(c)
	}
	out := l.gates.one
	if l.p.m.calm.reqs[r].role&takesDown != 0 {
		var broken row
		l.broken(r, &broken)
		out.without(&broken)
		out.or(&l.gates.two)
	}
	if failed := l.failed[c]; failed != nil {
		out.or(failed)
	}
	return Lanes(out)
}

// look finds out when requirements of a cell are broken that take it down.
func (l *loose) look(c int32) {
	l.cell, l.gates = c, brokenGates{}
	m := l.p.m
	for _, v := range l.p.full.p.nodes.of(c) {
		for q, end := m.g.OwnedBy(node(v)); q < end; q++ {
			if m.calm.reqs[q].role&takesDown != 0 {
				var broken row
				l.broken(q, &broken)
				l.gates.add(&broken)
			}
		}
	}
}

// broken adds the lanes in which a requirement of the cell breaks by what is outside it.
func (l *loose) broken(r req, into *row) {
	s := l.p.full
	l.cells = s.p.others(l.cells[:0], r, l.cell)
	rows := s.rows[:0]
	for _, c := range l.cells {
		if isSet(s.lit, c) {
			rows = append(rows, &s.down[c])
		}
	}
	s.adder.reached(rows, int(l.p.m.calm.reqs[r].left)+1, into)
	s.rows = rows
}
