package catalogue

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// standing are nodes, one for each match of a fact, that it speaks of, with what
// else of the graph it asks for.
func standing(t *testing.T, f *Fact) []*depgraph.Graph {
	t.Helper()
	var ids []depgraph.ID
	for _, match := range f.Match {
		text := strings.NewReplacer("*:", "service:", "*", "x1", "{region}", "eu-west-9").Replace(match)
		text = braces.ReplaceAllString(text, "eu")
		ids = append(ids, depgraph.MustID(text))
	}
	labels := map[string]string{}
	for k, values := range f.Labels {
		labels[k] = values[0]
	}
	var graphs []*depgraph.Graph
	build := func(id depgraph.ID, more map[string]string) {
		b := depgraph.NewBuilder()
		n := depgraph.Node{ID: id, Labels: map[string]string{}}
		for _, set := range []map[string]string{labels, more} {
			for k, v := range set {
				n.Labels[k] = v
			}
		}
		b.AddNode(n, depgraph.Origin{Input: "main.tf", Line: 7})
		if f.regional {
			at := depgraph.MustID("zone:eu-west-9a")
			place := depgraph.Terms{Via: depgraph.PlacedIn}
			origins := []depgraph.Origin{{Input: "main.tf", Line: 8}}
			b.AddRequirement(depgraph.Requirement{Owner: id, Members: []depgraph.ID{at}, Terms: place, Origins: origins})
			b.AddRequirement(depgraph.Requirement{Owner: at, Members: []depgraph.ID{depgraph.MustID("region:eu-west-9")}, Terms: place, Origins: origins})
		}
		g, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		graphs = append(graphs, g)
	}
	for _, id := range ids {
		build(id, nil)
	}
	if len(ids) == 0 {
		for _, typ := range f.Resource {
			build(depgraph.MustID("service:stack/Thing"), map[string]string{LabelResource: typ})
			build(depgraph.MustID("service:dir/module.a[\"b/c\"]."+typ+".main[0]"), nil)
		}
	}
	return graphs
}

func TestEveryFactSpeaksOfEveryNodeThatItNames(t *testing.T) {
	for i := range Builtin().Facts {
		f := &Builtin().Facts[i]
		for _, g := range standing(t, f) {
			out, err := Builtin().Apply(g)
			if err != nil {
				t.Fatal(err)
			}
			owner := ownerOf(g)
			r := saidBy(out, owner, f.ID)
			if r == nil {
				t.Errorf("%s is silent about %s", f.ID, owner)
				continue
			}
			o := r.Origins[0]
			if o.Basis != depgraph.Implied || o.Confidence != f.Confidence || !strings.Contains(o.Note, f.Note) || !strings.Contains(o.Note, f.Source) || o.Input != "main.tf" || o.Line != 7 {
				t.Errorf("%s: origin %+v", f.ID, o)
			}
			for _, m := range r.Members {
				if strings.ContainsAny(m.Name, "{}*") {
					t.Errorf("%s: %s is not filled in", f.ID, m)
				}
			}
			without, err := out.Keep(func(b depgraph.Basis) bool { return b != depgraph.Implied })
			if err != nil {
				t.Fatal(err)
			}
			if saidBy(without, owner, f.ID) != nil {
				t.Errorf("%s is heard where nothing implied is kept", f.ID)
			}
			less, err := Builtin().Without(f.ID)
			if err != nil {
				t.Fatal(err)
			}
			if out, err := less.Apply(g); err != nil || saidBy(out, owner, f.ID) != nil {
				t.Errorf("%s is heard though it was left out (%v)", f.ID, err)
			}
		}
	}
}

// ownerOf returns the node that a graph of standing was made for.
func ownerOf(g *depgraph.Graph) depgraph.ID {
	for n := range g.Nodes() {
		if places := g.NodeOrigins(n.ID); len(places) > 0 && places[0].Line == 7 {
			return n.ID
		}
	}
	return depgraph.ID{}
}

// saidBy returns the requirement of an owner that a fact implies, nil for none.
func saidBy(g *depgraph.Graph, owner depgraph.ID, fact string) *depgraph.Requirement {
	for r := range g.Needs(owner) {
		if slices.ContainsFunc(r.Origins, func(o depgraph.Origin) bool { return strings.HasPrefix(o.Note, fact+": ") }) {
			return r
		}
	}
	return nil
}

func TestRegionalFactsAreSilentWhereTheRegionIsOpen(t *testing.T) {
	c := parse(t, "facts:\n- {id: a, resource: aws_sqs_queue, needs: [\"external:{region}.sqs\"], note: n, source: s}")
	for _, regions := range [][]string{nil, {"region:a"}, {"region:a", "region:b"}} {
		b := depgraph.NewBuilder()
		queue := depgraph.MustID("queue:aws_sqs_queue.q")
		b.AddNode(depgraph.Node{ID: queue}, depgraph.Origin{Input: "a.tf", Line: 1})
		for _, r := range regions {
			b.AddRequirement(depgraph.Requirement{Owner: queue, Members: []depgraph.ID{depgraph.MustID(r)}, Terms: depgraph.Terms{Via: depgraph.PlacedIn}, Origins: []depgraph.Origin{{Input: "a.tf", Line: 1}}})
		}
		g, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.Apply(g)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(impliedBy(out)), map[int]int{1: 1}[len(regions)]; got != want {
			t.Errorf("in %v: %d facts, want %d", regions, got, want)
		}
	}
}

var (
	sourcePattern = regexp.MustCompile(`^([a-z0-9-]+\.)+[a-z]+(/[A-Za-z0-9._~%:/-]+)?$`)
	registryHosts = regexp.MustCompile(`(^|\W)(npmjs|pypi|rubygems|crates\.io|proxy\.golang|packagist|nuget)\b`)
)

func TestFactsAreFitToPrint(t *testing.T) {
	c := Builtin()
	if len(c.Facts) < 150 {
		t.Errorf("%d facts, want 150", len(c.Facts))
	}
	if !regexp.MustCompile(`^\d{4}-\d{2}$`).MatchString(c.Version) {
		t.Errorf("version %q, want YYYY-MM", c.Version)
	}
	needed := map[string]bool{}
	said := map[string]string{}
	for i := range c.Facts {
		f := &c.Facts[i]
		for _, m := range f.Needs {
			needed[m] = true
		}
		if !sourcePattern.MatchString(f.Source) {
			t.Errorf("%s: source %q: want host/path", f.ID, f.Source)
		}
		if registryHosts.MatchString(f.Source + " " + fmt.Sprint(f.Needs) + f.Note) {
			t.Errorf("%s names a package registry", f.ID)
		}
		if strings.HasSuffix(f.Note, ".") || strings.ToLower(f.Note[:1]) != f.Note[:1] && strings.ToLower(f.Note[1:2]) == f.Note[1:2] && f.Note[:2] == "A " {
			t.Errorf("%s: note %q: want a clause", f.ID, f.Note)
		}
		if f.Via == "" {
			t.Errorf("%s does not say what the relation is", f.ID)
		}
		// What common knowledge calls a way of repair must not stand in for those
		// that the inputs name, so it is recorded only.
		if slices.Contains(f.Phase, "recover") && f.IfLost != "unaffected" {
			t.Errorf("%s takes the place of the ways that an input names", f.ID)
		}
		key := fmt.Sprint(f.Match, f.Resource, f.Labels, f.Needs, f.Phase)
		if other := said[key]; other != "" {
			t.Errorf("%s and %s say the same", other, f.ID)
		}
		said[key] = f.ID
	}
	for _, n := range c.Nodes {
		if !needed[n.ID] {
			t.Errorf("no fact names %s", n.ID)
		}
		if n.Title == "" || !sourcePattern.MatchString(n.Source) {
			t.Errorf("%s: title %q, source %q", n.ID, n.Title, n.Source)
		}
	}
}
