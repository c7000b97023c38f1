package rules

import (
	"context"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

var failClosedAdmission = analyzer.Define(analyzer.Spec{
	ID:       "fail-closed-admission",
	Severity: analyzer.Critical,
	Subject:  "admission webhook that fails closed",
	Doc:      failClosedAdmissionDoc,
	Cure:     analyzer.Cure{Of: analyzer.Always},
}, analyzer.NoParams, runFailClosedAdmission)

var failClosedAdmissionDoc = analyzer.Doc{
	Title: "An admission webhook rejects what it needs to come up itself",
	Text: `While the backend of a webhook that fails closed is down, the API server refuses every pod that the webhook would have
looked at. If one of those is the backend, or something that the backend needs to start or to run (its name service, its
network, its certificates), nothing comes up again after all of it went down once, and somebody has to delete the webhook by hand. It is
medium where only something deployed in one unit with such a need is intercepted: the unit cannot be applied. In one unit
with the backend itself it is low.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: webhook:pod-policy
  needs: [service:policy/controller]
- id: service:policy/controller
  needs:
  - {node: service:kube-system/coredns, via: resolves}
- id: service:kube-system/coredns
  needs:
  - {node: webhook:pod-policy, via: admitted-by, phase: [start, deploy]}
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- id: webhook:pod-policy
  needs: [service:policy/controller]
- id: service:policy/controller
  needs:
  - {node: service:kube-system/coredns, via: resolves}
- id: service:kube-system/coredns
- id: service:shop/checkout
  needs:
  - {node: webhook:pod-policy, via: admitted-by, phase: [start, deploy]}
`,
	Remedy: "Exclude the namespaces of the backend and of what it needs (namespaceSelector, objectSelector), or let the webhook fail open.",
	Limits: "It is as right as the selectors that the inputs show: a namespace that no input shows has no labels but its name. Static pods are not admitted and never intercepted.",
	Since:  "0.1.0",
}

func runFailClosedAdmission(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	for n := range e.g.OfKind(depgraph.KindWebhook) {
		if err := ctx.Err(); err != nil {
			return err
		}
		w, _ := e.g.Index(n.ID)
		a := &admission{e: e, webhook: w, by: map[node]blocked{}}
		if a.intercept(); len(a.intercepted) == 0 {
			continue
		}
		pass.Judged(n.ID)
		if a.spread(); a.by[w].members != nil {
			a.reportDeadlock(pass)
			continue
		}
		a.reportUnit(pass)
	}
	return nil
}

// admission is one webhook that fails closed.
type admission struct {
	e           *estate
	webhook     node
	intercepted []node // ascending
	by          map[node]blocked
}

// blocked says by which requirement a node cannot come up, and the members that
// cannot come up before it.
type blocked struct {
	req     req
	members []node
	order   int // when it was found; what blocks a node is found before it, but for the webhook
}

// intercept lists the nodes that the webhook admits and that cannot do without.
func (a *admission) intercept() {
	for _, r := range a.e.g.Naming(a.webhook) {
		if t := a.e.g.Terms(r); t.Via == depgraph.AdmittedBy && t.IfLost == depgraph.Down {
			a.intercepted = append(a.intercepted, a.e.g.Owner(r))
		}
	}
	slices.Sort(a.intercepted)
	a.intercepted = slices.Compact(a.intercepted)
}

// comingUp reports whether r is needed to come up: to start or to run.
func (e *estate) comingUp(r req) bool {
	t := e.g.Terms(r)
	return t.IfLost == depgraph.Down && (t.Phases.Has(depgraph.Start) || t.Phases.Has(depgraph.Run))
}

// spread finds what cannot come up while the webhook rejects: the least set of those
// that lack too many of the members of a start or run requirement. The webhook is
// blocked itself if what it needs is in that set.
func (a *admission) spread() {
	e := a.e
	lost := map[req][]node{}
	queue := []node{a.webhook}
	for next := 0; next < len(queue); next++ {
		for _, r := range e.g.Naming(queue[next]) {
			owner := e.g.Owner(r)
			if _, known := a.by[owner]; known || !e.comingUp(r) {
				continue
			}
			lost[r] = append(lost[r], queue[next])
			n := len(e.g.Members(r))
			if len(lost[r]) <= n-e.g.Terms(r).Need.Of(n) {
				continue
			}
			a.by[owner] = blocked{r, lost[r], len(queue)}
			if owner != a.webhook {
				queue = append(queue, owner)
			}
		}
	}
}

// phaseUp returns the phase of a requirement in which it keeps its owner from
// coming up.
func (e *estate) phaseUp(r req) depgraph.Phase {
	if e.g.Terms(r).Phases.Has(depgraph.Start) {
		return depgraph.Start
	}
	return depgraph.Run
}

// circle lists the nodes that hold each other down, the webhook first, and the
// edges by which they do; the last edge leads to the webhook.
func (a *admission) circle() (nodes []node, edges []depgraph.Edge) {
	seen := map[node]bool{a.webhook: true}
	nodes = []node{a.webhook}
	var closing []depgraph.Edge
	for next := 0; next < len(nodes); next++ {
		b := a.by[nodes[next]]
		for _, m := range b.members {
			edge := a.e.g.Edge(b.req, m, a.e.phaseUp(b.req))
			if m == a.webhook {
				closing = append(closing, edge)
				continue
			}
			edges = append(edges, edge)
			if !seen[m] {
				seen[m] = true
				nodes = append(nodes, m)
			}
		}
	}
	return nodes, append(edges, closing...)
}

func (a *admission) reportDeadlock(pass *analyzer.Pass) {
	e := a.e
	nodes, proof := a.circle()
	var rejected []node
	for _, n := range nodes {
		if has(a.intercepted, n) {
			rejected = append(rejected, n)
		}
	}
	slices.Sort(rejected)
	id := e.g.ID(a.webhook)
	backend := names(e.ids(a.backend()))
	title := fmt.Sprintf("%s fails closed and intercepts %s, without which its backend %s cannot come up", id, names(e.ids(rejected)), backend)
	if slices.Equal(rejected, a.backend()) {
		title = fmt.Sprintf("%s fails closed and intercepts its own backend %s", id, backend)
	}
	severity := analyzer.Critical
	if slices.ContainsFunc(proof, func(e depgraph.Edge) bool { return e.Basis() != depgraph.Implied && e.Confidence() < bareName }) {
		severity = analyzer.Medium // a bare name in a setting: perhaps the backend comes up without it
	}
	pass.Report(analyzer.Finding{
		Severity: severity,
		Title:    title, Root: []depgraph.ID{id}, Nodes: e.ids(rejected), Proof: proof,
		Remedy: fmt.Sprintf("Exclude %s from %s, or let it fail open.", names(e.ids(rejected)), id),
		Claim: analyzer.Claim{
			Then: e.ids(nodes), State: analyzer.NeverRuns,
			Because: "after all of them went down once, each waits for another one to come up",
		},
	})
}

// backend lists what the webhook itself needs to run; ascending.
func (a *admission) backend() []node {
	var out []node
	for r, end := a.e.g.OwnedBy(a.webhook); r < end; r++ {
		if a.e.comingUp(r) {
			out = union(out, a.e.members(r))
		}
	}
	return out
}

// reportUnit reports what stands in the way of changes only: a need that is
// intercepted but comes up all the same, and an intercepted node that is deployed in
// one unit with a need. It is medium for a need, low for the backend itself.
func (a *admission) reportUnit(pass *analyzer.Pass) {
	e := a.e
	backend := a.backend()
	needs := e.g.Reach(depgraph.Forward, depgraph.Filter{Accept: func(r req, _ node) bool { return e.comingUp(r) }}, a.webhook)
	units := map[node]node{} // deploy tool -> the need that it deploys
	for _, n := range needs.Nodes() {
		if n == a.webhook || e.g.ID(n).Kind.Family() != depgraph.FamilyWorkload {
			continue
		}
		for _, s := range e.deployTools(n) {
			// A need weighs more than the backend; of several the nearest.
			if old, known := units[s.Member]; !known || has(backend, old) && !has(backend, n) {
				units[s.Member] = n
			}
		}
	}
	var beside, besideBackend []unitMate
	add := func(m unitMate) {
		if has(backend, m.need) {
			besideBackend = append(besideBackend, m)
		} else {
			beside = append(beside, m)
		}
	}
	for _, x := range a.intercepted {
		if needs.Has(x) {
			add(unitMate{node: x, need: x})
			continue
		}
		for _, s := range e.deployTools(x) {
			if need, known := units[s.Member]; known {
				add(unitMate{x, s, need})
			}
		}
	}
	switch {
	case len(beside) > 0:
		a.reportMates(pass, analyzer.Medium, beside, needs)
	case len(besideBackend) > 0:
		a.reportMates(pass, analyzer.Low, besideBackend, needs)
	}
}

// unitMate is an intercepted node that one tool deploys together with a need, or
// that is the need.
type unitMate struct {
	node node
	tool depgraph.Step
	need node
}

// deployTools lists the tools by which n is deployed.
func (e *estate) deployTools(n node) []depgraph.Step {
	var out []depgraph.Step
	for _, r := range e.owned(n, depgraph.PhasesOf(depgraph.Deploy)) {
		for _, m := range e.g.Members(r) {
			if e.g.Terms(r).Via == depgraph.DeployedBy && e.g.ID(m).Kind == depgraph.KindTool {
				out = append(out, depgraph.Step{Req: r, Member: m})
			}
		}
	}
	return out
}

func (a *admission) reportMates(pass *analyzer.Pass, severity analyzer.Severity, mates []unitMate, needs *depgraph.Reached) {
	e := a.e
	var victims []node
	for _, m := range mates {
		victims = union(victims, []node{m.node})
	}
	shown := mates[0]
	id, need, mate := e.g.ID(a.webhook), e.g.ID(shown.need), e.g.ID(shown.node)
	proof := needs.Path(shown.need)
	title := fmt.Sprintf("%s fails closed and intercepts changes of %s, which it needs itself", id, names(e.ids(victims)))
	remedy := fmt.Sprintf("Exclude %s from %s.", names(e.ids(victims)), id)
	because := fmt.Sprintf("while it rejects, %s cannot be changed", need)
	if shown.node != shown.need {
		tool := e.g.ID(shown.tool.Member)
		for _, s := range e.deployTools(shown.need) {
			if s.Member == shown.tool.Member {
				proof = append(proof, e.g.Edge(s.Req, s.Member, depgraph.Deploy))
				break
			}
		}
		proof = append(proof, e.g.Edge(shown.tool.Req, shown.tool.Member, depgraph.Deploy))
		title = fmt.Sprintf("%s fails closed and intercepts %s, which %s deploys together with %s, which it needs itself", id, names(e.ids(victims)), tool, need)
		remedy = fmt.Sprintf("Deploy %s apart from %s, or exclude it from %s.", need, names(e.ids(victims)), id)
		because = fmt.Sprintf("while it rejects, %s cannot apply all of its unit", tool)
	}
	pass.Report(analyzer.Finding{
		Severity: severity, Title: title, Remedy: remedy,
		Root: []depgraph.ID{id}, Nodes: e.ids(victims), Proof: append(proof, a.admits(shown.node)),
		Claim: analyzer.Claim{Then: []depgraph.ID{id, need, mate}, State: analyzer.IsStated, Because: because},
	})
}

// admits returns the edge by which the webhook admits n.
func (a *admission) admits(n node) depgraph.Edge {
	for r, end := a.e.g.OwnedBy(n); r < end; r++ {
		t := a.e.g.Terms(r)
		if t.Via == depgraph.AdmittedBy && t.IfLost == depgraph.Down && has(a.e.g.Members(r), a.webhook) {
			return a.e.g.Edge(r, a.webhook, t.Phases.List()[0])
		}
	}
	panic("fail-closed-admission: the webhook does not admit what it intercepts")
}
