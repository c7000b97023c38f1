package simulate

import "math/bits"

// block is one worker's tool for as many losses as a strip has lanes, before and after a change.
//
// Of what is near it works out everything. Of the rest it learns before the change what it is
// asked for, and what that needs; and looks after the change at those cells alone that need
// something which is not what it was. Nothing differs there in a lane in which nothing
// between differs that they need.
type block struct {
	*relay
	puller
	was, is scene // base, before the change and after it
	anew    scene // mini, after the change

	known, faded []uint64 // cells of base of which was has what is down, and what is degraded
	dirty        []uint64 // cells of base that need something else
	lookers      []uint64 // watchers of base that may see something else
	lanes        pad      // in which something between differs that something else needs
	stack        []int32

	spread []spreadDiff // by lane
	means  means
}

// means says what it took to make a blast from the one before the change.
type means uint32

const (
	blocks   means = 1 << iota // more losses than a strip holds
	above                      // something that is not between differs
	asking                     // what is not near was worked out before the change
	knotted                    // a knot that is not near was
	fading                     // somebody else is degraded
	watching                   // somebody else is frozen or blind
	remaking                   // a cell is another one
)

// spreadDiff is what a loss does more after a change than before it.
type spreadDiff [4]int32

// Places in a spreadDiff.
const (
	moreDown = iota
	moreDegraded
	moreFrozen
	moreBlind
)

func (y *relay) newBlock() *block {
	n, minis := len(y.base.weight), len(y.mini.weight)
	b := &block{
		relay: y,
		known: newSet(n), dirty: newSet(n), lookers: newSet(len(y.base.watchers)),
		spread: make([]spreadDiff, min(stripLanes, len(y.losses))),
	}
	down := view{strips: make([]strip, n)}
	changed := view{strips: down.strips, others: make([]strip, n), differs: newSet(n)}
	b.was, b.is = scene{p: y.base, lane: y.inBase, down: down}, scene{p: y.base, lane: y.inBase, down: changed}
	b.anew = scene{p: y.mini, lane: y.inMini, down: view{strips: make([]strip, minis)}}
	if y.fades {
		b.faded = newSet(n)
		b.was.dim.strips = make([]strip, n)
		b.is.dim = view{strips: b.was.dim.strips, others: make([]strip, n), differs: newSet(n)}
		b.anew.dim.strips = make([]strip, minis)
	}
	return b
}

// run simulates the losses of some lanes; it stops where that takes more work than so much.
func (b *block) run(first, last, most int) {
	b.first, b.last = int32(first), int32(last)
	b.work, b.most = 0, most
	b.settleNear()
	for _, next := range []func(){b.settleBetween, b.compareTwins, b.follow, b.watch} {
		if !b.isSpent() {
			next()
		}
	}
}

// clear makes the block ready for other losses.
func (b *block) clear() {
	reset := func(set []uint64, strips []strip) {
		eachIn(set, func(c int32) { strips[c] = strip{} })
		clear(set)
	}
	reset(b.known, b.was.down.strips)
	clear(b.is.down.differs)
	clear(b.anew.down.strips)
	if b.fades {
		reset(b.faded, b.was.dim.strips)
		clear(b.is.dim.differs)
		clear(b.anew.dim.strips)
	}
	b.lanes.clear()
	clear(b.spread)
	b.means = 0
	b.at, b.roll.words = b.at[:0], b.roll.words[:0]
}

// settleNear works out what is near before the change.
func (b *block) settleNear() {
	lowest := int32(len(b.base.weight)) // that fails
	for _, t := range b.losses[b.first:b.last] {
		if t.base >= 0 && t.base < lowest {
			lowest = t.base
		}
	}
	if int(lowest) < len(b.base.weight) {
		lowest, _ = b.base.knotOf(lowest)
	}
	copy(b.known, b.near)
	b.eachKnot(b.near, func(from, to int32) {
		if from >= lowest {
			b.settleDown(&b.was, from, to)
		}
	})
	if b.fades {
		copy(b.faded, b.near)
		b.eachKnot(b.near, func(from, to int32) { b.settleDim(&b.was, from, to) })
	}
}

// eachKnot calls do with every knot of base in a set.
func (b *block) eachKnot(set []uint64, do func(from, to int32)) {
	to := int32(0)
	eachIn(set, func(c int32) {
		if c >= to {
			var from int32
			from, to = b.base.knotOf(c)
			do(from, to)
		}
	})
}

// settleBetween works out what is between after the change.
func (b *block) settleBetween() {
	for _, in := range b.inputs {
		b.anew.down.strips[in.mini] = b.was.down.strips[in.base]
		if b.fades {
			b.anew.dim.strips[in.mini] = b.was.dim.strips[in.base]
		}
	}
	b.eachOwn(func(from, to int32) { b.settleDown(&b.anew, from, to) })
	if b.fades {
		b.eachOwn(func(from, to int32) { b.settleDim(&b.anew, from, to) })
	}
}

// eachOwn calls do with every knot of mini that is between.
func (b *block) eachOwn(do func(from, to int32)) {
	to := int32(0)
	for _, d := range b.own {
		if d >= to {
			var from int32
			from, to = b.mini.knotOf(d)
			do(from, to)
		}
	}
}

// settleDown works out who of a knot is down, where of what it needs that is known.
func (b *block) settleDown(s *scene, from, to int32) {
	p, within := s.p, b.within(s, from)
	b.settle(p, from, to, s.down.own(), func(c int32) strip { return b.fall(s, c, within) }, &p.hard, &p.placed, &p.counted)
}

func (b *block) settleDim(s *scene, from, to int32) {
	p, within := s.p, b.within(s, from)
	b.settle(p, from, to, s.dim.own(), func(c int32) strip { return b.fade(s, c, within) }, &p.hard, &p.counted)
}

// own returns where a view has what it says itself.
func (v *view) own() []strip {
	if v.differs != nil {
		return v.others
	}
	return v.strips
}

// within returns the lanes that are worked out of a cell; nil: all.
func (b *block) within(s *scene, c int32) *pad {
	if s == &b.anew || isSet(b.near, c) {
		return nil
	}
	return &b.lanes
}

// compareTwins counts what is between and differs, and tells those who need it.
func (b *block) compareTwins() {
	nothing := strip{}
	views := func(s *scene) []*view { return []*view{&s.down, &s.dim}[:b.stages()] }
	was, is, anew := views(&b.was), views(&b.is), views(&b.anew)
	for i := range was {
		for _, t := range b.twins {
			if x := anew[i].strips[t.mini]; !b.equal(was[i].strips[t.base], x) {
				put(is[i].differs, t.base)
				is[i].others[t.base] = x
				b.count(was[i].strips[t.base], x, b.base.weight[t.base], moreDown+i)
				if b.isNeededAbove(t.base) {
					b.eachDifference(was[i].strips[t.base], x, func(at uint16, was, is uint64) {
						b.lanes.words[at] |= was ^ is
						b.lanes.used[at>>6] |= 1 << (at & 63)
					})
				}
			}
		}
		for _, c := range b.gone {
			b.count(was[i].strips[c], nothing, b.base.weight[c], moreDown+i)
		}
		for _, d := range b.remade {
			b.means |= remaking
			b.count(nothing, anew[i].strips[d], b.mini.weight[d], moreDown+i)
		}
	}
}

// stages returns how many views of a scene there are.
func (b *block) stages() int {
	if b.fades {
		return 2
	}
	return 1
}

// count notes, for so many nodes, which losses put them into a state, before and after.
func (b *block) count(was, is strip, nodes int32, state int) {
	if nodes == 0 || was == is {
		return
	}
	b.eachDifference(was, is, func(at uint16, was, is uint64) {
		b.puller.work += perLane * bits.OnesCount64(was^is)
		lane := int(at) << 6
		for more := is &^ was; more != 0; more &= more - 1 {
			b.spread[lane|trailing(more)][state] += nodes
		}
		for less := was &^ is; less != 0; less &= less - 1 {
			b.spread[lane|trailing(less)][state] -= nodes
		}
	})
}
