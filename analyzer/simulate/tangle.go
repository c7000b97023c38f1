package simulate

// tangle numbers the strongly connected components of the graph whose edges are
// those of the requirements that counts accepts, from owner to members that can
// serve. Components are numbered so that what is needed comes before what needs
// it; finished lists the nodes in the order in which a depth-first walk leaves
// them, which inside a component goes against as few edges as is cheap.
//
// Tarjan's algorithm (1972) without recursion: O(nodes + members).
type tangle struct {
	comp     []int32
	comps    int32
	finished []node
}

// tangleFrame is a node whose members are being walked.
type tangleFrame struct {
	v      node
	r, end req
	member int32
}

func (m *Model) tangle(counts func(r req) bool) *tangle {
	n := m.g.Len()
	w := &tangle{comp: make([]int32, n), finished: make([]node, 0, n)}
	for i := range w.comp {
		w.comp[i] = -1
	}
	met := make([]int32, n) // when discovered; 0: not yet
	low := make([]int32, n) // the least discovery number in the open component that it reaches
	var discovered int32
	var open []node
	var frames []tangleFrame
	enter := func(v node) {
		discovered++
		met[v], low[v] = discovered, discovered
		open = append(open, v)
		from, to := m.g.OwnedBy(v)
		frames = append(frames, tangleFrame{v: v, r: from, end: to})
	}
	for i := range n {
		if met[i] == 0 {
			enter(node(i))
		}
		for len(frames) > 0 {
			f := &frames[len(frames)-1]
			next := m.nextMember(f, counts)
			switch {
			case next < 0:
				w.leave(f.v, low, met, &open)
				v := f.v
				frames = frames[:len(frames)-1]
				if len(frames) > 0 {
					above := frames[len(frames)-1].v
					low[above] = min(low[above], low[v])
				}
			case met[next] == 0:
				enter(next)
			case w.comp[next] < 0:
				low[f.v] = min(low[f.v], met[next])
			}
		}
	}
	return w
}

// nextMember moves a frame on to the next member that counts; -1 at the end.
func (m *Model) nextMember(f *tangleFrame, counts func(r req) bool) node {
	for ; f.r < f.end; f.r++ {
		if f.member == 0 && !counts(f.r) {
			continue
		}
		members := m.g.Members(f.r)
		for int(f.member) < len(members) {
			next := members[f.member]
			f.member++
			if m.counts(next, f.v) && m.calm.nodes[next]&rawDown == 0 {
				return next
			}
		}
		f.member = 0
	}
	return -1
}

// leave closes the component of which v is the first node, if it is.
func (w *tangle) leave(v node, low, met []int32, open *[]node) {
	w.finished = append(w.finished, v)
	if low[v] != met[v] {
		return
	}
	for {
		top := (*open)[len(*open)-1]
		*open = (*open)[:len(*open)-1]
		w.comp[top] = w.comps
		if top == v {
			break
		}
	}
	w.comps++
}
