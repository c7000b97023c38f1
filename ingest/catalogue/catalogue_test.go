package catalogue

import (
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
)

func graph(t *testing.T, nodes ...depgraph.Node) *depgraph.Graph {
	t.Helper()
	b := depgraph.NewBuilder()
	for _, n := range nodes {
		b.AddNode(n, depgraph.Origin{Input: "a.tf", Line: 1})
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func apply(t *testing.T, g *depgraph.Graph) []string {
	t.Helper()
	out, err := Builtin().Apply(g)
	if err != nil {
		t.Fatal(err)
	}
	var edges []string
	for r := range out.AllRequirements() {
		if r.Origins[0].Basis != depgraph.Implied || r.Origins[0].Note == "" {
			t.Errorf("%v does not say that it is implied, and why", r)
		}
		edges = append(edges, r.Owner.String()+" "+string(r.Terms.Via)+" "+r.Members[0].String())
	}
	return edges
}

func TestADistributionsDefaultHoldsWhereFilesAreSilent(t *testing.T) {
	pool := func(name, updates string) depgraph.Node {
		n := depgraph.Node{ID: depgraph.ID{Kind: depgraph.KindNodePool, Name: name}, Labels: map[string]string{LabelOS: "ubuntu-22.04"}}
		if updates != "" {
			n.Labels[LabelUpdates] = updates
		}
		return n
	}
	var channels []string
	for _, edge := range apply(t, graph(t, pool("silent", ""), pool("off", "off"), pool("on", "on"))) {
		if strings.Contains(edge, " updated-by ") {
			channels = append(channels, edge)
		}
	}
	got := strings.Join(channels, "; ")
	want := "nodepool:on updated-by updates:ubuntu-security; nodepool:silent updated-by updates:ubuntu-security"
	if got != want {
		t.Errorf("implied = %s, want %s", got, want)
	}
}

func TestFactsChainAndFillInWhatTheyMatched(t *testing.T) {
	got := strings.Join(apply(t, graph(t,
		depgraph.Node{ID: depgraph.MustID("registry:1234.dkr.ecr.eu-west-1.amazonaws.com")},
		depgraph.Node{ID: depgraph.MustID("repo:github.com/shop/web")})), "; ")
	for _, want := range []string{"registry:1234.dkr.ecr.eu-west-1.amazonaws.com placed-in region:eu-west-1", "repo:github.com/shop/web placed-in external:github.com"} {
		if !strings.Contains(got, want) {
			t.Errorf("implied = %s, want %s in it", got, want)
		}
	}
}

func TestAFactIsSilentWhereAnInputSpeaks(t *testing.T) {
	b := depgraph.NewBuilder()
	id := depgraph.MustID("repo:github.com/shop/web")
	b.AddRequirement(depgraph.Requirement{
		Owner: id, Members: []depgraph.ID{depgraph.MustID("external:github.com")},
		Terms: depgraph.Terms{IfLost: depgraph.Unaffected}, Origins: []depgraph.Origin{{Input: "a.yaml", Line: 1}},
	})
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	out, err := Builtin().Apply(g)
	if err != nil {
		t.Fatal(err)
	}
	for r := range out.Needs(id) {
		if r.Origins[0].Basis == depgraph.Implied {
			t.Errorf("%v is implied though an input speaks of it", r)
		}
	}
}

func TestABadCatalogueIsRefusedWithItsPlace(t *testing.T) {
	for _, bad := range []string{
		"facts:\n- {id: a, match: \"x:y\", needs: [\"a:b\"], note: n}",
		"facts:\n- {id: a, match: nocolon, needs: [\"a:b\"], note: n, source: s}",
		"facts:\n- {id: a, match: \"x:y\", needs: [\"a:b\"], note: n, source: s, phase: [sleep]}",
		"facts:\n- {id: a, match: \"x:y\", needz: [\"a:b\"]}",
	} {
		if _, err := Parse("f.yaml", []byte(bad)); err == nil || !strings.HasPrefix(err.Error(), "f.yaml:2:") {
			t.Errorf("Parse(%q) = %v, want an error at line 2", bad, err)
		}
	}
}

func TestNamesOfReleasesAreUnderstood(t *testing.T) {
	for text, want := range map[string]string{
		"ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-*": "ubuntu-22.04",
		"ubuntu-os-cloud/ubuntu-2204-lts":                         "ubuntu-22.04",
		"deb http://mirror.shop.example/ubuntu jammy main":        "ubuntu-22.04",
		"0001-com-ubuntu-server-focal":                            "ubuntu-20.04",
		"debian-cloud/debian-12":                                  "debian-12",
		"al2023-ami-2023.*":                                       "amazon-linux-2023",
		"COS_CONTAINERD":                                          "cos",
		"openSUSE-MicroOS-Cloud":                                  "opensuse-microos",
		"windows-cloud/windows-2022":                              "windows-server",
		"Windows_Server-2022-English-Full-Base-*":                 "windows-server",
		"my-image": "",
	} {
		if got := OS(text); got != want {
			t.Errorf("OS(%q) = %q, want %q", text, got, want)
		}
	}
}
