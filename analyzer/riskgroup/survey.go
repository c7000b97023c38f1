package riskgroup

import (
	"context"
	"maps"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// Survey holds the groups of some nodes of one graph, such as of all that claim to
// survive something. It never changes and may be shared by goroutines.
type Survey struct {
	m        *simulate.Model
	o        Options
	groups   map[depgraph.NodeIndex]*Groups
	computed int
}

// NewSurvey finds the groups of some nodes of m, at the cost of a [Finder]. The only
// error is that of the context.
func NewSurvey(ctx context.Context, m *simulate.Model, nodes []depgraph.NodeIndex, o Options) (*Survey, error) {
	s := &Survey{m: m, o: o, groups: make(map[depgraph.NodeIndex]*Groups, len(nodes))}
	f := NewFinder(m, o)
	for _, v := range nodes {
		if s.groups[v] != nil {
			continue
		}
		groups, err := f.Minimal(ctx, v)
		if err != nil {
			return nil, err
		}
		s.groups[v] = groups
		s.computed++
	}
	return s, nil
}

// Update returns the survey of some nodes of the next graph, for losses as long and with
// the same options, and looks again only for the groups of nodes that a change can reach,
// see [simulate.Model.Same], of nodes that s has nothing of, and where the cap was
// reached. It costs O(nodes + members) and those. The only error is that of the context.
func (s *Survey) Update(ctx context.Context, next *depgraph.Graph, nodes []depgraph.NodeIndex) (*Survey, error) {
	same := s.m.Same(next)
	now := make(map[depgraph.NodeIndex]depgraph.NodeIndex, len(same)) // of what is the same
	for v, o := range same {
		if o >= 0 {
			now[o] = depgraph.NodeIndex(v)
		}
	}
	var reached []depgraph.NodeIndex
	kept := make(map[depgraph.NodeIndex]*Groups, len(nodes))
	for _, v := range nodes {
		var was *Groups
		if same[v] >= 0 {
			was = s.groups[same[v]]
		}
		if was == nil || !was.Complete {
			reached = append(reached, v)
			continue
		}
		is := &Groups{Complete: true}
		for _, set := range was.Sets {
			moved := make([]depgraph.NodeIndex, len(set))
			for i, o := range set {
				moved[i] = now[o]
			}
			is.Sets = append(is.Sets, moved)
		}
		rank(next, is.Sets) // a rate may be another one
		kept[v] = is
	}
	out, err := NewSurvey(ctx, simulate.NewModel(next, s.m.Outage()), reached, s.o)
	if err != nil {
		return nil, err
	}
	maps.Copy(out.groups, kept)
	return out, nil
}

// Of returns the groups of node v; nil where it is none of the survey's. They are shared: do
// not change them.
func (s *Survey) Of(v depgraph.NodeIndex) *Groups { return s.groups[v] }

// Nodes lists the survey's nodes; ascending.
func (s *Survey) Nodes() []depgraph.NodeIndex {
	return slices.Sorted(maps.Keys(s.groups))
}

// Computed returns how many nodes' groups were looked for to make s; the others came
// from the survey that it updates.
func (s *Survey) Computed() int { return s.computed }
