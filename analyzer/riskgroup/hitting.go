package riskgroup

import (
	"context"
	"slices"
)

// hitting finds the minimal sets of two and more cells that take the top of a cone
// down, in order of size, where no cell does it alone, by Reiter's hitting sets: as
// long as the top is up after the loss of F, some cells keep it and each other up,
// and whatever F grows into has to hit one of them. The search tries each in turn,
// and bars those it has tried. It looks at one gate of the top after the other, as
// few cells keep a single gate open.
//
// A set that would hold a smaller one is never built: the smaller ones are all
// known, and the cells that would complete one are barred while the rest is lost.
type hitting struct {
	ctx      context.Context
	c        *cone
	cap      int      // sets
	most     int64    // work
	found    [][]cell // each ascending; the smaller first
	complete bool     // found is everything up to the size looked for
	capped   bool     // else it is not as there are more sets than cap

	loss    *loss
	keeper  keeper
	known   map[string]bool // sets of the size looked for
	partner [][]int32       // by cell: the smaller sets that it is in
	barred  []int32         // by cell: how many reasons there are not to lose it
	lost    []bool          // by cell: it is in set
	set     []cell          // in the order of losing
	size    int             // of the sets looked for
}

func newHitting(ctx context.Context, c *cone, cap int, most int64) *hitting {
	n := len(c.nodes)
	h := &hitting{
		ctx: ctx, c: c, cap: cap, most: most, complete: true, loss: newLoss(c), keeper: newKeeper(c),
		known: map[string]bool{}, partner: make([][]int32, n), barred: make([]int32, n), lost: make([]bool, n),
	}
	for x := range c.nodes {
		if !c.fails(cell(x)) {
			h.barred[x] = 1
		}
	}
	return h
}

// singles returns which cells take the top down by themselves.
func (h *hitting) singles() []cell {
	var out []cell
	from, to := h.c.ownedBy(h.c.top)
	for _, x := range h.keeper.keep(h.loss, h.barred, from, to) {
		m := h.loss.mark()
		h.loss.fail(x)
		if h.loss.topDown {
			out = append(out, x)
		}
		h.loss.back(m)
	}
	return out
}

// run finds the sets of two to order cells; it returns the error of the context.
func (h *hitting) run(order int) error {
	for h.size = 2; h.size <= order && h.complete; h.size++ {
		before := len(h.found)
		for i, to := h.c.ownedBy(h.c.top); i < to && h.complete; i++ {
			h.search(i)
			if err := h.ctx.Err(); err != nil {
				return err
			}
		}
		h.learn(before)
	}
	return nil
}

// search finds the sets of the size looked for that hold what is lost so far and
// close the given gate of the top.
func (h *hitting) search(gate int32) {
	if h.work() > h.most || h.ctx.Err() != nil {
		h.complete = false
		return
	}
	keep := h.keeper.keep(h.loss, h.barred, gate, gate+1)
	if len(h.set)+1 == h.size {
		h.last(keep)
		return
	}
	keep = slices.Clone(keep)
	for i, x := range keep {
		if !h.complete {
			h.unbar(keep[:i])
			return
		}
		m := h.loss.mark()
		h.loss.fail(x)
		if h.loss.topDown { // cannot be: it would be a smaller set, which is known
			h.record(x)
		} else {
			h.push(x)
			h.search(gate)
			h.pop(x)
		}
		h.loss.back(m)
		h.barred[x]++
	}
	h.unbar(keep)
}

func (h *hitting) unbar(tried []cell) {
	for _, x := range tried {
		h.barred[x]--
	}
}

// last finds which of the cells given complete the set. To narrow them down by what
// else keeps the top up after each that does not costs more than to try them all.
func (h *hitting) last(among []cell) {
	for _, x := range among {
		m := h.loss.mark()
		h.loss.fail(x)
		if h.loss.topDown {
			h.record(x)
		}
		h.loss.back(m)
	}
}

// work returns how much was looked at so far: gates told and cells tried.
func (h *hitting) work() int64 { return h.loss.work + h.keeper.work }

// record notes the set of what is lost and x, unless it was found by another gate.
func (h *hitting) record(x cell) {
	set := append(slices.Clone(h.set), x)
	slices.Sort(set)
	key := keyOf(set)
	switch {
	case h.known[key]:
	case len(h.found) == h.cap:
		h.complete, h.capped = false, true
	default:
		h.known[key] = true
		h.found = append(h.found, set)
	}
}

func keyOf[T ~int32](set []T) string {
	b := make([]byte, 0, 4*len(set))
	for _, x := range set {
		b = append(b, byte(x), byte(x>>8), byte(x>>16), byte(x>>24))
	}
	return string(b)
}

// learn makes later searches avoid what holds one of the sets found since.
func (h *hitting) learn(since int) {
	for i := since; i < len(h.found); i++ {
		for _, x := range h.found[i] {
			h.partner[x] = append(h.partner[x], int32(i))
		}
	}
	clear(h.known)
}

// push takes x into the set, and bars what would complete a known set with it.
func (h *hitting) push(x cell) {
	h.set = append(h.set, x)
	h.lost[x] = true
	h.bar(x, 1)
}

func (h *hitting) pop(x cell) {
	h.bar(x, -1)
	h.lost[x] = false
	h.set = h.set[:len(h.set)-1]
}

func (h *hitting) bar(x cell, by int32) {
	for _, i := range h.partner[x] {
		missing, last := 0, cell(0)
		for _, y := range h.found[i] {
			if !h.lost[y] {
				missing++
				last = y
			}
		}
		if missing == 1 {
			h.barred[last] += by
		}
	}
}
