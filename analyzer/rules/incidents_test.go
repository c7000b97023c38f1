package rules

import (
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/ruletest"
)

// found is a finding that must be there: its rule, severity and root, and some of
// its victims.
type found struct {
	rule     string
	severity analyzer.Severity
	root     string // ids, joined by blanks
	victims  []string
}

// What must be found in the three incidents that Fateline exists for.
var incidents = map[string][]found{
	"edge-kv-before": {
		{"recovery-loop", analyzer.High, "service:kv", []string{"tool:ci-rollback", "tool:dashboard-rollback"}},
		{"environment-leak", analyzer.High, "registry:builds-staging", []string{"tool:kv-release"}},
		{"untested-loss", analyzer.Medium, "way:*", []string{"human:break-glass"}},
	},
	"control-plane-before": {
		{"single-facility", analyzer.Critical, "facility:pdx-04 queue:kafka", []string{"service:control-api", "service:dns-api", "service:log-push"}},
		{"single-facility", analyzer.Critical, "datastore:clickhouse facility:pdx-04", []string{"service:analytics-api"}},
		{"hollow-redundancy", analyzer.Medium, "power:pdx-04/protection", []string{"facility:pdx-04"}},
		{"recovery-loop", analyzer.Critical, "facility:pdx-04", nil},
		{"untested-loss", analyzer.Medium, "facility:*", []string{"facility:pdx-04"}},
		{"tier-inversion", analyzer.Medium, "service:log-retention", []string{"service:log-push"}},
		{"no-recovery-plan", analyzer.High, "service:stream-upload", nil},
		{"no-recovery-plan", analyzer.High, "service:magic-network", nil},
	},
	"observability-before": {
		{"hollow-redundancy", analyzer.High, "updates:jammy-security", []string{"datastore:metadata", "datastore:metrics"}},
		{"simultaneous-change", analyzer.High, "updates:jammy-security", []string{"nodepool:ap1", "nodepool:eu1", "nodepool:us1", "nodepool:us3", "nodepool:us5"}},
		{"blind-monitor", analyzer.High, "service:api", []string{"service:api", "service:web"}},
	},
	"edge-kv-after":       nil,
	"control-plane-after": nil,
	"observability-after": nil,
}

func TestTheIncidentsAreFoundTheWeekBeforeAndNotAfterTheRemedies(t *testing.T) {
	ruletest.RunAll(t, "testdata/incidents", func(string) []*analyzer.Rule { return All() }, func(name string, r *analyzer.Results) {
		wanted, known := incidents[name]
		if !known {
			t.Fatalf("%s: nothing says what must be found", name)
		}
		for _, w := range wanted {
			if !isFound(r, w) {
				t.Errorf("%s: no %s %s rooted in %s with %v", name, w.severity, w.rule, w.root, w.victims)
			}
		}
		for f := range r.Findings() {
			if strings.HasSuffix(name, "-after") && f.Severity > analyzer.Low {
				t.Errorf("%s: %s %s: %s", name, f.Severity, f.Rule, f.Title)
			}
		}
	})
}

func isFound(r *analyzer.Results, w found) bool {
	for f := range r.Findings() {
		if f.Rule == w.rule && f.Severity == w.severity && texts(f.Root) == w.root && f.FoldedInto == "" && holds(f.Nodes, w.victims) {
			return true
		}
	}
	return false
}

func texts(ids []depgraph.ID) string {
	var out []string
	for _, id := range ids {
		out = append(out, id.String())
	}
	return strings.Join(out, " ")
}

func holds(ids []depgraph.ID, wanted []string) bool {
	all := " " + texts(ids) + " "
	for _, w := range wanted {
		if !strings.Contains(all, " "+w+" ") {
			return false
		}
	}
	return true
}
