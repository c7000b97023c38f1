package simulate

import "github.com/fateline/fateline/analyzer/depgraph"

// TakesDown reports whether the loss of requirement r takes its owner down within
// the outage, and how many more of the members that can serve it and are not down
// anyway may be lost before it does; negative means that it does with nothing lost.
func (m *Model) TakesDown(r depgraph.ReqIndex) (spare int, ok bool) {
	q := &m.calm.reqs[r]
	return int(q.left), q.role&takesDown != 0
}

// Counts reports whether member can serve owner at all in a loss: a standby serves
// nobody but standbys, and groups that are part of what standbys need.
func (m *Model) Counts(member, owner depgraph.NodeIndex) bool { return m.counts(member, owner) }

// DownAnyway reports whether node i is down when nothing is lost.
func (m *Model) DownAnyway(i depgraph.NodeIndex) bool { return m.calm.nodes[i]&rawDown != 0 }
