package riskgroup

import (
	"context"
	"math"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// DefaultCap is how many sets are listed where nobody says otherwise.
const DefaultCap = 1_000_000

// DefaultOrder is the size of the largest sets where nobody says otherwise.
const DefaultOrder = 3

// Options bounds a search. The zero value finds all sets of up to three nodes,
// and stops at a million.
type Options struct {
	Order int // size of the largest sets; 0 or less is DefaultOrder
	Cap   int // how many sets at most; 0 or less is DefaultCap
}

func (o Options) order() int {
	if o.Order <= 0 {
		return DefaultOrder
	}
	return o.Order
}

func (o Options) cap() int {
	if o.Cap <= 0 {
		return DefaultCap
	}
	return o.Cap
}

// Groups are the minimal sets of nodes whose loss takes one node down. A node that
// is down when nothing is lost has one, the empty set.
type Groups struct {
	// Sets hold node indexes, each ascending. Smaller sets come first; among those of
	// one size, where all their nodes state an annual failure rate, the likelier one
	// first and before those of which a rate is unknown; then by id.
	Sets [][]depgraph.NodeIndex
	// Complete says that these are all sets of at most the order asked for. Else the
	// cap was reached: all sets of a size are listed before any of the next, but of
	// the last one some are missing.
	Complete bool
}

// Minimal finds all minimal sets of at most o.Order nodes whose loss takes v down,
// as the model simulates losses; v itself and groups are in none. It stops early
// with the error of ctx.
//
// The cost grows with what can take v down and with the number of sets, and with
// the order as an exponent where nodes have much in common; see [Finder] for many
// nodes of one graph, and [Count] for how many sets there are of any size.
func Minimal(ctx context.Context, m *simulate.Model, v depgraph.NodeIndex, o Options) (*Groups, error) {
	return (&Finder{m: m, o: o}).Minimal(ctx, v)
}

// Finder finds risk groups of many nodes of one model, and what it learns of a node
// that several of them need it learns once. It is not safe for concurrent use.
type Finder struct {
	m     *simulate.Model
	o     Options
	whole *solver // over the graph as it is; nil where sets of its nodes do not fit a word
}

// Of a graph as it is a finder looks only at nodes with few sets: where there are
// many, it pays to look at what can take the one node in question down.
const (
	wholeMost  = 128         // sets of a node
	wholeEach  = 10_000      // for each node
	coneWork   = 250_000_000 // of hitting sets: about four seconds
	coneMost   = 4_000_000   // sets of a cell
	coneBudget = 10_000_000  // for all cells: about two seconds
)

// NewFinder prepares a search for the groups of any nodes of m.
func NewFinder(m *simulate.Model, o Options) *Finder {
	f := &Finder{m: m, o: o}
	n := m.Graph().Len()
	if p, fits := packingFor(o.order(), n); fits {
		f.whole = newSolver(graphStructure{m}, newBench(p, n, 0), n, wholeMost)
		f.whole.each = wholeEach
	}
	return f
}

// Minimal is [Minimal] for the finder's model and options.
func (f *Finder) Minimal(ctx context.Context, v depgraph.NodeIndex) (*Groups, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if f.m.DownAnyway(v) {
		return &Groups{Sets: [][]depgraph.NodeIndex{{}}, Complete: true}, nil
	}
	out, ok := f.known(ctx, v)
	if !ok {
		var err error
		if out, err = f.search(ctx, v); err != nil {
			return nil, err
		}
	}
	rank(f.m.Graph(), out.Sets)
	return out, nil
}

// graphStructure is the graph of a model as cells.
type graphStructure struct{ m *simulate.Model }

func (s graphStructure) fails(x cell) bool { return s.m.Graph().ID(x).Kind != depgraph.KindGroup }

func (s graphStructure) gatesOf(x cell) []gate {
	var out []gate
	eachGate(s.m, x, func(limit int, members []depgraph.NodeIndex) {
		out = append(out, gate{x, int32(limit), members})
	})
	return out
}

// known returns the groups of v from those of the nodes it needs, and false where
// there are too many to find them that way.
func (f *Finder) known(ctx context.Context, v depgraph.NodeIndex) (*Groups, bool) {
	if f.whole == nil {
		return nil, false
	}
	f.whole.ctx = ctx
	found, ok := f.whole.solve(v)
	if !ok || len(found.sets) > f.o.cap() {
		return nil, false
	}
	out := &Groups{Complete: true}
	self := f.whole.single(v)
	for _, s := range found.sets {
		if f.whole.minus(s, self) == s { // v failing by itself is none of its groups
			out.Sets = append(out.Sets, f.whole.cells(nil, s))
		}
	}
	return out, true
}

// search finds the groups of v among what can take it down.
func (f *Finder) search(ctx context.Context, v depgraph.NodeIndex) (*Groups, error) {
	whole := newCone(f.m, v)
	out := &list{most: f.o.cap(), groups: Groups{Complete: true}}
	fatal := whole.chain()
	rest := whole.without(fatal)
	for _, x := range newHitting(ctx, rest, 0, 0).singles() {
		at, _ := slices.BinarySearch(whole.nodes, rest.nodes[x])
		fatal[at] = true
	}
	for x := range whole.nodes {
		if fatal[x] {
			out.add([][]depgraph.NodeIndex{whole.class[x]})
		}
	}
	if f.o.order() == 1 || !out.groups.Complete {
		return &out.groups, ctx.Err()
	}
	c := whole.without(fatal).classes()
	sets, complete, err := f.larger(ctx, c, coneWork, coneBudget)
	for _, set := range sets {
		classes := make([][]depgraph.NodeIndex, len(set))
		for i, x := range set {
			classes[i] = c.class[x]
		}
		out.add(classes)
	}
	out.groups.Complete = out.groups.Complete && complete
	return &out.groups, err
}

// larger finds the sets of two and more cells that take the top of a cone down, the
// smaller first, where no cell does it alone. Hitting sets are fast where little
// keeps the top up, and families where little of each part takes it down, which
// nobody knows beforehand: both are given some time, the work of the first and the
// budget of the other, and then the first all of it.
func (f *Finder) larger(ctx context.Context, c *cone, work, budget int64) (sets [][]cell, complete bool, err error) {
	h := newHitting(ctx, c, f.o.cap(), work)
	if err := h.run(f.o.order()); err != nil || h.complete || h.capped {
		return h.found, h.complete, err
	}
	if p, fits := packingFor(f.o.order(), len(c.nodes)); fits {
		s := newSolver(c, newBench(p, len(c.nodes), budget), len(c.nodes), coneMost)
		s.ctx = ctx
		if found, ok := s.solve(c.top); ok {
			for _, set := range found.sets {
				sets = append(sets, s.cells(nil, set))
			}
			return sets, true, ctx.Err()
		}
	}
	h = newHitting(ctx, c, f.o.cap(), math.MaxInt64)
	err = h.run(f.o.order())
	return h.found, h.complete, err
}

// list collects groups up to a cap.
type list struct {
	most   int
	groups Groups
}

// add adds the groups that take one node of each class, in the order of ids.
func (l *list) add(classes [][]depgraph.NodeIndex) {
	at := make([]int, len(classes))
	for _, class := range classes {
		if len(class) == 0 {
			return
		}
	}
	for {
		if len(l.groups.Sets) == l.most {
			l.groups.Complete = false
			return
		}
		set := make([]depgraph.NodeIndex, len(classes))
		for i, class := range classes {
			set[i] = class[at[i]]
		}
		slices.Sort(set)
		l.groups.Sets = append(l.groups.Sets, set)
		i := len(at) - 1
		for ; i >= 0; i-- {
			if at[i]++; at[i] < len(classes[i]) {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			return
		}
	}
}
