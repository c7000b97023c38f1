package simulate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// changedAt returns the graph in which one requirement of each of some nodes, the first
// so many that own one, needs another node: one that what else its owner needs rests
// on, so that no cycle comes of it.
func changedAt(tb testing.TB, g *depgraph.Graph, rng *rand.Rand, nodes []depgraph.NodeIndex, most int) *depgraph.Graph {
	tb.Helper()
	changed := map[depgraph.ReqIndex]depgraph.ID{}
	for _, v := range nodes {
		from, to := g.OwnedBy(v)
		if from == to || len(changed) == most {
			continue
		}
		r := from + depgraph.ReqIndex(rng.IntN(int(to-from)))
		other := g.Members(from + depgraph.ReqIndex(rng.IntN(int(to-from))))
		if below, end := g.OwnedBy(other[0]); below < end {
			changed[r] = g.ID(g.Members(below)[0])
		}
	}
	if len(changed) == 0 {
		tb.Fatal("nothing to change")
	}
	b := depgraph.NewBuilder()
	for n := range g.Nodes() {
		b.AddNode(*n)
	}
	for r := range depgraph.ReqIndex(g.Requirements()) {
		q := *g.Requirement(r)
		if to, is := changed[r]; is {
			q.Members, q.Terms.Need = []depgraph.ID{to}, depgraph.AtLeast(1)
		}
		b.AddRequirement(q)
	}
	out, err := b.Build()
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// nodesThat lists the nodes that may be chosen, shuffled.
func nodesThat(g *depgraph.Graph, rng *rand.Rand, may func(depgraph.NodeIndex) bool) []depgraph.NodeIndex {
	var out []depgraph.NodeIndex
	for _, i := range rng.Perm(g.Len()) {
		if v := depgraph.NodeIndex(i); may == nil || may(v) {
			out = append(out, v)
		}
	}
	return out
}

// BenchmarkUpdate ranks all losses again after a change, and in the same run all of
// them from the graph: after 1 % of the nodes of a shop need something else, any or such
// that nobody needs, as the edge of an estate is; one node; and all nodes of a team, at the
// bottom, in the middle and at the top of an estate.
func BenchmarkUpdate(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		for _, reversed := range []float64{0, 0.003} {
			var g *depgraph.Graph
			edge := func(v depgraph.NodeIndex) bool { return len(g.Naming(v)) == 0 }
			var before *simulate.Blast
			for _, c := range []struct {
				name string
				most int
				may  func(depgraph.NodeIndex) bool
			}{{"any", n / 100, nil}, {"edge", n / 100, edge}, {"one", 1, nil}} {
				b.Run(fmt.Sprintf("%s/%d/reversed=%v", c.name, n, reversed), func(b *testing.B) {
					if g == nil {
						g, before = ranked(b, simtest.Shop{Nodes: n, Seed: 1, Spare: 0.3, Reversed: reversed})
					}
					rng := rand.New(rand.NewPCG(1, 21))
					benchmarkUpdate(b, before, changedAt(b, g, rng, nodesThat(g, rng, c.may), c.most))
				})
			}
		}
	}
	estate := simtest.Estate{Teams: 100, Size: 1_000, Platform: 300, Tiers: 5, Seed: 1, Spare: 0.3}
	var g *depgraph.Graph
	var before *simulate.Blast
	for _, c := range []struct {
		name string
		team int
	}{{"bottom", 10}, {"middle", 50}, {"top", 90}} {
		b.Run("team/"+c.name, func(b *testing.B) {
			if g == nil {
				g, before = ranked(b, estate)
			}
			rng := rand.New(rand.NewPCG(1, 22))
			of := estate.Team(c.team) + "/"
			members := nodesThat(g, rng, func(v depgraph.NodeIndex) bool { return strings.HasPrefix(g.ID(v).Name, of) })
			benchmarkUpdate(b, before, changedAt(b, g, rng, members, len(members)))
		})
	}
}

// ranked makes a graph and ranks it.
func ranked(b *testing.B, of interface {
	Graph() (*depgraph.Graph, error)
},
) (*depgraph.Graph, *simulate.Blast) {
	b.Helper()
	g, err := of.Graph()
	if err != nil {
		b.Fatal(err)
	}
	before, err := simulate.NewModel(g, 0).Blast(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	return g, before
}

// benchmarkUpdate takes turns with the update and the whole ranking, which makes its
// model and its plan, from the same graph.
func benchmarkUpdate(b *testing.B, before *simulate.Blast, next *depgraph.Graph) {
	b.Helper()
	var after *simulate.Blast
	var whole, update float64
	for b.Loop() {
		runtime.GC() // so that nobody clears up after the other
		start := cpu(b)
		if _, err := simulate.NewModel(next, 0).Blast(context.Background()); err != nil {
			b.Fatal(err)
		}
		whole += cpu(b) - start
		runtime.GC()
		start = cpu(b)
		var err error
		if after, err = before.Update(context.Background(), next); err != nil {
			b.Fatal(err)
		}
		update += cpu(b) - start
	}
	b.ReportMetric(whole/float64(b.N), "full-cpu-s")
	b.ReportMetric(update/float64(b.N), "cpu-s/op")
	b.ReportMetric(update/whole, "of-full")
	b.ReportMetric(float64(after.Simulated()), "simulated")
	b.Log(after.Way())
}

func cpu(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
