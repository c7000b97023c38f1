package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// TestChainsAreAllSimpleWays compares with a depth-first search that tries everything.
func TestChainsAreAllSimpleWays(t *testing.T) {
	several := 0
	for seed := range tiertest.Count(500, 5_000, 50_000) {
		random := rand.New(rand.NewPCG(uint64(seed), 3))
		n := 2 + random.IntN(5)
		b := depgraph.NewBuilder()
		id := func(i int) depgraph.ID { return depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprint(i)} }
		for i := range n {
			b.AddNode(depgraph.Node{ID: id(i)})
		}
		for range random.IntN(3 * n) {
			r := depgraph.Requirement{Owner: id(random.IntN(n)), Origins: []depgraph.Origin{{Input: "a.yaml", Line: 1}}}
			for range 1 + random.IntN(2) {
				r.Members = append(r.Members, id(random.IntN(n)))
			}
			b.AddRequirement(r)
		}
		g, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		from, _ := g.Index(id(0))
		to, _ := g.Index(id(n - 1))
		want := allWays(g, []depgraph.NodeIndex{from}, to)
		found, complete := chains(g, from, to, 10_000)
		var got []string
		for i, c := range found {
			name := ""
			for _, e := range c {
				name += e.From.Name + ">" + e.To.Name + " "
			}
			got = append(got, name)
			if i > 0 && len(c) < len(found[i-1]) {
				t.Errorf("seed %d: a shorter chain comes later", seed)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || !complete {
			t.Fatalf("seed %d: got %q, want %q", seed, got, want)
		}
		if len(want) > 1 {
			several++
			if some, complete := chains(g, from, to, 1); len(some) != 1 || complete {
				t.Errorf("seed %d: capped at 1: %d, complete %v", seed, len(some), complete)
			}
		}
	}
	if several < 50 {
		t.Errorf("%d systems have several chains: too few", several)
	}
}

func allWays(g *depgraph.Graph, met []depgraph.NodeIndex, to depgraph.NodeIndex) []string {
	at := met[len(met)-1]
	if at == to {
		return []string{""}
	}
	var out []string
	first, end := g.OwnedBy(at)
	for r := first; r < end; r++ {
		for _, m := range g.Members(r) {
			if slices.Contains(met, m) {
				continue
			}
			for _, rest := range allWays(g, append(slices.Clone(met), m), to) {
				out = append(out, g.ID(at).Name+">"+g.ID(m).Name+" "+rest)
			}
		}
	}
	return out
}
