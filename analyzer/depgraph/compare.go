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
	for v := range after.ids {
		id, order := &after.ids[v], 1
		for ; o < len(before.ids); o++ {
			if order = 0; before.ids[o] == *id {
				break
			}
			if order = before.ids[o].Compare(*id); order >= 0 {
				break
			}
			c.New[o] = -1
		}
		if o == len(before.ids) || order != 0 {
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

// Identical reports whether both graphs have the same nodes.
func (c *Comparison) Identical() bool { return c.identical }

// Changed lists the nodes of After that are not new and own something else than they did,
// ascending: another number of requirements, or one with other terms or members. It costs
// O(nodes + members), and little more than reading both graphs once.
func (c *Comparison) Changed() []NodeIndex {
	const block = 16 // nodes compared at once: most are as they were
	var out []NodeIndex
	n := NodeIndex(len(c.Old))
	for v := NodeIndex(0); v < n; v += block {
		if end := min(v+block, n); !c.sameBlock(v, end) {
			for w := v; w < end; w++ {
				if c.Old[w] >= 0 && !c.sameNeeds(c.Old[w], w, 1) {
					out = append(out, w)
				}
			}
		}
	}
	return out
}

// sameBlock reports whether the nodes of After from v to end stood side by side Before, too,
// and own what they owned.
func (c *Comparison) sameBlock(v, end NodeIndex) bool {
	o := c.Old[v]
	if o < 0 {
		return false
	}
	if !c.identical {
		for i, was := range c.Old[v:end] {
			if was != o+NodeIndex(i) {
				return false
			}
		}
	}
	return c.sameNeeds(o, v, int(end-v))
}

// sameNeeds reports whether so many nodes, from o on Before and from v on After, own the
// same: each as many requirements, each with the same terms and members.
func (c *Comparison) sameNeeds(o, v NodeIndex, nodes int) bool {
	a, b := c.Before, c.After
	wasAt, isAt := a.ownedAt[o:int(o)+nodes+1], b.ownedAt[v:int(v)+nodes+1]
	r, q := wasAt[0], isAt[0]
	if !sameSteps(wasAt, isAt) {
		return false
	}
	endR, endQ := wasAt[nodes], isAt[nodes]
	fromA, fromB := a.memberAt[r:endR+1], b.memberAt[q:endQ+1]
	if !sameSteps(fromA, fromB) {
		return false
	}
	terms := b.terms[q:endQ]
	for i, t := range a.terms[r:endR] {
		if int32(t) != c.terms[terms[i]] {
			return false
		}
	}
	was, is := a.members[fromA[0]:fromA[len(fromA)-1]], b.members[fromB[0]:fromB[len(fromB)-1]]
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

// sameSteps reports whether two lists, as long as each other and not empty, differ by the
// same number everywhere.
func sameSteps[T ReqIndex | int32](x, y []T) bool {
	y = y[:len(x)]
	shift := x[0] - y[0]
	for i, at := range x {
		if at != y[i]+shift {
			return false
		}
	}
	return true
}
