package simulate_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// depth returns the length of the longest way through the edges of a proof; a
// standby that serves nobody ends it, and so does a requirement of more than it names.
func (s system) depth(proof []depgraph.Edge) int {
	below := map[depgraph.ID]int{}
	anyway := rounds(s, nil)
	for range proof {
		for _, e := range proof {
			from, to := s.number(e.From), s.number(e.To)
			if s.Standby[to] && !s.ServedByStandbys(from) || anyway[from] == 1 {
				below[e.From] = max(below[e.From], 1)
				continue
			}
			below[e.From] = max(below[e.From], below[e.To]+1)
		}
	}
	if len(proof) == 0 {
		return 0
	}
	return below[proof[0].From]
}

// number returns the number of a node.
func (s system) number(id depgraph.ID) int {
	i, _ := s.m.Graph().Index(id)
	return slices.Index(s.at, i)
}

// rounds returns for each node in which round it goes down when all that can go
// down do so at once, round after round; -1: never.
func rounds(s system, failed []int) []int {
	round := make([]int, len(s.Standby))
	down := make([]bool, len(s.Standby))
	for v := range round {
		round[v] = -1
	}
	for _, v := range failed {
		if !s.Group[v] {
			round[v], down[v] = 0, true
		}
	}
	for now := 1; now <= len(round); now++ {
		before := slices.Clone(down)
		for _, r := range s.Needs {
			runs := slices.Contains([]byte(r.Phases), 'r') && r.IfLost == 'd' && r.Lasts < s.outage
			if runs && !down[r.Owner] && s.Serving(r, before) < r.Of() {
				down[r.Owner], round[r.Owner] = true, now
			}
		}
	}
	return round
}

func TestAProofIsAsShallowAsCanBe(t *testing.T) {
	deepest := 0
	eachSystem(t, tiered(3_000, 30_000, 300_000), 12, func(t *testing.T, rng *rand.Rand, s system) {
		failed := s.Failures(rng)
		l := s.m.Lose(s.indexes(failed)...)
		for v, want := range rounds(s, failed) {
			if (want >= 0) != l.Is(simulate.Down, s.at[v]) {
				t.Errorf("without %v: %d goes down in round %d, which Is denies", failed, v, want)
			}
			if got := s.depth(l.Proof(simulate.Down, s.at[v])); want > 0 && got != want {
				t.Errorf("without %v: the proof that %d is down is %d deep, want %d", failed, v, got, want)
			}
			deepest = max(deepest, want)
		}
	})
	if deepest < 5 {
		t.Errorf("no proof was deeper than %d: the systems test too little", deepest)
	}
}

func TestAProofBeginsAtTheNodeAndEndsAtWhatFailed(t *testing.T) {
	eachSystem(t, tiered(1_000, 10_000, 100_000), 12, func(t *testing.T, rng *rand.Rand, s system) {
		l := s.m.Lose(s.indexes(s.Failures(rng))...)
		g := s.m.Graph()
		for _, state := range simulate.States() {
			for i := range depgraph.NodeIndex(g.Len()) {
				proof := l.Proof(state, i)
				failed := slices.Contains(l.Failed(), i) && state == simulate.Down
				switch {
				case !l.Is(state, i):
					if proof != nil {
						t.Errorf("a proof that %v is %v, which it is not", g.ID(i), state)
					}
				case failed:
					if proof == nil || len(proof) > 0 {
						t.Errorf("the proof that %v is down, which failed itself, is %v", g.ID(i), proof)
					}
				case len(proof) == 0 || proof[0].From != g.ID(i):
					t.Errorf("the proof that %v is %v does not begin with it: %v", g.ID(i), state, proof)
				}
				for _, e := range proof {
					if len(e.Origins) == 0 {
						t.Errorf("the edge %v -> %v has no origin", e.From, e.To)
					}
					if from, _ := g.Index(e.From); state == simulate.Down && slices.Contains(l.Failed(), from) {
						t.Errorf("the proof that %v is down goes on beyond %v, which failed", g.ID(i), e.From)
					}
				}
			}
		}
	})
}

// chain returns a system in which every node needs the one before it.
func chain(n int) simtest.World {
	w := simtest.World{Standby: make([]bool, n), Group: make([]bool, n)}
	for v := 1; v < n; v++ {
		w.Needs = append(w.Needs, simtest.Need{Owner: v, Members: []int{v - 1}, Number: 1, Phases: "r", IfLost: 'd'})
	}
	return w
}

func TestAProofAlongAHundredThousandNodes(t *testing.T) {
	const n = 100_000
	s := newSystem(t, chain(n), 60)
	proof := s.m.Lose(s.at[0]).Proof(simulate.Down, s.at[n-1])
	if len(proof) != n-1 {
		t.Fatalf("the proof has %d edges, want %d", len(proof), n-1)
	}
	if first, last := proof[0], proof[n-2]; first.From != s.ID(n-1) || last.To != s.ID(0) {
		t.Errorf("the proof leads from %v to %v", first.From, last.To)
	}
}
