package rules

import (
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// A cone is the part of a lost place's loss on which one victim rests. What is
// down without only some of what the place holds is down without the place, so
// the cone tells of every such loss whether it brings the victim into the state, and
// costs what the victim rests on, not what the loss takes along.
type cone struct {
	e       *estate
	v       node
	at      map[node]int32 // of its nodes
	nodes   []node
	reqs    []coneReq
	naming  [][]int32 // by node: the requirements that count it
	freezes []coneReq // of the victim, where it is to be frozen
	anyway  bool      // a node of it is down when nothing is lost

	left  []int32
	down  []bool
	queue []int32
}

// coneReq is a requirement that the loss of the place leaves unmet.
type coneReq struct {
	owner   int32   // what goes down without it; -1: the victim, which freezes
	spare   int32   // how many of the members may go
	members []int32 // that can go
}

// coneOf takes what v rests on out of the loss of the place.
func (s *culpritSearch) coneOf(v node) *cone {
	c := &cone{e: s.e, v: v, at: map[node]int32{}, nodes: s.support(v)}
	for i, n := range c.nodes {
		c.at[n] = int32(i)
		c.anyway = c.anyway || s.e.model.DownAnyway(n)
	}
	c.naming = make([][]int32, len(c.nodes))
	for i, n := range c.nodes {
		if s.e.model.DownAnyway(n) {
			continue
		}
		for r, end := s.e.g.OwnedBy(n); r < end; r++ {
			if s.e.takesOwner(r) && !s.lost.Met(r) {
				q := c.requirement(r, int32(i))
				for _, m := range q.members {
					c.naming[m] = append(c.naming[m], int32(len(c.reqs)))
				}
				c.reqs = append(c.reqs, q)
			}
		}
	}
	if s.state == simulate.Frozen {
		for _, r := range s.e.owned(v, depgraph.PhasesOf(depgraph.Start, depgraph.Build, depgraph.Deploy)) {
			if !s.lost.Met(r) {
				c.freezes = append(c.freezes, c.requirement(r, -1))
			}
		}
	}
	c.left, c.down = make([]int32, len(c.reqs)), make([]bool, len(c.nodes))
	return c
}

func (c *cone) requirement(r req, owner int32) coneReq {
	spare, _ := c.e.model.TakesDown(r)
	q := coneReq{owner: owner, spare: int32(spare)}
	for _, m := range c.e.g.Members(r) {
		if i, inside := c.at[m]; inside && c.e.model.Counts(m, c.e.g.Owner(r)) && !c.e.model.DownAnyway(m) {
			q.members = append(q.members, i)
		}
	}
	return q
}

// brings reports whether the loss of a set of nodes brings the victim into the
// state; all of them go down with the place.
func (c *cone) brings(set []node) bool {
	for i := range c.reqs {
		c.left[i] = c.reqs[i].spare
	}
	clear(c.down)
	c.queue = c.queue[:0]
	for _, n := range set {
		if i, inside := c.at[n]; inside && !c.e.isGroup(n) {
			c.fall(i)
		}
	}
	for next := 0; next < len(c.queue); next++ {
		for _, r := range c.naming[c.queue[next]] {
			if c.left[r]--; c.left[r] < 0 {
				c.fall(c.reqs[r].owner)
			}
		}
	}
	for _, q := range c.freezes {
		gone := int32(0)
		for _, m := range q.members {
			if c.down[m] {
				gone++
			}
		}
		if gone > q.spare {
			return true
		}
	}
	i, inside := c.at[c.v]
	return inside && c.down[i]
}

func (c *cone) fall(i int32) {
	if !c.down[i] {
		c.down[i] = true
		c.queue = append(c.queue, i)
	}
}
