package proofcheck

import (
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
// each other: each waits for another one to serve first. For running it is not, as
// two that need each other may serve together: there a node stays only if its run
// needs lead to nodes that cannot start.
func (r *replay) deadlock() map[string]bool {
	r.lose()
	stopped := map[string]bool{}
	for _, id := range r.owners {
		stopped[id] = r.stopped(id)
	}
	r.outage = math.MaxInt64 // lasts plays no part in what comes up
	never := map[string]bool{}
	for _, id := range r.owners {
		never[id] = !r.servesAnyway(id)
	}
	for {
		before := r.count(never)
		held := r.stuck(never, stopped)
		r.untilStill(held, func(q *requirement) bool {
			return never[q.owner] && q.ifLost == "down" && r.unmet(q, "run", held)
		})
		if never = held; r.count(never) == before {
			return never
		}
	}
}

func (r *replay) count(set map[string]bool) int {
	n := 0
	for _, id := range r.owners {
		if set[id] {
			n++
		}
	}
	return n
}

// stuck returns those of the nodes never to serve that cannot even start.
func (r *replay) stuck(never, stopped map[string]bool) map[string]bool {
	stuck := map[string]bool{}
	for _, id := range r.owners {
		stuck[id] = never[id] && stopped[id]
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

// stopped reports whether a node has to start at all: what failed, and what
// stands in a place that is gone; in a start from nothing, everything.
func (r *replay) stopped(id string) bool {
	return len(r.claim.Failed) == 0 || slices.Contains(r.claim.Failed, id) || r.g.node(id).standby ||
		slices.ContainsFunc(r.g.needs[id], func(q *requirement) bool {
			return q.via == "placed-in" && q.ifLost == "down" && r.counts(q) && r.unmet(q, "run", r.down)
		})
}

// blocked reports whether what a node waits for before it runs never comes: of a
// place it waits only for the start.
func (r *replay) blocked(id string, never, stuck map[string]bool) bool {
	repaired := "recover"
	if !slices.ContainsFunc(r.g.needs[id], func(q *requirement) bool { return q.ifLost == "down" && slices.Contains(q.phases, "recover") }) {
		repaired = "deploy"
	}
	for _, q := range r.g.needs[id] {
		waits := never
		if q.via == "placed-in" {
			waits = stuck
		}
		if q.ifLost == "down" && (r.unmet(q, "start", waits) ||
			slices.Contains(r.claim.Failed, id) && r.unmet(q, repaired, never)) {
			return true
		}
	}
	return false
}

// servesAnyway reports whether a node is there at time 0 of a start from nothing.
func (r *replay) servesAnyway(id string) bool {
	return len(r.claim.Failed) == 0 && (strings.HasPrefix(id, "external:") || strings.HasPrefix(id, "human:"))
}
