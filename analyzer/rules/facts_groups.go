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
	seen := map[node]bool{}
	for queue := []req{r}; len(queue) > 0; queue = queue[1:] {
		owner := e.g.Owner(queue[0])
		if !e.isGroup(owner) {
			return queue[0], owner
		}
		if seen[owner] {
			continue
		}
		seen[owner] = true
		for _, q := range e.g.Naming(owner) {
			if !l.Met(q) {
				queue = append(queue, q)
			}
		}
	}
	return r, e.g.Owner(r)
}

// loseAbout loses x as far as requirement r can tell, and those by which it is felt where
// its owner is a group: what the loss says of their members, whether they are met, what
// lift makes of r and how either is proven is as in the loss of x. It costs O(members of
// what these need, directly or not), those alone that x takes along twice.
func (e *estate) loseAbout(x node, r req) *simulate.Loss {
	about := append(e.members(r), e.g.Members(r)...)
	owners := []node{e.g.Owner(r)}
	seen := map[node]bool{owners[0]: true}
	for next := 0; next < len(owners); next++ {
		if !e.isGroup(owners[next]) {
			continue
		}
		for _, q := range e.g.Naming(owners[next]) {
			about = append(about, e.g.Members(q)...)
			if o := e.g.Owner(q); !seen[o] {
				seen[o] = true
				owners = append(owners, o)
			}
		}
	}
	asker := e.model.About(append(about, owners...)...)
	defer asker.Close()
	return asker.Lose(x)
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
