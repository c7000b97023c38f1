package rules

import (
	"context"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

var undeclaredDependency = analyzer.Define(analyzer.Spec{
	ID:       "undeclared-dependency",
	Severity: analyzer.Medium,
	Subject:  "declared node that is seen in traffic",
	Doc:      undeclaredDependencyDoc,
}, analyzer.NoParams, runUndeclaredDependency)

var undeclaredDependencyDoc = analyzer.Doc{
	Title: "Traffic shows a need that nothing declares",
	Text: `A manifest, a catalogue entry or a native file describes the node, traffic shows what it calls, and no input declares that
need: whoever reads the files misses it. Only owners that some input declares are judged, so that an estate known from traces
alone gives no finding for each of its calls.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:checkout"}
- {id: "service:fraud-check"}
# and traces in which checkout calls fraud-check
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:checkout", needs: ["service:fraud-check"]}
- {id: "service:fraud-check"}
# and traces in which checkout calls fraud-check
`,
	Remedy: "Declare the need, with what its loss does (down, degraded) and how long the owner goes on without it; or remove the call.",
	Limits: "Traffic shows that a call happened, not that it is needed. One trace of one test counts: look at the number of calls.",
	Since:  "0.1.0",
}

func runUndeclaredDependency(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	for x := range node(e.g.Len()) {
		if e.isGroup(x) || !e.g.NodeHas(x, depgraph.Declared) {
			continue
		}
		for r, end := e.g.OwnedBy(x); r < end; r++ {
			if !e.g.Has(r, depgraph.Observed) {
				continue
			}
			t := e.g.Terms(r)
			for _, m := range e.g.Members(r) {
				edge := e.g.Edge(r, m, t.Phases.List()[0])
				if !slices.ContainsFunc(edge.Origins, seenInTraffic) {
					continue
				}
				pass.Judged(edge.From)
				if edge.Basis() == depgraph.Observed && t.IfLost != depgraph.Unaffected && !e.declares(x, m) {
					reportUndeclared(pass, edge)
				}
			}
		}
	}
	return nil
}

func reportUndeclared(pass *analyzer.Pass, edge depgraph.Edge) {
	var calls int64
	for _, o := range edge.Origins {
		calls += o.Seen.Count
	}
	often := ""
	if calls > 0 {
		often = ", " + count(int(calls), "call", "calls")
	}
	pass.Report(analyzer.Finding{
		Title:  fmt.Sprintf("%s calls %s (%s%s), and no input declares it", edge.From, edge.To, edge.Origins[0].Input, often),
		Remedy: fmt.Sprintf("Declare that %s needs %s, and what its loss does.", edge.From, edge.To),
		Root:   []depgraph.ID{edge.From, edge.To}, Ordered: true,
		Nodes: []depgraph.ID{edge.From}, Proof: []depgraph.Edge{edge},
		Claim: analyzer.Claim{Then: []depgraph.ID{edge.From, edge.To}, State: analyzer.IsStated, Because: "traffic shows the need, and nothing else does"},
	})
}
