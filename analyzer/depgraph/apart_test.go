package depgraph

import (
	"strings"
	"testing"
)

// parted parses a text, parts the groups, and prints the graph.
func parted(t *testing.T, text string) string {
	t.Helper()
	g, err := ParseText(text)
	if err != nil {
		t.Fatal(err)
	}
	b := g.Builder()
	b.PartGroups()
	out, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	again := out.Builder()
	again.PartGroups()
	twice, err := again.Build()
	if err != nil {
		t.Fatal(err)
	}
	if out.Text() != twice.Text() {
		t.Errorf("parted twice:\n%s\nonce:\n%s", twice.Text(), out.Text())
	}
	return out.Text()
}

const sharedGroup = `service:spare  standby title=five  a.yaml:1
datastore:cold  standby title=one  a.yaml:2
service:shop  a.yaml:3
group:any  a.yaml:4
service:spare -> group:any  a.yaml:5,member=group:any
service:shop -> group:any  a.yaml:6
group:any -> group:inner | datastore:warm  a.yaml:7
group:inner -> datastore:cold | datastore:other  a.yaml:8,member=datastore:cold a.yaml:9
`

func TestStandbysHaveGroupsOfTheirOwnWhereThatMatters(t *testing.T) {
	got := parted(t, sharedGroup)
	for _, want := range []string{
		"service:spare -> \"group:any for standbys\"",
		"service:shop -> group:any ",
		"\"group:any for standbys\" -> datastore:warm | \"group:inner for standbys\"",
		"\"group:inner for standbys\" -> datastore:cold | datastore:other",
		"group:any -> datastore:warm | group:inner",
		"group:inner -> datastore:cold | datastore:other",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestGroupsStayWhereNobodyIsServedOtherwise(t *testing.T) {
	for name, text := range map[string]string{
		"no standby":           strings.ReplaceAll(strings.ReplaceAll(sharedGroup, "standby title=five", ""), "standby title=one", ""),
		"no standby behind it": strings.ReplaceAll(sharedGroup, "standby title=one", ""),
		"no standby before it": strings.ReplaceAll(sharedGroup, "standby title=five", ""),
		"standbys alone":       strings.ReplaceAll(sharedGroup, "service:shop  ", "service:shop  standby "),
	} {
		g, err := ParseText(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := parted(t, text); got != g.Text() {
			t.Errorf("%s: parted\n%s\nfrom\n%s", name, got, g.Text())
		}
	}
}
