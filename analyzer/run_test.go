package analyzer_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

func id(s string) depgraph.ID { return depgraph.MustID(s) }

// chain builds a graph of one-member run needs, each "a b": service:a needs service:b.
func chain(t *testing.T, arrows ...string) *depgraph.Graph {
	t.Helper()
	b := depgraph.NewBuilder()
	for i, a := range arrows {
		from, to, _ := strings.Cut(a, " ")
		b.AddRequirement(depgraph.Requirement{
			Owner: id("service:" + from), Members: []depgraph.ID{id("service:" + to)},
			Origins: []depgraph.Origin{{Input: from + ".yaml", Line: i + 1}},
		})
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// edge finds the run edge of two services.
func edge(g *depgraph.Graph, from, to string) depgraph.Edge {
	i, _ := g.Index(id("service:" + from))
	j, _ := g.Index(id("service:" + to))
	first, end := g.OwnedBy(i)
	for r := first; r < end; r++ {
		if slices.Contains(g.Members(r), j) {
			return g.Edge(r, j, depgraph.Run)
		}
	}
	panic("no edge " + from + " " + to)
}

// rule reports the findings that report makes, all of which judge service:a.
func rule(name string, report func(*analyzer.Pass)) *analyzer.Rule {
	return analyzer.Define(analyzer.Spec{ID: name, Severity: analyzer.High}, analyzer.NoParams,
		func(_ context.Context, pass *analyzer.Pass, _ struct{}) error {
			pass.Judged(id("service:a"))
			report(pass)
			return nil
		})
}

func runOne(t *testing.T, g *depgraph.Graph, r *analyzer.Rule) analyzer.Result {
	t.Helper()
	results, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{r}, analyzer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return results.Rules[0]
}

func TestTheDriverRefusesWhatNobodyCouldCheck(t *testing.T) {
	g := chain(t, "a b", "b c")
	forged := edge(g, "a", "b")
	forged.To = id("service:c")
	lied := edge(g, "a", "b")
	lied.Origins = []depgraph.Origin{{Input: "elsewhere.yaml"}}
	good := analyzer.Finding{Title: "a goes with b", Root: []depgraph.ID{id("service:b")}, Proof: []depgraph.Edge{edge(g, "a", "b")}}
	change := func(f func(*analyzer.Finding)) analyzer.Finding { c := good; f(&c); return c }
	for name, c := range map[string]struct {
		finding analyzer.Finding
		want    string
	}{
		"a finding with a proof is kept": {good, ""},
		"no proof":                       {change(func(f *analyzer.Finding) { f.Proof = nil }), "no proof"},
		"no root":                        {change(func(f *analyzer.Finding) { f.Root = nil }), "no root"},
		"no title":                       {change(func(f *analyzer.Finding) { f.Title = "" }), "no title"},
		"an edge that is not there":      {change(func(f *analyzer.Finding) { f.Proof = []depgraph.Edge{forged} }), "not in the graph"},
		"an edge with other origins":     {change(func(f *analyzer.Finding) { f.Proof = []depgraph.Edge{lied} }), "not in the graph"},
		"a group as root":                {change(func(f *analyzer.Finding) { f.Root = []depgraph.ID{id("group:x")} }), "mere group"},
		"a group as victim":              {change(func(f *analyzer.Finding) { f.Nodes = []depgraph.ID{id("group:x")} }), "mere group"},
		"an unknown root":                {change(func(f *analyzer.Finding) { f.Root = []depgraph.ID{id("service:z")} }), "not in the graph"},
		"a whole kind is a root":         {change(func(f *analyzer.Finding) { f.Root = []depgraph.ID{id("facility:*")} }), ""},
	} {
		t.Run(name, func(t *testing.T) {
			res := runOne(t, g, rule("some-rule", func(p *analyzer.Pass) { p.Report(c.finding) }))
			if c.want == "" {
				if res.Status != analyzer.Ran || len(res.Findings) != 1 {
					t.Errorf("status %v with %d findings (%v), want ran with one", res.Status, len(res.Findings), res.Err)
				}
				return
			}
			if res.Status != analyzer.Failed || res.Err == nil || !strings.Contains(res.Err.Error(), c.want) {
				t.Errorf("status %v, error %v, want failed with %q", res.Status, res.Err, c.want)
			}
		})
	}
}

func TestAPanicFailsItsRuleAlone(t *testing.T) {
	g := chain(t, "a b")
	good := rule("a-good-rule", func(p *analyzer.Pass) {
		p.Report(analyzer.Finding{Title: "x", Root: []depgraph.ID{id("service:b")}, Proof: []depgraph.Edge{edge(g, "a", "b")}})
	})
	bad := rule("a-bad-rule", func(*analyzer.Pass) { panic("boom") })
	results, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{good, bad}, analyzer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := []any{results.Rules[0].Status, results.Rules[0].Why, results.Rules[1].Status, len(results.Rules[1].Findings)}
	want := []any{analyzer.Failed, "rule a-bad-rule: panic: boom", analyzer.Ran, 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
}

func TestARuleThatJudgedNothingIsNotApplicable(t *testing.T) {
	silent := analyzer.Define(analyzer.Spec{ID: "silent", Severity: analyzer.Low, Subject: "place"}, analyzer.NoParams,
		func(context.Context, *analyzer.Pass, struct{}) error { return nil })
	res := runOne(t, chain(t, "a b"), silent)
	if res.Status != analyzer.NotApplicable || res.Why != "the graph has no place" {
		t.Errorf("status %v because %q, want not-applicable because the graph has no place", res.Status, res.Why)
	}
	told := analyzer.Define(analyzer.Spec{ID: "told", Severity: analyzer.Low, Subject: "place"}, analyzer.NoParams,
		func(_ context.Context, p *analyzer.Pass, _ struct{}) error { p.NotApplicable("no policy"); return nil })
	if res := runOne(t, chain(t, "a b"), told); res.Why != "no policy" {
		t.Errorf("because %q, want because no policy", res.Why)
	}
}

func TestEqualRootsAreOneFinding(t *testing.T) {
	g := chain(t, "a c", "b c")
	res := runOne(t, g, rule("some-rule", func(p *analyzer.Pass) {
		for _, from := range []string{"a", "b"} {
			p.Report(analyzer.Finding{
				Title: from + " goes with c", Severity: map[string]analyzer.Severity{"a": analyzer.Low, "b": analyzer.Medium}[from],
				Root: []depgraph.ID{id("service:c")}, Nodes: []depgraph.ID{id("service:" + from)}, Proof: []depgraph.Edge{edge(g, from, "c")},
			})
		}
	}))
	if len(res.Findings) != 1 {
		t.Fatalf("%d findings, want 1", len(res.Findings))
	}
	f := res.Findings[0]
	if f.Title != "b goes with c" || f.Severity != analyzer.Medium || len(f.Nodes) != 2 {
		t.Errorf("%q %v with %v, want the more severe words and both victims", f.Title, f.Severity, f.Nodes)
	}
}

func TestFindingsThatShareTheClosingEdgeAreOneRootedInTheOneThatTakesTheOthersDown(t *testing.T) {
	g := chain(t, "a b", "b c", "z c")
	res := runOne(t, g, rule("some-rule", func(p *analyzer.Pass) {
		p.Report(analyzer.Finding{
			Title: "a", Root: []depgraph.ID{id("service:a")},
			Proof: []depgraph.Edge{edge(g, "a", "b"), edge(g, "b", "c")},
		})
		p.Report(analyzer.Finding{
			Title: "b", Root: []depgraph.ID{id("service:b")}, Nodes: []depgraph.ID{id("service:a")},
			Proof: []depgraph.Edge{edge(g, "b", "c")},
		})
		p.Report(analyzer.Finding{
			Title: "z", Root: []depgraph.ID{id("service:z")},
			Proof: []depgraph.Edge{edge(g, "z", "c")},
		})
	}))
	var roots []string
	for _, f := range res.Findings {
		roots = append(roots, f.Root[0].String())
	}
	slices.Sort(roots)
	if diff := cmp.Diff([]string{"service:b", "service:z"}, roots); diff != "" {
		t.Errorf("roots (-want +got):\n%s", diff)
	}
}

func TestAnUnsureProofLowersTheSeverity(t *testing.T) {
	b := depgraph.NewBuilder()
	b.AddRequirement(depgraph.Requirement{
		Owner: id("service:a"), Members: []depgraph.ID{id("service:b")},
		Origins: []depgraph.Origin{{Input: "x", Confidence: 0.3}, {Input: "y", Confidence: 0.4}},
	})
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	res := runOne(t, g, rule("some-rule", func(p *analyzer.Pass) {
		p.Report(analyzer.Finding{Title: "x", Root: []depgraph.ID{id("service:b")}, Proof: []depgraph.Edge{edge(g, "a", "b")}})
	}))
	f := res.Findings[0]
	if f.Severity != analyzer.Medium || f.Confidence != 0.4 {
		t.Errorf("severity %v at %v, want medium at 0.4, the better origin", f.Severity, f.Confidence)
	}
	if f.Hidden != (analyzer.Hidden{Inputs: 1, Hops: 1}) {
		t.Errorf("hidden %+v, want one input: either shows the edge", f.Hidden)
	}
}

func TestFindingIDsDependOnRuleAndRootAlone(t *testing.T) {
	// Baselines hold these ids: a change of this literal breaks every user's baseline.
	if got, want := analyzer.FindingID("single-facility", []depgraph.ID{id("facility:a"), id("service:kafka")}), "d6ca37771e5606ab"; got != want {
		t.Errorf("id %s, want %s", got, want)
	}
}

func TestFindingsAreRankedBySeverityThenHiddenness(t *testing.T) {
	g := chain(t, "a b", "b c", "c d")
	res := runOne(t, g, rule("some-rule", func(p *analyzer.Pass) {
		p.Report(analyzer.Finding{Title: "short", Root: []depgraph.ID{id("service:b")}, Proof: []depgraph.Edge{edge(g, "a", "b")}})
		p.Report(analyzer.Finding{Title: "long", Root: []depgraph.ID{id("service:c")}, Proof: []depgraph.Edge{edge(g, "a", "b"), edge(g, "b", "c")}})
		p.Report(analyzer.Finding{Title: "worst", Severity: analyzer.Critical, Root: []depgraph.ID{id("service:d")}, Proof: []depgraph.Edge{edge(g, "c", "d")}})
	}))
	var titles []string
	for _, f := range res.Findings {
		titles = append(titles, f.Title)
	}
	if diff := cmp.Diff([]string{"worst", "long", "short"}, titles); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestAConsequenceFoldsUnderTheFirstCauseOfItsChain(t *testing.T) {
	g := chain(t, "a b")
	make := func(name string, sev analyzer.Severity, under string) *analyzer.Rule {
		spec := analyzer.Spec{ID: name, Severity: sev}
		if under != "" {
			spec.Folds = []analyzer.Fold{{Under: under, When: func(f, cause *analyzer.Finding) string { return "because " + cause.Rule }}}
		}
		return analyzer.Define(spec, analyzer.NoParams, func(_ context.Context, p *analyzer.Pass, _ struct{}) error {
			p.Report(analyzer.Finding{Title: name, Root: []depgraph.ID{id("service:b")}, Proof: []depgraph.Edge{edge(g, "a", "b")}})
			return nil
		})
	}
	results, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{
		make("cause", analyzer.High, ""), make("middle", analyzer.Medium, "cause"), make("end", analyzer.Low, "middle"),
		make("worse-than-its-cause", analyzer.Critical, "cause"),
	}, analyzer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for f := range results.Findings() {
		got[f.Rule] = f.FoldedInto
	}
	cause := analyzer.FindingID("cause", []depgraph.ID{id("service:b")})
	want := map[string]string{"cause": "", "middle": cause, "end": cause, "worse-than-its-cause": ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("folded into (-want +got):\n%s", diff)
	}
}

var computed atomic.Int32

var size = &analyzer.Fact[int]{Name: "size", Compute: func(_ context.Context, p *analyzer.Pass) (int, error) {
	computed.Add(1)
	return p.Graph.Len(), nil
}}

var broken = &analyzer.Fact[int]{Name: "broken", Compute: func(context.Context, *analyzer.Pass) (int, error) { panic("no") }}

func TestAFactIsComputedOnceARunAndItsFailureIsShared(t *testing.T) {
	ask := func(name string, fact *analyzer.Fact[int]) *analyzer.Rule {
		return analyzer.Define(analyzer.Spec{ID: name, Severity: analyzer.Low}, analyzer.NoParams,
			func(ctx context.Context, p *analyzer.Pass, _ struct{}) error {
				p.Judged(id("service:a"))
				_, err := analyzer.Get(ctx, p, fact)
				return err
			})
	}
	rules := []*analyzer.Rule{ask("r1", size), ask("r2", size), ask("r3", size), ask("r4", broken), ask("r5", broken)}
	computed.Store(0)
	results, err := analyzer.Run(t.Context(), chain(t, "a b"), rules, analyzer.Options{Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	if got := computed.Load(); got != 1 {
		t.Errorf("computed %d times, want once", got)
	}
	var states []analyzer.Status
	for _, r := range results.Rules {
		states = append(states, r.Status)
	}
	want := []analyzer.Status{analyzer.Ran, analyzer.Ran, analyzer.Ran, analyzer.Failed, analyzer.Failed}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}

type limits struct{ Names []string }

func TestParametersReachTheirRuleAndNoOther(t *testing.T) {
	var got [][]string
	r := analyzer.Define(analyzer.Spec{ID: "limited", Severity: analyzer.Low}, func() limits { return limits{Names: []string{"default"}} },
		func(_ context.Context, p *analyzer.Pass, l limits) error { got = append(got, l.Names); return nil })
	g := chain(t, "a b")
	set := func(into any) error { into.(*limits).Names[0] = "set"; return nil }
	for _, params := range []map[string]func(any) error{{"limited": set}, nil} {
		if _, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{r}, analyzer.Options{Params: params}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([][]string{{"set"}, {"default"}}, got); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if _, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{r}, analyzer.Options{Params: map[string]func(any) error{"limitd": set}}); err == nil {
		t.Error("parameters of a rule that does not run were accepted")
	}
	bad := func(any) error { return errors.New("line 3: unknown field") }
	results, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{r}, analyzer.Options{Params: map[string]func(any) error{"limited": bad}})
	if err != nil {
		t.Fatal(err)
	}
	var params *analyzer.ParamsError
	if !errors.As(results.Rules[0].Err, &params) {
		t.Errorf("error %v, want a ParamsError", results.Rules[0].Err)
	}
}

func TestARunWithoutRulesOrWithTwoOfOneNameOrAnEndedContextIsAnError(t *testing.T) {
	g := chain(t, "a b")
	r := rule("some-rule", func(*analyzer.Pass) {})
	if _, err := analyzer.Run(t.Context(), g, nil, analyzer.Options{}); err == nil {
		t.Error("no rules: no error")
	}
	if _, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{r, r}, analyzer.Options{}); err == nil {
		t.Error("the same rule twice: no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := analyzer.Run(ctx, g, []*analyzer.Rule{r}, analyzer.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("ended context: error %v, want %v", err, context.Canceled)
	}
}
