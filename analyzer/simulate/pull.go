package simulate

// scene is a plan and what becomes of its cells in the losses of a block.
type scene struct {
	p    *plan
	lane []int32 // by cell: of its own loss; -1: none
	down view
	dim  view // degraded and not down
}

// view says of each cell what another one says, or what is different.
type view struct {
	strips  []strip
	others  []strip  // where differs has the cell
	differs []uint64 // nil: nowhere
}

func (v *view) of(c int32) strip {
	if v.differs != nil && isSet(v.differs, c) {
		return v.others[c]
	}
	return v.strips[c]
}

// puller works out strips of cells from those of what they need, one after the other: of
// cells that stand alone in their knots, what they need has to be known.
type puller struct {
	roll
	pad
	counter

	first, last int32   // the lanes of the block
	found       []strip // scratch
	todo        []uint64

	work, most int // done and allowed, about as many nanoseconds; what is worked out after that is nothing
}

// What work costs, in nanoseconds as measured, BenchmarkUpdate.
const (
	perVisit = 150
	perWord  = 2
	perLane  = 3
)

// isSpent reports whether more work was done than is allowed.
func (u *puller) isSpent() bool { return u.work > u.most }

// fall returns the lanes in which a cell is down, of some where within is not nil.
func (u *puller) fall(s *scene, c int32, within *pad) strip {
	p := s.p
	lane := s.lane[c]
	fails := u.first <= lane && lane < u.last
	found, words := u.found[:0], 0
	for _, f := range [2]*fan{&p.standsOn, &p.placedIn} {
		for _, o := range f.of(c) {
			if x := s.down.of(o); !x.isEmpty() {
				found = append(found, x)
				words += x.len()
			}
		}
	}
	u.found = found
	if u.work += perVisit + perWord*words; u.isSpent() {
		return strip{}
	}
	gates := p.gates[p.gatesAt[c]:p.gatesAt[c+1]]
	if len(gates) == 0 && !fails && within == nil {
		switch len(found) {
		case 0:
			return strip{}
		case 1:
			return found[0]
		}
	}
	for _, x := range found {
		u.pad.or(&u.roll, x)
	}
	for i := range gates {
		u.broken(s, p.members[gates[i].from:gates[i].to], gates[i].lose)
	}
	if fails {
		u.pad.set(lane - u.first)
	}
	return u.pad.take(&u.roll, within)
}

// broken adds to the pad the lanes in which so many members are down.
func (u *puller) broken(s *scene, members []int32, lose int32) {
	found, words := u.found[:0], 0
	for _, o := range members {
		if x := s.down.of(o); !x.isEmpty() {
			found = append(found, x)
			words += x.len()
		}
	}
	u.found = found
	u.work += perWord * words
	u.reached(&u.roll, found, int(lose), &u.pad)
}

// fade returns the lanes in which a cell is degraded and not down, which of all cells is
// known that it needs.
func (u *puller) fade(s *scene, c int32, within *pad) strip {
	p := s.p
	if p.isWorn(c) {
		return strip{}
	}
	words := 0
	for _, o := range p.standsOn.of(c) {
		x := s.dim.of(o)
		u.pad.or(&u.roll, x)
		words += x.len()
	}
	if u.work += perVisit + perWord*words; u.isSpent() {
		u.pad.clear()
		return strip{}
	}
	for _, g := range p.dimmers[p.dimAt[c]:p.dimAt[c+1]] {
		u.broken(s, p.members[g.from:g.to], g.lose)
	}
	for _, g := range p.gates[p.gatesAt[c]:p.gatesAt[c+1]] {
		if g.soften <= 0 {
			continue
		}
		found, fades := u.found[:0], p.worn != nil // else as many down take it down
		for _, o := range p.members[g.from:g.to] {
			if p.isWorn(o) {
				continue
			}
			if x := s.down.of(o); !x.isEmpty() {
				found = append(found, x)
			}
			if x := s.dim.of(o); !x.isEmpty() {
				found = append(found, x)
				fades = true
			}
		}
		u.found = found
		if fades {
			u.reached(&u.roll, found, int(g.soften), &u.pad)
		}
	}
	if u.pad.isZero() {
		return strip{}
	}
	u.pad.without(&u.roll, s.down.of(c))
	return u.pad.take(&u.roll, within)
}

// look returns the lanes in which a watcher is frozen or blind.
func (u *puller) look(s *scene, w *watcher, within *pad) strip {
	for _, g := range s.p.watches[w.from:w.to] {
		u.broken(s, s.p.members[g.from:g.to], g.lose)
	}
	if !w.blind && w.cell >= 0 {
		u.pad.without(&u.roll, s.down.of(w.cell))
	}
	return u.pad.take(&u.roll, within)
}

// settle finds the least strips of the cells of a knot that say the same as work, which
// reads them there; the fans lead to who needs a cell.
func (u *puller) settle(p *plan, from, to int32, strips []strip, work func(c int32) strip, fans ...*fan) {
	clear(strips[from:to])
	if to == from+1 {
		strips[from] = work(from)
		return
	}
	if len(u.todo) < (len(p.weight)+63)/64 {
		u.todo = newSet(len(p.weight))
	}
	for c := from; c < to; c++ {
		put(u.todo, c)
	}
	for again := true; again && !u.isSpent(); {
		again = false
		for c := from; c < to; c++ {
			if !isSet(u.todo, c) {
				continue
			}
			u.todo[c>>6] &^= 1 << (c & 63)
			mark := int32(len(u.roll.at))
			is := work(c)
			if u.equal(is, strips[c]) {
				if is.from >= mark {
					u.roll.at, u.roll.words = u.roll.at[:mark], u.roll.words[:mark]
				}
				continue
			}
			strips[c] = is
			for _, f := range fans {
				for _, o := range f.of(c) {
					if from <= o && o < to && !isSet(u.todo, o) {
						put(u.todo, o)
						again = again || o <= c
					}
				}
			}
		}
	}
}

// knotOf returns the cells of the knot of a cell.
func (p *plan) knotOf(c int32) (from, to int32) {
	knot := p.knot[c]
	for from = c; from > 0 && p.knot[from-1] == knot; from-- {
	}
	for to = c + 1; int(to) < len(p.knot) && p.knot[to] == knot; to++ {
	}
	return from, to
}
