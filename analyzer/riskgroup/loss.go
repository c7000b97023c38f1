package riskgroup

// loss is the loss of a growing set of cells in a cone, which can be taken back.
type loss struct {
	c       *cone
	down    []bool
	lost    []int32 // by gate: members that are down
	fallen  []cell  // in the order of falling
	told    int     // how many of fallen their gates know of
	topDown bool
}

func newLoss(c *cone) *loss {
	return &loss{c: c, down: make([]bool, len(c.nodes)), lost: make([]int32, len(c.gates))}
}

// mark is a state of a loss to return to.
type mark struct{ fallen, told int }

func (l *loss) mark() mark { return mark{len(l.fallen), l.told} }

// fail loses x and what follows from it, as far as the top does not fall.
func (l *loss) fail(x cell) {
	if l.down[x] {
		return
	}
	l.down[x] = true
	l.fallen = append(l.fallen, x)
	for ; l.told < len(l.fallen); l.told++ {
		for _, i := range l.c.gatesNaming(l.fallen[l.told]) {
			l.lost[i]++
			q := &l.c.gates[i]
			if l.lost[i] < q.limit || l.down[q.owner] {
				continue
			}
			if q.owner == l.c.top {
				l.topDown = true
			}
			l.down[q.owner] = true
			l.fallen = append(l.fallen, q.owner)
		}
	}
}

// back returns to a mark in which the top was not down.
func (l *loss) back(m mark) {
	for _, x := range l.fallen[m.told:l.told] {
		for _, i := range l.c.gatesNaming(x) {
			l.lost[i]--
		}
	}
	for _, x := range l.fallen[m.fallen:] {
		l.down[x] = false
	}
	l.fallen, l.told, l.topDown = l.fallen[:m.fallen], m.told, false
}
