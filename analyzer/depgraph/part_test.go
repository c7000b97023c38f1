package depgraph_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// A part holds what its owners own, and nothing else, in the words of the whole.
func TestAPartHoldsWhatItsOwnersOwn(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		g := build(t, drawFacts().Draw(t, "facts"))
		var owners []depgraph.NodeIndex
		for v := range depgraph.NodeIndex(g.Len()) {
			if rapid.Bool().Draw(t, "owns") {
				owners = append(owners, v)
			}
		}
		wanted := slices.Clone(owners)
		b := depgraph.NewBuilder()
		for _, v := range owners {
			for r, end := g.OwnedBy(v); r < end; r++ {
				b.AddRequirement(*g.Requirement(r))
				wanted = append(wanted, g.Members(r)...)
			}
		}
		slices.Sort(wanted)
		wanted = slices.Compact(wanted)
		for _, v := range wanted {
			b.AddNode(depgraph.Node{ID: g.ID(v)})
		}
		want, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(owners)
		part, of := g.Part(owners)
		if !slices.Equal(of, wanted) {
			t.Fatalf("nodes %v, want %v", of, wanted)
		}
		checkPart(t, part, want)
	})
}

func checkPart(t *rapid.T, part, want *depgraph.Graph) {
	t.Helper()
	if part.Len() != want.Len() || part.Requirements() != want.Requirements() || part.MemberCount() != want.MemberCount() {
		t.Fatalf("%d nodes, %d requirements, %d members", part.Len(), part.Requirements(), part.MemberCount())
	}
	for v := range depgraph.NodeIndex(want.Len()) {
		from, to := part.OwnedBy(v)
		wantFrom, wantTo := want.OwnedBy(v)
		if part.ID(v) != want.ID(v) || part.At(v).ID != want.ID(v) || from != wantFrom || to != wantTo || !slices.Equal(part.Naming(v), want.Naming(v)) {
			t.Errorf("node %v: %v to %v, named by %v", part.ID(v), from, to, part.Naming(v))
		}
		if origins := part.NodeOrigins(part.ID(v)); origins != nil {
			t.Errorf("node %v has origins %v", part.ID(v), origins)
		}
	}
	for r := range depgraph.ReqIndex(want.Requirements()) {
		if part.Owner(r) != want.Owner(r) || part.Terms(r) != want.Terms(r) || !slices.Equal(part.Members(r), want.Members(r)) || part.Origins(r) != nil {
			t.Errorf("requirement %d: %+v", r, part.Requirement(r))
		}
	}
}
