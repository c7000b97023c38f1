package simulate

import (
	"cmp"
	"slices"
	"sync/atomic"
)

// relay simulates losses before and after a change without a plan of the graph after. What
// is between has a plan of its own, made anew; everything else does what it did and keeps
// its place in the plan before the change. A loss runs over what is near, before the change in
// the one plan and after it in the other; and what is between and another one now is followed
// to those who need it, as far as that makes any difference to them, see block.
//
// It costs O(nodes + members) of what is between.
type relay struct {
	r    *region
	base *plan
	part *part // of the nodes between, after the change
	mini *plan // of part

	// Sets of cells of base. All nodes of a cell are in each of the sets of the region, or
	// none.
	near, between []uint64

	own     []int32 // cells of mini: of the nodes between
	inputs  []twin  // what is near and stands in mini for some to need
	late    []twin  // what is reached, not between, and stands in mini for some to watch
	twins   []twin  // what is between, where the same nodes are one cell before and after
	remade  []int32 // cells of mini: those of own without a twin
	gone    []int32 // cells of base that are between and have no twin
	fades   bool    // something can be degraded
	losses  []twin  // by lane: the cell that fails in base and in mini; -1: none
	inBase  []int32 // by cell of base: its lane, -1: none
	inMini  []int32
	watches bool // somebody can be frozen or blind

	allowed int          // work, in nanoseconds as estimated
	done    atomic.Int64 // work
	means   atomic.Uint32
}

// twin is a cell of base and one of mini.
type twin struct{ base, mini int32 }

// newRelay returns nil where a cell that is between is another one now although something
// that is not between needs it: see region.widen.
func newRelay(r *region, p *part) *relay {
	y := &relay{r: r, base: r.base.plan(), part: p, mini: newPlan(p.m)}
	y.near, y.between = y.base.cellsOf(r.below), y.base.cellsOf(r.between)
	y.pair(y.base.cellsOf(r.reached))
	if slices.ContainsFunc(y.gone, y.isNeededAbove) {
		return nil
	}
	fadable := func(p *plan) bool { return len(p.dimmers) > 0 || p.worn != nil }
	y.fades = fadable(y.base) || fadable(y.mini)
	y.watches = len(y.base.watchers)+len(y.mini.watchers) > 0
	y.lose()
	return y
}

// nowhere returns n places that are none.
func nowhere(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// pair finds what stands for what.
func (y *relay) pair(reached []uint64) {
	twinned := newSet(len(y.base.weight))
	for i := range y.mini.weight {
		d := int32(i)
		nodes := y.mini.nodes.of(d)
		c := y.baseCell(nodes[0])
		if isSet(y.r.betweenAfter, int32(y.part.of[nodes[0]])) {
			y.own = append(y.own, d)
			if c >= 0 && len(y.base.nodes.of(c)) == len(nodes) &&
				!slices.ContainsFunc(nodes, func(v int32) bool { return y.baseCell(v) != c }) {
				y.twins = append(y.twins, twin{c, d})
				put(twinned, c)
			} else {
				y.remade = append(y.remade, d)
			}
			continue
		}
		// It stands alone in a cell; where it is not near, nothing needs it in a loss.
		switch {
		case c < 0 || !isSet(y.near, c):
		case isSet(reached, c):
			y.late = append(y.late, twin{c, d})
		default:
			y.inputs = append(y.inputs, twin{c, d})
		}
	}
	eachIn(difference(y.between, twinned), func(c int32) { y.gone = append(y.gone, c) })
}

// baseCell returns the cell of base that a node of the part was in; -1: none.
func (y *relay) baseCell(v int32) int32 {
	if o := y.r.Old[y.part.of[v]]; o >= 0 {
		return y.base.cellOf[o]
	}
	return -1
}

// isNeededAbove reports whether something that is not between needs a cell.
func (y *relay) isNeededAbove(c int32) bool {
	p := y.base
	above := func(o int32) bool { return !isSet(y.between, o) }
	for _, f := range [...]*fan{&p.hard, &p.placed, &p.counted, &p.dimmed} {
		if slices.ContainsFunc(f.of(c), above) {
			return true
		}
	}
	return slices.ContainsFunc(p.watched.of(c), func(w int32) bool { return !isSet(y.r.between, int32(p.watchers[w].v)) })
}

// lose finds the cells to be lost: in the order of base, and then those that are remade.
func (y *relay) lose() {
	y.inBase, y.inMini = nowhere(len(y.base.weight)), nowhere(len(y.mini.weight))
	add := func(t twin) { y.losses = append(y.losses, t) }
	twinOf := make(map[int32]int32, len(y.twins))
	for _, t := range y.twins {
		twinOf[t.base] = t.mini
	}
	eachIn(y.near, func(c int32) {
		switch {
		case y.base.weight[c] == 0 || !isSet(y.r.losses, y.base.nodes.of(c)[0]):
		case !isSet(y.between, c):
			add(twin{c, -1})
		default:
			if d, is := twinOf[c]; is {
				add(twin{c, d})
			}
		}
	})
	for _, d := range y.remade {
		if y.mini.weight[d] > 0 && isSet(y.r.lossesAfter, int32(y.part.of[y.mini.nodes.of(d)[0]])) {
			add(twin{-1, d})
		}
	}
	y.bundle()
	for lane, t := range y.losses {
		if t.base >= 0 {
			y.inBase[t.base] = int32(lane)
		}
		if t.mini >= 0 {
			y.inMini[t.mini] = int32(lane)
		}
	}
}

// bundle puts losses together that take the same large cells along: the strips of whoever
// needs one of these are the shorter.
func (y *relay) bundle() {
	if !slices.ContainsFunc(y.base.weight, func(n int32) bool { return n >= largeCell }) {
		return
	}
	down, _ := y.base.large()
	of := func(t twin) taken {
		if t.base < 0 {
			return 0
		}
		return down[t.base]
	}
	slices.SortStableFunc(y.losses, func(s, t twin) int { return cmp.Compare(of(t), of(s)) })
}

// cellsOf returns the cells of a set of nodes.
func (p *plan) cellsOf(nodes []uint64) []uint64 {
	out := newSet(len(p.weight))
	eachIn(nodes, func(v int32) {
		if c := p.cellOf[v]; c >= 0 {
			put(out, c)
		}
	})
	return out
}
