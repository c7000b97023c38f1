package rules

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

var environmentLeak = analyzer.Define(analyzer.Spec{
	ID:       "environment-leak",
	Severity: analyzer.High,
	Subject:  "production node that needs one whose environment is stated",
	Doc:      environmentLeakDoc,
}, environmentLeakDefaults, runEnvironmentLeak)

var environmentLeakDoc = analyzer.Doc{
	Title: "Production needs something from a lower environment",
	Text: `Nobody is on call for staging, it is changed without notice, and it may be switched off at night. A node whose environment
is prod, production, prd or live and that needs one of dev, test, qa, sandbox, stage, staging or preview, in any phase, is as
reliable as that one: a roll-out that takes its builds from staging ends with staging builds in production. A policy can name more
words; any other word is neutral, and so is a node that states none.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "tool:rollout", env: prod, needs: ["registry:builds-staging"]}
- {id: "registry:builds-staging", env: staging}
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "tool:rollout", env: prod, needs: ["registry:builds"]}
- {id: "registry:builds", env: prod}
`,
	Remedy: "Give production its own, or state that the other one is production.",
	Limits: "Environments are compared as words: prod-eu is neutral unless the policy names it. What needs it indirectly is not repeated. " +
		"A job of production that only waits for one of staging is promotion, and no leak.",
	Since: "0.1.0",
}

// environmentLeakParams are the words for environments, compared without case.
type environmentLeakParams struct {
	Production []string `json:"production"` // instead of the default words
	Lower      []string `json:"lower"`      // instead of the default words
}

func environmentLeakDefaults() environmentLeakParams {
	return environmentLeakParams{
		Production: []string{"prod", "production", "prd", "live"},
		Lower:      []string{"dev", "test", "qa", "sandbox", "stage", "staging", "preview"},
	}
}

func (p environmentLeakParams) isProduction(env string) bool {
	return slices.ContainsFunc(p.Production, sameWord(env))
}

func (p environmentLeakParams) isLower(env string) bool {
	return slices.ContainsFunc(p.Lower, sameWord(env))
}

func sameWord(a string) func(string) bool {
	return func(b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }
}

func runEnvironmentLeak(ctx context.Context, pass *analyzer.Pass, p environmentLeakParams) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	leaks := map[node][]need{} // needed node -> who needs it
	for x := range node(e.g.Len()) {
		if e.isGroup(x) || !p.isProduction(e.g.At(x).Env) {
			continue
		}
		for _, n := range e.directNeeds(x) {
			env := e.g.At(n.member()).Env
			if env == "" {
				continue
			}
			pass.Judged(e.g.ID(x))
			if p.isLower(env) && !e.promotes(n) {
				leaks[n.member()] = append(leaks[n.member()], n)
			}
		}
	}
	for y := range node(e.g.Len()) {
		if len(leaks[y]) > 0 {
			reportLeak(pass, e, y, leaks[y])
		}
	}
	return nil
}

// promotes reports whether a job only waits for an earlier one of its pipeline: what is
// rolled out to staging first and to production then is tried before, as it should be, and
// nothing of it comes from staging.
func (e *estate) promotes(n need) bool {
	return e.g.ID(n.owner).Kind == depgraph.KindTool && e.g.ID(n.member()).Kind == depgraph.KindTool && e.g.Terms(n.first()).Via == depgraph.OrderedAfter
}

func reportLeak(pass *analyzer.Pass, e *estate, y node, needs []need) {
	var victims []node
	for _, n := range needs {
		victims = union(victims, []node{n.owner})
	}
	needed := e.g.ID(y)
	shown := e.gravest(needs)
	owner := e.g.ID(shown.owner)
	title := fmt.Sprintf("%s (%s) needs %s (%s)%s", owner, e.g.At(shown.owner).Env, needed, e.g.At(y).Env, to(e.g.Terms(shown.first()).Phases))
	if len(victims) > 1 {
		title = fmt.Sprintf("%s (%s) is needed by %s of production: %s", needed, e.g.At(y).Env, count(len(victims), "node", "nodes"), names(e.ids(victims)))
	}
	pass.Report(analyzer.Finding{
		Title: title, Root: []depgraph.ID{needed}, Nodes: e.ids(victims), Proof: e.edges(shown),
		Remedy: fmt.Sprintf("Give %s a production counterpart of %s.", verb(len(victims), owner.String(), "them"), needed),
		Claim: analyzer.Claim{
			Then: []depgraph.ID{owner, needed}, State: analyzer.IsStated,
			Because: fmt.Sprintf("%s is in %s and %s in %s", owner, e.g.At(shown.owner).Env, needed, e.g.At(y).Env),
		},
	})
}
