package gate_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
)

var (
	shop  = depgraph.MustID("service:shop")
	store = depgraph.MustID("datastore:orders")
	noon  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

type scene struct {
	inputs     []depgraph.Input
	unresolved []depgraph.Unresolved
	lastSeen   time.Time
	drilled    time.Time // zero: never
	bare       bool      // no requirement
	results    analyzer.Results
	policy     gate.Policy
}

// whole is a scene that passes: everything read, one rule with a subject, no finding.
func whole() *scene {
	rule := analyzer.Define(analyzer.Spec{ID: "single-instance", Severity: analyzer.High}, analyzer.NoParams, nil)
	return &scene{
		inputs:  []depgraph.Input{{Path: "shop.yaml", Format: "native", Status: depgraph.Complete, Documents: 1}},
		results: analyzer.Results{Rules: []analyzer.Result{{Rule: rule, Status: analyzer.Ran, Judged: 2}}},
		policy:  gate.Policy{Now: noon},
	}
}

func (s *scene) find(id string, severity analyzer.Severity, victims ...depgraph.ID) *scene {
	r := &s.results.Rules[0]
	slices.SortFunc(victims, depgraph.ID.Compare)
	r.Findings = append(r.Findings, analyzer.Finding{ID: id, Rule: r.Rule.ID, Severity: severity, Title: "finding " + id, Root: []depgraph.ID{store}, Nodes: victims})
	return s
}

func (s *scene) judge(t *testing.T) gate.Verdict {
	t.Helper()
	b := depgraph.NewBuilder()
	for _, in := range s.inputs {
		b.AddInput(in)
	}
	for _, u := range s.unresolved {
		b.AddUnresolved(u)
	}
	b.AddNode(depgraph.Node{ID: shop})
	if !s.bare {
		b.AddRequirement(depgraph.Requirement{
			Owner: shop, Members: []depgraph.ID{store},
			Origins: []depgraph.Origin{{Input: "shop.yaml", Line: 3, Seen: depgraph.Seen{Last: s.lastSeen}}},
		})
	}
	if !s.drilled.IsZero() {
		b.AddDrill(depgraph.Drill{Date: s.drilled, Fails: []depgraph.ID{store}, Origin: depgraph.Origin{Input: "shop.yaml", Line: 9}})
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return gate.Judge(g, &s.results, s.policy)
}

func TestTheZeroVerdictIsIncomplete(t *testing.T) {
	var v gate.Verdict
	if v.Status() != gate.Incomplete || v.Exit() != 3 || len(v.Incomplete()) == 0 {
		t.Errorf("zero verdict: %v, exit %d, %q", v.Status(), v.Exit(), v.Incomplete())
	}
	if v := gate.Judge(nil, nil, gate.Policy{}); v.Exit() != 3 {
		t.Errorf("a verdict about nothing exits %d, want 3", v.Exit())
	}
}

func TestVerdict(t *testing.T) {
	day := func(y, m, d int) gate.Date { return gate.Date{Year: y, Month: m, Day: d} }
	waiver := gate.Waiver{Finding: "f1", Owner: "payments", Reason: "being moved", Expires: day(2026, 12, 31)}
	allowance := gate.Allowance{Input: "cut.yaml", Owner: "sre", Reason: "known", Expires: day(2026, 11, 22)}
	cases := []struct {
		name   string
		change func(s *scene)
		exit   int
		says   string // a part of a reason, violation, allowance or notice
	}{
		{"everything read, nothing found", func(*scene) {}, 0, ""},
		{"a finding at the threshold violates", func(s *scene) { s.find("f1", analyzer.High) }, 1, "finding f1"},
		{"a finding below the threshold does not", func(s *scene) { s.find("f1", analyzer.Medium) }, 0, ""},
		{"the threshold can be lowered", func(s *scene) { s.find("f1", analyzer.Low); s.policy.FailAt = gate.AtLow }, 1, ""},
		{"a threshold of never reports only", func(s *scene) { s.find("f1", analyzer.Critical); s.policy.FailAt = gate.Never }, 0, ""},
		{"a policy raises a rule's severity", func(s *scene) {
			s.find("f1", analyzer.Low)
			s.policy.Rules = map[string]gate.RulePolicy{"single-instance": {Severity: analyzer.Critical}}
		}, 1, ""},
		{"a partial input is incomplete though nothing is violated", func(s *scene) {
			s.inputs = append(s.inputs, depgraph.Input{Path: "cut.yaml", Status: depgraph.Partial, Reason: "4:1: ends early", Documents: 1})
		}, 3, "cut.yaml: partial: 4:1: ends early"},
		{"incomplete comes before violated", func(s *scene) {
			s.find("f1", analyzer.High)
			s.inputs = append(s.inputs, depgraph.Input{Path: "x.yaml", Status: depgraph.Unreadable, Reason: "permission denied"})
		}, 3, "x.yaml: unreadable"},
		{"an input without a status is incomplete", func(s *scene) { s.inputs = append(s.inputs, depgraph.Input{Path: "x.yaml"}) }, 3, "x.yaml: not read"},
		{"excluded and unclaimed inputs do not touch the verdict", func(s *scene) {
			s.inputs = append(s.inputs, depgraph.Input{Path: "a", Status: depgraph.Excluded, Reason: "vendored"}, depgraph.Input{Path: "b", Status: depgraph.Unclaimed})
		}, 0, ""},
		{"no input", func(s *scene) { s.inputs = nil }, 3, "no input"},
		{"no document", func(s *scene) { s.inputs[0].Documents = 0 }, 3, "document"},
		{"no requirement", func(s *scene) { s.bare = true }, 3, "requirement"},
		{"no rule", func(s *scene) { s.results.Rules = nil }, 3, "no rule ran"},
		{"a rule that failed", func(s *scene) {
			s.results.Rules = append(s.results.Rules, analyzer.Result{Rule: s.results.Rules[0].Rule, Status: analyzer.Failed, Err: errors.New("ran out of time")})
		}, 3, "ran out of time"},
		{"a rule without a status", func(s *scene) { s.results.Rules[0].Status = 0 }, 3, "failed"},
		{"no rule had a subject", func(s *scene) { s.results.Rules[0].Status, s.results.Rules[0].Judged = analyzer.NotApplicable, 0 }, 3, "no rule had a subject"},
		{"a rule that ran and judged nothing had no subject", func(s *scene) { s.results.Rules[0].Judged = 0 }, 3, "no rule had a subject"},
		{"a rule that the policy names has no subject", func(s *scene) {
			other := s.results.Rules[0]
			other.Rule, other.Status, other.Judged = analyzer.Define(analyzer.Spec{ID: "blind-monitor"}, analyzer.NoParams, nil), analyzer.NotApplicable, 0
			s.results.Rules = append(s.results.Rules, other)
			s.policy.Rules = map[string]gate.RulePolicy{"blind-monitor": {}}
		}, 3, "rule blind-monitor, which the policy names"},
		{"and may have none where the policy says so", func(s *scene) {
			other := s.results.Rules[0]
			other.Rule, other.Status, other.Judged = analyzer.Define(analyzer.Spec{ID: "blind-monitor"}, analyzer.NoParams, nil), analyzer.NotApplicable, 0
			s.results.Rules = append(s.results.Rules, other)
			s.policy.Rules = map[string]gate.RulePolicy{"blind-monitor": {AllowEmpty: true}}
		}, 0, ""},
		{"more reasons come from the command line", func(s *scene) { s.policy.Incomplete = []string{"orders.json is not in the lock"} }, 3, "lock"},
		{"a waiver lets its finding stand", func(s *scene) { s.find("f1", analyzer.High); s.policy.Waivers = []gate.Waiver{waiver} }, 0, ""},
		{"a waiver does not cover another finding", func(s *scene) {
			s.find("f1", analyzer.High).find("f2", analyzer.High)
			s.policy.Waivers = []gate.Waiver{waiver}
		}, 1, "finding f2"},
		{"a waiver is in force until the end of its last day", func(s *scene) {
			s.find("f1", analyzer.High)
			s.policy.Waivers, s.policy.Now = []gate.Waiver{waiver}, time.Date(2026, 12, 31, 23, 59, 59, 999, time.UTC)
		}, 0, "ends on 2026-12-31"},
		{"and not a moment longer", func(s *scene) {
			s.find("f1", analyzer.High)
			s.policy.Waivers, s.policy.Now = []gate.Waiver{waiver}, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
		}, 1, ""},
		{"the day is that of UTC", func(s *scene) {
			s.find("f1", analyzer.High)
			s.policy.Waivers, s.policy.Now = []gate.Waiver{waiver}, time.Date(2027, 1, 1, 1, 0, 0, 0, time.FixedZone("", 2*3600))
		}, 0, ""},
		{"without a date no waiver holds", func(s *scene) {
			s.find("f1", analyzer.High)
			s.policy.Waivers, s.policy.Now = []gate.Waiver{waiver}, time.Time{}
		}, 3, "no date"},
		{"nor an allowance", func(s *scene) {
			s.inputs = append(s.inputs, depgraph.Input{Path: "cut.yaml", Status: depgraph.Partial, Reason: "ends early"})
			s.policy.AllowIncomplete, s.policy.Now = []gate.Allowance{allowance}, time.Time{}
		}, 3, "no date"},
		{"what nothing expires by needs no date", func(s *scene) { s.policy.Now, s.lastSeen = time.Time{}, noon }, 0, ""},
		{"nor one that is right", func(s *scene) { s.lastSeen = noon.AddDate(1, 0, 0) }, 0, ""},
		{"an unused waiver is a notice", func(s *scene) { s.policy.Waivers = []gate.Waiver{waiver} }, 0, "is unused"},
		{"a clock before the build is not believed", func(s *scene) {
			s.policy.Waivers, s.policy.Built = []gate.Waiver{waiver}, noon.AddDate(0, 0, 1)
		}, 3, "before this program was built"},
		{"a clock more than a day before the newest evidence is not believed", func(s *scene) {
			s.policy.Waivers, s.lastSeen = []gate.Waiver{waiver}, noon.Add(24*time.Hour+1)
		}, 3, "newest evidence"},
		{"nor where an allowance hangs on it", func(s *scene) {
			s.inputs = append(s.inputs, depgraph.Input{Path: "cut.yaml", Status: depgraph.Partial, Reason: "ends early"})
			s.policy.AllowIncomplete, s.lastSeen = []gate.Allowance{allowance}, noon.Add(24*time.Hour+1)
		}, 3, "newest evidence"},
		{"nor one more than a day before a drill", func(s *scene) {
			s.policy.Waivers, s.drilled = []gate.Waiver{waiver}, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
		}, 3, "newest evidence"},
		{"a drill of tomorrow's date is one of elsewhere", func(s *scene) {
			s.policy.Waivers, s.drilled = []gate.Waiver{waiver}, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
		}, 0, ""},
		{"a clock a day before the newest evidence is", func(s *scene) {
			s.policy.Waivers, s.lastSeen = []gate.Waiver{waiver}, noon.Add(24*time.Hour)
		}, 0, ""},
		{"an allowance lets one input be incomplete", func(s *scene) {
			s.inputs = append(s.inputs, depgraph.Input{Path: "cut.yaml", Status: depgraph.Partial, Reason: "ends early"})
			s.policy.AllowIncomplete = []gate.Allowance{allowance}
		}, 0, "allowed by sre until 2026-11-22"},
		{"an expired allowance does not", func(s *scene) {
			s.inputs = append(s.inputs, depgraph.Input{Path: "cut.yaml", Status: depgraph.Partial, Reason: "ends early"})
			s.policy.AllowIncomplete = []gate.Allowance{{Input: "cut.yaml", Owner: "sre", Reason: "known", Expires: day(2026, 11, 21)}}
		}, 3, "expired on 2026-11-21"},
		{"an ambiguous name is reported and violates nothing", func(s *scene) {
			s.unresolved = []depgraph.Unresolved{{Owner: shop, Name: "redis", Why: depgraph.Ambiguous}}
		}, 0, ""},
		{"unless the policy forbids it", func(s *scene) {
			s.unresolved = []depgraph.Unresolved{{Owner: shop, Name: "redis", Why: depgraph.Ambiguous, Origin: depgraph.Origin{Input: "shop.yaml", Line: 9}}}
			s.policy.Forbid = []depgraph.Why{depgraph.Ambiguous}
		}, 1, `shop.yaml:9: service:shop: "redis" is ambiguous, which the policy forbids`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := whole()
			c.change(s)
			v := s.judge(t)
			if v.Exit() != c.exit || v.Compared() {
				t.Errorf("exit %d, want %d; incomplete %q, violations %v", v.Exit(), c.exit, v.Incomplete(), v.Violations())
			}
			said := slices.Concat(v.Incomplete(), v.Allowed(), v.Notices())
			for _, x := range v.Violations() {
				said = append(said, x.Message)
			}
			if all := strings.Join(said, "\n"); !strings.Contains(all, c.says) {
				t.Errorf("it says\n%s\nwant a line with %q", all, c.says)
			}
		})
	}
}

func TestBaseline(t *testing.T) {
	known := gate.Known{ID: "f1", Rule: "single-instance", Severity: analyzer.High, Nodes: []depgraph.ID{shop}}
	cart := depgraph.MustID("service:cart")
	cases := []struct {
		name     string
		change   func(s *scene, k *gate.Known)
		exit     int
		standing gate.Standing
	}{
		{"a known finding does not violate", func(s *scene, _ *gate.Known) { s.find("f1", analyzer.High, shop) }, 0, gate.Unchanged},
		{"nor does one with fewer victims", func(s *scene, _ *gate.Known) { s.find("f1", analyzer.High) }, 0, gate.Unchanged},
		{"a further victim makes it grown", func(s *scene, _ *gate.Known) { s.find("f1", analyzer.High, shop, cart) }, 1, gate.Grown},
		{"another victim in place of the old makes it grown", func(s *scene, _ *gate.Known) { s.find("f1", analyzer.High, cart) }, 1, gate.Grown},
		{"a higher severity makes it grown", func(s *scene, _ *gate.Known) { s.find("f1", analyzer.Critical, shop) }, 1, gate.Grown},
		{"a finding of another id is new", func(s *scene, _ *gate.Known) { s.find("f2", analyzer.High, shop) }, 1, gate.New},
		{"a baseline does not carry a waiver on", func(s *scene, k *gate.Known) { s.find("f1", analyzer.High, shop); k.Waived = true }, 1, gate.New},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, k := whole(), known
			c.change(s, &k)
			s.policy.Baseline = gate.NewBaseline([]gate.Known{k})
			v := s.judge(t)
			id := s.results.Rules[0].Findings[0].ID
			if said := v.Of(id); v.Exit() != c.exit || !v.Compared() || said.Baseline != c.standing {
				t.Errorf("exit %d, %v; want %d, %v", v.Exit(), said.Baseline, c.exit, c.standing)
			}
			if fixed := len(v.Fixed()) == 1; fixed != (id != "f1") {
				t.Errorf("fixed: %v", v.Fixed())
			}
		})
	}
}
