package depgraph_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/dominikbraun/graph"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestAProjectionHasOneEdgeFromAnOwnerToEachMember(t *testing.T) {
	g := parse(t, `
service:a -> service:b | service:c  run
service:a -> service:b  start
service:a -> service:a | service:d  need=2 run
service:b -> service:a  recover
`)
	edges := func(f depgraph.Filter) (out []string) {
		es, err := depgraph.ProjectSimple(g, f).Edges()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range es {
			out = append(out, e.Source.Name+e.Target.Name)
		}
		return out
	}
	if diff := cmp.Diff([]string{"ab", "ac", "ad", "ba"}, edges(depgraph.Filter{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"ab"}, edges(depgraph.Filter{Phases: depgraph.PhasesOf(depgraph.Start)})); diff != "" {
		t.Error(diff)
	}
}

func TestAProjectionCannotBeChangedButItsCloneCan(t *testing.T) {
	g := parse(t, "service:a -> service:b\n")
	p := depgraph.ProjectSimple(g, depgraph.Filter{})
	a, b := depgraph.MustID("service:a"), depgraph.MustID("service:b")
	for name, err := range map[string]error{
		"AddVertex": p.AddVertex(&depgraph.Node{ID: depgraph.MustID("service:x")}), "RemoveVertex": p.RemoveVertex(a),
		"AddEdge": p.AddEdge(b, a), "UpdateEdge": p.UpdateEdge(a, b), "RemoveEdge": p.RemoveEdge(a, b),
	} {
		if !errors.Is(err, depgraph.ErrReadOnly) {
			t.Errorf("%s: %v", name, err)
		}
	}
	clone, err := p.Clone()
	if err != nil {
		t.Fatal(err)
	}
	if err := clone.AddEdge(b, a); err != nil {
		t.Error(err)
	}
	if n, err := p.Vertex(depgraph.MustID("service:x")); !errors.Is(err, graph.ErrVertexNotFound) {
		t.Errorf("vertex %v, error %v", n, err)
	}
	if _, err := p.Edge(b, a); !errors.Is(err, graph.ErrEdgeNotFound) {
		t.Errorf("error %v", err)
	}
}

// TestTheLibraryAgreesOnComponentsAndDistances holds our algorithms against the
// library's, on the same projection.
func TestTheLibraryAgreesOnComponentsAndDistances(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		g := build(t, drawFacts().Draw(t, "facts"))
		p := depgraph.ProjectSimple(g, depgraph.ServingNeeds())
		theirs, err := graph.StronglyConnectedComponents(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range theirs {
			slices.SortFunc(c, depgraph.ID.Compare)
		}
		slices.SortFunc(theirs, func(a, b []depgraph.ID) int { return a[0].Compare(b[0]) })
		ours := [][]depgraph.ID{}
		components := g.Components(depgraph.ServingNeeds())
		for k := range components.Len() {
			var ids []depgraph.ID
			for _, i := range components.Nodes(k) {
				ids = append(ids, g.ID(i))
			}
			ours = append(ours, ids)
		}
		slices.SortFunc(ours, func(a, b []depgraph.ID) int { return a[0].Compare(b[0]) })
		if diff := cmp.Diff(theirs, ours); diff != "" {
			t.Fatalf("components (-theirs +ours):\n%s", diff)
		}
		for i := range g.Len() {
			from := depgraph.NodeIndex(i)
			r := g.Reach(depgraph.Forward, depgraph.ServingNeeds(), from)
			for j := range g.Len() {
				to := depgraph.NodeIndex(j)
				way, err := graph.ShortestPath(p, g.ID(from), g.ID(to))
				want := len(way) - 1
				if err != nil {
					want = -1
				}
				if got := r.Distance(to); got != want && i != j {
					t.Fatalf("%v to %v: %d arrows, the library says %d", g.ID(from), g.ID(to), got, want)
				}
			}
		}
	})
}
