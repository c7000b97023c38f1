package riskgroup

// components calls visit with each set of cells that lead to each other along the
// gates that follow accepts, from an owner to the members: after all the sets that
// it leads to. The slice is valid during the call. It is Tarjan's algorithm without
// recursion, O(cells + members).
func (c *cone) components(follow func(q *gate) bool, visit func(component []cell)) {
	n := len(c.nodes)
	t := tarjan{c: c, follow: follow, visit: visit, number: make([]int32, n), low: make([]int32, n), open: make([]bool, n)}
	for x := range n {
		if t.number[x] == 0 {
			t.explore(cell(x))
		}
	}
}

type tarjan struct {
	c           *cone
	follow      func(q *gate) bool
	visit       func(component []cell)
	number, low []int32 // 0: not seen
	open        []bool
	stack       []cell
	count       int32
}

// place is where the search stands at a cell: at a member of one of its gates.
type place struct {
	x    cell
	gate int32
	next int
}

func (t *tarjan) enter(x cell) place {
	t.count++
	t.number[x], t.low[x], t.open[x] = t.count, t.count, true
	t.stack = append(t.stack, x)
	return place{x: x, gate: t.c.owns[x]}
}

func (t *tarjan) explore(x cell) {
	path := []place{t.enter(x)}
	for len(path) > 0 {
		p := &path[len(path)-1]
		if p.gate < t.c.owns[p.x+1] {
			q := &t.c.gates[p.gate]
			if p.next == len(q.members) || p.next == 0 && !t.follow(q) {
				p.gate, p.next = p.gate+1, 0
				continue
			}
			y := q.members[p.next]
			p.next++
			switch {
			case t.number[y] == 0:
				path = append(path, t.enter(y))
			case t.open[y]:
				t.low[p.x] = min(t.low[p.x], t.number[y])
			}
			continue
		}
		v := p.x
		path = path[:len(path)-1]
		if len(path) > 0 {
			up := path[len(path)-1].x
			t.low[up] = min(t.low[up], t.low[v])
		}
		if t.low[v] == t.number[v] {
			t.close(v)
		}
	}
}

// close takes the component that v leads to off the stack.
func (t *tarjan) close(v cell) {
	at := len(t.stack) - 1
	for t.stack[at] != v {
		at--
	}
	for _, y := range t.stack[at:] {
		t.open[y] = false
	}
	t.visit(t.stack[at:])
	t.stack = t.stack[:at]
}
