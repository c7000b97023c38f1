package rules

import (
	"context"
	"maps"
	"slices"

	"github.com/fateline/fateline/analyzer/simulate"
)

// consider loses each of the candidates and finds for every redundant requirement the
// causes of its break that come first. Candidates are considered by falling size, so
// that what takes one down has been seen; many at a time, and of all pairs of a cause
// and a requirement only those one by one that are no matter of course.
func (s *hollowScan) consider(ctx context.Context, causes []node) error {
	losses := make([][]node, len(causes))
	for i := range causes {
		losses[i] = causes[i : i+1]
	}
	reqs := slices.Sorted(maps.Keys(s.slack))
	return s.e.model.Passes(ctx, losses, func(p *simulate.Pass) {
		h := &hollowPass{
			hollowScan: s, p: p, causes: causes[p.First() : p.First()+p.Len()],
			takes: map[node]simulate.Lanes{},
		}
		h.consider(reqs)
	})
}

// hollowPass is the part of the scan that considers some of the causes.
type hollowPass struct {
	*hollowScan
	p      *simulate.Pass
	causes []node                  // of the pass, by lane
	takes  map[node]simulate.Lanes // which of them an earlier cause takes down
}

func (h *hollowPass) consider(reqs []req) {
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
func (h *hollowPass) open(r req) simulate.Lanes {
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
func (s *hollowScan) inCycle(owner node) bool { return len(s.running.Nodes(s.running.Of(owner))) > 1 }

// takenBy returns the causes that go down with an earlier one.
func (h *hollowPass) takenBy(y node) simulate.Lanes {
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
func (h *hollowPass) judge(lane int, r req) {
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
func (s *hollowScan) claimed(r req, x node) bool {
	return slices.ContainsFunc(s.e.owners(r), func(o node) bool { return s.e.survives(o, x) })
}

// allowed reports whether x may count as a cause of the break of r: not itself an owner,
// and no place that encloses all the members, unless an owner claims to survive it.
func (h *hollowPass) allowed(x node, r req, claimed bool) bool {
	e := h.e
	if slices.Contains(e.owners(r), x) {
		return false
	}
	return !e.isPlace(x) || claimed ||
		slices.ContainsFunc(e.members(r), func(m node) bool { return !h.ground.encloses(x, m) })
}

// fallsAnyway returns for each of some requirements those of the given causes that take
// its owner down without it. A group falls anyway where all that name it do.
func (h *hollowPass) fallsAnyway(reqs []req, by []simulate.Lanes) []simulate.Lanes {
	e := h.e
	out := make([]simulate.Lanes, len(reqs))
	var asked, naming []req
	var among, unmet []simulate.Lanes
	for i, r := range reqs {
		owner := e.g.Owner(r)
		if e.isGroup(owner) {
			out[i] = by[i]
			for _, q := range e.g.Naming(owner) {
				lanes := h.p.Unmet(q)
				lanes.And(&by[i])
				naming, unmet = append(naming, q), append(unmet, lanes)
			}
			continue
		}
		down := h.p.Down(owner)
		down.And(&by[i])
		if e.takesOwner(r) {
			asked, among = append(asked, r), append(among, down)
		} else {
			out[i] = down
		}
	}
	var falls, serve []simulate.Lanes
	if len(asked) > 0 {
		falls = h.p.FallsWithout(asked, among)
	}
	if len(naming) > 0 {
		serve = h.fallsAnyway(naming, unmet)
	}
	for i, r := range reqs {
		owner := e.g.Owner(r)
		switch {
		case e.isGroup(owner):
			for range e.g.Naming(owner) {
				unmet[0].Without(&serve[0])
				out[i].Without(&unmet[0])
				unmet, serve = unmet[1:], serve[1:]
			}
		case e.takesOwner(r):
			out[i], falls = falls[0], falls[1:]
		}
	}
	return out
}
