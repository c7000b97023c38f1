package simulate

import (
	"context"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// PassSize is how many losses a [Pass] holds at most.
const PassSize = lanes

// Lanes is a set of the losses of a pass, a bit for each; zero is none of them.
type Lanes [lanes / 64]uint64

// Has reports whether loss i is in the set.
func (l *Lanes) Has(i int) bool { return (*row)(l).has(i) }

// Add puts loss i in.
func (l *Lanes) Add(i int) { (*row)(l).set(i) }

// Or adds the losses of more.
func (l *Lanes) Or(more *Lanes) { (*row)(l).or((*row)(more)) }

// And keeps the losses that are in other, too.
func (l *Lanes) And(other *Lanes) { (*row)(l).and((*row)(other)) }

// Without takes the losses of some out and reports whether any are left.
func (l *Lanes) Without(some *Lanes) bool { return (*row)(l).without((*row)(some)) }

// Any reports whether the set holds a loss.
func (l *Lanes) Any() bool { return !(*row)(l).isZero() }

// Each calls do with every loss of the set, ascending.
func (l *Lanes) Each(do func(i int)) { (*row)(l).each(do) }

// Pass is a few losses side by side: what is asked about one is answered for all.
// It knows who is down, and what follows from that directly.
type Pass struct {
	m      *Model
	first  int
	losses [][]node
	every  Lanes // all losses of the pass
	full   *sweep
	part   *sweep      // of a graph with fewer requirements; nil before it is asked for
	back   *retraction // nil before it is asked for
	thrift thrift
	ended  func() error
}

// Passes simulates losses [PassSize] at a time, in their order, and calls visit with
// each pass, which belongs to visit. It takes 64 bytes for each cell of the model, and
// O(members) a pass at most but for cycles. The only error is that of the context, and what
// a pass answered after its end is not to be used.
func (m *Model) Passes(ctx context.Context, losses [][]depgraph.NodeIndex, visit func(p *Pass)) error {
	p := &Pass{m: m, full: newFall(m.plan()), ended: ctx.Err, thrift: usual}
	for p.first = 0; p.first < len(losses); p.first += lanes {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.losses = losses[p.first:min(p.first+lanes, len(losses))]
		p.every = Lanes{}
		for i := range p.losses {
			p.every.Add(i)
		}
		p.full.visits = 0
		p.spread(p.full)
		visit(p)
		p.full.clear()
	}
	return ctx.Err()
}

// newFall returns a sweep that is never asked who is degraded.
func newFall(p *plan) *sweep {
	n := len(p.weight)
	words := (n + 63) / 64
	return &sweep{p: p, down: make([]row, n), lit: make([]uint64, words), hot: make([]uint64, words), recount: make([]uint64, words)}
}

func (p *Pass) spread(s *sweep) {
	for lane, failed := range p.losses {
		for _, v := range failed {
			if p.m.traits[v]&isGroup == 0 {
				s.seed(lane, v)
			}
		}
	}
	s.walk(s.fall)
}

// First returns the number of the pass's first loss among all.
func (p *Pass) First() int { return p.first }

// Len returns the number of its losses.
func (p *Pass) Len() int { return len(p.losses) }

// Down returns the losses in which node v is down, what it is anyway included.
func (p *Pass) Down(v depgraph.NodeIndex) Lanes { return p.downIn(p.full, v) }

func (p *Pass) downIn(s *sweep, v node) Lanes {
	c := s.p.cellOf[v]
	switch {
	case c < 0:
		return p.every
	case !isSet(s.lit, c):
		return Lanes{}
	}
	return Lanes(s.down[c])
}

// IsDown reports whether node v is down in loss i of the pass.
func (p *Pass) IsDown(i int, v depgraph.NodeIndex) bool {
	c := p.full.p.cellOf[v]
	return c < 0 || isSet(p.full.lit, c) && p.full.down[c].has(i)
}

// Unmet returns the losses in which requirement r is unmet, as [Loss.Met] has it.
func (p *Pass) Unmet(r depgraph.ReqIndex) Lanes { return p.unmetIn(p.full, r) }

func (p *Pass) unmetIn(s *sweep, r req) Lanes {
	t := p.m.g.Terms(r)
	if t.Lasts >= p.m.outage {
		return Lanes{}
	}
	members := p.m.g.Members(r)
	owner := p.m.g.Owner(r)
	rows := s.rows[:0]
	left := -t.Need.Of(len(members))
	for _, v := range members {
		c := s.p.cellOf[v]
		if c < 0 || !p.m.counts(v, owner) {
			continue
		}
		left++
		if isSet(s.lit, c) {
			rows = append(rows, &s.down[c])
		}
	}
	s.rows = rows
	if left < 0 {
		return p.every
	}
	var out row
	s.adder.reached(rows, left+1, &out)
	return Lanes(out)
}

// Frozen returns the losses in which node v is frozen.
func (p *Pass) Frozen(v depgraph.NodeIndex) Lanes {
	var out Lanes
	for r, end := p.m.g.OwnedBy(v); r < end; r++ {
		if p.m.calm.reqs[r].role&freezes != 0 {
			unmet := p.Unmet(r)
			out.Or(&unmet)
		}
	}
	down := p.Down(v)
	out.Without(&down)
	return out
}

// FallsWithout returns for each of some requirements the losses, among those given
// for it, in which its owner goes down even in a graph that lacks it. Of an owner that
// rests on nothing that rests on it the pass knows that: it takes as long as to look at
// what the owner needs. For the others, what can be seen at a glance takes two more
// simulations of the pass; of what is left, a loss with many pairs of it and a requirement costs
// a [Model.Lose], and each of its pairs what went down by way of the owner; and of all other
// pairs [PassSize] are simulated at once. Requirements that have no member to spare cost a
// [Model.Lose] for each loss. Which groups serve standbys alone is as it is with the
// requirement.
func (p *Pass) FallsWithout(reqs []depgraph.ReqIndex, among []Lanes) []Lanes {
	out := make([]Lanes, len(reqs))
	var rest []int // places of those whose owner may rest on itself
	loose := p.newLoose()
	for i, r := range reqs {
		if !p.standsAlone(r) {
			rest = append(rest, i)
			continue
		}
		out[i] = loose.fallsBut(r)
		out[i].And(&among[i])
	}
	if len(rest) == 0 {
		return out
	}
	restReqs, restAmong := make([]req, len(rest)), make([]Lanes, len(rest))
	for k, i := range rest {
		restReqs[k], restAmong[k] = reqs[i], among[i]
	}
	for k, falls := range p.tangledFallsWithout(restReqs, restAmong, loose) {
		out[rest[k]] = falls
	}
	return out
}

// OthersUnmet returns the losses in which the owner of requirement r has another one
// unmet that takes it down.
func (p *Pass) OthersUnmet(r depgraph.ReqIndex) Lanes {
	var out Lanes
	for q, end := p.m.g.OwnedBy(p.m.g.Owner(r)); q < end; q++ {
		if q != r && p.m.calm.reqs[q].role&takesDown != 0 {
			unmet := p.Unmet(q)
			out.Or(&unmet)
		}
	}
	return out
}
