package rules

import (
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
				got[f.Rule+" "+f.Root[0].String()] = f.Why
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("reasons (-want +got):\n%s", diff)
			}
		})
	}
}
