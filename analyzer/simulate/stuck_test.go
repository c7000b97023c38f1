package simulate_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// replay lets a system come up once more with nothing in its way but what the edges
// of a proof show, and reports whether v comes to serve even so. Who is cold, failed
// or activated stays as it was; what owns no edge serves, but for idle standbys.
func (a *ascent) replay(t *testing.T, proof []depgraph.Edge, v int) bool {
	b := &ascent{risingWorld: a.risingWorld, cold: a.cold, failed: a.failed, rebuild: a.rebuild, recalled: a.called}
	n := len(a.Standby)
	b.up = make([]bool, n+1) // and one node that serves all along
	b.Standby, b.Group = append(slices.Clone(a.Standby), false), append(slices.Clone(a.Group), false)
	b.cold, b.failed, b.takes = append(slices.Clone(a.cold), false), append(slices.Clone(a.failed), false), append(slices.Clone(a.takes), 0)
	for u := range n + 1 {
		b.up[u] = u == n || !a.Standby[u]
	}
	b.Needs, b.ways = nil, make([][]int, n+1)
	b.wayNeed = append(slices.Clone(a.wayNeed), 1)
	used := 0
	for _, r := range a.Needs {
		for _, p := range r.Phases {
			shown := simtest.Need{Owner: r.Owner, Number: r.Of(), Phases: string(p), IfLost: r.IfLost, Placed: r.Placed}
			spare := 0
			for _, m := range r.Members {
				if slices.ContainsFunc(proof, func(e depgraph.Edge) bool { return a.shows(e, r, p, m) }) {
					shown.Members = append(shown.Members, m)
				} else {
					spare++
				}
			}
			if len(shown.Members) > 0 {
				used += len(shown.Members)
				shown.Number -= spare // the others serve all along
				if shown.Number > 0 {
					b.Needs = append(b.Needs, shown)
				}
				b.up[r.Owner] = false
			}
		}
	}
	for s := range n {
		for _, way := range a.ways[s] {
			if slices.ContainsFunc(proof, func(e depgraph.Edge) bool {
				return e.Via == depgraph.ActivatedBy && e.From == a.ID(s) && e.To == a.ID(way)
			}) {
				b.ways[s] = append(b.ways[s], way)
				used++
			}
		}
		if len(b.ways[s]) > 0 {
			b.wayNeed[s] = a.wayNumber(s) - (len(a.ways[s]) - len(b.ways[s]))
			b.up[s] = false
		}
	}
	if used < len(proof) {
		t.Errorf("the proof has %d edges, of which the system knows %d: %v", len(proof), used, proof)
	}
	b.run()
	return b.serves[v] != forever
}

var phaseLetter = map[depgraph.Phase]rune{depgraph.Run: 'r', depgraph.Start: 's', depgraph.Build: 'b', depgraph.Deploy: 'd', depgraph.Recover: 'R', depgraph.Observe: 'o'}

func (a *ascent) shows(e depgraph.Edge, r simtest.Need, p rune, m int) bool {
	return e.From == a.ID(r.Owner) && e.To == a.ID(m) && phaseLetter[e.Phase] == p &&
		e.IfLost == depgraph.Down && r.IfLost == 'd' && (e.Via == depgraph.PlacedIn) == r.Placed
}

// checkProofs replays the proof of every node that never serves.
func (a *ascent) checkProofs(t *testing.T, at []depgraph.NodeIndex, proofOf func(depgraph.NodeIndex) []depgraph.Edge, tl *simulate.Timeline) (proofs int) {
	t.Helper()
	knots := tl.Knots()
	for v := range a.Standby {
		switch proof := proofOf(at[v]); {
		case a.up[v] || a.serves[v] != forever:
			if proof != nil {
				t.Errorf("Proof(%v) = %v of a node that serves", a.ID(v), proof)
			}
		case a.Standby[v] && !a.called[v]:
			if len(proof) > 0 {
				t.Errorf("Proof(%v) = %v of a standby that nobody activates", a.ID(v), proof)
			}
		case a.replay(t, proof, v):
			t.Errorf("Proof(%v) = %v, yet it comes to serve", a.ID(v), proof)
		default:
			proofs++
			held := slices.ContainsFunc(knots, func(k simulate.Knot) bool { return slices.Contains(k.Held, at[v]) })
			if !held && !a.Group[v] && !a.waitsForIdle(v, proof) {
				t.Errorf("%v never serves and hangs on none of the knots %v", a.ID(v), knots)
			}
		}
	}
	for _, k := range knots {
		for _, v := range k.Nodes {
			i := slices.Index(at, v)
			if a.serves[i] != forever || a.replay(t, k.Proof, i) {
				t.Errorf("the knot %+v does not hold %v", k, a.ID(i))
			}
		}
	}
	return proofs
}

// waitsForIdle reports whether a proof ends at a standby that nobody activates, as
// one does that only a merely recorded or already met need names.
func (a *ascent) waitsForIdle(_ int, proof []depgraph.Edge) bool {
	return slices.ContainsFunc(proof, func(e depgraph.Edge) bool {
		for u := range a.Standby {
			if a.Standby[u] && !a.called[u] && a.ID(u) == e.To {
				return true
			}
		}
		return false
	})
}

func TestEveryNodeThatNeverServesIsForcedByItsProof(t *testing.T) {
	proofs := 0
	eachRising(t, tiertest.Count(1000, 5000, 100_000), 9, func(t *testing.T, rng *rand.Rand, w risingWorld) {
		g, at := w.graph(t)
		up, rebuild := w.Failures(rng), rng.IntN(2) == 0
		tl := simulate.ColdStart(g, indexesOf(at, up), simulate.StartOptions{Rebuild: rebuild})
		proofs += w.coldStart(up, rebuild).checkProofs(t, at, tl.Proof, tl)

		failed := w.Failures(rng)
		r := simulate.Recover(simulate.NewModel(g, 30*time.Minute), indexesOf(at, failed), simulate.StartOptions{Rebuild: rebuild})
		a, _ := w.recover(failed, 30, rebuild)
		proofs += a.checkProofs(t, at, r.Timeline.Proof, &r.Timeline)
	})
	if proofs < tiertest.Count(3_000, 3_000, 3_000)/3 {
		t.Errorf("only %d proofs were checked", proofs)
	}
}

// stopped replays the loss of some nodes with nothing but the edges of a proof: who is
// down by them, and who has lost its place.
func (a *ascent) stopped(proof []depgraph.Edge, failed []int, outage int) (down, lostPlace []bool) {
	down, lostPlace = make([]bool, len(a.Standby)), make([]bool, len(a.Standby))
	for _, f := range failed {
		down[f] = !a.Group[f]
	}
	for again := true; again; {
		again = false
		for _, r := range a.Needs {
			if !in(r, "r") || r.IfLost != 'd' || r.Lasts >= outage || down[r.Owner] && (lostPlace[r.Owner] || !r.Placed) {
				continue
			}
			shown, missed := 0, 0
			for _, m := range r.Members {
				if slices.ContainsFunc(proof, func(e depgraph.Edge) bool { return a.shows(e, r, 'r', m) }) {
					shown++
					if down[m] || a.Standby[m] && !a.ServedByStandbys(r.Owner) {
						missed++
					}
				}
			}
			if shown > 0 && missed > len(r.Members)-r.Of() {
				down[r.Owner], again = true, true
				lostPlace[r.Owner] = lostPlace[r.Owner] || r.Placed
			}
		}
	}
	return down, lostPlace
}

func TestAProofOfARecoveryAlsoShowsWhoStopped(t *testing.T) {
	stopped, never := 0, 0
	eachRising(t, tiertest.Count(1000, 5000, 100_000), 9, func(t *testing.T, rng *rand.Rand, w risingWorld) {
		g, at := w.graph(t)
		failed := w.Failures(rng)
		r := simulate.Recover(simulate.NewModel(g, 30*time.Minute), indexesOf(at, failed), simulate.StartOptions{})
		a, o := w.recover(failed, 30, false)
		for v := range a.Standby {
			short, proof := r.Timeline.Proof(at[v]), r.Proof(at[v])
			if (proof == nil) != (short == nil) || short != nil && a.replay(t, proof, v) {
				t.Errorf("without %v: Proof(%v) = %v, yet it comes to serve", failed, a.ID(v), proof)
			}
			down, lostPlace := a.stopped(proof, failed, 30)
			for _, e := range short {
				from := slices.IndexFunc(at, func(i depgraph.NodeIndex) bool { return g.ID(i) == e.From })
				switch {
				case a.Group[from] || a.Standby[from] || a.failed[from] || !o.Down[from]:
				case a.cold[from]:
					stopped++
					if !lostPlace[from] {
						t.Errorf("without %v: Proof(%v) = %v does not show that %v lost its place", failed, a.ID(v), proof, e.From)
					}
				default:
					never++
					if !down[from] {
						t.Errorf("without %v: Proof(%v) = %v does not show that %v is down", failed, a.ID(v), proof, e.From)
					}
				}
			}
		}
	})
	if enough := tiertest.Count(200, 1_000, 20_000) / 6; stopped < enough || never < enough {
		t.Errorf("%d nodes that stopped and %d that did not: the systems test too little", stopped, never)
	}
}
