package simulate

import (
	"cmp"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Knot is a root cause of never coming up: something that holds itself down.
type Knot struct {
	// Nodes are the nodes of the smallest cycle, in which each waits for the next and
	// the last for the first; the first is the first by id. Of a cycle through
	// alternatives they are all its nodes, and of a need beyond the members the one
	// node that has it. Groups on the way are left out.
	Nodes []depgraph.NodeIndex
	// Held are the nodes that would never serve by this knot alone, its own included,
	// and those whose proof rests on it together with others; ascending.
	Held []depgraph.NodeIndex
	// Proof are the edges of the knot itself, in the order of the cycle.
	Proof []depgraph.Edge
}

// Knots returns the root causes of everything that never serves: smallest first,
// then by id. For each knot it costs O(members naming what it holds), once.
func (t *Timeline) Knots() []Knot {
	s := t.r.stuck()
	s.knotsOnce.Do(s.listKnots)
	return slices.Clone(s.knots)
}

// Proof returns the edges that force node i never to serve: the knot it hangs on,
// in the order of its cycle, then the chain from there to i, level by level. It is
// nil where i serves, and where i is a standby that nobody activates.
//
// Every edge is one of the graph, but for the activation of a standby, whose edge
// has the relation activated-by and the origins of the standby.
func (t *Timeline) Proof(i depgraph.NodeIndex) []depgraph.Edge {
	if _, serves := t.ServesAt(i); serves {
		return nil
	}
	s := t.r.stuck()
	return s.edges(s.serves(i))
}

// Proof returns the edges that force node i never to serve again: what
// [Timeline.Proof] says, after what shows that nodes on the way stopped because they
// lost their place, and before what else it takes to show that those are down which
// never stopped.
func (r *Recovery) Proof(i depgraph.NodeIndex) []depgraph.Edge {
	edges := r.Timeline.Proof(i)
	var lost, down []depgraph.Edge
	for _, e := range edges {
		v, found := r.r.g.Index(e.From)
		switch {
		case !found || r.r.is[v]&(rIsGroup|rStandby|rFailed) != 0:
		case r.r.is[v]&rCold != 0:
			lost = append(lost, r.r.placeProof(r.Loss, v)...)
		default:
			down = append(down, r.Loss.Proof(Down, v)...)
		}
	}
	return distinctEdges(slices.Concat(lost, edges, down))
}

// placeProof returns the edges that show that the first unmet placement of v is unmet.
func (r *rising) placeProof(l *Loss, v node) []depgraph.Edge {
	for from, to := r.g.OwnedBy(v); from < to; from++ {
		t := r.g.Terms(from)
		if t.Via == depgraph.PlacedIn && t.IfLost == depgraph.Down && t.Phases.Has(depgraph.Run) && !l.Met(from) {
			return l.ProofUnmet(from, depgraph.Run)
		}
	}
	return nil
}

func distinctEdges(edges []depgraph.Edge) []depgraph.Edge {
	type key struct {
		from, to depgraph.ID
		phase    depgraph.Phase
		ifLost   depgraph.IfLost
		via      depgraph.Via
	}
	seen := map[key]bool{}
	return slices.DeleteFunc(edges, func(e depgraph.Edge) bool {
		k := key{e.From, e.To, e.Phase, e.IfLost, e.Via}
		again := seen[k]
		seen[k] = true
		return again
	})
}

// tieKnots finds the smallest cycle in each set of unsettled things of which each
// needs the next, settles it and reports whether there was one.
func (s *stuck) tieKnots() bool {
	c := newSingles(s)
	tied := false
	for _, component := range c.components() {
		if cycle := c.shortest(component); cycle != nil {
			tied = true
			s.tie(cycle)
		}
	}
	return tied
}

// tie settles a cycle of things, the first by node first.
func (s *stuck) tie(cycle []link) {
	least := 0
	for i, l := range cycle {
		first := cycle[least].from
		if s.isPart(first) && !s.isPart(l.from) || s.isPart(first) == s.isPart(l.from) && l.from < first {
			least = i
		}
	}
	var knot []thing
	for i := range cycle {
		l := cycle[(least+i)%len(cycle)]
		step := stuckStep{seq: int32(i), by: byStart, on: []thing{l.to}}
		if l.by.want >= 0 {
			step.by, step.duty = l.by.want, l.by.duty
			step.on = s.withSettled(l)
		}
		knot = append(knot, s.settle(l.from, step))
	}
	s.tied = append(s.tied, knot)
}

func (s *stuck) isPart(t thing) bool { return s.r.is[s.nodeOf(t)]&rIsGroup != 0 }

// withSettled returns the thing that a link leads to, with the settled ones that
// leave its want nothing else.
func (s *stuck) withSettled(l link) []thing {
	on := []thing{l.to}
	count := int(s.r.wants[l.by.want].toBlock())
	for _, p := range s.parts(l.by) {
		if len(on) < count && p != l.to && s.steps[p].depth != unknown {
			on = append(on, p)
		}
	}
	return on
}

// listKnots makes knots of what is tied.
func (s *stuck) listKnots() {
	h := holder{stuck: s, epoch: make([]int32, len(s.steps)), left: make([]int32, len(s.waits)), leftOf: make([]int32, len(s.waits))}
	for _, things := range s.tied {
		k := Knot{Proof: s.edges(slices.Clone(things)...), Held: h.heldBy(things)}
		for _, t := range things {
			if v := s.nodeOf(t); !s.isPart(t) && !slices.Contains(k.Nodes, v) {
				k.Nodes = append(k.Nodes, v)
			}
		}
		if len(k.Held) > 0 { // a cycle of groups alone may keep nobody from anything
			s.knots = append(s.knots, k)
		}
	}
	slices.SortStableFunc(s.knots, func(a, b Knot) int {
		return cmp.Or(cmp.Compare(len(a.Nodes), len(b.Nodes)), slices.Compare(a.Nodes, b.Nodes))
	})
}

// holder finds what a knot holds, one knot after the other.
type holder struct {
	*stuck
	now    int32
	epoch  []int32 // by thing: the last knot that held it
	left   []int32 // by wait: members still to be held before it is unmet
	leftOf []int32 // by wait: the knot that left speaks of
	queue  []thing
}

// heldBy lists the nodes that never serve because of the things given: by them
// alone, or in the steps that were settled.
func (h *holder) heldBy(things []thing) []node {
	h.now++
	h.queue = h.queue[:0]
	for _, t := range things {
		h.hold(t)
	}
	for next := 0; next < len(h.queue); next++ {
		t := h.queue[next]
		if t.isStart() && h.waitsForOwnStart(t-1) {
			h.hold(t - 1)
		}
		for _, i := range h.users[t] {
			x := h.waits[i]
			if h.leftOf[i] != h.now {
				h.leftOf[i], h.left[i] = h.now, h.r.wants[x.want].toBlock()
			}
			if h.left[i]--; h.left[i] <= 0 || slices.Contains(h.steps[x.thing].on, t) {
				h.hold(x.thing)
			}
		}
	}
	var out []node
	for _, t := range h.queue {
		if v := h.nodeOf(t); !t.isStart() && !h.isPart(t) && !h.r.idle(v) {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	return out
}

func (h *holder) hold(t thing) {
	if h.epoch[t] != h.now {
		h.epoch[t] = h.now
		h.queue = append(h.queue, t)
	}
}
