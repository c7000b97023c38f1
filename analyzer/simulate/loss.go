package simulate

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Loss is what happens while some nodes are gone. It may be shared by goroutines.
type Loss struct {
	m      *Model
	failed []node
	at     []node // the nodes that differ from a loss of nothing; ascending
	bits   []raw  // of each of them
	all    []raw  // of every node instead, where very many differ
}

// Lose simulates the loss of the failed nodes for the outage of the model. Groups
// cannot fail by themselves and are passed over; to lose nothing is to learn
// what is down anyway. It costs O(members naming what goes down or degraded), and
// O(nodes + requirements) for the first loss in flight on each processor.
func (m *Model) Lose(failed ...depgraph.NodeIndex) *Loss {
	s := m.pool.Get().(*spread)
	l := m.lose(s, failed)
	m.pool.Put(s)
	return l
}

// lose notes what a loss does as s spreads it, and resets s.
func (m *Model) lose(s *spread, failed []node) *Loss {
	l := &Loss{m: m, failed: make([]node, 0, len(failed))}
	for _, f := range failed {
		if m.traits[f]&isGroup == 0 {
			l.failed = append(l.failed, f)
		}
	}
	slices.Sort(l.failed)
	l.failed = slices.Compact(l.failed)
	s.lose(l.failed)
	if len(s.changed) > len(s.nodes)/5 { // takes less room, too
		l.all = slices.Clone(s.nodes)
	} else {
		l.at = s.changedInOrder()
		l.bits = make([]raw, len(l.at))
		for i, v := range l.at {
			l.bits[i] = s.nodes[v]
		}
	}
	s.reset()
	return l
}

// changedInOrder returns the changed nodes, ascending, in a slice of its own.
func (s *spread) changedInOrder() []node {
	out := make([]node, 0, len(s.changed))
	if len(s.changed) < len(s.nodes)/16 {
		out = append(out, s.changed...)
		slices.Sort(out)
		return out
	}
	for v, b := range s.nodes {
		if b != s.base.nodes[v] {
			out = append(out, node(v))
		}
	}
	return out
}

// Model returns the model that the loss was simulated on.
func (l *Loss) Model() *Model { return l.m }

// Failed returns the nodes that were lost; ascending and distinct. The slice is shared.
func (l *Loss) Failed() []depgraph.NodeIndex { return l.failed }

// Is reports whether node i is in state s. Unlike [Loss.List] it also speaks of
// groups: one is down when the part of a requirement that it names is unmet.
func (l *Loss) Is(s State, i depgraph.NodeIndex) bool { return l.raw(i).is(s) }

func (l *Loss) raw(i node) raw {
	if l.all != nil {
		return l.all[i]
	}
	if at, found := slices.BinarySearch(l.at, i); found {
		return l.bits[at]
	}
	return l.m.calm.nodes[i]
}

// List returns the nodes in state s, ascending; groups are left out. What failed
// is down, and so is what is down when nothing is lost.
func (l *Loss) List(s State) []depgraph.NodeIndex {
	var out []node
	if l.all != nil {
		for i, b := range l.all {
			if b.is(s) && l.m.traits[i]&isGroup == 0 {
				out = append(out, node(i))
			}
		}
		return out
	}
	quiet := l.m.quiet[s]
	for k, v := range l.at {
		for len(quiet) > 0 && quiet[0] <= v {
			if quiet[0] < v {
				out = append(out, quiet[0])
			}
			quiet = quiet[1:]
		}
		if l.bits[k].is(s) && l.m.traits[v]&isGroup == 0 {
			out = append(out, v)
		}
	}
	return append(out, quiet...)
}

// Met reports whether requirement r is met: at least as many members as it needs
// are neither down nor standby. One that is unaffected is judged like any other;
// one that outlasts the outage is always met.
func (l *Loss) Met(r depgraph.ReqIndex) bool {
	g := l.m.g
	t := g.Terms(r)
	if t.Lasts >= l.m.outage {
		return true
	}
	serving := 0
	for _, member := range g.Members(r) {
		if l.m.counts(member, g.Owner(r)) && !l.Is(Down, member) {
			serving++
		}
	}
	return serving >= t.Need.Of(len(g.Members(r)))
}
