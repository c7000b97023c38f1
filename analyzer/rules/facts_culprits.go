package rules

import (
	"cmp"
	"context"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// A culprit search answers why victims come into a state when a place is gone:
// not "because of the place", but because of the few nodes that stand nowhere
// else. Those are what somebody can move.
type culpritSearch struct {
	e      *estate
	ground *ground
	losses map[node]*simulate.Loss // of each place

	p       node // the lost place
	lost    *simulate.Loss
	state   simulate.State
	victims []node // ascending
	single  map[node]*simulate.Loss
}

// culprit is a set of nodes that stand only in the lost place, and the victims
// that they take along. It is empty for the place itself: too many of its nodes
// only together take the victims.
type culprit struct {
	nodes []node // ascending
	takes []node // ascending
}

// find returns the culprits, by their nodes: first those that do it alone, then
// narrower places that victims need otherwise than by standing there, then those
// that only do it together.
func (s *culpritSearch) find() []culprit {
	s.single = map[node]*simulate.Loss{}
	movable, places := s.displaced()
	units := s.units(movable, places)
	covered := map[node]bool{}
	found := s.alone(units, covered)
	if len(covered) < len(s.victims) {
		found = append(found, s.narrowest(s.alone(places, covered))...)
	}
	return mergeCulprits(append(found, s.together(units, covered)...))
}

// narrowest leaves of places that stand in each other and take the same victim the
// narrowest to it.
func (s *culpritSearch) narrowest(found []culprit) []culprit {
	var out []culprit
	for _, c := range found {
		wide := c.nodes[0]
		c.takes = slices.DeleteFunc(slices.Clone(c.takes), func(v node) bool {
			return slices.ContainsFunc(found, func(o culprit) bool {
				return o.nodes[0] != wide && s.ground.encloses(wide, o.nodes[0]) && !s.ground.encloses(o.nodes[0], wide) && has(o.takes, v)
			})
		})
		if len(c.takes) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// together returns the sets of units that take victims along that are not covered yet, and
// only do so together; without units where too many do.
func (s *culpritSearch) together(units []node, covered map[node]bool) []culprit {
	left := slices.DeleteFunc(slices.Clone(s.victims), func(v node) bool { return covered[v] })
	if len(left) == 0 {
		return nil
	}
	asker := s.e.model.About(left...)
	defer asker.Close()
	var found []culprit
	var sets [][]node // of those found, one after the other
	var of []int      // by set: whose
	for _, v := range left {
		if covered[v] {
			continue
		}
		covered[v] = true
		c := s.coneOf(v)
		joint := overlapping(c.joint(c.restingOn(units)))
		for _, group := range joint {
			c := culprit{takes: []node{v}}
			for _, set := range group {
				c.nodes = union(c.nodes, set)
				sets, of = append(sets, set), append(of, len(found))
				l := asker.Lose(set...)
				for _, u := range left {
					covered[u] = covered[u] || s.takes(l, set, u)
				}
			}
			found = append(found, c)
		}
		if len(joint) == 0 {
			found = append(found, culprit{takes: []node{v}})
		}
	}
	for i, takes := range s.takenBy(sets) { // all that they take, covered or not
		c := &found[of[i]]
		c.takes = union(c.takes, takes)
	}
	return found
}

// alone returns the units that take victims along by themselves, of those not
// covered yet, and marks these.
func (s *culpritSearch) alone(units []node, covered map[node]bool) []culprit {
	var found []culprit
	sets := make([][]node, len(units))
	for i, u := range units {
		sets[i] = []node{u}
	}
	for i, takes := range s.takenBy(sets) {
		u := units[i]
		takes = slices.DeleteFunc(takes, func(v node) bool { return covered[v] })
		if len(takes) > 0 {
			found = append(found, culprit{nodes: []node{u}, takes: takes})
		}
	}
	for _, c := range found {
		for _, v := range c.takes {
			covered[v] = true
		}
	}
	return found
}

// takenBy lists for each of some sets of nodes the victims that come into the state when
// only these are gone, ascending: many at once.
func (s *culpritSearch) takenBy(sets [][]node) [][]node {
	out := make([][]node, len(sets))
	var losses [][]node
	var at []int
	for i, set := range sets {
		if len(set) == 1 && s.losses[set[0]] != nil {
			l := s.losses[set[0]]
			for _, v := range s.victims {
				if s.takes(l, set, v) {
					out[i] = append(out[i], v)
				}
			}
			continue
		}
		losses, at = append(losses, set), append(at, i)
	}
	in := (*simulate.Pass).Down
	if s.state == simulate.Frozen {
		in = (*simulate.Pass).Frozen
	}
	// A search is short: it is asked between two places whether to go on.
	_ = s.e.model.Passes(context.Background(), losses, func(p *simulate.Pass) {
		for _, v := range s.victims {
			lanes := in(p, v)
			lanes.Each(func(i int) { out[at[p.First()+i]] = append(out[at[p.First()+i]], v) })
		}
	})
	return out
}

// takes reports whether a victim comes into the state in the loss of some nodes.
func (s *culpritSearch) takes(l *simulate.Loss, failed []node, v node) bool {
	return l.Is(s.state, v) || s.state == simulate.Down && slices.Contains(failed, v)
}

func (s *culpritSearch) lose(n node) *simulate.Loss {
	if l := s.losses[n]; l != nil {
		return l
	}
	l := s.single[n]
	if l == nil {
		l = s.e.model.Lose(n)
		s.single[n] = l
	}
	return l
}

// displaced returns the nodes on which the victims rest and whose own placement is
// unmet: those that somebody can move, and places narrower than the lost one.
func (s *culpritSearch) displaced() (movable, places []node) {
	for _, n := range s.support(s.victims...) {
		if _, displaced := s.e.displaced(s.lost, n); !displaced || n == s.p {
			continue
		}
		switch {
		case !s.e.isPlace(n):
			movable = append(movable, n)
		case !s.sameAsLost(n):
			places = append(places, n)
		}
	}
	return movable, places
}

// units returns what a culprit can be made of: displaced nodes, those that pass
// through one narrower place together standing as that place. Ascending.
func (s *culpritSearch) units(movable, places []node) []node {
	chosen := s.common(places, movable)
	var units []node
	for _, n := range movable {
		inside := false
		for _, q := range chosen {
			if has(q.passing, n) {
				units = append(units, q.place)
				inside = true
			}
		}
		if !inside {
			units = append(units, n)
		}
	}
	slices.Sort(units)
	return slices.Compact(units)
}

// restingOn lists the units on which the victim rests. Nothing else can bring it into
// the state. What is down anyway goes down with any place.
func (c *cone) restingOn(units []node) []node {
	var out []node
	for _, u := range units {
		if _, inside := c.at[u]; inside || c.anyway && c.e.isPlace(u) {
			out = append(out, u)
		}
	}
	return out
}

// support returns the nodes that are down in the loss and on which the victims
// rest, the victims that are down themselves included; ascending.
func (s *culpritSearch) support(victims ...node) []node {
	seen := map[node]bool{}
	var queue []node
	add := func(n node) {
		if !seen[n] && s.lost.Is(simulate.Down, n) {
			seen[n] = true
			queue = append(queue, n)
		}
	}
	for _, v := range victims {
		add(v)
		if s.state == simulate.Frozen {
			for _, r := range s.e.owned(v, depgraph.PhasesOf(depgraph.Start, depgraph.Build, depgraph.Deploy)) {
				for _, m := range s.e.g.Members(r) {
					add(m)
				}
			}
		}
	}
	for next := 0; next < len(queue); next++ {
		for r, end := s.e.g.OwnedBy(queue[next]); r < end; r++ {
			if s.e.takesOwner(r) && !s.lost.Met(r) {
				for _, m := range s.e.g.Members(r) {
					add(m)
				}
			}
		}
	}
	slices.Sort(queue)
	return queue
}

// passage is a place through which several unmet placements pass.
type passage struct {
	place   node
	passing []node // what stands there; ascending
}

// common returns the places narrower than the lost one through which several of
// the displaced nodes pass: of nested ones that with the most, and of those with
// equally many the narrowest.
func (s *culpritSearch) common(places, displaced []node) []passage {
	var all []passage
	for _, q := range places {
		l := s.lose(q)
		var passing []node
		for _, n := range displaced {
			if _, moved := s.e.displaced(l, n); moved {
				passing = append(passing, n)
			}
		}
		if len(passing) > 1 {
			all = append(all, passage{q, passing})
		}
	}
	slices.SortFunc(all, func(a, b passage) int {
		return cmp.Or(
			cmp.Compare(len(b.passing), len(a.passing)),
			cmp.Compare(len(s.lose(a.place).List(simulate.Down)), len(s.lose(b.place).List(simulate.Down))),
			cmp.Compare(a.place, b.place),
		)
	})
	var chosen []passage
	for _, q := range all {
		nested := slices.ContainsFunc(chosen, func(c passage) bool {
			return within(q.passing, c.passing) &&
				(s.lose(c.place).Is(simulate.Down, q.place) || s.lose(q.place).Is(simulate.Down, c.place))
		})
		if !nested {
			chosen = append(chosen, q)
		}
	}
	return chosen
}

// sameAsLost reports whether q is but another name for the lost place: a site
// that is all there is of its kind in there, such as the one zone of a facility.
// Nobody can move a site, so naming it instead of what stands in it helps nobody.
func (s *culpritSearch) sameAsLost(q node) bool {
	kind := s.e.g.ID(q).Kind
	switch kind {
	case depgraph.KindProvider, depgraph.KindRegion, depgraph.KindFacility, depgraph.KindZone:
	default:
		return false
	}
	for _, other := range s.e.byKind[kind] {
		if other != q && other != s.p && s.ground.encloses(s.p, other) {
			return false
		}
	}
	return true
}

// mergeCulprits unites the victims of equal culprits and sorts by nodes.
func mergeCulprits(found []culprit) []culprit {
	slices.SortFunc(found, func(a, b culprit) int { return slices.Compare(a.nodes, b.nodes) })
	var out []culprit
	for _, c := range found {
		if n := len(out); n > 0 && slices.Equal(out[n-1].nodes, c.nodes) {
			out[n-1].takes = union(out[n-1].takes, c.takes)
			continue
		}
		out = append(out, c)
	}
	return out
}

// proof shows how the culprit brings v into the state when the place goes: from v
// to the culprits, from each of them to the place.
func (s *culpritSearch) proof(c culprit, v node) []depgraph.Edge {
	if len(c.nodes) == 0 {
		return s.lost.Proof(s.state, v)
	}
	asker := s.e.model.About(v)
	out := asker.Lose(c.nodes...).Proof(s.state, v)
	asker.Close()
	for _, n := range c.nodes {
		// Its placement makes it the culprit, however else the place may take it down.
		if r, displaced := s.e.displaced(s.lost, n); displaced {
			out = append(out, s.lost.ProofUnmet(r, depgraph.Run)...)
		} else {
			out = append(out, s.lost.Proof(simulate.Down, n)...)
		}
	}
	return out
}
