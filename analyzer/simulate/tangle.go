package simulate

// tangle numbers the strongly connected components of the graph whose edges run
// from owners to members that serve with nothing lost, by those requirements that
// counts accepts. What is needed gets a lower number than what needs it.
//
// Tarjan's algorithm (1972) without recursion: O(nodes + members).
type tangle struct {
	comp  []int32
	comps int32
	// left lists the nodes as a depth-first walk leaves them: within a component,
	// an order that few edges run against.
	left []node
}

// tangler is the walk.
type tangler struct {
	*tangle
	m      *Model
	counts func(r req) bool
	within *tangle // walks inside its components only; nil: everywhere
	marks  []tangleMark
	found  int32
	open   []node
	frames []tangleFrame
}

// tangleMark is what the walk knows of a node.
type tangleMark struct {
	found int32 // when; 0: not yet
	low   int32 // the first found node of the open component that it reaches; closed: none any more
}

const closed = 1<<31 - 1

// tangleFrame is a node whose members are being walked.
type tangleFrame struct {
	v      node
	r, end req
	member int
}

func (m *Model) tangle(within *tangle, counts func(r req) bool) *tangle {
	n := m.g.Len()
	w := &tangler{
		tangle: &tangle{comp: make([]int32, n), left: make([]node, 0, n)},
		m:      m, counts: counts, within: within, marks: make([]tangleMark, n),
	}
	var sizes []int32
	if within != nil {
		sizes = make([]int32, within.comps)
		for _, c := range within.comp {
			sizes[c]++
		}
	}
	for v := range node(n) {
		switch {
		case w.marks[v].found != 0:
		case within != nil && sizes[within.comp[v]] == 1:
			w.comp[v] = w.comps
			w.comps++
			w.left = append(w.left, v)
		default:
			w.walk(v)
		}
	}
	return w.tangle
}

// walk finds everything that v reaches and that is not found yet.
func (w *tangler) walk(v node) {
	w.enter(v)
	for len(w.frames) > 0 {
		f := &w.frames[len(w.frames)-1]
		next := w.nextMember(f)
		if next >= 0 {
			switch mark := &w.marks[next]; {
			case mark.found == 0:
				w.enter(next)
			case mark.low != closed:
				at := &w.marks[f.v]
				at.low = min(at.low, mark.found)
			}
			continue
		}
		v := f.v
		w.frames = w.frames[:len(w.frames)-1]
		low := w.marks[v].low
		w.leave(v)
		if len(w.frames) > 0 {
			at := &w.marks[w.frames[len(w.frames)-1].v]
			at.low = min(at.low, low)
		}
	}
}

func (w *tangler) enter(v node) {
	w.found++
	w.marks[v] = tangleMark{found: w.found, low: w.found}
	w.open = append(w.open, v)
	from, to := w.m.g.OwnedBy(v)
	w.frames = append(w.frames, tangleFrame{v: v, r: from, end: to})
}

// nextMember moves a frame on to the next member that counts; -1 at the end.
func (w *tangler) nextMember(f *tangleFrame) node {
	for ; f.r < f.end; f.r++ {
		if f.member == 0 && !w.counts(f.r) {
			continue
		}
		members := w.m.g.Members(f.r)
		for f.member < len(members) {
			next := members[f.member]
			f.member++
			if w.within != nil && w.within.comp[next] != w.within.comp[f.v] {
				continue
			}
			if w.m.counts(next, f.v) && w.m.calm.nodes[next]&rawDown == 0 {
				return next
			}
		}
		f.member = 0
	}
	return -1
}

// leave closes the component of which v was found first, if it is one.
func (w *tangler) leave(v node) {
	w.left = append(w.left, v)
	if w.marks[v].low != w.marks[v].found {
		return
	}
	for {
		top := w.open[len(w.open)-1]
		w.open = w.open[:len(w.open)-1]
		w.comp[top] = w.comps
		w.marks[top].low = closed
		if top == v {
			break
		}
	}
	w.comps++
}
