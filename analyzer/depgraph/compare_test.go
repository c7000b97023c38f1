package depgraph_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// Nodes are paired by id, and needs are the same where the requirements are, origins aside.
func TestComparedGraphsPairNodesById(t *testing.T) {
	same, other := 0, 0
	tiertest.Check(t, func(t *rapid.T) {
		steps := drawFacts().Draw(t, "before")
		before := build(t, steps)
		steps = slices.Clone(steps)
		for range rapid.IntRange(0, 2).Draw(t, "gone") {
			if len(steps) > 0 {
				at := rapid.IntRange(0, len(steps)-1).Draw(t, "which")
				steps = slices.Delete(steps, at, at+1)
			}
		}
		if rapid.Bool().Draw(t, "more") {
			steps = append(steps, drawFacts().Draw(t, "come")...)
		}
		if rapid.Bool().Draw(t, "turned") { // so that terms are numbered otherwise
			slices.Reverse(steps)
		}
		after := build(t, steps)
		c := depgraph.Compare(before, after)
		for o, v := range c.New {
			i, found := after.Index(before.ID(depgraph.NodeIndex(o)))
			if found != (v >= 0) || found && v != i {
				t.Fatalf("%v is %d, want %d, %v", before.ID(depgraph.NodeIndex(o)), v, i, found)
			}
		}
		changed := c.Changed()
		if !slices.IsSorted(changed) {
			t.Fatalf("not ascending: %v", changed)
		}
		for v, o := range c.Old {
			v := depgraph.NodeIndex(v)
			i, found := before.Index(after.ID(v))
			if found != (o >= 0) || found && o != i {
				t.Fatalf("%v was %d, want %d, %v", after.ID(v), o, i, found)
			}
			if !found {
				continue
			}
			want := slices.EqualFunc(owned(before, after.ID(v)), owned(after, after.ID(v)), func(x, y depgraph.Requirement) bool {
				return x.Terms == y.Terms && slices.Equal(x.Members, y.Members)
			})
			if _, other := slices.BinarySearch(changed, v); other == want {
				t.Fatalf("%v has the same needs: %v, want %v", after.ID(v), !other, want)
			}
			if want {
				same++
			} else {
				other++
			}
		}
	})
	if same == 0 || other == 0 {
		t.Errorf("%d with the same needs, %d with others", same, other)
	}
}

func owned(g *depgraph.Graph, id depgraph.ID) []depgraph.Requirement {
	var out []depgraph.Requirement
	for r := range g.Needs(id) {
		out = append(out, *r)
	}
	return out
}
