package rules

import (
	"context"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

var noRecoveryPlan = analyzer.Define(analyzer.Spec{
	ID:       "no-recovery-plan",
	Severity: analyzer.High,
	Subject:  "generally available node that goes down with a region or a facility",
	Doc:      noRecoveryPlanDoc,
	Folds:    []analyzer.Fold{{Under: "recovery-loop", When: sameWayBackLost, Victim: func(f *analyzer.Finding) depgraph.ID { return f.Root[0] }}},
}, analyzer.NoParams, runNoRecoveryPlan)

// sameWayBackLost folds a plan that goes with the place under the loop that says so: of
// the place, or of the node itself, whose ways back need it.
func sameWayBackLost(f, cause *analyzer.Finding) string {
	ofPlace := slices.Equal(cause.Root, f.Claim.Failed)
	ofNode := slices.Equal(cause.Root, f.Root) && shows(f.Proof, cause.Proof)
	if f.Claim.State != analyzer.IsUnmet || cause.Claim.State != analyzer.IsUnmet || !ofPlace && !ofNode || !among(f.Nodes, cause) {
		return ""
	}
	return fmt.Sprintf("losing %s takes down what would repair %s", cause.Root[0], f.Root[0])
}

var noRecoveryPlanDoc = analyzer.Doc{
	Title: "A generally available node cannot be repaired while its place is gone",
	Text: `A product that customers pay for needs a way back that does not wait for the building. For each generally available node
the narrowest region or facility that takes it down is lost, and the wider ones that it claims to survive: it is a finding if no
requirement to recover (repairedBy) is met then, or if there is none at all.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: service:stream-upload
  ga: true
  in: [facility:north]
- {id: "facility:north"}
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: service:stream-upload
  ga: true
  in: [facility:north]
  repairedBy: [tool:redeploy-south]
- id: tool:redeploy-south
  in: [facility:south]
- {id: "facility:north"}
- {id: "facility:south"}
`,
	Remedy: "Say what brings it back (repairedBy), and let that stand elsewhere; then drill it.",
	Limits: "A node without a placement goes down with no place and is not judged. One way that is met is enough; whether it was ever tried is asked by untested-loss.",
	Since:  "0.1.0",
}

func runNoRecoveryPlan(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	losses, err := analyzer.Get(ctx, pass, placeLossesFact)
	if err != nil {
		return err
	}
	sites := slices.Concat(e.byKind[depgraph.KindFacility], e.byKind[depgraph.KindRegion])
	slices.SortFunc(sites, e.narrower(losses))
	taken := map[node][]node{} // generally available node -> the sites that are looked at
	var products []node
	for x := range node(e.g.Len()) {
		if n := e.g.At(x); n.GA != nil && *n.GA && !e.isPlace(x) {
			if at := sitesOf(e, losses, sites, x); len(at) > 0 {
				pass.Judged(n.ID)
				products = append(products, x)
				taken[x] = at
			}
		}
	}
	var stuck []node // those without a plan
	where := map[node]node{}
	for _, x := range products {
		for _, p := range taken[x] {
			if !recoverable(e, losses[p], x) {
				stuck, where[x] = append(stuck, x), p
				break
			}
		}
	}
	for _, x := range stuck {
		if err := ctx.Err(); err != nil {
			return err
		}
		reportNoPlan(pass, e, losses[where[x]], x, where[x], stuck)
	}
	return nil
}

// sitesOf lists the narrowest sites that take x down, none of which goes with
// another one, and the wider ones that x claims to survive.
func sitesOf(e *estate, losses map[node]*simulate.Loss, sites []node, x node) []node {
	var out []node
	for _, p := range sites {
		if !e.falls(losses[p], x) {
			continue
		}
		wider := slices.ContainsFunc(out, func(q node) bool { return losses[p].Is(simulate.Down, q) })
		if !wider || e.survives(x, p) {
			out = append(out, p)
		}
	}
	return out
}

// recoverable reports whether some requirement to recover is met, or can be by
// activating a standby, in a loss.
func recoverable(e *estate, l *simulate.Loss, x node) bool {
	return slices.ContainsFunc(e.owned(x, depgraph.PhasesOf(depgraph.Recover)), func(r req) bool {
		return l.Met(r) || e.leftOf(l, r) != nothingLeft
	})
}

func reportNoPlan(pass *analyzer.Pass, e *estate, l *simulate.Loss, x, p node, stuck []node) {
	id, place := e.g.ID(x), e.g.ID(p)
	ways := e.owned(x, depgraph.PhasesOf(depgraph.Recover))
	title := fmt.Sprintf("%s is generally available, goes down with %s, and nothing says how to bring it back", id, place)
	remedy := fmt.Sprintf("Say what brings %s back while %s is gone (repairedBy), and drill it.", id, place)
	down := l.Proof(simulate.Down, x)
	proof := down
	claim := analyzer.Claim{
		Failed: []depgraph.ID{place}, Then: []depgraph.ID{id}, State: analyzer.IsDown,
		Because: fmt.Sprintf("%s has no requirement to recover", id),
	}
	if len(ways) > 0 {
		members := e.ids(e.members(ways[0]))
		title = fmt.Sprintf("%s is generally available and goes down with %s, which takes %s too: nothing is left to bring it back", id, place, names(members))
		remedy = fmt.Sprintf("Let a way to bring %s back stand outside %s.", id, place)
		claim.State, claim.Because = analyzer.IsUnmet, fmt.Sprintf("%s cannot be repaired while %s is gone", id, place)
		proof = join(l.ProofUnmet(ways[0], depgraph.Recover), down)
	}
	// Who goes down only because x does needs no plan of its own: see how findings
	// that share the closing edge are merged.
	victims := []node{x}
	own := e.model.Lose(x)
	for _, y := range stuck {
		if y != x && e.falls(own, y) {
			victims = append(victims, y)
		}
	}
	pass.Report(analyzer.Finding{
		Title: title, Remedy: remedy, Root: []depgraph.ID{id}, Nodes: e.ids(victims), Proof: proof, Claim: claim,
	})
}
