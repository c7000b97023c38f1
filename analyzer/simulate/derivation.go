package simulate

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// step is by which of its requirements a loss leaves a node down or degraded, chosen
// to be shown: the least depth first, then the fewest edges counted as a tree, then
// the first by id. Fewest counted as a set would be a Steiner problem.
type step struct {
	by   req   // the requirement that does it; -1 for what failed itself
	from int32 // its members in deriver.members
	to   int32
	size int64 // edges of its proof, counted as a tree; 0 for what failed itself
}

// maxSize keeps the sizes of trees, which can double at every step, from overflowing.
const maxSize = math.MaxInt64 / 4

// deriver works out steps for one loss. It finds depths level by level, no deeper
// than the goals: a node of depth d+1 falls by members of depth d or less. Steps it
// chooses only for what a goal may rest on. All levels of a loss together cost O(members
// naming what is down or degraded), once for as long as the deriver is kept.
type deriver struct {
	l       *Loss
	depths  []int32 // by node: 0 failed itself, -1 not derived yet
	left    []int32 // by requirement: members it can still lose before it fells its owner, and one; 0: untouched
	touched []req
	level   int32  // the last level that is complete
	order   []node // everything derived or queued
	current []node // the nodes of the level
	next    []node

	stepAt  []int32 // by node: its place in steps, and one; 0: none
	steps   []step
	stepped []node
	members []node // of all steps
}

// derivers is how many are kept between proofs: whoever asks for many proofs of a
// few losses pays for the levels once, and nobody keeps more than this.
const derivers = 8

// proverPool keeps derivers, the one used last at the end.
type proverPool struct {
	mu   sync.Mutex
	idle []*deriver
}

// prover returns a deriver for the loss that nobody else uses.
func (l *Loss) prover() *deriver {
	pool := &l.m.provers
	pool.mu.Lock()
	at := slices.IndexFunc(pool.idle, func(d *deriver) bool { return d.l == l })
	known := at >= 0
	if !known && len(pool.idle) >= derivers {
		at = 0
	}
	var d *deriver
	if at >= 0 {
		d = pool.idle[at]
		pool.idle = slices.Delete(pool.idle, at, at+1)
	}
	pool.mu.Unlock()
	switch {
	case d == nil:
		g := l.m.g
		d = &deriver{depths: make([]int32, g.Len()), left: make([]int32, g.Requirements()), stepAt: make([]int32, g.Len())}
		for i := range d.depths {
			d.depths[i] = -1
		}
		d.begin(l)
	case !known:
		d.reset()
		d.begin(l)
	}
	return d
}

// done hands a deriver back.
func (d *deriver) done() {
	pool := &d.l.m.provers
	pool.mu.Lock()
	defer pool.mu.Unlock()
	if pool.idle = append(pool.idle, d); len(pool.idle) > derivers {
		pool.idle = slices.Delete(pool.idle, 0, 1)
	}
}

// reset forgets the loss, in the time that it took.
func (d *deriver) reset() {
	for _, v := range d.order {
		d.depths[v] = -1
	}
	for _, r := range d.touched {
		d.left[r] = 0
	}
	for _, v := range d.stepped {
		d.stepAt[v] = 0
	}
	d.order, d.touched, d.stepped = d.order[:0], d.touched[:0], d.stepped[:0]
	d.current, d.next, d.steps, d.members = d.current[:0], d.next[:0], d.steps[:0], d.members[:0]
	d.level = 0
}

func (d *deriver) begin(l *Loss) {
	d.l = l
	for _, f := range l.failed {
		d.depths[f] = 0
		d.order = append(d.order, f)
	}
	for _, r := range l.m.unmeetable {
		if owner := l.m.g.Owner(r); d.fells(r, owner) {
			d.queue(owner)
		}
	}
	d.current = append(d.current, l.failed...)
}

// derive works the steps out as far as the goals need.
func (d *deriver) derive(goals ...node) {
	for d.lacks(goals) && d.deepen() {
	}
	d.resolve(goals)
}

// lacks reports whether one of the goals is still to be derived.
func (d *deriver) lacks(goals []node) bool {
	return slices.ContainsFunc(goals, func(v node) bool {
		return d.l.raw(v)&rawImpaired != 0 && !d.derived(v, d.level)
	})
}

// derived reports whether v fell by a depth.
func (d *deriver) derived(v node, by int32) bool { return d.depths[v] >= 0 && d.depths[v] <= by }

// deepen derives the next level and reports whether there was anything to do.
func (d *deriver) deepen() bool {
	if len(d.current) == 0 && len(d.next) == 0 {
		return false
	}
	for _, v := range d.current {
		d.pass(v)
	}
	d.current, d.next = d.next, d.current[:0]
	d.level++
	return true
}

// queue takes up a node for the next level, once.
func (d *deriver) queue(v node) {
	if d.depths[v] < 0 && d.l.raw(v)&rawImpaired != 0 {
		d.depths[v] = d.level + 1
		d.order = append(d.order, v)
		d.next = append(d.next, v)
	}
}

// pass tells the owners of the requirements that name v that v fell.
func (d *deriver) pass(v node) {
	m := d.l.m
	became := d.l.raw(v)
	for _, r := range m.g.Naming(v) {
		owner := m.calm.reqs[r].owner
		if d.depths[owner] >= 0 || d.l.raw(owner)&rawImpaired == 0 || !d.fells(r, owner) || became&d.misses(r, owner) == 0 || !m.counts(v, owner) {
			continue
		}
		left := d.left[r]
		if left == 0 {
			d.touched = append(d.touched, r)
			left = int32(m.spare(r)) + 1
		}
		if left == 1 {
			d.left[r] = left
			d.queue(owner)
			continue
		}
		d.left[r] = left - 1
	}
}

// fells reports whether requirement r can make its owner what it is in this loss.
func (d *deriver) fells(r req, owner node) bool {
	role := d.l.m.calm.reqs[r].role
	if d.l.raw(owner)&rawDown != 0 {
		return role&takesDown != 0
	}
	return role&(weakens|degrades) != 0
}

// misses returns what a member must have become for r to miss it: an owner that is
// merely degraded misses the full strength of what it needs to run.
func (d *deriver) misses(r req, owner node) raw {
	if d.l.m.calm.reqs[r].role&weakens != 0 && d.l.raw(owner)&rawDown == 0 {
		return rawImpaired
	}
	return rawDown
}

// resolve chooses the steps of what the goals may rest on: of lesser depth first.
func (d *deriver) resolve(goals []node) {
	first := len(d.stepped)
	want := func(v node) {
		if d.depths[v] > 0 && d.stepAt[v] == 0 {
			d.steps = append(d.steps, step{by: -1})
			d.stepAt[v] = int32(len(d.steps))
			d.stepped = append(d.stepped, v)
		}
	}
	for _, v := range goals {
		want(v)
	}
	for next := first; next < len(d.stepped); next++ {
		v := d.stepped[next]
		for r, end := d.l.m.g.OwnedBy(v); r < end; r++ {
			if !d.fells(r, v) {
				continue
			}
			count := d.toBreak(r)
			idle, fallen := d.missing(r, d.misses(r, v), d.depths[v]-1)
			if len(idle) >= count || len(idle)+len(fallen) < count {
				continue
			}
			for _, member := range fallen {
				want(member)
			}
		}
	}
	chosen := slices.Clone(d.stepped[first:])
	slices.SortFunc(chosen, func(a, b node) int { return cmp.Compare(d.depths[a], d.depths[b]) })
	for _, v := range chosen {
		d.choose(v)
	}
}

// sizeOf returns the size of the proof of a node whose step is chosen.
func (d *deriver) sizeOf(v node) int64 {
	if at := d.stepAt[v]; at > 0 {
		return d.steps[at-1].size
	}
	return 0
}

// choose fixes the requirement by which v falls.
func (d *deriver) choose(v node) {
	best := step{by: -1}
	var chosen []node
	for r, end := d.l.m.g.OwnedBy(v); r < end; r++ {
		if !d.fells(r, v) {
			continue
		}
		members, size := d.pick(r, d.misses(r, v), d.toBreak(r), d.depths[v]-1)
		if members != nil && (best.by < 0 || size < best.size) {
			best.by, best.size, chosen = r, size, members
		}
	}
	best.from = int32(len(d.members))
	d.members = append(d.members, chosen...)
	best.to = int32(len(d.members))
	d.steps[d.stepAt[v]-1] = best
}

// toBreak returns how many members r must miss to be unmet: n-need+1, zero or
// less for a need beyond the members.
func (d *deriver) toBreak(r req) int {
	n := len(d.l.m.g.Members(r))
	return n - d.l.m.g.Terms(r).Need.Of(n) + 1
}

// pick returns the given number of members of r that it misses, ascending, and
// how many edges it takes to show that: standbys first, which serve nobody but
// each other, then the cheapest of those that became what is given by that
// depth. It returns nil where too few did. Where no member has to be missed, the
// first stands for the requirement.
func (d *deriver) pick(r req, became raw, count int, depth int32) ([]node, int64) {
	all := d.l.m.g.Members(r)
	if count <= 0 {
		return all[:1], 1
	}
	idle, fallen := d.missing(r, became, depth)
	idle = idle[:min(count, len(idle))]
	rest := count - len(idle)
	if len(fallen) < rest {
		return nil, 0
	}
	if len(fallen) > rest {
		slices.SortStableFunc(fallen, func(a, b node) int { return cmp.Compare(d.sizeOf(a), d.sizeOf(b)) })
		fallen = fallen[:rest]
	}
	size := int64(count)
	for _, member := range fallen {
		size = min(size+d.sizeOf(member), maxSize)
	}
	out := append(idle, fallen...)
	slices.Sort(out)
	return out, size
}

// missing returns the members of r that cannot serve its owner, and those that
// became what is given by that depth; each ascending.
func (d *deriver) missing(r req, became raw, depth int32) (idle, fallen []node) {
	owner := d.l.m.calm.reqs[r].owner
	for _, member := range d.l.m.g.Members(r) {
		switch {
		case !d.l.m.counts(member, owner):
			idle = append(idle, member)
		case d.derived(member, depth) && d.l.raw(member)&became != 0:
			fallen = append(fallen, member)
		}
	}
	return idle, fallen
}
