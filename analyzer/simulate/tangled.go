package simulate

import (
	"cmp"
	"slices"
)

// thrift says when a pair of a loss and a requirement is cheaper to find out by itself than with
// [PassSize] others. The answer is the same.
type thrift struct {
	atOnce int     // pairs are collected before they are looked at: they take 24 bytes each
	pairs  int     // with so many pairs a loss is simulated by itself
	looks  float64 // as many cells may be looked at for a pair, by what a pass visits
}

// usual is what BenchmarkFallsWithout says: to simulate 512 losses at once takes as long as three by
// themselves, and a visit of a pass, by a 512th, a fiftieth of what it takes to look at a cell.
var usual = thrift{atOnce: 1 << 20, pairs: lanes / 3, looks: 0.02}

// tangledFallsWithout is FallsWithout for owners that may rest on themselves.
func (p *Pass) tangledFallsWithout(reqs []req, among []Lanes, loose *loose) []Lanes {
	if p.part == nil {
		p.part = newFall(p.m.plan())
	}
	out := p.surelyFallsWithout(reqs, among)
	var open []without
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
		if spares && gate >= 0 {
			most := loose.fallsBut(r) // nor is more broken than with it
			left.And(&most)
		}
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
			}
		})
		if len(open) >= p.thrift.atOnce {
			p.settle(reqs, open, out)
			open = open[:0]
		}
	}
	p.settle(reqs, open, out)
	return out
}

// settle finds out about what is open: of losses with many pairs one by one.
func (p *Pass) settle(reqs []req, open []without, out []Lanes) {
	slices.SortFunc(open, func(a, b without) int { return cmp.Or(cmp.Compare(a.lane, b.lane), cmp.Compare(a.gate, b.gate)) })
	var hard []without
	for len(open) > 0 && p.ended() == nil {
		n := 1
		for n < len(open) && open[n].lane == open[0].lane {
			n++
		}
		if n < p.thrift.pairs {
			hard = append(hard, open[:n]...)
		} else {
			hard = append(hard, p.retract(open[:n], out)...)
		}
		open = open[n:]
	}
	for len(hard) > 0 && p.ended() == nil {
		n := min(len(hard), lanes)
		p.fallWithout(reqs, hard[:n], out)
		hard = hard[n:]
	}
}

// retract finds out about pairs of one loss, by gate, and returns those that would take more
// work than to simulate them. Owners that fail themselves are not among them: that
// is seen at a glance.
func (p *Pass) retract(open []without, out []Lanes) (hard []without) {
	if p.back == nil {
		p.back = newRetraction(p.full.p)
	}
	t, lane := p.back, open[0].lane
	_, last := p.full.p.knotOf(t.gateOf[open[len(open)-1].gate])
	t.most = int(p.thrift.looks * float64(p.full.visits))
	t.lose(p.losses[lane], last-1)
	for len(open) > 0 {
		c, n := t.gateOf[open[0].gate], 1
		for n < len(open) && t.gateOf[open[n].gate] == c {
			n++
		}
		same := open[:n] // gates of one cell stand side by side
		open = open[n:]
		is, ok := t.without(c, func(is breaks) bool {
			return !slices.ContainsFunc(same, func(w without) bool { return !is.but(w.gate) })
		})
		if !ok {
			hard = append(hard, same...)
			continue
		}
		for _, w := range same {
			if is.but(w.gate) {
				out[w.req].Add(lane)
			}
		}
	}
	return hard
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
