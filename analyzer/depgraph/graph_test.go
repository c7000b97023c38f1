package depgraph_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestKeepLeavesOutFactsByBasis(t *testing.T) {
	g := parse(t, `
service:a tier=0  a.yaml:1
service:seen  t.json,basis=observed
service:both  a.yaml:2 t.json,basis=observed
service:a -> service:b  a.yaml:3 t.json,basis=observed,member=service:b
service:a -> service:c  t.json,basis=observed
service:a -> service:d  k.yaml:1,basis=implied
service:seen -> service:b  k.yaml:2,basis=implied
`)
	for _, c := range []struct {
		name string
		keep func(depgraph.Basis) bool
		want string
	}{
		{"declared only", func(b depgraph.Basis) bool { return b == depgraph.Declared }, `
service:a  tier=0  a.yaml:1
service:both  a.yaml:2
service:a -> service:b  a.yaml:3
`},
		{"nothing implied", func(b depgraph.Basis) bool { return b != depgraph.Implied }, `
service:a  tier=0  a.yaml:1
service:both  a.yaml:2 t.json,basis=observed
service:seen  t.json,basis=observed
service:a -> service:b  a.yaml:3 t.json,member=service:b,basis=observed
service:a -> service:c  t.json,basis=observed
`},
	} {
		kept, err := g.Keep(c.keep)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(parse(t, c.want).Text(), kept.Text()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	all, err := g.Keep(func(depgraph.Basis) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(g.Text(), all.Text()); diff != "" {
		t.Errorf("keeping all (-want +got):\n%s", diff)
	}
}

// TestKeepIsTheGraphOfTheFactsKept: leaving facts out of a graph is the same as
// never having added them.
func TestKeepIsTheGraphOfTheFactsKept(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		reqs := rapid.SliceOfN(drawRequirement(), 0, 6).Draw(t, "requirements")
		basis := rapid.SampledFrom([]depgraph.Basis{depgraph.Declared, depgraph.Observed, depgraph.Implied}).Draw(t, "basis")
		var all, kept []step
		for _, r := range reqs {
			all = append(all, func(b *depgraph.Builder) { b.AddRequirement(r) })
			of := r
			of.Origins = slices.DeleteFunc(slices.Clone(r.Origins), func(o depgraph.Origin) bool { return o.Normal().Basis != basis })
			if len(of.Origins) > 0 {
				kept = append(kept, func(b *depgraph.Builder) { b.AddRequirement(of) })
			}
		}
		got, err := build(t, all).Keep(func(b depgraph.Basis) bool { return b == basis })
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(snapshot(build(t, kept)), snapshot(got)); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func TestOfKindListsTheNodesOfAKind(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		g := build(t, drawFacts().Draw(t, "facts"))
		for _, k := range []depgraph.Kind{depgraph.KindService, depgraph.KindDatastore, depgraph.KindZone, "ser", "service-x", "nobody", "a", "zz"} {
			var want, got []depgraph.ID
			for n := range g.Nodes() {
				if n.ID.Kind == k {
					want = append(want, n.ID)
				}
			}
			for n := range g.OfKind(k) {
				got = append(got, n.ID)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s: %v, want %v", k, got, want)
			}
		}
	})
}

// TestABasisIsThatOfSomeOrigin checks Has and NodeHas against the origins themselves.
func TestABasisIsThatOfSomeOrigin(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		g := build(t, drawFacts().Draw(t, "facts"))
		for _, basis := range []depgraph.Basis{depgraph.Declared, depgraph.Observed, depgraph.Implied} {
			is := func(o depgraph.Origin) bool { return o.Basis == basis }
			for i := range depgraph.NodeIndex(g.Len()) {
				if got, want := g.NodeHas(i, basis), slices.ContainsFunc(g.NodeOrigins(g.ID(i)), is); got != want {
					t.Fatalf("%v of %v: %v, want %v", basis, g.ID(i), got, want)
				}
			}
			for r := range depgraph.ReqIndex(g.Requirements()) {
				if got, want := g.Has(r, basis), slices.ContainsFunc(g.Origins(r), is); got != want {
					t.Fatalf("%v of %v: %v, want %v", basis, g.Requirement(r), got, want)
				}
			}
		}
	})
}

// TestTheReverseIndexInvertsTheRequirements checks Naming, NeededBy, OwnedBy and
// Edge against a walk over all requirements.
func TestTheReverseIndexInvertsTheRequirements(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		g := build(t, drawFacts().Draw(t, "facts"))
		naming, owned := map[depgraph.ID]string{}, map[depgraph.ID]string{}
		for r := range g.AllRequirements() {
			owned[r.Owner] += fmt.Sprintf("%v ", r)
			for _, m := range r.Members {
				naming[m] += fmt.Sprintf("%v ", r)
			}
		}
		for i := range g.Len() {
			at := depgraph.NodeIndex(i)
			id := g.ID(at)
			if back, ok := g.Index(id); !ok || back != at || g.Node(id) != g.At(at) {
				t.Fatalf("Index(%v) = %v, %v", id, back, ok)
			}
			var needed, needs string
			for r := range g.NeededBy(id) {
				needed += fmt.Sprintf("%v ", r)
			}
			for r := range g.Needs(id) {
				needs += fmt.Sprintf("%v ", r)
			}
			if needed != naming[id] || needs != owned[id] {
				t.Fatalf("%v: needed by %s, want %s; needs %s, want %s", id, needed, naming[id], needs, owned[id])
			}
			for q, end := g.OwnedBy(at); q < end; q++ {
				for _, m := range g.Members(q) {
					e := g.Edge(q, m, depgraph.Run)
					want := slices.DeleteFunc(g.Origins(q), func(o depgraph.Origin) bool { return !o.Member.IsZero() && o.Member != g.ID(m) })
					if e.From != id || e.To != g.ID(m) || !slices.Equal(e.Origins, want) {
						t.Fatalf("edge %+v, want origins %v", e, want)
					}
				}
			}
		}
		if n := g.Node(depgraph.ID{Kind: "service", Name: "nobody"}); n != nil {
			t.Fatalf("a node that is not there: %v", n)
		}
	})
}

func TestBuildRefusesWhatNoGraphCanHold(t *testing.T) {
	a := depgraph.MustID("service:a")
	o := []depgraph.Origin{{Input: "a.yaml"}}
	for want, add := range map[string]func(*depgraph.Builder){
		"a node without an id": func(b *depgraph.Builder) { b.AddNode(depgraph.Node{}) },
		"a requirement without an owner": func(b *depgraph.Builder) {
			b.AddRequirement(depgraph.Requirement{Members: []depgraph.ID{a}, Origins: o})
		},
		"service:a: a requirement without me": func(b *depgraph.Builder) { b.AddRequirement(depgraph.Requirement{Owner: a, Origins: o}) },
		"a requirement without an origin": func(b *depgraph.Builder) {
			b.AddRequirement(depgraph.Requirement{Owner: a, Members: []depgraph.ID{a}})
		},
		"zone:z: a place cannot be a standby": func(b *depgraph.Builder) {
			b.AddNode(depgraph.Node{ID: depgraph.MustID("zone:z"), Standby: &depgraph.Standby{}})
		},
	} {
		b := depgraph.NewBuilder()
		add(b)
		if _, err := b.Build(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestWhatABuilderWasGivenIsNotChanged(t *testing.T) {
	members := []depgraph.ID{depgraph.MustID("service:c"), depgraph.MustID("service:b"), depgraph.MustID("service:c")}
	aliases := []string{"z", "a"}
	labels := map[string]string{"k": "v"}
	b := depgraph.NewBuilder()
	b.AddNode(depgraph.Node{ID: depgraph.MustID("service:a"), Aliases: aliases, Labels: labels})
	b.AddRequirement(depgraph.Requirement{Owner: depgraph.MustID("service:a"), Members: members, Origins: []depgraph.Origin{{Input: "x"}}})
	b.AddUnresolved(depgraph.Unresolved{Candidates: aliases})
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	labels["k"], aliases[1] = "changed", "changed"
	if members[0].Name != "c" || aliases[0] != "z" {
		t.Errorf("members %v, aliases %v", members, aliases)
	}
	if n := g.Node(depgraph.MustID("service:a")); n.Labels["k"] != "v" || !slices.Equal(n.Aliases, []string{"a", "z"}) {
		t.Errorf("the graph follows its source: %v %v", n.Labels, n.Aliases)
	}
}

// fill makes a builder of n nodes with five needs each, 60 % of them of low-numbered nodes.
func fill(n int) *depgraph.Builder {
	b := depgraph.NewBuilder()
	id := func(i int) depgraph.ID { return depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("n%07d", i)} }
	ids := make([]depgraph.ID, n)
	for i := range ids {
		ids[i] = id(i)
		b.AddNode(depgraph.Node{ID: ids[i]})
	}
	state := uint64(n)
	next := func(below int) int {
		state = state*6364136223846793005 + 1442695040888963407
		return int(state>>33) % below
	}
	for i := range ids {
		for range 5 {
			j := next(n)
			if next(10) < 6 {
				j = next(n/100 + 1)
			}
			b.AddRequirement(depgraph.Requirement{
				Owner: ids[i], Members: []depgraph.ID{ids[j]}, Origins: []depgraph.Origin{{Input: "fleet.yaml", Line: i + 1, Source: "native"}},
			})
		}
	}
	return b
}

// TestARequirementCostsAFewDozenBytes holds the graph to what its comment says,
// strings aside: it is what makes a million nodes fit.
func TestARequirementCostsAFewDozenBytes(t *testing.T) {
	const n = 20_000
	live := func() int {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before := live()
	g, err := fill(n).Build()
	if err != nil {
		t.Fatal(err)
	}
	text := 0
	for node := range g.Nodes() {
		text += len(node.ID.Name)
	}
	got := (live() - before - text) / n
	// 300 for the node, 56 for each of five requirements, and the slack of allocation.
	if limit := 300 + 5*56 + 120; got > limit {
		t.Errorf("a node with five requirements lives in %d bytes, want %d at most", got, limit)
	}
	runtime.KeepAlive(g)
}

func BenchmarkBuild(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				builder := fill(n)
				b.StartTimer()
				if _, err := builder.Build(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
