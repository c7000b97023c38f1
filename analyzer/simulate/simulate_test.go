package simulate_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// system is a random world with its graph and a model for some outage.
type system struct {
	simtest.World
	at     []depgraph.NodeIndex // of each node number
	outage int                  // minutes
	m      *simulate.Model
}

// fataler is what testing.TB and rapid.TB share of what newSystem needs.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

func newSystem(t fataler, w simtest.World, outage int) system {
	t.Helper()
	g, at, err := w.Graph()
	if err != nil {
		t.Fatal(err)
	}
	return system{World: w, at: at, outage: outage, m: simulate.NewModel(g, time.Duration(outage)*time.Minute)}
}

// eachSystem runs check on count random systems, one seed each, and shows the one
// that fails.
func eachSystem(t *testing.T, count, maxNodes int, check func(t *testing.T, rng *rand.Rand, s system)) {
	t.Helper()
	for seed := range count {
		rng := rand.New(rand.NewPCG(uint64(seed), 7))
		w := simtest.Random(rng, maxNodes)
		check(t, rng, newSystem(t, w, []int{1, 30, 60, 120}[rng.IntN(4)]))
		if t.Failed() {
			t.Fatalf("seed %d: %d nodes, needs %+v, standby %v, group %v", seed, len(w.Standby), w.Needs, w.Standby, w.Group)
		}
	}
}

// indexes returns the graph's indexes of node numbers.
func (s system) indexes(vs []int) []depgraph.NodeIndex {
	var out []depgraph.NodeIndex
	for _, v := range vs {
		out = append(out, s.at[v])
	}
	return out
}

// listed returns what must be listed of a set of the reference.
func (s system) listed(set []bool) []depgraph.NodeIndex {
	var out []depgraph.NodeIndex
	for v, in := range set {
		if in && !s.Group[v] {
			out = append(out, s.at[v])
		}
	}
	slices.Sort(out)
	return out
}

func setOf(o simtest.Outcome, s simulate.State) []bool {
	switch s {
	case simulate.Down:
		return o.Down
	case simulate.Degraded:
		return o.Degraded
	case simulate.Frozen:
		return o.Frozen
	case simulate.Blind:
		return o.Blind
	}
	return o.Exposed
}
