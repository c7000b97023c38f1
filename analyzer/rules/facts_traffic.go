package rules

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// seenInTraffic reports whether an origin is an observation.
func seenInTraffic(o depgraph.Origin) bool { return o.Basis == depgraph.Observed }

// observed marks the nodes that traffic shows at all: as caller, as called, or by name.
func (e *estate) observed() []bool {
	out := make([]bool, e.g.Len())
	for i := range node(e.g.Len()) {
		out[i] = e.g.NodeHas(i, depgraph.Observed)
	}
	for r := range req(e.g.Requirements()) {
		if !e.g.Has(r, depgraph.Observed) {
			continue
		}
		for _, o := range e.g.Origins(r) {
			if !seenInTraffic(o) {
				continue
			}
			out[e.g.Owner(r)] = true
			for _, m := range e.g.Members(r) {
				if o.Member.IsZero() || o.Member == e.g.ID(m) {
					out[m] = true
				}
			}
		}
	}
	return out
}

// everSeen reports whether traffic shows that x needs m, by whatever requirement.
func (e *estate) everSeen(x, m node) bool {
	return e.speaksOf(x, m, func(o depgraph.Origin) bool { return o.Basis == depgraph.Observed })
}

// declares reports whether some input declares that x needs m, by whatever requirement.
func (e *estate) declares(x, m node) bool {
	return e.speaksOf(x, m, func(o depgraph.Origin) bool { return o.Basis == depgraph.Declared })
}

// speaksOf reports whether an origin of a need of x for m, direct or nested, is
// accepted.
func (e *estate) speaksOf(x, m node, accept func(depgraph.Origin) bool) bool {
	seen := map[node]bool{x: true}
	for queue := []node{x}; len(queue) > 0; queue = queue[1:] {
		for r, end := e.g.OwnedBy(queue[0]); r < end; r++ {
			for _, member := range e.g.Members(r) {
				if member == m && slices.ContainsFunc(e.g.Edge(r, m, depgraph.Run).Origins, accept) {
					return true
				}
				if e.isGroup(member) && !seen[member] {
					seen[member] = true
					queue = append(queue, member)
				}
			}
		}
	}
	return false
}
