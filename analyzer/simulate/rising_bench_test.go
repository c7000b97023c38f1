package simulate_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// rise describes a system of services for the benchmarks of the way up: each needs
// about five of lower rank, mostly popular ones.
type rise struct {
	nodes   int
	times   int     // how many different times a start takes
	back    float64 // the share of run needs that point the wrong way: with 0.003, a fifth of the nodes is one cycle
	starts  float64 // the share of needs that are to start
	choices float64 // the share of needs with alternatives
	blocks  int     // wrong ways only within blocks of so many, needs to start only beyond them; 0: no blocks
	ring    bool    // instead: one ring of run needs, in which neighbours start far apart
}

func (d rise) graph(tb testing.TB) *depgraph.Graph {
	tb.Helper()
	rng := rand.New(rand.NewPCG(5, uint64(d.nodes)))
	b := depgraph.NewBuilder()
	id := func(v int) depgraph.ID { return depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("s%07d", v)} }
	order := rng.Perm(d.nodes) // so that ids say nothing of ranks
	need := func(owner int, phase depgraph.Phase, members ...int) {
		r := depgraph.Requirement{Owner: id(order[owner]), Terms: depgraph.Terms{Phases: depgraph.PhasesOf(phase)}, Origins: []depgraph.Origin{{Input: "bench"}}}
		for _, m := range members {
			r.Members = append(r.Members, id(order[m]))
		}
		b.AddRequirement(r)
	}
	var popular []int
	for v := range d.nodes {
		b.AddNode(depgraph.Node{ID: id(order[v]), Takes: time.Duration(1+v*7919%d.times) * time.Second})
		if d.ring {
			need(v, depgraph.Run, (v+1)%d.nodes)
			continue
		}
		pick := func() int {
			m := rng.IntN(max(v, 1))
			if len(popular) > 0 && rng.Float64() < 0.6 {
				m = popular[rng.IntN(len(popular))]
			}
			popular = append(popular, m)
			return m
		}
		for range min(v, 5) {
			m := pick()
			if d.blocks > 0 && rng.IntN(2) == 0 {
				m = v / d.blocks * d.blocks
				m += rng.IntN(v - m + 1)
			}
			near := d.blocks == 0 || v/d.blocks == m/d.blocks
			switch {
			case m == v:
			case d.blocks > 0 && near && rng.Float64() < 0.1:
				need(m, depgraph.Run, v)
			case rng.Float64() < d.starts && (d.blocks == 0 || !near):
				need(v, depgraph.Start, m)
			case rng.Float64() < d.back:
				need(m, depgraph.Run, v)
			case rng.Float64() < d.choices:
				need(v, depgraph.Run, m, pick())
			default:
				need(v, depgraph.Run, m)
			}
		}
	}
	g, err := b.Build()
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

func BenchmarkColdStart(b *testing.B) {
	for _, c := range []struct {
		name string
		of   rise
	}{
		{"dag/1k", rise{nodes: 1_000, times: 100, starts: 0.2, choices: 0.2}},
		{"dag/10k", rise{nodes: 10_000, times: 1_000, starts: 0.2, choices: 0.2}},
		{"dag/100k", rise{nodes: 100_000, times: 10_000, starts: 0.2, choices: 0.2}},
		{"cycle/100k", rise{nodes: 100_000, times: 10_000, back: 0.003}},
		{"tangle/100k", rise{nodes: 100_000, times: 10_000, back: 0.3, choices: 0.3}},
		{"blocks/100k", rise{nodes: 100_000, times: 10_000, starts: 0.2, choices: 0.2, blocks: 1000}},
		{"ring/100k", rise{nodes: 100_000, times: 10_000, ring: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			g := c.of.graph(b)
			b.ReportAllocs()
			moments, served := 0, 0
			for b.Loop() {
				tl := simulate.ColdStart(g, nil, simulate.StartOptions{})
				moments, served = 0, len(tl.Order)
				for i, s := range tl.Order {
					if i == 0 || s.At != tl.Order[i-1].At {
						moments++
					}
				}
			}
			b.ReportMetric(float64(served), "served")
			b.ReportMetric(float64(moments), "moments")
		})
	}
}

func BenchmarkProofOfNeverServing(b *testing.B) {
	g := rise{nodes: 100_000, times: 10_000, back: 0.003, starts: 0.2, choices: 0.2}.graph(b)
	bld := g.Builder()
	for v := range 1000 { // and a thousand pairs that wait for each other
		for i := range 2 {
			bld.AddRequirement(depgraph.Requirement{
				Owner: g.ID(depgraph.NodeIndex(50*v + i)), Members: []depgraph.ID{g.ID(depgraph.NodeIndex(50*v + 1 - i))},
				Terms: depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Start)}, Origins: []depgraph.Origin{{Input: "bench"}},
			})
		}
	}
	g, err := bld.Build()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		tl := simulate.ColdStart(g, nil, simulate.StartOptions{})
		b.ReportMetric(float64(len(tl.Deadlocked)), "deadlocked")
		b.ReportMetric(float64(len(tl.Proof(tl.Deadlocked[len(tl.Deadlocked)-1]))), "edges")
	}
}
