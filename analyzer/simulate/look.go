package simulate

import "slices"

// watch counts who is frozen or blind, and was not, and the other way round.
func (b *block) watch() {
	if !b.watches {
		return
	}
	p, nothing := b.base, strip{}
	state := func(w *watcher) int {
		if w.blind {
			return moreBlind
		}
		return moreFrozen
	}
	eachIn(b.r.between, func(o int32) {
		for w := p.watchersOf(node(o)); w < len(p.watchers) && p.watchers[w].v == node(o); w++ {
			b.count(b.look(&b.was, &p.watchers[w], nil), nothing, 1, state(&p.watchers[w]))
		}
	})
	for _, t := range b.late {
		b.anew.down.strips[t.mini] = b.is.down.of(t.base)
	}
	for i := range b.mini.watchers {
		w := &b.mini.watchers[i]
		b.count(nothing, b.look(&b.anew, w, nil), 1, state(w))
	}
	eachIn(b.is.down.differs, func(c int32) {
		for _, w := range p.watched.of(c) {
			put(b.lookers, w)
		}
		for _, o := range p.nodes.of(c) { // who is down is not frozen
			for w := p.watchersOf(node(o)); w < len(p.watchers) && p.watchers[w].v == node(o); w++ {
				put(b.lookers, int32(w))
			}
		}
	})
	eachIn(b.lookers, func(i int32) {
		w := &p.watchers[i]
		if isSet(b.r.between, int32(w.v)) {
			return
		}
		if w.cell >= 0 {
			b.know(w.cell)
		}
		for _, g := range p.watches[w.from:w.to] {
			for _, o := range p.members[g.from:g.to] {
				b.know(o)
			}
		}
		b.count(b.look(&b.was, w, &b.lanes), b.look(&b.is, w, &b.lanes), 1, state(w))
		b.means |= watching
	})
	clear(b.lookers)
}

// watchersOf returns where the watchers of a node begin, if it is one.
func (p *plan) watchersOf(v node) int {
	at, _ := slices.BinarySearchFunc(p.watchers, v, func(w watcher, v node) int { return int(w.v) - int(v) })
	return at
}
