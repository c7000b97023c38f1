package rules

import (
	"context"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

// components give each node the number of its strongly connected set.
type components struct{ of []int32 }

// together reports whether two different nodes are in one set.
func (c *components) together(a, b node) bool { return a != b && c.of[a] == c.of[b] }

// loopFact holds the sets over everything that bringing a node back can take: to
// recover, to deploy, to run and to start, where the owner goes down without it.
var loopFact = &analyzer.Fact[*components]{Name: "sets of recover, deploy, run and start needs", Compute: func(_ context.Context, pass *analyzer.Pass) (*components, error) {
	return componentsOver(pass.Graph, depgraph.PhasesOf(depgraph.Recover, depgraph.Deploy, depgraph.Run, depgraph.Start)), nil
}}

// componentsOver finds the strongly connected sets over the requirements of the
// phases that take their owner down, in O(nodes + members).
func componentsOver(g *depgraph.Graph, phases depgraph.Phases) *components {
	at := make([]int32, g.Len()+1)
	var to []int32
	for i := range node(g.Len()) {
		for r, end := g.OwnedBy(i); r < end; r++ {
			if t := g.Terms(r); t.IfLost == depgraph.Down && t.Phases.Intersects(phases) {
				for _, m := range g.Members(r) {
					to = append(to, int32(m))
				}
			}
		}
		at[i+1] = int32(len(to))
	}
	c := &components{}
	c.of, _ = depgraph.StrongComponents(at, to)
	return c
}

// rootmost returns the first by id of those that no other takes down without
// going down with it: y comes before x if losing y takes x down and not the
// reverse. nodes is ascending and not empty.
func (e *estate) rootmost(nodes []node, takes func(y, x node) bool) node {
	for _, x := range nodes {
		first := true
		for _, y := range nodes {
			if x != y && takes(y, x) && !takes(x, y) {
				first = false
				break
			}
		}
		if first {
			return x
		}
	}
	return nodes[0]
}
