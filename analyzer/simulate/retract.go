package simulate

// retraction says of a cell that is down in a loss what else it needs is broken in it
// while the cell itself is held up: all that went down by way of the cell is taken back,
// and goes down again where there is another way. Of one loss it knows for every cell that
// is down one way in which it went down, so that it looks at what rests on the cell
// alone, and not at all that is down.
type retraction struct {
	p       *plan
	gates   fan     // a cell to the gates that count it, as often as they do
	gateOf  []int32 // by gate: the cell that has it
	at      []int32 // by cell: which one it was to go down, from 1; 0: it is up
	fallen  []int32 // cells, in that order
	lost    []int32 // by gate: members that are down
	losing  []int32 // gates that lost members
	first   []int32 // by cell that is down: the first of its ways, -1: none
	ways    []leads
	held    []uint64 // cells that are taken back
	taken   []int32  // the same, in a list
	revived []int32  // scratch
	work    int      // cells and members looked at
	most    int      // of them for one cell
}

// leads says that a cell went down by way of another one, and what else did.
type leads struct {
	to   int32
	next int32 // in ways, -1: none
}

// newRetraction costs O(cells + members of gates).
func newRetraction(p *plan) *retraction {
	n := len(p.weight)
	t := &retraction{
		p: p, gates: fan{at: make([]int32, n+1), to: make([]int32, 0, len(p.members))}, gateOf: make([]int32, len(p.gates)),
		at: make([]int32, n), lost: make([]int32, len(p.gates)), first: make([]int32, n), held: newSet(n),
	}
	for _, g := range p.gates {
		for _, c := range p.members[g.from:g.to] {
			t.gates.at[c+1]++
		}
	}
	for c := range n {
		t.gates.at[c+1] += t.gates.at[c]
	}
	next := append([]int32(nil), t.gates.at...)
	t.gates.to = t.gates.to[:t.gates.at[n]]
	for c := range int32(n) {
		for i := p.gatesAt[c]; i < p.gatesAt[c+1]; i++ {
			t.gateOf[i] = c
			for _, member := range p.members[p.gates[i].from:p.gates[i].to] {
				t.gates.to[next[member]] = i
				next[member]++
			}
		}
	}
	return t
}

// lose lets nodes fail, and finds a way for all that goes down, up to the last cell that
// matters. It costs O(members of those naming what goes down).
func (t *retraction) lose(failed []node, last int32) {
	for _, c := range t.fallen {
		t.at[c] = 0
	}
	for _, g := range t.losing {
		t.lost[g] = 0
	}
	t.fallen, t.losing, t.ways = t.fallen[:0], t.losing[:0], t.ways[:0]
	for _, v := range failed {
		if c := t.p.cellOf[v]; c >= 0 && t.p.m.traits[v]&isGroup == 0 {
			t.fall(c, last)
		}
	}
	for next := 0; next < len(t.fallen); next++ {
		c := t.fallen[next]
		for _, f := range [2]*fan{&t.p.hard, &t.p.placed} {
			for _, o := range f.of(c) {
				if t.fall(o, last) {
					t.lead(c, o)
				}
			}
		}
		for _, i := range t.gates.of(c) {
			if t.lost[i] == 0 {
				t.losing = append(t.losing, i)
			}
			t.lost[i]++
			g := &t.p.gates[i]
			if t.lost[i] != g.lose || !t.fall(t.gateOf[i], last) {
				continue
			}
			for _, member := range t.p.members[g.from:g.to] {
				if at := t.at[member]; at != 0 && at <= t.at[c] {
					t.lead(member, t.gateOf[i])
				}
			}
		}
	}
}

// fall lets a cell go down and reports whether it was up.
func (t *retraction) fall(c, last int32) bool {
	if t.at[c] != 0 || c > last {
		return false
	}
	t.fallen = append(t.fallen, c)
	t.at[c] = int32(len(t.fallen))
	t.first[c] = -1
	return true
}

func (t *retraction) lead(from, to int32) {
	t.ways = append(t.ways, leads{to, t.first[from]})
	t.first[from] = int32(len(t.ways) - 1)
}

// breaks says what of that which a cell needs is broken.
type breaks struct {
	sure  bool  // something without a member to spare
	gate  int32 // if not: a gate
	gates int   // how many
}

// but reports whether anything else than one of the gates is broken.
func (b breaks) but(gate int32) bool {
	return b.sure || b.gates > 1 || b.gates == 1 && b.gate != gate
}

// without returns what a cell that went down, and did not fail itself, finds broken while it is held
// up; enough ends the search: what is true of less is true of more. ok is false where it would take too much work.
func (t *retraction) without(c int32, enough func(breaks) bool) (is breaks, ok bool) {
	t.work = 0
	// What went down before did so without it.
	if is = t.broken(c, func(o int32) bool { return t.at[o] != 0 && t.at[o] < t.at[c] }); enough(is) {
		return is, true
	}
	ok = t.takeBack(c)
	if ok {
		ok = t.restore(c)
	}
	if ok {
		is = t.broken(c, t.isDown)
	}
	for _, o := range t.taken {
		t.held[o>>6] &^= 1 << (o & 63)
	}
	t.taken = t.taken[:0]
	return is, ok
}

func (t *retraction) isDown(c int32) bool { return t.at[c] != 0 && !isSet(t.held, c) }

// broken finds what of that which a cell needs is broken, as far as some are down.
func (t *retraction) broken(c int32, isDown func(int32) bool) (is breaks) {
	for _, f := range [2]*fan{&t.p.standsOn, &t.p.placedIn} {
		for _, o := range f.of(c) {
			t.work++
			if isDown(o) {
				is.sure = true
				return is
			}
		}
	}
	for i := t.p.gatesAt[c]; i < t.p.gatesAt[c+1]; i++ {
		g := &t.p.gates[i]
		left := g.lose
		for _, o := range t.p.members[g.from:g.to] {
			t.work++
			if isDown(o) {
				left--
			}
		}
		if left <= 0 {
			is.gate = i
			is.gates++
		}
	}
	return is
}

// takeBack lets a cell come up, and whatever went down by way of it.
func (t *retraction) takeBack(c int32) bool {
	put(t.held, c)
	t.taken = append(t.taken, c)
	for next := 0; next < len(t.taken); next++ {
		for way := t.first[t.taken[next]]; way >= 0; way = t.ways[way].next {
			t.work++
			if o := t.ways[way].to; !isSet(t.held, o) {
				put(t.held, o)
				t.taken = append(t.taken, o)
			}
		}
		if t.work > t.most {
			return false
		}
	}
	return true
}

// restore lets those that were taken back go down again that do so while c is up.
func (t *retraction) restore(c int32) bool {
	t.revived = t.revived[:0]
	check := func(o int32) {
		if o == c || !isSet(t.held, o) {
			return
		}
		if is := t.broken(o, t.isDown); is.sure || is.gates > 0 {
			t.held[o>>6] &^= 1 << (o & 63)
			t.revived = append(t.revived, o)
		}
	}
	for _, o := range t.taken {
		if check(o); t.work > t.most {
			return false
		}
	}
	for next := 0; next < len(t.revived); next++ {
		o := t.revived[next]
		for _, f := range [3]*fan{&t.p.hard, &t.p.placed, &t.p.counted} {
			for _, up := range f.of(o) {
				t.work++
				check(up)
			}
		}
		if t.work > t.most {
			return false
		}
	}
	return true
}
