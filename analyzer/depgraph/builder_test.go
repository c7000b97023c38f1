package depgraph_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// snap is everything a graph holds, through its public face.
type snap struct {
	Nodes        []depgraph.Node
	NodeOrigins  [][]depgraph.Origin
	Requirements []depgraph.Requirement
	Inputs       []depgraph.Input
	Unresolved   []depgraph.Unresolved
	Drills       []depgraph.Drill
}

func snapshot(g *depgraph.Graph) snap {
	s := snap{Inputs: g.Inputs(), Unresolved: g.Unresolved(), Drills: g.Drills()}
	for n := range g.Nodes() {
		s.Nodes = append(s.Nodes, *n)
		s.NodeOrigins = append(s.NodeOrigins, g.NodeOrigins(n.ID))
	}
	for r := range g.AllRequirements() {
		s.Requirements = append(s.Requirements, *r)
	}
	return s
}

func parse(t testing.TB, text string) *depgraph.Graph {
	t.Helper()
	g, err := depgraph.ParseText(text)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestNothingButTheLedgerIsLostInTheTextNotation(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		g := build(t, drawFacts().Draw(t, "facts"))
		text := g.Text()
		back, err := depgraph.ParseText(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		want := snapshot(g)
		want.Inputs = nil
		if diff := cmp.Diff(want, snapshot(back)); diff != "" {
			t.Fatalf("(-printed +read):\n%s\n%s", diff, text)
		}
	})
}

func TestTheOrderInWhichFactsAreAddedNeverShows(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		facts := drawFacts().Draw(t, "facts")
		want := snapshot(build(t, facts))
		shuffled := rapid.Permutation(facts).Draw(t, "shuffled")
		if diff := cmp.Diff(want, snapshot(build(t, shuffled))); diff != "" {
			t.Fatalf("(-as drawn +shuffled):\n%s", diff)
		}
	})
}

func TestAddingAFactAgainChangesNothing(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		facts := drawFacts().Draw(t, "facts")
		want := snapshot(build(t, facts))
		twice := append(slices.Clone(facts), rapid.SliceOf(rapid.SampledFrom(append(facts, func(*depgraph.Builder) {}))).Draw(t, "again")...)
		if diff := cmp.Diff(want, snapshot(build(t, twice))); diff != "" {
			t.Fatalf("(-once +twice):\n%s", diff)
		}
	})
}

func TestABuilderOfAGraphHoldsEverythingTheGraphHolds(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		g := build(t, drawFacts().Draw(t, "facts"))
		again, err := g.Builder().Build()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(snapshot(g), snapshot(again)); diff != "" {
			t.Fatalf("(-graph +rebuilt):\n%s", diff)
		}
		before := snapshot(g)
		b := g.Builder()
		for _, add := range drawFacts().Draw(t, "more") {
			add(b)
		}
		_, _ = b.Build()
		if diff := cmp.Diff(before, snapshot(g)); diff != "" {
			t.Fatalf("what is added to a builder shows in its graph (-before +after):\n%s", diff)
		}
	})
}
