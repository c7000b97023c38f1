package simulate_test

import "slices"

// The reference: semantics section 2 "Loss" read aloud, by a reader in no hurry. It
// shares nothing with the package but the names of the states, and knows neither
// counters nor queues: every set is computed over and over until nothing changes.

// world is a system of a few nodes, by number.
type world struct {
	standby []bool
	group   []bool
	needs   []want
}

// want is one requirement.
type want struct {
	owner   int
	members []int
	need    int    // a number; -1 quorum, -2 all
	phases  string // of r(un) s(tart) b(uild) d(eploy) R(ecover) o(bserve)
	ifLost  byte   // d(own) g (degraded) u(naffected)
	lasts   int    // minutes
	placed  bool
}

func (w want) in(phases string) bool {
	for _, p := range w.phases {
		for _, q := range phases {
			if p == q {
				return true
			}
		}
	}
	return false
}

func (w want) number() int {
	switch w.need {
	case -1:
		return len(w.members)/2 + 1
	case -2:
		return len(w.members)
	}
	return w.need
}

// outcome holds a set for each state, by node number.
type outcome struct{ down, degraded, frozen, blind, exposed []bool }

// lose computes the loss of the failed nodes for an outage in minutes.
func (w world) lose(failed []int, outage int) outcome {
	n := len(w.standby)
	var o outcome
	for _, set := range []*[]bool{&o.down, &o.degraded, &o.frozen, &o.blind, &o.exposed} {
		*set = make([]bool, n)
	}
	for _, f := range failed {
		o.down[f] = o.down[f] || !w.group[f]
	}
	var live []want
	for _, r := range w.needs {
		if r.lasts < outage {
			live = append(live, r)
		}
	}
	w.untilStill(o.down, func(v int) bool {
		for _, r := range live {
			if r.owner == v && r.in("r") && r.ifLost == 'd' && w.serving(r, o.down) < r.number() {
				return true
			}
		}
		return false
	})
	w.untilStill(o.degraded, func(v int) bool {
		for _, r := range live {
			if r.owner != v || !r.in("r") || o.down[v] {
				continue
			}
			if r.ifLost == 'g' && w.serving(r, o.down) < r.number() {
				return true
			}
			if r.ifLost == 'd' && !r.placed && w.serving(r, o.down, o.degraded) < r.number() {
				return true
			}
		}
		return false
	})
	for v := range n {
		for _, r := range live {
			if r.owner != v || r.ifLost == 'u' {
				continue
			}
			unmet := w.serving(r, o.down) < r.number()
			if unmet && !o.down[v] && r.in("sbd") {
				o.frozen[v] = true
			}
			if unmet && r.in("o") {
				o.blind[v] = true
			}
			spare := w.serving(r, o.down) - r.number()
			if !o.down[v] && r.in("r") && r.ifLost == 'd' && w.serving(r) > r.number() && spare == 0 {
				o.exposed[v] = true
			}
		}
	}
	return o
}

// untilStill adds to set whatever belongs there, until nothing more does.
func (w world) untilStill(set []bool, belongs func(v int) bool) {
	for again := true; again; {
		again = false
		for v := range set {
			if !set[v] && belongs(v) {
				set[v], again = true, true
			}
		}
	}
}

// serving counts the members of r that are in none of the sets and no standby, or
// are one while their owner is one too.
func (w world) serving(r want, lost ...[]bool) int {
	count := 0
	for _, m := range r.members {
		serves := !w.standby[m] || w.idle(r.owner, nil)
		for _, set := range lost {
			serves = serves && !set[m]
		}
		if serves {
			count++
		}
	}
	return count
}

// idle reports whether v is a standby, or a group that is a part of the
// requirements of standbys alone.
func (w world) idle(v int, above []int) bool {
	if w.standby[v] {
		return true
	}
	if !w.group[v] || slices.Contains(above, v) {
		return false
	}
	named := false
	for _, r := range w.needs {
		if slices.Contains(r.members, v) {
			named = true
			if !w.idle(r.owner, append(above, v)) {
				return false
			}
		}
	}
	return named
}
