package simulate_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// checkUpdate updates a blast, as it sees fit and in part, and compares that with a new
// model's. It returns the one in part.
func checkUpdate(t *testing.T, made ways, before *simulate.Blast, next *depgraph.Graph, outage time.Duration) *simulate.Blast {
	t.Helper()
	chosen, err := before.Update(context.Background(), next)
	if err != nil {
		t.Fatal(err)
	}
	made[chosen.Way()]++
	if chosen.Way() == "whole" {
		checkBlast(t, chosen, next, outage)
	}
	got, err := before.UpdateInPart(context.Background(), next)
	if err != nil {
		t.Fatal(err)
	}
	made["in part: "+got.Way()]++
	for _, blast := range []*simulate.Blast{chosen, got} {
		if blast.Way() != "whole" && blast.Way() != "unchanged" {
			for _, by := range blast.Means() {
				made[by]++
			}
		}
	}
	checkBlast(t, got, next, outage)
	return got
}

// checkBlast compares a blast with that of a new model.
func checkBlast(t *testing.T, got *simulate.Blast, next *depgraph.Graph, outage time.Duration) {
	t.Helper()
	want, err := simulate.NewModel(next, outage).Blast(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for v := range depgraph.NodeIndex(next.Len()) {
		if got.Of(v) != want.Of(v) {
			t.Errorf("without %v: %+v, want %+v (%s)", next.ID(v), got.Of(v), want.Of(v), got.Way())
		}
	}
	if !slices.Equal(got.Ranking(), want.Ranking()) {
		t.Error("the rankings differ")
	}
}

// ways counts how updates were made.
type ways map[string]int

func (w ways) check(t *testing.T, wanted ...string) {
	t.Helper()
	t.Log(w)
	for _, way := range wanted {
		if w[way] == 0 {
			t.Errorf("no update was made %q: %v", way, w)
		}
	}
}

func TestAnUpdatedBlastIsThatOfTheNewModel(t *testing.T) {
	kept, made := 0, ways{}
	eachSystem(t, tiered(3_000, 30_000, 500_000), 14, func(t *testing.T, rng *rand.Rand, s system) {
		w := simtest.Edited(rng, s.World)
		n := newSystem(t, w, s.outage)
		old, next := s, n
		if rng.IntN(2) == 0 { // nodes go, too
			old, next = n, s
		}
		before, err := old.m.Blast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		got := checkUpdate(t, made, before, next.m.Graph(), next.m.Outage())
		kept += next.m.Graph().Len() - got.Simulated()
		// What was updated is updated again.
		again := newSystem(t, simtest.Edited(rng, w), s.outage)
		checkUpdate(t, made, got, again.m.Graph(), again.m.Outage())
	})
	if kept == 0 {
		t.Error("every loss was simulated again")
	}
	made.check(t, "whole", "unchanged", "around", "reaching", "in part: around", "in part: reaching", "wide", "hubs")
}

func TestAnUpdateWithLanesIsThatOfTheNewModel(t *testing.T) {
	made := ways{}
	for seed := range uint64(tiered(4, 12, 60)) {
		rng := rand.New(rand.NewPCG(seed, 21))
		shop := simtest.Shop{Nodes: 3_000, Seed: seed, Spare: 0.3, Degraded: 0.1, Start: 0.05, Observe: 0.05, Reversed: []float64{0, 0.003}[seed%2]}
		estate := simtest.Estate{Teams: 10, Size: 300, Platform: 60, Tiers: 4, Seed: seed, Spare: 0.3, Degraded: 0.1, Start: 0.05, Observe: 0.05}
		for _, of := range []interface {
			Graph() (*depgraph.Graph, error)
		}{shop, estate} {
			g, err := of.Graph()
			if err != nil {
				t.Fatal(err)
			}
			before, err := simulate.NewModel(g, 0).Blast(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			all := nodesThat(g, rng, nil)
			team := nodesThat(g, rng, func(v depgraph.NodeIndex) bool {
				return strings.HasPrefix(g.ID(v).Name, estate.Team(int(seed)%estate.Teams)+"/")
			})
			for _, next := range []*depgraph.Graph{
				changedAt(t, g, rng, all, len(all)), changedAt(t, g, rng, all, len(all)/100), changedAt(t, g, rng, all, 1),
				changedAt(t, g, rng, append(team, all[0]), max(1, len(team))),
			} {
				checkUpdate(t, made, before, next, simulate.DefaultOutage)
			}
			if t.Failed() {
				t.Fatalf("%+v", of)
			}
		}
	}
	made.check(t, "whole", "around", "in part: reaching", "narrow", "wide", "hubs")
}

// What stands below a change in layers, so that many losses take the same nodes along and
// others all but one of them: which losses do what another one does is told apart.
func TestAnUpdateOverLayersIsThatOfTheNewModel(t *testing.T) {
	const bottom, middle, tops, roofs = 8, 6, 10, 5
	made := ways{}
	for seed := range uint64(tiered(2_000, 20_000, 200_000)) {
		rng := rand.New(rand.NewPCG(seed, 23))
		w := simtest.World{Standby: make([]bool, bottom+middle+tops+roofs), Group: make([]bool, bottom+middle+tops+roofs)}
		need := func(owner, member int) {
			n := simtest.Need{Owner: owner, Members: []int{member}, Number: 1, Phases: "r", IfLost: 'd'}
			switch rng.IntN(12) {
			case 0:
				n.IfLost = 'g'
			case 1:
				n.Placed = true
			case 2, 4, 5:
				n.Members = append(n.Members, member-1)
			case 3:
				n.Phases = "s"
			}
			w.Needs = append(w.Needs, n)
		}
		if rng.IntN(2) == 0 { // degraded with nothing lost
			w.Needs = append(w.Needs, simtest.Need{Owner: 1 + rng.IntN(bottom-1), Members: []int{0}, Number: 2, Phases: "r", IfLost: 'g'})
		}
		for m := range middle {
			for b := range bottom {
				if rng.IntN(2) == 0 && b > 0 {
					need(bottom+m, b)
				}
			}
		}
		for roof := range roofs { // which needs what changes, and what is below as well
			need(bottom+middle+tops+roof, bottom+middle+rng.IntN(tops))
			for range rng.IntN(3) {
				need(bottom+middle+tops+roof, 1+rng.IntN(bottom+middle-1))
			}
		}
		before := w
		for top := range tops {
			need(bottom+middle+top, bottom+1+rng.IntN(middle-1))
		}
		after := w
		after.Needs = append(slices.Clone(before.Needs), w.Needs[len(before.Needs):]...)
		for i := len(before.Needs); i < len(after.Needs); i++ {
			if rng.IntN(3) > 0 {
				after.Needs[i].Members = []int{bottom + rng.IntN(middle)}
				after.Needs[i].Number = 1
			}
		}
		old, next := newSystem(t, w, 60), newSystem(t, after, 60)
		blast, err := old.m.Blast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		checkUpdate(t, made, blast, next.m.Graph(), next.m.Outage())
		if t.Failed() {
			t.Fatalf("seed %d: %+v, then %+v", seed, w.Needs, after.Needs)
		}
	}
	made.check(t, "around", "in part: around", "wide", "narrow")
}
