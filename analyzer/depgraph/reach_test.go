package depgraph_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func index(t testing.TB, g *depgraph.Graph, id string) depgraph.NodeIndex {
	t.Helper()
	i, ok := g.Index(depgraph.MustID(id))
	if !ok {
		t.Fatalf("no node %s", id)
	}
	return i
}

func pathIDs(edges []depgraph.Edge) (out []string) {
	for _, e := range edges {
		out = append(out, e.From.String()+" "+e.Phase.String()+" "+e.To.String())
	}
	return out
}

const chains = `
service:a -> service:z | service:c  start,run
service:a -> service:b  run
service:b -> service:d  run
service:c -> service:d  run
service:z -> service:d  run ifLost=degraded
service:d -> host:h  run via=placed-in
service:a -> host:h  recover
`

func TestPathIsAShortestOneAndOfSeveralTheFirstById(t *testing.T) {
	g := parse(t, chains)
	a, h := depgraph.MustID("service:a"), depgraph.MustID("host:h")
	for _, c := range []struct {
		name   string
		filter depgraph.Filter
		want   []string
	}{
		{"any phase", depgraph.Filter{}, []string{"service:a recover host:h"}},
		{"run", depgraph.Filter{Phases: depgraph.PhasesOf(depgraph.Run)}, []string{"service:a run service:b", "service:b run service:d", "service:d run host:h"}},
		{"run and start", depgraph.Filter{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start)}, []string{"service:a run service:b", "service:b run service:d", "service:d run host:h"}},
		{"start", depgraph.Filter{Phases: depgraph.PhasesOf(depgraph.Start)}, nil},
		{"not by placement", depgraph.Filter{Phases: depgraph.PhasesOf(depgraph.Run), Except: []depgraph.Via{depgraph.PlacedIn}}, nil},
		{"only degraded", depgraph.Filter{IfLost: []depgraph.IfLost{depgraph.Degraded}}, nil},
		{"by relation", depgraph.Filter{Via: []depgraph.Via{depgraph.PlacedIn}}, nil},
	} {
		if diff := cmp.Diff(c.want, pathIDs(g.Path(a, h, c.filter))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	if got := g.Path(a, depgraph.MustID("service:nobody"), depgraph.Filter{}); got != nil {
		t.Errorf("a path to what is not there: %v", got)
	}
	if got := g.Path(a, a, depgraph.Filter{}); len(got) != 0 {
		t.Errorf("a path to itself: %v", got)
	}
}

func TestReachBackwardFindsThoseThatNeedANode(t *testing.T) {
	g := parse(t, chains)
	r := g.Reach(depgraph.Backward, depgraph.ServingNeeds(), index(t, g, "service:d"))
	var got []string
	for _, i := range r.Nodes() {
		got = append(got, g.ID(i).String())
	}
	if want := []string{"service:d", "service:b", "service:c", "service:a"}; !slices.Equal(got, want) {
		t.Errorf("reached %v, want %v", got, want)
	}
	want := []string{"service:a run service:b", "service:b run service:d"}
	if diff := cmp.Diff(want, pathIDs(r.Path(index(t, g, "service:a")))); diff != "" {
		t.Errorf("path (-want +got):\n%s", diff)
	}
	if r.Has(index(t, g, "service:z")) || r.Distance(index(t, g, "service:z")) != -1 || r.Steps(index(t, g, "service:z")) != nil {
		t.Error("a degraded need was followed")
	}
}

// TestReachEqualsTheNaiveClosure holds distances against Floyd and Warshall.
func TestReachEqualsTheNaiveClosure(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		g := build(t, drawFacts().Draw(t, "facts"))
		f := depgraph.Filter{
			Phases: rapid.SampledFrom([]depgraph.Phases{0, depgraph.PhasesOf(depgraph.Run)}).Draw(t, "phases"),
			IfLost: rapid.SampledFrom([][]depgraph.IfLost{nil, {depgraph.Down}}).Draw(t, "ifLost"),
		}
		n := g.Len()
		const far = 1 << 20
		d := make([][]int, n)
		for i := range d {
			d[i] = make([]int, n)
			for j := range d[i] {
				d[i][j] = far
			}
			d[i][i] = 0
		}
		for r := range g.AllRequirements() {
			if f.Phases != 0 && !r.Terms.Phases.Has(depgraph.Run) || f.IfLost != nil && r.Terms.IfLost != depgraph.Down {
				continue
			}
			o, _ := g.Index(r.Owner)
			for _, m := range r.Members {
				if i, _ := g.Index(m); i != o {
					d[o][i] = 1
				}
			}
		}
		for k := range n {
			for i := range n {
				for j := range n {
					d[i][j] = min(d[i][j], d[i][k]+d[k][j])
				}
			}
		}
		for i := range n {
			forward := g.Reach(depgraph.Forward, f, depgraph.NodeIndex(i))
			backward := g.Reach(depgraph.Backward, f, depgraph.NodeIndex(i))
			for j := range n {
				for _, c := range []struct {
					r    *depgraph.Reached
					want int
				}{{forward, d[i][j]}, {backward, d[j][i]}} {
					want := c.want
					if want >= far {
						want = -1
					}
					to := depgraph.NodeIndex(j)
					if got := c.r.Distance(to); got != want {
						t.Fatalf("distance %v to %v: %d, want %d", g.ID(depgraph.NodeIndex(i)), g.ID(to), got, want)
					}
					if want > 0 {
						checkChain(t, c.r.Path(to), want)
					}
				}
			}
		}
	})
}

func checkChain(t *rapid.T, path []depgraph.Edge, length int) {
	if len(path) != length {
		t.Fatalf("path of %d arrows, want %d", len(path), length)
	}
	for i := 1; i < len(path); i++ {
		if path[i-1].To != path[i].From {
			t.Fatalf("path is broken: %v", pathIDs(path))
		}
	}
}
