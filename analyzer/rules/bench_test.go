package rules

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"syscall"
	"testing"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// estateOf builds an estate: services that need each other as those of a shop do,
// on clusters in nine zones of three regions, with claims, tiers, tools, monitors and
// hosts, as a company would have them. Everything but names is drawn by the seed.
func estateOf(tb testing.TB, shop simtest.Shop) *depgraph.Graph {
	tb.Helper()
	g, err := shop.Graph()
	if err != nil {
		tb.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(shop.Seed, 11))
	b := g.Builder()
	id := func(format string, args ...any) depgraph.ID { return depgraph.MustID(fmt.Sprintf(format, args...)) }
	line := 0
	needs := func(owner depgraph.ID, terms depgraph.Terms, members ...depgraph.ID) {
		line++
		b.AddRequirement(depgraph.Requirement{Owner: owner, Members: members, Terms: terms, Origins: []depgraph.Origin{{Input: "estate.yaml", Line: line}}})
	}
	in := depgraph.Terms{Via: depgraph.PlacedIn, Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start)}
	updated := depgraph.Terms{Via: depgraph.UpdatedBy}
	clusters := max(9, shop.Nodes/400)
	for z := range 9 {
		needs(id("zone:%d", z), in, id("region:%d", z/3))
	}
	for c := range clusters {
		needs(id("cluster:%d", c), in, id("zone:%d", c%9))
		needs(id("cluster:%d", c), updated, id("updates:%d", c%2))
	}
	yes := true
	for i := range depgraph.NodeIndex(g.Len()) {
		n := *g.At(i)
		if n.ID.Kind == depgraph.KindGroup {
			continue
		}
		home := rng.IntN(clusters)
		var places []depgraph.ID
		for k := range []int{1, 1, 2, 3}[rng.IntN(4)] {
			places = append(places, id("cluster:%d", (home+k)%clusters))
		}
		needs(n.ID, in, places...)
		needs(n.ID, depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Deploy), Via: depgraph.DeployedBy}, id("tool:cd-%d", home%20))
		needs(n.ID, depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Observe), Via: depgraph.WatchedBy}, id("monitor:%d", home%9))
		tier := rng.IntN(4)
		n.Tier = &tier
		n.Env = []string{"prod", "prod", "prod", "staging"}[rng.IntN(4)]
		if rng.IntN(10) == 0 {
			n.GA, n.Survives = &yes, []string{"zone"}
			needs(n.ID, depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Recover), Via: depgraph.RepairedBy}, id("tool:cd-%d", home%20), id("human:on-call-%d", home%20))
		}
		if replicas := 1 + rng.IntN(3); rng.IntN(2) == 0 {
			n.Replicas = &replicas
		}
		b.AddNode(n, depgraph.Origin{Input: "estate.yaml", Line: line})
	}
	for k := range 20 {
		needs(id("tool:cd-%d", k), in, id("cluster:%d", k%clusters))
		needs(id("tool:cd-%d", k), depgraph.Terms{Via: depgraph.Pulls}, id("repo:git.example/%d", k%3))
	}
	for k := range 9 {
		needs(id("monitor:%d", k), in, id("cluster:%d", k))
	}
	out, err := b.Build()
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func shopOf(nodes int, cyclic bool) simtest.Shop {
	s := simtest.Shop{Nodes: nodes, Seed: 1, Spare: 0.3, Degraded: 0.1, Start: 0.05}
	if cyclic {
		s.Reversed = 0.003
	}
	return s
}

// BenchmarkRules runs each rule alone, facts included, and all together.
func BenchmarkRules(b *testing.B) {
	for _, n := range []int{1_000, 3_000, 10_000, 100_000} {
		for _, cyclic := range []bool{false, true} {
			estate := sync.OnceValue(func() *depgraph.Graph { return estateOf(b, shopOf(n, cyclic)) })
			run := func(name string, rules []*analyzer.Rule) {
				b.Run(fmt.Sprintf("%s/%dk/cyclic=%v", name, n/1000, cyclic), func(b *testing.B) {
					g := estate()
					b.ReportAllocs()
					before := cpuSeconds(b)
					for b.Loop() {
						results, err := analyzer.Run(context.Background(), g, rules, analyzer.Options{})
						if err != nil {
							b.Fatal(err)
						}
						victims, found := 0, 0
						for f := range results.Findings() {
							found++
							victims += len(f.Nodes)
						}
						b.ReportMetric(float64(found), "findings")
						b.ReportMetric(float64(victims), "victims")
					}
					b.ReportMetric((cpuSeconds(b)-before)/float64(b.N), "cpu-s/op")
				})
			}
			for _, r := range All() {
				run(r.ID, []*analyzer.Rule{r})
			}
			run("all", All())
		}
	}
}

// cpuSeconds returns what the process has used of all processors.
func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(u.Utime) + seconds(u.Stime)
}
