package simulate

import (
	"context"
	"slices"
)

// Update returns what [Model.Blast] of another model would, and simulates only those
// losses that can do something else there than in the model of b: of the nodes that
// a changed node needs, directly or not, in either model. Nodes are matched by id. It costs
// O(nodes + members) and those losses, BenchmarkUpdate. The only error is that of the context.
func (b *Blast) Update(ctx context.Context, next *Model) (*Blast, error) {
	u := newUpdate(b.m, next)
	affected := u.affected()
	out := &Blast{m: next, sizes: make([]Sizes, next.g.Len())}
	for v, old := range u.old {
		if !isSet(affected, int32(v)) {
			out.sizes[v] = b.sizes[old]
			continue
		}
		out.simulated++
	}
	if out.loseOneByOne(affected) {
		return out, ctx.Err()
	}
	return out, out.loseAll(ctx, affected)
}

// Simulated returns how many nodes were lost to make b; the others came from the
// blast that it updates, or cannot matter to anybody.
func (b *Blast) Simulated() int { return b.simulated }

// update compares two models node by node.
type update struct {
	a, b *Model
	old  []node // by node of b: the same of a; -1: new
	new  []node // by node of a: the same of b; -1: gone

	changedA, changedB []uint64 // nodes that are not what they were, or need not what they did
}

func newUpdate(a, b *Model) *update {
	u := &update{
		a: a, b: b, old: make([]node, b.g.Len()), new: make([]node, a.g.Len()),
		changedA: make([]uint64, (a.g.Len()+63)/64), changedB: make([]uint64, (b.g.Len()+63)/64),
	}
	u.match()
	for v, o := range u.old {
		if v := node(v); o < 0 || u.a.traits[o] != u.b.traits[v] || u.a.calm.nodes[o] != u.b.calm.nodes[v] {
			u.mark(o, v)
			// Whoever needs it needs something else now.
			u.markUsers(u.b, v)
			u.markUsers(u.a, o)
		} else if !u.sameNeeds(o, v) {
			u.mark(o, v)
		}
	}
	for o, v := range u.new {
		if v < 0 {
			u.mark(node(o), -1)
			u.markUsers(u.a, node(o))
		}
	}
	return u
}

// match pairs nodes of one id, both lists being sorted.
func (u *update) match() {
	for i := range u.new {
		u.new[i] = -1
	}
	o := node(0)
	for v := range u.old {
		u.old[v] = -1
		id := u.b.g.ID(node(v))
		for int(o) < len(u.new) && u.a.g.ID(o).Compare(id) < 0 {
			o++
		}
		if int(o) < len(u.new) && u.a.g.ID(o) == id {
			u.old[v], u.new[o] = o, node(v)
			o++
		}
	}
}

func (u *update) mark(o, v node) {
	if o >= 0 {
		put(u.changedA, int32(o))
	}
	if v >= 0 {
		put(u.changedB, int32(v))
	}
}

// markUsers marks those who need a node of one of the models.
func (u *update) markUsers(m *Model, v node) {
	if v < 0 {
		return
	}
	for _, r := range m.g.Naming(v) {
		owner := m.g.Owner(r)
		if m == u.a {
			u.mark(owner, u.new[owner])
		} else {
			u.mark(u.old[owner], owner)
		}
	}
}

// sameNeeds reports whether losses spread to a node of both models alike.
func (u *update) sameNeeds(o, v node) bool {
	r, endR := u.a.nextNeed(u.a.g.OwnedBy(o))
	q, endQ := u.b.nextNeed(u.b.g.OwnedBy(v))
	for r < endR && q < endQ {
		x, y := u.a.calm.reqs[r], u.b.calm.reqs[q]
		if x.left != y.left || x.firm != y.firm || x.role != y.role {
			return false
		}
		was, is := u.a.g.Members(r), u.b.g.Members(q)
		if len(was) != len(is) {
			return false
		}
		for i := range is {
			if u.old[is[i]] != was[i] {
				return false
			}
		}
		r, endR = u.a.nextNeed(r+1, endR)
		q, endQ = u.b.nextNeed(q+1, endQ)
	}
	return r >= endR && q >= endQ
}

// nextNeed returns the first requirement from r on that does anything in a loss.
func (m *Model) nextNeed(r, end req) (next, to req) {
	for r < end && m.calm.reqs[r].role == 0 {
		r++
	}
	return r, end
}

// affected returns the nodes of b whose loss can reach a changed node.
func (u *update) affected() []uint64 {
	out := u.b.neededBy(u.changedB)
	for i, word := range u.a.neededBy(u.changedA) {
		for ; word != 0; word &= word - 1 {
			if v := u.new[i<<6|trailing(word)]; v >= 0 {
				put(out, int32(v))
			}
		}
	}
	return out
}

// neededBy returns the given nodes and what they need, directly or through what can
// be down or degraded without it.
func (m *Model) neededBy(nodes []uint64) []uint64 {
	out := slices.Clone(nodes)
	var queue []node
	for i, word := range nodes {
		for ; word != 0; word &= word - 1 {
			queue = append(queue, node(i<<6|trailing(word)))
		}
	}
	for given, next := len(queue), 0; next < len(queue); next++ {
		for r, end := m.g.OwnedBy(queue[next]); r < end; r++ {
			role := m.calm.reqs[r].role
			if role == 0 || next >= given && role&(takesDown|degrades) == 0 {
				continue
			}
			for _, v := range m.g.Members(r) {
				if !isSet(out, int32(v)) {
					put(out, int32(v))
					queue = append(queue, v)
				}
			}
		}
	}
	return out
}

// loseOneByOne fills in the sizes of some nodes without making a plan, unless that
// takes more work than to make one.
func (b *Blast) loseOneByOne(nodes []uint64) bool {
	m := b.m
	s := m.pool.Get().(*spread)
	defer m.pool.Put(s)
	budget := 8 * m.g.MemberCount()
	for i, word := range nodes {
		for ; word != 0; word &= word - 1 {
			v := node(i<<6 | trailing(word))
			b.sizes[v] = Sizes{}
			if m.traits[v]&isGroup != 0 {
				continue
			}
			s.lose([]node{v})
			b.sizes[v] = s.sizesBut(v)
			budget -= len(s.touched) + len(s.changed)
			s.reset()
			if budget < 0 {
				return false
			}
		}
	}
	return true
}

// sizesBut counts what the loss changed, without the node that failed.
func (s *spread) sizesBut(failed node) Sizes {
	var z Sizes
	for _, v := range s.changed {
		if v == failed || s.m.traits[v]&isGroup != 0 {
			continue
		}
		is, was := s.nodes[v], s.base.nodes[v]
		for _, c := range [...]struct {
			state State
			count *int
		}{{Down, &z.Down}, {Degraded, &z.Degraded}, {Frozen, &z.Frozen}, {Blind, &z.Blind}} {
			if is.is(c.state) && !was.is(c.state) {
				*c.count++
			}
		}
	}
	return z
}
