package riskgroup

import "slices"

// packing holds a set of up to order cells in one word, each in width bits as its
// number plus one, ascending from the lowest bits; the empty set is 0.
type packing struct {
	order int
	width uint
	mask  uint64
}

// packingFor returns the packing of sets of up to order of n cells, and false where
// they do not fit into a word: up to three of two million do, or six of a thousand.
func packingFor(order, n int) (packing, bool) {
	width := uint(64 / order)
	return packing{order, width, 1<<width - 1}, order <= 16 && uint64(n) < 1<<width-1
}

func (p packing) single(x cell) uint64 { return uint64(x) + 1 }

// size returns how many cells s holds.
func (p packing) size(s uint64) int {
	n := 0
	for ; s != 0; s >>= p.width {
		n++
	}
	return n
}

// cells appends the cells of s, ascending.
func (p packing) cells(into []cell, s uint64) []cell {
	for ; s != 0; s >>= p.width {
		into = append(into, cell(s&p.mask)-1)
	}
	return into
}

// union returns the union of a and b, and false where it is too large.
func (p packing) union(a, b uint64) (uint64, bool) {
	var out uint64
	at := uint(0)
	limit := uint(p.order) * p.width
	for a != 0 && b != 0 {
		if at == limit {
			return 0, false
		}
		x, y := a&p.mask, b&p.mask
		switch {
		case x < y:
			a >>= p.width
		case y < x:
			b >>= p.width
			x = y
		default:
			a >>= p.width
			b >>= p.width
		}
		out |= x << at
		at += p.width
	}
	if rest := a | b; rest != 0 {
		for tail := rest; tail != 0; tail >>= p.width {
			if at == limit {
				return 0, false
			}
			out |= (tail & p.mask) << at
			at += p.width
		}
	}
	return out, true
}

// minus returns a without the cells of b.
func (p packing) minus(a, b uint64) uint64 {
	var out uint64
	at := uint(0)
	for ; a != 0; a >>= p.width {
		x := a & p.mask
		for b != 0 && b&p.mask < x {
			b >>= p.width
		}
		if b&p.mask != x {
			out |= x << at
			at += p.width
		}
	}
	return out
}

// subset returns the cells of s at the places whose bit is set in pick.
func (p packing) subset(s uint64, pick int) uint64 {
	var out uint64
	at := uint(0)
	for ; s != 0; s, pick = s>>p.width, pick>>1 {
		if pick&1 != 0 {
			out |= (s & p.mask) << at
			at += p.width
		}
	}
	return out
}

// wordSet is a set of words other than 0, by open addressing.
type wordSet struct {
	slots []uint64 // at least half of them free
}

// reset empties the set and makes room for n words; no more are added.
func (w *wordSet) reset(n int) {
	size := 16
	for size < 2*n {
		size *= 2
	}
	if size > len(w.slots) || size < len(w.slots)/8 {
		w.slots = make([]uint64, size)
	} else {
		clear(w.slots)
	}
}

// home is where a word would be if it were alone.
func (w *wordSet) home(s uint64) int { return int((s*0x9E3779B97F4A7C15)>>20) & (len(w.slots) - 1) }

func (w *wordSet) slot(s uint64) int {
	mask := len(w.slots) - 1
	i := w.home(s)
	for w.slots[i] != 0 && w.slots[i] != s {
		i = (i + 1) & mask
	}
	return i
}

func (w *wordSet) has(s uint64) bool { return w.slots[w.slot(s)] == s }

// add adds s and reports whether it is new.
func (w *wordSet) add(s uint64) bool {
	i := w.slot(s)
	if w.slots[i] == s {
		return false
	}
	w.slots[i] = s
	return true
}

// family is an antichain of sets, none of which holds another, the smaller first.
// It is never changed once made.
type family struct {
	sets []uint64
	at   []int32 // by size: where the sets of that size begin; two more than the order
}

func (f family) empty() bool { return len(f.sets) == 0 }

// of returns the sets of a size.
func (f family) of(size int) []uint64 {
	if f.at == nil {
		return nil
	}
	return f.sets[f.at[size]:f.at[size+1]]
}

// sameAs reports whether two families have the same sets.
func (f family) sameAs(g family) bool {
	if len(f.sets) != len(g.sets) {
		return false
	}
	a, b := slices.Clone(f.sets), slices.Clone(g.sets)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
