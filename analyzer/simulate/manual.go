package simulate

import (
	"slices"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// manual returns the manual ways that let v be repaired or activated where the
// automated ones that served by then did not suffice; ascending.
func (r *rising) manual(v node) []node {
	var used []node
	if phase := r.repairPhase(v); phase != 0 {
		for from, to := r.g.OwnedBy(v); from < to; from++ {
			if t := r.g.Terms(from); t.IfLost == depgraph.Down && t.Phases.Has(phase) {
				used = r.manualOf(from, used)
			}
		}
	}
	if r.is[v]&rCalled != 0 {
		ways, need := r.ways(v)
		used = r.manualAmong(ways, need, used)
	}
	slices.Sort(used)
	return slices.Compact(used)
}

func (r *rising) manualOf(q req, used []node) []node {
	all := r.g.Members(q)
	return r.manualAmong(all, r.g.Terms(q).Need.Of(len(all)), used)
}

// manualAmong adds the manual members that were there when need of all served,
// unless as many automated ones were.
func (r *rising) manualAmong(all []node, need int, used []node) []node {
	at := make([]time.Duration, len(all))
	for i, m := range all {
		at[i] = r.serviceOf(m)
	}
	slices.Sort(at)
	if need > len(at) || need < 1 {
		return used
	}
	met := at[need-1]
	if r.automatedBy(met, all, nil) >= need {
		return used
	}
	for _, m := range all {
		switch {
		case r.serviceOf(m) > met || slices.Contains(used, m):
		case r.is[m]&rIsGroup != 0 && r.automatedBy(met, []node{m}, nil) == 0:
			used = append(used, m) // against cycles of groups; taken out below
			for from, to := r.g.OwnedBy(m); from < to; from++ {
				if r.g.Terms(from).IfLost == depgraph.Down {
					used = r.manualOf(from, used)
				}
			}
			used = slices.DeleteFunc(used, func(x node) bool { return x == m })
		case r.g.At(m).IsManual():
			used = append(used, m)
		}
	}
	return used
}

// serviceOf returns when v serves; never where it does not.
func (r *rising) serviceOf(v node) time.Duration {
	if r.is[v]&rUp != 0 {
		return 0
	}
	return r.servesAt[v]
}

// automatedBy counts the nodes that serve by then without being something people
// do; a group counts if its automated members alone meet it. Groups in opened do not.
func (r *rising) automatedBy(then time.Duration, all, opened []node) int {
	n := 0
	for _, m := range all {
		switch {
		case r.serviceOf(m) > then || slices.Contains(opened, m) || r.g.At(m).IsManual():
		case r.is[m]&rIsGroup == 0 || r.groupAutomatedBy(then, m, append(opened, m)):
			n++
		}
	}
	return n
}

func (r *rising) groupAutomatedBy(then time.Duration, v node, opened []node) bool {
	for from, to := r.g.OwnedBy(v); from < to; from++ {
		t := r.g.Terms(from)
		all := r.g.Members(from)
		if t.IfLost == depgraph.Down && r.automatedBy(then, all, opened) < t.Need.Of(len(all)) {
			return false
		}
	}
	return true
}
