package rules

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

var blastBudget = analyzer.Define(analyzer.Spec{
	ID:       "blast-budget",
	Severity: analyzer.High,
	Subject:  "node of a kind that the policy gives a budget",
	Doc:      blastBudgetDoc,
}, blastBudgetDefaults, runBlastBudget)

var blastBudgetDoc = analyzer.Doc{
	Title: "A node's loss takes more down than the policy allows",
	Text: `A budget makes growth visible: the policy says how many nodes the loss of any single node may take down, for all kinds or for
some, and every node over it is a finding. Without a policy that sets a budget the rule is not applicable.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:a", needs: ["datastore:shared"]}
- {id: "service:b", needs: ["datastore:shared"]}
- {id: "service:c", needs: ["datastore:shared"]}
- {id: "datastore:shared"}
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:a", needs: ["datastore:a"]}
- {id: "service:b", needs: ["datastore:shared"]}
- {id: "service:c", needs: ["datastore:shared"]}
- {id: "datastore:a"}
- {id: "datastore:shared"}
`,
	Remedy: "Split the node, let its users go on without it, or raise the budget knowingly.",
	Limits: "Down counts, degraded does not. Nodes that always go down together are one finding. Budgets: max for every node, maxByKind for some kinds (it replaces max).",
	Since:  "0.1.0",
}

// blastBudgetParams are the budgets. The zero value sets none.
type blastBudgetParams struct {
	Max       int            `json:"max"`       // nodes that the loss of any one node may take down; 0 sets no budget
	MaxByKind map[string]int `json:"maxByKind"` // the same by kind of the lost node, instead of Max; 0 allows none
}

func blastBudgetDefaults() blastBudgetParams { return blastBudgetParams{} }

// of returns the budget for a kind.
func (p blastBudgetParams) of(kind depgraph.Kind) (budget int, set bool) {
	if budget, set = p.MaxByKind[string(kind)]; set {
		return budget, true
	}
	return p.Max, p.Max > 0
}

// check finds budgets that are none, and kinds that nobody knows: they would judge nothing.
func (p blastBudgetParams) check(g *depgraph.Graph) error {
	if p.Max < 0 {
		return fmt.Errorf("max: %d is no number of nodes", p.Max)
	}
	for _, kind := range slices.Sorted(maps.Keys(p.MaxByKind)) {
		if budget := p.MaxByKind[kind]; budget < 0 {
			return fmt.Errorf("maxByKind %s: %d is no number of nodes", kind, budget)
		}
		if first, end := g.RangeOf(depgraph.Kind(kind)); first == end && depgraph.Kind(kind).Family() == depgraph.FamilyOpen {
			return fmt.Errorf("maxByKind: no node has the kind %q", kind)
		}
	}
	return nil
}

func runBlastBudget(ctx context.Context, pass *analyzer.Pass, p blastBudgetParams) error {
	if err := p.check(pass.Graph); err != nil {
		return &analyzer.ParamsError{Rule: "blast-budget", Err: err}
	}
	if p.Max == 0 && len(p.MaxByKind) == 0 {
		pass.NotApplicable("no policy sets a budget (max, or maxByKind)")
		return nil
	}
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	alike, err := analyzer.Get(ctx, pass, alikeFact)
	if err != nil {
		return err
	}
	blast, err := analyzer.Get(ctx, pass, blastFact)
	if err != nil {
		return err
	}
	taken := map[int]bool{}
	for x := range node(e.g.Len()) {
		budget, set := p.of(e.g.ID(x).Kind)
		if !set || e.isGroup(x) {
			continue
		}
		pass.Judged(e.g.ID(x))
		if blast.Of(x).Down > budget && !taken[alike.Of(x)] {
			taken[alike.Of(x)] = true
			reportOverBudget(pass, e, x, budget)
		}
	}
	return nil
}

func reportOverBudget(pass *analyzer.Pass, e *estate, x node, budget int) {
	l := e.model.Lose(x)
	victims := slices.DeleteFunc(l.List(simulate.Down), func(v node) bool { return v == x || e.calm.Is(simulate.Down, v) })
	shown := victims[max(0, slices.IndexFunc(victims, e.grave))]
	id := e.g.ID(x)
	pass.Report(analyzer.Finding{
		Title: fmt.Sprintf("%s takes down %s, and the budget is %d", id, count(len(victims), "node", "nodes"), budget),
		Root:  []depgraph.ID{id}, Nodes: e.ids(victims), Proof: l.Proof(simulate.Down, shown),
		Remedy: fmt.Sprintf("Let %d of them go on without %s, or raise the budget.", len(victims)-budget, id),
		Claim: analyzer.Claim{
			Failed: []depgraph.ID{id}, Then: []depgraph.ID{e.g.ID(shown)}, State: analyzer.IsDown,
			Because: fmt.Sprintf("it is one of %d, over a budget of %d", len(victims), budget),
		},
	})
}
