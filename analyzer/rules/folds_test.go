package rules

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

// What is folded under a finding of another rule, in graphs that hold both.
func TestConsequencesFoldUnderTheirCauses(t *testing.T) {
	for _, c := range []struct {
		name, graph string
		want        map[string]string // by rule and root: the reason
	}{
		{
			"a zone that is one instance", `
datastore:db  replicas=1
service:x -> zone:b  run,start via=placed-in
datastore:db -> zone:a  run,start via=placed-in
service:api -> datastore:db
`, map[string]string{
				"single-instance datastore:db": "",
				"single-facility zone:a":       "datastore:db, which has one replica there, takes all the others down",
				"single-facility zone:b":       "",
			},
		},
		{
			"a zone that holds more than one instance takes", `
datastore:db  replicas=1
service:x -> zone:b  run,start via=placed-in
datastore:db -> zone:a  run,start via=placed-in
service:other -> zone:a  run,start via=placed-in
service:api -> datastore:db
`, map[string]string{"single-instance datastore:db": "", "single-facility zone:a": "", "single-facility zone:b": ""},
		},
		{
			"a bootstrap by hand because of a tool that deploys what it works with", `
tool:argocd -> datastore:cache  run,start
datastore:cache -> tool:argocd  deploy via=deployed-by
tool:flux -> datastore:state  start
datastore:state -> tool:flux  deploy via=deployed-by
`, map[string]string{
				"cold-start-deadlock datastore:cache": "it is the same need of datastore:cache for tool:argocd",
				"cold-start-deadlock datastore:state": "",
				"recovery-loop datastore:cache":       "",
			},
		},
		{
			"a deadlock of what a webhook admits", `
webhook:policy -> service:controller
service:controller -> webhook:policy  start,deploy via=admitted-by
service:x -> service:y  start
service:y -> service:x  start
`, map[string]string{
				"cold-start-deadlock service:controller": "it is the same cycle through webhook:policy",
				"cold-start-deadlock service:x":          "",
				"fail-closed-admission webhook:policy":   "",
				"recovery-loop service:controller":       "it is the same cycle through webhook:policy",
			},
		},
		{
			"a plan that the place takes too, one that needs what it repairs, and one that does and stands in the place", `
service:y  ga
service:y -> facility:f1  run,start via=placed-in
service:y -> tool:t1  recover via=repaired-by
tool:t1 -> facility:f1  run,start via=placed-in
service:z  ga
service:z -> facility:f2  run,start via=placed-in
service:z -> tool:t2  recover via=repaired-by
tool:t2 -> service:z
service:w  ga
service:w -> facility:f3  run,start via=placed-in
service:w -> tool:t3  recover via=repaired-by
tool:t3 -> service:w
tool:t3 -> facility:f3  run,start via=placed-in
`, map[string]string{
				"recovery-loop facility:f1":  "",
				"recovery-loop service:z":    "",
				"recovery-loop service:w":    "",
				"no-recovery-plan service:y": "losing facility:f1 takes down what would repair service:y",
				"no-recovery-plan service:z": "losing service:z takes down what would repair service:z",
				"no-recovery-plan service:w": "",
				"untested-loss way:*":        "",

				"single-facility facility:f1": "", "single-facility facility:f2": "", "single-facility facility:f3": "",
			},
		},
		{
			"alternatives in one place that the owner claims to survive", `
service:x  survives=facility
service:x -> facility:f1 | facility:f2  run,start via=placed-in
service:x -> tool:t1 | tool:t2  deploy via=deployed-by
tool:t1 -> facility:f1  run,start via=placed-in
tool:t2 -> facility:f1  run,start via=placed-in
`, map[string]string{
				"hollow-redundancy facility:f1": "",
				"frozen-elsewhere tool:t1":      "facility:f1 takes all the alternatives of service:x",
				"single-facility facility:f1":   "",
				"untested-loss facility:*":      "",
			},
		},
		{
			"alternatives in one place, and somebody whom it freezes without any", `
service:x  survives=facility
service:x -> facility:f1 | facility:f2  run,start via=placed-in
service:x -> tool:t1 | tool:t2 | tool:t3 | tool:t4  deploy via=deployed-by
service:y  survives=facility
service:y -> facility:f1 | facility:f2  run,start via=placed-in
service:y -> facility:f1  deploy via=deployed-by
service:y -> tool:t1 | tool:t2  recover via=repaired-by
tool:t1 -> facility:f1  run,start via=placed-in
tool:t2 -> facility:f1  run,start via=placed-in
tool:t3 -> facility:f1  run,start via=placed-in
tool:t4 -> facility:f1  run,start via=placed-in
`, map[string]string{
				"hollow-redundancy facility:f1": "",
				"frozen-elsewhere facility:f1":  "",
				"single-facility facility:f1":   "",
				"untested-loss facility:*":      "",
				"untested-loss way:*":           "",
			},
		},
		{
			"alternatives in one place whose owner goes down with it and claims not to", `
service:v  survives=facility
service:x -> facility:f2  run,start via=placed-in
service:v -> service:v1 | service:v2
service:v1 -> facility:f1  run,start via=placed-in
service:v2 -> facility:f1  run,start via=placed-in
`, map[string]string{
				"hollow-redundancy facility:f1": "it is how facility:f1 takes service:v down",
				"single-facility facility:f1":   "facility:f1 also takes nodes down that claim to survive its loss",
				"single-facility facility:f2":   "",
				"single-facility service:v1":    "",
				"untested-loss facility:*":      "",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, err := depgraph.ParseText(strings.TrimSpace(c.graph))
			if err != nil {
				t.Fatal(err)
			}
			results, err := analyzer.Run(t.Context(), g, All(), analyzer.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for f := range results.Findings() {
				got[f.Rule+" "+f.Root[max(0, slices.IndexFunc(f.Root, func(id depgraph.ID) bool { return !id.Kind.IsPlace() }))].String()] = f.Why
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
		})
	}
}
