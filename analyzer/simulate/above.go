package simulate

// follow looks at those who need something that differs.
func (b *block) follow() {
	if b.lanes.isZero() {
		return
	}
	b.means |= above
	p := b.base
	eachIn(b.is.down.differs, func(c int32) { b.soil(c, &p.hard, &p.placed, &p.counted) })
	b.clean(&b.is.down, &b.was.down, moreDown, b.know, b.settleDown, &p.hard, &p.placed, &p.counted)
	if !b.fades {
		return
	}
	eachIn(b.is.down.differs, func(c int32) {
		if !isSet(b.between, c) {
			put(b.dirty, c) // who is down is not degraded
		}
		b.soil(c, &p.dimmed, &p.counted)
	})
	eachIn(b.is.dim.differs, func(c int32) { b.soil(c, &p.hard, &p.counted) })
	b.clean(&b.is.dim, &b.was.dim, moreDegraded, b.knowFaded, b.settleDim, &p.hard, &p.counted)
}

// soil notes who needs a cell.
func (b *block) soil(c int32, fans ...*fan) {
	for _, f := range fans {
		for _, o := range f.of(c) {
			if !isSet(b.between, o) {
				put(b.dirty, o)
			}
		}
	}
}

// clean works out what is dirty in the order of needs, and goes on with those who need
// what differs by the fans.
func (b *block) clean(is, was *view, state int, know func(c int32), settle func(s *scene, from, to int32), fans ...*fan) {
	for i := 0; i < len(b.dirty) && !b.isSpent(); {
		if b.dirty[i] == 0 {
			i++
			continue
		}
		from, to := b.base.knotOf(int32(i<<6 | trailing(b.dirty[i])))
		know(from)
		for c := from; c < to; c++ {
			b.dirty[c>>6] &^= 1 << (c & 63)
			put(is.differs, c)
		}
		settle(&b.is, from, to)
		if to > from+1 {
			b.means |= knotted
		}
		for c := from; c < to; c++ {
			if b.equal(was.strips[c], is.others[c]) {
				is.differs[c>>6] &^= 1 << (c & 63)
				continue
			}
			if state == moreDegraded {
				b.means |= fading
			}
			b.count(was.strips[c], is.others[c], b.base.weight[c], state)
			for _, f := range fans {
				for _, o := range f.of(c) {
					if (o < from || o >= to) && !isSet(b.between, o) {
						put(b.dirty, o)
					}
				}
			}
		}
	}
}

// know works out, before the change, who of the knot of a cell is down, and whatever that
// takes.
func (b *block) know(c int32) {
	if isSet(b.known, c) {
		return
	}
	p := b.base
	b.learn(c, b.known, func(c int32, needed func(o int32)) {
		for _, f := range [2]*fan{&p.standsOn, &p.placedIn} {
			for _, o := range f.of(c) {
				needed(o)
			}
		}
		for _, g := range p.gates[p.gatesAt[c]:p.gatesAt[c+1]] {
			for _, o := range p.members[g.from:g.to] {
				needed(o)
			}
		}
	}, b.settleDown)
}

// knowFaded is know for who is degraded.
func (b *block) knowFaded(c int32) {
	if isSet(b.faded, c) {
		return
	}
	p := b.base
	b.learn(c, b.faded, func(c int32, needed func(o int32)) {
		for _, o := range p.standsOn.of(c) {
			needed(o)
		}
		for _, g := range p.gates[p.gatesAt[c]:p.gatesAt[c+1]] {
			for _, o := range p.members[g.from:g.to] {
				needed(o)
			}
		}
	}, func(s *scene, from, to int32) {
		for c := from; c < to; c++ {
			b.know(c)
			for _, g := range p.dimmers[p.dimAt[c]:p.dimAt[c+1]] {
				for _, o := range p.members[g.from:g.to] {
					b.know(o)
				}
			}
		}
		b.settleDim(s, from, to)
	})
}

// learn works out the knot of a cell after those that it needs, as far as they are not
// known. On the stack, the complement of a cell waits for what lies above it.
func (b *block) learn(c int32, known []uint64, needs func(c int32, needed func(o int32)), settle func(s *scene, from, to int32)) {
	var from, to int32
	needed := func(o int32) {
		if !isSet(known, o) && (o < from || o >= to) {
			b.stack = append(b.stack, o)
		}
	}
	base := len(b.stack)
	for b.stack = append(b.stack, c); len(b.stack) > base && !b.isSpent(); {
		depth := len(b.stack)
		top := b.stack[depth-1]
		waited := top < 0
		if waited {
			top = ^top
		}
		if isSet(known, top) {
			b.stack = b.stack[:depth-1]
			continue
		}
		from, to = b.base.knotOf(top)
		if !waited {
			b.stack[depth-1] = ^top
			for k := from; k < to; k++ {
				needs(k, needed)
			}
			if len(b.stack) > depth {
				continue
			}
		}
		settle(&b.was, from, to)
		b.means |= asking
		for k := from; k < to; k++ {
			put(known, k)
		}
	}
}
