package rules

import (
	"context"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

// loopFact holds the strongly connected sets over everything that bringing a node
// back can take: to recover, to deploy, to run and to start, where the owner goes
// down without it.
var loopFact = &analyzer.Fact[*depgraph.Components]{
	Name: "sets of recover, deploy, run and start needs",
	Compute: func(_ context.Context, pass *analyzer.Pass) (*depgraph.Components, error) {
		return pass.Graph.Components(depgraph.Filter{
			Phases: depgraph.PhasesOf(depgraph.Recover, depgraph.Deploy, depgraph.Run, depgraph.Start),
			IfLost: []depgraph.IfLost{depgraph.Down},
		}), nil
	},
}

// spare returns how many of the members of r that can serve its owner it could
// do without: idle standbys serve nobody but standbys.
func (e *estate) spare(r req) int {
	members := e.g.Members(r)
	able := 0
	for _, m := range members {
		if e.counts(m, r) {
			able++
		}
	}
	return able - e.g.Terms(r).Need.Of(len(members))
}

// alikeFact holds the sets of nodes that always go down together: strongly
// connected over run needs that have nothing to spare.
var alikeFact = &analyzer.Fact[*depgraph.Components]{
	Name: "sets that go down together",
	Compute: func(ctx context.Context, pass *analyzer.Pass) (*depgraph.Components, error) {
		e, err := analyzer.Get(ctx, pass, estateFact)
		if err != nil {
			return nil, err
		}
		return pass.Graph.Components(depgraph.Filter{
			Phases: depgraph.PhasesOf(depgraph.Run),
			IfLost: []depgraph.IfLost{depgraph.Down},
			Accept: func(r req, _ node) bool { return e.takesOwner(r) && e.spare(r) == 0 },
		}), nil
	},
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
