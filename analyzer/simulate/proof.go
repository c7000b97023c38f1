package simulate

import (
	"cmp"
	"math"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Proof returns the requirement edges that force node i into state s, from i
// down to what failed: for each node on the way n-need+1 members of one of its
// requirements, among them standbys, which do not serve. It is the proof of least
// depth, then of least size, then the first by id; without any one of its edges
// it proves nothing. It is empty for what failed itself, and nil where i is not
// in state s. Edges are listed deepest first, then by owner and member.
//
// Degraded, frozen and exposed also mean "not down". No set of edges can show that
// something is not lost: the proof shows that i is no better than that.
func (l *Loss) Proof(s State, i depgraph.NodeIndex) []depgraph.Edge {
	if !l.Is(s, i) {
		return nil
	}
	p := l.newProof()
	defer p.done()
	switch s {
	case Down, Degraded:
		p.derive(i)
		p.queue = append(p.queue, i)
	case Frozen:
		p.open(i, freezes, 0, depgraph.Start, depgraph.Build, depgraph.Deploy)
	case Blind:
		p.open(i, blinds, 0, depgraph.Observe)
	case Exposed:
		p.open(i, takesDown|redundant, 1, depgraph.Run)
	}
	return p.edges()
}

// ProofUnmet returns the edges that show that requirement r is unmet, its own
// first, as those of phase p; nil where it is met.
func (l *Loss) ProofUnmet(r depgraph.ReqIndex, p depgraph.Phase) []depgraph.Edge {
	if l.Met(r) {
		return nil
	}
	pr := l.newProof()
	defer pr.done()
	pr.derive(pr.down(r)...)
	members, _ := pr.pick(r, rawDown, pr.toBreak(r), math.MaxInt32)
	pr.add(r, p, math.MaxInt32, members)
	return pr.edges()
}

// proof collects the steps that a claim rests on.
type proof struct {
	*deriver
	seen  map[node]bool
	queue []node // whose steps are still to be added
	out   []proofEdge
}

type proofEdge struct {
	depth     int32 // of the owner
	owner, to node
	r         req
	phase     depgraph.Phase
}

func (l *Loss) newProof() *proof {
	return &proof{deriver: l.prover(), seen: map[node]bool{}}
}

// open begins with that requirement of i in the given role which is broken, or
// has come within short members of it, at the least depth.
func (p *proof) open(i node, role role, short int, phases ...depgraph.Phase) {
	bestDepth, bestSize := int32(math.MaxInt32), int64(math.MaxInt64)
	var by req
	var chosen []node
	for from, to := p.l.m.g.OwnedBy(i); from < to; from++ {
		if p.l.m.calm.reqs[from].role&role != role {
			continue
		}
		count := p.toBreak(from) - short
		down := p.down(from)
		if len(down) < count {
			continue
		}
		p.derive(down...)
		depth := p.brokenAt(from, count)
		members, size := p.pick(from, rawDown, count, depth)
		if members != nil && cmp.Or(cmp.Compare(depth, bestDepth), cmp.Compare(size, bestSize)) < 0 {
			bestDepth, bestSize, by, chosen = depth, size, from, members
		}
	}
	held := p.l.m.g.Terms(by).Phases
	for _, phase := range phases {
		if held.Has(phase) {
			p.add(by, phase, math.MaxInt32, chosen)
			return
		}
	}
}

// down lists the members of r that do not serve its owner: those that are down, and
// standbys. What else became of members proves nothing of what is unmet.
func (p *proof) down(r req) []node {
	owner := p.l.m.g.Owner(r)
	var out []node
	for _, member := range p.l.m.g.Members(r) {
		if p.l.raw(member)&rawDown != 0 || !p.l.m.counts(member, owner) {
			out = append(out, member)
		}
	}
	return out
}

// brokenAt returns the depth at which r has missed count members; as deep as can
// be where it never does.
func (p *proof) brokenAt(r req, count int) int32 {
	idle, fallen := p.missing(r, rawDown, math.MaxInt32)
	if count -= len(idle); count <= 0 {
		return 0
	}
	if len(fallen) < count {
		return math.MaxInt32
	}
	depths := make([]int32, len(fallen))
	for i, v := range fallen {
		depths[i] = p.depths[v]
	}
	slices.Sort(depths)
	return depths[count-1]
}

// add takes up the edges of one step and queues what they rest on.
func (p *proof) add(r req, phase depgraph.Phase, depth int32, members []node) {
	owner := p.l.m.g.Owner(r)
	missed := p.toBreak(r) > 0 // else the member merely stands for the requirement
	for _, member := range members {
		p.out = append(p.out, proofEdge{depth, owner, member, r, phase})
		if missed && p.l.m.counts(member, owner) {
			p.queue = append(p.queue, member)
		}
	}
}

// edges adds the steps of everything queued and returns all edges in order.
func (p *proof) edges() []depgraph.Edge {
	for len(p.queue) > 0 {
		v := p.queue[len(p.queue)-1]
		p.queue = p.queue[:len(p.queue)-1]
		at := p.stepAt[v]
		if at == 0 || p.steps[at-1].by < 0 || p.seen[v] {
			continue
		}
		p.seen[v] = true
		s := p.steps[at-1]
		p.add(s.by, depgraph.Run, p.depths[v], p.members[s.from:s.to])
	}
	slices.SortFunc(p.out, func(a, b proofEdge) int {
		return cmp.Or(cmp.Compare(b.depth, a.depth), cmp.Compare(a.owner, b.owner), cmp.Compare(a.to, b.to))
	})
	edges := make([]depgraph.Edge, len(p.out))
	for i, e := range p.out {
		edges[i] = p.l.m.g.Edge(e.r, e.to, e.phase)
	}
	return edges
}
