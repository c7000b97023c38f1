package simulate

import (
	"github.com/fateline/fateline/analyzer/depgraph"
)

// activate finds the standbys that are activated while the nodes of down come up:
// those that an unmet requirement names, directly or through an activated standby,
// where standbys serve nobody. It costs O(members of what is down).
func (r *rising) activate(down []node) {
	c := &caller{rising: r, partUnmet: r.unmetGroups()}
	for _, v := range down {
		if r.is[v]&rStandby == 0 {
			c.involve(v)
		}
	}
	for len(c.queue) > 0 {
		v := c.queue[len(c.queue)-1]
		c.queue = c.queue[:len(c.queue)-1]
		for from, to := r.g.OwnedBy(v); from < to; from++ {
			t := r.g.Terms(from)
			all := r.g.Members(from)
			if t.IfLost != depgraph.Unaffected {
				c.call(all, t.Need.Of(len(all)))
			}
		}
		if r.is[v]&rStandby != 0 {
			c.call(r.ways(v))
		}
	}
}

// caller walks from what is down along unmet requirements to the standbys they name.
type caller struct {
	*rising
	partUnmet map[node]bool // groups that are not met at 0
	queue     []node
}

func (c *caller) involve(v node) {
	if c.is[v]&rInvolved == 0 {
		c.is[v] |= rInvolved
		c.queue = append(c.queue, v)
	}
}

// call activates the standbys among members, unless need of them serve.
func (c *caller) call(members []node, need int) {
	serving := 0
	for _, m := range members {
		if c.is[m]&rUp != 0 || c.is[m]&rIsGroup != 0 && !c.partUnmet[m] {
			serving++
		}
	}
	if serving >= need {
		return
	}
	for _, m := range members {
		switch {
		case c.is[m]&(rStandby|rUp) == rStandby:
			c.is[m] |= rCalled
			c.involve(m)
		case c.partUnmet[m]:
			c.involve(m)
		}
	}
}

// unmetGroups returns the groups that what serves at 0 does not meet: all but the
// greatest set of groups that it does.
func (r *rising) unmetGroups() map[node]bool {
	unmet := map[node]bool{}
	var groups []node
	for i, is := range r.is {
		if is&rIsGroup != 0 {
			groups = append(groups, node(i))
		}
	}
	for len(groups) > 0 {
		var again []node
		for _, v := range groups {
			if unmet[v] || r.groupMet(v, unmet) {
				continue
			}
			unmet[v] = true
			for _, q := range r.g.Naming(v) {
				if owner := r.g.Owner(q); r.is[owner]&rIsGroup != 0 && !unmet[owner] {
					again = append(again, owner)
				}
			}
		}
		groups = again
	}
	return unmet
}

func (r *rising) groupMet(v node, unmet map[node]bool) bool {
	for from, to := r.g.OwnedBy(v); from < to; from++ {
		t := r.g.Terms(from)
		if t.IfLost != depgraph.Down {
			continue
		}
		all := r.g.Members(from)
		serving := 0
		for _, m := range all {
			if r.is[m]&rUp != 0 || r.is[m]&rIsGroup != 0 && !unmet[m] {
				serving++
			}
		}
		if serving < t.Need.Of(len(all)) {
			return false
		}
	}
	return true
}
