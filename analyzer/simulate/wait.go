package simulate

import (
	"cmp"
	"slices"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// wait is who let a node go on, and when.
type wait struct {
	at  time.Duration // -1: it waited for nobody
	who []waited      // ascending by node
}

// waited is a node that was waited for.
type waited struct {
	v     node
	start bool // until it had started, as a place; else until it served
}

// nodes returns everybody waited for; ascending.
func (w wait) nodes() []node {
	var out []node
	for _, x := range w.who {
		if len(out) == 0 || out[len(out)-1] != x.v {
			out = append(out, x.v)
		}
	}
	return out
}

// metAt returns when want w is met: when as many members as it lacks serve, or
// have started where that is enough.
func (r *rising) metAt(w *want, times []time.Duration) time.Duration {
	members := r.members[w.from:w.to]
	switch {
	case int(w.lack) > len(members):
		return never
	case len(members) == 1:
		return times[members[0]]
	}
	at := make([]time.Duration, len(members))
	for i, m := range members {
		at[i] = times[m]
	}
	slices.Sort(at)
	return at[w.lack-1]
}

// lastOf returns the last of what v waited for in its wants of one of the duties.
func (r *rising) lastOf(v node, duties ...duty) wait {
	last := wait{at: -1}
	for i := r.wantsAt[v]; i < r.wantsAt[v+1]; i++ {
		w := &r.wants[i]
		for _, d := range duties {
			if w.duty&d == 0 {
				continue
			}
			start := w.duty&dutyPlaced != 0 && d&(dutyStart|dutyActivate) != 0
			at := r.metAt(w, r.times(start))
			if at > last.at {
				last = wait{at: at, who: last.who[:0]}
			}
			if at == last.at {
				last.who = r.blame(last, w, start, nil)
			}
		}
	}
	last.who = slices.DeleteFunc(last.who, func(x waited) bool { return x.v == v })
	slices.SortFunc(last.who, func(a, b waited) int {
		switch {
		case a.start == b.start || a.v != b.v:
			return cmp.Compare(a.v, b.v)
		case a.start:
			return 1
		}
		return -1
	})
	last.who = slices.Compact(last.who)
	return last
}

func (r *rising) times(start bool) []time.Duration {
	if start {
		return r.startedAt
	}
	return r.servesAt
}

// blame adds the members that met want w at last.at, with groups opened, but for
// those given.
func (r *rising) blame(last wait, w *want, start bool, opened []node) []waited {
	times := r.times(start)
	for _, m := range r.members[w.from:w.to] {
		switch {
		case times[m] != last.at || slices.Contains(opened, m):
		case r.is[m]&rIsGroup == 0 && start && !r.begins(m): // a place that never stopped
		case r.is[m]&rIsGroup == 0:
			last.who = append(last.who, waited{m, start})
		default:
			for i := r.wantsAt[m]; i < r.wantsAt[m+1]; i++ {
				if part := &r.wants[i]; r.metAt(part, times) == last.at {
					last.who = r.blame(last, part, start, append(opened, m))
				}
			}
		}
	}
	return last.who
}

// lastWait returns whom a node that serves waited for last: to run, once it had
// started, or else to start.
func (r *rising) lastWait(v node) wait {
	run := r.lastOf(v, dutyRun)
	if !r.begins(v) || run.at > r.startedAt[v] {
		return run
	}
	return r.startWait(v)
}

// begins reports whether v has to start or to be activated: else it never stopped.
func (r *rising) begins(v node) bool { return r.is[v]&(rCold|rStandby) != 0 }

// startWait returns who let v start last, or be activated.
func (r *rising) startWait(v node) wait {
	if r.is[v]&rStandby != 0 {
		active := r.lastOf(v, dutyActivate)
		if ready, cold := r.ready[v]; !cold || active.at > ready {
			return active
		}
	}
	return r.lastOf(v, dutyStart, dutyRepair)
}

// CriticalPath returns a chain of waits from a node that waited for nobody to the
// first by id of those that serve last: each node waited for the one before it, so
// to be faster all in all, one of these has to be. Where several chains are as
// long it follows the first by id. It is nil where nothing comes up.
func (t *Timeline) CriticalPath() []depgraph.NodeIndex {
	if len(t.Order) == 0 {
		return nil
	}
	end := t.Order[len(t.Order)-1]
	for i := len(t.Order) - 1; i >= 0 && t.Order[i].At == end.At; i-- {
		end = t.Order[i]
	}
	seen := map[waited]bool{{v: end.Node}: true}
	path := []waited{{v: end.Node}}
	for {
		next, done := t.r.waitedBefore(path[len(path)-1], seen)
		if done {
			break
		}
		if next == nil { // a dead end around nodes that came up together
			path = path[:len(path)-1]
			continue
		}
		seen[*next] = true
		path = append(path, *next)
	}
	var out []node
	for _, x := range slices.Backward(path) {
		out = append(out, x.v)
	}
	return slices.Compact(out)
}

// waitedBefore returns the first not yet seen of those that x waited for last;
// done says that it waited for nobody.
func (r *rising) waitedBefore(x waited, seen map[waited]bool) (next *waited, done bool) {
	if r.is[x.v]&rUp != 0 {
		return nil, true
	}
	last := r.startWait(x.v)
	if !x.start {
		last = r.lastWait(x.v)
	}
	if len(last.who) == 0 {
		return nil, true
	}
	for i := range last.who {
		if !seen[last.who[i]] {
			return &last.who[i], false
		}
	}
	return nil, false
}
