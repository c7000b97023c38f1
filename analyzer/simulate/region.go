package simulate

import (
	"math"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// region says which nodes a change can reach, and how. What a node needs is the same
// in both graphs unless the node changed, so that it is enough to walk the graph
// before, and to ask the graph after about the changed nodes alone.
//
//	reached   those whose state may differ in some loss: what changed, and what needs it
//	losses    those whose loss may do something else: what changed, and what it needs
//	between   reached and among the losses: a cycle through what changed may hold them
//	below     some of what changed stands on them
//
// The sets are of nodes of the graph before, but for those that end in After. A node
// that is there after the change alone has changed.
type region struct {
	*change
	base *Model // of the graph before

	reached, losses, between, below         []uint64
	reachedAfter, lossesAfter, betweenAfter []uint64

	work   work
	inPart bool // however large, and by all means
}

// work is how many nodes are in the sets, as far as these are known.
type work struct{ losses, reached, between, below int }

// newRegion reports whether it takes less to simulate the losses than to simulate
// everything, or that nobody asks for that; else it has no more than it took to see.
func newRegion(c *change, base *Model, inPart bool) (r *region, ok bool) {
	r = &region{change: c, base: base, inPart: inPart}
	r.lose()
	if ok = r.climb(r.isLarge); ok {
		r.descend()
		ok = !r.isLarge()
	}
	return r, ok
}

// Same compares a graph with that of m, and returns for each of its nodes the node of m's
// graph that has the same id and that every loss of the same nodes, of one or many,
// makes the same of, for the outage of m; -1 where there is none, or where a change can
// reach it: it changed, or needs what did, directly or not. What a node needs that is
// the same is the same, too. It costs O(nodes + members).
func (m *Model) Same(next *depgraph.Graph) []depgraph.NodeIndex {
	r := &region{change: compare(m.g, next, m.traits, m.outage), base: m}
	r.climb(func() bool { return false })
	for v := range r.Old {
		if isSet(r.reachedAfter, int32(v)) {
			r.Old[v] = -1
		}
	}
	return r.Old
}

// isLarge reports whether to simulate everything takes less, by what is known so far.
// Both are estimated in units of one node in one pass; the factors are measured,
// BenchmarkUpdate.
func (r *region) isLarge() bool {
	const (
		toPlan   = 70   // a node of a new plan
		toCopy   = 20   // one that is relevant
		again    = 3    // one of these in one pass: many losses reach them
		mattered = 0.65 // of all losses: those of nodes that somebody needs
	)
	passes := func(losses float64) float64 { return math.Ceil(losses / lanes) }
	both := float64(r.work.below + 2*r.work.reached)
	update := float64(r.work.between)*toPlan + both*(toCopy+again*passes(float64(r.work.losses)))
	all := float64(r.After.Len())
	return !r.inPart && update > all*(toPlan+passes(mattered*all))
}

// after returns the nodes of the graph after that are in a set or changed.
func (r *region) after(set []uint64) []uint64 {
	out := slices.Clone(r.changedB)
	eachIn(set, func(o int32) {
		if v := r.New[o]; v >= 0 {
			put(out, int32(v))
		}
	})
	return out
}

// lose finds the losses.
func (r *region) lose() {
	d := &descent{region: r, seen: newSet(r.Before.Len())}
	for _, q := range r.went {
		d.members(r.Before, q, nil)
	}
	for _, q := range r.came {
		d.members(r.After, q, r.Old)
	}
	eachIn(r.wholeA, func(o int32) { d.needed(node(o), 0) })
	eachIn(r.wholeB, func(v int32) { d.needs(node(v)) })
	d.follow()
	r.losses = d.seen
	r.lossesAfter = newSet(r.After.Len())
	for v, o := range r.Old {
		if o < 0 || isSet(r.losses, int32(o)) {
			put(r.lossesAfter, int32(v))
		}
	}
	r.work.losses = countIn(r.lossesAfter)
}

// climb finds what is reached; it reports whether that is not too much, and stops if it is.
func (r *region) climb(tooMuch func() bool) (ok bool) {
	r.reached = slices.Clone(r.changedA)
	queue := listed(r.changedA)
	for next := 0; next < len(queue); next++ {
		if r.work.reached = len(queue); next%1024 == 0 && tooMuch() {
			return false
		}
		for _, q := range r.Before.Naming(queue[next]) {
			if s := &r.base.calm.reqs[q]; s.role != 0 && !isSet(r.reached, int32(s.owner)) {
				put(r.reached, int32(s.owner))
				queue = append(queue, s.owner)
			}
		}
	}
	r.reachedAfter = r.after(r.reached)
	return !tooMuch()
}

// descend finds what is between.
func (r *region) descend() {
	// What changed nodes need, changed or not, holds all that is in a cycle with them.
	d := &descent{region: r, seen: slices.Clone(r.losses)}
	unite(d.seen, r.changedA)
	eachIn(r.changedA, func(o int32) { d.needed(node(o), 0) })
	eachIn(r.changedB, func(v int32) { d.needs(node(v)) })
	d.follow()
	r.between = intersection(r.reached, d.seen)
	r.betweenAfter = r.after(r.between)
	r.work.between = countIn(r.betweenAfter)
	r.below = d.seen
}

// relevant returns the cells before the change that are reached, and those below: what they
// stand on, or is named by what is between after the change. Where that is not much it
// walks from node to node, else over the whole plan.
func (r *region) relevant(p *part) []uint64 {
	base := r.base.plan()
	var out []uint64
	if copied := r.work.reached - r.work.between; copied < r.Before.Len()/16 {
		d := &descent{region: r, seen: r.below}
		unite(d.seen, r.reached)
		eachIn(difference(r.reached, r.changedA), func(o int32) { d.needed(node(o), 0) })
		d.follow()
		out = base.cellsOf(d.seen)
	} else {
		out = base.cellsOf(r.reached)
		for _, v := range p.of {
			if o := r.Old[v]; o >= 0 && base.cellOf[o] >= 0 {
				put(out, base.cellOf[o])
			}
		}
		base.standOn(out, r.reached)
	}
	r.work.below = countIn(out) - r.work.reached
	return out
}

// descent is a walk from nodes to all that they need, and on to what can take that
// down or degrade it.
type descent struct {
	*region
	seen  []uint64
	queue []node
}

// members adds the members of a requirement; old says which nodes they were before, nil:
// the same.
func (d *descent) members(g *depgraph.Graph, q req, old []node) {
	for _, m := range g.Members(q) {
		if old != nil {
			m = old[m]
		}
		if m >= 0 {
			d.add(m)
		}
	}
}

// needs adds what a node of the graph after, a changed one, needs.
func (d *descent) needs(v node) {
	for q, end := d.After.OwnedBy(v); q < end; q++ {
		if roleOf(d.After.Terms(q), d.outage) != 0 {
			d.members(d.After, q, d.Old)
		}
	}
}

// needed adds what a node of the graph before needs in some role; 0: in any.
func (d *descent) needed(o node, in role) {
	for q, end := d.Before.OwnedBy(o); q < end; q++ {
		if has := d.base.calm.reqs[q].role; has != 0 && (in == 0 || has&in != 0) {
			d.members(d.Before, q, nil)
		}
	}
}

func (d *descent) add(o node) {
	if !isSet(d.seen, int32(o)) {
		put(d.seen, int32(o))
		d.queue = append(d.queue, o)
	}
}

func (d *descent) follow() {
	for next := 0; next < len(d.queue); next++ {
		d.needed(d.queue[next], takesDown|degrades)
	}
	d.queue = d.queue[:0]
}

// settleAnew notes which nodes are in another state with nothing lost after the change
// than before it: of the losses of all that they need, some count that did not, or
// the reverse. Where they are down or degraded and were not, or the reverse, the same goes
// for who needs them, wherever that is. It reports what of this was not known.
func (r *region) settleAnew(p *part) (changed, spread bool) {
	const counted = rawDown | rawImpaired | rawFrozen | rawBlind
	for i, b := range p.m.calm.nodes {
		v := p.of[i]
		o := r.Old[v]
		if o < 0 || !isSet(r.betweenAfter, int32(v)) {
			continue
		}
		switch other := (b ^ r.base.calm.nodes[o]) & counted; {
		case other&(rawDown|rawImpaired) != 0:
			if r.markWithUsers(o) {
				changed, spread = true, true
			}
		case other != 0 && r.mark(o):
			changed = true
		}
	}
	return changed, spread
}

// widen takes all that is reached for between: nothing of the plan before the change
// is used for it then.
func (r *region) widen() {
	r.between, r.betweenAfter = r.reached, r.reachedAfter
	r.work.between = r.work.reached
}

// part is what some nodes of a graph own, as a model of its own.
type part struct {
	m  *Model
	of []node // by node of the part: the same in the whole
}

// partAfter makes the model of what is between after the change. What that needs
// besides is as it was.
func (r *region) partAfter() *part {
	g, of := r.After.Part(listed(r.betweenAfter))
	traits := make([]trait, len(of))
	given := make([]raw, len(of))
	for i, v := range of {
		traits[i] = r.traitsB[v]
		if !isSet(r.betweenAfter, int32(v)) {
			given[i] = r.base.calm.nodes[r.Old[v]]
		}
	}
	m := &Model{g: g, outage: r.outage, traits: traits}
	bare := m.bare()
	m.calm = settleWith(m, bare, given)
	return &part{m: m, of: of}
}
