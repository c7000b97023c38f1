package depgraph_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// csr builds the arrays of a digraph of n vertices whose arrow i*n+j is bit i*n+j.
func csr(n int, bits uint64) (at, to []int32) {
	at = []int32{0}
	for i := range n {
		for j := range n {
			if bits>>(i*n+j)&1 == 1 {
				to = append(to, int32(j))
			}
		}
		at = append(at, int32(len(to)))
	}
	return at, to
}

// reaches is the naive transitive closure, every vertex reaching itself.
func reaches(at, to []int32) [][]bool {
	n := len(at) - 1
	r := make([][]bool, n)
	for i := range r {
		r[i] = make([]bool, n)
		r[i][i] = true
		for _, j := range to[at[i]:at[i+1]] {
			r[i][j] = true
		}
	}
	for k := range n {
		for i := range n {
			for j := range n {
				r[i][j] = r[i][j] || r[i][k] && r[k][j]
			}
		}
	}
	return r
}

func checkComponents(t interface {
	Fatalf(string, ...any)
}, at, to []int32,
) {
	of, count := depgraph.StrongComponents(at, to)
	closure := reaches(at, to)
	seen := map[int32]bool{}
	for i := range of {
		seen[of[i]] = true
		for j := range of {
			if same, mutual := of[i] == of[j], closure[i][j] && closure[j][i]; same != mutual {
				t.Fatalf("at %v to %v: components %v put %d and %d together: %v, want %v", at, to, of, i, j, same, mutual)
			}
		}
		for _, j := range to[at[i]:at[i+1]] {
			if of[i] < of[j] {
				t.Fatalf("at %v to %v: arrow %d to %d leads from component %d up to %d", at, to, i, j, of[i], of[j])
			}
		}
	}
	if len(seen) != count {
		t.Fatalf("at %v to %v: %d components, %d numbers", at, to, count, len(seen))
	}
}

func TestStrongComponentsOfEveryDigraphOfUpToFourVertices(t *testing.T) {
	for n := 0; n <= 4; n++ {
		for bits := range uint64(1) << (n * n) {
			at, to := csr(n, bits)
			checkComponents(t, at, to)
		}
	}
}

func TestStrongComponentsOfRandomDigraphs(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(5, 12).Draw(t, "n")
		at := []int32{0}
		var to []int32
		for range n {
			for range rapid.IntRange(0, 3).Draw(t, "out") {
				to = append(to, int32(rapid.IntRange(0, n-1).Draw(t, "to")))
			}
			at = append(at, int32(len(to)))
		}
		checkComponents(t, at, to)
	})
}

func TestAChainOfAMillionIsAMillionComponentsAndAsARingOne(t *testing.T) {
	const n = 1_000_000
	at, to := make([]int32, n+1), make([]int32, n)
	for i := range int32(n) {
		at[i+1], to[i] = i+1, (i+1)%n
	}
	if _, count := depgraph.StrongComponents(at, to); count != 1 {
		t.Errorf("ring: %d components, want 1", count)
	}
	at[n]-- // the last arrow goes
	if _, count := depgraph.StrongComponents(at, to[:n-1]); count != n {
		t.Errorf("chain: %d components, want %d", count, n)
	}
}

func TestComponentsFollowOnlyTheArrowsThatTheFilterAccepts(t *testing.T) {
	g := parse(t, `
service:a -> service:b  run
service:b -> service:a  recover
service:c -> service:d | service:c  run
service:d -> service:e  run ifLost=degraded
service:e -> service:d  run ifLost=degraded
`)
	cyclic := func(f depgraph.Filter) (out [][]string) {
		c := g.Components(f)
		for _, k := range c.Cyclic() {
			var ids []string
			for _, i := range c.Nodes(k) {
				ids = append(ids, g.ID(i).String())
				if c.Of(i) != k {
					t.Errorf("Of(%v) = %d, want %d", g.ID(i), c.Of(i), k)
				}
			}
			out = append(out, ids)
		}
		return out
	}
	for _, c := range []struct {
		name   string
		filter depgraph.Filter
		want   [][]string
	}{
		{"any arrow", depgraph.Filter{}, [][]string{{"service:a", "service:b"}, {"service:c"}, {"service:d", "service:e"}}},
		{"serving", depgraph.ServingNeeds(), [][]string{{"service:c"}}},
		{"run", depgraph.Filter{Phases: depgraph.PhasesOf(depgraph.Run)}, [][]string{{"service:c"}, {"service:d", "service:e"}}},
	} {
		if got := cyclic(c.filter); !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func BenchmarkComponents(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, uint64(n)))
			at, to := make([]int32, n+1), make([]int32, 5*n)
			for i := range to {
				to[i] = int32(rng.IntN(n))
			}
			for i := range at {
				at[i] = int32(5 * i)
			}
			b.ReportAllocs()
			for b.Loop() {
				depgraph.StrongComponents(at, to)
			}
		})
	}
}
