package simtest

import (
	"fmt"
	"math/rand/v2"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Shop is a large service-like system: every node needs about five that came
// before it, 60 % of them picked by how many need them already, so that a few are
// needed by very many; 2 % also need one that came shortly after. The order of ids
// tells nothing of the order of needs.
type Shop struct {
	Nodes    int
	Seed     uint64
	Reversed float64 // share of the needs that also run the other way: 0.003 makes one cycle of a fifth of all nodes
	Spare    float64 // share of picks that become 1-of-2 or 2-of-3
	Degraded float64 // share of the requirements whose loss merely degrades
	Start    float64 // share of the requirements that are to start, not to run
	Observe  float64 // share of the requirements that are to be observed
}

// Graph builds the system; same Shop, same graph.
func (s Shop) Graph() (*depgraph.Graph, error) {
	rng := rand.New(rand.NewPCG(s.Seed, 99))
	from, to := s.picks(rng)
	at := make([]int32, s.Nodes+1)
	for _, v := range from {
		at[v+1]++
	}
	for v := range s.Nodes {
		at[v+1] += at[v]
	}
	picks := make([]int32, len(to))
	next := append([]int32(nil), at...)
	for i, v := range from {
		picks[next[v]] = to[i]
		next[v]++
	}
	ids := make([]depgraph.ID, s.Nodes)
	for i, shuffled := range rng.Perm(s.Nodes) {
		ids[i] = depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("ns-%03d/svc-%07d", shuffled%211, shuffled)}
	}
	b := depgraph.NewBuilder()
	for i := range ids {
		b.AddNode(depgraph.Node{ID: ids[i]})
	}
	for v := range s.Nodes {
		s.needs(rng, b, ids, v, picks[at[v]:at[v+1]])
	}
	return b.Build()
}

// picks returns who needs whom.
func (s Shop) picks(rng *rand.Rand) (from, to []int32) {
	seen := make(map[[2]int32]bool, 6*s.Nodes)
	pick := func(a, b int) {
		if e := [2]int32{int32(a), int32(b)}; a != b && !seen[e] {
			seen[e] = true
			from, to = append(from, e[0]), append(to, e[1])
		}
	}
	for v := 1; v < s.Nodes; v++ {
		for range 1 + int(rng.ExpFloat64()*4.4) {
			m := rng.IntN(v)
			if rng.Float64() < 0.6 && len(to) > 0 {
				if popular := int(to[rng.IntN(len(to))]); popular < v {
					m = popular
				}
			}
			pick(v, m)
		}
		if later := v + 1 + rng.IntN(50); rng.Float64() < 0.02 && later < s.Nodes {
			pick(v, later)
		}
	}
	for i := range from {
		if rng.Float64() < s.Reversed {
			pick(int(to[i]), int(from[i]))
		}
	}
	return from, to
}

// needs turns the picks of one node into requirements.
func (s Shop) needs(rng *rand.Rand, b *depgraph.Builder, ids []depgraph.ID, v int, picks []int32) {
	for len(picks) > 0 {
		n := 1
		if len(picks) > 1 && rng.Float64() < s.Spare {
			n = 2 + rng.IntN(min(len(picks)-1, 2))
		}
		r := depgraph.Requirement{
			Owner: ids[v], Terms: depgraph.Terms{Via: depgraph.Calls, Need: depgraph.AtLeast(max(1, n-1))},
			Origins: []depgraph.Origin{{Input: "shop.yaml", Line: v + 1}},
		}
		for _, m := range picks[:n] {
			r.Members = append(r.Members, ids[m])
		}
		picks = picks[n:]
		switch x := rng.Float64(); {
		case x < s.Degraded:
			r.Terms.IfLost = depgraph.Degraded
		case x < s.Degraded+s.Start:
			r.Terms.Phases = depgraph.PhasesOf(depgraph.Start)
		case x < s.Degraded+s.Start+s.Observe:
			r.Terms.Phases = depgraph.PhasesOf(depgraph.Observe)
		}
		b.AddRequirement(r)
	}
}
