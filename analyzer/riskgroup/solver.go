package riskgroup

import (
	"context"
	"slices"
)

// structure is what a solver works on: cells that fail by themselves or go down
// with enough members of one of their gates.
type structure interface {
	fails(x cell) bool
	gatesOf(x cell) []gate
}

// solver finds the minimal sets up to an order that take a cell down, from those of
// the cells it needs, and remembers them. Cells that need each other are solved
// together, in rounds until nothing changes: the least sets of a monotone function.
type solver struct {
	*bench
	ctx     context.Context
	of      structure
	most    int   // sets of one cell; a cell with more is given up, with whatever needs it
	each    int64 // the budget of one cell, or of one round of a cell; 0: they all share one
	number  []int32
	low     []int32
	open    []bool
	answers []family // by known
	known   []int32  // by cell: its place in answers; 0: not yet; given up: -1
	count   int32
	stack   []cell
	args    []family // scratch
}

func newSolver(of structure, b *bench, cells, most int) *solver {
	return &solver{
		bench: b, ctx: context.Background(), of: of, most: most, answers: make([]family, 1),
		number: make([]int32, cells), low: make([]int32, cells), open: make([]bool, cells), known: make([]int32, cells),
	}
}

// visit is a cell whose members are being solved.
type visit struct {
	x     cell
	gates []gate
	gate  int // the gate and the member to look at next
	next  int
}

// member returns the member to look at next; false where there is none left.
func (v *visit) member() (cell, bool) {
	for ; v.gate < len(v.gates); v.gate, v.next = v.gate+1, 0 {
		if q := &v.gates[v.gate]; v.next < len(q.members) {
			v.next++
			return q.members[v.next-1], true
		}
	}
	return 0, false
}

// solve returns the family of x, and false where it was given up.
func (s *solver) solve(x cell) (family, bool) {
	if s.known[x] == 0 {
		s.explore(x)
	}
	if s.stopped() || s.known[x] <= 0 {
		return family{}, false
	}
	return s.answers[s.known[x]], true
}

// stopped reports whether there is no point in going on.
func (s *solver) stopped() bool { return s.over && s.each == 0 }

// explore solves x and what it needs, in the order of Tarjan's components.
func (s *solver) explore(x cell) {
	path := []visit{s.enter(x)}
	loops := map[cell][]gate{} // gates of cells in components still open
	for len(path) > 0 && !s.stopped() {
		v := &path[len(path)-1]
		if y, more := v.member(); more {
			switch {
			case s.number[y] == 0:
				path = append(path, s.enter(y))
			case s.open[y]:
				s.low[v.x] = min(s.low[v.x], s.number[y])
			}
			continue
		}
		path = path[:len(path)-1] // v stays valid: nothing is entered below
		if len(path) > 0 {
			up := path[len(path)-1].x
			s.low[up] = min(s.low[up], s.low[v.x])
		}
		if s.low[v.x] == s.number[v.x] && s.stack[len(s.stack)-1] == v.x && !selfish(v) {
			s.stack = s.stack[:len(s.stack)-1]
			s.open[v.x] = false
			s.settle(v.x, s.compute(v.x, v.gates))
			continue
		}
		loops[v.x] = v.gates
		if s.low[v.x] == s.number[v.x] {
			s.together(s.leave(v.x), loops)
		}
	}
}

func selfish(v *visit) bool {
	return slices.ContainsFunc(v.gates, func(q gate) bool { return slices.Contains(q.members, v.x) })
}

func (s *solver) enter(x cell) visit {
	s.count++
	s.number[x], s.low[x], s.open[x] = s.count, s.count, true
	s.stack = append(s.stack, x)
	return visit{x: x, gates: s.of.gatesOf(x)}
}

// leave takes the component whose first cell is x off the stack.
func (s *solver) leave(x cell) []cell {
	at := len(s.stack) - 1
	for s.stack[at] != x {
		at--
	}
	component := s.stack[at:]
	s.stack = s.stack[:at:at]
	for _, y := range component {
		s.open[y] = false
	}
	return component
}

// together solves cells that need each other.
func (s *solver) together(component []cell, gates map[cell][]gate) {
	for _, x := range component {
		s.settle(x, family{})
	}
	ok := s.each == 0 || len(component) <= 64
	for again := ok; again && ok && !s.stopped(); {
		again = false
		for _, x := range component {
			f := s.compute(x, gates[x])
			if !f.sameAs(s.answers[max(s.known[x], 0)]) {
				s.settle(x, f)
				again = true
			}
			ok = ok && s.known[x] > 0
		}
	}
	for _, x := range component {
		if delete(gates, x); !ok { // what one of them lacks, all of them need
			s.known[x] = -1
		}
	}
}

func (s *solver) settle(x cell, f family) {
	switch {
	case s.known[x] < 0:
	case len(f.sets) > s.most:
		s.known[x] = -1
	case s.known[x] > 0:
		s.answers[s.known[x]] = f
	default:
		s.known[x] = int32(len(s.answers))
		s.answers = append(s.answers, f)
	}
}

// compute returns the family of x from those of its members; it gives x up where
// one of them was, or where the budget does not last.
func (s *solver) compute(x cell, gates []gate) family {
	if s.each > 0 {
		s.budget, s.over = s.each, false
	}
	f := s.combine(x, gates)
	if s.over || s.ctx.Err() != nil {
		s.over = true
		s.known[x] = -1
	}
	return f
}

func (s *solver) combine(x cell, gates []gate) family {
	var ways []family
	if s.of.fails(x) {
		ways = append(ways, s.one(x))
	}
	for i := range gates {
		q := &gates[i]
		fs := s.args[:0]
		for _, y := range q.members {
			if s.known[y] < 0 {
				s.known[x] = -1
				return family{}
			}
			if f := s.answers[s.known[y]]; !f.empty() {
				fs = append(fs, f)
			}
		}
		s.args = fs
		if f := s.atLeast(fs, int(q.limit)); !f.empty() {
			ways = append(ways, f)
		}
	}
	if len(ways) == 0 {
		return family{}
	}
	return s.either(ways)
}

// one returns the family of x failing by itself.
func (s *solver) one(x cell) family {
	return family{sets: []uint64{s.single(x)}, at: s.atOne}
}
