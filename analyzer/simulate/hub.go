package simulate

import (
	"cmp"
	"slices"
)

// hubs are cells of many nodes below, which so many losses take down that it pays to
// simulate theirs first: what else is lost often does the same.
type hubs struct {
	cells         []int32
	before, after *laneSizes // by hub
	taken         []taken    // by cell of base, and above these of mini: the hubs that take it down, before and after
	takes         []taken    // by cell of base: the hubs that it takes down
}

// newHubs simulates the losses of the hubs, if there are any.
func (y *relay) newHubs() *hubs {
	least := int32(largeCell)
	if y.r.inPart {
		least = 1
	}
	causes := slices.DeleteFunc(y.base.largest(least), func(c int32) bool {
		return !y.isLoss(c) || y.r.inPart && c%4 != 1 // so that most are none
	})
	h := &hubs{cells: causes}
	if len(causes) == 0 {
		return &hubs{}
	}
	n := len(y.base.weight)
	h.taken, h.takes = make([]taken, n+len(y.mini.weight)), make([]taken, n)
	for i, c := range causes {
		h.takes[c] = 1 << i
	}
	y.base.inherit(h.takes, &y.base.hard, &y.base.placed)
	l := y.newLeg()
	h.before = l.start(causes)
	eachIn(l.s.lit, func(c int32) { h.taken[c] = taken(l.s.down[c][0]) })
	l.handOver()
	eachIn(l.t.lit, func(d int32) { h.taken[n+int(d)] = taken(l.t.down[d][0]) })
	h.after = l.handBack()
	eachIn(y.copied, func(c int32) {
		if !isSet(l.s.lit, c) {
			h.taken[c] = 0
		} else {
			h.taken[c] &= taken(l.s.down[c][0])
		}
	})
	return h
}

// isLoss reports whether a cell of base is below and among the losses.
func (y *relay) isLoss(c int32) bool {
	return y.isRelevant(c) && !isSet(y.reached, c) && isSet(y.r.losses, y.base.nodes.of(c)[0])
}

func (h *hubs) is(c int32) bool { return slices.Contains(h.cells, c) }

// take looks for a hub that leads a cell.
func (h *hubs) take(lead []int32, c int32, mine *users) bool {
	for i, hub := range h.cells {
		if h.takes[c]>>i&1 == 0 {
			continue
		}
		without := func(o int32) bool {
			return h.taken[o]>>i&1 == 0 && (int(o) >= len(lead) || lead[o] != hub)
		}
		if !slices.ContainsFunc(mine.taken, without) && !slices.ContainsFunc(mine.counting, without) {
			lead[c] = hub
			return true
		}
	}
	return false
}

// bundle puts those cells first that take hubs down, as [plan.bundle] does.
func (h *hubs) bundle(cells []int32) {
	of := func(c int32) taken {
		if int(c) < len(h.takes) {
			return h.takes[c]
		}
		return 0
	}
	slices.SortStableFunc(cells, func(a, b int32) int { return cmp.Compare(of(b), of(a)) })
}
