package riskgroup

import (
	"cmp"
	"slices"
)

// keeper finds cells that keep the top of a cone up.
type keeper struct {
	c     *cone
	cost  []int64 // by cell: about how many events it takes to keep it up
	stamp []int32 // by cell: the last search that took it
	now   int32
	queue []cell
	out   []cell
	work  int64 // members of gates looked at so far

	byCost []cell  // members of all gates, the cheapest of each first
	at     []int32 // by gate: where its members begin; one more
}

func newKeeper(c *cone) keeper {
	k := keeper{c: c, cost: make([]int64, len(c.nodes)), stamp: make([]int32, len(c.nodes))}
	k.estimate()
	for i := range c.gates {
		k.at = append(k.at, int32(len(k.byCost)))
		k.byCost = append(k.byCost, c.gates[i].members...)
		slices.SortStableFunc(k.byCost[k.at[i]:], func(a, b cell) int { return cmp.Compare(k.cost[a], k.cost[b]) })
	}
	k.at = append(k.at, int32(len(k.byCost)))
	return k
}

// estimate sets the costs: of each cell one for itself, and for each gate the
// cheapest members that keep it open. A few rounds are enough where cells need each
// other: nothing but the time of a search depends on it.
func (k *keeper) estimate() {
	const most = 1 << 40
	next := make([]int64, len(k.cost))
	var open []int64
	for range 12 {
		changed := false
		for x := range k.c.nodes {
			sum := int64(0)
			if k.c.fails(cell(x)) {
				sum = 1
			}
			for _, q := range k.c.gatesOf(cell(x)) {
				open = open[:0]
				for _, y := range q.members {
					open = append(open, k.cost[y])
				}
				slices.Sort(open)
				for _, y := range open[:len(open)-int(q.limit)+1] {
					sum = min(sum+y, most)
				}
			}
			next[x] = sum
			changed = changed || sum != k.cost[x]
		}
		copy(k.cost, next)
		if !changed {
			return
		}
	}
}

// keep returns the events, but for those that are barred, of some cells that keep
// the given gates of the top open after the loss, and each other up: to close one
// of the gates, one of them has to be lost. The slice is valid until the next call.
// They are no fewer than need be at each gate, the cheapest first.
func (k *keeper) keep(l *loss, barred []int32, from, to int32) []cell {
	k.now++
	k.out, k.queue = k.out[:0], k.queue[:0]
	for i := from; i < to; i++ {
		k.open(l, barred, i)
	}
	for next := 0; next < len(k.queue); next++ {
		x := k.queue[next]
		if barred[x] == 0 {
			k.out = append(k.out, x)
		}
		for i, to := k.c.ownedBy(x); i < to; i++ {
			k.open(l, barred, i)
		}
	}
	slices.Sort(k.out)
	return k.out
}

// open takes enough members of a gate to keep it open: those taken already first,
// then those that cost nothing as they are barred, then the cheapest.
func (k *keeper) open(l *loss, barred []int32, i int32) {
	members := k.byCost[k.at[i]:k.at[i+1]]
	need := int32(len(members)) - k.c.gates[i].limit + 1
	k.work += int64(len(members))
	for _, y := range members {
		if k.stamp[y] == k.now {
			need--
		}
	}
	for _, y := range members {
		if need > 0 && barred[y] > 0 && k.cost[y] <= 1 {
			need -= k.take(l, y)
		}
	}
	for _, y := range members {
		if need <= 0 {
			return
		}
		need -= k.take(l, y)
	}
}

// take takes a cell and returns 1, or 0 where it is down or taken already.
func (k *keeper) take(l *loss, x cell) int32 {
	if l.down[x] || k.stamp[x] == k.now {
		return 0
	}
	k.stamp[x] = k.now
	k.queue = append(k.queue, x)
	return 1
}
