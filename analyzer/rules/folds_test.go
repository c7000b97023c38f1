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
