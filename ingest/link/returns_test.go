package link_test

import (
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

func TestAPublicNameThatLeadsBackIsNoCall(t *testing.T) {
	route := func(from string, to ...string) link.Reference {
		r := ref(id(from), at("routes.yaml", 1))
		for _, m := range to {
			r.Members = append(r.Members, link.Target{Name: id(m)})
		}
		r.Terms.Via = depgraph.RoutesTo
		return r
	}
	call := func(from, to string, line int) link.Reference {
		r := ref(id(from), at("env.yaml", line), id(to))
		r.Terms.Via, r.Form = depgraph.Calls, link.Text
		return r
	}
	observed := call("service:git", "gateway:edge", 7)
	observed.Origin.Basis, observed.Form = depgraph.Observed, 0
	native := call("service:pay", "gateway:edge", 8)
	native.Form = link.Native
	either := call("service:web", "gateway:door", 9) // of two of one name, one leads back, and the cart reads it too
	either.Members = append(either.Members, link.Target{Name: id("gateway:loop")})
	var defs []link.Definition
	for _, name := range []string{"domain:git.example", "gateway:edge", "gateway:inner", "gateway:loop", "gateway:door", "service:git", "service:pay", "service:web", "service:cart"} {
		defs = append(defs, def(name, at("defs.yaml", 1)))
	}
	g := mustLink(t, &link.Fragment{Definitions: defs, References: []link.Reference{
		route("domain:git.example", "gateway:edge"),
		route("gateway:edge", "gateway:inner", "service:pay"),
		route("gateway:inner", "service:git"),
		route("gateway:loop", "gateway:loop"),
		route("gateway:door", "service:web"),
		call("service:git", "domain:git.example", 2), // over two gateways
		call("service:web", "domain:git.example", 3), // somebody else
		call("service:git", "gateway:loop", 4),       // leads nowhere
		call("service:cart", "service:pay", 5),
		call("domain:git.example", "gateway:edge", 6), // a front itself
		either, call("service:cart", "gateway:door", 9),
		observed, native,
	}})
	wantLines(t, g,
		"domain:git.example -> gateway:edge need=1 run ifLost=down env.yaml:6 routes.yaml:1",
		"gateway:door -> service:web need=1 run ifLost=down routes.yaml:1",
		"gateway:edge -> gateway:inner | service:pay need=1 run ifLost=down routes.yaml:1",
		"gateway:inner -> service:git need=1 run ifLost=down routes.yaml:1",
		"service:cart -> gateway:door need=1 run ifLost=unaffected env.yaml:9",
		"service:cart -> service:pay need=1 run ifLost=down env.yaml:5",
		"service:git -> domain:git.example need=1 run ifLost=unaffected env.yaml:2",
		"service:git -> gateway:edge need=1 run ifLost=down env.yaml:7",
		"service:git -> gateway:loop need=1 run ifLost=down env.yaml:4",
		"service:pay -> gateway:edge need=1 run ifLost=down env.yaml:8",
		"service:web -> domain:git.example need=1 run ifLost=down env.yaml:3",
		"service:web -> gateway:door | gateway:loop need=1 run ifLost=unaffected env.yaml:9",
	)
}
