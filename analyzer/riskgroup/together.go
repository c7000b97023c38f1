package riskgroup

import (
	"github.com/fateline/fateline/analyzer/depgraph"
)

// Together returns g with one more node, a group that goes down when none of the nodes,
// of which none is a group, is left to serve (each is down, or a standby), and its id: its minimal sets are what
// takes a redundant whole down. The graph is built anew, in its whole size.
func Together(g *depgraph.Graph, nodes []depgraph.ID) (*depgraph.Graph, depgraph.ID, error) {
	id := depgraph.ID{Kind: depgraph.KindGroup, Name: "together"}
	for g.Node(id) != nil {
		id.Name += "-"
	}
	b := g.Builder()
	b.AddRequirement(depgraph.Requirement{
		Owner: id, Members: nodes, Terms: depgraph.Terms{Need: depgraph.AtLeast(1)},
		Origins: []depgraph.Origin{{Input: "question"}},
	})
	joined, err := b.Build()
	return joined, id, err
}
