package simulate

import (
	"cmp"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// leads reports whether one of the edges ends at a failed node that serves there.
func (p *prover) leads(edges []use) bool {
	return slices.ContainsFunc(edges, func(u use) bool {
		g := p.l.m.g
		members := len(g.Members(u.r))
		return slices.Contains(p.l.failed, u.to) && p.l.m.counts(u.to, g.Owner(u.r)) && g.Terms(u.r).Need.Of(members) <= members
	})
}

// minimal reports whether the edges prove the goal, and none of them is idle.
func (p *prover) minimal(edges []use) bool {
	edges = p.inOrder(edges)
	for i := range edges {
		if p.isTired() {
			return true // as far as anybody looked
		}
		if p.holds(slices.Concat(edges[:i], edges[i+1:]), nil) {
			return false
		}
	}
	return true
}

// inOrder returns the edges of each requirement side by side, after those of the requirements
// that it rests on, so that to replay them takes one round.
func (p *prover) inOrder(edges []use) []use {
	at := map[req]int{}
	p.holds(edges, func(r req) {
		if _, known := at[r]; !known {
			at[r] = len(at) + 1
		}
	})
	edges = slices.Clone(edges)
	slices.SortStableFunc(edges, func(a, b use) int { return cmp.Or(cmp.Compare(at[a.r], at[b.r]), cmp.Compare(a.r, b.r)) })
	return edges
}

// holds replays edges, those of each requirement side by side, and reports whether they show
// the goal. It calls shows, unless that is nil, with each requirement that does its part.
func (p *prover) holds(edges []use, shows func(r req)) bool {
	shown := map[goal]bool{}
	for _, f := range p.l.failed {
		shown[goal{f, Down}], shown[goal{f, Degraded}] = true, true
	}
	states := []State{Down, Degraded} // nothing rests on others
	if p.goal.s > Degraded {
		states = append(states, p.goal.s)
	}
	for again := true; again && !shown[p.goal] && !p.isTired(); {
		again = false
		for _, s := range states {
			p.gone += len(edges)
			for i := 0; i < len(edges); {
				r, owner := edges[i].r, p.l.m.g.Owner(edges[i].r)
				role, became, left := p.serves(s, r)
				for ; i < len(edges) && edges[i].r == r; i++ {
					if !p.l.m.counts(edges[i].to, owner) || shown[goal{edges[i].to, became}] {
						left--
					}
				}
				if g := (goal{owner, s}); role != 0 && left <= 0 && !shown[g] {
					shown[g], again = true, true
					if shows != nil {
						shows(r)
					}
					if s == Down {
						shown[goal{owner, Degraded}] = true
					}
				}
			}
		}
	}
	return shown[p.goal]
}

// show returns the edges of a finished proof in the order in which they are read: the
// step of what is asked first, though its owner may be down by a step of its own below.
func (p *prover) show(x *partial, edges []use) []depgraph.Edge {
	depth := map[goal]int{}
	var deep func(g goal) int
	deep = func(g goal) int {
		if d, known := depth[g]; known {
			return d
		}
		d := 0
		if at := p.closes(x, g); at != nil {
			for _, sub := range at.rests {
				d = max(d, deep(sub))
			}
			d++
		}
		depth[g] = d
		return d
	}
	deep(p.goal)
	owner := func(u use) node { return p.l.m.g.Owner(u.r) }
	top := p.closes(x, p.goal)
	at := func(u use) int {
		if top != nil && slices.Contains(top.by, u) {
			return depth[p.goal]
		}
		return max(depth[goal{owner(u), Down}], depth[goal{owner(u), Degraded}])
	}
	slices.SortStableFunc(edges, func(a, b use) int {
		return cmp.Or(cmp.Compare(at(b), at(a)), cmp.Compare(owner(a), owner(b)), cmp.Compare(a.to, b.to))
	})
	out := make([]depgraph.Edge, len(edges))
	for i, u := range edges {
		out[i] = p.l.m.g.Edge(u.r, u.to, p.phase(x, u.r))
	}
	return out
}

// phase returns the phase in which a requirement counts in a proof.
func (p *prover) phase(x *partial, r req) depgraph.Phase {
	top := p.closes(x, p.goal)
	if top != nil && slices.ContainsFunc(top.by, func(u use) bool { return u.r == r }) {
		held := p.l.m.g.Terms(r).Phases
		for _, phase := range phasesOf(p.goal.s) {
			if held.Has(phase) {
				return phase
			}
		}
	}
	return depgraph.Run
}

func phasesOf(s State) []depgraph.Phase {
	switch s {
	case Frozen:
		return []depgraph.Phase{depgraph.Start, depgraph.Build, depgraph.Deploy}
	case Blind:
		return []depgraph.Phase{depgraph.Observe}
	}
	return []depgraph.Phase{depgraph.Run}
}
