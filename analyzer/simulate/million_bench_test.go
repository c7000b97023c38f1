package simulate_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// BenchmarkMillionAfterChange is BenchmarkUpdate with 1,000,000 nodes of which 1 % need
// something else: those of ten teams of one tier of an estate, and of a shop any, or such that
// nobody needs.
func BenchmarkMillionAfterChange(b *testing.B) {
	b.Run("estate", func(b *testing.B) {
		e := simtest.Estate{Teams: 1_000, Size: 1_000, Platform: 3_000, Tiers: 5, Seed: 1, Spare: 0.3}
		g, before := ranked(b, e)
		for _, c := range []struct {
			name string
			team int
		}{{"bottom", 100}, {"middle", 500}, {"top", 900}} {
			b.Run(c.name, func(b *testing.B) {
				prefixes := map[string]bool{}
				for i := range 10 {
					prefixes[e.Team(c.team+i)] = true
				}
				rng := rand.New(rand.NewPCG(1, 22))
				nodes := nodesThat(g, rng, func(v depgraph.NodeIndex) bool {
					team, _, _ := strings.Cut(g.ID(v).Name, "/")
					return prefixes[team]
				})
				benchmarkUpdate(b, before, changedAt(b, g, rng, nodes, len(nodes)))
			})
		}
		benchmarkShare(b, "estate", g, before)
	})
	b.Run("shop", func(b *testing.B) {
		g, before := ranked(b, simtest.Shop{Nodes: 1_000_000, Seed: 1, Spare: 0.3})
		benchmarkShare(b, "shop", g, before)
	})
}

// benchmarkShare changes 1 % of the nodes, of which nobody needs one, and any; and one.
func benchmarkShare(b *testing.B, name string, g *depgraph.Graph, before *simulate.Blast) {
	for _, c := range []struct {
		name string
		most int
		may  func(depgraph.NodeIndex) bool
	}{{"edge", g.Len() / 100, func(v depgraph.NodeIndex) bool { return len(g.Naming(v)) == 0 }}, {"any", g.Len() / 100, nil}, {"one", 1, nil}} {
		b.Run(c.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 21))
			benchmarkUpdate(b, before, changedAt(b, g, rng, nodesThat(g, rng, c.may), c.most))
		})
	}
}
