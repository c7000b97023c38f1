package rules

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

var recoveryLoop = analyzer.Define(analyzer.Spec{
	ID:       "recovery-loop",
	Severity: analyzer.High,
	Subject:  "node that says what brings it back",
	Doc:      recoveryLoopDoc,
	Cure:     analyzer.Cure{Of: analyzer.Always},
	Folds:    []analyzer.Fold{{Under: "fail-closed-admission", When: admittedBySameWebhook}},
}, analyzer.NoParams, runRecoveryLoop)

var recoveryLoopDoc = analyzer.Doc{
	Title: "Losing a node takes down what would repair it",
	Text: `The roll-back fetches its credentials from a secret store, the secret store is behind the single sign-on, and
the single sign-on keeps its sessions in the store that is to be rolled back. For every node that says how it is repaired
(repairedBy, or deployedBy where it says nothing else), the node is lost and its ways back are looked at. It is critical if
no way is left, high if only people can still do it, and low if another automated way remains. A loop through deployment
alone is medium at most: the node cannot be redeployed by its own tool. For a place the same holds of its own repair, and of
the repair of the nodes that it takes down. Loops that hang together are one finding.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: service:kv
  repairedBy: [tool:rollback]
- id: tool:rollback
  needs: [service:sso]
- id: service:sso
  needs: [service:kv]
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: service:kv
  repairedBy: [tool:rollback]
- id: tool:rollback
  needs: [{node: service:sso, ifLost: degraded, note: "has credentials of its own"}]
- id: service:sso
  needs: [service:kv]
`,
	Remedy: "Give one way back everything it needs without the node: its own credentials, its own route, a last known good build.",
	Limits: "A way back that needs the node only in some cases counts as lost: say so with ifLost: degraded. Whether a way that is left was ever tried is asked by untested-loss.",
	Since:  "0.1.0",
}

func runRecoveryLoop(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	sets, err := analyzer.Get(ctx, pass, loopFact)
	if err != nil {
		return err
	}
	losses, err := analyzer.Get(ctx, pass, placeLossesFact)
	if err != nil {
		return err
	}
	s := &loopScan{pass: pass, e: e, sets: sets, losses: losses, stuck: map[node]bool{}}
	if err := s.nodes(ctx); err != nil {
		return err
	}
	s.reportNodes()
	return s.places(ctx)
}

type loopScan struct {
	pass   *analyzer.Pass
	e      *estate
	sets   *depgraph.Components
	losses map[node]*simulate.Loss
	loops  []loop
	stuck  map[node]bool // nodes whose own loss leaves them no way back
}

// loop is a node whose loss takes down some of its ways back.
type loop struct {
	node     node
	lost     *simulate.Loss
	ways     []way  // those that lost members; at least one
	taken    []node // the members lost; ascending
	left     left   // of the worst of them
	deploy   bool   // closed through deployment alone
	severity analyzer.Severity
}

// nodes finds the loops of nodes. Whatever a node's loss takes down needs it, and it
// needs its ways back, so only nodes within one strongly connected set are looked at.
func (s *loopScan) nodes(ctx context.Context) error {
	e := s.e
	for x := range node(e.g.Len()) {
		if e.isGroup(x) {
			continue
		}
		ways := e.waysBack(x)
		if e.isPlace(x) {
			ways = e.gating(x, depgraph.Recover)
		}
		if len(ways) == 0 {
			continue
		}
		s.pass.Judged(e.g.ID(x))
		within := slices.ContainsFunc(ways, func(w way) bool {
			return slices.ContainsFunc(e.g.Members(w.req), func(m node) bool { return s.sets.Of(x) == s.sets.Of(m) })
		})
		if !within {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if l := s.loopOf(x, ways); len(l.ways) > 0 {
			s.loops = append(s.loops, l)
			if l.left == nothingLeft && !l.deploy {
				s.stuck[x] = true
			}
		}
	}
	return nil
}

// loopOf loses x and judges what is left of its ways back.
func (s *loopScan) loopOf(x node, ways []way) loop {
	l := loop{node: x, lost: s.e.model.Lose(x), left: automatedLeft, deploy: ways[0].phase == depgraph.Deploy}
	for _, w := range ways {
		taken := s.e.fallen(l.lost, w.req)
		if len(taken) == 0 {
			continue
		}
		l.ways = append(l.ways, w)
		l.taken = union(l.taken, taken)
		l.left = min(l.left, s.e.leftOf(l.lost, w.req))
	}
	l.severity = [...]analyzer.Severity{nothingLeft: analyzer.Critical, manualLeft: analyzer.High, automatedLeft: analyzer.Low}[l.left]
	if l.deploy && l.severity > analyzer.Low {
		l.severity = analyzer.Medium
		if s.materialIsLost(l) {
			l.severity = analyzer.High
		}
	}
	return l
}

// materialIsLost reports whether a repository, a registry or the admission goes with
// the node too: as what its tools work with, or as a way itself.
func (s *loopScan) materialIsLost(l loop) bool {
	material := func(n node) bool {
		switch s.e.g.ID(n).Kind {
		case depgraph.KindRepo, depgraph.KindRegistry, depgraph.KindWebhook:
			return s.e.falls(l.lost, n)
		}
		return false
	}
	return slices.ContainsFunc(l.taken, func(tool node) bool {
		return material(tool) || slices.ContainsFunc(s.e.directNeeds(tool), func(n need) bool { return material(n.member()) })
	})
}

// reportNodes reports one finding for each strongly connected set with loops.
func (s *loopScan) reportNodes() {
	bySet := map[int][]loop{}
	for _, l := range s.loops {
		set := s.sets.Of(l.node)
		bySet[set] = append(bySet[set], l)
	}
	for _, set := range slices.Sorted(maps.Keys(bySet)) {
		loops := bySet[set]
		worst := slices.MaxFunc(loops, func(a, b loop) int { return cmp.Compare(a.severity, b.severity) }).severity
		var nodes []node
		at := map[node]loop{}
		for _, l := range loops {
			if l.severity == worst {
				nodes = append(nodes, l.node)
				at[l.node] = l
			}
		}
		root := at[s.e.rootmost(nodes, func(y, x node) bool { return at[y].lost.Is(simulate.Down, x) })]
		victims := root.taken
		for _, l := range loops {
			if l.node != root.node {
				victims = union(victims, []node{l.node})
			}
		}
		s.reportLoop(root, victims, len(loops))
	}
}

func (s *loopScan) reportLoop(l loop, victims []node, loops int) {
	e := s.e
	id := e.g.ID(l.node)
	claim := analyzer.Claim{
		Failed: []depgraph.ID{id}, Then: e.ids(l.taken), State: analyzer.IsDown, Because: fmt.Sprintf("each is a way to bring %s back", id),
	}
	var proof []depgraph.Edge
	worst := s.worst(l)
	switch {
	case l.left == nothingLeft:
		claim.Then, claim.State = []depgraph.ID{id}, analyzer.IsUnmet
		claim.Because = fmt.Sprintf("without it nothing can bring %s back", id)
		proof = l.lost.ProofUnmet(worst.req, worst.phase)
	default:
		proof = s.chains(l)
	}
	title := s.title(l, worst)
	if loops > 1 {
		title += fmt.Sprintf("; %s with it", count(loops-1, "more loop hangs together", "more loops hang together"))
	}
	s.pass.Report(analyzer.Finding{
		Severity: l.severity, Title: title, Root: []depgraph.ID{id}, Nodes: e.ids(victims), Proof: proof, Claim: claim,
		Remedy: loopRemedy(id, e.ids(l.taken)),
	})
}

// loopRemedy says what would open a loop. What repairs itself cannot do without itself.
func loopRemedy(id depgraph.ID, taken []depgraph.ID) string {
	if slices.Contains(taken, id) {
		return fmt.Sprintf("Name a way to bring %s back that is not %s itself, and that works without it.", id, id)
	}
	return fmt.Sprintf("Let %s work without %s: credentials, route and builds of its own.", names(taken), id)
}

// worst returns the way of the loop of which least is left.
func (s *loopScan) worst(l loop) way {
	return slices.MinFunc(l.ways, func(a, b way) int {
		return cmp.Compare(s.e.leftOf(l.lost, a.req), s.e.leftOf(l.lost, b.req))
	})
}

// chains shows how each lost way back comes to need the node: from the node to the
// way, and from the way to the node.
func (s *loopScan) chains(l loop) []depgraph.Edge {
	e := s.e
	var chains [][]depgraph.Edge
	shown := map[node]bool{}
	for _, n := range e.directNeeds(l.node) {
		i := slices.IndexFunc(l.ways, func(w way) bool { return w.req == n.first() })
		if i < 0 || shown[n.member()] || !e.falls(l.lost, n.member()) {
			continue
		}
		shown[n.member()] = true
		chain := e.edges(n)
		chain[0] = e.g.Edge(n.first(), n.steps[0].Member, l.ways[i].phase)
		chains = append(chains, append(chain, l.lost.Proof(simulate.Down, n.member())...))
	}
	slices.SortStableFunc(chains, func(a, b []depgraph.Edge) int { return cmp.Compare(len(a), len(b)) })
	return join(chains...)
}

func (s *loopScan) title(l loop, worst way) string {
	e := s.e
	id := e.g.ID(l.node)
	all := e.members(worst.req)
	taken := e.fallen(l.lost, worst.req)
	verbs := "repair"
	if l.deploy {
		verbs = "redeploy"
	}
	var lost string
	switch {
	case len(taken) == len(all):
		lost = names(e.ids(taken)) + ", " + verb(len(taken), "the only way", "all there is") + " to " + verbs + " it"
	default:
		lost = fmt.Sprintf("%s, %d of %d ways to %s it", names(e.ids(taken)), len(taken), len(all), verbs)
	}
	s2 := fmt.Sprintf("losing %s takes down %s", id, lost)
	rest := e.ids(e.standing(l.lost, worst.req))
	switch {
	case len(rest) == 0:
		return s2
	case l.left == nothingLeft:
		return s2 + fmt.Sprintf("; %s alone %s not enough", names(rest), verb(len(rest), "is", "are"))
	case l.left == manualLeft:
		return s2 + fmt.Sprintf("; only by hand is it still possible: %s", names(rest))
	}
	return s2 + fmt.Sprintf("; %s %s left", names(rest), verb(len(rest), "is", "are"))
}

// places finds the nodes that a place takes down together with their ways back.
func (s *loopScan) places(ctx context.Context) error {
	e := s.e
	var repairable []node
	for x := range node(e.g.Len()) {
		if !e.isGroup(x) && !s.stuck[x] && len(e.gating(x, depgraph.Recover)) > 0 {
			repairable = append(repairable, x)
		}
	}
	if len(repairable) == 0 {
		return nil
	}
	at := map[node][]node{} // victim -> the places that leave it without a way back
	for _, p := range e.places {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, y := range repairable {
			if y != p && e.falls(s.losses[p], y) && s.unrepairable(s.losses[p], y) {
				at[y] = append(at[y], p)
			}
		}
	}
	victims := map[node][]node{} // place -> victims
	for _, y := range repairable {
		for _, p := range e.rootPlaces(s.losses, y, at[y]) {
			victims[p] = append(victims[p], y)
		}
	}
	for _, p := range slices.Sorted(maps.Keys(victims)) {
		s.reportPlace(p, victims[p])
	}
	return nil
}

// unrepairable reports whether the loss leaves y without a way to recover.
func (s *loopScan) unrepairable(l *simulate.Loss, y node) bool {
	_, stuck := s.gone(l, y)
	return stuck
}

func (s *loopScan) gone(l *simulate.Loss, y node) (way, bool) {
	for _, w := range s.e.gating(y, depgraph.Recover) {
		if s.e.leftOf(l, w.req) == nothingLeft && len(s.e.fallen(l, w.req)) > 0 {
			return w, true
		}
	}
	return way{}, false
}

func (s *loopScan) reportPlace(p node, victims []node) {
	e := s.e
	l := s.losses[p]
	place := e.g.ID(p)
	shown := victims[0]
	for _, v := range victims {
		if e.grave(v) {
			shown = v
			break
		}
	}
	w, _ := s.gone(l, shown)
	id := e.g.ID(shown)
	ways := e.ids(e.fallen(l, w.req))
	title := fmt.Sprintf("losing %s takes down %s together with %s, which would repair %s",
		place, names(e.ids(victims)), names(ways), verb(len(victims), "it", id.String()))
	s.pass.Report(analyzer.Finding{
		Severity: analyzer.Critical, Title: title, Root: []depgraph.ID{place}, Nodes: e.ids(victims),
		Proof:  join(l.ProofUnmet(w.req, w.phase), l.Proof(simulate.Down, shown)),
		Remedy: fmt.Sprintf("Let a way to repair %s stand outside %s.", id, place),
		Claim: analyzer.Claim{
			Failed: []depgraph.ID{place}, Then: []depgraph.ID{id}, State: analyzer.IsUnmet,
			Because: fmt.Sprintf("%s goes down with %s and cannot be repaired while it is gone", id, place),
		},
	})
}
