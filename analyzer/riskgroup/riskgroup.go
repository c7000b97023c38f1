package riskgroup

import (
	"context"
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
	return NewFinder(m, o).Minimal(ctx, v)
}

// Finder finds risk groups of many nodes of one model. It is not safe for
// concurrent use.
type Finder struct {
	m *simulate.Model
	o Options
}

// NewFinder prepares a search for the groups of any nodes of m.
func NewFinder(m *simulate.Model, o Options) *Finder {
	return &Finder{m: m, o: o}
}

// Minimal is [Minimal] for the finder's model and options.
func (f *Finder) Minimal(ctx context.Context, v depgraph.NodeIndex) (*Groups, error) {
	if f.m.DownAnyway(v) {
		return &Groups{Sets: [][]depgraph.NodeIndex{{}}, Complete: true}, nil
	}
	out, err := f.search(ctx, v)
	if err != nil {
		return nil, err
	}
	rank(f.m.Graph(), out.Sets)
	return out, nil
}

// search finds the groups of v by hitting sets.
func (f *Finder) search(ctx context.Context, v depgraph.NodeIndex) (*Groups, error) {
	c := newCone(f.m, v)
	h := newHitting(ctx, c, f.o)
	if err := h.run(); err != nil {
		return nil, err
	}
	out := &Groups{Complete: h.complete}
	for _, set := range h.found {
		group := make([]depgraph.NodeIndex, len(set))
		for i, e := range set {
			group[i] = c.nodes[e]
		}
		slices.Sort(group)
		out.Sets = append(out.Sets, group)
	}
	return out, nil
}
