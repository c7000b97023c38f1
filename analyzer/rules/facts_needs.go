package rules

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// need is one node that another directly needs, perhaps as a part of a nested
// requirement: the steps lead from the owner to it through groups alone.
type need struct {
	owner node
	steps []depgraph.Step
}

// member returns the node that is needed.
func (n need) member() node { return n.steps[len(n.steps)-1].Member }

// first returns the owner's own requirement.
func (n need) first() req { return n.steps[0].Req }

// directNeeds lists what x directly needs, in any phase, but for what is recorded
// only: each by the requirements in their order, members ascending.
func (e *estate) directNeeds(x node) []need {
	var out []need
	for r, end := e.g.OwnedBy(x); r < end; r++ {
		out = append(out, e.needsBy(r, e.matters)...)
	}
	return out
}

// matters reports whether r does anything to its owner.
func (e *estate) matters(r req) bool { return e.g.Terms(r).IfLost != depgraph.Unaffected }

// needsBy lists what the owner of r needs by r, as far as every requirement on the way is
// accepted. A group is looked into once, by the first way that leads to it: nested groups
// may share parts, and there are more ways through them than anybody can list. It costs
// O(members of r and of its groups), and what the steps of the answer hold.
func (e *estate) needsBy(r req, accept func(req) bool) []need {
	if !accept(r) {
		return nil
	}
	owner := e.g.Owner(r)
	var out []need
	var seen map[node]bool
	var follow func(r req, before []depgraph.Step)
	follow = func(r req, before []depgraph.Step) {
		for _, m := range e.g.Members(r) {
			steps := append(slices.Clone(before), depgraph.Step{Req: r, Member: m})
			if !e.isGroup(m) {
				out = append(out, need{owner, steps})
				continue
			}
			if seen[m] {
				continue
			}
			if seen == nil {
				seen = map[node]bool{}
			}
			seen[m] = true
			for q, end := e.g.OwnedBy(m); q < end; q++ {
				if accept(q) {
					follow(q, steps)
				}
			}
		}
	}
	follow(r, nil)
	return out
}

// edges returns the arrows of a need, each in the first phase of its requirement.
func (e *estate) edges(n need) []depgraph.Edge {
	var out []depgraph.Edge
	for _, s := range n.steps {
		out = append(out, e.g.Edge(s.Req, s.Member, e.g.Terms(s.Req).Phases.List()[0]))
	}
	return out
}

// gravest returns the need that is shown of several: the first whose owner is
// generally available or of tier 0, else the first of those that are surest.
func (e *estate) gravest(needs []need) need {
	sure := func(n need) float64 {
		least := 1.0
		for _, edge := range e.edges(n) {
			least = min(least, edge.Confidence())
		}
		return least
	}
	best := needs[0]
	for _, n := range needs[1:] {
		g, b := e.grave(n.owner), e.grave(best.owner)
		if g && !b || g == b && sure(n) > sure(best) {
			best = n
		}
	}
	return best
}
