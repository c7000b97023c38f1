package link_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// nodes prints the nodes of a graph with what they were made of, and what was
// not resolved.
func nodes(g *depgraph.Graph) (out []string) {
	for n := range g.Nodes() {
		line := n.ID.String() + " [" + strings.Join(n.Aliases, " ") + "]"
		e, _ := link.Explain(g, n.ID)
		for _, a := range e.Accounts {
			line += " " + a.Place + ": " + a.Says + ";"
		}
		out = append(out, line)
	}
	for _, u := range g.Unresolved() {
		out = append(out, u.Why.String()+" "+u.Name+" of "+u.Owner.String()+" "+strings.Join(u.Candidates, " "))
	}
	return out
}

func aliased(d link.Definition, aliases ...string) link.Definition {
	d.Node.Aliases = aliases
	return d
}

func file(name string) link.Name { return link.Name{Space: link.SpacePath, Text: name} }

// in says in which file the name of a weak definition stands.
func in(name string, d link.Definition) link.Definition {
	d.In = name
	return d
}

func TestWhichDefinitionsAreOneNode(t *testing.T) {
	nat, k8s, tf, otel := at("native.yaml", 1), at("k8s.yaml", 2), at("main.tf", 3), at("traces.json", 4)
	scoped := func(text string) link.Name { return link.Name{Space: link.SpaceObject, Scope: shop, Text: text} }
	for _, c := range []struct {
		name string
		defs []link.Definition
		want []string
	}{
		{"equal ids are one, whoever defines them", []link.Definition{def("service:a", k8s), def("service:a", tf), weak("service:a", otel)}, []string{
			"service:a [] k8s.yaml:2: defines it; main.tf:3: defines it; traces.json:4: defines it;",
		}},
		{"two strong definitions that share a name are two", []link.Definition{def("service:a", k8s, service("x")), def("service:b", tf, service("x"))}, []string{
			"service:a [x] k8s.yaml:2: defines it;", "service:b [x] main.tf:3: defines it;",
		}},
		{"an id listed as an alias is one, and the native id wins", []link.Definition{def("service:shop/a", k8s), native("service:zeta", nat, "service:shop/a")}, []string{
			"service:zeta [service:shop/a] k8s.yaml:2: as service:shop/a, whose id is an alias: service:shop/a; native.yaml:1: defines it;",
		}},
		{"the native id wins also where the other lists it", []link.Definition{aliased(def("service:a", k8s), "service:zeta"), native("service:zeta", nat)}, []string{
			"service:zeta [service:a] k8s.yaml:2: as service:a, whose id is an alias: service:zeta; native.yaml:1: defines it;",
		}},
		{"between equals the smaller id wins", []link.Definition{def("service:b", k8s), aliased(def("service:a", tf), "service:b")}, []string{
			"service:a [service:b] k8s.yaml:2: as service:b, whose id is an alias: service:b; main.tf:3: defines it;",
		}},
		{"an alias that two clusters claim joins nobody", []link.Definition{
			aliased(def("service:eu/shop/a", k8s), "service:shop/a"), aliased(def("service:us/shop/a", k8s), "service:shop/a"), native("service:shop/a", nat),
		}, []string{
			"service:eu/shop/a [] k8s.yaml:2: defines it;", "service:shop/a [] native.yaml:1: defines it;", "service:us/shop/a [] k8s.yaml:2: defines it;",
			"ambiguous service:shop/a of service:eu/shop/a service:eu/shop/a service:shop/a service:us/shop/a",
			"ambiguous service:shop/a of service:us/shop/a service:eu/shop/a service:shop/a service:us/shop/a",
		}},
		{"an alias that one cluster claims is what the native file means", []link.Definition{
			aliased(def("service:eu/shop/a", k8s), "service:shop/a"), native("service:a", nat, "service:shop/a"),
		}, []string{
			"service:a [service:eu/shop/a service:shop/a] k8s.yaml:2: as service:eu/shop/a, whose id is an alias: service:shop/a; native.yaml:1: defines it;",
		}},
		{"claims that meet in one node are no contradiction", []link.Definition{
			aliased(def("service:a", k8s), "service:b", "service:x"), aliased(def("service:b", tf), "service:x"), def("service:x", nat),
		}, []string{
			"service:a [service:b service:x] k8s.yaml:2: defines it; main.tf:3: as service:b, whose id is an alias: service:b; native.yaml:1: as service:x, whose id is an alias: service:x;",
		}},
		{"a weak definition joins the one that answers to its name", []link.Definition{def("service:shop/a", k8s, service("a")), weak("service:a", otel, service("A"))}, []string{
			`service:shop/a [a service:a] k8s.yaml:2: defines it; traces.json:4: as service:a, by the service name "a";`,
		}},
		{"a weak definition of a name that two have stands alone, and is reported", []link.Definition{
			def("service:shop/a", k8s, service("a")), def("service:dev/a", k8s, service("a")), weak("service:a", otel, service("a")),
		}, []string{
			"service:a [] traces.json:4: defines it;", "service:dev/a [a] k8s.yaml:2: defines it;", "service:shop/a [a] k8s.yaml:2: defines it;",
			"ambiguous a of service:a service:dev/a service:shop/a",
		}},
		{"of two that a name leads to the one is meant that is built around its file", []link.Definition{
			def("service:shop/a", k8s, service("a"), file("shop/a/Dockerfile")), def("service:dev/a", k8s, service("a"), file("dev/a/Dockerfile")),
			in("shop/a/src/main/resources/application.yml", weak("service:a", otel, service("a"))),
		}, []string{
			"service:dev/a [a] k8s.yaml:2: defines it;", `service:shop/a [a service:a] k8s.yaml:2: defines it; traces.json:4: as service:a, by the service name "a";`,
		}},
		{"what one file decides holds for the same name elsewhere", []link.Definition{
			def("service:shop/a", k8s, service("a"), file("shop/a")), def("service:dev/a", k8s, service("a"), file("dev/a")),
			in("shop/a/application.yml", weak("service:a", otel, service("a"))), weak("service:a", at("prom.json", 5), service("a")),
		}, []string{
			"service:dev/a [a] k8s.yaml:2: defines it;",
			`service:shop/a [a service:a] k8s.yaml:2: defines it; prom.json:5: as service:a, by the service name "a"; traces.json:4: as service:a, by the service name "a";`,
		}},
		{"a name that leads nowhere means who is built around its file", []link.Definition{
			def("service:shop/mail", k8s, service("mail"), file("mail-service/Dockerfile")),
			in("mail-service/application.yml", weak("service:mailer", otel, service("mailer"))),
		}, []string{
			"service:shop/mail [mail mailer service:mailer] k8s.yaml:2: defines it; traces.json:4: as service:mailer, which is built around mail-service/application.yml or uses it;",
		}},
		{"two names in the files of one are two programs", []link.Definition{
			def("service:shop/all", k8s, file("Dockerfile")),
			in("a/application.yml", weak("service:a", otel, service("a"))), in("b/application.yml", weak("service:b", at("prom.json", 5), service("b"))),
		}, []string{
			"service:a [] traces.json:4: defines it;", "service:b [] prom.json:5: defines it;", "service:shop/all [] k8s.yaml:2: defines it;",
		}},
		{"a file of something else than a workload names nobody", []link.Definition{
			def("image:shop/a", k8s, file("a/Dockerfile")), in("a/application.yml", weak("service:a", otel, service("a"))),
		}, []string{
			"image:shop/a [] k8s.yaml:2: defines it;", "service:a [] traces.json:4: defines it;",
		}},
		{"the title of a pipeline is no name of a service", []link.Definition{
			aliased(def("tool:ops/a/Jenkinsfile", k8s), "a"), weak("service:a", otel, service("a")),
		}, []string{
			"service:a [] traces.json:4: defines it;", "tool:ops/a/Jenkinsfile [a] k8s.yaml:2: defines it;",
		}},
		{"the most specific name decides", []link.Definition{
			def("service:shop/a", k8s, service("a"), scoped("deployment/a")), def("service:dev/b", k8s, service("b")), weak("service:b", otel, service("b"), scoped("deployment/a")),
		}, []string{
			"service:dev/b [b] k8s.yaml:2: defines it;",
			`service:shop/a [a b service:b] k8s.yaml:2: defines it; traces.json:4: as service:b, by the object name "deployment/a" in k8s/main/shop;`,
		}},
		{"names that say as much and lead apart are ambiguous", []link.Definition{
			def("service:shop/a", k8s, service("a")), def("service:dev/b", k8s, service("b")), weak("service:c", otel, service("a"), service("b")),
		}, []string{
			"service:c [a b] traces.json:4: defines it;", "service:dev/b [b] k8s.yaml:2: defines it;", "service:shop/a [a] k8s.yaml:2: defines it;",
			"ambiguous c of service:c service:dev/b service:shop/a",
		}},
		{"a name that a weak definition brings along is a name of the node", []link.Definition{
			def("service:shop/a", k8s, service("a")), weak("service:a", otel, service("a"), service("a-api")), weak("service:a-api", at("prom.json", 5), service("a-api")),
		}, []string{
			`service:shop/a [a a-api service:a service:a-api] k8s.yaml:2: defines it; prom.json:5: as service:a-api, by the service name "a-api"; traces.json:4: as service:a, by the service name "a";`,
		}},
		{"a weak definition joins by a declared alias", []link.Definition{native("service:kv", nat, "workers-kv"), weak("service:workers-kv", otel, service("workers-kv"))}, []string{
			"service:kv [service:workers-kv workers-kv] native.yaml:1: defines it; traces.json:4: as service:workers-kv, whose name is an alias: workers-kv;",
		}},
		{"bare weak names are one, with the only one that knows more", []link.Definition{
			weak("service:shop/a", otel, service("shop/a"), service("a")), weak("service:a", at("prom.json", 5), service("a")), weak("service:A", at("zipkin.json", 6), service("a")),
		}, []string{
			`service:A [service:a service:shop/a shop/a] prom.json:5: as service:a, by the service name "a"; traces.json:4: as service:shop/a, by the service name "a"; zipkin.json:6: defines it;`,
		}},
		{"bare weak names join nobody where two know more", []link.Definition{
			weak("service:shop/a", otel, service("a")), weak("service:dev/a", otel, service("a")), weak("service:a", at("prom.json", 5), service("a")),
		}, []string{
			"service:a [] prom.json:5: defines it;", "service:dev/a [a] traces.json:4: defines it;", "service:shop/a [a] traces.json:4: defines it;",
		}},
		{"names are compared in NFC, never by look", []link.Definition{
			def("service:caf\u00e9", k8s), def("service:cafe\u0301", tf), def("service:c\u0430fe", nat),
		}, []string{
			"service:caf\u00e9 [] k8s.yaml:2: defines it; main.tf:3: defines it;", "service:c\u0430fe [] native.yaml:1: defines it;",
		}},
		{"who uses a file is not who the file is", []link.Definition{
			def("service:a", k8s, link.Name{Space: link.SpacePath, Text: "a.env"}), weak("service:b", otel, link.Name{Space: link.SpacePath, Text: "a.env"}),
		}, []string{"service:a [] k8s.yaml:2: defines it;", "service:b [] traces.json:4: defines it;"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := mustLink(t, &link.Fragment{Definitions: c.defs})
			if diff := cmp.Diff(c.want, nodes(g)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestANameOfAlternativesIsANodeThatNeedsAnyOfThem(t *testing.T) {
	traces := at("traces.json", 4)
	f := &link.Fragment{
		Definitions: append(defs("service:web", "service:v1", "service:v2", "service:db"), weak("service:reviews", traces, service("reviews"))),
		Bindings: []link.Binding{{
			Names: []link.Name{service("reviews"), link.Host("", "reviews")}, To: []link.Name{id("service:v1"), id("service:v2")}, Alternatives: true, Origin: at("svc.yaml", 2),
		}},
		References: []link.Reference{
			ref(id("service:web"), traces, service("reviews")), ref(id("service:reviews"), traces, id("service:db")),
			ref(id("service:web"), at("k8s.yaml", 8), link.Host("", "reviews")),
		},
	}
	wantLines(t, mustLink(t, f),
		"service:reviews -> service:db need=1 run ifLost=down traces.json:4",
		"service:reviews -> service:v1 | service:v2 need=1 run ifLost=down svc.yaml:2",
		"service:web -> service:reviews need=1 run ifLost=down traces.json:4",
		"service:web -> service:v1 | service:v2 need=1 run ifLost=down k8s.yaml:8",
	)
}

func TestAttributesOfANativeFileWinAndContradictionsAreListed(t *testing.T) {
	zero, two := 0, 2
	n, k := native("service:a", at("native.yaml", 1)), def("service:a", at("k8s.yaml", 2))
	n.Node.Tier, k.Node.Tier = &two, &zero
	n.Node.Title, k.Node.Title = "A", "a"
	k.Node.Env = "prod"
	w := weak("service:a", at("traces.json", 3))
	w.Node.Env = "staging"
	g := mustLink(t, &link.Fragment{Definitions: []link.Definition{w, k, n}})
	a := g.Node(depgraph.MustID("service:a"))
	if *a.Tier != 2 || a.Title != "A" || a.Env != "prod" {
		t.Errorf("tier %d, title %q, env %q", *a.Tier, a.Title, a.Env)
	}
	wantLines(t, g,
		`conflicting: "env" of service:a [prod staging] traces.json:3`,
		`conflicting: "tier" of service:a [0 2] k8s.yaml:2`,
	)
}

func TestIdsWithinANodeAreThoseOfTheGraph(t *testing.T) {
	n := native("service:a", at("native.yaml", 1))
	n.Node.Survives = []string{"zone", "service:b"}
	n.Node.Standby = &depgraph.Standby{ActivatedBy: []depgraph.ID{depgraph.MustID("tool:typo"), depgraph.MustID("human:x")}}
	g := mustLink(t, &link.Fragment{
		Definitions: []link.Definition{n, aliased(def("service:shop/b", at("k8s.yaml", 2)), "service:b")},
		Drills:      []depgraph.Drill{{Fails: []depgraph.ID{depgraph.MustID("service:b")}, Origin: at("native.yaml", 9)}},
	})
	if got := g.Node(n.Node.ID).Survives; !cmp.Equal(got, []string{"service:shop/b", "zone"}) {
		t.Errorf("survives %q", got)
	}
	if got := g.Drills()[0].Fails[0].String(); got != "service:shop/b" {
		t.Errorf("drill of %s", got)
	}
	wantLines(t, g, `dangling: "tool:typo" of service:a [] native.yaml:1`)
	if g.Node(depgraph.MustID("human:x")) == nil {
		t.Error("a way of a standby is no node")
	}
}
