package simulate

import "slices"

// joint is a plan in which a changed system stands twice: what the change reaches as
// it was and as it is, side by side over the part of what is below that both share. A
// loss in it is simulated before and after the change at once. Its cells are, in this
// order, those below; those reached, before; and those reached, after. Of the last
// the ones between come from a plan of their own, and the others are copied: nothing
// but the state of what they need differs there.
//
// It costs O(cells), and O(members) of what is reached and below and of who names
// that, where the plan of the graph after costs O(nodes + members) many times over.
type joint struct {
	plan
	r    *region
	base *plan
	part *part // of the nodes between, after the change
	mini *plan // of part

	keep    []int32  // by cell of base: its place below or before; -1: none
	again   []int32  // by cell of base: its place after the change, or below; -1: none as it was
	rebuilt []int32  // by cell of mini: its place
	where   []places // by cell of base: both
	from    []int32  // by cell: the cell of base, or of mini for those rebuilt
	asIn    []int32  // by cell of mini: the cell of base that has the same nodes; -1: none

	// The cells of mini that stand for a cell are those of its nodes that the part names,
	// or it itself: a list, by cell and by cell of mini; -1 ends it.
	alias, nextAlias []int32

	before, rebuildAt, copyAt int32 // where the cells begin that are reached before and after, and copied
	after                     int32 // where the watchers begin that watch after the change
}

// places are where a cell stands before and after.
type places struct{ keep, again int32 }

// newJoint returns nil where a cell that is between is another one now although
// something that is not between needs it: see region.widen.
func newJoint(r *region, base *plan, p *part) *joint {
	j := &joint{r: r, base: base, part: p, mini: newPlan(p.m)}
	j.place()
	if j.isSplit() {
		return nil
	}
	j.gate()
	j.hard = j.wire(&base.hard, &j.mini.hard)
	j.placed = j.wire(&base.placed, &j.mini.placed)
	j.counted = j.wire(&base.counted, &j.mini.counted)
	j.dimmed = j.wire(&base.dimmed, &j.mini.dimmed)
	j.watch()
	return j
}

// nowhere returns n places that are none.
func nowhere(n int) []int32 {
	out := make([]int32, n)
	for i := range out {
		out[i] = -1
	}
	return out
}

// place numbers the cells. All nodes of a cell are in each of the sets of the region, or
// none; and what of one knot stands side by side in a plan still does.
func (j *joint) place() {
	var below, reached, copied []int32
	for c := range int32(len(j.base.weight)) {
		switch v := j.base.nodes.to[j.base.nodes.at[c]]; {
		case isSet(j.r.below, v):
			below = append(below, c)
		case isSet(j.r.reached, v):
			reached = append(reached, c)
			if !isSet(j.r.between, v) {
				copied = append(copied, c)
			}
		}
	}
	most := len(below) + len(reached) + len(copied) + len(j.mini.weight)
	for _, cells := range [...]*[]int32{&j.from, &j.weight, &j.knot} {
		*cells = make([]int32, 0, most)
	}
	if j.base.worn != nil || j.mini.worn != nil {
		j.worn = make([]bool, most)
	}
	j.keep = nowhere(len(j.base.weight))
	j.pick(below, j.keep)
	j.before = int32(len(j.from))
	j.again = slices.Clone(j.keep)
	j.pick(reached, j.keep)
	j.rebuildAt = int32(len(j.from))
	j.rebuild()
	j.copyAt = int32(len(j.from))
	j.pick(copied, j.again)
	j.lead()
	j.where = make([]places, len(j.keep))
	for c := range j.where {
		j.where[c] = places{j.keep[c], j.again[c]}
	}
}

// pick places some cells of base. A knot that stands twice has one number for both, which
// is no matter: nothing leads from one to the other.
func (j *joint) pick(cells, at []int32) {
	for _, c := range cells {
		at[c] = int32(len(j.from))
		j.add(c, j.base.weight[c], j.base.knot[c], j.base.isWorn(c))
	}
}

func (j *joint) add(from, weight, knot int32, worn bool) {
	if worn {
		j.worn[len(j.from)] = true
	}
	j.from = append(j.from, from)
	j.weight = append(j.weight, weight)
	j.knot = append(j.knot, knot)
}

// rebuild places those cells of mini that are between, and finds which of them have the
// nodes that a cell of base had.
func (j *joint) rebuild() {
	knots := int32(len(j.base.cellOf)) // more than base has
	j.rebuilt, j.asIn = nowhere(len(j.mini.weight)), nowhere(len(j.mini.weight))
	for d := range int32(len(j.mini.weight)) {
		nodes := j.mini.nodes.of(d)
		if !isSet(j.r.betweenAfter, int32(j.part.of[nodes[0]])) {
			continue
		}
		j.rebuilt[d] = int32(len(j.from))
		j.add(d, j.mini.weight[d], knots+j.mini.knot[d], j.mini.isWorn(d))
		c := j.baseCell(nodes[0])
		if c < 0 || len(j.base.nodes.of(c)) != len(nodes) {
			continue
		}
		if !slices.ContainsFunc(nodes, func(v int32) bool { return j.baseCell(v) != c }) {
			j.again[c], j.asIn[d] = j.rebuilt[d], c
		}
	}
}

// baseCell returns the cell of base that a node of the part was in; -1: none.
func (j *joint) baseCell(v int32) int32 {
	if o := j.r.Old[j.part.of[v]]; o >= 0 {
		return j.base.cellOf[o]
	}
	return -1
}

// lead says for each cell of mini where it stands. What is not between stands alone in a
// cell there, and is below or copied, or nothing needs it in a loss.
func (j *joint) lead() {
	j.alias, j.nextAlias = nowhere(len(j.from)), nowhere(len(j.rebuilt))
	for d, at := range j.rebuilt {
		if at < 0 {
			at = j.again[j.baseCell(j.mini.nodes.of(int32(d))[0])]
			j.rebuilt[d] = at
		}
		if at >= 0 {
			j.nextAlias[d], j.alias[at] = j.alias[at], int32(d)
		}
	}
}

// isSplit reports whether something copied needs a cell that has not the nodes it had.
func (j *joint) isSplit() bool {
	for c, at := range j.keep {
		if at < j.before || j.again[c] >= 0 {
			continue
		}
		for _, f := range [...]*fan{&j.base.hard, &j.base.placed, &j.base.counted, &j.base.dimmed} {
			for _, o := range f.of(int32(c)) {
				if j.again[o] >= j.copyAt {
					return true
				}
			}
		}
		for _, w := range j.base.watched.of(int32(c)) {
			if j.isCopied(j.base.watchers[w].v) {
				return true
			}
		}
	}
	return false
}

func (j *joint) isCopied(v node) bool {
	return isSet(j.r.reached, int32(v)) && !isSet(j.r.between, int32(v))
}

// source returns what a cell is made of, and where the cells stand that that names.
func (j *joint) source(cell int32) (p *plan, c int32, at []int32) {
	switch {
	case cell < j.rebuildAt:
		return j.base, j.from[cell], j.keep
	case cell < j.copyAt:
		return j.mini, j.from[cell], j.rebuilt
	}
	return j.base, j.from[cell], j.again
}

// gate copies the gates and dimmers.
func (j *joint) gate() {
	j.gatesAt, j.dimAt = make([]int32, 0, len(j.from)+1), make([]int32, 0, len(j.from)+1)
	for cell := range j.from {
		p, c, at := j.source(int32(cell))
		j.gatesAt, j.dimAt = append(j.gatesAt, int32(len(j.gates))), append(j.dimAt, int32(len(j.dimmers)))
		for _, g := range p.gates[p.gatesAt[c]:p.gatesAt[c+1]] {
			j.gates = append(j.gates, j.copied(p, g, at))
		}
		for _, g := range p.dimmers[p.dimAt[c]:p.dimAt[c+1]] {
			j.dimmers = append(j.dimmers, j.copied(p, g, at))
		}
	}
	j.gatesAt, j.dimAt = append(j.gatesAt, int32(len(j.gates))), append(j.dimAt, int32(len(j.dimmers)))
}

func (j *joint) copied(p *plan, g gate, at []int32) gate {
	members := p.members[g.from:g.to]
	g.from = int32(len(j.members))
	for _, c := range members {
		j.members = append(j.members, at[c])
	}
	g.to = int32(len(j.members))
	return g
}

// wire copies the arrows of one kind.
func (j *joint) wire(base, mini *fan) fan {
	f := fan{at: make([]int32, 0, len(j.from)+1), to: make([]int32, 0, (len(base.to)/max(1, len(j.keep))+1)*len(j.from))}
	for cell := range int32(len(j.from)) {
		f.at = append(f.at, int32(len(f.to)))
		c := j.from[cell]
		switch {
		case cell < j.before: // what needs it now stands before, after, or is shared
			for _, o := range base.of(c) {
				to := j.where[o]
				if to.keep >= 0 {
					f.to = append(f.to, to.keep)
				}
				if to.again >= j.copyAt {
					f.to = append(f.to, to.again)
				}
			}
		case cell < j.rebuildAt:
			for _, o := range base.of(c) {
				f.to = append(f.to, j.keep[o])
			}
			continue
		default:
			if cell < j.copyAt {
				c = j.asIn[c]
			}
			if c < 0 {
				break
			}
			for _, o := range base.of(c) {
				if to := j.again[o]; to >= j.copyAt {
					f.to = append(f.to, to)
				}
			}
		}
		for d := j.alias[cell]; d >= 0; d = j.nextAlias[d] {
			for _, o := range mini.of(d) {
				f.to = append(f.to, j.rebuilt[o])
			}
		}
	}
	f.at = append(f.at, int32(len(f.to)))
	return f
}

// watch copies the watchers: before the change, rebuilt and copied. Of those below
// nobody asks.
func (j *joint) watch() {
	var watched wires
	add := func(p *plan, w watcher, at []int32) {
		if w.cell >= 0 {
			w.cell = at[w.cell]
		}
		gates := p.watches[w.from:w.to]
		w.from = int32(len(j.watches))
		for _, g := range gates {
			g = j.copied(p, g, at)
			watched.add(j.members[g.from:g.to], int32(len(j.watchers)))
			j.watches = append(j.watches, g)
		}
		w.to = int32(len(j.watches))
		j.watchers = append(j.watchers, w)
	}
	for _, w := range j.base.watchers {
		if isSet(j.r.reached, int32(w.v)) {
			add(j.base, w, j.keep)
		}
	}
	j.after = int32(len(j.watchers))
	for _, w := range j.mini.watchers {
		add(j.mini, w, j.rebuilt)
	}
	for _, w := range j.base.watchers {
		if j.isCopied(w.v) {
			add(j.base, w, j.again)
		}
	}
	j.watched = watched.fan(int32(len(j.from)))
}
