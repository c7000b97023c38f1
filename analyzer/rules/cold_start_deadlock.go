package rules

import (
	"context"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

var coldStartDeadlock = analyzer.Define(analyzer.Spec{
	ID:       "cold-start-deadlock",
	Severity: analyzer.Critical,
	Subject:  "node that needs another one to start",
	Doc:      coldStartDeadlockDoc,
	Cure:     analyzer.Cure{Of: analyzer.Always},
	Folds: []analyzer.Fold{
		{Under: "fail-closed-admission", When: admittedBySameWebhook},
		{Under: "recovery-loop", When: sharesDeployment},
	},
}, analyzer.NoParams, runColdStartDeadlock)

var coldStartDeadlockDoc = analyzer.Doc{
	Title: "After everything stopped, some nodes can never come up again",
	Text: `The name service reads its zones from a database that is found by name; the secret store unseals with a key from the job that
needs its secrets. While they run nobody notices. After the loss of the place, or of everything, each waits for another one to come
up first. Everything is started from nothing (people and outside services are there), and each smallest cycle that holds itself down is
one finding, with all that it keeps down. It is medium where the cycle rests on an address in a setting, which says that a node is
used and not that nothing starts without it. One that exists only if stored state is lost too, so that everything must be
deployed anew, is medium: it wants a bootstrap by hand.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: service:dns
  needs: [{node: datastore:zones, phase: start}]
- id: datastore:zones
  needs: [{node: service:dns, phase: start, via: resolves}]
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: service:dns
  needs: [{node: datastore:zones, phase: start}]
- id: datastore:zones
  needs: [{node: service:dns, phase: start, ifLost: degraded, via: resolves, note: "addresses in its configuration"}]
`,
	Remedy: "Let one of them start without the next: addresses instead of names, a key at hand, a last known copy.",
	Limits: "What people would do by hand is not known unless it is modelled as an alternative. A place that is part of its own cycle only through people who stand in it is found by recovery-loop.",
	Since:  "0.1.0",
}

// sharesDeployment folds a need for a bootstrap under the loop of redeployment.
func sharesDeployment(f, cause *analyzer.Finding) string {
	for _, e := range f.Proof {
		if f.Severity < analyzer.Critical && e.Phase == depgraph.Deploy && slices.ContainsFunc(cause.Proof, sameArrow(e)) {
			return fmt.Sprintf("it is the same need of %s for %s", e.From, e.To)
		}
	}
	return ""
}

func runColdStartDeadlock(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	losses, err := analyzer.Get(ctx, pass, placeLossesFact)
	if err != nil {
		return err
	}
	for r := range req(e.g.Requirements()) {
		if t := e.g.Terms(r); t.IfLost == depgraph.Down && t.Phases.Has(depgraph.Start) {
			pass.Judged(e.g.ID(e.g.Owner(r)))
		}
	}
	kept := simulate.BlackStart(e.g, simulate.StartOptions{})
	for _, k := range kept.Knots() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if holdsItself(k) {
			reportDeadlock(pass, e, losses, k)
		}
	}
	rebuilt := simulate.BlackStart(e.g, simulate.StartOptions{Rebuild: true})
	for _, k := range rebuilt.Knots() {
		anyway := slices.ContainsFunc(k.Nodes, func(n node) bool { _, serves := kept.ServesAt(n); return !serves })
		if holdsItself(k) && !anyway {
			reportBootstrap(pass, e, k)
		}
	}
	return nil
}

// holdsItself reports whether a knot is a cycle, rather than a need that nothing meets.
func holdsItself(k simulate.Knot) bool {
	waits := map[depgraph.ID]bool{}
	for _, e := range k.Proof {
		waits[e.From] = true
	}
	return !slices.ContainsFunc(k.Proof, func(e depgraph.Edge) bool { return !waits[e.To] })
}

func reportDeadlock(pass *analyzer.Pass, e *estate, losses map[node]*simulate.Loss, k simulate.Knot) {
	ids := e.ids(k.Nodes)
	after := "once everything was lost"
	if p, found := trappedBy(e, losses, k); found {
		after = fmt.Sprintf("once %s was lost", e.g.ID(p))
	}
	title := fmt.Sprintf("%s wait for each other to start and never come up %s", names(ids), after)
	if len(ids) == 1 {
		title = fmt.Sprintf("%s needs itself to start and never comes up %s", ids[0], after)
	}
	if more := len(k.Held) - len(k.Nodes); more > 0 {
		title += fmt.Sprintf("; %s with it", count(more, "node stays down", "nodes stay down"))
	}
	severity := analyzer.Critical
	if slices.ContainsFunc(k.Proof, mayGoOnWithout) {
		severity = analyzer.Medium
	}
	pass.Report(analyzer.Finding{
		Severity: severity,
		Title:    title, Root: ids, Nodes: e.ids(k.Held), Proof: k.Proof,
		Remedy: fmt.Sprintf("Let %s start without what it waits for.", oneOf(ids)),
		Claim: analyzer.Claim{
			Then: ids, State: analyzer.NeverRuns, Because: "each waits for the next to come up first",
		},
	})
}

// mayGoOnWithout reports whether an edge says that something is used, and not that
// nothing serves without it: an address read out of a text, or seen in traffic.
// Programs retry; a deadlock is proved by what they wait for.
func mayGoOnWithout(e depgraph.Edge) bool {
	switch {
	case e.Basis() == depgraph.Implied:
		return false
	case e.Phase == depgraph.Run:
		return e.Confidence() < stated
	}
	return e.Confidence() < bareName
}

// trappedBy returns the narrowest place whose loss alone brings the deadlock about.
func trappedBy(e *estate, losses map[node]*simulate.Loss, k simulate.Knot) (node, bool) {
	const tried = 4 // a recovery costs as much as the graph is large
	places := slices.DeleteFunc(slices.Clone(e.places), func(p node) bool {
		return slices.ContainsFunc(k.Nodes, func(n node) bool { return !e.falls(losses[p], n) })
	})
	slices.SortFunc(places, e.narrower(losses))
	for _, p := range places[:min(len(places), tried)] {
		back := simulate.Recover(e.model, []node{p}, simulate.StartOptions{})
		if !slices.ContainsFunc(k.Nodes, func(n node) bool { _, serves := back.ServesAt(n); return serves }) {
			return p, true
		}
	}
	return 0, false
}

func reportBootstrap(pass *analyzer.Pass, e *estate, k simulate.Knot) {
	ids := e.ids(k.Nodes)
	title := fmt.Sprintf("%s need each other to be deployed anew: without stored state they want a bootstrap by hand", names(ids))
	if len(ids) == 1 {
		title = fmt.Sprintf("%s needs itself to be deployed anew: without stored state it wants a bootstrap by hand", ids[0])
	}
	if more := len(k.Held) - len(k.Nodes); more > 0 {
		title += fmt.Sprintf(", and %s until then", count(more, "node waits", "nodes wait"))
	}
	state := analyzer.IsCycle
	if !closedWalk(k.Proof) {
		state = analyzer.IsStated
	}
	pass.Report(analyzer.Finding{
		Severity: analyzer.Medium, Title: title, Root: ids, Nodes: e.ids(k.Held), Proof: k.Proof,
		Remedy: fmt.Sprintf("Write down, and try, how %s is brought up without the others.", oneOf(ids)),
		Claim:  analyzer.Claim{Then: ids, State: state, Because: "deployment and start wait for each other where nothing is stored"},
	})
}

// closedWalk reports whether a walk along the edges can go through all of them and
// come back.
func closedWalk(edges []depgraph.Edge) bool {
	start := edges[0].From
	forth, back := map[depgraph.ID]bool{start: true}, map[depgraph.ID]bool{start: true}
	for range edges {
		for _, e := range edges {
			forth[e.To] = forth[e.To] || forth[e.From]
			back[e.From] = back[e.From] || back[e.To]
		}
	}
	return !slices.ContainsFunc(edges, func(e depgraph.Edge) bool { return !forth[e.From] || !back[e.To] })
}
