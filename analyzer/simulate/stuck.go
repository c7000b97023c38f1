package simulate

import (
	"slices"
	"sync"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// stuck says of everything that never happens on a way up by which unmet wants it
// is so. What never happens is that a node serves, or that it starts: the place of
// a node need only have started, so the two are told apart.
//
// It begins with what stands by itself: a want with too few members, and the
// smallest cycles in which everybody waits for the next one before it starts. What
// rests on that follows level by level, so that the chain from a node to where it
// ends is the shortest.
type stuck struct {
	r     *rising
	index map[node]int32 // of the nodes that never serve or start
	nodes []node         // ascending
	steps []stuckStep    // by thing
	waits []waiter       // every want that keeps a thing from happening
	users [][]int32      // by thing: the waits that name it
	tied  [][]thing      // what holds itself down

	knotsOnce sync.Once
	knots     []Knot
}

// thing is something that never happens: 2i is that nodes[i] serves, 2i+1 that it starts.
type thing int32

// stuckStep is why a thing never happens.
type stuckStep struct {
	depth int32   // 0: by itself or on a cycle; unknown
	seq   int32   // the place on the cycle
	by    int32   // the want; byStart: because the node never starts; byItself
	duty  duty    // the one that the want is unmet for
	on    []thing // what would have to happen, and never does
}

const (
	unknown  = -1
	byStart  = -1
	byItself = -2 // a standby that nobody activates
)

// waiter is a want that a thing waits for in one of its duties.
type waiter struct {
	thing thing
	want  int32
	duty  duty
}

// stuck works out why what never serves does not; once, in O(nodes + members) and
// a search for the smallest cycle in each set of things that wait for each other.
func (r *rising) stuck() *stuck {
	r.whyOnce.Do(func() {
		s := &stuck{r: r, index: map[node]int32{}}
		for i := range r.is {
			// A group around a cycle of groups may serve without having started as a place.
			if v := node(i); r.is[v]&rUp == 0 && (r.servesAt[v] == never || r.startedAt[v] == never) {
				s.index[v] = int32(len(s.nodes))
				s.nodes = append(s.nodes, v)
			}
		}
		s.steps = make([]stuckStep, 2*len(s.nodes))
		s.users = make([][]int32, 2*len(s.nodes))
		for i := range s.steps {
			s.steps[i].depth = unknown
		}
		s.connect()
		s.derive()
		r.why = s
	})
	return r.why
}

func (s *stuck) serves(v node) thing { return thing(2 * s.index[v]) }

func (s *stuck) starts(v node) thing { return thing(2*s.index[v] + 1) }

func (t thing) isStart() bool { return t&1 == 1 }

func (s *stuck) nodeOf(t thing) node { return s.nodes[t>>1] }

// happens reports whether t is something that happened after all: a node that
// never serves may well have started.
func (s *stuck) happens(t thing) bool {
	return s.r.times(t.isStart())[s.nodeOf(t)] != never
}

// waitsForOwnStart reports whether a node never serves because it never starts. A
// group serves as soon as its members do; whether it has started says where what
// is placed in it stands.
func (s *stuck) waitsForOwnStart(serving thing) bool {
	return !s.happens(serving+1) && s.r.is[s.nodeOf(serving)]&rIsGroup == 0
}

// waiters lists the wants that keep t from happening, unmet as they are.
func (s *stuck) waiters(t thing) []waiter {
	r := s.r
	v := s.nodeOf(t)
	duties := []duty{dutyRun}
	if t.isStart() {
		duties = []duty{dutyStart, dutyRepair, dutyActivate}
	}
	var out []waiter
	for i := r.wantsAt[v]; i < r.wantsAt[v+1]; i++ {
		w := &r.wants[i]
		for _, d := range duties {
			there := w.serving
			if w.waitsForStart(d) {
				there = w.started
			}
			if w.duty&d != 0 && there < w.lack {
				out = append(out, waiter{t, i, d})
			}
		}
	}
	return out
}

// waitsForStart reports whether the want's members need only start for the duty.
func (w *want) waitsForStart(d duty) bool {
	return w.duty&dutyPlaced != 0 && d&(dutyStart|dutyActivate) != 0
}

// parts lists the things that a waiter waits for and that never happen.
func (s *stuck) parts(x waiter) []thing {
	w := &s.r.wants[x.want]
	var out []thing
	for _, m := range s.r.members[w.from:w.to] {
		if _, never := s.index[m]; !never {
			continue
		}
		p := s.serves(m)
		if w.waitsForStart(x.duty) {
			p = s.starts(m)
		}
		if !s.happens(p) {
			out = append(out, p)
		}
	}
	return out
}

// connect lists who waits for each thing.
func (s *stuck) connect() {
	for i := range s.steps {
		t := thing(i)
		if s.happens(t) {
			continue
		}
		for _, x := range s.waiters(t) {
			for _, p := range s.parts(x) {
				s.users[p] = append(s.users[p], int32(len(s.waits)))
			}
			s.waits = append(s.waits, x)
		}
	}
}

// derive gives every thing that never happens a step.
func (s *stuck) derive() {
	s.tieKnots()
	s.follow(s.ends())
	for s.tieKnots() {
		s.follow(s.settledBy(0))
	}
	s.resign()
}

// ends settles what never happens by itself and returns everything settled.
func (s *stuck) ends() []thing {
	for i := range s.steps {
		t := thing(i)
		switch {
		case s.happens(t) || s.steps[t].depth != unknown:
			continue
		case s.r.idle(s.nodeOf(t)):
			s.settle(t, stuckStep{by: byItself})
			continue
		}
		for _, x := range s.waiters(t) {
			if w := &s.r.wants[x.want]; w.toBlock() <= 0 {
				s.settle(t, stuckStep{by: x.want, duty: x.duty})
				s.tied = append(s.tied, []thing{t})
				break
			}
		}
	}
	return s.settledBy(0)
}

// settledBy returns the things settled at a depth.
func (s *stuck) settledBy(depth int32) []thing {
	var out []thing
	for i := range s.steps {
		if s.steps[i].depth == depth {
			out = append(out, thing(i))
		}
	}
	return out
}

// settle notes why t never happens.
func (s *stuck) settle(t thing, step stuckStep) thing {
	s.steps[t] = step
	return t
}

// follow finds what never happens because of the things given, level by level.
func (s *stuck) follow(level []thing) {
	for depth := int32(1); len(level) > 0; depth++ {
		var next []thing
		for _, t := range level {
			if of := t &^ 1; t.isStart() && s.steps[of].depth == unknown && s.waitsForOwnStart(of) {
				next = append(next, s.settle(of, stuckStep{depth: depth, by: byStart, on: []thing{t}}))
			}
			for _, i := range s.users[t] {
				x := s.waits[i]
				if s.steps[x.thing].depth != unknown {
					continue
				}
				if on := s.enough(x); on != nil {
					next = append(next, s.settle(x.thing, stuckStep{depth: depth, by: x.want, duty: x.duty, on: on}))
				}
			}
		}
		level = next
	}
}

// enough returns as many settled things as keep x unmet, the shallowest first; nil
// where there are too few.
func (s *stuck) enough(x waiter) []thing {
	count := int(s.r.wants[x.want].toBlock())
	var on []thing
	for _, p := range s.parts(x) {
		if s.steps[p].depth != unknown {
			on = append(on, p)
		}
	}
	if len(on) < count {
		return nil
	}
	slices.SortStableFunc(on, func(a, b thing) int { return int(s.steps[a].depth - s.steps[b].depth) })
	return on[:count]
}

// resign settles what is left, where every cycle goes through alternatives: all of
// it waits for itself. Each thing takes the want with the fewest members to show; those that have started
// take one that leads to things that have not, or two that need each other might
// serve together.
func (s *stuck) resign() {
	var level []thing
	for i := range s.steps {
		t := thing(i)
		if s.steps[t].depth != unknown || !t.isStart() || s.happens(t) {
			continue
		}
		x := slices.MinFunc(s.waiters(t), func(a, b waiter) int {
			return int(s.r.wants[a.want].toBlock() - s.r.wants[b.want].toBlock())
		})
		level = append(level, s.settle(t, stuckStep{by: x.want, duty: x.duty, on: s.parts(x)[:s.r.wants[x.want].toBlock()]}))
	}
	if len(level) == 0 {
		return
	}
	s.follow(level)
	s.tied = append(s.tied, level)
}

// edges returns the edges of the steps that show that the things given never
// happen: cycles in their order, then what rests on them, level by level.
func (s *stuck) edges(goals ...thing) []depgraph.Edge {
	seen := map[thing]bool{}
	var all []thing
	queue := goals
	for len(queue) > 0 {
		t := queue[0]
		queue = queue[1:]
		if !seen[t] {
			seen[t] = true
			all = append(all, t)
			queue = append(queue, s.steps[t].on...)
		}
	}
	slices.SortFunc(all, func(a, b thing) int {
		x, y := &s.steps[a], &s.steps[b]
		switch {
		case x.depth != y.depth:
			return int(x.depth - y.depth)
		case x.seq != y.seq:
			return int(x.seq - y.seq)
		}
		return int(a - b)
	})
	var out []depgraph.Edge
	for _, t := range all {
		out = s.appendEdges(out, t)
	}
	return distinctEdges(out)
}

// appendEdges adds the edges of the step of t.
func (s *stuck) appendEdges(out []depgraph.Edge, t thing) []depgraph.Edge {
	step := &s.steps[t]
	if step.by < 0 {
		return out
	}
	w := &s.r.wants[step.by]
	var members []node
	for _, p := range step.on {
		members = append(members, s.nodeOf(p))
	}
	if len(members) == 0 { // a need beyond the members: the first stands for them all
		members = s.r.allMembers(w)[:1]
	}
	for _, m := range members {
		out = append(out, s.r.edge(w, m, step.duty))
	}
	return out
}

func (r *rising) allMembers(w *want) []node {
	if w.by < 0 {
		ways, _ := r.ways(w.owner)
		return ways
	}
	return r.g.Members(w.by)
}

// edge returns the arrow of a want to one of its members, in the phase in which it
// is needed for the duty. The activation of a standby is no requirement of the
// graph: its arrow carries the origins of the standby.
func (r *rising) edge(w *want, m node, d duty) depgraph.Edge {
	if w.by < 0 {
		return depgraph.Edge{
			From: r.g.ID(w.owner), To: r.g.ID(m), Phase: depgraph.Recover, IfLost: depgraph.Down,
			Via: depgraph.ActivatedBy, Origins: r.g.NodeOrigins(r.g.ID(w.owner)),
		}
	}
	return r.g.Edge(w.by, m, r.phaseOf(w, d))
}

// phaseOf returns the phase of a want's requirement that makes it good for a duty.
func (r *rising) phaseOf(w *want, d duty) depgraph.Phase {
	phases := r.g.Terms(w.by).Phases
	order := []depgraph.Phase{depgraph.Start, depgraph.Run, depgraph.Deploy}
	switch {
	case d == dutyRepair:
		return r.repairPhase(w.owner)
	case d == dutyRun:
		order = []depgraph.Phase{depgraph.Run}
	case d == dutyStart:
		order = []depgraph.Phase{depgraph.Start, depgraph.Deploy}
	}
	for _, p := range order {
		if phases.Has(p) {
			return p
		}
	}
	return phases.List()[0] // of a group, which counts in all phases
}
