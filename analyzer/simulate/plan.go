package simulate

import "sync"

// plan is a model rearranged for many losses at once. Nodes that always go down
// together and are degraded together are one cell: the strongly connected
// components over requirements without a member to spare. Cells stand in an order
// in which what is needed comes first, but for cycles through requirements that
// have something to spare, whose cells stand side by side as one knot.
//
// A plan speaks of what a loss adds to a loss of nothing: what is down anyway is in
// no cell, and members that are lost anyway are left out.
type plan struct {
	m      *Model
	cellOf []int32 // by node; -1 for what is down with nothing lost
	nodes  fan     // by cell
	weight []int32 // by cell: its nodes, without groups
	knot   []int32 // by cell
	worn   []bool  // by cell: degraded with nothing lost; nil where none is

	hard    fan // a cell to those that go down with it, and degraded with it
	placed  fan // the same for placements, which pass no degradation
	counted fan // a cell to those with a gate that counts it
	dimmed  fan // a cell to those with a dimmer that counts it
	watched fan // a cell to the watchers that need it

	standsOn fan // a cell to those that it goes down with, hard the other way; they may stand there twice
	placedIn fan // placed the other way

	gates    []gate // what takes a cell down when several others are; by cell
	gatesAt  []int32
	dimmers  []gate // what degrades a cell when others are down; by cell
	dimAt    []int32
	watchers []watcher
	watches  []gate  // of the watchers
	members  []int32 // cells, of all gates

	large func() (down, degraded []taken) // largeCellsTaken, once
}

// gate is a requirement as what it takes to break it.
type gate struct {
	req      req
	from, to int32 // in plan.members
	lose     int32 // as many of them down
	soften   int32 // as many of them degraded at least, to degrade its owner; 0: that passes nothing
}

// watcher is a node that may be frozen, or blind.
type watcher struct {
	v        node
	cell     int32 // of v
	blind    bool  // else frozen
	from, to int32 // its gates in plan.watches
}

// fan lists for each of some things some others, ascending and distinct.
type fan struct {
	at []int32
	to []int32
}

func (f *fan) of(i int32) []int32 { return f.to[f.at[i]:f.at[i+1]] }

// newPlan costs O(nodes + members).
func newPlan(m *Model) *plan {
	p := &plan{m: m}
	p.fuse()
	p.connect()
	p.watch()
	p.large = sync.OnceValues(p.largeCellsTaken)
	return p
}

// fuse makes the cells and puts them in order.
func (p *plan) fuse() {
	m := p.m
	knots := m.tangle(nil, func(r req) bool {
		q := &m.calm.reqs[r]
		return q.role&takesDown != 0 && q.left >= 0
	})
	fused := m.tangle(knots, func(r req) bool {
		q := &m.calm.reqs[r]
		return q.role&weakens != 0 && q.left == 0
	})
	// By knot, then as the walk left them: a cell stands where its first node does.
	byKnot := invert(knots.comps, knots.left, func(v node) int32 { return knots.comp[v] })
	p.cellOf = make([]int32, m.g.Len())
	place := make([]int32, fused.comps) // of a component; 0: none yet
	for _, v := range byKnot.to {
		if m.calm.nodes[v]&rawDown != 0 {
			p.cellOf[v] = -1
			continue
		}
		c := fused.comp[v]
		if place[c] == 0 {
			p.knot = append(p.knot, knots.comp[v])
			p.weight = append(p.weight, 0)
			place[c] = int32(len(p.knot))
		}
		p.cellOf[v] = place[c] - 1
	}
	live := make([]node, 0, len(p.cellOf))
	for i, c := range p.cellOf {
		if c < 0 {
			continue
		}
		live = append(live, node(i))
		if m.traits[i]&isGroup == 0 {
			p.weight[c]++
		}
		if m.calm.nodes[i]&rawImpaired != 0 {
			if p.worn == nil {
				p.worn = make([]bool, len(p.knot))
			}
			p.worn[c] = true
		}
	}
	p.nodes = invert(int32(len(p.knot)), live, func(v node) int32 { return p.cellOf[v] })
}

// invert lists the nodes under each of the numbers that they have, in their order.
func invert(numbers int32, nodes []node, of func(v node) int32) fan {
	f := fan{at: make([]int32, numbers+1), to: make([]int32, len(nodes))}
	for _, v := range nodes {
		f.at[of(v)+1]++
	}
	for i := range numbers {
		f.at[i+1] += f.at[i]
	}
	next := append([]int32(nil), f.at...)
	for _, v := range nodes {
		f.to[next[of(v)]] = int32(v)
		next[of(v)]++
	}
	return f
}

// connect lays the wires between cells.
func (p *plan) connect() {
	m := p.m
	var hard, placed, counted, dimmed wires
	var members []int32
	for c := range p.weight {
		cell := int32(c)
		p.gatesAt = append(p.gatesAt, int32(len(p.gates)))
		p.dimAt = append(p.dimAt, int32(len(p.dimmers)))
		p.standsOn.at = append(p.standsOn.at, int32(len(hard.from)))
		p.placedIn.at = append(p.placedIn.at, int32(len(placed.from)))
		for _, v := range p.nodes.of(cell) {
			for r, end := m.g.OwnedBy(node(v)); r < end; r++ {
				q := m.calm.reqs[r]
				if q.role&(takesDown|degrades) == 0 {
					continue
				}
				members = p.others(members[:0], r, cell)
				g := gate{req: r, lose: q.left + 1}
				if q.role&weakens != 0 && !p.isWorn(cell) {
					g.soften = q.firm + 1
				}
				switch {
				case q.role&degrades != 0:
					if !p.isWorn(cell) && len(members) >= int(g.lose) {
						p.dimmers = append(p.dimmers, p.gate(g, members))
						dimmed.add(members, cell)
					}
				case g.lose == 1 && g.soften == 1:
					hard.add(members, cell)
				case g.lose == 1:
					placed.add(members, cell)
				case len(members) >= int(g.lose): // else those in its own cell suffice it
					p.gates = append(p.gates, p.gate(g, members))
					counted.add(members, cell)
				}
			}
		}
	}
	p.gatesAt = append(p.gatesAt, int32(len(p.gates)))
	p.dimAt = append(p.dimAt, int32(len(p.dimmers)))
	p.standsOn = fan{append(p.standsOn.at, int32(len(hard.from))), hard.from}
	p.placedIn = fan{append(p.placedIn.at, int32(len(placed.from))), placed.from}
	n := int32(len(p.weight))
	p.hard, p.placed, p.counted, p.dimmed = hard.fan(n), placed.fan(n), counted.fan(n), dimmed.fan(n)
}

func (p *plan) isWorn(c int32) bool { return p.worn != nil && p.worn[c] }

// others appends the cells of those members of r that serve with nothing lost,
// without one: what the members in the owner's own cell become, it becomes with them.
func (p *plan) others(to []int32, r req, without int32) []int32 {
	owner := p.m.g.Owner(r)
	for _, member := range p.m.g.Members(r) {
		if c := p.cellOf[member]; c >= 0 && c != without && p.m.counts(member, owner) {
			to = append(to, c)
		}
	}
	return to
}

func (p *plan) gate(g gate, members []int32) gate {
	g.from = int32(len(p.members))
	p.members = append(p.members, members...)
	g.to = int32(len(p.members))
	return g
}

// watch lists who may become frozen or blind. A requirement that also takes its
// owner down freezes nobody.
func (p *plan) watch() {
	m := p.m
	var watched wires
	for i, b := range m.calm.nodes {
		v := node(i)
		if m.traits[v]&isGroup != 0 {
			continue
		}
		if b&(rawDown|rawFrozen) == 0 {
			p.watchBy(&watched, watcher{v: v, cell: p.cellOf[v]}, func(role role) bool { return role&(takesDown|freezes) == freezes })
		}
		if b&rawBlind == 0 {
			p.watchBy(&watched, watcher{v: v, cell: p.cellOf[v], blind: true}, func(role role) bool { return role&blinds != 0 })
		}
	}
	p.watched = watched.fan(int32(len(p.weight)))
}

// watchBy adds a watcher for those of its requirements that have a role and can
// break, if there are any.
func (p *plan) watchBy(watched *wires, w watcher, fits func(role) bool) {
	w.from = int32(len(p.watches))
	var members []int32
	for r, end := p.m.g.OwnedBy(w.v); r < end; r++ {
		q := p.m.calm.reqs[r]
		if !fits(q.role) {
			continue
		}
		// A node is blind whether it is down or not: its own cell counts.
		if members = p.others(members[:0], r, -1); len(members) > int(q.left) {
			p.watches = append(p.watches, p.gate(gate{req: r, lose: q.left + 1}, members))
			watched.add(members, int32(len(p.watchers)))
		}
	}
	w.to = int32(len(p.watches))
	if w.from < w.to {
		p.watchers = append(p.watchers, w)
	}
}

// wires are the arrows of a fan, added in ascending order of where they lead.
type wires struct {
	from, to []int32
}

func (w *wires) add(from []int32, to int32) {
	for _, c := range from {
		w.from = append(w.from, c)
		w.to = append(w.to, to)
	}
}

// fan sorts the wires by where they come from, in O(wires).
func (w *wires) fan(numbers int32) fan {
	last := make([]int32, numbers) // one more than the last target
	f := fan{at: make([]int32, numbers+1)}
	for i, c := range w.from {
		if last[c] != w.to[i]+1 {
			last[c] = w.to[i] + 1
			f.at[c+1]++
		}
	}
	for i := range numbers {
		f.at[i+1] += f.at[i]
	}
	f.to = make([]int32, f.at[numbers])
	clear(last)
	next := append([]int32(nil), f.at...)
	for i, c := range w.from {
		if last[c] != w.to[i]+1 {
			last[c] = w.to[i] + 1
			f.to[next[c]] = w.to[i]
			next[c]++
		}
	}
	return f
}
