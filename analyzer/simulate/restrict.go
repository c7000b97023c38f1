package simulate

import (
	"slices"
	"sync"
)

// restricted returns the plan of some cells, which need no others, and of the watchers of
// some nodes, whose gates need no others: as if nothing else needed these cells. It
// costs O(nodes / 64, cells and arrows from them), and is worth it where many passes
// are to go over a small part: rows and arrows stand close together.
func (p *plan) restricted(cells, watchers []uint64) *plan {
	q := &plan{m: p.m, cellOf: nowhere(len(p.cellOf))}
	at := nowhere(len(p.weight))
	var from []int32
	eachIn(cells, func(c int32) {
		at[c] = int32(len(from))
		from = append(from, c)
	})
	q.weight, q.knot = make([]int32, len(from)), make([]int32, len(from))
	if p.worn != nil {
		q.worn = make([]bool, len(from))
	}
	q.nodes.at = make([]int32, 1, len(from)+1)
	for i, c := range from {
		q.weight[i], q.knot[i] = p.weight[c], p.knot[c]
		if p.worn != nil {
			q.worn[i] = p.worn[c]
		}
		nodes := p.nodes.of(c)
		for _, v := range nodes {
			q.cellOf[v] = int32(i)
		}
		q.nodes.to = append(q.nodes.to, nodes...)
		q.nodes.at = append(q.nodes.at, int32(len(q.nodes.to)))
	}
	q.hard, q.placed = p.hard.restricted(from, at), p.placed.restricted(from, at)
	q.counted, q.dimmed = p.counted.restricted(from, at), p.dimmed.restricted(from, at)
	q.gates = make([]gate, 0, share(len(p.gates), len(from), len(at)))
	q.members = make([]int32, 0, share(len(p.members), len(from), len(at)))
	q.gatesAt, q.dimAt = make([]int32, 1, len(from)+1), make([]int32, 1, len(from)+1)
	for _, c := range from {
		q.gates = q.adopt(q.gates, p, p.gates[p.gatesAt[c]:p.gatesAt[c+1]], at)
		q.gatesAt = append(q.gatesAt, int32(len(q.gates)))
		q.dimmers = q.adopt(q.dimmers, p, p.dimmers[p.dimAt[c]:p.dimAt[c+1]], at)
		q.dimAt = append(q.dimAt, int32(len(q.dimmers)))
	}
	q.adoptWatchers(p, from, at, watchers)
	q.large = sync.OnceValues(q.largeCellsTaken)
	return q
}

// share guesses how many of some things that many of all have: more than their share, as
// what is below is popular.
func share(things, some, all int) int { return min(things, 2*some*things/max(1, all)) }

// restricted lists for some of the things those of the others that have a new place.
func (f *fan) restricted(from, at []int32) fan {
	out := fan{at: make([]int32, 1, len(from)+1), to: make([]int32, 0, share(len(f.to), len(from), len(f.at)))}
	for _, c := range from {
		for _, o := range f.of(c) {
			if to := at[o]; to >= 0 {
				out.to = append(out.to, to)
			}
		}
		out.at = append(out.at, int32(len(out.to)))
	}
	return out
}

// adopt appends gates of another plan.
func (p *plan) adopt(to []gate, of *plan, gates []gate, at []int32) []gate {
	for _, g := range gates {
		members := of.members[g.from:g.to]
		g.from = int32(len(p.members))
		for _, c := range members {
			p.members = append(p.members, at[c])
		}
		g.to = int32(len(p.members))
		to = append(to, g)
	}
	return to
}

// adoptWatchers takes over the watchers of some nodes.
func (p *plan) adoptWatchers(of *plan, from, at []int32, nodes []uint64) {
	place := nowhere(len(of.watchers))
	for i, w := range of.watchers {
		if !isSet(nodes, int32(w.v)) {
			continue
		}
		place[i] = int32(len(p.watchers))
		if w.cell >= 0 {
			w.cell = at[w.cell]
		}
		gates := of.watches[w.from:w.to]
		w.from = int32(len(p.watches))
		p.watches = p.adopt(p.watches, of, gates, at)
		w.to = int32(len(p.watches))
		p.watchers = append(p.watchers, w)
	}
	p.watched = of.watched.restricted(from, place)
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

// standOn adds to a set of cells all that they need in a loss, directly or not, and what
// some nodes watch. It costs O(cells + arrows), in the order in which these lie in memory,
// and that a few times where something merely degrades.
func (p *plan) standOn(cells, watchers []uint64) {
	needed := func(c int32) bool {
		in := func(o int32) bool { return isSet(cells, o) }
		return in(c) || slices.ContainsFunc(p.hard.of(c), in) || slices.ContainsFunc(p.placed.of(c), in) ||
			slices.ContainsFunc(p.counted.of(c), in) || slices.ContainsFunc(p.dimmed.of(c), in) ||
			slices.ContainsFunc(p.watched.of(c), func(w int32) bool { return isSet(watchers, int32(p.watchers[w].v)) })
	}
	for again := true; again; {
		again = false
		for to := int32(len(p.knot)); to > 0; {
			from, any := to-1, needed(to-1)
			for from > 0 && p.knot[from-1] == p.knot[to-1] {
				from--
				any = any || needed(from)
			}
			for c := from; c < to && any; c++ { // the cells of a knot need each other
				if !isSet(cells, c) {
					put(cells, c)
					again = again || len(p.dimmed.to) > 0 // what merely degrades is in no order
				}
			}
			to = from
		}
	}
}
