package rules

import (
	"context"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

var singleInstance = analyzer.Define(analyzer.Spec{
	ID:       "single-instance",
	Severity: analyzer.Low,
	Subject:  "node that states its replicas",
	Doc:      singleInstanceDoc,
	Folds: []analyzer.Fold{{
		Under: "single-instance", Ordered: true, When: fallsWithAnInstance,
		Victim: func(f *analyzer.Finding) depgraph.ID { return f.Root[0] },
	}},
}, analyzer.NoParams, runSingleInstance)

var singleInstanceDoc = analyzer.Doc{
	Title: "One instance takes others down",
	Text: `A node with one replica is gone whenever that replica is: with its host, in every roll-out that replaces it, with its disk. The
finding lists what goes down with it. It is high from ten victims, or where one of them is generally available or of tier 0,
medium from three, else low; names, addresses, secrets and settings that go with it do not count, nor do ten victims make it high
that only watch others, or are found by addresses in settings, which say that a node is used and not that nothing works without it; three behind a bare name are low. Where nothing goes down but three or more could not start without it, or would have nothing to spare, it is low. Nodes that always go down together are one finding, and an instance that goes down with another is
folded under that one: it takes down all that this one does.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:checkout", ga: true, replicas: 6, needs: ["datastore:sessions"]}
- {id: "datastore:sessions", replicas: 1}
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:checkout", ga: true, replicas: 6, needs: ["datastore:sessions"]}
- {id: "datastore:sessions", replicas: 3}
`,
	Remedy: "Run a second instance, or let its users go on without it for as long as it takes to come back (lasts).",
	Limits: "A node whose replicas no input states is unknown, and not judged. A replica that is replaced within seconds counts like one that is rebuilt by hand.",
	Since:  "0.1.0",
}

// fallsWithAnInstance folds an instance under one that takes it down.
func fallsWithAnInstance(f, cause *analyzer.Finding) string {
	among := func(id depgraph.ID, list []depgraph.ID) bool {
		_, found := slices.BinarySearchFunc(list, id, depgraph.ID.Compare)
		return found
	}
	if cause.Claim.State != analyzer.IsDown || !among(f.Root[0], cause.Nodes) || among(cause.Root[0], f.Nodes) {
		return ""
	}
	return fmt.Sprintf("%s, which has one replica too, takes it down with all that it takes down", cause.Root[0])
}

// From how many victims a single instance is medium and high.
const (
	mediumVictims = 3
	highVictims   = 10
)

func runSingleInstance(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	alike, err := analyzer.Get(ctx, pass, alikeFact)
	if err != nil {
		return err
	}
	taken := map[int]bool{}
	for x := range node(e.g.Len()) {
		replicas := e.g.At(x).Replicas
		if replicas == nil || e.isGroup(x) {
			continue
		}
		pass.Judged(e.g.ID(x))
		if *replicas != 1 || len(e.g.Naming(x)) == 0 || taken[alike.Of(x)] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if reportInstance(pass, e, x) {
			taken[alike.Of(x)] = true
		}
	}
	return nil
}

// reportInstance reports x if others go down with it, or cannot start without it.
func reportInstance(pass *analyzer.Pass, e *estate, x node) bool {
	l := e.model.Lose(x)
	victims := slices.DeleteFunc(l.List(simulate.Down), func(v node) bool { return v == x || e.calm.Is(simulate.Down, v) })
	if len(victims) == 0 {
		return reportStarter(pass, e, x, l)
	}
	shown := victims[max(0, slices.IndexFunc(victims, e.grave))]
	proof := l.Proof(simulate.Down, shown)
	severity := analyzer.Low
	switch heavy, watch := e.heavy(victims); {
	case e.grave(shown) || heavy-watch >= highVictims && surerThan(stated, proof):
		severity = analyzer.High
	case heavy >= mediumVictims && surerThan(bareName, proof):
		severity = analyzer.Medium
	}
	id := e.g.ID(x)
	title := fmt.Sprintf("%s has one replica and takes down %s", id, count(len(victims), "other node", "other nodes"))
	if e.grave(shown) {
		title += fmt.Sprintf(", among them %s, which %s", e.g.ID(shown), graveBecause(e.g.At(shown)))
	}
	pass.Report(analyzer.Finding{
		Severity: severity, Title: title, Root: []depgraph.ID{id}, Nodes: e.ids(victims), Proof: proof,
		Remedy: fmt.Sprintf("Run a second instance of %s, or let %s go on without it.", id, verb(len(victims), e.g.ID(victims[0]).String(), "its users")),
		Claim: analyzer.Claim{
			Failed: []depgraph.ID{id}, Then: []depgraph.ID{e.g.ID(shown)}, State: analyzer.IsDown,
			Because: fmt.Sprintf("%s has one replica", id),
		},
	})
	return true
}

// heavy counts the victims that do something: not the names, addresses, secrets and
// settings that are gone with what they belong to. watch are those of them that only
// watch: nobody is served by them.
func (e *estate) heavy(victims []node) (n, watch int) {
	for _, v := range victims {
		kind := e.g.ID(v).Kind
		switch kind.Family() {
		case depgraph.FamilyWorkload, depgraph.FamilyOperations, depgraph.FamilyPlace:
			n++
		}
		if kind == depgraph.KindMonitor {
			watch++
		}
	}
	return n, watch
}

// reportStarter reports x if several others need it to start, as they need the one
// server of their settings: they serve on, until they are restarted.
func reportStarter(pass *analyzer.Pass, e *estate, x node, l *simulate.Loss) bool {
	by := map[node]req{}
	var victims []node
	for _, v := range l.List(simulate.Frozen) {
		for _, r := range e.owned(v, depgraph.PhasesOf(depgraph.Start)) {
			if e.g.Terms(r).IfLost == depgraph.Down && e.g.Terms(r).Via != depgraph.AdmittedBy && !l.Met(r) && e.calm.Met(r) {
				by[v] = r
				victims = append(victims, v)
				break
			}
		}
	}
	if heavy, _ := e.heavy(victims); heavy < mediumVictims {
		return reportFirstChoice(pass, e, x, l)
	}
	id := e.g.ID(x)
	shown := victims[0]
	pass.Report(analyzer.Finding{
		Severity: analyzer.Low,
		Title:    fmt.Sprintf("%s has one replica, and without it %s cannot start", id, count(len(victims), "node", "nodes")),
		Root:     []depgraph.ID{id}, Nodes: e.ids(victims), Proof: l.ProofUnmet(by[shown], depgraph.Start),
		Remedy: fmt.Sprintf("Run a second instance of %s, or let its users start with what they last got from it.", id),
		Claim: analyzer.Claim{
			Failed: []depgraph.ID{id}, Then: []depgraph.ID{e.g.ID(shown)}, State: analyzer.IsFrozen,
			Because: fmt.Sprintf("%s has one replica", id),
		},
	})
	return true
}

// reportFirstChoice reports x if several others have nothing to spare without it: they
// go on with what is left of their alternatives.
func reportFirstChoice(pass *analyzer.Pass, e *estate, x node, l *simulate.Loss) bool {
	var victims []node
	var proof []depgraph.Edge
	for _, r := range e.g.Naming(x) {
		owner := e.g.Owner(r)
		if e.isGroup(owner) || !e.takesOwner(r) || !l.Is(simulate.Exposed, owner) || has(victims, owner) {
			continue
		}
		victims = union(victims, []node{owner})
		for _, m := range e.g.Members(r) {
			proof = append(proof, e.g.Edge(r, m, depgraph.Run))
		}
	}
	if heavy, _ := e.heavy(victims); heavy < mediumVictims {
		return false
	}
	id := e.g.ID(x)
	pass.Report(analyzer.Finding{
		Severity: analyzer.Low,
		Title:    fmt.Sprintf("%s has one replica, and without it %s nothing to spare", id, count(len(victims), "node has", "nodes have")),
		Root:     []depgraph.ID{id}, Nodes: e.ids(victims), Proof: proof,
		Remedy: fmt.Sprintf("Run a second instance of %s, or try what its users do without it.", id),
		Claim: analyzer.Claim{
			Then: e.ids(victims), State: analyzer.IsStated, Because: fmt.Sprintf("each has alternatives to %s, and no more than it needs without it", id),
		},
	})
	return true
}

// graveBecause says what makes the loss of a node grave.
func graveBecause(n *depgraph.Node) string {
	if n.GA != nil && *n.GA {
		return "is generally available"
	}
	return "is of tier 0"
}
