package rules

import (
	"fmt"
	"slices"
)

// maxJoint is the size to which culprits that only do it together are named.
const maxJoint = 3

// joint returns the minimal sets of two or three units that together bring the victim into
// the state, enough of them to name every unit that matters: Reiter's hitting set
// tree over shrunken sets, with a limit on the work.
func (c *cone) joint(units []node) [][]node {
	const maxSets = 32
	var sets [][]node
	tried := map[string]bool{}
	queue := [][]node{nil}
	for len(queue) > 0 && len(sets) < maxSets {
		without := queue[0]
		queue = queue[1:]
		pool := slices.DeleteFunc(slices.Clone(units), func(u node) bool { return slices.Contains(without, u) })
		set := c.shrink(pool)
		if len(set) == 0 || len(set) > maxJoint {
			continue
		}
		if !slices.ContainsFunc(sets, func(x []node) bool { return slices.Equal(x, set) }) {
			sets = append(sets, set)
		}
		for _, u := range set {
			further := union(without, []node{u})
			if key := fmt.Sprint(further); !tried[key] {
				tried[key] = true
				queue = append(queue, further)
			}
		}
	}
	return sets
}

// shrink returns a minimal subset of pool that brings the victim into the state; nil where
// all of it does not, or where more than maxJoint are needed. It drops halves before it
// drops single nodes, so that a small answer in a large pool costs O(answer * log
// pool) losses. Whatever chunk cannot be dropped holds one that is needed, and chunks
// are disjoint: too many of them end the search.
func (c *cone) shrink(pool []node) []node {
	if len(pool) == 0 || !c.brings(pool) {
		return nil
	}
	for chunk := (len(pool) + 1) / 2; chunk >= 1; chunk /= 2 {
		needed := 0
		for at := 0; at < len(pool); {
			fewer := slices.Delete(slices.Clone(pool), at, min(at+chunk, len(pool)))
			if len(fewer) > 0 && c.brings(fewer) {
				pool = fewer
				continue
			}
			at += chunk
			if needed++; needed > maxJoint {
				return nil
			}
		}
	}
	return pool
}

// overlapping gathers the sets that share a node, directly or through others.
func overlapping(sets [][]node) [][][]node {
	var out [][][]node
	for _, set := range sets {
		together := [][]node{set}
		var rest [][][]node
		for _, group := range out {
			touches := slices.ContainsFunc(group, func(other []node) bool {
				return slices.ContainsFunc(other, func(n node) bool { return slices.Contains(set, n) })
			})
			if touches {
				together = append(together, group...)
			} else {
				rest = append(rest, group)
			}
		}
		out = append(rest, together)
	}
	return out
}
