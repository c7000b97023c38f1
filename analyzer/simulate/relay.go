package simulate

import "slices"

// relay simulates losses before and after a change without a plan of the graph after. What
// is between has a plan of its own, made anew; everything else does what it did and keeps
// its place in the plan before the change. A loss runs before the change, over what
// is below and reached alone; is handed to the new plan with the state of what is below;
// and comes back, for those reached that are not between: of these nothing but the
// state of what they need differs.
//
// It costs O(nodes reached and below, and members of those reached), and O(nodes +
// members) of what is between.
type relay struct {
	r    *region
	base *plan
	part *part // of the nodes between, after the change
	mini *plan // of part

	// Sets of cells of base. All nodes of a cell are in each of the sets of the region, or
	// none.
	relevant, reached, copied []uint64 // below or reached, nil: all; reached; reached and not between
	border                    []uint64 // below or between, and something copied needs it
	copiedNodes               []uint64 // of the graph before

	own    []uint64 // cells of mini: of the nodes between
	inputs []twin   // what is below and what stands for it in mini: maybe many for one
	twins  []twin   // what is between, where the same nodes are one cell before and after
	late   []twin   // what is copied and stands in mini for some to watch

	stands []int32 // by cell of mini: the cell of base that it is an input for; -1: none
	hubs   int     // whose losses were simulated first

	alias, nextAlias []int32 // the inputs as a list by cell of base, and by cell of mini; -1 ends it
}

// twin is a cell of base and one of mini.
type twin struct{ base, mini int32 }

// newRelay takes the cells that are relevant. It returns nil where a cell that is between is another one now although something
// that is not between needs it: see region.widen.
func newRelay(r *region, p *part, relevant []uint64) *relay {
	y := &relay{r: r, base: r.base.plan(), part: p, mini: newPlan(p.m), relevant: relevant}
	if r.inPart || r.work.losses > worthwhile || countIn(y.relevant) < len(y.base.weight)/8 {
		y.base, y.relevant = y.base.restricted(y.relevant, r.reached), nil
	}
	y.copiedNodes = difference(r.reached, r.between)
	y.reached, y.copied = y.base.cellsOf(r.reached), y.base.cellsOf(y.copiedNodes)
	twinned := y.pair()
	if !y.bound(twinned) {
		return nil
	}
	return y
}

// worthwhile is how many losses it takes to give a part of the plan, unless it is a small
// one, a plan of its own.
const worthwhile = 2 * lanes

// nowhere returns n places that are none.
func nowhere(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// pair finds what stands for what, and returns the cells of base that have a twin between.
func (y *relay) pair() (twinned []uint64) {
	y.own, twinned = newSet(len(y.mini.weight)), newSet(len(y.base.weight))
	y.alias, y.nextAlias = nowhere(len(y.base.weight)), nowhere(len(y.mini.weight))
	y.stands = nowhere(len(y.mini.weight))
	for i := range y.mini.weight {
		d := int32(i)
		nodes := y.mini.nodes.of(d)
		c := y.baseCell(nodes[0])
		if isSet(y.r.betweenAfter, int32(y.part.of[nodes[0]])) {
			put(y.own, d)
			if c >= 0 && len(y.base.nodes.of(c)) == len(nodes) &&
				!slices.ContainsFunc(nodes, func(v int32) bool { return y.baseCell(v) != c }) {
				y.twins = append(y.twins, twin{c, d})
				put(twinned, c)
			}
			continue
		}
		// It stands alone in a cell, and is below or copied, or nothing needs it in a loss.
		switch {
		case c < 0:
		case isSet(y.copied, c):
			y.late = append(y.late, twin{c, d})
		case y.isRelevant(c):
			y.inputs = append(y.inputs, twin{c, d})
			y.stands[d] = c
			y.nextAlias[d], y.alias[c] = y.alias[c], d
		}
	}
	return twinned
}

func (y *relay) isRelevant(c int32) bool { return y.relevant == nil || isSet(y.relevant, c) }

// baseCell returns the cell of base that a node of the part was in; -1: none.
func (y *relay) baseCell(v int32) int32 {
	if o := y.r.Old[y.part.of[v]]; o >= 0 {
		return y.base.cellOf[o]
	}
	return -1
}

// bound finds the border, and reports whether all of it that is between has twins.
func (y *relay) bound(twinned []uint64) bool {
	y.border = newSet(len(y.base.weight))
	g, reqs := y.r.Before, y.r.base.calm.reqs
	whole := true
	eachIn(y.copiedNodes, func(o int32) {
		for q, end := g.OwnedBy(node(o)); q < end; q++ {
			if reqs[q].role == 0 {
				continue
			}
			for _, m := range g.Members(q) {
				if c := y.base.cellOf[m]; c >= 0 && !isSet(y.copied, c) {
					put(y.border, c)
					whole = whole && (!isSet(y.reached, c) || isSet(twinned, c))
				}
			}
		}
	})
	return whole
}

// leg is one worker's two sweeps.
type leg struct {
	*relay
	s *sweep // over base
	t *sweep // over mini
}

func (y *relay) newLeg() *leg { return &leg{relay: y, s: newSweep(y.base), t: newSweep(y.mini)} }

// run simulates some causes, cells of base or, above these, of mini: was and is count what
// they do to what is reached before and after the change.
func (l *leg) run(causes []int32) (was, is *laneSizes) {
	was = l.start(causes)
	l.handOver()
	return was, l.handBack()
}

// start runs the causes as before the change, and returns the sizes.
func (l *leg) start(causes []int32) *laneSizes {
	s, t := l.s, l.t
	for lane, c := range causes {
		if n := int32(len(l.base.weight)); c < n {
			s.seedCell(lane, c)
		} else {
			t.seedCell(lane, c-n)
		}
	}
	s.only(l.relevant)
	s.run()
	s.alert(l.r.reached)
	return s.sizesOf(l.reached)
}

// clear makes the sweeps ready for the next run.
func (l *leg) clear() {
	l.s.clear()
	l.t.clear()
}

// handOver runs what is between.
func (l *leg) handOver() {
	s, t := l.s, l.t
	for _, in := range l.inputs {
		if isSet(s.lit, in.base) {
			t.setDown(in.mini, &s.down[in.base])
			put(t.hot, in.mini)
		}
	}
	t.walk(t.fall)
	t.seedDim()
	for _, in := range l.inputs {
		if isSet(s.dimLit, in.base) {
			t.setDim(in.mini, &s.dim[in.base])
			put(t.hot, in.mini)
		}
	}
	t.walk(t.fade)
}

// handBack runs what is copied, and returns the sizes after the change.
func (l *leg) handBack() *laneSizes {
	s, t := l.s, l.t
	var is *laneSizes
	if !isEmpty(l.copiedNodes) {
		for i, cells := range l.reached {
			s.lit[i] &^= cells
			s.dimLit[i] &^= cells
		}
		s.only(l.copied)
		for _, w := range l.twins {
			if isSet(t.lit, w.mini) {
				s.setDown(w.base, &t.down[w.mini])
			}
		}
		l.heat(s.lit)
		s.walk(s.fall)
		s.seedDim()
		for _, w := range l.twins {
			if isSet(t.dimLit, w.mini) {
				s.setDim(w.base, &t.dim[w.mini])
			}
		}
		l.heat(s.dimLit)
		s.walk(s.fade)
		s.alert(l.copiedNodes)
		is = s.sizesOf(l.copied)
		for _, w := range l.late {
			if isSet(s.lit, w.base) {
				t.setDown(w.mini, &s.down[w.base])
			}
		}
	}
	t.alert(nil)
	anew := t.sizesOf(l.own)
	if is != nil {
		anew.add(is)
	}
	return anew
}

// heat lets those of the border pass on what they have.
func (l *leg) heat(lit []uint64) {
	for i, cells := range l.border {
		l.s.hot[i] |= cells & lit[i]
	}
}
