package riskgroup_test

import (
	"context"
	"fmt"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/riskgroup"
	"github.com/fateline/fateline/analyzer/simulate"
)

// Each host goes with its rack, and both racks hang on one power feed, but one of
// them has a generator besides.
func ExampleMinimal() {
	b := depgraph.NewBuilder()
	need := func(owner string, members ...string) {
		r := depgraph.Requirement{Owner: depgraph.MustID(owner), Origins: []depgraph.Origin{{Input: "example.yaml"}}}
		for _, m := range members {
			r.Members = append(r.Members, depgraph.MustID(m))
		}
		b.AddRequirement(r)
	}
	need("service:checkout", "host:a", "host:b")
	need("host:a", "rack:1")
	need("host:b", "rack:2")
	need("rack:1", "power:feed")
	need("rack:2", "power:feed", "power:generator")
	g, _ := b.Build()
	checkout, _ := g.Index(depgraph.MustID("service:checkout"))
	groups, _ := riskgroup.Minimal(context.Background(), simulate.NewModel(g, 0), checkout, riskgroup.Options{Order: 2})
	for _, set := range groups.Sets {
		fmt.Println(g.ID(set[0]), g.ID(set[1]))
	}
	fmt.Println("complete:", groups.Complete)
	// Output:
	// host:a host:b
	// host:a rack:2
	// host:b power:feed
	// host:b rack:1
	// power:feed power:generator
	// power:feed rack:2
	// rack:1 rack:2
	// complete: true
}
