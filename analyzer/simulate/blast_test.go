package simulate_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// sizesOf counts what the reference says that a loss adds to a loss of nothing.
func (s system) sizesOf(failed []int, calm simtest.Outcome) simulate.Sizes {
	o := s.Lose(failed, s.outage)
	count := func(is, was []bool, but ...int) int {
		n := 0
		for v := range is {
			if is[v] && !was[v] && !s.Group[v] && !slices.Contains(but, v) {
				n++
			}
		}
		return n
	}
	return simulate.Sizes{
		Down: count(o.Down, calm.Down, failed...), Degraded: count(o.Degraded, calm.Degraded),
		Frozen: count(o.Frozen, calm.Frozen), Blind: count(o.Blind, calm.Blind),
	}
}

func TestTheBlastOfEveryNodeIsThatOfTheReference(t *testing.T) {
	eachSystem(t, tiertest.Count(4_000, 50_000, 1_000_000), 14, func(t *testing.T, _ *rand.Rand, s system) { s.checkBlast(t) })
}

// With nothing lost little is degraded, in most systems.
func TestWhereMuchIsDegradedAnywayTheBlastIsThatOfTheReference(t *testing.T) {
	eachSystem(t, tiertest.Count(2_000, 20_000, 300_000), 14, func(t *testing.T, rng *rand.Rand, s system) {
		w := s.World
		w.Needs = slices.Clone(w.Needs)
		for v := range w.Standby {
			if rng.IntN(3) == 0 {
				w.Needs = append(w.Needs, simtest.Need{Owner: v, Members: []int{rng.IntN(len(w.Standby))}, Number: 2, Phases: "r", IfLost: 'g'})
			}
		}
		newSystem(t, w, s.outage).checkBlast(t)
	})
}

func (s system) checkBlast(t *testing.T) {
	t.Helper()
	blast, err := s.m.Blast(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	calm := s.Lose(nil, s.outage)
	for v := range s.Group {
		var want simulate.Sizes
		if !s.Group[v] {
			want = s.sizesOf([]int{v}, calm)
		}
		if got := blast.Of(s.at[v]); got != want {
			t.Errorf("%dm without %d: %+v, want %+v: %+v", s.outage, v, got, want, s.Needs)
		}
	}
}

// Systems of more cells than a word has bits, and of knots as large: node by node the other way.
func TestTheBlastOfALargeSystemIsThatOfEachLoss(t *testing.T) {
	for seed := range uint64(tiertest.Count(12, 48, 480)) {
		shop := simtest.Shop{
			Nodes: 400, Seed: seed, Spare: []float64{0.3, 0.7}[seed%2], Degraded: 0.1, Start: 0.05, Observe: 0.05,
			Reversed: []float64{0, 0.01, 0.1}[seed%3],
		}
		g, err := shop.Graph()
		if err != nil {
			t.Fatal(err)
		}
		m := simulate.NewModel(g, 0)
		blast, err := m.Blast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for v := range depgraph.NodeIndex(g.Len()) {
			l := m.Lose(v)
			size := func(state simulate.State) int { return len(l.List(state)) }
			want := simulate.Sizes{Down: size(simulate.Down) - 1, Degraded: size(simulate.Degraded), Frozen: size(simulate.Frozen), Blind: size(simulate.Blind)}
			if got := blast.Of(v); got != want {
				t.Fatalf("%+v without %v: %+v, want %+v", shop, v, got, want)
			}
		}
	}
}

// In a knot of more cells than a word has bits, what goes down late takes along what stands
// before it.
func TestManyLossesInALargeKnotAreThoseOfEachLoss(t *testing.T) {
	fell := 0
	for seed := range uint64(tiertest.Count(12, 48, 480)) {
		rng := rand.New(rand.NewPCG(seed, 17))
		n := 100 + rng.IntN(200)
		w := simtest.World{Standby: make([]bool, n), Group: make([]bool, n)}
		for v := range n {
			for i := range 1 + rng.IntN(2) {
				members := rng.Perm(n)[:2+rng.IntN(2)]
				if next := (v + 1) % n; i == 0 && !slices.Contains(members, next) {
					members[0] = next // all of them are one knot
				}
				slices.Sort(members)
				w.Needs = append(w.Needs, simtest.Need{Owner: v, Members: members, Number: len(members) - 1, Phases: "r", IfLost: 'd'})
			}
		}
		s := newSystem(t, w, 60)
		losses := make([][]depgraph.NodeIndex, simulate.PassSize+50)
		for i := range losses {
			losses[i] = s.indexes(rng.Perm(n)[:1+rng.IntN(n/3)])
		}
		err := s.m.LoseMany(context.Background(), losses, s.at, func(i int, sizes simulate.Sizes, down []depgraph.NodeIndex) {
			want := s.m.Lose(losses[i]...).List(simulate.Down)
			if !slices.Equal(down, want) || sizes.Down != len(want)-len(losses[i]) {
				t.Errorf("seed %d: without %v %d are down, want %d", seed, losses[i], len(down), len(want))
			}
			fell += sizes.Down
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if fell == 0 {
		t.Error("nothing fell")
	}
}

func TestTheRankingIsByDownThenByDegradedThenByID(t *testing.T) {
	ties := 0
	eachSystem(t, tiertest.Count(300, 3_000, 30_000), 14, func(t *testing.T, _ *rand.Rand, s system) {
		blast, err := s.m.Blast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		ranking := blast.Ranking()
		all := slices.Sorted(slices.Values(ranking))
		if want := s.listed(everyOne(s.Group)); !slices.Equal(all, want) {
			t.Errorf("ranked are %v, want %v", all, want)
		}
		for i := 1; i < len(ranking); i++ {
			x, y := blast.Of(ranking[i-1]), blast.Of(ranking[i])
			switch {
			case x.Down != y.Down:
				if x.Down < y.Down {
					t.Errorf("%v stands before %v", x, y)
				}
			case x.Degraded != y.Degraded:
				ties++
				if x.Degraded < y.Degraded {
					t.Errorf("%v stands before %v", x, y)
				}
			case ranking[i-1] >= ranking[i]:
				t.Errorf("of two with %v %v stands before %v", x, ranking[i-1], ranking[i])
			}
		}
	})
	if ties == 0 {
		t.Error("no two differ in what is degraded alone")
	}
}

// everyOne returns the set of every node.
func everyOne(of []bool) []bool {
	out := make([]bool, len(of))
	for i := range out {
		out[i] = true
	}
	return out
}

func TestManyLossesAtOnceAreThoseOfTheReference(t *testing.T) {
	eachSystem(t, tiertest.Count(2_000, 20_000, 300_000), 14, func(t *testing.T, rng *rand.Rand, s system) {
		var losses [][]depgraph.NodeIndex
		var want []simulate.Sizes
		var down [][]depgraph.NodeIndex
		calm := s.Lose(nil, s.outage)
		watched := make([]bool, len(s.Group))
		for v := range watched {
			watched[v] = rng.IntN(2) == 0
		}
		for range 20 {
			failed := s.Failures(rng)
			losses = append(losses, s.indexes(failed))
			failed = slices.DeleteFunc(failed, func(v int) bool { return s.Group[v] })
			want = append(want, s.sizesOf(failed, calm))
			o := s.Lose(failed, s.outage)
			for v := range o.Down {
				o.Down[v] = o.Down[v] && watched[v] && !calm.Down[v]
			}
			down = append(down, s.listed(o.Down))
		}
		next := 0
		var watch []depgraph.NodeIndex
		for v, is := range watched {
			if is && !s.Group[v] {
				watch = append(watch, s.at[v])
			}
		}
		err := s.m.LoseMany(context.Background(), losses, watch, func(i int, got simulate.Sizes, lost []depgraph.NodeIndex) {
			if i != next {
				t.Errorf("loss %d is visited instead of %d", i, next)
			}
			next++
			if got != want[i] {
				t.Errorf("%dm without %v: %+v, want %+v", s.outage, losses[i], got, want[i])
			}
			if !slices.Equal(lost, down[i]) {
				t.Errorf("%dm without %v: of the watched %v are down, want %v", s.outage, losses[i], lost, down[i])
			}
		})
		if err != nil || next != len(losses) {
			t.Errorf("visited %d of %d losses: %v", next, len(losses), err)
		}
	})
}

// Whatever is left for the last pass: none is lost twice, and none is passed over.
func TestLossesOfAnyNumberAreVisitedOnceEach(t *testing.T) {
	s := newSystem(t, chain(3), 60)
	for _, n := range []int{0, 1, simulate.PassSize - 1, simulate.PassSize, simulate.PassSize + 1} {
		losses := make([][]depgraph.NodeIndex, n)
		for i := range losses {
			losses[i] = s.at[i%3 : i%3+1]
		}
		next := 0
		err := s.m.LoseMany(context.Background(), losses, nil, func(i int, sizes simulate.Sizes, _ []depgraph.NodeIndex) {
			if want := len(s.m.Lose(losses[i]...).List(simulate.Down)) - 1; i != next || sizes.Down != want {
				t.Errorf("of %d losses number %d takes %d down, want number %d and %d", n, i, sizes.Down, next, want)
			}
			next++
		})
		if err != nil || next != n {
			t.Errorf("%d of %d losses are visited: %v", next, n, err)
		}
	}
}
