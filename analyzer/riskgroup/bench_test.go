package riskgroup_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/riskgroup"
	"github.com/fateline/fateline/analyzer/simulate"
)

// tree describes a random fault tree: gates, which are groups, over events, which
// are services, with parts that many gates share.
type tree struct {
	gates, events int
	or            float64 // the share of gates that any one member closes
	atLeast       float64 // the share of the others that neither one nor all have to
	arity         int     // members of a gate, at most; 2 at least
	window        int     // gates take as members the next so many gates; 0: all that follow
	leaves        float64 // the share of members that are events
}

// system is something to find the groups of.
type system struct {
	g   *depgraph.Graph
	top []depgraph.NodeIndex
}

func (d tree) build(tb testing.TB, seed uint64) system {
	tb.Helper()
	rng := rand.New(rand.NewPCG(seed, 17))
	b := depgraph.NewBuilder()
	gate := func(i int) depgraph.ID { return depgraph.ID{Kind: depgraph.KindGroup, Name: fmt.Sprintf("g%05d", i)} }
	event := func(i int) depgraph.ID { return depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("e%05d", i)} }
	top := depgraph.MustID("service:top")
	add := func(owner depgraph.ID, need int, members []depgraph.ID) {
		b.AddRequirement(depgraph.Requirement{Owner: owner, Members: members, Terms: depgraph.Terms{Need: depgraph.AtLeast(need)}, Origins: []depgraph.Origin{{Input: "tree"}}})
	}
	add(top, 1, []depgraph.ID{gate(0)})
	nextGate, nextEvent := 1, 0 // not used yet
	for i := range d.gates {
		nextGate = max(nextGate, i+1)
		n := 2 + rng.IntN(d.arity-1)
		var members []depgraph.ID
		for len(members) < n {
			var id depgraph.ID
			last := d.gates - 1
			if d.window > 0 {
				last = min(last, i+d.window)
			}
			switch {
			case i == last || rng.Float64() < d.leaves:
				at := rng.IntN(d.events)
				if nextEvent < d.events && rng.IntN(2) == 0 {
					at = nextEvent
					nextEvent++
				}
				id = event(at)
			case nextGate == i+1: // so that every gate is used
				id = gate(nextGate)
				nextGate++
			default:
				at := i + 1 + rng.IntN(last-i)
				nextGate = max(nextGate, at+1)
				id = gate(at)
			}
			if !slices.Contains(members, id) {
				members = append(members, id)
			}
		}
		need := 1 // all have to be lost
		switch {
		case rng.Float64() < d.or:
			need = n
		case n > 2 && rng.Float64() < d.atLeast:
			need = 2 + rng.IntN(n-2)
		}
		add(gate(i), need, members)
	}
	g, err := b.Build()
	if err != nil {
		tb.Fatal(err)
	}
	i, _ := g.Index(top)
	return system{g, []depgraph.NodeIndex{i}}
}

// trees are shapes that were slow among 800 that differ in every field.
func trees() map[string]tree {
	return map[string]tree{
		"even":    {gates: 2000, events: 1500, or: 0.5, atLeast: 0.3, arity: 4, window: 200, leaves: 0.5},
		"narrow":  {gates: 2000, events: 1500, or: 0.6, atLeast: 0.3, arity: 3, window: 20, leaves: 0.4},
		"chosen":  {gates: 2000, events: 1500, or: 0.5, atLeast: 0.6, arity: 6, window: 100, leaves: 0.3},
		"all":     {gates: 2000, events: 1500, or: 0.4, atLeast: 0.6, arity: 4, window: 40, leaves: 0.1},
		"wide":    {gates: 2000, events: 1500, or: 0.4, atLeast: 0.6, arity: 12, window: 500, leaves: 0.3},
		"million": {gates: 2000, events: 1500, or: 0.6, atLeast: 0.6, arity: 12, window: 500, leaves: 0.7},
	}
}

func BenchmarkFaultTree(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(trees())) {
		d := trees()[name]
		for seed := range uint64(2) {
			b.Run(fmt.Sprintf("%s/%d", name, seed), func(b *testing.B) {
				s := d.build(b, 10+seed)
				m := simulate.NewModel(s.g, 0)
				before := cpu()
				defer func() { b.ReportMetric((cpu()-before).Seconds()/float64(b.N), "cpu-s/op") }()
				for b.Loop() {
					got, err := riskgroup.Minimal(b.Context(), m, s.top[0], riskgroup.Options{})
					if err != nil {
						b.Fatal(err)
					}
					report(b, got)
				}
			})
		}
	}
}

func report(b *testing.B, got *riskgroup.Groups) {
	sizes := make([]int, 4)
	for _, set := range got.Sets {
		sizes[len(set)]++
	}
	for k := 1; k <= 3; k++ {
		b.ReportMetric(float64(sizes[k]), fmt.Sprintf("size%d", k))
	}
	if !got.Complete {
		b.ReportMetric(1, "capped")
	}
}

// fatTree is a network of switches with k ports each, and services that run on
// servers in different pods: a replica is lost with its server, its rack switch, or
// once for every position of an aggregation switch that one or all its cores are.
type fatTree struct {
	k        int
	services int
	replicas int
}

func (d fatTree) devices() int { return d.k*d.k/4 + d.k*d.k + d.k*d.k*d.k/4 }

func (d fatTree) build(tb testing.TB) system {
	tb.Helper()
	rng := rand.New(rand.NewPCG(3, uint64(d.k)))
	half := d.k / 2
	b := depgraph.NewBuilder()
	id := func(kind depgraph.Kind, part ...int) depgraph.ID {
		return depgraph.ID{Kind: kind, Name: fmt.Sprintf("%03d", part)}
	}
	add := func(owner depgraph.ID, members ...depgraph.ID) {
		b.AddRequirement(depgraph.Requirement{Owner: owner, Members: members, Origins: []depgraph.Origin{{Input: "fat"}}})
	}
	core := func(position, i int) depgraph.ID { return id("core", position, i) }
	aggregation := func(pod, position int) depgraph.ID { return id("aggregation", pod, position) }
	rack := func(pod, i int) depgraph.ID { return id(depgraph.KindRack, pod, i) }
	server := func(pod, i, j int) depgraph.ID { return id(depgraph.KindHost, pod, i, j) }
	for pod := range d.k {
		var all []depgraph.ID
		for position := range half {
			var cores []depgraph.ID
			for i := range half {
				cores = append(cores, core(position, i))
			}
			add(aggregation(pod, position), cores...)
			all = append(all, aggregation(pod, position))
		}
		for i := range half {
			add(rack(pod, i), all...)
			for j := range half {
				add(server(pod, i, j), rack(pod, i))
			}
		}
	}
	var tops []depgraph.ID
	for s := range d.services {
		tops = append(tops, id(depgraph.KindService, s))
		var on []depgraph.ID
		for _, pod := range rng.Perm(d.k)[:d.replicas] {
			on = append(on, server(pod, rng.IntN(half), rng.IntN(half)))
		}
		add(tops[s], on...)
	}
	g, err := b.Build()
	if err != nil {
		tb.Fatal(err)
	}
	out := system{g: g}
	for _, t := range tops {
		i, _ := g.Index(t)
		out.top = append(out.top, i)
	}
	return out
}

func BenchmarkFatTree(b *testing.B) {
	for _, k := range []int{16, 24, 48, 64} {
		for _, replicas := range []int{2, 3} {
			d := fatTree{k, 1000, replicas}
			b.Run(fmt.Sprintf("%d-devices/%d-replicas", d.devices(), replicas), func(b *testing.B) {
				s := d.build(b)
				m := simulate.NewModel(s.g, 0)
				b.ReportAllocs()
				before := cpu()
				sets := 0
				for b.Loop() {
					f := riskgroup.NewFinder(m, riskgroup.Options{})
					sets = 0
					for _, v := range s.top {
						got, err := f.Minimal(b.Context(), v)
						if err != nil || !got.Complete {
							b.Fatal(got, err)
						}
						sets += len(got.Sets)
					}
				}
				b.ReportMetric((cpu()-before).Seconds()*1e3/float64(b.N), "cpu-ms/op")
				b.ReportMetric(float64(sets), "sets")
			})
		}
	}
}

// cpu returns the user and system time that the process has used.
func cpu() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func BenchmarkCountFatTree(b *testing.B) {
	for _, k := range []int{16, 24, 48, 64} {
		d := fatTree{k, 1, 2}
		b.Run(fmt.Sprintf("%d-devices", d.devices()), func(b *testing.B) {
			s := d.build(b)
			m := simulate.NewModel(s.g, 0)
			b.ReportAllocs()
			before := cpu()
			for b.Loop() {
				if _, err := riskgroup.Count(b.Context(), m, s.top[0], riskgroup.CountOptions{}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpu()-before).Seconds()*1e3/float64(b.N), "cpu-ms/op")
		})
	}
}

// services builds a system in which each service needs about five of lower rank,
// mostly popular ones, a third of the needs with alternatives; back is the share of
// needs that point the wrong way.
func services(tb testing.TB, n int, back float64) system {
	tb.Helper()
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	b := depgraph.NewBuilder()
	order := rng.Perm(n)
	id := func(v int) depgraph.ID {
		return depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("s%07d", order[v])}
	}
	var popular []int
	pick := func(v int) int {
		m := rng.IntN(v)
		if len(popular) > 0 && rng.Float64() < 0.6 {
			m = popular[rng.IntN(len(popular))]
		}
		popular = append(popular, m)
		return m
	}
	for v := 1; v < n; v++ {
		for range min(v, 5) {
			owner, members := v, []depgraph.ID{id(pick(v))}
			switch x := rng.Float64(); {
			case x < 0.2:
				members = append(members, id(pick(v)))
			case x < 0.3:
				members = append(members, id(pick(v)), id(pick(v)))
			case x < 0.3+back:
				owner, members = pick(v), []depgraph.ID{id(v)}
			}
			slices.SortFunc(members, depgraph.ID.Compare)
			members = slices.Compact(members)
			need := depgraph.AtLeast((len(members) + 1) / 2) // 1 of 1, 1 of 2, 2 of 3
			b.AddRequirement(depgraph.Requirement{Owner: id(owner), Members: members, Terms: depgraph.Terms{Need: need}, Origins: []depgraph.Origin{{Input: "services"}}})
		}
	}
	g, err := b.Build()
	if err != nil {
		tb.Fatal(err)
	}
	s := system{g: g}
	for v := n - 1; v > n-21; v-- {
		i, _ := g.Index(id(v))
		s.top = append(s.top, i)
	}
	return s
}

func BenchmarkServices(b *testing.B) {
	for _, c := range []struct {
		name  string
		n     int
		back  float64
		order int
	}{{"dag/1k/order-3", 1_000, 0, 3}, {"dag/10k/order-3", 10_000, 0, 3}, {"dag/100k/order-2", 100_000, 0, 2}, {"cycle/100k/order-2", 100_000, 0.003, 2}} {
		s := services(b, c.n, c.back)
		m := simulate.NewModel(s.g, 0)
		o := riskgroup.Options{Order: c.order}
		b.Run(c.name+"/each", func(b *testing.B) {
			benchmarkEach(b, s, func() func(context.Context, depgraph.NodeIndex) (*riskgroup.Groups, error) {
				return func(ctx context.Context, v depgraph.NodeIndex) (*riskgroup.Groups, error) {
					return riskgroup.Minimal(ctx, m, v, o)
				}
			})
		})
		b.Run(c.name+"/finder", func(b *testing.B) {
			benchmarkEach(b, s, func() func(context.Context, depgraph.NodeIndex) (*riskgroup.Groups, error) {
				return riskgroup.NewFinder(m, o).Minimal
			})
		})
	}
}

func benchmarkEach(b *testing.B, s system, prepare func() func(context.Context, depgraph.NodeIndex) (*riskgroup.Groups, error)) {
	before := cpu()
	sets := 0
	for b.Loop() {
		find := prepare()
		for _, v := range s.top {
			got, err := find(b.Context(), v)
			if err != nil {
				b.Fatal(err)
			}
			sets += len(got.Sets)
		}
	}
	each := float64(b.N * len(s.top))
	b.ReportMetric((cpu()-before).Seconds()*1e3/each, "cpu-ms/node")
	b.ReportMetric(float64(sets)/each, "sets/node")
}
