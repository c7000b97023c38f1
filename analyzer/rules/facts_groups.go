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
func (e *estate) counts(m node, r req) bool { return e.model.Counts(m, e.g.Owner(r)) }

// enough reports whether as many members of r pass as it needs. A group passes where each
// of its requirements that gates it has enough members that do; groups that hold each
// other up pass. It costs O(members of r and of its groups) times how deep these nest
// against the order in which they are met, hardly ever more than once.
func (e *estate) enough(r req, gates func(req) bool, passes func(m node, r req) bool) bool {
	var short map[node]bool // groups that do not pass
	met := func(r req) bool {
		members := e.g.Members(r)
		n := 0
		for _, m := range members {
			if e.isGroup(m) && !short[m] || !e.isGroup(m) && passes(m, r) {
				n++
			}
		}
		return n >= e.g.Terms(r).Need.Of(len(members))
	}
	groups := e.groupsOf(r)
	if len(groups) > 0 {
		short = map[node]bool{}
	}
	for again := len(groups) > 0; again; {
		again = false
		for _, group := range slices.Backward(groups) {
			for q, end := e.g.OwnedBy(group); q < end && !short[group]; q++ {
				if gates(q) && !met(q) {
					short[group], again = true, true
				}
			}
		}
	}
	return met(r)
}

// groupsOf lists the groups among the members of r, and those among theirs: whoever names
// one first comes before it.
func (e *estate) groupsOf(r req) []node {
	if !slices.ContainsFunc(e.g.Members(r), e.isGroup) {
		return nil
	}
	var out []node
	seen := map[node]bool{}
	add := func(r req) {
		for _, m := range e.g.Members(r) {
			if e.isGroup(m) && !seen[m] {
				seen[m] = true
				out = append(out, m)
			}
		}
	}
	add(r)
	for next := 0; next < len(out); next++ {
		for q, end := e.g.OwnedBy(out[next]); q < end; q++ {
			add(q)
		}
	}
	return out
}

// byCluster reports whether an edge is implied by living in a cluster, as the need
// for its API server, its network and its name service is.
func byCluster(e depgraph.Edge) bool {
	return e.Basis() == depgraph.Implied && e.Via != depgraph.UpdatedBy && e.Via != depgraph.BuiltFrom
}
