package simulate

import (
	"cmp"
	"slices"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Timeline is the way up: who serves when, and who never does. It never changes
// and may be shared by goroutines.
type Timeline struct {
	Order      []Step               // those that come to serve, by time, then by id
	LockedOut  []depgraph.NodeIndex // failed nodes that can never be repaired; ascending
	Deadlocked []depgraph.NodeIndex // the others that never serve; ascending
	Manual     []depgraph.NodeIndex // the manual ways that somebody could not have come up without; ascending

	r *rising
}

// Step is one node that comes to serve.
type Step struct {
	Node depgraph.NodeIndex
	At   time.Duration // when it serves; 0 is the return of the failed nodes

	// After are the nodes that it waited for last: those whose service, or whose
	// start for its place, met the last of what it needed. Where its own start took
	// longest, they are those that let it start. Nodes that serve all along are
	// never waited for, nor are places that never stopped, but for their service.
	// Nodes that come up together around a cycle name each other.
	// Ascending; nil where it waited for nobody.
	After []depgraph.NodeIndex

	// Manual are the manual ways that repaired or activated it where automated ones
	// had not. Ascending; nil where it needed none.
	Manual []depgraph.NodeIndex
}

// ServesAt returns when node i serves, and false where it never does. Nodes that
// serve all along do so at 0. It also speaks of groups.
func (t *Timeline) ServesAt(i depgraph.NodeIndex) (time.Duration, bool) {
	if t.r.is[i]&rUp != 0 {
		return 0, true
	}
	at := t.r.servesAt[i]
	return at, at != never
}

// timeline reads the result off a system that has come up as far as it does;
// down are the nodes of which it speaks, and up those that it lists at 0.
func (r *rising) timeline(down, up []node) *Timeline {
	t := &Timeline{r: r}
	for _, v := range up {
		if r.is[v]&rIsGroup == 0 {
			t.Order = append(t.Order, Step{Node: v})
		}
	}
	for _, v := range down {
		switch {
		case r.idle(v):
		case r.servesAt[v] != never:
			t.Order = append(t.Order, Step{Node: v, At: r.servesAt[v], After: r.lastWait(v).nodes(), Manual: r.manual(v)})
		case r.toRepair[v] > 0:
			t.LockedOut = append(t.LockedOut, v)
		default:
			t.Deadlocked = append(t.Deadlocked, v)
		}
	}
	slices.SortFunc(t.Order, func(a, b Step) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Node, b.Node)) })
	t.Order = slices.CompactFunc(t.Order, func(a, b Step) bool { return a.Node == b.Node })
	slices.Sort(t.LockedOut)
	slices.Sort(t.Deadlocked)
	for _, s := range t.Order {
		t.Manual = append(t.Manual, s.Manual...)
	}
	slices.Sort(t.Manual)
	t.Manual = slices.Compact(t.Manual)
	return t
}
