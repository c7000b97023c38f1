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
	part   *sweep // of a graph with fewer requirements; nil before it is asked for
	ended  func() error
}

// Passes simulates losses [PassSize] at a time, in their order, and calls visit with
// each pass, which belongs to visit. It takes 64 bytes for each cell of the model, and
// O(members) a pass at most but for cycles. The only error is that of the context, and what
// a pass answered after its end is not to be used.
func (m *Model) Passes(ctx context.Context, losses [][]depgraph.NodeIndex, visit func(p *Pass)) error {
	p := &Pass{m: m, full: newFall(m.plan()), ended: ctx.Err}
	for p.first = 0; p.first < len(losses); p.first += lanes {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.losses = losses[p.first:min(p.first+lanes, len(losses))]
		p.every = Lanes{}
		for i := range p.losses {
			p.every.Add(i)
		}
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
// simulations of the pass; of what is left, [PassSize] pairs of a loss and a requirement
// are simulated at once, but for requirements that have no member to spare: they cost a
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
	for k, falls := range p.tangledFallsWithout(restReqs, restAmong) {
		out[rest[k]] = falls
	}
	return out
}

// tangledFallsWithout is FallsWithout for owners that may rest on themselves.
func (p *Pass) tangledFallsWithout(reqs []req, among []Lanes) []Lanes {
	if p.part == nil {
		p.part = newFall(p.m.plan())
	}
	out := p.surelyFallsWithout(reqs, among)
	var open []without
	ask := func(atLeast int) {
		if len(open) >= atLeast {
			p.fallWithout(reqs, open, out)
			open = open[:0]
		}
	}
	for i, r := range reqs {
		if p.ended() != nil {
			return out
		}
		left, down := among[i], p.Down(p.m.g.Owner(r))
		left.And(&down) // without a requirement no more is down
		if !left.Without(&out[i]) {
			continue
		}
		gate, spares := p.gateOf(r)
		left.Each(func(lane int) {
			switch {
			case !spares:
				if p.m.fallsWithout(r, p.losses[lane]) {
					out[i].Add(lane)
				}
			case gate < 0: // nothing of what r loses is not lost with its owner
				out[i].Add(lane)
			default:
				open = append(open, without{req: i, lane: lane, gate: gate})
				ask(lanes)
			}
		})
	}
	ask(1)
	return out
}

// without asks whether the owner of a requirement falls in a loss without it.
type without struct {
	req  int   // place among those asked about
	lane int   // of the loss in the pass
	gate int32 // what the requirement is in the plan
}

// gateOf returns what a requirement is in the plan, and whether it can be taken out
// there: whether it has a member to spare, and an owner that is up with nothing lost.
// The gate is -1 where the requirement breaks only when its owner is down anyway.
func (p *Pass) gateOf(r req) (gate int32, spares bool) {
	plan := p.full.p
	c := plan.cellOf[p.m.g.Owner(r)]
	if q := &p.m.calm.reqs[r]; c < 0 || q.left <= 0 && q.role&takesDown != 0 {
		return -1, false
	}
	for i := plan.gatesAt[c]; i < plan.gatesAt[c+1]; i++ {
		if plan.gates[i].req == r {
			return i, true
		}
	}
	return -1, true
}

// fallWithout simulates a loss in each lane, without a requirement of its own.
func (p *Pass) fallWithout(reqs []req, some []without, out []Lanes) {
	s := p.part
	s.exempt = map[int32]*row{}
	s.exempting = make([]uint64, len(s.lit))
	cell := func(w without) int32 { return s.p.cellOf[p.m.g.Owner(reqs[w.req])] }
	for j, w := range some {
		for _, v := range p.losses[w.lane] {
			if p.m.traits[v]&isGroup == 0 {
				s.seed(j, v)
			}
		}
		if s.exempt[w.gate] == nil {
			s.exempt[w.gate] = &row{}
		}
		s.exempt[w.gate].set(j)
		put(s.exempting, cell(w))
	}
	s.walk(s.fall)
	for j, w := range some {
		if c := cell(w); isSet(s.lit, c) && s.down[c].has(j) {
			out[w.req].Add(w.lane)
		}
	}
	s.clear()
	s.exempt, s.exempting = nil, nil
}

// surelyFallsWithout is FallsWithout as far as that can be seen at a glance.
func (p *Pass) surelyFallsWithout(reqs []req, among []Lanes) []Lanes {
	out := make([]Lanes, len(reqs))
	s := p.part
	// Without anything that has a member to spare, less is down than without r alone.
	s.ungated = true
	p.spread(s)
	for i, r := range reqs {
		if p.m.calm.reqs[r].left > 0 {
			out[i] = p.downIn(s, p.m.g.Owner(r))
			out[i].And(&among[i])
		}
	}
	s.clear()
	s.ungated = false
	// And where nothing takes the owners down, less is than where one of them stands.
	s.immune, s.spared = make([]uint64, len(s.lit)), map[int32]*row{}
	var rest []int
	for i, r := range reqs {
		left := among[i]
		c := s.p.cellOf[p.m.g.Owner(r)]
		if left.Without(&out[i]) && p.m.calm.reqs[r].left > 0 {
			put(s.immune, c)
			s.spared[c] = &row{}
			rest = append(rest, i)
		}
	}
	if len(rest) > 0 {
		p.spread(s)
		gates := map[int32]*brokenGates{}
		for _, i := range rest {
			c := s.p.cellOf[p.m.g.Owner(reqs[i])]
			if gates[c] == nil {
				gates[c] = s.brokenGates(c)
			}
			falls := p.fallsBut(s, reqs[i], gates[c])
			falls.And(&among[i])
			out[i].Or(&falls)
		}
		s.clear()
	}
	s.immune, s.spared = nil, nil
	return out
}

// brokenGates says when gates of a cell are broken: one at least, and two.
type brokenGates struct{ one, two row }

func (s *sweep) brokenGates(c int32) *brokenGates {
	b := &brokenGates{}
	for i := s.p.gatesAt[c]; i < s.p.gatesAt[c+1]; i++ {
		var broken row
		s.broken(&s.p.gates[i], &broken)
		b.add(&broken)
	}
	return b
}

// add counts one more gate.
func (b *brokenGates) add(broken *row) {
	again := b.one
	again.and(broken)
	b.two.or(&again)
	b.one.or(broken)
}

// fallsBut returns when the immune cell of the owner of r, which has a member to
// spare, would go down by anything but r. What goes down in a cell takes all of it along.
func (p *Pass) fallsBut(s *sweep, r req, gates *brokenGates) Lanes {
	out := Lanes(gates.one)
	unmet := p.unmetIn(s, r)
	out.Without(&unmet)
	out.Or((*Lanes)(&gates.two))
	c := s.p.cellOf[p.m.g.Owner(r)]
	out.Or((*Lanes)(s.spared[c]))
	if isSet(s.lit, c) { // one of them failed
		out.Or((*Lanes)(&s.down[c]))
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
