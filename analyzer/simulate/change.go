package simulate

import (
	"slices"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// change is what tells one graph from another, as far as a loss can tell.
type change struct {
	*depgraph.Comparison
	outage           time.Duration
	traitsA, traitsB []trait // before and after

	// Nodes that are not what they were, or need not what they did, before and after;
	// of those not new, gone or new to their users, it is known which requirements went
	// and which came.
	changedA, changedB []uint64
	wholeA, wholeB     []uint64
	went, came         []req
}

// compare costs O(nodes + members), and reads each graph once.
func compare(a, b *depgraph.Graph, traitsA []trait, outage time.Duration) *change {
	c := &change{
		Comparison: depgraph.Compare(a, b),
		outage:     outage, traitsA: traitsA, traitsB: traitsOf(b),
		changedA: newSet(a.Len()), changedB: newSet(b.Len()), wholeA: newSet(a.Len()), wholeB: newSet(b.Len()),
	}
	for v, o := range c.Old {
		switch v := node(v); {
		case o < 0:
			put(c.changedB, int32(v))
			put(c.wholeB, int32(v))
		case c.traitsA[o] != c.traitsB[v]:
			// Whoever needs it needs something else now.
			c.markWithUsers(o)
		}
	}
	for _, v := range c.Changed() {
		if o := c.Old[v]; c.traitsA[o] == c.traitsB[v] {
			c.compareNeeds(o, v)
		}
	}
	if c.Identical() {
		return c
	}
	for o, v := range c.New {
		if v < 0 {
			put(c.changedA, int32(o)) // whoever needed it needs something else now
			put(c.wholeA, int32(o))
		}
	}
	return c
}

// mark takes a node of a for changed as a whole, and reports whether it was not.
func (c *change) mark(o node) bool {
	if isSet(c.wholeA, int32(o)) {
		return false
	}
	put(c.changedA, int32(o))
	put(c.wholeA, int32(o))
	if v := c.New[o]; v >= 0 {
		put(c.changedB, int32(v))
		put(c.wholeB, int32(v))
	}
	return true
}

// markWithUsers marks a node of a and those to whom its loss matters, and reports whether
// one of them was not. Who needs it in b alone needs something else there.
func (c *change) markWithUsers(o node) bool {
	grown := c.mark(o)
	for _, r := range c.Before.Naming(o) {
		if roleOf(c.Before.Terms(r), c.outage) != 0 && c.mark(c.Before.Owner(r)) {
			grown = true
		}
	}
	return grown
}

// compareNeeds notes which requirements of a node went and which came, of those that do
// anything in a loss.
func (c *change) compareNeeds(o, v node) {
	r, endR := c.Before.OwnedBy(o)
	q, endQ := c.After.OwnedBy(v)
	if endR-r > manyNeeds || endQ-q > manyNeeds {
		c.mark(o)
		return
	}
	var left []req // of those after
	for ; q < endQ; q++ {
		if roleOf(c.After.Terms(q), c.outage) != 0 {
			left = append(left, q)
		}
	}
	went := len(c.went)
	for ; r < endR; r++ {
		if roleOf(c.Before.Terms(r), c.outage) == 0 {
			continue
		}
		if i := slices.IndexFunc(left, func(q req) bool { return c.sameNeed(r, q) }); i >= 0 {
			left = slices.Delete(left, i, i+1)
		} else {
			c.went = append(c.went, r)
		}
	}
	c.came = append(c.came, left...)
	if len(c.went) > went || len(left) > 0 {
		put(c.changedA, int32(o))
		put(c.changedB, int32(v))
	}
}

// manyNeeds are more than are worth to be compared each with each.
const manyNeeds = 64

// sameNeed reports whether two requirements, of which each does something in a loss,
// do the same.
func (c *change) sameNeed(r, q req) bool {
	was, is := c.Before.Terms(r), c.After.Terms(q)
	n := len(c.Before.Members(r))
	return roleOf(was, c.outage) == roleOf(is, c.outage) && was.Need.Of(n) == is.Need.Of(n) && c.sameMembers(r, q)
}

func (c *change) sameMembers(r, q req) bool {
	was, is := c.Before.Members(r), c.After.Members(q)
	if len(was) != len(is) {
		return false
	}
	for i := range is {
		if c.Old[is[i]] != was[i] {
			return false
		}
	}
	return true
}
