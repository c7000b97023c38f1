package simulate

import "slices"

// support keeps the nodes that serve, the greatest set among the started in which
// every want to run is met, while ever more nodes start.
//
// Its complement is a least set: a node is kept from serving because it has not
// started, or because one of its wants to run, its witness, has too many members
// that are kept from serving before it, in a rank that no cycle can climb. So
// every node that does not serve has a ground to stand on that is not itself.
// When members of a witness come free, the node looks for another one below its
// rank. Only where there is none it becomes loose, with whatever rests on it, and
// what is loose and has no ground among the rest serves, while what has one gets
// a new rank above all others. These are the source pointers of answer set
// solvers, here with thresholds and ranks.
//
// First ranks are the postorder of run wants, in which only the edges that close
// a cycle go up; so without cycles nothing ever becomes loose but to serve, and
// all of it costs O(members). Each further rank of a node costs O(its members and
// the wants that name it) once more.
type support struct {
	r       *rising
	state   []footing
	rank    []int64
	top     int64   // the next rank
	witness []int32 // by node: the want that keeps a held one from serving
	cursor  []int32 // by node: wants before it are no witness at its rank
	loose   []node
}

// footing is where a node stands.
type footing uint8

const (
	unstarted footing = iota // or a standby that is not activated
	held                     // started, and kept from serving by a witness
	adrift                   // started, and without a ground for now
	serving
)

func (s *support) init(r *rising) {
	n := len(r.is)
	*s = support{
		r:       r,
		state:   make([]footing, n),
		rank:    make([]int64, n),
		top:     int64(n),
		witness: make([]int32, n),
		cursor:  slices.Clone(r.wantsAt[:n]),
	}
	s.postorder()
}

// postorder ranks every node above what it wants to run, but for cycles.
func (s *support) postorder() {
	r := s.r
	for i := range s.rank {
		s.rank[i] = -1
	}
	type frame struct {
		v      node
		want   int32
		member int32
	}
	next := int64(0)
	const open = -2
	var stack []frame
	push := func(v node) {
		s.rank[v] = open
		stack = append(stack, frame{v: v, want: r.wantsAt[v]})
	}
	for i := range s.rank {
		if s.rank[i] == -1 {
			push(node(i))
		}
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			if f.want == r.wantsAt[f.v+1] {
				s.rank[f.v] = next
				next++
				stack = stack[:len(stack)-1]
				continue
			}
			w := &r.wants[f.want]
			if w.duty&dutyRun == 0 || f.member == w.to-w.from {
				f.want++
				f.member = 0
				continue
			}
			m := r.members[w.from+f.member]
			f.member++
			if s.rank[m] == -1 {
				push(m)
			}
		}
	}
}

// admit adds started nodes and returns what serves now and did not before.
func (s *support) admit(batch []node) []node {
	for _, v := range batch {
		if !s.findWitness(v) {
			s.loosen(v)
		} else {
			s.state[v] = held
		}
	}
	for next := 0; next < len(s.loose); next++ {
		s.release(s.loose[next])
	}
	if len(s.loose) == 0 {
		return nil
	}
	s.ground()
	var free []node
	for _, v := range s.loose {
		if s.state[v] == adrift {
			s.state[v] = serving
			free = append(free, v)
		}
	}
	s.loose = s.loose[:0]
	return free
}

func (s *support) loosen(v node) {
	s.state[v] = adrift
	s.loose = append(s.loose, v)
}

// release tells those whose witness rests on v that v has no ground any more.
func (s *support) release(v node) {
	r := s.r
	for _, i := range r.names[r.namesAt[v]:r.namesAt[v+1]] {
		w := &r.wants[i]
		o := w.owner
		if s.state[o] != held || s.witness[o] != i || s.rank[v] >= s.rank[o] {
			continue
		}
		w.low--
		if w.low < w.toBlock() && !s.findWitness(o) {
			s.loosen(o)
		}
	}
}

// findWitness looks for a want of v that enough members of a lower rank keep
// unmet. A want that is none stays none at this rank, as members of lower rank
// only ever come free; so all searches at one rank cost O(v's members) together.
func (s *support) findWitness(v node) bool {
	r := s.r
	for i := s.cursor[v]; i < r.wantsAt[v+1]; i++ {
		w := &r.wants[i]
		if !w.wanting() {
			continue
		}
		low := int32(0)
		for _, m := range r.members[w.from:w.to] {
			if s.state[m] <= held && s.rank[m] < s.rank[v] {
				low++
			}
		}
		if low >= w.toBlock() {
			w.low = low
			s.witness[v], s.cursor[v] = i, i
			return true
		}
	}
	s.cursor[v] = r.wantsAt[v+1]
	return false
}

// ground gives those loose nodes a witness and a new rank that have one among the
// nodes that are not loose, directly or through each other.
func (s *support) ground() {
	r := s.r
	for _, v := range s.loose {
		for i := r.wantsAt[v]; i < r.wantsAt[v+1]; i++ {
			if w := &r.wants[i]; w.wanting() {
				w.low = s.countBlocked(w)
			}
		}
	}
	var queue []node
	for _, v := range s.loose {
		for i := r.wantsAt[v]; i < r.wantsAt[v+1]; i++ {
			if w := &r.wants[i]; w.wanting() && w.low >= w.toBlock() {
				queue = append(queue, s.hold(v, i))
				break
			}
		}
	}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for _, i := range r.names[r.namesAt[v]:r.namesAt[v+1]] {
			w := &r.wants[i]
			if !w.wanting() || s.state[w.owner] != adrift {
				continue
			}
			w.low++
			if w.low >= w.toBlock() {
				queue = append(queue, s.hold(w.owner, i))
			}
		}
	}
}

// wanting reports whether the want is one to run and unmet.
func (w *want) wanting() bool { return w.duty&dutyRun != 0 && w.serving < w.lack }

func (s *support) countBlocked(w *want) int32 {
	n := int32(0)
	for _, m := range s.r.members[w.from:w.to] {
		if s.state[m] <= held {
			n++
		}
	}
	return n
}

// hold gives v a witness, at a rank above all others.
func (s *support) hold(v node, witness int32) node {
	s.state[v] = held
	s.rank[v] = s.top
	s.top++
	s.witness[v] = witness
	s.cursor[v] = s.r.wantsAt[v]
	return v
}
