package rules_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/rules"
	"github.com/fateline/fateline/analyzer/ruletest"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/sources"
)

// What native files cannot say, for the examples of rules that judge it.
var besides = map[string]string{
	"stale-declaration":     "service:checkout -> service:pricing  via=calls traces.json,basis=observed,confidence=0.9,count=3",
	"undeclared-dependency": "service:checkout -> service:fraud-check  via=calls traces.json,basis=observed,confidence=0.9,count=3",
}

// What a policy has to set for a rule to judge at all.
var policies = map[string]string{"blast-budget": "max: 2"}

func TestTheExampleOfARuleHasTheFindingAndTheRemedyDoesNot(t *testing.T) {
	for _, rule := range rules.All() {
		t.Run(rule.ID, func(t *testing.T) {
			before, after := judge(t, rule, rule.Doc.Before), judge(t, rule, rule.Doc.After)
			if len(before.Findings) == 0 {
				t.Errorf("before: %v (%s), want a finding", before.Status, before.Why)
			}
			if len(after.Findings) != 0 || after.Status == analyzer.Failed {
				t.Errorf("after: %v, %q, want no finding", after.Status, titles(after.Findings))
			}
		})
	}
}

func titles(fs []analyzer.Finding) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Severity.String()+": "+f.Title)
	}
	return out
}

func judge(t *testing.T, rule *analyzer.Rule, native string) analyzer.Result {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fateline.yaml")
	if err := os.WriteFile(path, []byte(native), 0o600); err != nil {
		t.Fatal(err)
	}
	g, err := ingest.Run(t.Context(), []string{path}, sources.All(), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range g.Inputs() {
		if in.Status != depgraph.Complete {
			t.Fatalf("%s: %s", in.Status, in.Reason)
		}
	}
	if more := besides[rule.ID]; more != "" {
		g = with(t, g, more)
	}
	opts := analyzer.Options{}
	if p := policies[rule.ID]; p != "" {
		opts.Params = map[string]func(any) error{rule.ID: ruletest.Params(t, []byte(p))}
	}
	results, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{rule}, opts)
	if err != nil {
		t.Fatal(err)
	}
	ruletest.Replay(t, g, results)
	return results.Rules[0]
}

// with returns the graph with further facts in the text notation.
func with(t *testing.T, g *depgraph.Graph, text string) *depgraph.Graph {
	t.Helper()
	more, err := depgraph.ParseText(text)
	if err != nil {
		t.Fatal(err)
	}
	b := g.Builder()
	for r := range more.AllRequirements() {
		b.AddRequirement(*r)
	}
	out, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
