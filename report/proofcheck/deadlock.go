package proofcheck

import (
	"maps"
	"math"
	"slices"
	"strings"
)

// deadlock returns the nodes that the edges show never to serve again. A claim
// without failed nodes speaks of the start of everything from nothing.
//
// The owners of the proof are taken to be down for ever, and those dropped for
// which the edges do not then show it, until all that are left hold each other
// down. For starting, repairing and activating that is proof however they hold
// each other: each waits for another one to come first. For running it is not, as
// two that need each other may serve together: there a node stays only if its run
// needs lead to nodes that cannot start.
func (r *replay) deadlock() map[string]bool {
	r.lose()
	waiting := map[string]bool{}
	never := map[string]bool{}
	for _, id := range r.owners {
		waiting[id] = r.waits(id)
		never[id] = waiting[id] || r.fromNothing() || r.down[id]
	}
	r.outage, r.awake = math.MaxInt64, true // lasts plays no part in what comes up, and standbys are called
	for {
		stuck := r.stuck(never, waiting)
		held := maps.Clone(stuck)
		maps.DeleteFunc(held, func(id string, _ bool) bool { return r.g.node(id).group })
		r.untilStill(held, func(q *requirement) bool {
			return never[q.owner] && q.ifLost == "down" && (r.unmet(q, "run", held) || r.partUnmet(q, held))
		})
		before := r.count(never)
		if never = held; r.count(never) == before {
			return never
		}
	}
}

func (r *replay) fromNothing() bool { return len(r.claim.Failed) == 0 }

func (r *replay) count(set map[string]bool) int {
	n := 0
	for _, id := range r.owners {
		if set[id] {
			n++
		}
	}
	return n
}

// waits reports whether a node comes to serve only after something else did: what
// failed, what stood in a place that is gone, and standbys; in a start from
// nothing, everything that is not outside. A group stands for its owners.
func (r *replay) waits(id string) bool {
	n := r.g.node(id)
	switch {
	case n.group || n.standby || slices.Contains(r.claim.Failed, id):
		return true
	case r.fromNothing():
		return !strings.HasPrefix(id, "external:") && !strings.HasPrefix(id, "human:")
	}
	return slices.ContainsFunc(r.g.needs[id], func(q *requirement) bool {
		return q.via == "placed-in" && q.ifLost == "down" && r.counts(q) && r.unmet(q, "run", r.down)
	})
}

// stuck returns what cannot even start: nodes never to serve, and groups.
func (r *replay) stuck(never, waiting map[string]bool) map[string]bool {
	stuck := map[string]bool{}
	for _, id := range r.owners {
		// Around a cycle of groups one may serve and still not have started as a place.
		stuck[id] = waiting[id] && (never[id] || r.g.node(id).group)
	}
	for again := true; again; {
		again = false
		for _, id := range r.owners {
			if stuck[id] && !r.blocked(id, never, stuck) {
				stuck[id], again = false, true
			}
		}
	}
	return stuck
}

// blocked reports whether what a node waits for before it serves never comes: of a
// place it waits only for the start.
func (r *replay) blocked(id string, never, stuck map[string]bool) bool {
	n := r.g.node(id)
	failed := slices.Contains(r.claim.Failed, id)
	repaired := "deploy"
	if slices.ContainsFunc(r.g.needs[id], func(q *requirement) bool { return q.ifLost == "down" && slices.Contains(q.phases, "recover") }) {
		repaired = "recover"
	}
	return n.ways != nil && r.unmet(n.ways, "recover", never) || slices.ContainsFunc(r.g.needs[id], func(q *requirement) bool {
		for_ := never
		if q.via == "placed-in" || n.group {
			for_ = stuck
		}
		return q.ifLost == "down" && (r.unmet(q, "start", for_) || n.standby && r.unmet(q, "run", for_) ||
			failed && r.unmet(q, repaired, never) || r.partUnmet(q, for_))
	})
}

// partUnmet is unmet for the requirement of a group, which counts in all phases.
func (r *replay) partUnmet(q *requirement, lost map[string]bool) bool {
	return r.g.node(q.owner).group && slices.ContainsFunc(q.phases, func(p string) bool { return r.unmet(q, p, lost) })
}
