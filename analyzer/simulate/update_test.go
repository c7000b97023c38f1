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

// checkUpdate updates a blast and compares it with that of a new model.
func checkUpdate(t *testing.T, before *simulate.Blast, next *depgraph.Graph, outage time.Duration) *simulate.Blast {
	t.Helper()
	got, err := before.Update(context.Background(), next)
	if err != nil {
		t.Fatal(err)
	}
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
	return got
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
		got := checkUpdate(t, before, next.m.Graph(), next.m.Outage())
		made[got.Way()]++
		kept += next.m.Graph().Len() - got.Simulated()
		// What was updated is updated again.
		again := newSystem(t, simtest.Edited(rng, w), s.outage)
		made[checkUpdate(t, got, again.m.Graph(), again.m.Outage()).Way()]++
	})
	if kept == 0 {
		t.Error("every loss was simulated again")
	}
	made.check(t, "whole", "unchanged", "around", "reaching")
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
				got := checkUpdate(t, before, next, simulate.DefaultOutage)
				made[got.Way()]++
				if kept := g.Len() - got.Simulated(); kept <= 0 && got.Way() != "whole" {
					t.Errorf("every loss was simulated again, %s", got.Way())
				}
			}
			if t.Failed() {
				t.Fatalf("%+v", of)
			}
		}
	}
	made.check(t, "whole", "around")
}
