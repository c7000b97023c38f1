package simulate

import (
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
//	below     between, and what that stands on
//
// The sets are of nodes of the graph before, but for those that end in After. A node
// that is there after the change alone has changed.
type region struct {
	*change
	base *Model // of the graph before

	reached, losses, between, below         []uint64
	reachedAfter, lossesAfter, betweenAfter []uint64

	wide    bool // all that is reached is between
	inPart  bool // in many blocks
	allowed int  // work, in nanoseconds as estimated
}

func newRegion(c *change, base *Model) *region {
	r := &region{change: c, base: base}
	r.lose()
	r.climb()
	r.descend()
	return r
}

// Same compares a graph with that of m, and returns for each of its nodes the node of m's
// graph that has the same id and that every loss of the same nodes, of one or many,
// makes the same of, for the outage of m; -1 where there is none, or where a change can
// reach it: it changed, or needs what did, directly or not. What a node needs that is
// the same is the same, too. It costs O(nodes + members).
func (m *Model) Same(next *depgraph.Graph) []depgraph.NodeIndex {
	r := &region{change: compare(m.g, next, m.traits, m.outage), base: m}
	r.climb()
	for v := range r.Old {
		if isSet(r.reachedAfter, int32(v)) {
			r.Old[v] = -1
		}
	}
	return r.Old
}

// isLarge reports whether to plan what is between takes a quarter of what is allowed or more:
// cycles hold much of the graph together then.
func (r *region) isLarge() bool {
	return countIn(r.betweenAfter) > r.allowed/toPlan/4
}

// toPlan is what a node of a new model and plan takes, in nanoseconds, BenchmarkUpdate.
const toPlan = 1500

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
}

// climb finds what is reached.
func (r *region) climb() {
	r.reached = slices.Clone(r.changedA)
	queue := listed(r.changedA)
	for next := 0; next < len(queue); next++ {
		for _, q := range r.Before.Naming(queue[next]) {
			if s := &r.base.calm.reqs[q]; s.role != 0 && !isSet(r.reached, int32(s.owner)) {
				put(r.reached, int32(s.owner))
				queue = append(queue, s.owner)
			}
		}
	}
	r.reachedAfter = r.after(r.reached)
}

// descend finds what is between.
func (r *region) descend() {
	// What changed nodes need, changed or not, holds all that is in a cycle with them; what
	// is between and did not change may also watch something else.
	d := &descent{region: r, seen: slices.Clone(r.losses)}
	unite(d.seen, r.changedA)
	eachIn(r.changedA, func(o int32) { d.needed(node(o), 0) })
	eachIn(r.changedB, func(v int32) { d.needs(node(v)) })
	d.follow()
	if r.between = r.reached; !r.wide {
		r.between = intersection(r.reached, d.seen)
	}
	r.betweenAfter = r.after(r.between)
	unite(d.seen, r.between)
	eachIn(r.between, func(o int32) { d.needed(node(o), 0) })
	eachIn(r.changedB, func(v int32) { d.needs(node(v)) })
	d.follow()
	r.below = d.seen
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

// settleAnew makes the part of what is between after the change, and marks those nodes which
// are in another state there with nothing lost than before it: of the losses of all that
// they need, some count that did not, or the reverse. Where they are down or degraded and
// were not, or the reverse, the same goes for who needs them, wherever that is.
func (r *region) settleAnew() *part {
	for {
		p := r.partAfter()
		if !r.markOther(p) {
			return p
		}
		r.lose()
		r.descend()
	}
}

// markOther marks the nodes of a part that are in another state, and reports whether that was
// not known.
func (r *region) markOther(p *part) (changed bool) {
	const counted = rawDown | rawImpaired | rawFrozen | rawBlind
	for i, b := range p.m.calm.nodes {
		v := p.of[i]
		o := r.Old[v]
		if o < 0 || !isSet(r.betweenAfter, int32(v)) {
			continue
		}
		switch other := (b ^ r.base.calm.nodes[o]) & counted; {
		case other&(rawDown|rawImpaired) != 0:
			changed = r.markWithUsers(o) || changed
		case other != 0:
			changed = r.mark(o) || changed
		}
	}
	return changed
}

// widen takes all that is reached for between: nothing of the plan before the change
// is used for it then.
func (r *region) widen() {
	r.wide = true
	r.descend()
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
