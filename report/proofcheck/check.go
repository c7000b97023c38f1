package proofcheck

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Claim says what a proof proves: with Failed lost for Outage, every node of Then is
// in State. Its fields are those of a finding's claim in the report.
type Claim struct {
	Failed []string
	Outage time.Duration // 0 is 1h
	Then   []string
	State  string // down, degraded, frozen, blind, unmet, cycle, stated or deadlock
}

// Edge is one step of a proof. Its fields are those of a proof in the report.
type Edge struct{ From, To, Phase, IfLost, Via string }

func (e Edge) String() string {
	return fmt.Sprintf("%s -> %s (%s, %s, %s)", e.From, e.To, e.Phase, e.IfLost, e.Via)
}

// Check returns nil if the edges of the proof force the claim, else why they do not.
// It costs O(nodes of the proof x edges of the proof) at most.
func (g *Graph) Check(c Claim, proof []Edge) error {
	r := &replay{
		g: g, claim: c, outage: cmp.Or(c.Outage, time.Hour),
		edges: map[Edge]bool{}, named: map[string]bool{}, down: map[string]bool{}, impaired: map[string]bool{},
	}
	for _, e := range proof {
		if !g.has(e) {
			return fmt.Errorf("the graph has no requirement with the edge %v", e)
		}
		r.edges[e] = true
		r.named[e.From], r.named[e.To] = true, true
		if !slices.Contains(r.owners, e.From) {
			r.owners = append(r.owners, e.From)
		}
	}
	if len(c.Then) == 0 && c.State != "cycle" {
		return errors.New("the claim speaks of no node")
	}
	for _, id := range slices.Concat(c.Failed, c.Then) {
		if n := g.nodes[id]; n == nil || n.group {
			return fmt.Errorf("%s is no node of the graph that can fail or be a victim", id)
		}
	}
	switch c.State {
	case "cycle":
		return r.cycle(proof)
	case "stated":
		return r.each(func(id string) bool { return r.named[id] }, "is in no edge of the proof")
	case "deadlock":
		never := r.deadlock()
		return r.each(func(id string) bool { return never[id] }, "is not shown to be down for ever")
	}
	r.lose()
	return r.inState(proof)
}

// replay is what the edges of one proof force.
type replay struct {
	g              *Graph
	claim          Claim
	outage         time.Duration // in force
	awake          bool          // standbys serve once they can
	edges          map[Edge]bool
	owners         []string // in the order of the proof
	named          map[string]bool
	down, impaired map[string]bool
}

// each returns an error for the first node of Then that does not satisfy holds.
func (r *replay) each(holds func(id string) bool, else_ string) error {
	for _, id := range r.claim.Then {
		if !holds(id) {
			return fmt.Errorf("%s %s", id, else_)
		}
	}
	return nil
}

// inState judges the claims about a loss.
func (r *replay) inState(proof []Edge) error {
	up := func(id string) bool { return !r.down[id] }
	switch r.claim.State {
	case "down":
		return r.each(func(id string) bool { return r.down[id] }, "is not shown to be down")
	case "degraded":
		return r.each(func(id string) bool { return up(id) && r.impaired[id] }, "is not shown to be degraded and no more")
	case "frozen":
		return r.each(func(id string) bool { return up(id) && r.anyUnmet(id, "start", "build", "deploy") }, "is not shown to be frozen and no more")
	case "blind":
		return r.each(func(id string) bool { return r.anyUnmet(id, "observe") }, "is not shown to be blind")
	case "unmet":
		if len(proof) == 0 {
			return errors.New("a proof without edges names no phase")
		}
		phase := proof[0].Phase
		return r.each(func(id string) bool {
			return slices.ContainsFunc(r.g.needs[id], func(q *requirement) bool { return r.counts(q) && r.unmet(q, phase, r.down) })
		}, "is not shown to miss what it needs to "+phase)
	}
	return fmt.Errorf("state %q: want down, degraded, frozen, blind, unmet, cycle, stated or deadlock", r.claim.State)
}

// lose works out what the edges take down and degrade.
func (r *replay) lose() {
	for _, id := range r.claim.Failed {
		r.down[id] = true
	}
	r.untilStill(r.down, func(q *requirement) bool { return q.ifLost == "down" && r.unmet(q, "run", r.down) })
	maps.Copy(r.impaired, r.down)
	r.untilStill(r.impaired, func(q *requirement) bool {
		return q.ifLost == "degraded" && r.unmet(q, "run", r.down) ||
			q.ifLost == "down" && q.via != "placed-in" && r.unmet(q, "run", r.impaired)
	})
}

// untilStill adds the owners of the requirements that break, until there are no more.
func (r *replay) untilStill(set map[string]bool, breaks func(*requirement) bool) {
	for again := true; again; {
		again = false
		for _, owner := range r.owners {
			if !set[owner] && slices.ContainsFunc(r.g.needs[owner], func(q *requirement) bool { return r.counts(q) && breaks(q) }) {
				set[owner], again = true, true
			}
		}
	}
}

// anyUnmet reports whether a node misses what it needs in one of the phases.
func (r *replay) anyUnmet(id string, phases ...string) bool {
	return slices.ContainsFunc(r.g.needs[id], func(q *requirement) bool {
		return r.counts(q) && q.ifLost != "unaffected" && slices.ContainsFunc(phases, func(p string) bool { return r.unmet(q, p, r.down) })
	})
}

// counts reports whether the owner feels the loss within the outage.
func (r *replay) counts(q *requirement) bool { return q.lasts < r.outage }

// unmet reports whether, by edges of the proof alone, fewer than need members are left.
func (r *replay) unmet(q *requirement, phase string, lost map[string]bool) bool {
	if !slices.Contains(q.phases, phase) {
		return false
	}
	left, shown := len(q.members), false
	for _, m := range q.members {
		if !r.edges[q.edge(m, phase)] {
			continue
		}
		shown = true
		if lost[m] || !r.awake && r.g.node(m).standby && !r.g.servedByStandbys(q.owner, nil) {
			left--
		}
	}
	return shown && left < q.need
}

// servedByStandbys reports whether id is a standby, or a group that is named as
// part of the requirements of such nodes alone.
func (g *Graph) servedByStandbys(id string, above []string) bool {
	n := g.node(id)
	if n.standby || !n.group || len(n.named) == 0 || slices.Contains(above, id) {
		return n.standby
	}
	for _, owner := range n.named {
		if !g.servedByStandbys(owner, append(above, id)) {
			return false
		}
	}
	return true
}

// cycle accepts edges that a closed walk can follow: from any of them to any other.
func (r *replay) cycle(proof []Edge) error {
	if len(proof) == 0 {
		return errors.New("a proof without edges closes no cycle")
	}
	start := proof[0].From
	forth, back := map[string]bool{start: true}, map[string]bool{start: true}
	for range proof {
		for _, e := range proof {
			forth[e.To] = forth[e.To] || forth[e.From]
			back[e.From] = back[e.From] || back[e.To]
		}
	}
	for _, e := range proof {
		if !forth[e.From] || !back[e.To] {
			return fmt.Errorf("no closed walk goes through %v", e)
		}
	}
	return r.each(func(id string) bool { return forth[id] && back[id] }, "is not on the cycle")
}

// has reports whether the graph has an edge: of a requirement, or from a standby to
// what activates it.
func (g *Graph) has(e Edge) bool {
	n := g.nodes[e.From]
	return slices.ContainsFunc(g.needs[e.From], func(q *requirement) bool { return q.has(e) }) || n != nil && n.ways != nil && n.ways.has(e)
}

// has reports whether e is an edge of the requirement.
func (q *requirement) has(e Edge) bool {
	return slices.Contains(q.phases, e.Phase) && slices.Contains(q.members, e.To) && q.edge(e.To, e.Phase) == e
}

func (q *requirement) edge(member, phase string) Edge {
	return Edge{From: q.owner, To: member, Phase: phase, IfLost: q.ifLost, Via: q.via}
}
