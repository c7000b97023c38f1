package simulate_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// randomWorld makes a system of 2 to maxNodes nodes with every feature that a
// loss knows: thresholds, shards, phases, effects, lasts, standbys, groups,
// cycles, placement, and now and then a need beyond the members.
func randomWorld(rng *rand.Rand, maxNodes int) world {
	n := 2 + rng.IntN(maxNodes-1)
	w := world{standby: make([]bool, n), group: make([]bool, n)}
	plain := rng.IntN(3) == 0 // a third of the systems has ordinary run needs alone
	for v := range n {
		w.standby[v] = !plain && rng.IntN(8) == 0
		w.group[v] = !plain && !w.standby[v] && rng.IntN(8) == 0
	}
	cyclic := rng.IntN(2) == 0
	for range rng.IntN(3*n) + 1 {
		owner := rng.IntN(n)
		var members []int
		for range 1 + rng.IntN(4) {
			m := rng.IntN(n)
			if !cyclic && m >= owner {
				continue
			}
			members = append(members, m)
		}
		slices.Sort(members)
		members = slices.Compact(members)
		if len(members) == 0 {
			continue
		}
		r := want{owner: owner, members: members, need: 1 + rng.IntN(len(members)), phases: "r", ifLost: 'd'}
		if rng.IntN(5) == 0 {
			r.need = -1 - rng.IntN(2)
		}
		if !plain {
			r.phases = pickOne(rng, "r", "r", "r", "rs", "s", "b", "d", "R", "o", "ro", "sd", "rd")
			r.ifLost = pickOne(rng, byte('d'), 'd', 'd', 'd', 'g', 'g', 'u')
			r.lasts = pickOne(rng, 0, 0, 0, 0, 30, 60, 90)
			r.placed = rng.IntN(4) == 0
			if rng.IntN(40) == 0 {
				r.need = len(members) + 1
			}
		}
		w.needs = append(w.needs, r)
		if r.need == 1 && len(members) > 1 && rng.IntN(4) == 0 { // shards
			r.need, r.ifLost = -2, 'g'
			w.needs = append(w.needs, r)
		}
	}
	return w
}

func pickOne[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

func (w world) id(v int) depgraph.ID {
	switch {
	case w.group[v]:
		return depgraph.ID{Kind: depgraph.KindGroup, Name: fmt.Sprintf("n%03d", v)}
	case v%3 == 0:
		return depgraph.ID{Kind: depgraph.KindDatastore, Name: fmt.Sprintf("n%03d", v)}
	}
	return depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("n%03d", v)}
}

var phaseOf = map[rune]depgraph.Phase{'r': depgraph.Run, 's': depgraph.Start, 'b': depgraph.Build, 'd': depgraph.Deploy, 'R': depgraph.Recover, 'o': depgraph.Observe}

var ifLostOf = map[byte]depgraph.IfLost{'d': depgraph.Down, 'g': depgraph.Degraded, 'u': depgraph.Unaffected}

// graph builds w as a graph; at gives the index of each node number.
func (w world) graph(t testing.TB) (g *depgraph.Graph, at []depgraph.NodeIndex) {
	t.Helper()
	b := depgraph.NewBuilder()
	for v := range w.standby {
		n := depgraph.Node{ID: w.id(v)}
		if w.standby[v] {
			n.Standby = &depgraph.Standby{Takes: time.Minute}
		}
		b.AddNode(n)
	}
	for i, r := range w.needs {
		b.AddRequirement(r.requirement(w, i+1))
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	for v := range w.standby {
		i, _ := g.Index(w.id(v))
		at = append(at, i)
	}
	return g, at
}

func (r want) requirement(w world, line int) depgraph.Requirement {
	q := depgraph.Requirement{
		Owner:   w.id(r.owner),
		Terms:   depgraph.Terms{Need: depgraph.Need(r.need), IfLost: ifLostOf[r.ifLost], Lasts: time.Duration(r.lasts) * time.Minute, Via: depgraph.Calls},
		Origins: []depgraph.Origin{{Input: "world.yaml", Line: line}},
	}
	if r.placed {
		q.Terms.Via = depgraph.PlacedIn
	}
	for _, p := range r.phases {
		q.Terms.Phases |= depgraph.PhasesOf(phaseOf[p])
	}
	for _, m := range r.members {
		q.Members = append(q.Members, w.id(m))
	}
	return q
}

// failedIn picks the nodes of a loss: none, one, or a few.
func failedIn(rng *rand.Rand, w world) []int {
	var failed []int
	for range pickOne(rng, 0, 1, 1, 1, 2, 3) {
		failed = append(failed, rng.IntN(len(w.standby)))
	}
	return failed
}

func indexes(at []depgraph.NodeIndex, vs []int) []depgraph.NodeIndex {
	var out []depgraph.NodeIndex
	for _, v := range vs {
		out = append(out, at[v])
	}
	return out
}

// listed returns what the package must list for a set of the reference.
func (w world) listed(set []bool, at []depgraph.NodeIndex) []depgraph.NodeIndex {
	var out []depgraph.NodeIndex
	for v, in := range set {
		if in && !w.group[v] {
			out = append(out, at[v])
		}
	}
	slices.Sort(out)
	return out
}

func (o outcome) of(s simulate.State) []bool {
	return map[simulate.State][]bool{
		simulate.Down: o.down, simulate.Degraded: o.degraded, simulate.Frozen: o.frozen,
		simulate.Blind: o.blind, simulate.Exposed: o.exposed,
	}[s]
}

// eachWorld runs check on count random systems, one seed each, and names the seed
// of one that fails.
func eachWorld(t *testing.T, count int, maxNodes int, check func(t *testing.T, rng *rand.Rand, w world)) {
	t.Helper()
	for seed := range count {
		rng := rand.New(rand.NewPCG(uint64(seed), 7))
		w := randomWorld(rng, maxNodes)
		check(t, rng, w)
		if t.Failed() {
			t.Fatalf("seed %d: %d nodes, needs %+v, standby %v, group %v", seed, len(w.standby), w.needs, w.standby, w.group)
		}
	}
}
