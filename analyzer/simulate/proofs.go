package simulate

import (
	"cmp"
	"container/heap"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// proofWork is how many half-made proofs a search for all of them looks at before it gives
// up, and proofSteps how many steps, edges and goals it goes over to make, compare and
// replay them: a second or two.
const (
	proofWork  = 200_000
	proofSteps = 20_000_000
)

// Proofs returns the minimal proofs that node i is in state s because of what
// failed, at most so many, those of the fewest edges first: sets of requirement
// edges that force the state, that force it no more without any one of them, and
// that lead to a failed node. What failed itself has none. No set is listed twice. complete says that there is
// no further one; else there are more than most, or more than the search can look
// at. The edges of each are in the order of [Loss.Proof].
//
// It is a best-first search over derivations. Where there are many ways, it costs
// O(proofs * their length^2) or so; in the worst case the search is cut short, after so
// many half-made proofs or so much work on proofs of whatever length.
func (l *Loss) Proofs(s State, i depgraph.NodeIndex, most int) (proofs [][]depgraph.Edge, complete bool) {
	if !l.Is(s, i) || s == Down && slices.Contains(l.failed, i) {
		return nil, true
	}
	return newProver(l, goal{i, s}).search(most)
}

// search finds the proofs.
func (p *prover) search(most int) (proofs [][]depgraph.Edge, complete bool) {
	for p.todo.Len() > 0 {
		if p.isTired() {
			return proofs, false
		}
		at := heap.Pop(&p.todo).(*partial)
		if at.open != nil {
			p.expand(at)
			continue
		}
		edges := at.edges()
		key := keyOf(edges)
		if p.seen[key] || !p.leads(edges) || !p.minimal(edges) {
			continue
		}
		if len(proofs) == most || p.isTired() { // nobody knows whether a replay was finished
			return proofs, false
		}
		p.seen[key] = true
		proofs = append(proofs, p.show(at, edges))
	}
	return proofs, true
}

// goal is what a proof has to show: that v is down, that it is down or degraded
// ([Degraded]), or that the one node in question is frozen, blind or exposed.
type goal struct {
	v node
	s State
}

// use is an edge of a requirement.
type use struct {
	r  req
	to node
}

func compareUses(a, b use) int { return cmp.Or(cmp.Compare(a.r, b.r), cmp.Compare(a.to, b.to)) }

// prover searches the derivations of one goal.
type prover struct {
	l    *Loss
	goal goal
	far  map[node]int // edges from what fell to the next failed node; a bound
	todo partials
	seen map[string]bool // proofs
	work int
	gone int // steps, edges and goals that it went over
}

// isTired reports whether the search has done what it may.
func (p *prover) isTired() bool { return p.work > proofWork || p.gone > proofSteps }

// partial is a half-made proof: what the goals closed so far rest on, and the
// goals that are still open.
type partial struct {
	above  *partial // without the last step; nil at the start
	goal   goal     // that the last step closes
	by     []use    // how
	rests  []goal   // on what
	open   []goal
	size   int // edges of all steps, each once
	bound  int // no proof made of this has fewer
	serial int // ties
}

type partials []*partial

func (q partials) Len() int { return len(q) }
func (q partials) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[i].bound, q[j].bound), cmp.Compare(q[j].size, q[i].size), cmp.Compare(q[i].serial, q[j].serial)) < 0
}
func (q partials) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *partials) Push(x any)   { *q = append(*q, x.(*partial)) }
func (q *partials) Pop() any {
	old := *q
	x := old[len(old)-1]
	*q = old[:len(old)-1]
	return x
}

func newProver(l *Loss, g goal) *prover {
	p := &prover{l: l, goal: g, far: map[node]int{}, seen: map[string]bool{}}
	at := slices.Clone(l.failed)
	for _, f := range at {
		p.far[f] = 0
	}
	for len(at) > 0 {
		v := at[0]
		at = at[1:]
		for _, r := range l.m.g.Naming(v) {
			owner := l.m.g.Owner(r)
			if _, known := p.far[owner]; known || l.raw(owner)&rawImpaired == 0 || l.m.calm.reqs[r].role&(takesDown|weakens|degrades) == 0 {
				continue
			}
			p.far[owner] = p.far[v] + 1
			at = append(at, owner)
		}
	}
	p.push(&partial{open: []goal{g}})
	return p
}

func (p *prover) push(x *partial) {
	p.work++
	x.serial = p.work
	x.bound = x.size + p.atLeast(x)
	heap.Push(&p.todo, x)
}

// atLeast returns a number of edges that a partial still needs at the least: one
// for each node that nothing was said of yet; and where all steps form one chain,
// as many as its end is away from what failed.
func (p *prover) atLeast(x *partial) int {
	fresh := map[node]bool{}
	for _, g := range x.open {
		fresh[g.v] = true
	}
	chain := len(x.open) == 1
	p.gone += len(x.open)
	for at := x; at.above != nil; at = at.above {
		p.gone++
		delete(fresh, at.goal.v)
		chain = chain && len(at.rests) == 1
	}
	if chain && x.open[0].s <= Degraded {
		return max(len(fresh), p.far[x.open[0].v])
	}
	return len(fresh)
}

// expand closes the first open goal in every way.
func (p *prover) expand(x *partial) {
	g := x.open[0]
	l := p.l
	if g.s == Degraded && l.Is(Down, g.v) {
		p.step(x, nil, []goal{{g.v, Down}})
	}
	for from, to := l.m.g.OwnedBy(g.v); from < to; from++ {
		role, became, count := p.serves(g.s, from)
		if role == 0 {
			continue
		}
		if count <= 0 {
			p.step(x, []use{{from, l.m.g.Members(from)[0]}}, nil)
			continue
		}
		var can []node
		for _, m := range l.m.g.Members(from) {
			if !l.m.counts(m, g.v) || l.raw(m)&rawOf(became) != 0 {
				can = append(can, m)
			}
		}
		p.choose(can, count, func(members []node) {
			var by []use
			var rests []goal
			for _, m := range members {
				by = append(by, use{from, m})
				if l.m.counts(m, g.v) && !slices.Contains(l.failed, m) {
					rests = append(rests, goal{m, became})
				}
			}
			p.step(x, by, rests)
		})
	}
}

func rawOf(s State) raw {
	if s == Degraded {
		return rawImpaired
	}
	return rawDown
}

// serves returns in which role requirement r can show that its owner is in a
// state, 0 for none; what members must have become, and how many of them.
func (p *prover) serves(s State, r req) (is role, became State, count int) {
	role := p.l.m.calm.reqs[r].role
	g := p.l.m.g
	count = len(g.Members(r)) - g.Terms(r).Need.Of(len(g.Members(r))) + 1
	switch s {
	case Down:
		return role & takesDown, Down, count
	case Degraded:
		if role&degrades != 0 {
			return degrades, Down, count
		}
		return role & weakens, Degraded, count
	case Frozen:
		return role & freezes, Down, count
	case Blind:
		return role & blinds, Down, count
	case Exposed:
		if role&takesDown != 0 && role&redundant != 0 {
			return takesDown, Down, count - 1
		}
	}
	return 0, Down, 0
}

// choose visits every choice of k of the nodes, until the work is done.
func (p *prover) choose(among []node, k int, visit func([]node)) {
	if k > len(among) {
		return
	}
	at := make([]int, k)
	for i := range at {
		at[i] = i
	}
	for !p.isTired() {
		chosen := make([]node, k)
		for i, a := range at {
			chosen[i] = among[a]
		}
		visit(chosen)
		p.work++
		i := k - 1
		for ; i >= 0 && at[i] == len(among)-k+i; i-- {
		}
		if i < 0 {
			return
		}
		at[i]++
		for j := i + 1; j < k; j++ {
			at[j] = at[j-1] + 1
		}
	}
}

// step adds one step to a partial, unless it would go round in a circle.
func (p *prover) step(x *partial, by []use, rests []goal) {
	g := x.open[0]
	next := &partial{above: x, goal: g, by: by, rests: rests, open: slices.Clone(x.open[1:]), size: x.size}
	for _, u := range by {
		if !p.has(x, u) {
			next.size++
		}
	}
	for _, sub := range rests {
		closed := p.closes(x, sub)
		switch {
		case sub == g, closed != nil && p.restsOn(x, closed, g):
			return
		case closed == nil && !slices.Contains(next.open, sub):
			next.open = append(next.open, sub)
		}
	}
	if len(next.open) == 0 {
		next.open = nil
	}
	p.push(next)
}

// has reports whether a partial uses an edge.
func (p *prover) has(x *partial, u use) bool {
	for at := x; at.above != nil; at = at.above {
		p.gone += len(at.by)
		if slices.Contains(at.by, u) {
			return true
		}
	}
	return false
}

// closes returns the step of a partial that closes a goal, nil where it is open or unknown.
func (p *prover) closes(x *partial, g goal) *partial {
	for at := x; at.above != nil; at = at.above {
		p.gone++
		if at.goal == g {
			return at
		}
	}
	return nil
}

// restsOn reports whether a closed goal rests on another one, directly or not.
func (p *prover) restsOn(x, step *partial, on goal) bool {
	seen := map[goal]bool{}
	steps := []*partial{step}
	for len(steps) > 0 {
		last := steps[len(steps)-1]
		steps = steps[:len(steps)-1]
		for _, sub := range last.rests {
			if sub == on {
				return true
			}
			if seen[sub] {
				continue
			}
			seen[sub] = true
			if below := p.closes(x, sub); below != nil {
				steps = append(steps, below)
			}
		}
	}
	return false
}

// edges returns the edges of all steps, sorted and distinct.
func (x *partial) edges() []use {
	var out []use
	for at := x; at.above != nil; at = at.above {
		out = append(out, at.by...)
	}
	slices.SortFunc(out, compareUses)
	return slices.Compact(out)
}

func keyOf(edges []use) string {
	b := make([]byte, 0, 8*len(edges))
	for _, u := range edges {
		for _, n := range []int32{int32(u.r), int32(u.to)} {
			b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
		}
	}
	return string(b)
}
