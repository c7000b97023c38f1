package riskgroup

// loss is the loss of a growing set of cells in a cone, which can be taken back.
type loss struct {
	c       *cone
	down    []bool
	left    []countdown // by gate
	fallen  []cell      // in the order of falling
	told    int         // how many of fallen their gates know of
	topDown bool
	work    int64 // gates told so far
}

// countdown is what a loss needs of a gate, close together.
type countdown struct {
	left  int32 // members that still have to be lost
	owner cell
}

func newLoss(c *cone) *loss {
	l := &loss{c: c, down: make([]bool, len(c.nodes)), left: make([]countdown, len(c.gates))}
	for i, q := range c.gates {
		l.left[i] = countdown{q.limit, q.owner}
	}
	return l
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
	for ; l.told < len(l.fallen) && !l.topDown; l.told++ {
		naming := l.c.gatesNaming(l.fallen[l.told])
		l.work += int64(len(naming))
		for _, i := range naming {
			q := &l.left[i]
			q.left--
			if q.left > 0 || l.down[q.owner] {
				continue
			}
			l.topDown = l.topDown || q.owner == l.c.top
			l.down[q.owner] = true
			l.fallen = append(l.fallen, q.owner)
		}
	}
}

// back returns to a mark in which the top was not down.
func (l *loss) back(m mark) {
	for _, x := range l.fallen[m.told:l.told] {
		for _, i := range l.c.gatesNaming(x) {
			l.left[i].left++
		}
	}
	for _, x := range l.fallen[m.fallen:] {
		l.down[x] = false
	}
	l.fallen, l.told, l.topDown = l.fallen[:m.fallen], m.told, false
}
