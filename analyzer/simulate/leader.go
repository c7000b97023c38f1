package simulate

import "slices"

// nobody leads a cell whose loss does nothing.
const nobody = -1

// leaders says for every cell of base below that is among the losses whose loss does to
// what is reached what its own does: its own number, or that of a later cell, or
// nobody. What becomes of cells below is not counted, so that
//
//   - a cell that nothing goes down with, and that every gate can spare, does nothing;
//   - a cell that takes another one down does what that does, if whatever else
//     needs the first goes down with the second;
//   - two cells that take the same ones down, and that nothing else needs, do the same;
//   - a cell that takes a hub down does what that does, if whatever needs the cell goes
//     down with the hub, or does what the hub does.
//
// It costs O(arrows from those cells, and members of gates).
func (y *relay) leaders(h *hubs) []int32 {
	lead := nowhere(len(y.base.weight)) // what is not among the losses does what it did
	takes := map[[2]int32]int32{}       // up to two cells that one takes down -> one that does
	fragile := y.fragile()
	var mine users
	for c := int32(len(lead)) - 1; c >= 0; c-- {
		if !y.isLoss(c) {
			continue
		}
		y.users(&mine, c)
		if len(mine.taken) == 0 && !isSet(fragile, c) {
			continue
		}
		lead[c] = c
		if h.is(c) || len(mine.watching) == 0 && h.take(lead, c, &mine) {
			continue
		}
		if len(mine.watching) > 0 || y.follows(lead, c, &mine) { // what is down may be blind or not
			continue
		}
		if n := len(mine.hard); 0 < n && n <= 2 && len(mine.taken) == n && len(mine.counting) == 0 {
			key := [2]int32{min(mine.hard[0], mine.hard[n-1]), max(mine.hard[0], mine.hard[n-1])}
			if same, known := takes[key]; known {
				lead[c] = same
			} else {
				takes[key] = c
			}
		}
	}
	return lead
}

// users are the cells to which the loss of one below can matter: cells of base, before the
// change and, where they are not between, after it; and, above these, cells of mini.
type users struct {
	hard, taken        []int32 // that go down and are degraded with it; and those placed in it, too
	counting, watching []int32 // that have a gate or a dimmer for it; watchers
}

func (y *relay) users(u *users, c int32) {
	n := int32(len(y.base.weight))
	list := func(to []int32, base, mini *fan) []int32 {
		if y.relevant == nil {
			to = append(to, base.of(c)...)
		} else {
			for _, o := range base.of(c) {
				if isSet(y.relevant, o) {
					to = append(to, o)
				}
			}
		}
		for d := y.alias[c]; d >= 0; d = y.nextAlias[d] {
			for _, o := range mini.of(d) {
				to = append(to, n+o)
			}
		}
		return to
	}
	u.hard = list(u.hard[:0], &y.base.hard, &y.mini.hard)
	u.taken = list(append(u.taken[:0], u.hard...), &y.base.placed, &y.mini.placed)
	u.counting = list(u.counting[:0], &y.base.counted, &y.mini.counted)
	u.counting = list(u.counting, &y.base.dimmed, &y.mini.dimmed)
	u.watching = u.watching[:0]
	for _, w := range y.base.watched.of(c) {
		if isSet(y.r.reached, int32(y.base.watchers[w].v)) {
			u.watching = append(u.watching, w)
		}
	}
	for d := y.alias[c]; d >= 0; d = y.nextAlias[d] {
		for _, w := range y.mini.watched.of(d) {
			u.watching = append(u.watching, int32(len(y.base.watchers))+w)
		}
	}
}

// follows looks for a cell that c takes down and that does all that c does.
func (y *relay) follows(lead []int32, c int32, mine *users) bool {
	for _, d := range mine.hard {
		if d <= c || int(d) >= len(lead) || isSet(y.reached, d) {
			continue
		}
		without := func(o int32) bool { return o != d && !y.takes(d, o) }
		if !slices.ContainsFunc(mine.taken, without) && !slices.ContainsFunc(mine.counting, without) {
			lead[c] = lead[d]
			return true
		}
	}
	return false
}

// takes reports whether a cell, of base or above these of mini, goes down with d at once.
func (y *relay) takes(d, o int32) bool {
	n := int32(len(y.base.weight))
	if o < n {
		return slices.Contains(y.base.hard.of(d), o) || slices.Contains(y.base.placed.of(d), o)
	}
	for a := y.alias[d]; a >= 0; a = y.nextAlias[a] {
		if slices.Contains(y.mini.hard.of(a), o-n) || slices.Contains(y.mini.placed.of(a), o-n) {
			return true
		}
	}
	return false
}

// fragile returns the cells of base whose loss alone can break a gate, a dimmer or what
// watches.
func (y *relay) fragile() []uint64 {
	out := newSet(len(y.base.weight))
	note := func(members []int32, g gate) {
		for i, c := range members {
			if c >= 0 && (g.lose == 1 || g.soften == 1 || slices.Contains(members[:i], c)) {
				put(out, c)
			}
		}
	}
	base := func(gates []gate) {
		for _, g := range gates {
			note(y.base.members[g.from:g.to], g)
		}
	}
	if p := y.base; y.relevant == nil {
		base(p.gates)
		base(p.dimmers)
		base(p.watches)
	} else {
		eachIn(y.relevant, func(c int32) {
			base(p.gates[p.gatesAt[c]:p.gatesAt[c+1]])
			base(p.dimmers[p.dimAt[c]:p.dimAt[c+1]])
		})
		for _, w := range p.watchers {
			if isSet(y.r.reached, int32(w.v)) {
				base(p.watches[w.from:w.to])
			}
		}
	}
	var members []int32
	for _, gates := range [...][]gate{y.mini.gates, y.mini.dimmers, y.mini.watches} {
		for _, g := range gates {
			members = members[:0]
			for _, d := range y.mini.members[g.from:g.to] {
				members = append(members, y.stands[d])
			}
			note(members, g)
		}
	}
	return out
}
