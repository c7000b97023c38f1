package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/analyzer/tiertest"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/reporttest"
)

func nodesOf(v *report.View) string {
	var names []string
	for _, n := range v.Nodes {
		names = append(names, n.ID.String())
	}
	return strings.Join(names, " ")
}

func TestAViewIsAboutTheFindings(t *testing.T) {
	v := report.NewView(reporttest.Sample(), report.Options{Nodes: 5})
	if len(v.Nodes) > 5 {
		t.Errorf("%d nodes, want at most 5", len(v.Nodes))
	}
	for _, want := range []string{"datastore:ferry/ledger", "facility:dock-north"} {
		if !strings.Contains(nodesOf(v), want) {
			t.Errorf("the view lacks %s: %s", want, nodesOf(v))
		}
	}
	if got := v.Showing(); !strings.HasPrefix(got, "showing 5 of 23 nodes; ") || !strings.Contains(got, "edges hidden") {
		t.Errorf("it says %q", got)
	}
}

func TestAViewShowsWhatIsNearItsFocus(t *testing.T) {
	v := report.NewView(reporttest.Sample(), report.Options{Focus: []depgraph.ID{depgraph.MustID("secret:ops/vault")}, Hops: 1})
	if got, want := nodesOf(v), "secret:ops/vault service:ops/sso tool:ferry/rollback#run"; got != want {
		t.Errorf("one hop around the vault: %s, want %s", got, want)
	}
	v = report.NewView(reporttest.Sample(), report.Options{Focus: []depgraph.ID{depgraph.MustID("secret:ops/vault")}})
	if got := nodesOf(v); !strings.Contains(got, "datastore:ferry/ledger") {
		t.Errorf("two hops around the vault: %s", got)
	}
}

func TestAViewMarksWhatALossDoes(t *testing.T) {
	loss := &report.Loss{Failed: []depgraph.ID{depgraph.MustID("facility:dock-north")}, Degraded: []depgraph.ID{depgraph.MustID("service:ferry/booking")}}
	v := report.NewView(reporttest.Sample(), report.Options{Loss: loss})
	marks := map[string]report.Mark{}
	for _, n := range v.Nodes {
		marks[n.ID.String()] = n.Mark
	}
	if marks["facility:dock-north"] != report.MarkFailed || marks["service:ferry/booking"] != report.MarkDegraded || marks["datastore:ferry/ledger"] != report.Unmarked {
		t.Errorf("marks %v", marks)
	}
}

func TestAProofIsShownWhole(t *testing.T) {
	d := reporttest.Sample()
	for _, f := range d.Findings {
		v := report.ProofView(d, f)
		for _, s := range f.Proof {
			found := false
			for _, e := range v.Edges {
				found = found || e.From == s.From && e.To == s.To
			}
			if !found {
				t.Errorf("%s: the view lacks %s -> %s", f.Rule, s.From, s.To)
			}
		}
	}
}

func TestAnOverviewCountsEveryNodeAndEdge(t *testing.T) {
	d := reporttest.Sample()
	for _, by := range []report.Grouping{report.ByPlace, report.ByScope, report.ByOwner} {
		for _, most := range []int{0, 2, 4} {
			v := report.Overview(d, by, most)
			nodes, edges := 0, v.HiddenEdges
			for _, n := range v.Nodes {
				nodes += n.Many
			}
			for _, e := range v.Edges {
				edges += e.Many
			}
			if nodes != d.Graph.Nodes || edges != d.Graph.Edges {
				t.Errorf("by %s, at most %d: %d nodes and %d edges, want %d and %d", by, most, nodes, edges, d.Graph.Nodes, d.Graph.Edges)
			}
			if most > 0 && len(v.Nodes) > most {
				t.Errorf("by %s: %d boxes, want at most %d", by, len(v.Nodes), most)
			}
		}
	}
}

func TestGroupingsHaveNames(t *testing.T) {
	for _, by := range []report.Grouping{report.ByPlace, report.ByScope, report.ByOwner} {
		if got, err := report.ParseGrouping(by.String()); err != nil || got != by {
			t.Errorf("ParseGrouping(%q) = %v, %v", by, got, err)
		}
	}
	if _, err := report.ParseGrouping("colour"); err == nil {
		t.Error("a grouping that is none is accepted")
	}
}

// system draws a random graph of services.
func system(t *rapid.T) *report.Document {
	n := rapid.IntRange(2, 24).Draw(t, "nodes")
	b := depgraph.NewBuilder()
	id := func(i int) depgraph.ID { return depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("%02d", i)} }
	b.AddNode(depgraph.Node{ID: id(0)})
	for range rapid.IntRange(0, 90).Draw(t, "edges") {
		from, to := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
		b.AddRequirement(depgraph.Requirement{Owner: id(from), Members: []depgraph.ID{id(to)}, Origins: []depgraph.Origin{{Input: "x"}}})
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return report.New(g, nil, gate.Verdict{})
}

// reach says who reaches whom over the edges of a view.
func reach(v *report.View) map[[2]depgraph.ID]bool {
	r := map[[2]depgraph.ID]bool{}
	for _, e := range v.Edges {
		r[[2]depgraph.ID{e.From, e.To}] = true
	}
	for _, via := range v.Nodes { // Floyd and Warshall
		for _, a := range v.Nodes {
			for _, b := range v.Nodes {
				if r[[2]depgraph.ID{a.ID, via.ID}] && r[[2]depgraph.ID{via.ID, b.ID}] {
					r[[2]depgraph.ID{a.ID, b.ID}] = true
				}
			}
		}
	}
	return r
}

func TestLeavingOutEdgesKeepsWhoReachesWhom(t *testing.T) {
	reduced := 0
	holds := func(t *rapid.T) {
		d := system(t)
		whole, part := report.WholeView(d, report.Options{}), report.NewView(d, report.Options{})
		if part.Reduced == 0 || len(part.Edges)+part.Reduced != len(whole.Edges) {
			return // nothing was left out, or for want of room
		}
		reduced++
		if diff := cmp.Diff(reach(whole), reach(part)); diff != "" {
			t.Fatalf("reachability differs:\n%s", diff)
		}
	}
	for try := 0; reduced == 0 && try < 20; try++ { // few systems have an edge to spare
		tiertest.Check(t, holds)
	}
	if reduced == 0 {
		t.Error("no view was reduced: the test sees nothing")
	}
}

func TestEveryViewOfOneGraphIsTheSame(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		d := system(t)
		for _, o := range []report.Options{{}, {Nodes: 7}} {
			if diff := cmp.Diff(report.NewView(d, o), report.NewView(d, o)); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func TestAViewCountsWhatItHides(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		d := system(t)
		v := report.NewView(d, report.Options{Nodes: rapid.IntRange(1, 30).Draw(t, "room")})
		if v.AllNodes != d.Graph.Nodes || v.AllEdges != d.Graph.Edges || len(v.Edges)+v.HiddenEdges < v.AllEdges {
			t.Fatalf("%d edges shown and %d hidden of %d", len(v.Edges), v.HiddenEdges, v.AllEdges)
		}
		at := map[depgraph.ID]bool{}
		for _, n := range v.Nodes {
			at[n.ID] = true
		}
		for _, e := range v.Edges {
			if !at[e.From] || !at[e.To] {
				t.Fatalf("edge %s -> %s has an end that is not shown", e.From, e.To)
			}
		}
	})
}

func TestAViewSaysInWhichPlacesANodeStands(t *testing.T) {
	g, err := depgraph.ParseText(`service:a -> zone:x via=placed-in run,start ifLost=down a.yaml:1
service:a -> cluster:k via=placed-in run,start ifLost=down a.yaml:2
service:b -> zone:x | zone:y via=placed-in run,start ifLost=down a.yaml:3
service:c -> zone:x | zone:y | zone:z need=2 via=placed-in run,start ifLost=down a.yaml:4
service:d -> zone:x via=placed-in run,start ifLost=down a.yaml:5
service:e -> zone:x via=placed-in run,start ifLost=down a.yaml:6
service:e -> zone:y | zone:z via=placed-in run,start ifLost=down a.yaml:7
`)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, n := range report.NewView(report.New(g, nil, gate.Verdict{}), report.Options{}).Nodes {
		got[n.ID.String()] = n.Where
	}
	for id, want := range map[string]string{
		"service:a": "in k and x", "service:b": "in any of 2 places", "service:c": "in 2 of 3 places", "service:d": "in x",
		"service:e": "in x and any of 2 places",
	} {
		if got[id] != want {
			t.Errorf("%s is %q, want %q", id, got[id], want)
		}
	}
}

func TestTwinsAreDrawnAsOne(t *testing.T) {
	b := depgraph.NewBuilder()
	need := func(owner, member string, terms depgraph.Terms) {
		b.AddRequirement(depgraph.Requirement{Owner: depgraph.MustID(owner), Members: []depgraph.ID{depgraph.MustID(member)}, Terms: terms, Origins: []depgraph.Origin{{Input: "x"}}})
	}
	for _, name := range []string{"a", "b", "c", "d"} {
		need("secret:"+name, "secretstore:vault", depgraph.Terms{Via: "secret-from"})
		need("config:"+name, "service:api", depgraph.Terms{Via: "reads"})
		need("service:"+name, "secretstore:vault", depgraph.Terms{Via: "reads"})
	}
	need("service:d", "config:d", depgraph.Terms{Via: "reads"})                                          // its life is another one
	need("secret:e", "secretstore:vault", depgraph.Terms{Via: "secret-from", IfLost: depgraph.Degraded}) // and its
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	d := report.New(g, nil, gate.Verdict{})
	v := report.PictureView(d, report.Options{})
	if got, want := nodesOf(v), "config:a config:d secret:a secret:e secretstore:vault service:a service:api service:b service:c service:d"; got != want {
		t.Errorf("drawn\n %s, want\n %s", got, want)
	}
	all := 0
	for _, n := range v.Nodes {
		all += 1 + len(n.Twins)
		if n.ID.String() == "config:a" && (n.Title() != "config:a, config:b, config:c" || n.Sort() != "config, and 2 more like it") {
			t.Errorf("the configurations: %q, %q", n.Title(), n.Sort())
		}
	}
	if all != g.Len() {
		t.Errorf("the picture stands for %d of %d nodes", all, g.Len())
	}
	focused := report.PictureView(d, report.Options{Focus: []depgraph.ID{depgraph.MustID("secret:b")}})
	if got := nodesOf(focused); !strings.Contains(got, "secret:b ") || strings.Contains(got, "secret:c ") {
		t.Errorf("with secret:b in focus: %s", got)
	}
	for _, e := range v.Edges {
		if !strings.Contains(nodesOf(v), e.From.String()) || !strings.Contains(nodesOf(v), e.To.String()) {
			t.Errorf("an edge without its end: %v -> %v", e.From, e.To)
		}
	}
	if got := v.Showing(); got != "showing all 15 nodes, 7 of them gathered by what they need" {
		t.Errorf("it says %q", got)
	}
}

func TestACrowdLeavesOutWhatHangsOnOneNode(t *testing.T) {
	for _, services := range []int{10, 40} {
		b := depgraph.NewBuilder()
		need := func(owner, member string) {
			b.AddRequirement(depgraph.Requirement{Owner: depgraph.MustID(owner), Members: []depgraph.ID{depgraph.MustID(member)}, Origins: []depgraph.Origin{{Input: "x"}}})
		}
		for i := range services {
			need(fmt.Sprintf("service:%d", i), fmt.Sprintf("image:%d", i))
			need(fmt.Sprintf("service:%d", i), "image:base")
			need(fmt.Sprintf("service:%d", i), fmt.Sprintf("datastore:%d", i))
		}
		g, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		v := report.PictureView(report.New(g, nil, gate.Verdict{}), report.Options{Nodes: 300})
		want := g.Len() - services
		if len(v.Nodes) != want || !strings.Contains(nodesOf(v), "image:base") {
			t.Errorf("%d services: %d nodes, want %d: %s", services, len(v.Nodes), want, nodesOf(v))
		}
		if got := len(v.Edges) + v.HiddenEdges; got != v.AllEdges {
			t.Errorf("%d services: %d edges shown or hidden, want %d", services, got, v.AllEdges)
		}
	}
}
