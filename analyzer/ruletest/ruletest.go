// Package ruletest runs a rule over cases that are text: a graph, parameters and
// the findings wanted. A case is a txtar file with the sections graph (in the text
// notation of depgraph), params (YAML; may be absent), now (a date; may be absent)
// and want; its comment says what it shows. Every finding's proof is replayed by
// the independent checker as well.
//
// `go test -update` rewrites the wants, and says which: read them.
package ruletest

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

var update = flag.Bool("update", false, "rewrite the wanted findings")

// Run runs the rule over every case of the directory. It fails where there is no
// case in which the rule fires, or none in which it keeps silent.
func Run(t *testing.T, rule *analyzer.Rule, dir string) {
	t.Helper()
	fired, silent := 0, 0
	RunAll(t, dir, func(string) []*analyzer.Rule { return []*analyzer.Rule{rule} }, func(_ string, r *analyzer.Results) {
		if len(r.Rules[0].Findings) > 0 {
			fired++
		} else {
			silent++
		}
	})
	if fired == 0 || silent == 0 {
		t.Errorf("%s: the rule fires in %d cases and is silent in %d, want at least one of each", dir, fired, silent)
	}
}

// RunAll runs the rules that choose names for a case over every case of the
// directory, and hands the results to see.
func RunAll(t *testing.T, dir string, choose func(name string) []*analyzer.Rule, see func(name string, r *analyzer.Results)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: no cases (%v)", dir, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			c := load(t, file)
			results := c.run(t, choose(name))
			got := Text(results)
			Replay(t, c.graph, results)
			see(name, results)
			if got == c.want {
				return
			}
			if *update {
				c.store(t, got)
				t.Logf("rewrote %s", file)
				return
			}
			t.Errorf("%s: findings (-want +got):\n%s", file, cmp.Diff(strings.Split(c.want, "\n"), strings.Split(got, "\n")))
		})
	}
}

// testCase is one file.
type testCase struct {
	file    string
	archive *txtar.Archive
	graph   *depgraph.Graph
	params  []byte
	now     time.Time
	want    string
}

func load(t *testing.T, file string) *testCase {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &testCase{file: file, archive: archive}
	for _, f := range archive.Files {
		switch f.Name {
		case "graph":
			if c.graph, err = depgraph.ParseText(string(f.Data)); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
		case "params":
			c.params = f.Data
		case "now":
			if c.now, err = time.Parse(time.DateOnly, strings.TrimSpace(string(f.Data))); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
		case "want":
			c.want = string(f.Data)
		default:
			t.Fatalf("%s: a case has no section %q", file, f.Name)
		}
	}
	if c.graph == nil {
		t.Fatalf("%s: no graph", file)
	}
	if strings.TrimSpace(string(archive.Comment)) == "" {
		t.Errorf("%s: nothing says what the case shows", file)
	}
	return c
}

// run runs the rules twice, the second time over the same facts added in another
// order, and demands the same findings.
func (c *testCase) run(t *testing.T, rules []*analyzer.Rule) *analyzer.Results {
	t.Helper()
	opts := analyzer.Options{Now: c.now}
	if c.params != nil {
		decode := Params(t, c.params)
		opts.Params = map[string]func(any) error{}
		for _, r := range rules {
			opts.Params[r.ID] = decode
		}
	}
	results, err := analyzer.Run(context.Background(), c.graph, rules, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results.Rules {
		if r.Status == analyzer.Failed {
			t.Fatalf("%s: %v", c.file, r.Err)
		}
	}
	opts.Workers = 1
	again, err := analyzer.Run(context.Background(), reversed(t, c.graph), rules, opts)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Text(results), Text(again)); diff != "" {
		t.Errorf("%s: the same facts in another order (-first +second):\n%s", c.file, diff)
	}
	return results
}

// Params returns the decoder of parameters written in YAML.
func Params(t *testing.T, text []byte) func(any) error {
	t.Helper()
	docs, err := strict.YAML(text, strict.Limits{})
	if err != nil || len(docs) != 1 {
		t.Fatalf("params: %d documents: %v", len(docs), err)
	}
	return docs[0].Decode
}

// reversed returns the graph built from the same facts in the opposite order.
func reversed(t *testing.T, g *depgraph.Graph) *depgraph.Graph {
	t.Helper()
	b := depgraph.NewBuilder()
	for r := depgraph.ReqIndex(g.Requirements()) - 1; r >= 0; r-- {
		b.AddRequirement(*g.Requirement(r))
	}
	for i := depgraph.NodeIndex(g.Len()) - 1; i >= 0; i-- {
		b.AddNode(*g.At(i), g.NodeOrigins(g.ID(i))...)
	}
	for _, d := range g.Drills() {
		b.AddDrill(d)
	}
	for _, u := range g.Unresolved() {
		b.AddUnresolved(u)
	}
	out, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// store writes what was found as what is wanted.
func (c *testCase) store(t *testing.T, got string) {
	t.Helper()
	files := c.archive.Files[:0]
	for _, f := range c.archive.Files {
		if f.Name != "want" {
			files = append(files, f)
		}
	}
	c.archive.Files = append(files, txtar.File{Name: "want", Data: []byte(got)})
	if err := os.WriteFile(c.file, txtar.Format(c.archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Text returns results as wants hold them: everything that a user sees, in the
// order of ranking.
func Text(r *analyzer.Results) string {
	var b strings.Builder
	for _, res := range r.Rules {
		fmt.Fprintf(&b, "%s: %s, judged %d", res.Rule.ID, res.Status, res.Judged)
		if res.Why != "" {
			fmt.Fprintf(&b, ": %s", res.Why)
		}
		b.WriteByte('\n')
	}
	for f := range r.Findings() {
		b.WriteByte('\n')
		writeFinding(&b, f)
	}
	return b.String()
}

func writeFinding(b *strings.Builder, f *analyzer.Finding) {
	fmt.Fprintf(b, "%s %s\n", f.Severity, f.Rule)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(b, "  %-7s %s\n", name, fmt.Sprintf(format, args...))
	}
	row("title", "%s", f.Title)
	row("root", "%s", ids(f.Root))
	if len(f.Nodes) > 0 {
		row("nodes", "%s", ids(f.Nodes))
	}
	if f.Remedy != "" {
		row("remedy", "%s", f.Remedy)
	}
	for _, r := range f.Remedies {
		row("cure", "%s: %s", r.Action, r.Text)
	}
	for _, e := range f.Proof {
		note := ""
		if e.Basis() != depgraph.Declared {
			note = ", " + e.Basis().String()
		}
		row("proof", "%s -> %s (%s, %s, %s%s)", e.From, e.To, e.Phase, e.IfLost, e.Via, note)
	}
	row("claim", "%s", claim(f.Claim))
	row("sure", "%.2g; hidden over %d inputs, %d owners, %d hops", f.Confidence, f.Hidden.Inputs, f.Hidden.Owners, f.Hidden.Hops)
	if f.FoldedInto != "" {
		row("folded", "%s", f.Why)
	}
}

func claim(c analyzer.Claim) string {
	s := ids(c.Then) + " " + string(c.State)
	if len(c.Failed) > 0 {
		s = "without " + ids(c.Failed) + ": " + s
	}
	if c.Outage != "" {
		s += " for " + c.Outage
	}
	return s + ": " + c.Because
}

func ids(list []depgraph.ID) string {
	texts := make([]string, len(list))
	for i, id := range list {
		texts[i] = id.String()
	}
	return strings.Join(texts, " ")
}
