package link_test

import (
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

func TestAFileSpeaksOfWhoeverUsesIt(t *testing.T) {
	uses := func(node, file string) link.Definition {
		return link.Definition{
			Node:   depgraph.Node{ID: depgraph.MustID(node)},
			Names:  []link.Name{{Space: link.SpacePath, Text: file}},
			Origin: depgraph.Origin{Input: "compose.yaml", Line: 1},
		}
	}
	says := func(file, needs string) link.Reference {
		id := depgraph.MustID(needs)
		return link.Reference{
			Owners:  &link.Selector{File: file},
			Members: []link.Target{{Name: link.ID(id), Else: id}},
			Origin:  depgraph.Origin{Input: file, Line: 2, Confidence: 0.8},
		}
	}
	frag := &link.Fragment{
		Definitions: []link.Definition{uses("service:web", "etc/nginx.conf"), uses("service:a", "./shared"), uses("service:b", "shared")},
		References:  []link.Reference{says("etc/nginx.conf", "service:api"), says("shared/app/x.env", "service:db"), says("other/x.env", "service:none")},
	}
	g, err := link.Link([]*link.Fragment{frag}, nil, link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for r := range g.AllRequirements() {
		got[r.Owner.String()+" "+r.Members[0].String()] = r.Origins[0].Confidence
	}
	want := map[string]float64{"service:web service:api": 0.8, "service:a service:db": 0.4, "service:b service:db": 0.4}
	for edge, confidence := range want {
		if got[edge] != confidence {
			t.Errorf("%s: confidence %v, want %v", edge, got[edge], confidence)
		}
	}
	if len(got) != len(want) {
		t.Errorf("requirements = %v, want %v", got, want)
	}
}

func TestAFileThatNobodyMountsSpeaksOfWhatIsBuiltAroundIt(t *testing.T) {
	uses := func(node, file string) link.Definition {
		return link.Definition{
			Node: depgraph.Node{ID: depgraph.MustID(node)}, Names: []link.Name{{Space: link.SpacePath, Text: file}},
			Origin: depgraph.Origin{Input: "compose.yaml", Line: 1},
		}
	}
	says := func(file string, built bool) link.Reference {
		id := depgraph.MustID("service:db")
		return link.Reference{
			Owners: &link.Selector{File: file, Built: built}, Members: []link.Target{{Name: link.ID(id), Else: id}},
			Origin: depgraph.Origin{Input: file, Line: 2},
		}
	}
	for _, c := range []struct {
		file  string
		built bool
		want  string // the owner; "" is nobody
	}{
		{"src/cart/main/app.yaml", true, "service:cart"},
		{"src/cart/main/app.yaml", false, ""},
		{"src/web/app.yaml", true, "service:proxy"}, // who mounts it comes first
		{"src/other/app.yaml", true, ""},
	} {
		frag := &link.Fragment{
			Definitions: []link.Definition{uses("service:cart", "src/cart/Dockerfile"), uses("service:web", "src/web/Dockerfile"), uses("service:proxy", "src/web/app.yaml")},
			References:  []link.Reference{says(c.file, c.built)},
		}
		g, err := link.Link([]*link.Fragment{frag}, nil, link.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for r := range g.AllRequirements() {
			got += r.Owner.String()
		}
		if got != c.want {
			t.Errorf("%s (built %v) speaks of %q, want %q", c.file, c.built, got, c.want)
		}
	}
}

func TestWhatAFileSaysOfANodeIsAnAttributeOfWhoeverUsesIt(t *testing.T) {
	pool := func(node string) link.Definition {
		return link.Definition{
			Node:   depgraph.Node{ID: depgraph.MustID(node)},
			Names:  []link.Name{{Space: link.SpacePath, Text: "boot/init.yaml"}},
			Origin: depgraph.Origin{Input: "main.tf", Line: 1},
		}
	}
	boot := func(file string) link.Definition {
		return link.Definition{
			Node:   depgraph.Node{ID: depgraph.ID{Kind: depgraph.KindNodePool, Name: file}, Labels: map[string]string{"updates": "off"}},
			Of:     file,
			Origin: depgraph.Origin{Input: file, Line: 2},
		}
	}
	g, err := link.Link([]*link.Fragment{{Definitions: []link.Definition{pool("nodepool:a"), pool("nodepool:b"), boot("boot/init.yaml"), boot("alone.yaml")}}}, nil, link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"nodepool:a", "nodepool:b", "nodepool:alone.yaml"} {
		if n := g.Node(depgraph.MustID(id)); n == nil || n.Labels["updates"] != "off" {
			t.Errorf("%s = %+v, want the label of its file", id, n)
		}
	}
	if n := g.Node(depgraph.MustID("nodepool:boot/init.yaml")); n != nil {
		t.Errorf("the file stands for itself though two use it: %+v", n)
	}
}

func TestAGuessCountsOnlyWhereOneReaderMeansSomething(t *testing.T) {
	define := func(node, file string) link.Definition {
		d := link.Definition{
			Node: depgraph.Node{ID: depgraph.MustID("service:" + node)}, Names: []link.Name{link.Host("", node)},
			Origin: depgraph.Origin{Input: "compose.yaml", Line: 1},
		}
		if file != "" {
			d.Names = append(d.Names, link.Name{Space: link.SpacePath, Text: file})
		}
		return d
	}
	guess := func(file, host string) link.Reference {
		return link.Reference{
			Owners: &link.Selector{File: file}, Members: []link.Target{{Name: link.Host("", host), Guess: true}},
			Form: link.Text, Origin: depgraph.Origin{Input: file, Line: 2},
		}
	}
	frag := &link.Fragment{
		Definitions: []link.Definition{define("cart", "cart.yaml"), define("web", "all.yaml"), define("api", "all.yaml"), define("store", "")},
		References:  []link.Reference{guess("cart.yaml", "store"), guess("cart.yaml", "standalone"), guess("all.yaml", "store")},
	}
	g, err := link.Link([]*link.Fragment{frag}, nil, link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r := range g.AllRequirements() {
		got = append(got, r.Owner.String()+" -> "+r.Members[0].String())
	}
	if want := "service:cart -> service:store"; len(got) != 1 || got[0] != want {
		t.Errorf("requirements = %q, want %q alone", got, want)
	}
	if u := g.Unresolved(); len(u) > 0 {
		t.Errorf("unresolved = %v, want none: a guess that misses says nothing", u)
	}
}
