package rules

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// A cause search finds for every requirement with a member to spare the single nodes
// whose loss breaks it, of those that take one another down the first.
type causeSearch struct {
	pass    *analyzer.Pass
	e       *estate
	ground  *ground
	running *depgraph.Components // over what takes owners down
	roots   map[req][]node       // the causes that come first
	taken   map[node]set         // what each of these takes down

	redundant []req // those with members to spare; ascending
}

func newCauseSearch(pass *analyzer.Pass, e *estate, gr *ground) *causeSearch {
	s := &causeSearch{pass: pass, e: e, ground: gr, roots: map[req][]node{}, taken: map[node]set{}}
	s.running = e.g.Components(depgraph.Filter{Accept: func(r req, _ node) bool { return e.takesOwner(r) }})
	for r := range req(e.g.Requirements()) {
		t := e.g.Terms(r)
		if t.IfLost == depgraph.Unaffected || t.Lasts >= e.model.Outage() || e.spare(r) <= 0 || !e.calm.Met(r) || e.sharesOut(r) {
			continue
		}
		for _, o := range e.owners(r) {
			pass.Judged(e.g.ID(o))
		}
		s.redundant = append(s.redundant, r)
	}
	return s
}

// sharesOut says whether a requirement is that of a gateway for what it routes to, each
// a part of its own that no other can take: the gateway is degraded by the loss of any,
// which other requirements say. Shards of one store are told apart from it: that a
// single loss takes all of them is news. It costs time linear in what the owner needs.
func (e *estate) sharesOut(r req) bool {
	if e.g.Terms(r).Via != depgraph.RoutesTo {
		return false
	}
	parts := map[node]bool{}
	from, to := e.g.OwnedBy(e.g.Owner(r))
	for q := from; q < to; q++ {
		members, t := e.g.Members(q), e.g.Terms(q)
		if t.IfLost == depgraph.Degraded && t.Via == depgraph.RoutesTo && t.Need.Of(len(members)) == len(members) && t.Phases.Intersects(e.g.Terms(r).Phases) {
			for _, m := range members {
				parts[m] = true
			}
		}
	}
	return !slices.ContainsFunc(e.g.Members(r), func(m node) bool { return !parts[m] })
}

// candidates lists what the members of redundant requirements need to run,
// themselves included: one node for each set that goes down together.
func (s *causeSearch) candidates(alike *depgraph.Components) []node {
	e := s.e
	var members []node
	for _, r := range s.redundant {
		members = append(members, e.g.Members(r)...)
	}
	below := e.g.Reach(depgraph.Forward, depgraph.Filter{Accept: func(r req, _ node) bool { return e.takesOwner(r) }}, members...)
	taken := map[int]bool{}
	var out []node
	for x := range node(e.g.Len()) {
		n := e.g.At(x)
		staged := n.ID.Kind == depgraph.KindUpdates && n.Staged
		fixed := n.ID.Kind == depgraph.KindImage // an image changes only by a roll-out, or by the channel that updates what runs on it
		if !below.Has(x) || e.isGroup(x) || staged || fixed || taken[alike.Of(x)] || e.calm.Is(simulate.Down, x) {
			continue
		}
		taken[alike.Of(x)] = true
		out = append(out, x)
	}
	return out
}

// find loses each of the candidates and finds for every redundant requirement the
// causes of its break that come first. Candidates are considered by falling size, so
// that what takes one down has been seen; many at a time, and of all pairs of a cause
// and a requirement only those one by one that are no matter of course.
func (s *causeSearch) find(ctx context.Context, causes []node, blast *simulate.Blast) error {
	slices.SortFunc(causes, func(a, b node) int {
		return cmp.Or(cmp.Compare(blast.Of(b).Down, blast.Of(a).Down), cmp.Compare(a, b))
	})
	losses := make([][]node, len(causes))
	for i := range causes {
		losses[i] = causes[i : i+1]
	}
	return s.e.model.Passes(ctx, losses, func(p *simulate.Pass) {
		h := &causePass{
			causeSearch: s, p: p, causes: causes[p.First() : p.First()+p.Len()],
			takes: map[node]simulate.Lanes{},
		}
		h.consider(s.redundant)
	})
}

// causePass is the part of the scan that considers some of the causes.
type causePass struct {
	*causeSearch
	p      *simulate.Pass
	causes []node                  // of the pass, by lane
	takes  map[node]simulate.Lanes // which of them an earlier cause takes down
}

func (h *causePass) consider(reqs []req) {
	var broken []req
	var by []simulate.Lanes
	for _, r := range reqs {
		if lanes := h.open(r); lanes.Any() {
			broken, by = append(broken, r), append(by, lanes)
		}
	}
	if len(broken) == 0 {
		return
	}
	anyway := h.fallsAnyway(broken, by)
	for i, r := range broken {
		by[i].Without(&anyway[i])
		by[i].Each(func(lane int) { h.judge(lane, r) })
	}
}

// open returns the causes that break r, that no earlier cause takes down, and without
// which the owner of r, were it not for r, would serve as far as that is obvious.
func (h *causePass) open(r req) simulate.Lanes {
	lanes := h.p.Unmet(r)
	if !lanes.Any() {
		return lanes
	}
	for _, y := range h.roots[r] {
		if h.e.isPlace(y) {
			continue // may have to give way to a narrower one
		}
		if takes := h.takenBy(y); !lanes.Without(&takes) {
			return lanes
		}
	}
	owner := h.e.g.Owner(r)
	if h.e.isGroup(owner) {
		return lanes
	}
	down := h.p.Down(owner)
	switch {
	case !h.e.takesOwner(r):
		lanes.Without(&down)
	case !h.inCycle(owner):
		others := h.p.OthersUnmet(r)
		others.And(&down)
		lanes.Without(&others)
	}
	return lanes
}

// inCycle reports whether something of what a node needs to run needs the node.
func (s *causeSearch) inCycle(owner node) bool { return len(s.running.Nodes(s.running.Of(owner))) > 1 }

// takenBy returns the causes that go down with an earlier one.
func (h *causePass) takenBy(y node) simulate.Lanes {
	lanes, known := h.takes[y]
	if !known {
		down := h.taken[y]
		for lane, x := range h.causes {
			if down.has(x) {
				lanes.Add(lane)
			}
		}
		h.takes[y] = lanes
	}
	return lanes
}

// judge takes a cause as one of the break of r, unless it is none or one that comes
// before it is known.
func (h *causePass) judge(lane int, r req) {
	x := h.causes[lane]
	claimed := h.claimed(r, x)
	var kept []node
	for _, y := range h.roots[r] {
		switch {
		case !h.taken[y].has(x):
			kept = append(kept, y)
		case h.e.isPlace(y) && h.ground.encloses(y, x) && !h.claimed(r, y):
			// the narrower one comes first
		default:
			return
		}
	}
	if !h.allowed(x, r, claimed) {
		return
	}
	h.roots[r] = append(kept, x)
	if h.taken[x] == nil {
		h.taken[x] = newSet(h.e.g.Len())
		for v := range node(h.e.g.Len()) {
			if h.p.IsDown(lane, v) {
				h.taken[x].add(v)
			}
		}
	}
}

// claimed reports whether an owner of r claims to survive the loss of x.
func (s *causeSearch) claimed(r req, x node) bool {
	return slices.ContainsFunc(s.e.owners(r), func(o node) bool { return s.e.survives(o, x) })
}

// allowed reports whether x may count as a cause of the break of r: not itself an owner,
// and no place that encloses all the members, unless an owner claims to survive it.
func (h *causePass) allowed(x node, r req, claimed bool) bool {
	e := h.e
	if slices.Contains(e.owners(r), x) {
		return false
	}
	return !e.isPlace(x) || claimed ||
		slices.ContainsFunc(e.members(r), func(m node) bool { return !h.ground.encloses(x, m) })
}

// fallsAnyway returns for each of some requirements those of the given causes that take
// its owner down without it. A group falls anyway where all that name it do.
func (h *causePass) fallsAnyway(reqs []req, by []simulate.Lanes) []simulate.Lanes {
	asked, among := slices.Clone(reqs), slices.Clone(by)
	groups := map[node]simulate.Lanes{}
	for i, r := range reqs {
		if owner := h.e.g.Owner(r); h.e.isGroup(owner) {
			h.alsoBreaks(groups, owner, by[i])
			among[i] = simulate.Lanes{}
		}
	}
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		for _, q := range h.e.g.Naming(group) {
			if !h.e.isGroup(h.e.g.Owner(q)) {
				asked, among = append(asked, q), append(among, h.unmet(q, groups[group]))
			}
		}
	}
	falls := h.nodesFallAnyway(asked, among)
	missed := h.missed(groups, among[len(reqs):], falls[len(reqs):])
	for i, r := range reqs {
		if lanes, isGroup := missed[h.e.g.Owner(r)]; isGroup {
			falls[i] = by[i]
			falls[i].Without(&lanes)
		}
	}
	return falls[:len(reqs)]
}

// widen adds causes to those of a group and reports whether any was not among them.
func widen(groups map[node]simulate.Lanes, group node, more simulate.Lanes) bool {
	all := groups[group]
	if !more.Without(&all) {
		return false
	}
	all.Or(&more)
	groups[group] = all
	return true
}

// unmet returns those of some causes that break r.
func (h *causePass) unmet(r req, of simulate.Lanes) simulate.Lanes {
	lanes := h.p.Unmet(r)
	lanes.And(&of)
	return lanes
}

// alsoBreaks notes the causes that break a group, and with it the groups that name it.
// Groups may name each other in a circle.
func (h *causePass) alsoBreaks(groups map[node]simulate.Lanes, group node, by simulate.Lanes) {
	if !widen(groups, group, by) {
		return
	}
	for queue := []node{group}; len(queue) > 0; queue = queue[1:] {
		part := queue[0]
		for _, q := range h.e.g.Naming(part) {
			if owner := h.e.g.Owner(q); h.e.isGroup(owner) && widen(groups, owner, h.unmet(q, groups[part])) {
				queue = append(queue, owner)
			}
		}
	}
}

// nodesFallAnyway is fallsAnyway for requirements of which no owner is a group.
func (h *causePass) nodesFallAnyway(reqs []req, by []simulate.Lanes) []simulate.Lanes {
	out := make([]simulate.Lanes, len(reqs))
	var taking []req
	var among []simulate.Lanes
	var places []int
	for i, r := range reqs {
		down := h.p.Down(h.e.g.Owner(r))
		down.And(&by[i])
		switch {
		case !down.Any():
		case h.e.takesOwner(r):
			taking, among, places = append(taking, r), append(among, down), append(places, i)
		default:
			out[i] = down
		}
	}
	if len(taking) > 0 {
		for k, lanes := range h.p.FallsWithout(taking, among) {
			out[places[k]] = lanes
		}
	}
	return out
}

// missed returns for each of some groups the causes that break it and so, itself or by
// way of other groups, a requirement of a node that does not fall without that one.
// Given are, for each requirement of a node that names one of the groups, by the
// groups' order, what breaks both and in which of that its owner falls anyway.
func (h *causePass) missed(groups map[node]simulate.Lanes, broken, falls []simulate.Lanes) map[node]simulate.Lanes {
	g := h.e.g
	missed := make(map[node]simulate.Lanes, len(groups))
	var queue []node
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		lanes := simulate.Lanes{}
		for _, q := range g.Naming(group) {
			if h.e.isGroup(g.Owner(q)) {
				continue
			}
			broken[0].Without(&falls[0])
			lanes.Or(&broken[0])
			broken, falls = broken[1:], falls[1:]
		}
		missed[group] = lanes
		queue = append(queue, group)
	}
	for ; len(queue) > 0; queue = queue[1:] {
		above := queue[0]
		for r, end := g.OwnedBy(above); r < end; r++ {
			for _, part := range g.Members(r) {
				lanes, by := h.unmet(r, groups[part]), missed[above]
				lanes.And(&by)
				if h.e.isGroup(part) && widen(missed, part, lanes) {
					queue = append(queue, part)
				}
			}
		}
	}
	return missed
}
