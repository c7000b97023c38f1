package simulate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// changedShare returns the graph with another member for one requirement of a share of
// its nodes, of those that may accept, nil: all.
func changedShare(tb testing.TB, g *depgraph.Graph, seed uint64, share float64, may func(depgraph.NodeIndex) bool) *depgraph.Graph {
	tb.Helper()
	rng := rand.New(rand.NewPCG(seed, 21))
	changed := map[depgraph.ReqIndex]depgraph.ID{}
	for tries := 0; len(changed) < max(1, int(share*float64(g.Len()))) && tries < 100*g.Len(); tries++ {
		v := depgraph.NodeIndex(rng.IntN(g.Len()))
		from, to := g.OwnedBy(v)
		if from == to || may != nil && !may(v) {
			continue
		}
		r := from + depgraph.ReqIndex(rng.IntN(int(to-from)))
		// What it needs instead is something that another need of it needs: no new cycle.
		other := g.Members(from + depgraph.ReqIndex(rng.IntN(int(to-from))))
		below, end := g.OwnedBy(other[0])
		if below < end {
			changed[r] = g.ID(g.Members(below)[0])
		}
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

// BenchmarkUpdate ranks all losses again after 1 % of the nodes need something else:
// any nodes; nodes that nobody needs, as the edge of an estate is; and one node. Both the
// update and the full ranking include making the model.
func BenchmarkUpdate(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		for _, reversed := range []float64{0, 0.003} {
			shop := simtest.Shop{Nodes: n, Seed: 1, Spare: 0.3, Reversed: reversed}
			g, err := shop.Graph()
			if err != nil {
				b.Fatal(err)
			}
			before, err := simulate.NewModel(g, 0).Blast(context.Background())
			if err != nil {
				b.Fatal(err)
			}
			edge := func(v depgraph.NodeIndex) bool { return len(g.Naming(v)) == 0 }
			for _, c := range []struct {
				name  string
				share float64
				may   func(depgraph.NodeIndex) bool
			}{{"any", 0.01, nil}, {"edge", 0.01, edge}, {"one", 0, nil}} {
				b.Run(fmt.Sprintf("%s/%d/reversed=%v", c.name, n, reversed), func(b *testing.B) {
					next := changedShare(b, g, 1, c.share, c.may)
					start := cpu(b)
					if _, err := simulate.NewModel(next, 0).Blast(context.Background()); err != nil {
						b.Fatal(err)
					}
					full := cpu(b) - start
					start = cpu(b)
					simulated := 0
					for b.Loop() {
						after, err := before.Update(context.Background(), simulate.NewModel(next, 0))
						if err != nil {
							b.Fatal(err)
						}
						simulated = after.Simulated()
					}
					update := (cpu(b) - start) / float64(b.N)
					b.ReportMetric(update, "cpu-s/op")
					b.ReportMetric(full/update, "x-full")
					b.ReportMetric(float64(simulated), "simulated")
				})
			}
		}
	}
}

func cpu(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
