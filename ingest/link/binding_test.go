package link_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// binds makes a binding of a host name in the shop namespace.
func binds(host string, alternatives bool, to ...link.Name) link.Binding {
	return link.Binding{Names: []link.Name{link.Host(shop, host)}, To: to, Alternatives: alternatives, Origin: at("svc.yaml", 2)}
}

// needs makes the reference of service:web to hosts of the shop namespace.
func needs(terms depgraph.Terms, hosts ...string) link.Reference {
	r := ref(id("service:web"), at("web.yaml", 9))
	r.Terms = terms
	for _, h := range hosts {
		r.Members = append(r.Members, link.Target{Name: link.Host(shop, h)})
	}
	return r
}

func defs(ids ...string) (out []link.Definition) {
	for _, s := range ids {
		out = append(out, def(s, at("k8s.yaml", 1)))
	}
	return out
}

func TestAReferenceFollowsBindings(t *testing.T) {
	two := []link.Name{id("service:v1"), id("service:v2")}
	three := []link.Name{id("datastore:1"), id("datastore:2"), id("datastore:3")}
	bindings := []link.Binding{
		binds("one", true, id("service:v1")),
		binds("any", true, two...),
		binds("shard", false, three...),
		binds("chain", true, link.Host(shop, "chain2")), binds("chain2", true, link.Host(shop, "any")),
		binds("outside", true, link.Host("", "api.stripe.com")),
		binds("mixed", true, link.Host(shop, "shard"), id("service:v1")),
		binds("empty", true),
		binds("loop", true, link.Host(shop, "pool")), binds("pool", true, link.Host(shop, "loop")),
		binds("spill", true, link.Host(shop, "spill2"), id("service:v1")), binds("spill2", true, link.Host(shop, "spill"), id("service:v2")),
		binds("some", true, id("service:v1"), link.Host(shop, "nobody")),
	}
	const web = "service:web -> "
	const from = " web.yaml:9"
	for _, c := range []struct {
		name string
		ref  link.Reference
		want []string
	}{
		{"one target is the member", needs(depgraph.Terms{}, "one"), []string{web + "service:v1 need=1 run ifLost=down" + from}},
		{"alternatives are the members", needs(depgraph.Terms{}, "any"), []string{web + "service:v1 | service:v2 need=1 run ifLost=down" + from}},
		{"a chain is followed to its end", needs(depgraph.Terms{}, "chain"), []string{web + "service:v1 | service:v2 need=1 run ifLost=down" + from}},
		{"a name outside is an external", needs(depgraph.Terms{}, "outside"), []string{web + "external:stripe.com need=1 run ifLost=down" + from}},
		{"losing one shard degrades, losing all takes down", needs(depgraph.Terms{}, "shard"), []string{
			web + "datastore:1 | datastore:2 | datastore:3 need=1 run ifLost=down" + from,
			web + "datastore:1 | datastore:2 | datastore:3 need=all run ifLost=degraded" + from,
		}},
		{"shards of a soft need only degrade", needs(depgraph.Terms{IfLost: depgraph.Degraded}, "shard"), []string{
			web + "datastore:1 | datastore:2 | datastore:3 need=all run ifLost=degraded" + from,
		}},
		{"shards among alternatives are a group", needs(depgraph.Terms{}, "mixed"), []string{
			"group:shards(datastore:1,datastore:2,datastore:3) -> datastore:1 | datastore:2 | datastore:3 need=1 run ifLost=down svc.yaml:2",
			"group:shards(datastore:1,datastore:2,datastore:3) -> datastore:1 | datastore:2 | datastore:3 need=all run ifLost=degraded svc.yaml:2",
			web + "group:shards(datastore:1,datastore:2,datastore:3) | service:v1 need=1 run ifLost=down" + from,
		}},
		{"alternatives of alternatives are one list", needs(depgraph.Terms{}, "any", "one", "api.stripe.com"), []string{
			web + "external:stripe.com | service:v1 | service:v2 need=1 run ifLost=down" + from,
		}},
		{"a name among several needed ones is a group", needs(depgraph.Terms{Need: depgraph.AtLeast(2)}, "any", "one", "outside"), []string{
			"group:any(service:v1,service:v2) -> service:v1 | service:v2 need=1 run ifLost=down svc.yaml:2",
			web + "external:stripe.com | group:any(service:v1,service:v2) | service:v1 need=2 run ifLost=down" + from,
		}},
		{"two names of one node count once", needs(depgraph.Terms{Need: depgraph.AtLeast(2)}, "one", "any", "chain"), []string{
			"group:any(service:v1,service:v2) -> service:v1 | service:v2 need=1 run ifLost=down svc.yaml:2",
			web + "group:any(service:v1,service:v2) | service:v1 need=2 run ifLost=down" + from,
		}},
		{"an empty binding dangles", needs(depgraph.Terms{}, "empty"), []string{
			web + "external:empty.shop.svc need=1 run ifLost=down" + from,
			`dangling: "empty" of service:web []` + from,
		}},
		{"a circle leads nowhere", needs(depgraph.Terms{}, "loop"), []string{
			web + "external:loop.shop.svc need=1 run ifLost=down" + from,
			`dangling: "loop" of service:web []` + from,
		}},
		{"what a circle leads to besides itself is found", needs(depgraph.Terms{}, "spill"), []string{
			web + "service:v1 need=1 run ifLost=down" + from,
		}},
		{"a target that nobody is stands for itself", needs(depgraph.Terms{}, "some"), []string{
			web + "external:nobody.shop.svc | service:v1 need=1 run ifLost=down" + from,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &link.Fragment{
				Definitions: defs("service:web", "service:v1", "service:v2", "datastore:1", "datastore:2", "datastore:3"),
				Bindings:    bindings, References: []link.Reference{c.ref},
			}
			var want []string
			own := func(s string) bool { return strings.HasSuffix(s, from) }
			want = append(want, c.want...)
			var got []string
			for _, line := range show(mustLink(t, f)) {
				if own(line) || strings.HasPrefix(line, "group:") {
					got = append(got, line)
				}
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func TestTheArrowsOfACircleOfBindingsAreReported(t *testing.T) {
	f := &link.Fragment{Bindings: []link.Binding{
		binds("a", true, link.Host(shop, "b")), binds("b", true, link.Host(shop, "a")), binds("self", true, link.Host(shop, "self")),
	}}
	wantLines(t, mustLink(t, f),
		`dangling: "a" of : [] svc.yaml:2`, `dangling: "b" of : [] svc.yaml:2`, `dangling: "self" of : [] svc.yaml:2`)
}

func TestANameThatLeadsToTooManyNodesIsReported(t *testing.T) {
	f := &link.Fragment{Definitions: defs("service:web")}
	var to []link.Name
	for i := range 20 {
		s := fmt.Sprintf("service:n%d", i)
		f.Definitions = append(f.Definitions, defs(s)...)
		to = append(to, id(s))
	}
	f.Bindings = []link.Binding{binds("many", true, to...)}
	f.References = []link.Reference{needs(depgraph.Terms{}, "many")}
	g, err := link.Link([]*link.Fragment{f}, nil, link.Options{MaxMembers: 19})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(show(g), "\n")
	if !strings.Contains(got, `"many" of :`) || !strings.Contains(got, "external:many.shop.svc") {
		t.Errorf("not reported:\n%s", got)
	}
}

func TestABindingMakesAFactAsSureAsBothAndSaysSo(t *testing.T) {
	b := binds("redis", true, id("datastore:1"))
	b.Origin.Confidence = 0.5
	r := needs(depgraph.Terms{}, "redis")
	r.Origin.Confidence = 0.8
	g := mustLink(t, &link.Fragment{Definitions: defs("service:web", "datastore:1"), Bindings: []link.Binding{b}, References: []link.Reference{r}})
	for q := range g.AllRequirements() {
		if o := q.Origins[0]; o.Confidence != 0.4 || o.Note != "through redis (svc.yaml:2)" {
			t.Errorf("origin %+v", o)
		}
	}
}

func TestOfSeveralWaysToOneNodeTheSurestIsTold(t *testing.T) {
	bind := func(host string, line int, confidence float64, to link.Name) link.Binding {
		b := binds(host, true, to)
		b.Origin.Line, b.Origin.Confidence = line, confidence
		return b
	}
	there := id("datastore:1")
	for _, c := range []struct {
		name     string
		bindings []link.Binding
		sure     float64
		note     string
	}{
		{"a chain is as sure as all its links", []link.Binding{bind("redis", 2, 0.5, link.Host(shop, "cache")), bind("cache", 3, 0.5, there)}, 0.25, "through redis (svc.yaml:2), through cache (svc.yaml:3)"},
		{"the surest", []link.Binding{bind("redis", 2, 0.5, there), bind("redis", 3, 0.75, there)}, 0.75, "through redis (svc.yaml:3)"},
		{"in any order", []link.Binding{bind("redis", 2, 0.75, there), bind("redis", 3, 0.5, there)}, 0.75, "through redis (svc.yaml:2)"},
		{"of those as sure the first", []link.Binding{bind("redis", 3, 0.5, there), bind("redis", 2, 0.5, there)}, 0.5, "through redis (svc.yaml:2)"},
		{"of those as sure the first, in order", []link.Binding{bind("redis", 2, 0.5, there), bind("redis", 3, 0.5, there)}, 0.5, "through redis (svc.yaml:2)"},
		{"what states no confidence is sure", []link.Binding{bind("redis", 2, 0, there), bind("redis", 3, 0.5, there)}, 1, "through redis (svc.yaml:2)"},
	} {
		g := mustLink(t, &link.Fragment{Definitions: defs("service:web", "datastore:1"), Bindings: c.bindings, References: []link.Reference{needs(depgraph.Terms{}, "redis")}})
		for q := range g.AllRequirements() {
			if o := q.Origins[0]; o.Confidence != c.sure || o.Note != c.note {
				t.Errorf("%s: sure by %v, %q, want %v, %q", c.name, o.Confidence, o.Note, c.sure, c.note)
			}
		}
		if g.Requirements() != 1 {
			t.Errorf("%s: %d requirements", c.name, g.Requirements())
		}
	}
}

func TestANativeFileMayNameItsOwner(t *testing.T) {
	self := needs(depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Recover)}, "x")
	self.Form, self.Members = link.Native, []link.Target{{Name: id("service:web")}}
	or := needs(depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Observe)}, "x")
	or.Form, or.Members = link.Native, []link.Target{{Name: id("service:web")}, {Name: id("service:v1")}}
	wantLines(t, mustLink(t, &link.Fragment{Definitions: defs("service:web", "service:v1"), References: []link.Reference{self, or}}),
		"service:web -> service:v1 | service:web need=1 observe ifLost=down web.yaml:9",
		"service:web -> service:web need=1 recover ifLost=down web.yaml:9")
}

func TestAServiceThatNamesItselfNeedsNothing(t *testing.T) {
	for _, c := range []struct {
		name string
		ref  link.Reference
		want []string
	}{
		{"alone", needs(depgraph.Terms{}, "self"), nil},
		{"among alternatives, as it serves itself", needs(depgraph.Terms{}, "peers"), nil},
		{"but it needs the others of a quorum", needs(depgraph.Terms{Need: depgraph.Quorum}, "self", "v1", "v2"), []string{
			"service:web -> service:v1 | service:v2 | service:web need=quorum run ifLost=down web.yaml:9",
		}},
		{"and the others of all", needs(depgraph.Terms{Need: depgraph.All}, "self", "v1", "v2"), []string{
			"service:web -> service:v1 | service:v2 need=all run ifLost=down web.yaml:9",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantLines(t, mustLink(t, &link.Fragment{
				Definitions: defs("service:web", "service:v1", "service:v2"),
				Bindings: []link.Binding{
					binds("self", true, id("service:web")), binds("v1", true, id("service:v1")), binds("v2", true, id("service:v2")),
					binds("peers", true, id("service:web"), id("service:v1")),
				},
				References: []link.Reference{c.ref},
			}), c.want...)
		})
	}
}
