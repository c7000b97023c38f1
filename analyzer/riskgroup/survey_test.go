package riskgroup_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/riskgroup"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func everyNode(g *depgraph.Graph) []depgraph.NodeIndex {
	out := make([]depgraph.NodeIndex, g.Len())
	for i := range out {
		out[i] = depgraph.NodeIndex(i)
	}
	return out
}

// worldGraph builds a world in which some nodes state a failure rate.
func worldGraph(t *testing.T, rng *rand.Rand, w simtest.World) *depgraph.Graph {
	t.Helper()
	g, _, err := w.Graph()
	if err != nil {
		t.Fatal(err)
	}
	b := depgraph.NewBuilder()
	for n := range g.Nodes() {
		more := *n
		more.AnnualFailureRate = float64(rng.IntN(3)) / 10
		b.AddNode(more)
	}
	for r := range g.AllRequirements() {
		b.AddRequirement(*r)
	}
	if g, err = b.Build(); err != nil {
		t.Fatal(err)
	}
	return g
}

// An updated survey is that of the new graph, and what no change reaches is not looked
// for again.
func TestAnUpdatedSurveyIsThatOfTheNewGraph(t *testing.T) {
	kept, computed, capped := 0, 0, 0
	for seed := range uint64(tiertest.Count(1_000, 10_000, 100_000)) {
		rng := rand.New(rand.NewPCG(seed, 31))
		w := simtest.Random(rng, 10)
		before, after := worldGraph(t, rng, w), worldGraph(t, rng, simtest.Edited(rng, w))
		if rng.IntN(2) == 0 { // nodes go, too
			before, after = after, before
		}
		o := riskgroup.Options{Order: 1 + rng.IntN(3), Cap: []int{0, 0, 3}[rng.IntN(3)]}
		m := simulate.NewModel(before, time.Duration([]int{1, 30, 60, 120}[rng.IntN(4)])*time.Minute)
		was, err := riskgroup.NewSurvey(context.Background(), m, everyNode(before), o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := was.Update(context.Background(), after, everyNode(after))
		if err != nil {
			t.Fatal(err)
		}
		want, err := riskgroup.NewSurvey(context.Background(), simulate.NewModel(after, m.Outage()), everyNode(after), o)
		if err != nil {
			t.Fatal(err)
		}
		again := 0 // what has to be looked for
		for v, o := range m.Same(after) {
			v := depgraph.NodeIndex(v)
			if diff := cmp.Diff(want.Of(v), got.Of(v)); diff != "" {
				t.Errorf("%v: -want +got:\n%s", after.ID(v), diff)
			}
			if o < 0 {
				again++
			} else if !was.Of(o).Complete {
				again++
				capped++
			}
		}
		if got.Computed() != again || len(got.Nodes()) != after.Len() {
			t.Errorf("%d of %d computed, want %d of %d", got.Computed(), len(got.Nodes()), again, after.Len())
		}
		kept, computed = kept+after.Len()-again, computed+again
		if t.Failed() {
			t.Fatalf("seed %d: before\n%s\nafter\n%s", seed, before.Text(), after.Text())
		}
	}
	t.Logf("%d kept, %d computed, of them %d for the cap", kept, computed, capped)
	if kept == 0 || computed == capped || capped == 0 {
		t.Errorf("%d kept, %d computed, of them %d for the cap", kept, computed, capped)
	}
}

// The first node of all becomes the second.
func TestASurveyThatIsUpdatedKnowsNodesAtTheirNewPlace(t *testing.T) {
	build := func(names ...string) (*depgraph.Graph, depgraph.NodeIndex) {
		b := depgraph.NewBuilder()
		id := func(name string) depgraph.ID { return depgraph.ID{Kind: depgraph.KindService, Name: name} }
		for _, name := range names {
			b.AddNode(depgraph.Node{ID: id(name)})
		}
		b.AddRequirement(depgraph.Requirement{Owner: id("needs"), Members: []depgraph.ID{id("m")}, Origins: []depgraph.Origin{{Input: "a", Line: 1}}})
		g, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		v, _ := g.Index(id("needs"))
		return g, v
	}
	before, v := build("m", "needs")
	was, err := riskgroup.NewSurvey(context.Background(), simulate.NewModel(before, 0), []depgraph.NodeIndex{v}, riskgroup.Options{})
	if err != nil {
		t.Fatal(err)
	}
	after, v := build("a", "m", "needs")
	got, err := was.Update(context.Background(), after, []depgraph.NodeIndex{v})
	if err != nil {
		t.Fatal(err)
	}
	if want := [][]depgraph.NodeIndex{{1}}; !cmp.Equal(got.Of(v).Sets, want) || got.Computed() != 0 {
		t.Errorf("%v takes it down, %d computed, want %v of what is known", got.Of(v).Sets, got.Computed(), want)
	}
}

// Of an estate one team changes: the entry services of teams that do not need it keep
// what is known of them.
func TestASurveyOfAnEstateComputesWhatTheChangeReaches(t *testing.T) {
	estate := simtest.Estate{Teams: 12, Size: 60, Platform: 20, Tiers: 3, Seed: 4, Spare: 0.3}
	before, err := estate.Graph()
	if err != nil {
		t.Fatal(err)
	}
	var claimants []depgraph.NodeIndex
	of := estate.Team(11) + "/"
	b := depgraph.NewBuilder()
	for v := range depgraph.NodeIndex(before.Len()) {
		b.AddNode(*before.At(v))
		if v%20 == 0 {
			claimants = append(claimants, v)
		}
	}
	changed := 0
	for r := range before.AllRequirements() {
		if strings.HasPrefix(r.Owner.Name, of) && len(r.Members) > 1 {
			r.Terms.Need = depgraph.All
			changed++
		}
		b.AddRequirement(*r)
	}
	after, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	o := riskgroup.Options{Order: 2}
	was, err := riskgroup.NewSurvey(context.Background(), simulate.NewModel(before, 0), claimants, o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := was.Update(context.Background(), after, claimants)
	if err != nil {
		t.Fatal(err)
	}
	want, err := riskgroup.NewSurvey(context.Background(), simulate.NewModel(after, 0), claimants, o)
	if err != nil {
		t.Fatal(err)
	}
	other := 0
	for _, v := range claimants {
		if diff := cmp.Diff(want.Of(v), got.Of(v)); diff != "" {
			t.Errorf("%v: -want +got:\n%s", after.ID(v), diff)
		}
		if !cmp.Equal(was.Of(v), got.Of(v)) {
			other++
		}
	}
	// Nobody needs a team of the last tier: its own claimants are all that is reached.
	most := estate.Size/20 + 1
	t.Logf("%d of %d claimants computed, %d with other groups, %d changed needs", got.Computed(), len(claimants), other, changed)
	if got.Computed() == 0 || got.Computed() > most || other == 0 {
		t.Errorf("%d of %d claimants computed, want at most %d; %d have other groups", got.Computed(), len(claimants), most, other)
	}
}
