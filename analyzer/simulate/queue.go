package simulate

import (
	"cmp"
	"slices"
)

// queue lists the cells whose loss matters to others, in bundles.
func (p *plan) queue() []int32 {
	var out []int32
	for c := range p.weight {
		if cell := int32(c); p.weight[c] > 0 && p.matters(cell) {
			out = append(out, cell)
		}
	}
	p.bundle(out)
	return out
}

// bundle orders cells so that losses which reach the same cells share a pass: a row
// costs the same for one lane as for 512. The order of the cells does that already,
// but for what takes along one of the large ones, each of which has half the system
// behind it: those are sorted by which of them they take down, then by which they
// degrade.
func (p *plan) bundle(cells []int32) {
	if !slices.ContainsFunc(p.weight, func(n int32) bool { return n >= largeCell }) {
		return
	}
	down, degraded := p.large()
	slices.SortStableFunc(cells, func(a, b int32) int {
		return cmp.Or(cmp.Compare(down[b], down[a]), cmp.Compare(degraded[b], degraded[a]))
	})
}

// largeCell is how many nodes make a cell worth queueing for, of which the largest
// are told apart, as many as taken has bits.
const largeCell = 64

// taken is a set of large cells.
type taken uint16

// largeCellsTaken says for each cell which of the large ones go down with it, and
// which are degraded, as far as it takes no more than one member to do so. What is
// overlooked costs time and nothing else.
func (p *plan) largeCellsTaken() (down, degraded []taken) {
	n := len(p.weight)
	down, degraded = make([]taken, n), make([]taken, n)
	fading := make([]taken, n) // which are degraded where the cell is
	for i, c := range p.largest(largeCell) {
		down[c] |= 1 << i
		fading[c] |= 1 << i
	}
	p.inherit(down, &p.hard, &p.placed)
	p.inherit(fading, &p.hard)
	for c := range degraded {
		for _, o := range p.dimmed.of(int32(c)) {
			degraded[c] |= fading[o]
		}
	}
	p.inherit(degraded, &p.hard, &p.placed)
	return down, degraded
}

// largest lists the largest cells of so many nodes or more, as many as taken has bits.
func (p *plan) largest(nodes int32) []int32 {
	var large []int32
	for c, w := range p.weight {
		if w >= nodes {
			large = append(large, int32(c))
		}
	}
	slices.SortStableFunc(large, func(a, b int32) int { return cmp.Compare(p.weight[b], p.weight[a]) })
	return large[:min(len(large), 16)]
}

// inherit gives every cell what the cells have to which the fans lead.
func (p *plan) inherit(has []taken, fans ...*fan) {
	for to := int32(len(p.knot)); to > 0; {
		from := to - 1
		for from > 0 && p.knot[from-1] == p.knot[to-1] {
			from--
		}
		for again := true; again; {
			again = false
			for c := to - 1; c >= from; c-- {
				more := has[c]
				for _, f := range fans {
					for _, o := range f.of(c) {
						more |= has[o]
					}
				}
				if more != has[c] {
					has[c] = more
					again = to-from > 1
				}
			}
		}
		to = from
	}
}
