package simtest

import "slices"

func (r Need) in(phases string) bool {
	for _, p := range r.Phases {
		for _, q := range phases {
			if p == q {
				return true
			}
		}
	}
	return false
}

// Of returns the number of members needed.
func (r Need) Of() int {
	switch r.Number {
	case -1:
		return len(r.Members)/2 + 1
	case -2:
		return len(r.Members)
	}
	return r.Number
}

// Outcome holds a set for each state, by node number.
type Outcome struct{ Down, Degraded, Frozen, Blind, Exposed []bool }

// Lose computes the loss of the failed nodes for an outage in minutes.
func (w World) Lose(failed []int, outage int) Outcome {
	n := len(w.Standby)
	var o Outcome
	for _, set := range []*[]bool{&o.Down, &o.Degraded, &o.Frozen, &o.Blind, &o.Exposed} {
		*set = make([]bool, n)
	}
	for _, f := range failed {
		o.Down[f] = o.Down[f] || !w.Group[f]
	}
	var live []Need
	for _, r := range w.Needs {
		if r.Lasts < outage {
			live = append(live, r)
		}
	}
	w.untilStill(o.Down, func(v int) bool {
		for _, r := range live {
			if r.Owner == v && r.in("r") && r.IfLost == 'd' && w.Serving(r, o.Down) < r.Of() {
				return true
			}
		}
		return false
	})
	w.untilStill(o.Degraded, func(v int) bool {
		for _, r := range live {
			if r.Owner != v || !r.in("r") || o.Down[v] {
				continue
			}
			if r.IfLost == 'g' && w.Serving(r, o.Down) < r.Of() {
				return true
			}
			if r.IfLost == 'd' && !r.Placed && w.Serving(r, o.Down, o.Degraded) < r.Of() {
				return true
			}
		}
		return false
	})
	for v := range n {
		for _, r := range live {
			if r.Owner != v || r.IfLost == 'u' {
				continue
			}
			unmet := w.Serving(r, o.Down) < r.Of()
			if unmet && !o.Down[v] && r.in("sbd") {
				o.Frozen[v] = true
			}
			if unmet && r.in("o") {
				o.Blind[v] = true
			}
			spare := w.Serving(r, o.Down) - r.Of()
			if !o.Down[v] && r.in("r") && r.IfLost == 'd' && w.Serving(r) > r.Of() && spare == 0 {
				o.Exposed[v] = true
			}
		}
	}
	return o
}

// untilStill adds to set whatever belongs there, until nothing more does.
func (w World) untilStill(set []bool, belongs func(v int) bool) {
	for again := true; again; {
		again = false
		for v := range set {
			if !set[v] && belongs(v) {
				set[v], again = true, true
			}
		}
	}
}

// Serving counts the members of r that are in none of the sets and no standby, or
// are one while their owner is one too.
func (w World) Serving(r Need, lost ...[]bool) int {
	count := 0
	for _, m := range r.Members {
		serves := !w.Standby[m] || w.ServedByStandbys(r.Owner)
		for _, set := range lost {
			serves = serves && !set[m]
		}
		if serves {
			count++
		}
	}
	return count
}

// ServedByStandbys reports whether v is a standby, or a group that is a part of the
// requirements of standbys alone.
func (w World) ServedByStandbys(v int) bool { return w.idle(v, nil) }

func (w World) idle(v int, above []int) bool {
	if w.Standby[v] {
		return true
	}
	if !w.Group[v] || slices.Contains(above, v) {
		return false
	}
	named := false
	for _, r := range w.Needs {
		if slices.Contains(r.Members, v) {
			named = true
			if !w.idle(r.Owner, append(above, v)) {
				return false
			}
		}
	}
	return named
}
