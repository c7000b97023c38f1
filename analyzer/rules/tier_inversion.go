package rules

import (
	"context"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

var tierInversion = analyzer.Define(analyzer.Spec{
	ID:       "tier-inversion",
	Severity: analyzer.Medium,
	Subject:  "node with a tier, a claim or general availability that directly needs another one to run",
	Doc:      tierInversionDoc,
}, analyzer.NoParams, runTierInversion)

var tierInversionDoc = analyzer.Doc{
	Title: "A critical node needs a less critical one to run",
	Text: `Tiers decide who is on call, what is changed when, and what is restored first. A node that goes down with one that states a less
critical tier, that states ga: false while it is generally available itself, or that claims to survive less than it does, is in
truth as critical as that one. What is not stated is unknown, never less.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:checkout", tier: 0, needs: ["service:recommendations"]}
- {id: "service:recommendations", tier: 3}
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: service:checkout
  tier: 0
  needs: [{node: service:recommendations, ifLost: degraded}]
- {id: "service:recommendations", tier: 3}
`,
	Remedy: "Let the critical one go on without the other (ifLost: degraded), or raise the other to its tier.",
	Limits: "Only direct needs are judged, placement and update channels aside. Where other members that are as critical are enough, the less critical one is no finding.",
	Since:  "0.1.0",
}

func runTierInversion(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	worse := map[node][]need{} // needed node -> who needs it
	for x := range node(e.g.Len()) {
		n := e.g.At(x)
		if e.isGroup(x) || n.Tier == nil && (n.GA == nil || !*n.GA) && len(n.Survives) == 0 {
			continue
		}
		for r, end := e.g.OwnedBy(x); r < end; r++ {
			if !e.severe(r) {
				continue
			}
			pass.Judged(n.ID)
			if criticalEnough(e, n, r) {
				continue
			}
			for _, need := range e.needsBy(r, e.severe) {
				if inverts(n, e.g.At(need.member())) != "" {
					worse[need.member()] = append(worse[need.member()], need)
				}
			}
		}
	}
	for y := range node(e.g.Len()) {
		if len(worse[y]) > 0 {
			reportInversion(pass, e, y, worse[y])
		}
	}
	return nil
}

// severe reports whether r takes its owner down and is neither placement nor an update
// channel.
func (e *estate) severe(r req) bool {
	via := e.g.Terms(r).Via
	return e.takesOwner(r) && via != depgraph.PlacedIn && via != depgraph.UpdatedBy
}

// criticalEnough reports whether the members of r that are as critical as x meet its need
// without the others.
func criticalEnough(e *estate, x *depgraph.Node, r req) bool {
	return e.enough(r, e.takesOwner, func(m node, r req) bool {
		return e.counts(m, r) && inverts(x, e.g.At(m)) == ""
	})
}

// inverts says in what y states to be less critical than x; "" in nothing.
func inverts(x, y *depgraph.Node) string {
	switch {
	case x.Tier != nil && y.Tier != nil && *y.Tier > *x.Tier:
		return fmt.Sprintf("is of tier %d and needs one of tier %d", *x.Tier, *y.Tier)
	case x.GA != nil && *x.GA && y.GA != nil && !*y.GA:
		return "is generally available and needs one that is not"
	case len(y.Survives) > 0 && len(y.Survives) < len(x.Survives) &&
		!slices.ContainsFunc(y.Survives, func(s string) bool { return !slices.Contains(x.Survives, s) }):
		return fmt.Sprintf("claims to survive %s and needs one that claims only %s", enumerate(x.Survives), enumerate(y.Survives))
	}
	return ""
}

func reportInversion(pass *analyzer.Pass, e *estate, y node, needs []need) {
	var victims []node
	for _, n := range needs {
		victims = union(victims, []node{n.owner})
	}
	shown := e.gravest(needs)
	owner, needed := e.g.ID(shown.owner), e.g.ID(y)
	title := fmt.Sprintf("%s %s: %s", owner, inverts(e.g.At(shown.owner), e.g.At(y)), needed)
	if more := len(victims) - 1; more > 0 {
		title += fmt.Sprintf("; %s", count(more, "more critical node needs it", "more critical nodes need it"))
	}
	var proof []depgraph.Edge
	for _, s := range shown.steps {
		proof = append(proof, e.g.Edge(s.Req, s.Member, depgraph.Run))
	}
	pass.Report(analyzer.Finding{
		Title: title, Root: []depgraph.ID{needed}, Nodes: e.ids(victims), Proof: proof,
		Remedy: fmt.Sprintf("Let %s go on without %s, or hold %s to the same standard.", verb(len(victims), owner.String(), "them"), needed, needed),
		Claim: analyzer.Claim{
			Then: []depgraph.ID{owner, needed}, State: analyzer.IsStated,
			Because: fmt.Sprintf("%s %s", owner, inverts(e.g.At(shown.owner), e.g.At(y))),
		},
	})
}
