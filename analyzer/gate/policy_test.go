package gate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
)

type limitParams struct {
	Limit int `json:"limit"`
}

func someRules() []*analyzer.Rule {
	return []*analyzer.Rule{
		analyzer.Define(analyzer.Spec{ID: "blast-budget", Severity: analyzer.High}, func() limitParams { return limitParams{Limit: 10} }, nil),
		analyzer.Define(analyzer.Spec{ID: "single-instance", Severity: analyzer.Low}, analyzer.NoParams, nil),
	}
}

const goodPolicy = `apiVersion: fateline.dev/v1
kind: Policy
metadata: {name: ga-gate, description: what may ship}
failAt: medium
rules:
  single-instance: {severity: high}
  blast-budget: {params: {limit: 3}, allowEmpty: true}
forbid: [ambiguous, conflicting]
claims:
- select: {kinds: [service], labels: {tier: gold}}
  survives: [facility, "facility:north"]
  ga: true
  tier: 0
waivers:
- finding: 0123456789abcdef
  owner: payments
  reason: being moved
  ticket: PAY-1
  expires: 2027-11-22
allowIncomplete:
- input: vendor/broken.yaml
  owner: sre
  reason: the vendor repairs it
  expires: 2026-12-01
`

func read(t *testing.T, text string) (gate.Policy, error) {
	t.Helper()
	return gate.ReadPolicy("policy.yaml", []byte(text), someRules(), noon)
}

func TestAPolicySaysWhatItSays(t *testing.T) {
	p, err := read(t, goodPolicy)
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "ga-gate" || p.FailAt != gate.AtMedium || !p.Now.Equal(noon) {
		t.Errorf("name %q, failAt %v, now %v", p.Name, p.FailAt, p.Now)
	}
	if got := p.Rules["single-instance"].Severity; got != analyzer.High {
		t.Errorf("severity of single-instance %v", got)
	}
	into := limitParams{Limit: 10}
	if err := p.Params()["blast-budget"](&into); err != nil || into.Limit != 3 {
		t.Errorf("limit %d, %v; want 3", into.Limit, err)
	}
	if diff := cmp.Diff([]depgraph.Why{depgraph.Ambiguous, depgraph.Conflicting}, p.Forbid); diff != "" {
		t.Error(diff)
	}
	want := gate.Waiver{Finding: "0123456789abcdef", Owner: "payments", Reason: "being moved", Ticket: "PAY-1", Expires: gate.Date{Year: 2027, Month: 11, Day: 22}, Place: "policy.yaml:15"}
	if diff := cmp.Diff([]gate.Waiver{want}, p.Waivers); diff != "" {
		t.Error(diff)
	}
	if len(p.AllowIncomplete) != 1 || p.AllowIncomplete[0].Input != "vendor/broken.yaml" {
		t.Errorf("allowances %v", p.AllowIncomplete)
	}
}

func TestAPolicyThatIsNotWhollyUnderstoodIsRefused(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"empty", goodPolicy, "", "it is empty"},
		{"only a comment", goodPolicy, "# nothing\n", "it is empty"},
		{"two documents", "apiVersion", "---\nkind: Policy\n---\napiVersion", "a policy is one"},
		{"another version", "fateline.dev/v1", "fateline.dev/v2", `apiVersion "fateline.dev/v2"`},
		{"no version", "apiVersion: fateline.dev/v1\n", "", "apiVersion"},
		{"another kind", "kind: Policy", "kind: Architecture", `kind "Architecture"`},
		{"a misspelt key", "failAt", "failat", `did you mean "failAt"?`},
		{"a misspelt key of a waiver", "expires: 2027", "expire: 2027", `did you mean "expires"?`},
		{"a severity that is none", "failAt: medium", "failAt: serious", "want low, medium, high"},
		{"a gate that never fails", "failAt: medium", "failAt: never", "use scan"},
		{"an unknown rule", "single-instance:", "single-instances:", `did you mean "single-instance"?`},
		{"an unknown setting of a rule", "allowEmpty: true", "allowempty: true", `did you mean "allowEmpty"?`},
		{"a rule switched off without a reason", "severity: high", "enabled: false", "without a reason"},
		{"rules as a list", "  single-instance: {severity: high}\n  blast-budget: {params: {limit: 3}, allowEmpty: true}\n", "- single-instance\n", "rules"},
		{"a reason for names that is none", "forbid: [ambiguous", "forbid: [vague", "vague"},
		{"a claim to survive what is no place", "survives: [facility,", "survives: [service,", `survives "service"`},
		{"a misspelt place", "survives: [facility,", "survives: [facilty,", `did you mean "facility"?`},
		{"a claim that claims nothing", "  survives: [facility, \"facility:north\"]\n  ga: true\n  tier: 0\n", "", "claims nothing"},
		{"a claim that selects nothing", "{kinds: [service], labels: {tier: gold}}", "{}", "selects nothing"},
		{"a waiver by pattern", "0123456789abcdef", `"*"`, "16 hexadecimal digits"},
		{"a waiver of no finding", "- finding: 0123456789abcdef\n  owner", "- owner", "16 hexadecimal digits"},
		{"a waiver without an owner", "  owner: payments\n", "", "no owner"},
		{"a waiver with a blank owner", "owner: payments", `owner: " "`, "no owner"},
		{"a waiver without a reason", "  reason: being moved\n", "", "no reason"},
		{"a waiver that does not expire", "  expires: 2027-11-22\n", "", "does not expire"},
		{"a waiver that expires in 366 days", "2027-11-22", "2027-11-23", "more than 365 days"},
		{"a date with a time", "2027-11-22", "2027-11-22T10:00:00Z", "want YYYY-MM-DD"},
		{"a date in words", "2027-11-22", "never", "want YYYY-MM-DD"},
		{"a date that does not exist", "2027-11-22", "2027-02-30", "want YYYY-MM-DD"},
		{"the same waiver twice", "waivers:\n", "waivers:\n- {finding: 0123456789abcdef, owner: a, reason: b, expires: 2027-01-01}\n", "waived twice"},
		{"an allowance for nothing", "input: vendor/broken.yaml", `input: ""`, "names no input"},
		{"a duplicate key", "failAt: medium", "failAt: medium\nfailAt: low", "again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(goodPolicy, c.old, c.new, 1)
			if text == goodPolicy {
				t.Fatalf("nothing to change: %q", c.old)
			}
			_, err := read(t, text)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "policy.yaml:") {
				t.Errorf("error %v, want one of policy.yaml with %q", err, c.want)
			}
		})
	}
}

func TestEveryKeyOfAPolicyMisspeltIsRefused(t *testing.T) {
	mutants := 0
	for i, line := range strings.SplitAfter(goodPolicy, "\n") {
		key, _, found := strings.Cut(line, ":")
		name := strings.Trim(key, " -")
		if !found || name == "" {
			continue
		}
		for _, typo := range []string{name + "s_", "x" + name, strings.ToUpper(name), name[:len(name)-1], name + name} {
			lines := strings.SplitAfter(goodPolicy, "\n")
			lines[i] = strings.Replace(line, name, typo, 1)
			mutants++
			if _, err := read(t, strings.Join(lines, "")); err == nil {
				t.Errorf("line %d with %q in place of %q is accepted", i+1, typo, name)
			}
		}
	}
	if mutants < 80 {
		t.Errorf("only %d mutants", mutants)
	}
}

func claimGraph(t *testing.T) *depgraph.Graph {
	t.Helper()
	b := depgraph.NewBuilder()
	b.AddNode(depgraph.Node{ID: shop, Labels: map[string]string{"tier": "gold"}, Owner: "sales", Env: "prod"}, depgraph.Origin{Input: "shop.yaml", Line: 1})
	b.AddNode(depgraph.Node{ID: store, Labels: map[string]string{"tier": "tin"}})
	b.AddRequirement(depgraph.Requirement{Owner: shop, Members: []depgraph.ID{store}, Origins: []depgraph.Origin{{Input: "shop.yaml", Line: 3}}})
	b.AddInput(depgraph.Input{Path: "shop.yaml", Status: depgraph.Complete, Documents: 1})
	b.AddUnresolved(depgraph.Unresolved{Owner: shop, Name: "x", Why: depgraph.Dangling})
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestAPolicyLaysClaimsOnWhatItSelects(t *testing.T) {
	p, err := read(t, goodPolicy)
	if err != nil {
		t.Fatal(err)
	}
	before := claimGraph(t)
	after, err := p.Apply(before)
	if err != nil {
		t.Fatal(err)
	}
	n := after.Node(shop)
	if fmt.Sprint(n.Survives) != "[facility facility:north]" || n.GA == nil || !*n.GA || n.Tier == nil || *n.Tier != 0 {
		t.Errorf("after the policy: %+v", n)
	}
	found := false
	for _, o := range after.NodeOrigins(shop) {
		found = found || o.Place() == "policy.yaml:10:3" && o.Source == "policy"
	}
	if !found {
		t.Errorf("no origin names the policy's line: %v", after.NodeOrigins(shop))
	}
	if after.Node(store).GA != nil {
		t.Error("the claim reached what it does not select")
	}
	if n := before.Node(shop); n.GA != nil || n.Survives != nil {
		t.Error("Apply changed the graph that it was given")
	}
	if after.Requirements() != 1 || len(after.Inputs()) != 1 || len(after.Unresolved()) != 1 {
		t.Error("Apply lost what is no node")
	}
}

func TestAClaimThatSelectsNothingIsRefusedWithASuggestion(t *testing.T) {
	const claim = "{kinds: [service], labels: {tier: gold}}"
	for _, c := range []struct{ sel, want string }{
		{"{ids: [service:shp]}", `did you mean "service:shop"?`},
		{"{kinds: [servce]}", `did you mean "service"?`},
		{"{labels: {teir: gold}}", `did you mean "tier"?`},
		{"{labels: {tier: glod}}", `did you mean "gold"?`},
		{"{owner: slaes}", `did you mean "sales"?`},
		{"{env: prd}", `did you mean "prod"?`},
		{"{owner: sales, kinds: [datastore]}", "selects no node"},
	} {
		p, err := read(t, strings.Replace(goodPolicy, claim, c.sel, 1))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Apply(claimGraph(t)); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "policy.yaml:10: ") {
			t.Errorf("%s: error %v, want one at policy.yaml:10 with %q", c.sel, err, c.want)
		}
	}
	p, err := read(t, strings.Replace(goodPolicy, claim, "{owner: sales, kinds: [datastore]}\n  allowEmpty: true", 1))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Apply(claimGraph(t)); err != nil {
		t.Errorf("allowEmpty: %v", err)
	}
}

func TestAClaimIsLaidOnWhatIsEverythingThatItSelectsBy(t *testing.T) {
	for _, sel := range []string{
		"{ids: [service:shop]}", "{kinds: [service]}", "{labels: {tier: gold}}", "{owner: sales}", "{env: prod}", "{ids: [service:shop], owner: sales, env: prod}",
	} {
		text := strings.Replace(goodPolicy, "{kinds: [service], labels: {tier: gold}}", sel, 1)
		p, err := read(t, strings.Replace(text, "  ga: true\n", "  ga: true\n  owner: platform\n  env: live\n", 1))
		if err != nil {
			t.Fatal(err)
		}
		g, err := p.Apply(claimGraph(t))
		if err != nil {
			t.Fatalf("%s: %v", sel, err)
		}
		if n := g.Node(shop); n.Owner != "platform" || n.Env != "live" || n.GA == nil {
			t.Errorf("%s: selected is %+v", sel, n)
		}
		if n := g.Node(store); n.Owner != "" || n.Env != "" || n.GA != nil {
			t.Errorf("%s: not selected is %+v", sel, n)
		}
	}
	p, err := read(t, strings.Replace(goodPolicy, "  tier: 0\n", "", 1))
	if err != nil {
		t.Fatal(err)
	}
	g, err := p.Apply(claimGraph(t))
	if err != nil {
		t.Fatal(err)
	}
	if n := g.Node(shop); n.Owner != "sales" || n.Env != "prod" || n.Tier != nil {
		t.Errorf("of what the claim does not speak it changed: %+v", n)
	}
}

func TestAParameterOfAnotherTypeIsRefused(t *testing.T) {
	p, err := read(t, strings.Replace(goodPolicy, "limit: 3", "limit: few", 1))
	if err != nil {
		t.Fatal(err)
	}
	var into limitParams
	if err := p.Params()["blast-budget"](&into); err == nil || !strings.HasPrefix(err.Error(), "policy.yaml:7") {
		t.Errorf("error %v, want one of the line", err)
	}
}

func TestAPolicySelectsRules(t *testing.T) {
	p, err := read(t, strings.Replace(goodPolicy, "severity: high", "enabled: false, reason: all pets here", 1))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := p.Select(someRules())
	if err != nil || len(rules) != 1 || rules[0].ID != "blast-budget" {
		t.Errorf("rules %v, %v", rules, err)
	}
	if _, err := p.Select(someRules()[1:]); err == nil {
		t.Error("a policy that leaves no rule is accepted")
	}
}

func TestAClaimSelectsByWhatIsStatedToBeGenerallyAvailable(t *testing.T) {
	yes, no := true, false
	b := depgraph.NewBuilder()
	for name, ga := range map[string]*bool{"yes": &yes, "no": &no, "silent": nil} {
		b.AddNode(depgraph.Node{ID: depgraph.ID{Kind: depgraph.KindService, Name: name}, GA: ga})
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	for sel, want := range map[string]string{"{ga: true}": "service:yes", "{ga: false}": "service:no"} {
		p, err := read(t, "apiVersion: fateline.dev/v1\nkind: Policy\nfailAt: high\nclaims:\n- select: "+sel+"\n  survives: [facility]\n")
		if err != nil {
			t.Fatal(err)
		}
		after, err := p.Apply(g)
		if err != nil {
			t.Fatal(err)
		}
		for n := range after.Nodes() {
			if claims := len(n.Survives) > 0; claims != (n.ID.String() == want) {
				t.Errorf("%s: %s claims %v", sel, n.ID, n.Survives)
			}
		}
	}
}
