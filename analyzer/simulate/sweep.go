package simulate

import "math/bits"

func trailing(x uint64) int { return bits.TrailingZeros64(x) }

// sweep is one pass: up to 512 losses spreading over a plan side by side, each in a
// bit of its own. Rows are pushed from a cell to those that it takes along;
// requirements that can spare members count them by adding bits across rows. It
// works through the cells in order, so that outside knots each is looked at once,
// and sweeps a knot to its end before it goes back: to go back at once costs
// many times as much for the same answer.
type sweep struct {
	p *plan

	down     []row // by cell; valid where lit
	lit      []uint64
	hot      []uint64 // gained bits that it did not pass on yet
	recount  []uint64 // a member of one of its gates gained bits
	dim      []row    // degraded and not down; valid where dimLit
	dimLit   []uint64
	watching []uint64 // watchers to look at

	ungated bool           // what can spare a member stands whatever it loses
	immune  []uint64       // cells that nothing takes down but their own failure; nil: none
	spared  map[int32]*row // by immune cell: when something without a member to spare would

	exempting []uint64       // cells of exempt gates; nil: none
	exempt    map[int32]*row // by gate: the lanes in which it does not count

	adder adder
	rows  []*row // scratch
	both  []row  // scratch

	fallen, faded, frozen, blind census

	visits int // of cells
}

// perPass is what a visit takes, in nanoseconds, BenchmarkUpdate.
const perPass = 200

func newSweep(p *plan) *sweep {
	n := len(p.weight)
	words := (n + 63) / 64
	return &sweep{
		p:    p,
		down: make([]row, n), lit: make([]uint64, words), hot: make([]uint64, words), recount: make([]uint64, words),
		dim: make([]row, n), dimLit: make([]uint64, words), watching: make([]uint64, (len(p.watchers)+63)/64),
	}
}

// seed lets a node fail in a lane. What is down with nothing lost changes nothing.
func (s *sweep) seed(lane int, v node) {
	if c := s.p.cellOf[v]; c >= 0 {
		s.seedCell(lane, c)
	}
}

// seedCell lets a cell fail in a lane.
func (s *sweep) seedCell(lane int, c int32) {
	if !isSet(s.lit, c) {
		put(s.lit, c)
		s.down[c] = row{}
	}
	s.down[c].set(lane)
	put(s.hot, c)
}

// run brings all lanes to their fixpoints.
func (s *sweep) run() {
	s.walk(s.fall)
	s.seedDim()
	s.walk(s.fade)
}

// clear makes the sweep ready for the next pass.
func (s *sweep) clear() {
	clear(s.lit)
	clear(s.dimLit)
}

// walk visits the cells that are hot or to be recounted until there are none. visit
// takes a cell off both lists and returns the lowest cell of the same knot that it
// put there, or a higher one where there is none below.
func (s *sweep) walk(visit func(c int32) (lowest int32)) {
	back, knot := -1, int32(-1) // the first word of the knot to go back to
	for i := 0; ; {
		if i == len(s.hot) {
			if back < 0 {
				return
			}
			i, back = back, -1
			continue
		}
		todo := s.hot[i] | s.recount[i]
		if todo == 0 {
			i++
			continue
		}
		c := int32(i<<6 | trailing(todo))
		if back >= 0 && s.p.knot[c] != knot {
			i, back = back, -1
			continue
		}
		s.visits++
		if low := int(visit(c) >> 6); low < i && (back < 0 || low < back) {
			back, knot = low, s.p.knot[c]
		}
	}
}

// take takes a cell off the lists and reports on which it was.
func (s *sweep) take(c int32) (hot, recount bool) {
	hot, recount = isSet(s.hot, c), isSet(s.recount, c)
	s.hot[c>>6] &^= 1 << (c & 63)
	s.recount[c>>6] &^= 1 << (c & 63)
	return hot, recount
}

// fall passes on what became of a cell: those that go down with it.
func (s *sweep) fall(c int32) (lowest int32) {
	p := s.p
	changed, recount := s.take(c)
	if recount {
		var broken row
		for i := p.gatesAt[c]; i < p.gatesAt[c+1]; i++ {
			s.brokenBut(c, i, &broken)
		}
		if s.gain(s.down, s.lit, c, &broken) {
			changed = true
		}
	}
	lowest = c
	if !changed {
		return lowest
	}
	r := &s.down[c]
	for _, f := range [2]*fan{&p.hard, &p.placed} {
		for _, o := range f.of(c) {
			switch {
			case s.immune != nil && isSet(s.immune, o):
				s.spared[o].or(r)
				continue
			case !isSet(s.lit, o):
				put(s.lit, o)
				s.down[o] = *r
			case p.knot[o] != p.knot[c]:
				s.down[o].or(r)
			case !s.down[o].gain(r):
				continue
			}
			put(s.hot, o)
			lowest = min(lowest, o)
		}
	}
	if s.ungated {
		return lowest
	}
	for _, o := range p.counted.of(c) {
		if s.immune == nil || !isSet(s.immune, o) {
			put(s.recount, o)
			lowest = min(lowest, o)
		}
	}
	return lowest
}

// gain adds bits to the row of a cell and reports whether one of them is new.
func (s *sweep) gain(rows []row, lit []uint64, c int32, more *row) bool {
	if isSet(lit, c) {
		return rows[c].gain(more)
	}
	if more.isZero() {
		return false
	}
	put(lit, c)
	rows[c] = *more
	return true
}

// broken adds the lanes in which enough members of a gate are down.
func (s *sweep) broken(g *gate, into *row) {
	rows := s.rows[:0]
	for _, c := range s.p.members[g.from:g.to] {
		if isSet(s.lit, c) {
			rows = append(rows, &s.down[c])
		}
	}
	s.adder.reached(rows, int(g.lose), into)
	s.rows = rows
}

// brokenBut adds the lanes in which gate i of a cell is broken, without those in which
// it is exempt.
func (s *sweep) brokenBut(c, i int32, into *row) {
	g := &s.p.gates[i]
	if s.exempting == nil || !isSet(s.exempting, c) || s.exempt[i] == nil {
		s.broken(g, into)
		return
	}
	var broken row
	s.broken(g, &broken)
	broken.without(s.exempt[i])
	into.or(&broken)
}

// softened adds the lanes in which enough members of a gate are down or degraded,
// where they were not before.
func (s *sweep) softened(g *gate, into *row) {
	if n := int(g.to - g.from); len(s.both) < n {
		s.both = make([]row, n)
	}
	rows, both := s.rows[:0], s.both
	for _, c := range s.p.members[g.from:g.to] {
		down, dim := isSet(s.lit, c), isSet(s.dimLit, c)
		switch {
		case s.p.isWorn(c):
		case down && dim:
			both[0] = s.down[c]
			both[0].or(&s.dim[c])
			rows, both = append(rows, &both[0]), both[1:]
		case down:
			rows = append(rows, &s.down[c])
		case dim:
			rows = append(rows, &s.dim[c])
		}
	}
	s.adder.reached(rows, int(g.soften), into)
	s.rows = rows
}

// seedDim finds the cells that may be degraded by what is down.
func (s *sweep) seedDim() {
	p := s.p
	for i, word := range s.lit {
		for ; word != 0; word &= word - 1 {
			c := int32(i<<6 | trailing(word))
			for _, o := range p.dimmed.of(c) {
				put(s.recount, o)
			}
			if p.worn == nil {
				continue
			}
			// A gate that lost members to degradation before may need no new ones.
			for _, o := range p.counted.of(c) {
				put(s.recount, o)
			}
		}
	}
}

// fade passes on how a cell is degraded: to those that need all of it.
func (s *sweep) fade(c int32) (lowest int32) {
	p := s.p
	changed, recount := s.take(c)
	if recount {
		var faded row
		for i := p.dimAt[c]; i < p.dimAt[c+1]; i++ {
			s.broken(&p.dimmers[i], &faded)
		}
		for i := p.gatesAt[c]; i < p.gatesAt[c+1]; i++ {
			if g := &p.gates[i]; g.soften > 0 {
				s.softened(g, &faded)
			}
		}
		if isSet(s.lit, c) {
			faded.without(&s.down[c])
		}
		if s.gain(s.dim, s.dimLit, c, &faded) {
			changed = true
		}
	}
	lowest = c
	if !changed {
		return lowest
	}
	r := &s.dim[c]
	if isSet(s.lit, c) && !r.without(&s.down[c]) {
		return lowest
	}
	for _, o := range p.hard.of(c) {
		switch {
		case p.isWorn(o):
			continue
		case p.knot[o] != p.knot[c]:
			if isSet(s.dimLit, o) {
				s.dim[o].or(r)
			} else {
				put(s.dimLit, o)
				s.dim[o] = *r
			}
		case !s.gainDim(o, r):
			continue
		}
		put(s.hot, o)
		lowest = min(lowest, o)
	}
	for _, o := range p.counted.of(c) {
		put(s.recount, o)
		lowest = min(lowest, o)
	}
	return lowest
}

// gainDim adds to the degraded lanes of a cell those in which it is not down.
func (s *sweep) gainDim(c int32, more *row) bool {
	if !isSet(s.dimLit, c) {
		put(s.dimLit, c)
		s.dim[c] = row{}
	}
	if isSet(s.lit, c) {
		return s.dim[c].gainBut(more, &s.down[c])
	}
	return s.dim[c].gain(more)
}

// survey counts, for each lane, what the pass changed for how many nodes, and for the
// watchers of what is down.
func (s *sweep) survey() {
	eachIn(s.lit, func(c int32) {
		if s.p.weight[c] > 0 {
			s.fallen.add(&s.down[c], s.p.weight[c])
		}
		for _, w := range s.p.watched.of(c) {
			put(s.watching, w)
		}
	})
	eachIn(s.dimLit, func(c int32) {
		if s.p.weight[c] > 0 {
			s.faded.add(&s.dim[c], s.p.weight[c])
		}
	})
	eachIn(s.watching, func(w int32) { s.look(&s.p.watchers[w]) })
	clear(s.watching)
}

// look counts the lanes in which a watcher is frozen or blind.
func (s *sweep) look(w *watcher) {
	var unmet row
	for i := w.from; i < w.to; i++ {
		s.broken(&s.p.watches[i], &unmet)
	}
	if w.blind {
		s.blind.add(&unmet, 1)
		return
	}
	if isSet(s.lit, w.cell) {
		unmet.without(&s.down[w.cell])
	}
	s.frozen.add(&unmet, 1)
}
