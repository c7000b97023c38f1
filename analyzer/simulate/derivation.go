package simulate

import (
	"cmp"
	"math"
	"slices"
)

// derivation says of every node that a loss leaves down or degraded by which of
// its requirements it is so, chosen to be shown: the least depth first, then the
// fewest edges counted as a tree, then the first by id. Fewest counted as a set
// would be a Steiner problem.
type derivation struct {
	at      []node // ascending
	steps   []step // of each of them
	members []node // of all steps
}

// step is how one node falls.
type step struct {
	depth int32 // 0: it failed itself; -1: not derived yet
	by    req   // the requirement that does it; -1 for what failed itself
	from  int32 // its members in derivation.members
	to    int32
	size  int64 // edges of its proof, counted as a tree; 0 for what failed itself
}

// maxSize keeps the sizes of trees, which can double at every step, from overflowing.
const maxSize = math.MaxInt64 / 4

// find returns the step of v; nil where v is neither down nor degraded.
func (d *derivation) find(v node) *step {
	if at, found := slices.BinarySearch(d.at, v); found {
		return &d.steps[at]
	}
	return nil
}

// derive works the steps out as far as the goals need and returns them: level by
// level, since a proof of least depth rests on nothing deeper. All levels together
// cost O(members naming what is down or degraded in the loss, log of their number
// each), however many proofs are asked for. l.proving is held.
func (l *Loss) derive(goals ...node) *derivation {
	if l.deriver == nil {
		l.deriver = newDeriver(l)
	}
	for l.deriver.lacks(goals) && l.deriver.level() {
	}
	return l.deriver.derivation
}

// impaired lists what is down or degraded, groups included; ascending.
func (l *Loss) impaired() []node {
	var out []node
	calm := l.m.impaired
	for k, v := range l.at {
		for len(calm) > 0 && calm[0] <= v {
			if calm[0] < v {
				out = append(out, calm[0])
			}
			calm = calm[1:]
		}
		if l.bits[k]&rawImpaired != 0 {
			out = append(out, v)
		}
	}
	return append(out, calm...)
}

// deriver works level by level: a node of depth d+1 falls by members of depth d
// or less.
type deriver struct {
	*derivation
	l       *Loss
	left    map[req]int // members that a requirement can still lose before it fells its owner
	depth   int32       // the last level that is complete
	current []node      // its nodes
	next    []node
}

func newDeriver(l *Loss) *deriver {
	w := &deriver{l: l, derivation: &derivation{at: l.impaired()}, left: map[req]int{}}
	w.steps = make([]step, len(w.at))
	for i := range w.steps {
		w.steps[i] = step{depth: -1, by: -1}
	}
	for _, f := range l.failed {
		w.find(f).depth = 0
	}
	for _, r := range l.m.unmeetable {
		if owner := l.m.g.Owner(r); w.fells(r, owner) {
			w.queue(owner)
		}
	}
	w.current = slices.Clone(l.failed)
	return w
}

// lacks reports whether one of the nodes is still to be derived.
func (w *deriver) lacks(goals []node) bool {
	return slices.ContainsFunc(goals, func(v node) bool {
		s := w.find(v)
		return s != nil && (s.depth < 0 || s.depth > w.depth)
	})
}

// level derives the next level and reports whether there was anything to do.
func (w *deriver) level() bool {
	if len(w.current) == 0 && len(w.next) == 0 {
		return false
	}
	for _, v := range w.current {
		w.pass(v)
	}
	for _, v := range w.next {
		w.choose(v)
	}
	w.current, w.next = w.next, w.current[:0]
	w.depth++
	return true
}

// queue takes up a node for the next level, once.
func (w *deriver) queue(v node) {
	if s := w.find(v); s != nil && s.depth < 0 {
		s.depth = w.depth + 1
		w.next = append(w.next, v)
	}
}

// pass tells the owners of the requirements that name v that v fell.
func (w *deriver) pass(v node) {
	m := w.l.m
	for _, r := range m.g.Naming(v) {
		owner := m.g.Owner(r)
		if s := w.find(owner); s == nil || s.depth >= 0 {
			continue
		}
		if !w.fells(r, owner) || !m.counts(v, owner) || w.l.raw(v)&w.misses(r, owner) == 0 {
			continue
		}
		left, seen := w.left[r]
		if !seen {
			left = m.spare(r)
		}
		if left == 0 {
			w.queue(owner)
			continue
		}
		w.left[r] = left - 1
	}
}

// fells reports whether requirement r can make its owner what it is in this loss.
func (w *deriver) fells(r req, owner node) bool {
	role := w.l.m.calm.reqs[r].role
	if w.l.Is(Down, owner) {
		return role&takesDown != 0
	}
	return role&(weakens|degrades) != 0
}

// misses returns what a member must have become for r to miss it: an owner that is
// merely degraded misses the full strength of what it needs to run.
func (w *deriver) misses(r req, owner node) raw {
	if w.l.m.calm.reqs[r].role&weakens != 0 && !w.l.Is(Down, owner) {
		return rawImpaired
	}
	return rawDown
}

// choose fixes the requirement by which v falls.
func (w *deriver) choose(v node) {
	best := step{depth: w.depth + 1, by: -1}
	var chosen []node
	for from, to := w.l.m.g.OwnedBy(v); from < to; from++ {
		if !w.fells(from, v) {
			continue
		}
		members, size := w.pick(from, w.misses(from, v), w.toBreak(from), w.depth)
		if members != nil && (best.by < 0 || size < best.size) {
			best.by, best.size, chosen = from, size, members
		}
	}
	best.from = int32(len(w.members))
	w.members = append(w.members, chosen...)
	best.to = int32(len(w.members))
	*w.find(v) = best
}

// toBreak returns how many members r must miss to be unmet: n-need+1, zero or
// less for a need beyond the members.
func (w *deriver) toBreak(r req) int {
	n := len(w.l.m.g.Members(r))
	return n - w.l.m.g.Terms(r).Need.Of(n) + 1
}

// pick returns the given number of members of r that it misses, ascending, and
// how many edges it takes to show that: standbys first, which serve nobody but
// each other, then the cheapest of those that became what is given by that
// depth. It returns nil where too few did. Where no member has to be missed, the
// first stands for the requirement.
func (w *deriver) pick(r req, became raw, count int, depth int32) ([]node, int64) {
	all := w.l.m.g.Members(r)
	if count <= 0 {
		return all[:1], 1
	}
	idle, fallen := w.missing(r, became, depth)
	idle = idle[:min(count, len(idle))]
	rest := count - len(idle)
	if len(fallen) < rest {
		return nil, 0
	}
	if len(fallen) > rest {
		slices.SortStableFunc(fallen, func(a, b node) int { return cmp.Compare(w.find(a).size, w.find(b).size) })
		fallen = fallen[:rest]
	}
	size := int64(count)
	for _, member := range fallen {
		size = min(size+w.find(member).size, maxSize)
	}
	out := append(idle, fallen...)
	slices.Sort(out)
	return out, size
}

// missing returns the members of r that cannot serve its owner, and those that
// became what is given by that depth; each ascending.
func (w *deriver) missing(r req, became raw, depth int32) (idle, fallen []node) {
	owner := w.l.m.g.Owner(r)
	for _, member := range w.l.m.g.Members(r) {
		if !w.l.m.counts(member, owner) {
			idle = append(idle, member)
			continue
		}
		s := w.find(member)
		if s != nil && s.depth >= 0 && s.depth <= depth && w.l.raw(member)&became != 0 {
			fallen = append(fallen, member)
		}
	}
	return idle, fallen
}
