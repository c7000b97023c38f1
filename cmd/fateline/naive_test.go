package main

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A second reading of what a loss and a recovery are, on the native file's own
// terms: no graph, no linker, no index, no worklist. It is slow and meant to be
// obviously right. It knows places, alternatives, quorums, shards, phases,
// outages and standbys, and shares no code with the program.

// plainNode is a node as a native file states it.
type plainNode struct {
	id      string
	takes   time.Duration
	standby bool
	needs   []plainNeed
}

// plainNeed is one requirement of a native file.
type plainNeed struct {
	members []string
	need    string   // "", a number, "quorum" or "all"
	phases  []string // "" reads as run
	ifLost  string   // "" reads as down
	lasts   time.Duration
	placed  bool
}

type plainModel struct {
	nodes  map[string]*plainNode
	outage time.Duration
}

func (n plainNeed) count() int {
	switch n.need {
	case "":
		return 1
	case "all":
		return len(n.members)
	case "quorum":
		return len(n.members)/2 + 1
	}
	k, err := strconv.Atoi(n.need)
	if err != nil {
		panic(err)
	}
	return k
}

func (n plainNeed) in(phase string) bool {
	return slices.Contains(n.phases, phase) || len(n.phases) == 0 && phase == "run"
}

func (n plainNeed) costs(what string) bool { return cmp.Or(n.ifLost, "down") == what }

// met reports whether enough members pass.
func (n plainNeed) met(passes func(member string) bool) bool {
	serving := 0
	for _, m := range n.members {
		if passes(m) {
			serving++
		}
	}
	return serving >= n.count()
}

// plainLoss is what a loss comes to: sorted ids by state.
type plainLoss map[string][]string

// lose computes a loss by asking every node again until nothing changes.
func (m plainModel) lose(failed []string) plainLoss {
	down, degraded := map[string]bool{}, map[string]bool{}
	for _, f := range failed {
		down[f] = true
	}
	counts := func(owner *plainNode, n plainNeed) func(string) bool {
		return func(member string) bool {
			return !down[member] && (!m.nodes[member].standby || owner.standby)
		}
	}
	until(func() (changed bool) {
		for _, x := range m.nodes {
			for _, n := range x.needs {
				if !down[x.id] && n.in("run") && n.costs("down") && n.lasts < m.outage && !n.met(counts(x, n)) {
					down[x.id], changed = true, true
				}
			}
		}
		return changed
	})
	until(func() (changed bool) {
		for _, x := range m.nodes {
			for _, n := range x.needs {
				if down[x.id] || degraded[x.id] || !n.in("run") || n.lasts >= m.outage {
					continue
				}
				whole := func(member string) bool { return counts(x, n)(member) && !degraded[member] }
				if n.costs("degraded") && !n.met(counts(x, n)) || n.costs("down") && !n.placed && !n.met(whole) {
					degraded[x.id], changed = true, true
				}
			}
		}
		return changed
	})
	loss := plainLoss{"failed": slices.Sorted(slices.Values(failed)), "down": slices.Sorted(maps.Keys(down)), "degraded": slices.Sorted(maps.Keys(degraded))}
	loss["frozen"] = m.which(func(x *plainNode, n plainNeed) bool {
		return !down[x.id] && (n.in("start") || n.in("build") || n.in("deploy")) && !n.costs("unaffected") && n.lasts < m.outage && !n.met(counts(x, n))
	})
	loss["blind"] = m.which(func(x *plainNode, n plainNeed) bool {
		return n.in("observe") && !n.costs("unaffected") && n.lasts < m.outage && !n.met(counts(x, n))
	})
	loss["exposed"] = m.which(func(x *plainNode, n plainNeed) bool {
		if down[x.id] || !n.in("run") || !n.costs("down") || n.lasts >= m.outage {
			return false
		}
		all, left := 0, 0
		for _, member := range n.members {
			if !m.nodes[member].standby || x.standby {
				all++
			}
			if counts(x, n)(member) {
				left++
			}
		}
		return all > n.count() && left < all && left == n.count()
	})
	return loss
}

// which lists the nodes that have a need of some sort.
func (m plainModel) which(of func(*plainNode, plainNeed) bool) []string {
	var out []string
	for _, x := range m.nodes {
		if slices.ContainsFunc(x.needs, func(n plainNeed) bool { return of(x, n) }) {
			out = append(out, x.id)
		}
	}
	slices.Sort(out)
	return out
}

func until(again func() bool) {
	for again() {
	}
}

// plainRecovery is the way back: when each node serves again, and which never do.
type plainRecovery struct {
	at                    map[string]time.Duration
	lockedOut, deadlocked []string
}

// recover plays a recovery from event to event, for a model without standbys. What
// the loss leaves standing serves throughout.
func (m plainModel) recover(failed []string) plainRecovery {
	down := m.lose(failed)["down"]
	isDown := func(id string) bool { return slices.Contains(down, id) }
	started, busy, locked := map[string]bool{}, map[string]time.Duration{}, map[string]bool{}
	for id, x := range m.nodes {
		stopped := slices.Contains(failed, id) || slices.ContainsFunc(x.needs, func(n plainNeed) bool {
			return n.placed && n.in("run") && n.lasts < m.outage && !n.met(func(p string) bool { return !isDown(p) })
		})
		started[id] = !stopped
	}
	r := plainRecovery{at: map[string]time.Duration{}}
	for now := time.Duration(0); ; {
		serving := m.serving(started, isDown)
		for _, id := range down {
			if _, before := r.at[id]; serving[id] && !before {
				r.at[id] = now
			}
		}
		serves := func(id string) bool { return serving[id] }
		begun := false
		for id, x := range m.nodes {
			if _, under := busy[id]; under || started[id] {
				continue
			}
			locked[id] = slices.Contains(failed, id) && !x.repairable(serves)
			if !locked[id] && x.canStart(started, serves) {
				busy[id], begun = now+x.takes, true
			}
		}
		if !begun && len(busy) == 0 {
			break
		}
		now = slices.Min(slices.Collect(maps.Values(busy)))
		for id, end := range busy {
			if end == now {
				started[id] = true
				delete(busy, id)
			}
		}
	}
	for _, id := range down {
		if _, back := r.at[id]; back {
			continue
		}
		if locked[id] {
			r.lockedOut = append(r.lockedOut, id)
		} else {
			r.deadlocked = append(r.deadlocked, id)
		}
	}
	return r
}

// serving is the greatest set of started nodes that serve each other, with all
// that never went down.
func (m plainModel) serving(started map[string]bool, wasDown func(string) bool) map[string]bool {
	serving := maps.Clone(started)
	until(func() (changed bool) {
		for id, x := range m.nodes {
			for _, n := range x.needs {
				if serving[id] && wasDown(id) && n.in("run") && n.costs("down") && !n.met(func(p string) bool { return serving[p] }) {
					serving[id], changed = false, true
				}
			}
		}
		return changed
	})
	return serving
}

// repairable reports whether the way to repair the node is there.
func (x *plainNode) repairable(serves func(string) bool) bool {
	phase := "deploy"
	if slices.ContainsFunc(x.needs, func(n plainNeed) bool { return n.in("recover") && n.costs("down") }) {
		phase = "recover"
	}
	return !slices.ContainsFunc(x.needs, func(n plainNeed) bool { return n.in(phase) && n.costs("down") && !n.met(serves) })
}

func (x *plainNode) canStart(started map[string]bool, serves func(string) bool) bool {
	return !slices.ContainsFunc(x.needs, func(n plainNeed) bool {
		ready := serves
		if n.placed {
			ready = func(id string) bool { return started[id] }
		}
		return n.in("start") && n.costs("down") && !n.met(ready)
	})
}

// yaml writes the model as a native file.
func (m plainModel) yaml() string {
	var b strings.Builder
	b.WriteString("apiVersion: fateline.dev/v1\nkind: Architecture\nmetadata: {name: random}\nnodes:\n")
	for _, id := range slices.Sorted(maps.Keys(m.nodes)) {
		x := m.nodes[id]
		b.WriteString("- id: " + id + "\n")
		if x.takes > 0 {
			b.WriteString("  takes: " + x.takes.String() + "\n")
		}
		if x.standby {
			b.WriteString("  standby: {takes: 1m}\n")
		}
		if len(x.needs) > 0 {
			b.WriteString("  needs:\n")
		}
		for _, n := range x.needs {
			b.WriteString("  - " + n.yaml() + "\n")
		}
	}
	return b.String()
}

func (n plainNeed) yaml() string {
	fields := []string{"anyOf: [" + strings.Join(n.members, ", ") + "]"}
	add := func(key, value string) {
		if value != "" {
			fields = append(fields, key+": "+value)
		}
	}
	add("need", n.need)
	add("ifLost", n.ifLost)
	if len(n.phases) > 0 {
		add("phase", "["+strings.Join(n.phases, ", ")+"]")
	}
	if n.lasts > 0 {
		add("lasts", n.lasts.String())
	}
	if n.placed {
		add("via", "placed-in")
	}
	return "{" + strings.Join(fields, ", ") + "}"
}
