package riskgroup

import (
	"context"
	"slices"
)

// hitting finds the minimal sets of events that take the top of a cone down, in
// order of size, by Reiter's hitting sets: as long as the top is up after the loss
// of F, some self-supporting cells keep it up, and whatever F grows into has to hit
// one of them. The search tries each in turn, and leaves out those it has tried.
//
// Events that do it alone are found first and merged into the top. What is left
// takes the top down by one of the top's gates, and for each of them alone the
// cells that keep it from closing are few. A set that would hold a smaller one is
// never built: the events that would complete one are left out while the rest of
// it is lost.
type hitting struct {
	ctx      context.Context
	c        *cone // what is left once the singles are merged
	order    int
	cap      int
	found    [][]cell // cells of the whole cone
	complete bool

	from    []cell // cells of c as cells of the whole cone
	loss    *loss
	sets    [][]cell        // found, of two and more, as cells of c
	known   map[string]bool // sets
	partner [][]int32       // by cell: the sets that it is in
	barred  []int32         // by cell: why not to lose it; 0: it may be lost
	inSet   []bool          // by cell: it is lost
	set     []cell          // those, in the order of losing
	size    int             // of the sets looked for
	keeper  keeper
	steps   int
}

func newHitting(ctx context.Context, whole *cone, o Options) *hitting {
	return &hitting{ctx: ctx, c: whole, order: o.order(), cap: o.cap(), complete: true}
}

// run finds everything; it returns the error of the context.
func (h *hitting) run() error {
	whole := h.c
	fatal := whole.chain()
	rest := whole.without(fatal)
	h.prepare(rest)
	single := h.singles()
	for x, is := range single {
		fatal[h.cellOf(whole, cell(x))] = fatal[h.cellOf(whole, cell(x))] || is
	}
	for x := range whole.nodes {
		if fatal[x] && whole.event[x] {
			h.found = append(h.found, []cell{cell(x)})
		}
	}
	if len(h.found) > h.cap {
		h.found, h.complete = h.found[:h.cap], false
	}
	if !h.complete || h.order < 2 {
		return h.ctx.Err()
	}
	h.prepare(whole.without(fatal))
	h.from = make([]cell, len(h.c.nodes))
	for x := range h.c.nodes {
		h.from[x] = h.cellOf(whole, cell(x))
	}
	for h.size = 2; h.size <= h.order && h.complete; h.size++ {
		before := len(h.sets)
		for i, to := h.c.gatesOf(h.c.top); i < to && h.complete; i++ {
			h.search(i)
			if err := h.ctx.Err(); err != nil {
				return err
			}
		}
		h.learn(before)
	}
	for _, set := range h.sets {
		out := make([]cell, len(set))
		for i, x := range set {
			out[i] = h.from[x]
		}
		h.found = append(h.found, out)
	}
	return h.ctx.Err()
}

// cellOf returns the place in the whole cone of a cell of h.c.
func (h *hitting) cellOf(whole *cone, x cell) cell {
	at, _ := slices.BinarySearch(whole.nodes, h.c.nodes[x])
	return cell(at)
}

func (h *hitting) prepare(c *cone) {
	n := len(c.nodes)
	h.c = c
	h.loss = newLoss(c)
	h.barred = make([]int32, n)
	h.inSet = make([]bool, n)
	h.partner = make([][]int32, n)
	h.known = map[string]bool{}
	h.keeper = newKeeper(c)
	for x, event := range c.event {
		if !event {
			h.barred[x] = 1
		}
	}
}

// singles returns which events take the top of h.c down by themselves, by cell.
func (h *hitting) singles() []bool {
	out := make([]bool, len(h.c.nodes))
	from, to := h.c.gatesOf(h.c.top)
	for _, x := range h.keeper.keep(h.loss, h.barred, from, to) {
		m := h.loss.mark()
		h.loss.fail(x)
		out[x] = h.loss.topDown
		h.loss.back(m)
	}
	return out
}

// search finds the sets of h.size events that hold the ones lost so far, by the
// given gate of the top.
func (h *hitting) search(gate int32) {
	if h.steps++; h.steps&255 == 0 && h.ctx.Err() != nil {
		h.complete = false
		return
	}
	keep := slices.Clone(h.keeper.keep(h.loss, h.barred, gate, gate+1))
	tried := 0
	for _, x := range keep {
		if !h.complete {
			break
		}
		m := h.loss.mark()
		h.loss.fail(x)
		switch {
		case h.loss.topDown:
			h.record(x)
		case len(h.set)+1 < h.size:
			h.push(x)
			h.search(gate)
			h.pop(x)
		}
		h.loss.back(m)
		h.barred[x]++
		tried++
	}
	for _, x := range keep[:tried] {
		h.barred[x]--
	}
}

// record notes the set of what is lost and x.
func (h *hitting) record(x cell) {
	set := append(slices.Clone(h.set), x)
	slices.Sort(set)
	key := keyOf(set)
	if h.known[key] {
		return
	}
	if len(h.found)+len(h.sets) == h.cap {
		h.complete = false
		return
	}
	h.known[key] = true
	h.sets = append(h.sets, set)
}

func keyOf(set []cell) string {
	b := make([]byte, 0, 4*len(set))
	for _, x := range set {
		b = append(b, byte(x), byte(x>>8), byte(x>>16), byte(x>>24))
	}
	return string(b)
}

// learn bars in later searches what would complete one of the sets found since.
func (h *hitting) learn(since int) {
	for i := since; i < len(h.sets); i++ {
		for _, x := range h.sets[i] {
			h.partner[x] = append(h.partner[x], int32(i))
		}
	}
	clear(h.known)
}

// push takes x into the set, and bars what would complete a known set with it.
func (h *hitting) push(x cell) {
	h.set = append(h.set, x)
	h.inSet[x] = true
	h.bar(x, 1)
}

func (h *hitting) pop(x cell) {
	h.bar(x, -1)
	h.inSet[x] = false
	h.set = h.set[:len(h.set)-1]
}

func (h *hitting) bar(x cell, by int32) {
	for _, i := range h.partner[x] {
		missing, last := 0, cell(0)
		for _, y := range h.sets[i] {
			if !h.inSet[y] {
				missing++
				last = y
			}
		}
		if missing == 1 {
			h.barred[last] += by
		}
	}
}
