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
	"github.com/fateline/fateline/analyzer/tiertest"
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
	eachSystem(t, tiertest.Count(3_000, 30_000, 500_000), 14, func(t *testing.T, rng *rand.Rand, s system) {
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
	made.check(t, "whole", "unchanged", "around", "in part: around", "in part: reaching", "blocks", "above", "asking", "knotted", "fading", "watching", "remaking")
}

func TestAnUpdateWithLanesIsThatOfTheNewModel(t *testing.T) {
	made := ways{}
	for seed := range uint64(tiertest.Count(4, 12, 60)) {
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
	made.check(t, "whole", "around", "blocks", "above", "asking", "knotted", "fading", "watching", "remaking")
}

// What stands below a change in layers, so that many losses take the same nodes along and
// others all but one of them: which losses do what another one does is told apart.
func TestAnUpdateOverLayersIsThatOfTheNewModel(t *testing.T) {
	const bottom, middle, tops, roofs = 8, 6, 10, 5
	made := ways{}
	for seed := range uint64(tiertest.Count(2_000, 20_000, 200_000)) {
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
	made.check(t, "around", "in part: around", "blocks", "above", "asking", "watching")
}

// What is simulated anew is what needs go to or went to, and what that needs; of a node that
// has very many all of these, as it costs more to compare them.
func TestAnUpdateSimulatesWhatTheChangeLeadsToAndNoMore(t *testing.T) {
	const few, many = 3, 6 // the owners of so many needs, as many as are compared, and of more
	world := func() simtest.World {
		w := simtest.World{Standby: make([]bool, 80), Group: make([]bool, 80)}
		need := func(owner int, members ...int) {
			w.Needs = append(w.Needs, simtest.Need{Owner: owner, Members: members, Number: 1, Phases: "r", IfLost: 'd'})
		}
		need(0, few)
		need(0, 7, 8)
		for v := range 65 {
			if v < 63 {
				need(few, 10+v)
			}
			need(many, 10+v)
		}
		need(10, 75)
		need(75, 76)
		w.Needs = append(w.Needs, simtest.Need{Owner: few, Members: []int{77}, Number: 1, Phases: "R", IfLost: 'd'})
		return w
	}
	without := func(w *simtest.World, owner, member int) {
		w.Needs = slices.DeleteFunc(w.Needs, func(n simtest.Need) bool { return n.Owner == owner && slices.Contains(n.Members, member) })
	}
	for name, c := range map[string]struct {
		change    func(w *simtest.World)
		simulated int
		way       string
	}{
		"to be repaired is no part of a loss":   {func(w *simtest.World) { without(w, few, 77) }, 0, "unchanged"},
		"one of few needs goes":                 {func(w *simtest.World) { without(w, 0, few) }, 66, "around"},
		"one of many goes":                      {func(w *simtest.World) { without(w, few, 20) }, 1, "around"},
		"one of many goes, and what that needs": {func(w *simtest.World) { without(w, few, 10) }, 3, "around"},
		"one of very many":                      {func(w *simtest.World) { without(w, many, 20) }, 67, "around"},
		"a node goes that nobody needs":         {func(w *simtest.World) { w.Standby, w.Group = w.Standby[:79], w.Group[:79] }, 0, "around"},
		"a node comes that needs one": {func(w *simtest.World) {
			w.Standby, w.Group = append(w.Standby, false), append(w.Group, false)
			w.Needs = append(w.Needs, simtest.Need{Owner: 80, Members: []int{75}, Number: 1, Phases: "r", IfLost: 'd'})
		}, 2, "around"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, back := range []bool{false, true} {
				after := world()
				c.change(&after)
				old, next := newSystem(t, world(), 60), newSystem(t, after, 60)
				if back {
					old, next = next, old
				}
				before, err := old.m.Blast(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				got := checkUpdate(t, ways{}, before, next.m.Graph(), next.m.Outage())
				come := max(0, next.m.Graph().Len()-old.m.Graph().Len())
				if want := c.simulated + come; got.Simulated() != want || got.Way() != c.way {
					t.Errorf("%d losses are simulated, %s %v, want %d, %s", got.Simulated(), got.Way(), got.Means(), want, c.way)
				}
			}
		})
	}
}

// The first node of all turns into another one, and needs another one.
func TestAnUpdateOfTheFirstNodeIsThatOfTheNewModel(t *testing.T) {
	w := simtest.World{Standby: []bool{true, false, false}, Group: make([]bool, 3)}
	before, err := newSystem(t, w, 60).m.Blast(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	w.Standby = make([]bool, 3)
	w.Needs = []simtest.Need{{Owner: 0, Members: []int{1}, Number: 1, Phases: "r", IfLost: 'd'}}
	next := newSystem(t, w, 60)
	checkUpdate(t, ways{}, before, next.m.Graph(), next.m.Outage())
}

// What stands below a change one on the other, with alternatives that lead back, and what
// watches it from above: to lose a lower one takes the upper ones along, and seldom more.
func TestAnUpdateOverATowerIsThatOfTheNewModel(t *testing.T) {
	const tower, tops = 9, 7
	made := ways{}
	for seed := range uint64(tiertest.Count(2_000, 20_000, 200_000)) {
		rng := rand.New(rand.NewPCG(seed, 33))
		before := simtest.World{Standby: make([]bool, tower+tops), Group: make([]bool, tower+tops)}
		place := rng.Perm(tower + tops)
		need := func(owner int, phases string, members ...int) {
			n := simtest.Need{Owner: place[owner], Number: 1, Phases: phases, IfLost: 'd'}
			for _, m := range members {
				n.Members = append(n.Members, place[m])
			}
			slices.Sort(n.Members)
			n.Members = slices.Compact(n.Members)
			if owner >= tower && rng.IntN(3) == 0 {
				n.IfLost = 'g'
			}
			before.Needs = append(before.Needs, n)
		}
		for v := 1; v < tower; v++ {
			switch below := v - 1 - rng.IntN(v)/3; rng.IntN(4) {
			case 0:
				need(v, "r", below, rng.IntN(tower+rng.IntN(2)*tops))
			case 1:
				need(v, "r", rng.IntN(v))
				fallthrough
			default:
				need(v, "r", below)
			}
		}
		for v := tower; v < tower+tops; v++ {
			need(v, pickOne(rng, "s", "o", "r"), rng.IntN(tower))
			if rng.IntN(2) == 0 {
				need(v, "r", rng.IntN(v), tower+rng.IntN(tops))
			}
		}
		after := before
		after.Needs = slices.Clone(before.Needs)
		for v := tower; v < tower+tops; v++ {
			need(v, "r", tower-1-rng.IntN(3))
			to := before.Needs[len(before.Needs)-1]
			if rng.IntN(2) == 0 {
				to.Members = []int{place[rng.IntN(v)]}
			}
			after.Needs = append(after.Needs, to)
		}
		old, next := newSystem(t, before, 60), newSystem(t, after, 60)
		blast, err := old.m.Blast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		checkUpdate(t, made, blast, next.m.Graph(), next.m.Outage())
		if t.Failed() {
			t.Fatalf("seed %d: %+v, then %+v", seed, before.Needs, after.Needs)
		}
	}
	made.check(t, "around", "in part: around", "blocks", "above")
}
