package rules

import (
	"context"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

var staleDeclaration = analyzer.Define(analyzer.Spec{
	ID:       "stale-declaration",
	Severity: analyzer.Low,
	Subject:  "declared need to run whose owner is seen in traffic",
	Doc:      staleDeclarationDoc,
}, analyzer.NoParams, runStaleDeclaration)

var staleDeclarationDoc = analyzer.Doc{
	Title: "A declared need never shows in traffic",
	Text: `The owner is observed, the need is not: the declaration may be left over from an earlier design, and simulations believe it. Only
needs to run that traffic could show are judged: calls to workloads and to services outside, not volumes, images or places.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:checkout", needs: ["service:legacy-tax"]}
- {id: "service:legacy-tax"}
# and traces of checkout that never reach legacy-tax
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:checkout"}
- {id: "service:legacy-tax"}
# and traces of checkout that never reach legacy-tax
`,
	Remedy: "Remove the declaration, or say that it is rare (a fallback, a yearly job).",
	Limits: "Traces are samples: a rare call or a client without instrumentation looks the same as no call. It never proves that there is no dependency.",
	Since:  "0.1.0",
}

func runStaleDeclaration(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	observed := e.observed()
	for x := range node(e.g.Len()) {
		if e.isGroup(x) || !observed[x] {
			continue
		}
		for _, n := range e.directNeeds(x) {
			t := e.g.Terms(n.first())
			family := e.g.ID(n.member()).Kind.Family()
			visible := family == depgraph.FamilyWorkload && e.g.ID(n.member()).Kind != depgraph.KindVolume || e.g.ID(n.member()).Kind == depgraph.KindExternal
			if !t.Phases.Has(depgraph.Run) || !visible || quietVia(t.Via) {
				continue
			}
			edges := e.edges(n)
			if edges[len(edges)-1].Basis() != depgraph.Declared {
				continue
			}
			pass.Judged(e.g.ID(x))
			if !e.everSeen(x, n.member()) {
				reportStale(pass, e.g.ID(x), e.g.ID(n.member()), edges)
			}
		}
	}
	return nil
}

// quietVia reports whether a relation is one that traces do not show.
func quietVia(v depgraph.Via) bool {
	return slices.Contains([]depgraph.Via{
		depgraph.PlacedIn, depgraph.UpdatedBy, depgraph.BuiltFrom, depgraph.Mounts, depgraph.StoresOn, depgraph.Resolves,
		depgraph.AdmittedBy, depgraph.SecretFrom, depgraph.CertifiedBy, depgraph.PoweredBy, depgraph.ScheduledBy, depgraph.OrderedAfter,
	}, v)
}

func reportStale(pass *analyzer.Pass, owner, member depgraph.ID, edges []depgraph.Edge) {
	pass.Report(analyzer.Finding{
		Title:  fmt.Sprintf("%s declares that it needs %s, and traffic of it never shows that", owner, member),
		Remedy: fmt.Sprintf("Remove the need of %s for %s if nothing uses it any more.", owner, member),
		Root:   []depgraph.ID{owner, member}, Ordered: true,
		Nodes: []depgraph.ID{owner}, Proof: edges,
		Claim: analyzer.Claim{Then: []depgraph.ID{owner, member}, State: analyzer.IsStated, Because: "the declaration is there, the traffic is not"},
	})
}
