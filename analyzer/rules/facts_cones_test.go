package rules

import (
	"context"
	mathbits "math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// A culprit search asks a cone and a pass what it could ask the model one loss at a
// time: both must say the same of any nodes that the place takes along.
func TestConesAndPassesSayWhatOneLossAtATimeSays(t *testing.T) {
	asked, brought := 0, 0
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 3))
		shop := simtest.Shop{Nodes: 150, Seed: seed, Spare: 0.4, Degraded: 0.1, Start: 0.15, Reversed: []float64{0, 0.01}[seed%2]}
		e, gr, losses := placesOf(t, shop)
		for _, p := range e.places {
			for _, state := range []simulate.State{simulate.Down, simulate.Frozen} {
				s := &culpritSearch{e: e, ground: gr, losses: losses, p: p, lost: losses[p], state: state, single: map[node]*simulate.Loss{}}
				s.victims = slices.DeleteFunc(s.lost.List(state), func(v node) bool { return v == p || e.calm.Is(state, v) })
				if len(s.victims) == 0 {
					continue
				}
				movable, places := s.displaced()
				units := s.units(movable, places)
				var sets [][]node
				for i, u := range units {
					sets = append(sets, []node{u}, units[i:min(i+1+rng.IntN(3), len(units))])
				}
				for i, takes := range s.takenBy(sets) {
					alone := e.model.Lose(sets[i]...)
					want := slices.DeleteFunc(slices.Clone(s.victims), func(v node) bool { return !alone.Is(state, v) })
					if !slices.Equal(takes, want) {
						t.Errorf("seed %d: %v take %v, want %v", seed, e.ids(sets[i]), takes, want)
					}
				}
				for range 5 {
					v := s.victims[rng.IntN(len(s.victims))]
					c := s.coneOf(v)
					for range 5 {
						set := slices.DeleteFunc(slices.Clone(units), func(node) bool { return rng.IntN(3) == 0 })
						want := e.model.Lose(set...).Is(state, v)
						if got := c.brings(set); got != want {
							t.Errorf("seed %d: without %v %s is %s: %v, want %v", seed, e.ids(set), e.g.ID(v), state, got, want)
						}
						// Nothing but what it rests on brings it there.
						if got := c.brings(c.restingOn(set)); got != want {
							t.Errorf("seed %d: without what %s rests on of %v: %v, want %v", seed, e.g.ID(v), e.ids(set), got, want)
						}
						asked++
						if want {
							brought++
						}
					}
				}
			}
		}
	}
	if asked < 1000 || brought == 0 || brought == asked {
		t.Errorf("%d sets were tried, of which %d bring a victim into the state", asked, brought)
	}
}

// Of few units every set can be tried.
func TestJointCulpritsAreMinimalAndNameEveryUnitThatMatters(t *testing.T) {
	found, triples := 0, 0
	for seed := range uint64(60) {
		shop := simtest.Shop{Nodes: 40, Seed: seed, Spare: 0.7, Start: 0.15}
		e, gr, losses := placesOf(t, shop)
		for _, p := range e.places {
			s := &culpritSearch{e: e, ground: gr, losses: losses, p: p, lost: losses[p], state: simulate.Down, single: map[node]*simulate.Loss{}}
			s.victims = slices.DeleteFunc(s.lost.List(simulate.Down), func(v node) bool { return v == p || e.calm.Is(simulate.Down, v) })
			units := s.units(s.displaced())
			for _, v := range s.victims {
				c := s.coneOf(v)
				rest := c.restingOn(units)
				if len(rest) > 9 || slices.Contains(rest, v) {
					continue
				}
				sets, largest := minimalSets(rest, func(set []node) bool { return e.model.Lose(set...).Is(simulate.Down, v) })
				if largest > maxJoint {
					continue // nothing promises that any is found
				}
				var names, want []node
				for _, set := range c.joint(rest) {
					if !slices.ContainsFunc(sets, func(x []node) bool { return slices.Equal(x, set) }) {
						t.Errorf("seed %d: %v together bring %s down, and so do fewer", seed, e.ids(set), e.g.ID(v))
					}
					names = union(names, set)
					found++
				}
				for _, set := range sets {
					want = union(want, set)
					if len(set) == 3 {
						triples++
					}
				}
				if !slices.Equal(names, want) {
					t.Errorf("seed %d: joint culprits of %s are %v, want %v", seed, e.g.ID(v), e.ids(names), e.ids(want))
				}
			}
		}
	}
	if found < 100 || triples < 20 {
		t.Errorf("%d joint culprits, %d of three: the systems test too little", found, triples)
	}
}

// minimalSets tries all sets of some nodes, and says how large the largest is of those of
// which no part will do.
func minimalSets(of []node, will func([]node) bool) (sets [][]node, largest int) {
	var bits []int
	for set := 1; set < 1<<len(of); set++ {
		bits = append(bits, set)
	}
	slices.SortStableFunc(bits, func(a, b int) int { return mathbits.OnesCount(uint(a)) - mathbits.OnesCount(uint(b)) })
	var minimal []int
	for _, set := range bits {
		if slices.ContainsFunc(minimal, func(m int) bool { return m&set == m }) {
			continue
		}
		var nodes []node
		for i, n := range of {
			if set>>i&1 != 0 {
				nodes = append(nodes, n)
			}
		}
		if will(nodes) {
			minimal, sets, largest = append(minimal, set), append(sets, nodes), max(largest, len(nodes))
		}
	}
	return sets, largest
}

// placesOf returns a shop as an estate, what stands in its places, and the loss of each.
func placesOf(t *testing.T, shop simtest.Shop) (*estate, *ground, map[node]*simulate.Loss) {
	t.Helper()
	e, err := estateFact.Compute(context.Background(), &analyzer.Pass{Graph: estateOf(t, shop)})
	if err != nil {
		t.Fatal(err)
	}
	gr := &ground{e: e, inside: map[node][]node{}, populated: map[node]bool{}}
	losses := map[node]*simulate.Loss{}
	for _, p := range e.places {
		gr.inside[p], losses[p] = gr.fill(p), e.model.Lose(p)
	}
	return e, gr, losses
}
