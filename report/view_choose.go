package report

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// viewBuilder chooses nodes until there is no more room.
type viewBuilder struct {
	d     *Document
	g     *depgraph.Graph
	o     Options
	limit int
	taken []bool
	count int
	why   string
	proof map[[2]depgraph.ID]bool
}

func newViewBuilder(d *Document, o Options) *viewBuilder {
	limit := o.Nodes
	if limit <= 0 {
		limit = usualNodes
	}
	b := &viewBuilder{d: d, g: d.linked, o: o, limit: min(limit, mostNodes), taken: make([]bool, d.linked.Len()), proof: map[[2]depgraph.ID]bool{}}
	for _, f := range d.Findings {
		for _, s := range f.Proof {
			b.proof[[2]depgraph.ID{s.From, s.To}] = true
		}
	}
	return b
}

func (b *viewBuilder) full() bool { return b.count >= b.limit }

// take adds a node while there is room, and reports whether it was new.
func (b *viewBuilder) take(i depgraph.NodeIndex) bool {
	if b.taken[i] || b.full() {
		return false
	}
	b.taken[i] = true
	b.count++
	return true
}

func (b *viewBuilder) has(id depgraph.ID) bool {
	i, found := b.g.Index(id)
	return found && b.taken[i]
}

func (b *viewBuilder) takeID(id depgraph.ID) {
	if i, found := b.g.Index(id); found {
		b.take(i)
	}
}

func (b *viewBuilder) takeProof(f Finding) {
	for _, s := range f.Proof {
		b.takeID(s.From)
		b.takeID(s.To)
	}
	for _, id := range f.Root {
		b.takeID(id)
	}
}

// chosen lists what was taken, ascending.
func (b *viewBuilder) chosen() []depgraph.NodeIndex {
	var out []depgraph.NodeIndex
	for i, t := range b.taken {
		if t {
			out = append(out, depgraph.NodeIndex(i))
		}
	}
	return out
}

// choose takes what matters first and then what is near it.
func (b *viewBuilder) choose() {
	hops := b.o.Hops
	switch {
	case len(b.o.Focus) > 0:
		b.why = "what is near " + joinIDs(b.o.Focus, 3)
		for _, id := range b.o.Focus {
			b.takeID(id)
		}
		if hops <= 0 {
			hops = usualHops
		}
		b.spread(hops)
		return
	case b.o.Loss != nil:
		b.why = "what the loss reaches"
		l := b.o.Loss
		for _, ids := range [][]depgraph.ID{l.Failed, l.Down, l.Degraded, l.Frozen, l.Blind, l.Exposed} {
			for _, id := range ids {
				b.takeID(id)
			}
		}
	case len(b.d.Findings) > 0:
		b.why = "what the findings are about"
		b.takeFindings()
	default:
		b.why = "what others need most"
		b.takeMostNeeded()
	}
	b.spread(b.g.Len())
}

// takeFindings takes the proofs of all findings by rank, then their victims in turn.
func (b *viewBuilder) takeFindings() {
	standing := b.d.Standing()
	for _, f := range standing {
		b.takeProof(f)
	}
	for i := 0; !b.full(); i++ {
		more := false
		for _, f := range standing {
			if i < len(f.Nodes) {
				more = true
				b.takeID(f.Nodes[i])
			}
		}
		if !more {
			return
		}
	}
}

// takeMostNeeded takes a quarter of the room for the nodes that most requirements name.
func (b *viewBuilder) takeMostNeeded() {
	order := make([]depgraph.NodeIndex, b.g.Len())
	for i := range order {
		order[i] = depgraph.NodeIndex(i)
	}
	slices.SortStableFunc(order, func(x, y depgraph.NodeIndex) int { return len(b.g.Naming(y)) - len(b.g.Naming(x)) })
	for _, i := range order[:min(len(order), max(1, b.limit/4))] {
		b.take(i)
	}
}

// spread takes what is at most so many hops from what is taken, nearest first, ties by id.
func (b *viewBuilder) spread(hops int) {
	front := b.chosen()
	for hop := 0; hop < hops && len(front) > 0 && !b.full(); hop++ {
		var near []depgraph.NodeIndex
		for _, i := range front {
			near = append(near, b.neighbours(i)...)
		}
		slices.Sort(near)
		front = front[:0]
		for _, i := range slices.Compact(near) {
			if b.take(i) {
				front = append(front, i)
			}
		}
	}
	// Where nothing more is near, what stands apart fills the room.
	if hops >= b.g.Len() {
		for i := range b.g.Len() {
			b.take(depgraph.NodeIndex(i))
		}
	}
}

// neighbours lists what a node needs and what needs it.
func (b *viewBuilder) neighbours(i depgraph.NodeIndex) []depgraph.NodeIndex {
	var out []depgraph.NodeIndex
	from, to := b.g.OwnedBy(i)
	for r := from; r < to; r++ {
		out = append(out, b.g.Members(r)...)
	}
	for _, r := range b.g.Naming(i) {
		out = append(out, b.g.Owner(r))
	}
	return out
}
