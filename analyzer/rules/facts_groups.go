package rules

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// owners returns whom requirement r belongs to: for a group, those that name it.
func (e *estate) owners(r req) []node {
	owner := e.g.Owner(r)
	if !e.isGroup(owner) {
		return []node{owner}
	}
	var out []node
	seen := map[node]bool{owner: true}
	for queue := []node{owner}; len(queue) > 0; queue = queue[1:] {
		for _, q := range e.g.Naming(queue[0]) {
			if o := e.g.Owner(q); !seen[o] {
				seen[o] = true
				if e.isGroup(o) {
					queue = append(queue, o)
				} else {
					out = append(out, o)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// lift returns the requirement of a node that is no group by which a broken
// requirement of a group is felt, and that node.
func (e *estate) lift(l *simulate.Loss, r req) (req, node) {
	owner := e.g.Owner(r)
	for steps := 0; e.isGroup(owner) && steps < e.g.Len(); steps++ {
		for _, q := range e.g.Naming(owner) {
			if !l.Met(q) {
				r = q
				break
			}
		}
		owner = e.g.Owner(r)
	}
	return r, owner
}

// counts reports whether member m serves the owner of r at all.
func (e *estate) counts(m node, r req) bool {
	return e.g.At(m).Standby == nil || e.g.At(e.g.Owner(r)).Standby != nil
}

// byCluster reports whether an edge is implied by living in a cluster, as the need
// for its API server, its network and its name service is.
func byCluster(e depgraph.Edge) bool {
	return e.Basis() == depgraph.Implied && e.Via != depgraph.UpdatedBy && e.Via != depgraph.BuiltFrom
}
