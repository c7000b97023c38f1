package simulate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// eachPlan runs check on the plans of some random systems.
func eachPlan(t *testing.T, check func(t *testing.T, rng *rand.Rand, p *plan)) {
	t.Helper()
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 29))
		g, _, err := simtest.Random(rng, 20).Graph()
		if err != nil {
			t.Fatal(err)
		}
		check(t, rng, newPlan(NewModel(g, 0)))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// What a plan holds costs every pass something: no gate that all its members cannot break, no
// watcher without one, and no loss of a cell that nothing else can tell.
func TestAPlanHoldsNothingThatCannotHappen(t *testing.T) {
	queued, idle := 0, 0
	eachPlan(t, func(t *testing.T, _ *rand.Rand, p *plan) {
		matters := map[int32]bool{}
		for _, gates := range [][]gate{p.gates, p.dimmers, p.watches} {
			for _, g := range gates {
				if n := g.to - g.from; g.lose > n {
					t.Errorf("%d members are to break a gate that stands as long as fewer than %d are lost", n, g.lose)
				}
				for _, c := range p.members[g.from:g.to] {
					matters[c] = true
				}
			}
		}
		for _, w := range p.watchers {
			if w.from == w.to {
				t.Errorf("a watcher of node %d watches nothing", w.v)
			}
		}
		queue := p.queue()
		for c := range int32(len(p.weight)) {
			matters[c] = matters[c] || len(p.hard.of(c)) > 0 || len(p.placed.of(c)) > 0
			if want := matters[c] && p.weight[c] > 0; slices.Contains(queue, c) != want {
				t.Errorf("cell %d of %d nodes is lost: %v, want %v", c, p.weight[c], !want, want)
			}
			if !matters[c] {
				idle++
			}
		}
		queued += len(queue)
	})
	if queued == 0 || idle == 0 {
		t.Errorf("%d cells matter, and %d do not", queued, idle)
	}
}

// What a cell has that others lead to is what all have that it leads to, through whatever
// is between.
func TestACellInheritsFromAllThatItLeadsTo(t *testing.T) {
	inherited := 0
	eachPlan(t, func(t *testing.T, rng *rand.Rand, p *plan) {
		has := make([]taken, len(p.weight))
		for c := range has {
			if rng.IntN(3) == 0 {
				has[c] = 1 << rng.IntN(16)
			}
		}
		want := slices.Clone(has)
		for range has { // no way is longer
			for c := range has {
				for _, o := range slices.Concat(p.hard.of(int32(c)), p.placed.of(int32(c)), p.counted.of(int32(c))) {
					want[c] |= want[o]
				}
			}
		}
		got := slices.Clone(has)
		p.inherit(got, &p.hard, &p.placed, &p.counted)
		if !slices.Equal(got, want) {
			t.Errorf("got %b, want %b", got, want)
		}
		if !slices.Equal(want, has) {
			inherited++
		}
	})
	if inherited == 0 {
		t.Error("no cell inherits anything")
	}
}

// What a cell goes down with is told both ways.
func TestACellStandsOnWhatLeadsToIt(t *testing.T) {
	arrows := 0
	eachPlan(t, func(t *testing.T, _ *rand.Rand, p *plan) {
		for _, f := range [][2]*fan{{&p.hard, &p.standsOn}, {&p.placed, &p.placedIn}} {
			arrows += len(f[0].to)
			for c := range int32(len(p.weight)) {
				for o := range int32(len(p.weight)) {
					if there, back := slices.Contains(f[0].of(c), o), slices.Contains(f[1].of(o), c); there != back {
						t.Errorf("cell %d leads to %d: %v, and back: %v", c, o, there, back)
					}
				}
			}
		}
	})
	if arrows == 0 {
		t.Error("no cell stands on another one")
	}
}

func TestTheLargestCellsAreThoseOfMostNodes(t *testing.T) {
	eachPlan(t, func(t *testing.T, rng *rand.Rand, p *plan) {
		for c := range p.weight {
			p.weight[c] = int32(rng.IntN(10))
		}
		least := int32(1 + rng.IntN(8))
		fits := 0
		got := p.largest(least)
		for c, n := range p.weight {
			if n >= least {
				fits++
			}
			if !slices.Contains(got, int32(c)) && slices.ContainsFunc(got, func(o int32) bool { return p.weight[o] < n }) {
				t.Errorf("cell %d of %d nodes is none of %v", c, n, got)
			}
		}
		if len(got) != min(fits, 16) {
			t.Errorf("of %d cells of %d nodes and more %d are listed", fits, least, len(got))
		}
	})
}

// Who asks for several proofs of a loss pays once for what falls by which depth.
func TestAProverKnowsItsLossStill(t *testing.T) {
	m := NewModel(chainGraph(t, 10), 0)
	l := m.Lose(9)
	first := l.prover()
	first.derive(0)
	level := first.level
	first.done()
	if again := l.prover(); again != first || again.level != level || level == 0 {
		t.Errorf("level %d is derived anew, to level %d", level, again.level)
	}
}

// A loss keeps no more than it takes: a byte for every node, or five for each that changes.
func TestALossTakesTheLeastRoom(t *testing.T) {
	const nodes = 101
	m := NewModel(chainGraph(t, nodes), 0)
	for v := range node(nodes) {
		l := m.Lose(v)
		changed := int(v) + 1
		if kept := 5*len(l.at) + len(l.all); kept != min(5*changed, nodes) {
			t.Errorf("for %d of %d nodes it keeps %d bytes", changed, nodes, kept)
		}
	}
}

// chainGraph returns a graph in which every node needs the next.
func chainGraph(t *testing.T, nodes int) *depgraph.Graph {
	t.Helper()
	b := depgraph.NewBuilder()
	id := func(v int) depgraph.ID { return depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("n%06d", v)} }
	for v := range nodes {
		b.AddNode(depgraph.Node{ID: id(v)})
		if v > 0 {
			b.AddRequirement(depgraph.Requirement{Owner: id(v - 1), Members: []depgraph.ID{id(v)}, Origins: []depgraph.Origin{{Input: "chain", Line: v}}})
		}
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}
