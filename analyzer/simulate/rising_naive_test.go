package simulate_test

import (
	"math"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// The reference for the way up: semantics section 2 "Cold start" and "Recovery" read
// aloud. At every moment everything is computed anew: who has started, who serves,
// who may start. It shares nothing with the package but the readings that its
// documentation states.

// risingWorld is a world whose nodes take time, and whose standbys can be activated.
type risingWorld struct {
	simtest.World
	takes     []int // minutes
	wakeTakes []int // minutes from activation to service, of standbys
	ways      [][]int
	wayNeed   []int
	manual    []bool
}

// ascent is one way up through a risingWorld.
type ascent struct {
	risingWorld
	up       []bool
	cold     []bool // has to start
	failed   []bool
	rebuild  bool
	called   []bool // standbys that are activated
	recalled []bool // instead of looking for them; nil: look
	started  []int  // when; forever
	ready    []int  // when a standby had started, before its activation
	serves   []int
	repaired []bool
}

const forever = math.MaxInt

func (a *ascent) run() {
	n := len(a.Standby)
	a.callStandbys()
	a.started, a.ready, a.serves, a.repaired = fill(n, forever), fill(n, forever), fill(n, forever), make([]bool, n)
	for v := range n {
		switch {
		case a.up[v]:
			a.started[v] = 0
		case a.Standby[v] && !a.called[v], a.Group[v]:
		case a.cold[v]:
		case a.Standby[v]:
			a.ready[v] = 0
		default:
			a.started[v] = 0
		}
	}
	for now := 0; now < forever; now = a.next(now) {
		for again := true; again; {
			again = false
			serving := a.servingAt(now)
			for v := range n {
				if serving[v] && a.serves[v] > now {
					a.serves[v] = now
				}
			}
			for v := range n {
				again = a.advance(v, now, serving) || again
			}
		}
	}
}

// advance moves v on by one stage if it can go on now.
func (a *ascent) advance(v, now int, serving []bool) bool {
	if a.up[v] || a.Group[v] || a.Standby[v] && !a.called[v] {
		return false
	}
	if a.failed[v] && !a.repaired[v] && a.canRepair(v, serving) {
		a.repaired[v] = true
	}
	at := &a.started[v]
	if a.Standby[v] {
		at = &a.ready[v]
	}
	switch {
	case *at == forever && a.cold[v]:
		if (!a.failed[v] || a.repaired[v]) && a.needsMet(v, "s", now, serving) {
			*at = now + a.takes[v]
			return true
		}
	case a.Standby[v] && *at <= now && a.started[v] == forever:
		if a.needsMet(v, "rs", now, serving) && a.waysMet(v, serving) {
			a.started[v] = now + a.wakeTakes[v]
			return true
		}
	}
	return false
}

// next returns the next moment at which something ends.
func (a *ascent) next(now int) int {
	next := forever
	for v := range a.started {
		for _, at := range []int{a.started[v], a.ready[v]} {
			if at > now {
				next = min(next, at)
			}
		}
	}
	return next
}

func (a *ascent) rebuildPhases(phases string) string {
	if a.rebuild && slices.Contains([]byte(phases), 's') {
		return phases + "d"
	}
	return phases
}

// needsMet reports whether what v needs in the phases is met: the place of v need
// only have started.
func (a *ascent) needsMet(v int, phases string, now int, serving []bool) bool {
	for _, r := range a.Needs {
		if r.Owner != v || r.IfLost != 'd' || !in(r, a.rebuildPhases(phases)) {
			continue
		}
		met := 0
		for _, m := range r.Members {
			if r.Placed && a.hasStarted(m, now, nil) || !r.Placed && serving[m] {
				met++
			}
		}
		if met < r.Of() {
			return false
		}
	}
	return true
}

// hasStarted speaks of a place; a group has started if enough of its members have.
func (a *ascent) hasStarted(v, now int, above []int) bool {
	if !a.Group[v] {
		return a.started[v] <= now
	}
	if slices.Contains(above, v) {
		return false
	}
	for _, r := range a.Needs {
		if r.Owner != v || r.IfLost != 'd' {
			continue
		}
		met := 0
		for _, m := range r.Members {
			if a.hasStarted(m, now, append(above[:len(above):len(above)], v)) {
				met++
			}
		}
		if met < r.Of() {
			return false
		}
	}
	return true
}

func (a *ascent) waysMet(v int, serving []bool) bool {
	met := 0
	for _, m := range a.ways[v] {
		if serving[m] {
			met++
		}
	}
	if len(a.ways[v]) == 0 {
		return true
	}
	return met >= a.wayNumber(v)
}

func (a *ascent) wayNumber(v int) int {
	return simtest.Need{Number: a.wayNeed[v], Members: make([]int, len(a.ways[v]))}.Of()
}

// canRepair reports whether the recover needs of v are met, or its deploy needs
// where it has no recover ones.
func (a *ascent) canRepair(v int, serving []bool) bool {
	phase := "d"
	for _, r := range a.Needs {
		if r.Owner == v && r.IfLost == 'd' && in(r, "R") {
			phase = "R"
		}
	}
	for _, r := range a.Needs {
		if r.Owner == v && r.IfLost == 'd' && in(r, phase) && count(r.Members, serving) < r.Of() {
			return false
		}
	}
	return true
}

// in reports whether r counts in one of the phases.
func in(r simtest.Need, phases string) bool { return strings.ContainsAny(r.Phases, phases) }

func count(members []int, set []bool) int {
	n := 0
	for _, m := range members {
		if set[m] {
			n++
		}
	}
	return n
}

// servingAt is the greatest set among the started, with those that are up, in which
// everything is served that it needs to run. A group serves if what it names does.
func (a *ascent) servingAt(now int) []bool {
	set := make([]bool, len(a.started))
	for v := range set {
		set[v] = a.started[v] <= now || a.Group[v]
	}
	for again := true; again; {
		again = false
		for _, r := range a.Needs {
			runs := in(r, "r") || a.Group[r.Owner]
			if set[r.Owner] && !a.up[r.Owner] && runs && r.IfLost == 'd' && count(r.Members, set) < r.Of() {
				set[r.Owner], again = false, true
			}
		}
	}
	return set
}

// callStandbys finds the standbys that an unmet need of what is down names, or one
// of an activated standby. What is part of a need through a group is named by it.
func (a *ascent) callStandbys() {
	n := len(a.Standby)
	a.called = make([]bool, n)
	if a.recalled != nil {
		copy(a.called, a.recalled)
		return
	}
	// At the beginning up alone serves, and the groups it meets.
	set := make([]bool, n)
	for v := range n {
		set[v] = a.up[v] || a.Group[v]
	}
	for again := true; again; {
		again = false
		for _, r := range a.Needs {
			if a.Group[r.Owner] && set[r.Owner] && r.IfLost == 'd' && count(r.Members, set) < r.Of() {
				set[r.Owner], again = false, true
			}
		}
	}
	asks := make([]bool, n)
	for v := range n {
		asks[v] = !a.up[v] && !a.Group[v] && !a.Standby[v]
	}
	for again := true; again; {
		again = false
		name := func(members []int, number int) {
			if count(members, set) >= number {
				return
			}
			for _, m := range members {
				if (a.Standby[m] || a.Group[m]) && !set[m] && !asks[m] {
					asks[m], again = true, true
					a.called[m] = a.Standby[m]
				}
			}
		}
		for _, r := range a.Needs {
			if asks[r.Owner] && r.IfLost != 'u' {
				name(r.Members, r.Of())
			}
		}
		for v := range n {
			if asks[v] && a.Standby[v] && len(a.ways[v]) > 0 {
				name(a.ways[v], a.wayNumber(v))
			}
		}
	}
}

func fill(n, value int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = value
	}
	return out
}

// coldStart is start(up).
func (w risingWorld) coldStart(up []int, rebuild bool) *ascent {
	n := len(w.Standby)
	a := &ascent{risingWorld: w, up: make([]bool, n), cold: make([]bool, n), failed: make([]bool, n), rebuild: rebuild}
	for _, v := range up {
		a.up[v] = !w.Group[v]
	}
	for v := range n {
		a.cold[v] = !a.up[v]
	}
	a.run()
	return a
}

// recover is recover(failed).
func (w risingWorld) recover(failed []int, outage int, rebuild bool) (*ascent, simtest.Outcome) {
	n := len(w.Standby)
	o := w.Lose(failed, outage)
	a := &ascent{risingWorld: w, up: make([]bool, n), cold: make([]bool, n), failed: make([]bool, n), rebuild: rebuild}
	for v := range n {
		a.up[v] = !o.Down[v] && !w.Standby[v] && !w.Group[v]
	}
	for _, f := range failed {
		a.failed[f] = !w.Group[f]
		a.cold[f] = true
	}
	for _, r := range w.Needs {
		if o.Down[r.Owner] && r.Placed && r.IfLost == 'd' && in(r, "r") && r.Lasts < outage && w.Serving(r, o.Down) < r.Of() {
			a.cold[r.Owner] = true
		}
	}
	a.run()
	return a, o
}

// after lists whom v waited for last, as the documentation of Step.After says.
func (a *ascent) after(v int) []int {
	if a.up[v] {
		return nil
	}
	run := a.last(v, func(r simtest.Need) (bool, []int) { return in(r, "r"), a.serves })
	if run.at > a.started[v] || !a.cold[v] && !a.Standby[v] {
		return run.who
	}
	starting := func(phases string) func(r simtest.Need) (bool, []int) {
		return func(r simtest.Need) (bool, []int) {
			times := a.serves
			if r.Placed {
				times = a.started
			}
			return in(r, a.rebuildPhases(phases)), times
		}
	}
	var first waiting
	if a.cold[v] {
		first = a.last(v, starting("s"))
		if a.failed[v] {
			phase := "d"
			for _, r := range a.Needs {
				if r.Owner == v && r.IfLost == 'd' && in(r, "R") {
					phase = "R"
				}
			}
			first = first.and(a.last(v, func(r simtest.Need) (bool, []int) { return in(r, phase), a.serves }))
		}
	}
	if !a.Standby[v] {
		return first.who
	}
	wake := a.last(v, starting("rs"))
	if len(a.ways[v]) > 0 {
		wake = wake.and(a.waiting(v, a.ways[v], a.wayNumber(v), a.serves))
	}
	if a.cold[v] && wake.at <= a.ready[v] {
		return first.who
	}
	return wake.who
}

// byHand adds the manual ways by which v was repaired or activated, as the documentation
// of Step.Manual says.
func (a *ascent) byHand(v int, to map[int]bool) {
	if a.up[v] {
		return
	}
	if a.failed[v] {
		phase := "d"
		for _, r := range a.Needs {
			if r.Owner == v && r.IfLost == 'd' && in(r, "R") {
				phase = "R"
			}
		}
		for _, r := range a.Needs {
			if r.Owner == v && r.IfLost == 'd' && in(r, phase) {
				a.byHandAmong(r.Members, r.Of(), nil, to)
			}
		}
	}
	if a.called[v] && len(a.ways[v]) > 0 {
		a.byHandAmong(a.ways[v], a.wayNumber(v), nil, to)
	}
}

// byHandAmong adds the manual ones of those that served when number of them did, unless
// as many others did.
func (a *ascent) byHandAmong(members []int, number int, above []int, to map[int]bool) {
	var at []int
	for _, m := range members {
		at = append(at, a.serves[m])
	}
	slices.Sort(at)
	if number > len(at) || a.machines(members, at[number-1], nil) >= number {
		return
	}
	for _, m := range members {
		switch {
		case a.serves[m] > at[number-1] || slices.Contains(above, m):
		case !a.Group[m]:
			if a.manual[m] {
				to[m] = true
			}
		case a.machines([]int{m}, at[number-1], nil) == 0:
			for _, r := range a.Needs {
				if r.Owner == m && r.IfLost == 'd' {
					a.byHandAmong(r.Members, r.Of(), append(above[:len(above):len(above)], m), to)
				}
			}
		}
	}
}

// machines counts the members that serve by then and are not manual; a group is not if
// those of its members alone meet it.
func (a *ascent) machines(members []int, then int, above []int) int {
	n := 0
	for _, m := range members {
		met := a.serves[m] <= then && !a.manual[m] && !slices.Contains(above, m)
		for _, r := range a.Needs {
			if met && a.Group[m] && r.Owner == m && r.IfLost == 'd' {
				met = a.machines(r.Members, then, append(above[:len(above):len(above)], m)) >= r.Of()
			}
		}
		if met {
			n++
		}
	}
	return n
}

// waiting is a set of nodes that somebody waited for until a time; nobody is at 0 in
// the zero value, which stands for "not at all".
type waiting struct {
	any bool
	at  int
	who []int
}

func (w waiting) and(x waiting) waiting {
	switch {
	case !w.any || x.any && x.at > w.at:
		return x
	case !x.any || x.at < w.at:
		return w
	}
	who := append(slices.Clone(w.who), x.who...)
	slices.Sort(who)
	return waiting{any: true, at: w.at, who: slices.Compact(who)}
}

func (a *ascent) last(v int, counts func(r simtest.Need) (bool, []int)) waiting {
	w := waiting{at: -1}
	for _, r := range a.Needs {
		if ok, times := counts(r); ok && r.Owner == v && r.IfLost == 'd' {
			w = w.and(a.waiting(v, r.Members, r.Of(), times))
		}
	}
	return w
}

// waiting tells when number of the members were there, and who came last.
func (a *ascent) waiting(v int, members []int, number int, times []int) waiting {
	at := a.timeOf(members, number, times, nil)
	if at < 0 || at == forever {
		return waiting{at: -1}
	}
	who := a.lastAt(members, times, at, nil)
	who = slices.DeleteFunc(who, func(m int) bool { return m == v })
	slices.Sort(who)
	return waiting{any: true, at: at, who: slices.Compact(who)}
}

// timeOf returns when number of the members were there; -1 if all along.
func (a *ascent) timeOf(members []int, number int, times, above []int) int {
	var at []int
	for _, m := range members {
		at = append(at, a.timeAt(m, times, above))
	}
	slices.Sort(at)
	if number > len(at) {
		return forever
	}
	return at[number-1]
}

func (a *ascent) timeAt(m int, times, above []int) int {
	switch {
	case a.up[m]:
		return -1
	case !a.Group[m] || &times[0] == &a.serves[0]:
		return times[m]
	case slices.Contains(above, m):
		return forever
	}
	at := -1
	for _, r := range a.Needs {
		if r.Owner == m && r.IfLost == 'd' {
			at = max(at, a.timeOf(r.Members, r.Of(), times, append(above[:len(above):len(above)], m)))
		}
	}
	if at < 0 {
		at = 0
	}
	return at
}

func (a *ascent) lastAt(members, times []int, at int, above []int) []int {
	var who []int
	for _, m := range members {
		if slices.Contains(above, m) || a.timeAt(m, times, nil) != at {
			continue
		}
		if !a.Group[m] {
			neverStopped := !a.cold[m] && !a.Standby[m] && &times[0] == &a.started[0]
			if !neverStopped {
				who = append(who, m)
			}
			continue
		}
		inside := append(above[:len(above):len(above)], m)
		for _, r := range a.Needs {
			if r.Owner == m && r.IfLost == 'd' && a.timeOf(r.Members, r.Of(), times, nil) == at {
				who = append(who, a.lastAt(r.Members, times, at, inside)...)
			}
		}
	}
	return who
}
