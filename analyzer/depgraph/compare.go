package depgraph

import "slices"

// Comparison pairs the nodes of two graphs by id.
type Comparison struct {
	Before, After *Graph
	Old           []NodeIndex // by node of After: the same of Before; -1: new
	New           []NodeIndex // by node of Before: the same of After; -1: gone

	identical bool    // every node has the same index in both
	terms     []int32 // by number of terms in After: that in Before; -1: none
}

// Compare costs O(nodes) and reads every id once.
func Compare(before, after *Graph) *Comparison {
	c := &Comparison{Before: before, After: after, Old: make([]NodeIndex, after.Len()), New: make([]NodeIndex, before.Len())}
	c.identical = before.Len() == after.Len()
	o := 0
	for v, id := range after.ids {
		for o < len(before.ids) && before.ids[o] != id && before.ids[o].Compare(id) < 0 {
			c.New[o] = -1
			o++
		}
		if o == len(before.ids) || before.ids[o] != id {
			c.Old[v], c.identical = -1, false
			continue
		}
		c.Old[v], c.New[o] = NodeIndex(o), NodeIndex(v)
		o++
	}
	for ; o < len(before.ids); o++ {
		c.New[o] = -1
	}
	numbers := make(map[Terms]int32, len(before.tab.terms.values))
	for i, t := range before.tab.terms.values {
		numbers[t] = int32(i)
	}
	for _, t := range after.tab.terms.values {
		number, known := numbers[t]
		if !known {
			number = -1
		}
		c.terms = append(c.terms, number)
	}
	return c
}

// SameNeeds reports whether node v of After, which is not new, owns what it owned: as many
// requirements, each with the same terms and members. O(their members).
func (c *Comparison) SameNeeds(v NodeIndex) bool {
	a, b := c.Before, c.After
	r, endR := a.OwnedBy(c.Old[v])
	q, endQ := b.OwnedBy(v)
	if endR-r != endQ-q {
		return false
	}
	was, is := a.members[a.memberAt[r]:a.memberAt[endR]], b.members[b.memberAt[q]:b.memberAt[endQ]]
	if len(was) != len(is) {
		return false
	}
	shift := a.memberAt[r] - b.memberAt[q]
	for ; r < endR; r, q = r+1, q+1 {
		if int32(a.terms[r]) != c.terms[b.terms[q]] || a.memberAt[r+1] != b.memberAt[q+1]+shift {
			return false
		}
	}
	if c.identical {
		return slices.Equal(was, is)
	}
	for i, m := range is {
		if c.Old[m] != was[i] {
			return false
		}
	}
	return true
}
