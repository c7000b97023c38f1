package proofcheck_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
	"github.com/fateline/fateline/report/proofcheck"
)

// eachAscent runs check on random systems whose standbys have ways to be activated.
func eachAscent(t *testing.T, count int, check func(rng *rand.Rand, s system)) {
	t.Helper()
	for seed := range count {
		rng := rand.New(rand.NewPCG(uint64(seed), 23))
		w := simtest.Random(rng, 9)
		w.Ways = make([][]int, len(w.Standby))
		for v, standby := range w.Standby {
			if standby && rng.IntN(2) == 0 {
				w.Ways[v] = []int{rng.IntN(len(w.Standby))}
			}
		}
		s := newSystem(t, w, w.Failures(rng), []int{1, 30, 60, 120}[rng.IntN(4)])
		check(rng, s)
		if t.Failed() {
			t.Fatalf("seed %d: %+v", seed, w)
		}
	}
}

// endsIdle reports whether a proof leads to a standby of which it does not say why
// it never serves: nobody activates it, which no edge can show.
func (s system) endsIdle(proof []depgraph.Edge) bool {
	return slices.ContainsFunc(proof, func(e depgraph.Edge) bool {
		return s.graph.Node(e.To).Standby != nil && !slices.ContainsFunc(proof, func(f depgraph.Edge) bool { return f.From == e.To })
	})
}

func TestEveryProofThatANodeNeverComesUpIsAccepted(t *testing.T) {
	accepted := map[string]int{}
	eachAscent(t, tiertest.Count(4_000, 40_000, 400_000), func(_ *rand.Rand, s system) {
		judge := func(what string, c proofcheck.Claim, proof []depgraph.Edge) {
			c.State = "deadlock"
			if s.endsIdle(proof) || len(c.Then) == 0 { // a group that asks for more than it has is no victim
				return
			}
			if err := s.read.Check(c, edgesOf(proof)); err != nil {
				t.Errorf("%s: claim %+v by %v: %v", what, c, edgesOf(proof), err)
			}
			accepted[what]++
		}
		black := simulate.BlackStart(s.graph, simulate.StartOptions{})
		for _, k := range black.Knots() {
			judge("knot", proofcheck.Claim{Then: s.names(k.Nodes)}, k.Proof)
		}
		for _, v := range black.Deadlocked {
			judge("start from nothing", proofcheck.Claim{Then: s.names([]depgraph.NodeIndex{v})}, black.Proof(v))
		}
		if len(s.failed) == 0 {
			return
		}
		back := simulate.Recover(s.loss.Model(), s.loss.Failed(), simulate.StartOptions{})
		for _, v := range append(slices.Clone(back.LockedOut), back.Deadlocked...) {
			judge("recovery", proofcheck.Claim{Failed: s.failed, Outage: s.outage, Then: s.names([]depgraph.NodeIndex{v})}, back.Proof(v))
		}
	})
	for _, what := range []string{"knot", "start from nothing", "recovery"} {
		if accepted[what] < 300 {
			t.Errorf("only %d proofs of a %s: the systems test too little", accepted[what], what)
		}
	}
}

// TestOnlyWhatNeverComesUpIsAccepted throws arbitrary edges of the graph at the
// checker: whatever it accepts, the simulation says too.
func TestOnlyWhatNeverComesUpIsAccepted(t *testing.T) {
	accepted := 0
	eachAscent(t, tiertest.Count(3_000, 30_000, 300_000), func(rng *rand.Rand, s system) {
		all := s.allEdges()
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		some := all[:rng.IntN(len(all)+1)]
		black := simulate.BlackStart(s.graph, simulate.StartOptions{})
		back := simulate.Recover(s.loss.Model(), s.loss.Failed(), simulate.StartOptions{})
		for v, group := range s.Group {
			if group {
				continue
			}
			id := s.ID(v)
			i, _ := s.graph.Index(id)
			if s.read.Check(proofcheck.Claim{Then: []string{id.String()}, State: "deadlock"}, some) == nil {
				accepted++
				if _, serves := black.ServesAt(i); serves {
					t.Errorf("accepted that %v never comes up from nothing by %v", id, some)
				}
			}
			if len(s.failed) > 0 && s.read.Check(s.claim("deadlock", id.String()), some) == nil {
				accepted++
				if _, serves := back.ServesAt(i); serves {
					t.Errorf("accepted that %v never comes up after the loss of %v by %v", id, s.failed, some)
				}
			}
		}
	})
	if accepted < 500 {
		t.Errorf("only %d claims were accepted: the test tests too little", accepted)
	}
}
