package kubernetes

import "slices"

// chunks is a list that grows without being copied: what a source emits are hundreds
// of thousands of large values, and each doubling of a slice would move them all.
// The zero value is empty.
type chunks[T any] struct {
	full [][]T
	last []T
}

// chunkSize is how many values a chunk holds, but the first, which begins small.
const chunkSize = 1024

// add appends v, in constant time.
func (c *chunks[T]) add(v T) {
	if len(c.last) == chunkSize {
		c.full = append(c.full, c.last)
		c.last = make([]T, 0, chunkSize)
	}
	c.last = append(c.last, v)
}

// join returns all values in the order in which they were added, and empties c; nil
// where there are none.
func (c *chunks[T]) join() []T {
	all := slices.Concat(append(c.full, c.last)...)
	*c = chunks[T]{}
	return all
}
