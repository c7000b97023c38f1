package proofcheck_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
	"github.com/fateline/fateline/report/proofcheck"
)

// graphJSON writes g as the graph command does.
func graphJSON(t testing.TB, g *depgraph.Graph) []byte {
	t.Helper()
	data, err := json.Marshal(depgraph.ToWire(g))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func edgesOf(proof []depgraph.Edge) []proofcheck.Edge {
	var out []proofcheck.Edge
	for _, e := range proof {
		out = append(out, proofcheck.Edge{From: e.From.String(), To: e.To.String(), Phase: e.Phase.String(), IfLost: e.IfLost.String(), Via: string(e.Via)})
	}
	return out
}

// system is a random world in which something failed.
type system struct {
	simtest.World
	graph  *depgraph.Graph
	read   *proofcheck.Graph
	loss   *simulate.Loss
	truth  simtest.Outcome // of the loss, by the reference
	failed []string
	outage time.Duration
}

// eachSystem runs check on random systems, and shows the one that fails.
func eachSystem(t *testing.T, count int, check func(rng *rand.Rand, s system)) {
	t.Helper()
	for seed := range count {
		rng := rand.New(rand.NewPCG(uint64(seed), 11))
		w := simtest.Random(rng, 10)
		s := newSystem(t, w, w.Failures(rng), []int{1, 30, 60, 120}[rng.IntN(4)])
		check(rng, s)
		if t.Failed() {
			t.Fatalf("seed %d: %+v", seed, s.World)
		}
	}
}

func newSystem(t *testing.T, w simtest.World, failed []int, minutes int) system {
	t.Helper()
	s := system{World: w, outage: time.Duration(minutes) * time.Minute, truth: w.Lose(failed, minutes)}
	g, at, err := s.Graph()
	if err != nil {
		t.Fatal(err)
	}
	s.graph = g
	if s.read, err = proofcheck.ReadGraph(graphJSON(t, g)); err != nil {
		t.Fatal(err)
	}
	var lost []depgraph.NodeIndex
	for _, v := range failed {
		lost = append(lost, at[v])
	}
	s.loss = simulate.NewModel(g, s.outage).Lose(lost...)
	s.failed = s.names(s.loss.Failed())
	return s
}

func (s system) names(nodes []depgraph.NodeIndex) []string {
	var out []string
	for _, i := range nodes {
		out = append(out, s.graph.ID(i).String())
	}
	return out
}

// allEdges lists the edges of all requirements in all phases, and those from
// standbys to what activates them.
func (s system) allEdges() []proofcheck.Edge {
	var all []depgraph.Edge
	for r := range s.graph.AllRequirements() {
		for _, p := range r.Terms.Phases.List() {
			for _, m := range r.Members {
				all = append(all, depgraph.Edge{From: r.Owner, To: m, Phase: p, IfLost: r.Terms.IfLost, Via: r.Terms.Via})
			}
		}
	}
	for n := range s.graph.Nodes() {
		if n.Standby != nil {
			for _, way := range n.Standby.ActivatedBy {
				all = append(all, depgraph.Edge{From: n.ID, To: way, Phase: depgraph.Recover, IfLost: depgraph.Down, Via: depgraph.ActivatedBy})
			}
		}
	}
	return edgesOf(all)
}

func (s system) claim(state string, then ...string) proofcheck.Claim {
	return proofcheck.Claim{Failed: s.failed, Outage: s.outage, Then: then, State: state}
}

// proofs hands over every proof of the loss that the checker can judge.
func (s system) proofs(check func(c proofcheck.Claim, proof []proofcheck.Edge)) {
	for _, state := range []simulate.State{simulate.Down, simulate.Degraded, simulate.Frozen, simulate.Blind} {
		for _, v := range s.loss.List(state) {
			check(s.claim(state.String(), s.graph.ID(v).String()), edgesOf(s.loss.Proof(state, v)))
		}
	}
}

// holds reports whether node v is, in truth, no better than the state.
func (s system) holds(state string, v int) bool {
	switch state {
	case "down":
		return s.truth.Down[v]
	case "degraded":
		return s.truth.Down[v] || s.truth.Degraded[v]
	case "frozen":
		return s.truth.Down[v] || s.truth.Frozen[v]
	}
	return s.truth.Blind[v]
}

func TestEveryProofOfALossIsAccepted(t *testing.T) {
	accepted := map[string]int{}
	eachSystem(t, tiertest.Count(4_000, 50_000, 500_000), func(_ *rand.Rand, s system) {
		s.proofs(func(c proofcheck.Claim, proof []proofcheck.Edge) {
			if err := s.read.Check(c, proof); err != nil {
				t.Errorf("claim %+v by %v: %v", c, proof, err)
			}
			accepted[c.State]++
		})
	})
	for _, state := range []string{"down", "degraded", "frozen", "blind"} {
		if accepted[state] < 500 {
			t.Errorf("only %d proofs of %q: the systems test too little", accepted[state], state)
		}
	}
}

func TestAProofWithoutAnyOneOfItsEdgesIsRefused(t *testing.T) {
	eachSystem(t, tiertest.Count(2_000, 20_000, 200_000), func(_ *rand.Rand, s system) {
		s.proofs(func(c proofcheck.Claim, proof []proofcheck.Edge) {
			for i := range proof {
				if s.read.Check(c, slices.Delete(slices.Clone(proof), i, i+1)) == nil {
					t.Errorf("claim %+v: accepted %v without edge %d", c, proof, i)
				}
			}
		})
	})
}

func TestAProofWithAForgedEdgeIsRefused(t *testing.T) {
	eachSystem(t, tiertest.Count(2_000, 20_000, 200_000), func(rng *rand.Rand, s system) {
		s.proofs(func(c proofcheck.Claim, proof []proofcheck.Edge) {
			if len(proof) == 0 {
				return
			}
			forged := slices.Clone(proof)
			e := &forged[rng.IntN(len(forged))]
			switch rng.IntN(4) {
			case 0: // what matters for running does not follow from what matters for recovery
				e.Phase = "recover"
			case 1:
				e.IfLost = map[string]string{"down": "unaffected", "degraded": "unaffected"}[e.IfLost]
			case 2:
				e.Via = "guesses"
			case 3:
				e.To = "service:elsewhere"
			}
			if s.read.Check(c, forged) == nil {
				t.Errorf("claim %+v: accepted %v for %v", c, forged, proof)
			}
		})
	})
}

func TestWithoutAnythingFailedOnlyWhatIsAlwaysSoIsAccepted(t *testing.T) {
	eachSystem(t, tiertest.Count(2_000, 20_000, 200_000), func(_ *rand.Rand, s system) {
		calm := simulate.NewModel(s.graph, s.outage).Lose()
		s.proofs(func(c proofcheck.Claim, proof []proofcheck.Edge) {
			c.Failed = nil
			then, _ := s.graph.Index(depgraph.MustID(c.Then[0]))
			state, err := simulate.ParseState(c.State)
			if err != nil {
				t.Fatal(err)
			}
			if s.read.Check(c, proof) == nil && !calm.Is(state, then) && !calm.Is(simulate.Down, then) {
				t.Errorf("claim %+v: accepted %v with nothing failed", c, proof)
			}
		})
	})
}

// TestOnlyWhatIsTrueIsAccepted throws arbitrary edges of the graph at the checker:
// whatever it accepts, the reference says too. With all edges at hand it accepts
// exactly what is down.
func TestOnlyWhatIsTrueIsAccepted(t *testing.T) {
	accepted := 0
	eachSystem(t, tiertest.Count(1_500, 15_000, 150_000), func(rng *rand.Rand, s system) {
		all := s.allEdges()
		rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		some := all[:rng.IntN(len(all)+1)]
		for v, group := range s.Group {
			if group {
				continue
			}
			id := s.ID(v).String()
			for _, state := range []string{"down", "degraded", "frozen", "blind"} {
				if s.read.Check(s.claim(state, id), some) == nil {
					accepted++
					if !s.holds(state, v) {
						t.Errorf("accepted that %s is %s by %v", id, state, some)
					}
				}
			}
			if got := s.read.Check(s.claim("down", id), all) == nil; got != s.truth.Down[v] {
				t.Errorf("with all edges, down(%s) = %v, want %v", id, got, !got)
			}
		}
	})
	if accepted < 1_000 {
		t.Errorf("only %d claims were accepted: the test tests too little", accepted)
	}
}

func TestAnUnmetRequirementIsAcceptedInThePhaseOfTheFirstEdge(t *testing.T) {
	unmet := 0
	eachSystem(t, tiertest.Count(1_000, 10_000, 100_000), func(_ *rand.Rand, s system) {
		for i := range s.graph.Requirements() {
			r := depgraph.ReqIndex(i)
			owner := s.graph.ID(s.graph.Owner(r))
			if s.loss.Met(r) || owner.Kind == depgraph.KindGroup {
				continue
			}
			unmet++
			for _, p := range s.graph.Terms(r).Phases.List() {
				proof := edgesOf(s.loss.ProofUnmet(r, p))
				if err := s.read.Check(s.claim("unmet", owner.String()), proof); err != nil {
					t.Errorf("requirement %v in phase %v by %v: %v", s.graph.Requirement(r), p, proof, err)
				}
				if s.read.Check(s.claim("unmet", owner.String()), proof[1:]) == nil && !slices.ContainsFunc(proof[1:], func(e proofcheck.Edge) bool { return e.From == proof[0].From }) {
					t.Errorf("requirement %v in phase %v: accepted %v", s.graph.Requirement(r), p, proof[1:])
				}
			}
		}
	})
	if unmet < 1_000 {
		t.Errorf("only %d requirements were unmet: the test tests too little", unmet)
	}
}
