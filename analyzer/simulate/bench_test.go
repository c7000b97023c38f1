package simulate

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// shop is one of the systems that benchmarks run on.
type shop struct {
	name string
	simtest.Shop
}

// shops returns the systems of one size: two of run needs alone, as other tools
// have them, without a large cycle and with one of a fifth of all nodes, and the
// same with every state.
func shops(nodes int) []shop {
	plain := simtest.Shop{Nodes: nodes, Seed: 1, Spare: 0.3}
	full := plain
	full.Degraded, full.Start, full.Observe = 0.1, 0.05, 0.05
	cyclic := func(s simtest.Shop) simtest.Shop {
		s.Reversed = 0.003
		return s
	}
	return []shop{{"run-dag", plain}, {"run-cycle", cyclic(plain)}, {"full-dag", full}, {"full-cycle", cyclic(full)}}
}

var built sync.Map // simtest.Shop -> *depgraph.Graph

func (s shop) model(b *testing.B) *Model {
	b.Helper()
	g, ok := built.Load(s.Shop)
	if !ok {
		made, err := s.Graph()
		if err != nil {
			b.Fatal(err)
		}
		g, _ = built.LoadOrStore(s.Shop, made)
	}
	return NewModel(g.(*depgraph.Graph), 0)
}

// cpuSeconds returns what the process has used of all processors.
func cpuSeconds(b testing.TB) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(u.Utime) + seconds(u.Stime)
}

// BenchmarkBlast compares the loss of every single node, 512 at a time, with a
// worklist run for each, of which it runs a sample. Both give all states.
func BenchmarkBlast(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		for _, s := range shops(n) {
			b.Run(fmt.Sprintf("%s/%d", s.name, n), func(b *testing.B) {
				m := s.model(b)
				b.ReportAllocs()
				before := cpuSeconds(b)
				b.ResetTimer()
				for b.Loop() {
					m := NewModel(m.g, 0) // what it keeps for a second time is part of the price
					if _, err := m.Blast(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
				b.StopTimer()
				lanes := (cpuSeconds(b) - before) / float64(b.N)
				b.ReportMetric(lanes, "cpu-s/op")
				b.ReportMetric(float64(m.g.MemberCount()), "members")
				one, loaded, ratio := inTurns(b, m)
				b.ReportMetric(one/lanes, "x-scalar")
				b.ReportMetric(loaded, "loaded-cpu-s/op")
				b.ReportMetric(ratio, "x-scalar-loaded")
			})
		}
	}
}

// inTurns returns how long the loss of every node takes one by one, from a sample, and with a model
// that has its plan, as the worklist has its own; and how often the one goes into the
// other. They take turns, each after the collector has run, the sample always the same;
// the medians count.
func inTurns(b *testing.B, m *Model) (one, loaded, ratio float64) {
	b.Helper()
	const turns = 5
	measured := func(work func()) float64 {
		runtime.GC()
		before := cpuSeconds(b)
		work()
		return cpuSeconds(b) - before
	}
	w := m.pool.Get().(*spread)
	sample := sampleOf(m)
	var ones, alls, ratios []float64
	for range turns {
		all := measured(func() {
			if _, err := m.Blast(context.Background()); err != nil {
				b.Fatal(err)
			}
		})
		single := measured(func() {
			for _, v := range sample {
				w.lose([]node{v})
				w.reset()
			}
		}) * float64(m.g.Len()) / float64(len(sample))
		ones, alls, ratios = append(ones, single), append(alls, all), append(ratios, single/all)
	}
	median := func(of []float64) float64 {
		slices.Sort(of)
		return of[turns/2]
	}
	return median(ones), median(alls), median(ratios)
}

// sampleOf draws nodes, always the same ones: so many that losing them takes a while, where the
// loss of one takes microseconds, and that a few which take much along do not decide. It
// also makes the plan.
func sampleOf(m *Model) []node {
	const least, most, enough = 300, 10_000, 3_000_000 // enough nodes that go down in all
	var out []node
	down := 0
	for _, v := range rand.New(rand.NewPCG(1, 1)).Perm(m.g.Len()) {
		if len(out) >= least && (down > enough || len(out) == most) {
			break
		}
		out = append(out, node(v))
		down += len(m.Lose(node(v)).List(Down))
	}
	m.plan()
	return out
}

// BenchmarkLose loses the node that takes the most along, and one that takes nothing.
func BenchmarkLose(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		for _, s := range shops(n) {
			m := s.model(b)
			largest, least := node(0), node(0)
			reach := 0
			for _, v := range rand.New(rand.NewPCG(2, 2)).Perm(n)[:min(n, 500)] {
				switch down := len(m.Lose(node(v)).List(Down)); {
				case down > reach:
					largest, reach = node(v), down
				case down == 1:
					least = node(v)
				}
			}
			b.Run(fmt.Sprintf("largest/%s/%d", s.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					m.Lose(largest)
				}
				b.ReportMetric(float64(reach), "nodes")
			})
			b.Run(fmt.Sprintf("least/%s/%d", s.name, n), func(b *testing.B) {
				for b.Loop() {
					m.Lose(least)
				}
			})
		}
	}
}

// BenchmarkPairs loses all 44,850 pairs of 300 places in which 2 % of the nodes stand.
func BenchmarkPairs(b *testing.B) {
	for _, s := range shops(100_000) {
		b.Run(s.name, func(b *testing.B) {
			m := s.model(b)
			rng := rand.New(rand.NewPCG(3, 3))
			places := make([][]node, 300)
			for v := range m.g.Len() {
				if rng.Float64() < 0.02 {
					p := rng.IntN(len(places))
					places[p] = append(places[p], node(v))
				}
			}
			var pairs [][]node
			for i := range places {
				for j := range i {
					pairs = append(pairs, slices.Concat(places[i], places[j]))
				}
			}
			before := cpuSeconds(b)
			b.ResetTimer()
			for b.Loop() {
				if err := m.LoseMany(context.Background(), pairs, nil, func(int, Sizes, []node) {}); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			b.ReportMetric((cpuSeconds(b)-before)/float64(b.N), "cpu-s/op")
		})
	}
}

// BenchmarkFallsWithout measures what [usual] weighs, on a system with a large cycle: a pass and
// one of its visits, by lane, a loss by itself, and what is looked at to hold a cell up in it.
func BenchmarkFallsWithout(b *testing.B) {
	m := shops(100_000)[1].model(b)
	p := m.plan()
	t := newRetraction(p)
	t.most = math.MaxInt
	rng := rand.New(rand.NewPCG(4, 4))
	var losses [][]node
	for len(losses) < lanes { // that take much along
		if v := node(rng.IntN(m.g.Len())); len(m.Lose(v).List(Down)) > m.g.Len()/20 {
			losses = append(losses, []node{v})
		}
	}
	last := int32(len(p.weight) - 1)
	var pass, lose, look float64
	visits, looks, asked := 0, 0, 0
	for b.Loop() {
		before := cpuSeconds(b)
		if err := m.Passes(context.Background(), losses, func(p *Pass) { visits += p.full.visits }); err != nil {
			b.Fatal(err)
		}
		pass += cpuSeconds(b) - before
		for _, failed := range losses[:64] {
			before = cpuSeconds(b)
			t.lose(failed, last)
			lose += cpuSeconds(b) - before
			before = cpuSeconds(b)
			for range 200 {
				if c := t.fallen[rng.IntN(len(t.fallen))]; t.first[c] >= 0 && p.cellOf[failed[0]] != c {
					t.without(c, func(breaks) bool { return false })
					looks += t.work
					asked++
				}
			}
			look += cpuSeconds(b) - before
		}
	}
	b.ReportMetric(pass/float64(b.N)/(lose/float64(b.N)/64), "losses/pass")
	b.ReportMetric(pass/float64(visits)/lanes*1e9, "ns/visit-lane")
	b.ReportMetric(look/float64(looks)*1e9, "ns/look")
	b.ReportMetric(float64(looks)/float64(asked), "looks/pair")
}
