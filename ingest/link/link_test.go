package link_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

func at(input string, line int) depgraph.Origin {
	return depgraph.Origin{Input: input, Line: line, Source: strings.TrimSuffix(input, ".yaml")}
}

func def(id string, o depgraph.Origin, names ...link.Name) link.Definition {
	return link.Definition{Node: depgraph.Node{ID: depgraph.MustID(id)}, Names: names, Origin: o}
}

func weak(id string, o depgraph.Origin, names ...link.Name) link.Definition {
	d := def(id, o, names...)
	d.Weak = true
	return d
}

func native(id string, o depgraph.Origin, aliases ...string) link.Definition {
	d := def(id, o)
	d.Node.Aliases = aliases
	d.Form = link.Native
	return d
}

func id(s string) link.Name { return link.ID(depgraph.MustID(s)) }

func service(s string) link.Name { return link.Name{Space: link.SpaceService, Text: s} }

func ref(owner link.Name, o depgraph.Origin, members ...link.Name) link.Reference {
	r := link.Reference{Owner: owner, Origin: o}
	for _, m := range members {
		r.Members = append(r.Members, link.Target{Name: m})
	}
	return r
}

// show prints what a graph holds, one requirement or unresolved name a line.
func show(g *depgraph.Graph) []string {
	var out []string
	for r := range g.AllRequirements() {
		var members, places []string
		for _, m := range r.Members {
			members = append(members, m.String())
		}
		for _, o := range r.Origins {
			p := o.Place()
			if !o.Member.IsZero() {
				p += "=" + o.Member.String()
			}
			places = append(places, p)
		}
		out = append(out, fmt.Sprintf("%s -> %s need=%s %s ifLost=%s %s", r.Owner, strings.Join(members, " | "), r.Terms.Need, r.Terms.Phases, r.Terms.IfLost, strings.Join(places, " ")))
	}
	for _, u := range g.Unresolved() {
		out = append(out, fmt.Sprintf("%s: %q of %s %s %s", u.Why, u.Name, u.Owner, u.Candidates, u.Origin.Place()))
	}
	return out
}

func mustLink(t testing.TB, frags ...*link.Fragment) *depgraph.Graph {
	t.Helper()
	g, err := link.Link(frags, nil, link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func wantLines(t testing.TB, g *depgraph.Graph, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, show(g)); diff != "" {
		t.Errorf("graph differs (-want +got):\n%s", diff)
	}
}

const shop = "k8s/main/shop"

func TestANameUsedInANamespaceIsLookedUpThereFirst(t *testing.T) {
	o := at("k8s.yaml", 1)
	f := &link.Fragment{
		Definitions: []link.Definition{
			def("service:shop/redis", o, link.Host(shop, "redis"), link.Host("k8s/main", "redis.shop.svc")),
			def("service:cache/redis", o, link.Host("k8s/main/cache", "redis"), link.Host("k8s/main", "redis.cache.svc")),
			def("service:shop/web", o),
		},
		References: []link.Reference{
			ref(id("service:shop/web"), at("k8s.yaml", 7), link.Host(shop, "redis")),
			ref(id("service:shop/web"), at("k8s.yaml", 8), link.Host(shop, "Redis.Cache.svc.")),
			ref(id("service:shop/web"), at("k8s.yaml", 9), link.Host(shop, "nope")),
			ref(id("service:shop/web"), at("k8s.yaml", 10), link.Host("", "redis")),
			ref(id("service:shop/web"), at("k8s.yaml", 11), link.Host(shop, "api.stripe.com")),
			ref(id("service:shop/web"), at("k8s.yaml", 12), link.Host(shop, "localhost")),
		},
	}
	wantLines(t, mustLink(t, f),
		"service:shop/web -> external:nope.shop.svc need=1 run ifLost=down k8s.yaml:9",
		"service:shop/web -> external:stripe.com need=1 run ifLost=down k8s.yaml:11",
		"service:shop/web -> service:cache/redis need=1 run ifLost=down k8s.yaml:8",
		"service:shop/web -> service:shop/redis need=1 run ifLost=down k8s.yaml:7",
		`dangling: "nope" of service:shop/web [] k8s.yaml:9`,
		`ambiguous: "redis" of service:shop/web [service:cache/redis service:shop/redis] k8s.yaml:10`,
	)
}

func TestAWeakDefinitionJoinsTheStrongOneThatAnswersToItsName(t *testing.T) {
	k8s, otel := at("k8s.yaml", 1), at("traces.json", 0)
	g := mustLink(t,
		&link.Fragment{Definitions: []link.Definition{def("service:shop/cart", k8s, service("cart")), def("service:shop/db", k8s)}},
		&link.Fragment{
			Definitions: []link.Definition{weak("service:cart", otel, service("Cart"))},
			References:  []link.Reference{ref(id("service:cart"), otel, id("service:shop/db"))},
		})
	wantLines(t, g, "service:shop/cart -> service:shop/db need=1 run ifLost=down traces.json")
	e, ok := link.Explain(g, depgraph.MustID("service:shop/cart"))
	if !ok {
		t.Fatal("no explanation")
	}
	want := link.Explanation{
		Node: depgraph.MustID("service:shop/cart"), Aliases: []string{"cart", "service:cart"},
		Accounts: []link.Account{
			{Place: "k8s.yaml:1", Source: "k8s", Says: "defines it"},
			{Place: "traces.json", Source: "traces.json", Says: `as service:cart, by the service name "cart"`},
		},
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Errorf("Explain (-want +got):\n%s", diff)
	}
	if got, _ := link.Find(g, "service:cart"); got != e.Node {
		t.Errorf("Find(service:cart) = %v, want %v", got, e.Node)
	}
}

func TestANativeRequirementReplacesWhatOthersSayOfItsMember(t *testing.T) {
	n, k := at("native.yaml", 3), at("k8s.yaml", 9)
	nat := ref(id("service:web"), n, id("datastore:a"))
	nat.Form, nat.Terms.IfLost = link.Native, depgraph.Degraded
	txt := ref(id("service:web"), k, id("datastore:a"))
	txt.Form = link.Text
	seen := ref(id("service:web"), depgraph.Origin{Input: "t.json", Basis: depgraph.Observed}, id("datastore:a"))
	g := mustLink(t, &link.Fragment{
		Definitions: []link.Definition{native("service:web", n), native("datastore:a", n)},
		References:  []link.Reference{nat, txt, seen},
	})
	wantLines(t, g,
		"service:web -> datastore:a need=1 run ifLost=degraded native.yaml:3 t.json=datastore:a",
		"service:web -> datastore:a need=1 run ifLost=unaffected k8s.yaml:9",
	)
}

func TestANativeNameThatNoInputDefinesMakesItsFilePartial(t *testing.T) {
	r := ref(id("service:web"), depgraph.Origin{Input: "a.yaml", Line: 4, Col: 9, Source: "native"}, id("service:typo"), id("zone:a"))
	r.Form = link.Native
	in := []depgraph.Input{{Path: "a.yaml", Format: "native", Status: depgraph.Complete}}
	g, err := link.Link([]*link.Fragment{{
		Definitions: []link.Definition{native("service:web", at("a.yaml", 1))},
		References:  []link.Reference{r},
	}}, in, link.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []depgraph.Input{{Path: "a.yaml", Format: "native", Status: depgraph.Partial, Reason: "a.yaml:4:9: service:typo is named, but no input defines it"}}
	if diff := cmp.Diff(want, g.Inputs()); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
	if !slices.Contains(show(g), `dangling: "service:typo" of service:web [] a.yaml:4:9`) {
		t.Errorf("the name is not listed: %q", show(g))
	}
}
