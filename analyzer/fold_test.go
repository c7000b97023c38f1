package analyzer_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

// standing lists the first root and the severity of every finding, with what it is folded under.
func standing(r *analyzer.Results) (out []string) {
	root := map[string]string{}
	for f := range r.Findings() {
		root[f.ID] = f.Root[0].Name
	}
	for f := range r.Findings() {
		line := f.Root[0].Name
		if f.FoldedInto != "" {
			line += " under " + root[f.FoldedInto]
		}
		out = append(out, line)
	}
	return out
}

// reports makes a rule that reports one finding for each line "root severity victim...".
func reports(g *depgraph.Graph, folds []analyzer.Fold, lines ...string) *analyzer.Rule {
	return analyzer.Define(analyzer.Spec{ID: "some-rule", Severity: analyzer.Medium, Folds: folds}, analyzer.NoParams, func(_ context.Context, p *analyzer.Pass, _ struct{}) error {
		for _, line := range lines {
			words := strings.Fields(line)
			severity, err := analyzer.ParseSeverity(words[1])
			if err != nil {
				panic(err)
			}
			f := analyzer.Finding{Title: words[0], Severity: severity, Root: []depgraph.ID{id("service:" + words[0])}}
			for _, v := range words[2:] {
				f.Nodes = append(f.Nodes, id("service:"+v))
			}
			f.Proof = []depgraph.Edge{edge(g, words[2], words[0])}
			p.Report(f)
		}
		return nil
	})
}

func TestEditionsOfOneSystemAreOneFindingAndSystemsOfOneNameAreNot(t *testing.T) {
	g := chain(t, "a/shop/web a/shop/db", "b/web b/db", "c/web c/db", "c/job c/db", "other/mail other/db", "web db", "d/web d/db")
	res, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{reports(
		g, nil,
		"a/shop/db medium a/shop/web",
		"b/db medium b/web",
		"c/db medium c/web c/job", // half of its victims
		"other/db medium other/mail",
		"db medium web", // without a scope: it is what it is
		"d/db high d/web",
	)}, analyzer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"d/db", "a/shop/db under d/db", "b/db under d/db", "c/db under d/db", "db", "other/db"}
	if diff := cmp.Diff(want, standing(res)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

func TestAnOrderedFoldTakesACauseThatIsAsSevereAndEverythingStandsUnderTheFirst(t *testing.T) {
	g := chain(t, "a b", "b c", "a c")
	falls := func(f, cause *analyzer.Finding) string {
		if len(f.Nodes) < len(cause.Nodes) {
			return "it falls with " + cause.Root[0].Name
		}
		return ""
	}
	fold := analyzer.Fold{Under: "some-rule", When: falls, Victim: func(f *analyzer.Finding) depgraph.ID { return f.Root[0] }}
	for ordered, want := range map[bool][]string{true: {"b under c", "c"}, false: {"b", "c"}} {
		fold.Ordered = ordered
		res, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{reports(g, []analyzer.Fold{fold}, "b medium a", "c medium b a")}, analyzer.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, standing(res)); diff != "" {
			t.Errorf("ordered %t: findings (-want +got):\n%s", ordered, diff)
		}
	}
}

func TestOfVeryManyFindingsTheReadableFewStandAndNoneThatMattersIsFolded(t *testing.T) {
	b := depgraph.NewBuilder()
	var lines []string
	for i := range 60 {
		victims := ""
		for v := range 1 + i%7 {
			name := fmt.Sprintf("v%d-%d", i, v)
			victims += " " + name
			b.AddRequirement(depgraph.Requirement{
				Owner: id("service:" + name), Members: []depgraph.ID{id(fmt.Sprintf("service:x%02d", i))},
				Origins: []depgraph.Origin{{Input: "x", Confidence: 1}},
			})
		}
		severity := "medium"
		switch i {
		case 0:
			severity = "high"
		case 1:
			b.AddNode(depgraph.Node{ID: id("service:v1-0"), Survives: []string{"zone"}})
			severity = "low"
		}
		lines = append(lines, fmt.Sprintf("x%02d %s%s", i, severity, victims))
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	res, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{reports(g, nil, lines...)}, analyzer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	kept, least := map[string]int{}, 7
	for f := range res.Findings() {
		if f.FoldedInto == "" {
			kept[f.Root[0].Name] = len(f.Nodes)
			if f.Severity == analyzer.Medium {
				least = min(least, len(f.Nodes))
			}
		} else if f.Why == "" || f.FoldedInto != analyzer.FindingID("some-rule", []depgraph.ID{id("service:x00")}) {
			t.Errorf("%s is folded under %s because %q", f.Root[0], f.FoldedInto, f.Why)
		}
	}
	if len(kept) != analyzer.Readable || kept["x00"] == 0 || kept["x01"] == 0 {
		t.Errorf("%d findings stand, want %d, x00 (high) and x01 (a claim) among them: %v", len(kept), analyzer.Readable, kept)
	}
	if least < 5 {
		t.Errorf("one with %d victims stands, and some with 5 to 7 do not", least)
	}
}
