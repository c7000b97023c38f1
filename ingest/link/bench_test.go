package link_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// fleet makes the fragments of a made-up fleet: n services in namespaces of 100,
// each behind a Service of its own, half of them seen in traces, and five needs
// a service: three as host names in strings, one in a structured field by id, one
// observed. The seed is fixed.
func fleet(n int) []*link.Fragment {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	k8s, traces := &link.Fragment{}, &link.Fragment{}
	ns := func(i int) string { return fmt.Sprintf("ns%d", i/100) }
	name := func(i int) string { return fmt.Sprintf("svc%d", i) }
	id := func(i int) depgraph.ID { return depgraph.ID{Kind: depgraph.KindService, Name: ns(i) + "/" + name(i)} }
	for i := range n {
		o := depgraph.Origin{Input: "k8s/" + ns(i) + ".yaml", Line: 20*(i%100) + 1, Source: "kubernetes"}
		scope := "k8s/main/" + ns(i)
		k8s.Definitions = append(k8s.Definitions, link.Definition{
			Node:   depgraph.Node{ID: id(i), Labels: map[string]string{"app": name(i)}},
			Names:  []link.Name{{Space: link.SpaceObject, Scope: scope, Text: "deployment/" + name(i)}, {Space: link.SpaceService, Text: name(i)}},
			Origin: o,
		})
		k8s.Bindings = append(k8s.Bindings, link.Binding{
			Names: []link.Name{
				link.Host(scope, name(i)), link.Host("k8s/main", name(i)+"."+ns(i)),
				link.Host("k8s/main", name(i)+"."+ns(i)+".svc"), link.Host("k8s/main", name(i)+"."+ns(i)+".svc.cluster.local"),
			},
			To: []link.Name{link.ID(id(i))}, Alternatives: true, Origin: o,
		})
		if i%2 == 0 {
			traces.Definitions = append(traces.Definitions, link.Definition{
				Node: depgraph.Node{ID: depgraph.ID{Kind: depgraph.KindService, Name: name(i)}}, Weak: true,
				Names: []link.Name{{Space: link.SpaceService, Text: name(i)}}, Origin: depgraph.Origin{Input: "traces.json", Line: i + 1, Basis: depgraph.Observed},
			})
		}
		for k := range 5 {
			j := rng.IntN(n)
			ref := link.Reference{Owner: link.ID(id(i)), Form: link.Text, Origin: depgraph.Origin{Input: o.Input, Line: o.Line + k, Source: "kubernetes", Confidence: 0.9}}
			ref.Members = []link.Target{{Name: link.Host(scope, name(j)+"."+ns(j)+".svc")}}
			switch k {
			case 3:
				ref.Form, ref.Members[0].Name = link.Structured, link.ID(id(j))
			case 4:
				ref.Origin = depgraph.Origin{Input: "traces.json", Line: i + 1, Source: "traces", Basis: depgraph.Observed, Seen: depgraph.Seen{Count: int64(j)}}
				ref.Members[0].Name = link.Name{Space: link.SpaceService, Text: name(j)}
			}
			k8s.References = append(k8s.References, ref)
		}
	}
	return []*link.Fragment{k8s, traces}
}

func BenchmarkLink(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			frags := fleet(n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := link.Link(frags, nil, link.Options{}); err != nil {
					b.Fatal(err)
				}
			}
			b.StopTimer()
			b.ReportMetric(live(b, frags), "live-bytes/def")
		})
	}
}

// live returns the bytes that the linked graph keeps alive, by definition.
func live(b *testing.B, frags []*link.Fragment) float64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	g, err := link.Link(frags, nil, link.Options{})
	if err != nil {
		b.Fatal(err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(g)
	return float64(after.HeapAlloc-before.HeapAlloc) / float64(len(frags[0].Definitions))
}
