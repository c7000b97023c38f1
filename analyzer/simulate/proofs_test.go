package simulate_test

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// edgeOf is an edge of a world: a member of one of its needs.
type edgeOf struct{ need, member int }

// edgesOf lists the edges of a world, after taking out of it what no set of edges
// can stand for: needs beyond the members, needs that are there twice, and groups
// beside standbys, whose meaning hangs on who names them.
func edgesOf(w *simtest.World) []edgeOf {
	var edges []edgeOf
	var kept []simtest.Need
	for _, r := range w.Needs {
		same := func(q simtest.Need) bool {
			a, b := q, r
			return slices.Equal(a.Members, b.Members) && fmt.Sprint(a.Owner, a.Number, depgraphPhases(a.Phases), a.IfLost, a.Lasts, a.Placed) == fmt.Sprint(b.Owner, b.Number, depgraphPhases(b.Phases), b.IfLost, b.Lasts, b.Placed)
		}
		if r.Of() > len(r.Members) || slices.ContainsFunc(kept, same) {
			continue
		}
		for _, m := range r.Members {
			edges = append(edges, edgeOf{len(kept), m})
		}
		kept = append(kept, r)
	}
	w.Needs = kept
	if slices.Contains(w.Standby, true) {
		w.Group = make([]bool, len(w.Standby))
	}
	return edges
}

func depgraphPhases(s string) string {
	b := []byte(s)
	slices.Sort(b)
	return string(slices.Compact(b))
}

// with returns the world in which only these edges can fail their owners: every
// other member is one that nothing can take down.
func with(w simtest.World, edges []edgeOf, set uint) simtest.World {
	out := simtest.World{Standby: slices.Clone(w.Standby), Group: slices.Clone(w.Group)}
	for i, r := range w.Needs {
		r.Members = slices.Clone(r.Members)
		used := false
		for k, m := range r.Members {
			at := slices.Index(edges, edgeOf{i, m})
			if set&(1<<at) != 0 {
				used = true
				continue
			}
			r.Members[k] = len(out.Standby)
			out.Standby, out.Group = append(out.Standby, false), append(out.Group, false)
		}
		if used {
			r.Number = r.Of()
			out.Needs = append(out.Needs, r)
		}
	}
	return out
}

// minimalProofs tries every set of edges.
func minimalProofs(w simtest.World, edges []edgeOf, failed []int, outage, v int, state simulate.State) []string {
	var found []uint
	for size := 1; size <= len(edges); size++ {
		for set := uint(1); set < 1<<len(edges); set++ {
			if bits.OnesCount(set) != size || slices.ContainsFunc(found, func(f uint) bool { return f&set == f }) {
				continue
			}
			if setOf(with(w, edges, set).Lose(failed, outage), state)[v] {
				found = append(found, set)
			}
		}
	}
	var out []string
	for _, set := range found {
		var names []string
		leads := false
		for i, e := range edges {
			if set&(1<<i) == 0 {
				continue
			}
			names = append(names, fmt.Sprintf("%d:%s", e.need+1, w.ID(e.member)))
			leads = leads || slices.Contains(failed, e.member) && (!w.Standby[e.member] || w.ServedByStandbys(w.Needs[e.need].Owner))
		}
		if leads {
			slices.Sort(names)
			out = append(out, strings.Join(names, " "))
		}
	}
	slices.Sort(out)
	return out
}

func TestAllMinimalProofsAreFound(t *testing.T) {
	const most = 1_000
	proved, several := 0, 0
	for seed := range tiertest.Count(4_000, 15_000, 150_000) {
		rng := rand.New(rand.NewPCG(uint64(seed), 11))
		w := simtest.Random(rng, 6)
		edges := edgesOf(&w)
		if len(edges) > 10 {
			continue
		}
		s := newSystem(t, w, []int{1, 30, 60, 120}[rng.IntN(4)])
		failed := w.Failures(rng)
		failed = slices.DeleteFunc(failed, func(f int) bool { return w.Group[f] })
		l := s.m.Lose(s.indexes(failed)...)
		for v := range w.Standby {
			for _, state := range simulate.States() {
				if !l.Is(state, s.at[v]) || state <= simulate.Degraded && slices.Contains(failed, v) || w.Group[v] {
					continue
				}
				want := minimalProofs(w, edges, failed, s.outage, v, state)
				proofs, complete := l.Proofs(state, s.at[v], most)
				var got []string
				for i, p := range proofs {
					got = append(got, proofName(p))
					if i > 0 && len(p) < len(proofs[i-1]) {
						t.Errorf("seed %d: a shorter proof comes later: %v", seed, got)
					}
				}
				slices.Sort(got)
				if !slices.Equal(got, want) || !complete {
					t.Fatalf("seed %d: %d %v without %v:\n got %q\nwant %q\nneeds %+v standby %v", seed, v, state, failed, got, want, w.Needs, w.Standby)
				}
				if shallowest := l.Proof(state, s.at[v]); len(want) == 1 && proofName(shallowest) == want[0] {
					if diff := cmp.Diff(shallowest, proofs[0]); diff != "" {
						t.Fatalf("seed %d: %d %v without %v: the one proof is not what Proof returns: %s", seed, v, state, failed, diff)
					}
				}
				if len(want) > 0 {
					proved++
				}
				if len(want) > 1 {
					several++
				}
				checkCap(t, l, state, s.at[v], proofs)
			}
		}
	}
	if proved < tiertest.Count(1500, 1500, 1500)/3 || several < tiertest.Count(150, 150, 150)/3 {
		t.Errorf("%d states proved, %d in several ways: the systems test too little", proved, several)
	}
}

func proofName(p []depgraph.Edge) string {
	var names []string
	for _, e := range p {
		names = append(names, fmt.Sprintf("%d:%s", e.Origins[0].Line, e.To))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// checkCap wants the first proofs, and word that there are more.
func checkCap(t *testing.T, l *simulate.Loss, state simulate.State, v depgraph.NodeIndex, all [][]depgraph.Edge) {
	t.Helper()
	if len(all) < 2 {
		return
	}
	some, complete := l.Proofs(state, v, len(all)-1)
	if complete || len(some) != len(all)-1 || proofName(some[0]) != proofName(all[0]) {
		t.Errorf("capped at %d: %d proofs, complete %v", len(all)-1, len(some), complete)
	}
}

func TestProofsThatRandomSystemsHardlyHave(t *testing.T) {
	need := func(owner, number int, ifLost byte, members ...int) simtest.Need {
		return simtest.Need{Owner: owner, Members: members, Number: number, Phases: "r", IfLost: ifLost}
	}
	placed := func(owner, place int) simtest.Need {
		return simtest.Need{Owner: owner, Members: []int{place}, Number: 1, Phases: "r", IfLost: 'd', Placed: true}
	}
	for name, c := range map[string]struct {
		needs  []simtest.Need
		failed []int
	}{
		"a chain that comes back to where it began is none": {[]simtest.Need{
			need(0, 1, 'd', 1, 2), need(1, 1, 'd', 3), need(1, 1, 'd', 5), need(3, 1, 'd', 4), need(4, 1, 'd', 2), need(2, 1, 'd', 1),
		}, []int{5}},
		"who is down is no less than degraded": {[]simtest.Need{
			need(0, 1, 'd', 1, 2), need(2, 1, 'g', 1), placed(1, 4), need(1, 1, 'd', 3), need(3, 1, 'd', 5),
		}, []int{4, 5}},
		"who is down needs nothing more to be degraded": {[]simtest.Need{
			need(0, 1, 'd', 1, 2), need(2, 1, 'g', 1), placed(1, 4), need(1, 1, 'g', 5),
		}, []int{4, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			w := simtest.World{Standby: make([]bool, 6), Group: make([]bool, 6), Needs: c.needs}
			edges := edgesOf(&w)
			s := newSystem(t, w, 60)
			l := s.m.Lose(s.indexes(c.failed)...)
			for v := range w.Standby {
				for _, state := range []simulate.State{simulate.Down, simulate.Degraded} {
					if !l.Is(state, s.at[v]) || slices.Contains(c.failed, v) {
						continue
					}
					var got []string
					proofs, _ := l.Proofs(state, s.at[v], 100)
					for _, p := range proofs {
						got = append(got, proofName(p))
					}
					slices.Sort(got)
					if want := minimalProofs(w, edges, c.failed, 60, v, state); !slices.Equal(got, want) {
						t.Errorf("%d is %v: got %q, want %q", v, state, got, want)
					}
				}
			}
		})
	}
}

// Ten ways at each of thirty steps are 10^30 proofs: the first are found at once.
func TestTheFirstOfVeryManyProofsAreFoundAtOnce(t *testing.T) {
	b := depgraph.NewBuilder()
	id := func(layer, i int) depgraph.ID {
		return depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("%02d-%d", layer, i)}
	}
	for layer := range 30 {
		for i := range 10 {
			for k := range 10 {
				b.AddRequirement(depgraph.Requirement{Owner: id(layer, i), Members: []depgraph.ID{id(layer+1, k%10)}, Origins: []depgraph.Origin{{Input: "a.yaml", Line: 1}}})
			}
		}
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	top, _ := g.Index(id(0, 0))
	bottom, _ := g.Index(id(30, 0))
	proofs, complete := simulate.NewModel(g, 0).Lose(bottom).Proofs(simulate.Down, top, 5)
	if len(proofs) != 5 || complete {
		t.Fatalf("%d proofs, complete %v; want 5 of more", len(proofs), complete)
	}
	for _, p := range proofs {
		if len(p) != 30 {
			t.Errorf("a proof has %d edges, want 30", len(p))
		}
	}
}

// What is down with nothing lost has its part in what a loss does.
func TestAProofAlsoShowsWhatNothingMeets(t *testing.T) {
	g := sketch(t, `
		service:v needs service:x|service:y
		service:x needs 2:service:m`)
	proofs, complete := simulate.NewModel(g, 0).Lose(find(t, g, "service:y")).Proofs(simulate.Down, find(t, g, "service:v"), 10)
	if len(proofs) != 1 || !complete || len(proofs[0]) != 3 {
		t.Errorf("Proofs = %v, %v, want one of three edges", proofs, complete)
	}
}

// Twenty of forty members can be chosen in 10^11 ways.
func TestASearchForProofsEnds(t *testing.T) {
	var members []string
	for i := range 40 {
		members = append(members, fmt.Sprintf("service:m%02d", i))
	}
	g := sketch(t, "service:a needs 21:"+strings.Join(members, "|"))
	var lost []depgraph.NodeIndex
	for _, m := range members {
		lost = append(lost, find(t, g, m))
	}
	if proofs, complete := simulate.NewModel(g, 0).Lose(lost...).Proofs(simulate.Down, find(t, g, "service:a"), 1<<30); complete {
		t.Errorf("%d proofs are said to be all", len(proofs))
	}
}

// Two ways at each of so many steps: every proof is long, and takes long to replay.
func TestASearchForLongProofsEnds(t *testing.T) {
	var needs []string
	const layers = 40
	for i := range layers {
		needs = append(needs, fmt.Sprintf("service:v%02d needs service:a%02d", i, i), fmt.Sprintf("service:v%02d needs service:b%02d", i, i),
			fmt.Sprintf("service:a%02d needs service:v%02d", i, i+1), fmt.Sprintf("service:b%02d needs service:v%02d", i, i+1))
	}
	g := sketch(t, strings.Join(needs, "\n"))
	l := simulate.NewModel(g, 0).Lose(find(t, g, fmt.Sprintf("service:v%02d", layers)))
	top := find(t, g, "service:v00")
	proofs, complete := l.Proofs(simulate.Down, top, 1<<30)
	if complete || len(proofs) < 10 {
		t.Errorf("%d proofs, complete %v; want some of more", len(proofs), complete)
	}
	for _, p := range proofs {
		if len(p) != 2*layers {
			t.Errorf("a proof has %d edges, want %d", len(p), 2*layers)
		}
	}
	if steps, may := l.ProofSteps(simulate.Down, top, 1<<30); steps > may+may/100 {
		t.Errorf("it went over %d steps, and may over %d", steps, may)
	}
}
