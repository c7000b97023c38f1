package simulate_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
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
	eachSystem(t, tiertest.Count(3_000, 30_000, 300_000), 12, func(t *testing.T, rng *rand.Rand, s system) {
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

// sizes returns for each node of how many edges, counted as a tree, the smallest of its
// shallowest proofs is; 0 for those that need none, or are not down.
func (s system) sizes(round []int) []int {
	size := make([]int, len(round))
	for now := 1; now <= slices.Max(round); now++ {
		for v := range round {
			if round[v] != now {
				continue
			}
			for _, r := range s.Needs {
				if r.Owner != v || !slices.Contains([]byte(r.Phases), 'r') || r.IfLost != 'd' || r.Lasts >= s.outage {
					continue
				}
				missed := len(r.Members) - r.Of() + 1
				if missed <= 0 {
					size[v] = 1 // one edge stands for a need that nothing meets
					continue
				}
				var each []int
				for _, m := range r.Members {
					switch {
					case s.Standby[m] && !s.ServedByStandbys(v):
						each = append(each, 1)
					case round[m] >= 0 && round[m] < now:
						each = append(each, 1+size[m])
					}
				}
				if len(each) < missed {
					continue
				}
				slices.Sort(each)
				sum := 0
				for _, n := range each[:missed] {
					sum += n
				}
				if size[v] == 0 || sum < size[v] {
					size[v] = sum
				}
			}
		}
	}
	return size
}

// treeSize counts the edges by which v is down in a proof, as a tree.
func (s system) treeSize(proof []depgraph.Edge, v int, anyway []int) int {
	size := 0
	for _, e := range proof {
		to := s.number(e.To)
		if s.number(e.From) != v || e.Phase != depgraph.Run {
			continue
		}
		size++
		if anyway[v] != 1 && (!s.Standby[to] || s.ServedByStandbys(v)) {
			size += s.treeSize(proof, to, anyway)
		}
	}
	return size
}

func TestOfTheShallowestProofsItIsTheSmallest(t *testing.T) {
	largest := 0
	eachSystem(t, tiertest.Count(3_000, 30_000, 300_000), 12, func(t *testing.T, rng *rand.Rand, s system) {
		failed := s.Failures(rng)
		l := s.m.Lose(s.indexes(failed)...)
		anyway := rounds(s, nil)
		for v, want := range s.sizes(rounds(s, failed)) {
			proof := l.Proof(simulate.Down, s.at[v])
			if got := s.treeSize(proof, v, anyway); got != want {
				t.Errorf("without %v: the proof that %d is down has %d edges as a tree, want %d: %v", failed, v, got, want, proof)
			}
			largest = max(largest, want)
		}
	})
	if largest < 10 {
		t.Errorf("no proof had more than %d edges: the systems test too little", largest)
	}
}

// shallowest returns the depth of a shallowest proof that v is frozen, blind or exposed, and
// the size of the smallest of those as a tree.
func (s system) shallowest(state simulate.State, v int, round, size []int) (depth, edges int) {
	depth, edges = math.MaxInt, math.MaxInt
	for _, r := range s.Needs {
		missed := len(r.Members) - r.Of() + 1
		able := 0
		var idle []int
		var each [][2]int // depth and size
		for _, m := range r.Members {
			switch {
			case s.Standby[m] && !s.ServedByStandbys(v):
				idle = append(idle, m)
				continue
			case round[m] >= 0:
				each = append(each, [2]int{round[m], 1 + size[m]})
			}
			able++
		}
		counts := r.Owner == v && r.IfLost != 'u' && r.Lasts < s.outage
		switch state {
		case simulate.Frozen:
			counts = counts && in(r, "sbd")
		case simulate.Blind:
			counts = counts && in(r, "o")
		case simulate.Exposed:
			counts = counts && in(r, "r") && r.IfLost == 'd' && able > r.Of()
			missed-- // it has no more to lose
		}
		if !counts {
			continue
		}
		d, n := 0, 1
		if missed > 0 {
			rest := max(0, missed-len(idle))
			if len(each) < rest {
				continue
			}
			slices.SortFunc(each, func(a, b [2]int) int { return a[0] - b[0] })
			n = missed - rest
			if rest > 0 {
				d = each[rest-1][0]
				each = slices.DeleteFunc(each, func(e [2]int) bool { return e[0] > d })
				slices.SortFunc(each, func(a, b [2]int) int { return a[1] - b[1] })
			}
			for _, e := range each[:rest] {
				n += e[1]
			}
		}
		if d < depth || d == depth && n < edges {
			depth, edges = d, n
		}
	}
	return depth, edges
}

func TestAProofOfAnotherStateIsTheShallowestThenTheSmallest(t *testing.T) {
	deep := 0
	eachSystem(t, tiertest.Count(3_000, 30_000, 300_000), 12, func(t *testing.T, rng *rand.Rand, s system) {
		failed := s.Failures(rng)
		l := s.m.Lose(s.indexes(failed)...)
		anyway, round := rounds(s, nil), rounds(s, failed)
		size := s.sizes(round)
		for _, state := range []simulate.State{simulate.Frozen, simulate.Blind, simulate.Exposed} {
			for v := range round {
				if !l.Is(state, s.at[v]) {
					continue
				}
				proof := l.Proof(state, s.at[v])
				depth, edges := 0, 0
				for _, e := range proof {
					if s.number(e.From) != v || state == simulate.Blind && e.Phase != depgraph.Observe {
						continue
					}
					edges++
					if to := s.number(e.To); round[to] >= 0 && (!s.Standby[to] || s.ServedByStandbys(v)) {
						depth = max(depth, round[to])
						edges += s.treeSize(proof, to, anyway)
					}
				}
				wantDepth, wantEdges := s.shallowest(state, v, round, size)
				if wantEdges == 1 && edges == 1 {
					continue // an edge may stand for a need that nothing meets
				}
				if depth != wantDepth || edges != wantEdges {
					t.Errorf("without %v: the proof that %d is %v is %d deep with %d edges, want %d and %d: %v", failed, v, state, depth, edges, wantDepth, wantEdges, proof)
				}
				deep = max(deep, depth)
			}
		}
	})
	if deep < 3 {
		t.Errorf("no proof was deeper than %d: the systems test too little", deep)
	}
}

func TestOfEqualProofsItIsTheFirstByID(t *testing.T) {
	g := sketch(t, `
		service:a needs service:b
		service:a needs service:c
		service:d needs service:a|service:b|service:c
		service:d needs service:e&service:f
		service:g needs service:e|service:f
		service:g needs service:h
		service:i needs service:e
		service:i needs service:f|service:h
		service:j start service:e
		service:j start service:f
		service:k observe service:b
		service:k observe service:c
		service:l needs service:b|service:m
		service:l needs service:c|service:m`)
	var lost []depgraph.NodeIndex
	for _, id := range []string{"service:b", "service:c", "service:e", "service:f", "service:h"} {
		lost = append(lost, find(t, g, id))
	}
	l := simulate.NewModel(g, 0).Lose(lost...)
	for owner, want := range map[string]struct {
		state simulate.State
		to    string
	}{
		"service:a": {simulate.Down, "b"}, "service:d": {simulate.Down, "e"}, "service:g": {simulate.Down, "h"}, "service:i": {simulate.Down, "e"},
		"service:j": {simulate.Frozen, "e"}, "service:k": {simulate.Blind, "b"}, "service:l": {simulate.Exposed, "b"},
	} {
		proof := l.Proof(want.state, find(t, g, owner))
		if len(proof) != 1 || proof[0].From.String() != owner || proof[0].To.Name != want.to {
			t.Errorf("Proof(%v, %s) = %v, want %s", want.state, owner, proof, want.to)
		}
	}
}

// What is one step away comes before what it takes fewer edges to show.
func TestAShallowProofIsShownWhereADeeperOneIsSmaller(t *testing.T) {
	g := sketch(t, `
		service:near needs 1:service:x|service:y|service:z
		service:far needs service:middle
		service:middle needs service:x
		service:frozen start service:far&service:near
		service:blind observe service:far
		service:blind observe service:near
		service:exposed needs service:far|service:up
		service:exposed needs service:near|service:up`)
	var lost []depgraph.NodeIndex
	for _, id := range []string{"service:x", "service:y", "service:z"} {
		lost = append(lost, find(t, g, id))
	}
	l := simulate.NewModel(g, 0).Lose(lost...)
	for owner, state := range map[string]simulate.State{"service:frozen": simulate.Frozen, "service:blind": simulate.Blind, "service:exposed": simulate.Exposed} {
		proof := l.Proof(state, find(t, g, owner))
		if len(proof) != 4 || proof[0].To.Name != "near" {
			t.Errorf("Proof(%v, %s) = %v, want the way over near", state, owner, proof)
		}
	}
}

// A model keeps what it has worked out for a few losses.
func TestProofsOfSeveralLossesDoNotTouchEachOther(t *testing.T) {
	eachSystem(t, tiertest.Count(100, 1_000, 10_000), 12, func(t *testing.T, rng *rand.Rand, s system) {
		var losses []*simulate.Loss
		for range 12 {
			losses = append(losses, s.m.Lose(s.indexes(s.Failures(rng))...))
		}
		for range 60 {
			l := losses[rng.IntN(len(losses))]
			state, v := simulate.States()[rng.IntN(5)], s.at[rng.IntN(len(s.at))]
			alone := simulate.NewModel(s.m.Graph(), s.m.Outage()).Lose(l.Failed()...)
			if diff := cmp.Diff(alone.Proof(state, v), l.Proof(state, v)); diff != "" {
				t.Errorf("without %v: the proof that %v is %v differs among those of other losses: %s", l.Failed(), v, state, diff)
			}
		}
	})
}

func TestAProofBeginsAtTheNodeAndEndsAtWhatFailed(t *testing.T) {
	eachSystem(t, tiertest.Count(1_000, 10_000, 100_000), 12, func(t *testing.T, rng *rand.Rand, s system) {
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
