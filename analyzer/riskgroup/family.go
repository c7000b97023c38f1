package riskgroup

import (
	"cmp"
	"slices"
)

// bench combines families, as long as its budget lasts: every candidate for a set
// of a result costs one, and so does every look at a set of an argument.
type bench struct {
	packing
	budget int64
	over   bool // the budget is spent, and results mean nothing

	cands []([]uint64) // by size: candidates of the result in hand
	seen  wordSet
	head  []int32 // by cell: the first set of an index by cells, in links; 0: none
	links []link
	marks []cell // cells with a head
	pool  []uint64
	atOne []int32 // where the sizes begin in a family of one set of one cell
}

// link is one set in the index by cells.
type link struct {
	set  uint64
	next int32
}

func newBench(p packing, cells int, budget int64) *bench {
	b := &bench{packing: p, budget: budget, cands: make([][]uint64, p.order+1), head: make([]int32, cells), atOne: make([]int32, p.order+2)}
	for n := 2; n < len(b.atOne); n++ {
		b.atOne[n] = 1
	}
	return b
}

// spend takes n off the budget and reports whether it lasts.
func (b *bench) spend(n int64) bool {
	if b.budget -= n; b.budget < 0 {
		b.over = true
	}
	return !b.over
}

// candidate offers a set for the result in hand, unless it is too large.
func (b *bench) candidate(s uint64) {
	if n := b.size(s); n <= b.order {
		b.cands[n] = append(b.cands[n], s)
	}
}

func (b *bench) candidates(f family) {
	for n := 0; n <= b.order && f.at != nil; n++ {
		b.cands[n] = append(b.cands[n], f.of(n)...)
	}
}

// minimal returns the family of the minimal ones among the candidates, none of which is
// empty, and takes them off.
func (b *bench) minimal() family {
	total := 0
	for _, c := range b.cands {
		total += len(c)
	}
	if total == 0 || !b.spend(int64(total)) {
		b.drop()
		return family{}
	}
	f := family{sets: make([]uint64, 0, total), at: make([]int32, b.order+2)}
	b.seen.reset(total)
	for n := 1; n <= b.order; n++ {
		f.at[n] = int32(len(f.sets))
		for _, s := range b.cands[n] {
			if !b.holdsSmaller(f, s, n) && b.seen.add(s) {
				f.sets = append(f.sets, s)
			}
		}
		b.cands[n] = b.cands[n][:0]
	}
	f.at[b.order+1] = int32(len(f.sets))
	if cap(f.sets) > 2*len(f.sets) {
		f.sets = slices.Clone(f.sets)
	}
	return f
}

func (b *bench) drop() {
	for n := range b.cands {
		b.cands[n] = b.cands[n][:0]
	}
}

// holdsSmaller reports whether s, of n cells, holds a smaller set that was seen;
// f says of which sizes there are any.
func (b *bench) holdsSmaller(f family, s uint64, n int) bool {
	if len(f.sets) == 0 || f.at[n] == 0 {
		return false
	}
	for pick := 1; pick < 1<<n-1; pick++ {
		if b.seen.has(b.subset(s, pick)) {
			return true
		}
	}
	return false
}

// either returns the minimal sets that hold a set of one of the families.
func (b *bench) either(fs []family) family {
	if len(fs) == 1 {
		return fs[0]
	}
	for _, f := range fs {
		b.candidates(f)
	}
	return b.minimal()
}

// both returns the minimal sets that hold a set of f and one of g.
func (b *bench) both(f, g family) family {
	switch {
	case f.empty() || g.empty():
		return family{}
	case f.sets[0] == 0:
		return g
	case g.sets[0] == 0:
		return f
	}
	f, g = b.absorb(f, g), b.absorb(g, f)
	b.join(f, g)
	b.unindex()
	return b.minimal()
}

// absorb offers those sets of f that hold a set of g, which no union with them can
// be smaller than, and returns the others.
func (b *bench) absorb(f, g family) family {
	if !b.spend(int64(len(f.sets) + len(g.sets))) {
		return family{}
	}
	b.seen.reset(len(g.sets))
	for _, s := range g.sets {
		b.seen.add(s)
	}
	out := family{sets: make([]uint64, 0, len(f.sets)), at: make([]int32, b.order+2)}
	for n := 1; n <= b.order; n++ {
		out.at[n] = int32(len(out.sets))
		for _, s := range f.of(n) {
			if b.seen.has(s) || b.holdsSmaller(g, s, n) {
				b.cands[n] = append(b.cands[n], s)
			} else {
				out.sets = append(out.sets, s)
			}
		}
	}
	out.at[b.order+1] = int32(len(out.sets))
	return out
}

// join offers the unions of a set of f and one of g that are not too large.
func (b *bench) join(f, g family) {
	if f.empty() || g.empty() || b.over {
		return
	}
	b.index(g)
	for n := 1; n < b.order; n++ {
		rest := b.order - n // how many cells a set of g may add
		small := g.sets[:g.at[rest+1]]
		if !b.spend(int64(len(f.of(n))) * int64(len(small)+1)) {
			return
		}
		for _, s := range f.of(n) {
			for _, t := range small {
				if u, fits := b.union(s, t); fits {
					b.candidate(u)
				}
			}
			if len(small) < len(g.sets) {
				b.joinLarge(s, rest)
			}
		}
	}
}

// joinLarge offers the unions of s with those indexed sets of more than rest cells
// that share enough cells with it.
func (b *bench) joinLarge(s uint64, rest int) {
	for tail := s; tail != 0; tail >>= b.width {
		for i := b.head[tail&b.mask-1]; i != 0; i = b.links[i].next {
			t := b.links[i].set
			if b.size(t) <= rest {
				continue
			}
			if u, fits := b.union(s, t); fits {
				b.candidate(u)
			}
		}
	}
}

// index lists the sets of g of two cells and more by cell.
func (b *bench) index(g family) {
	b.links = append(b.links[:0], link{})
	for _, s := range g.sets[g.at[2]:] {
		for tail := s; tail != 0; tail >>= b.width {
			x := cell(tail&b.mask) - 1
			if b.head[x] == 0 {
				b.marks = append(b.marks, x)
			}
			b.links = append(b.links, link{s, b.head[x]})
			b.head[x] = int32(len(b.links) - 1)
		}
	}
}

func (b *bench) unindex() {
	for _, x := range b.marks {
		b.head[x] = 0
	}
	b.marks = b.marks[:0]
}

// atLeast returns the minimal sets that hold a set of limit or more of the families,
// none of which is empty; it may sort them.
func (b *bench) atLeast(fs []family, limit int) family {
	switch {
	case b.over || len(fs) < limit || !b.within(fs, limit):
		return family{}
	case limit == 1:
		return b.either(fs)
	case limit == len(fs):
		return b.all(fs)
	case limit > b.order && len(fs) > 24:
		return b.bySeeds(fs, limit)
	}
	return b.byCounting(fs, limit)
}

// all returns the minimal sets that hold a set of each family.
func (b *bench) all(fs []family) family {
	slices.SortStableFunc(fs, func(f, g family) int { return cmp.Compare(len(f.sets), len(g.sets)) })
	out := fs[0]
	for _, f := range fs[1:] {
		if out = b.both(out, f); out.empty() {
			break
		}
	}
	return out
}

// byCounting takes one family after the other and keeps, for every number up to the
// limit, the minimal sets that hold a set of so many of those taken.
func (b *bench) byCounting(fs []family, limit int) family {
	slices.SortStableFunc(fs, func(f, g family) int { return cmp.Compare(len(f.sets), len(g.sets)) })
	have := make([]family, limit+1)
	have[0] = family{sets: []uint64{0}, at: make([]int32, b.order+2)}
	for n := range b.order + 1 {
		have[0].at[n+1] = 1
	}
	for i, f := range fs {
		left := len(fs) - i - 1
		for n := min(limit, i+1); n >= 1; n-- {
			if n+left < limit {
				break
			}
			if more := b.both(have[n-1], f); !more.empty() {
				have[n] = b.either([]family{have[n], more})
			}
		}
		if b.over {
			return family{}
		}
	}
	return have[limit]
}

// within reports whether a set of order cells can hold sets of limit families at
// all: no more than it has subsets of a size times how many families share a set
// of that size.
func (b *bench) within(fs []family, limit int) bool {
	if limit <= b.order {
		return true
	}
	most := b.mostShared(fs)
	bound := 0.0
	for n := 1; n <= b.order; n++ {
		bound += float64(most[n]) * choose(b.order, n)
	}
	return float64(limit) <= bound
}

// mostShared returns, by size, in how many of the families a set of that size is at most.
func (b *bench) mostShared(fs []family) []int {
	most := make([]int, b.order+1)
	b.eachShared(fs, func(s uint64, n int) {
		size := b.size(s)
		most[size] = max(most[size], n)
	})
	return most
}

// eachShared calls visit with each set of up to order cells, ascending, and in how
// many of the families it is.
func (b *bench) eachShared(fs []family, visit func(s uint64, n int)) {
	b.pool = b.pool[:0]
	for _, f := range fs {
		b.pool = append(b.pool, f.sets[:f.at[b.order+1]]...)
	}
	if !b.spend(int64(len(b.pool))) {
		return
	}
	slices.Sort(b.pool)
	for i, n := 0, 0; i < len(b.pool); i++ {
		if n++; i+1 == len(b.pool) || b.pool[i+1] != b.pool[i] {
			visit(b.pool[i], n)
			n = 0
		}
	}
}

func choose(n, k int) float64 {
	out := 1.0
	for i := range k {
		out *= float64(n-i) / float64(k-i)
	}
	return out
}

// bySeeds is atLeast for high limits over many families. A set has fewer than
// 2^order subsets, so one of them must be in limit/(2^order-1) of the families or
// more: with each such seed, what it does not do alone is left to the rest.
func (b *bench) bySeeds(fs []family, limit int) family {
	subsets := 1<<b.order - 1
	least := (limit + subsets - 1) / subsets
	var seeds []uint64
	b.eachShared(fs, func(s uint64, n int) {
		if n >= least {
			seeds = append(seeds, s)
		}
	})
	var out []uint64
	for _, s := range seeds {
		if b.over {
			break
		}
		n := b.size(s)
		b.order -= n // sets of the rest have so many cells less
		rest, left := b.after(fs, s, limit)
		with := []uint64{0}
		if left > 0 {
			with = b.atLeast(rest, left).sets
		}
		b.order += n
		for _, t := range with {
			if u, fits := b.union(s, t); fits {
				out = append(out, u)
			}
		}
	}
	for _, s := range out {
		b.candidate(s)
	}
	return b.minimal()
}

// after returns what is left of the families once the cells of s are lost, and of
// how many of them a set is still needed.
func (b *bench) after(fs []family, s uint64, limit int) (rest []family, left int) {
	for _, f := range fs {
		if !b.spend(int64(len(f.sets))) {
			return nil, 0
		}
		held := false
		for _, t := range f.sets {
			u := b.minus(t, s)
			if held = u == 0; held {
				break
			}
			b.candidate(u)
		}
		if held {
			b.drop()
			limit--
			continue
		}
		if f = b.minimal(); !f.empty() {
			rest = append(rest, f)
		}
	}
	return rest, limit
}
