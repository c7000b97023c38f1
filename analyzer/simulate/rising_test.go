package simulate_test

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// randomRising makes a random world in which coming up takes time and standbys
// have ways: with few distinct times, so that much happens at once.
func randomRising(rng *rand.Rand, maxNodes int) risingWorld {
	w := risingWorld{World: simtest.Random(rng, maxNodes)}
	n := len(w.Standby)
	for i := range w.Needs {
		r := &w.Needs[i]
		if rng.IntN(3) == 0 {
			r.Phases = pickOne(rng, "s", "rs", "R", "rR", "d", "sR")
		}
		if r.Placed && rng.IntN(2) == 0 {
			r.Phases, r.IfLost = "rs", 'd'
		}
	}
	for v := range n {
		w.takes = append(w.takes, pickOne(rng, 0, 0, 10, 10, 20, 25))
		w.wakeTakes = append(w.wakeTakes, pickOne(rng, 0, 5, 10))
		w.wayNeed = append(w.wayNeed, pickOne(rng, 1, 1, 1, 2, -1, -2))
		w.ways = append(w.ways, nil)
		w.manual = append(w.manual, !w.Group[v] && rng.IntN(3) == 0)
		if w.Standby[v] {
			for range rng.IntN(3) {
				if way := rng.IntN(n); !slices.Contains(w.ways[v], way) && !w.Group[way] {
					w.ways[v] = append(w.ways[v], way)
				}
			}
			slices.Sort(w.ways[v])
		}
	}
	return w
}

// graph builds w with what it says of time and of ways.
func (w risingWorld) graph(t testing.TB) (*depgraph.Graph, []depgraph.NodeIndex) {
	t.Helper()
	b := depgraph.NewBuilder()
	for v := range w.Standby {
		n := depgraph.Node{ID: w.ID(v), Takes: time.Duration(w.takes[v]) * time.Minute, Manual: w.manual[v]}
		if w.Standby[v] {
			n.Standby = &depgraph.Standby{Takes: time.Duration(w.wakeTakes[v]) * time.Minute, Need: depgraph.Need(w.wayNeed[v])}
			for _, way := range w.ways[v] {
				n.Standby.ActivatedBy = append(n.Standby.ActivatedBy, w.ID(way))
			}
		}
		b.AddNode(n)
	}
	for i, r := range w.Needs {
		b.AddRequirement(w.Requirement(r, i+1))
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	var at []depgraph.NodeIndex
	for v := range w.Standby {
		i, found := g.Index(w.ID(v))
		if !found {
			t.Fatalf("%v is not in the graph", w.ID(v))
		}
		at = append(at, i)
	}
	return g, at
}

// told is a timeline in words, to compare and to print.
type told struct {
	Order                 []string
	LockedOut, Deadlocked []string
	Manual                []string
}

func indexesOf(at []depgraph.NodeIndex, vs []int) []depgraph.NodeIndex {
	return system{at: at}.indexes(vs)
}

func tell(g *depgraph.Graph, tl *simulate.Timeline) told {
	var out told
	for _, s := range tl.Order {
		out.Order = append(out.Order, fmt.Sprint(g.ID(s.Node), " at ", s.At, " after ", ids(g, s.After), " by ", ids(g, s.Manual)))
	}
	out.Manual = ids(g, tl.Manual)
	out.LockedOut, out.Deadlocked = ids(g, tl.LockedOut), ids(g, tl.Deadlocked)
	return out
}

func ids(g *depgraph.Graph, vs []depgraph.NodeIndex) []string {
	var out []string
	for _, v := range vs {
		out = append(out, g.ID(v).String())
	}
	return out
}

// tell is what the reference has to say, for nodes of which speak is true.
func (a *ascent) tell(speak func(v int) bool) told {
	var out told
	var order []int
	for v := range a.Standby {
		switch {
		case a.Group[v] || a.Standby[v] && !a.called[v] && !a.up[v]:
		case a.serves[v] != forever:
			if speak(v) || a.called[v] {
				order = append(order, v)
			}
		case !speak(v):
		case a.failed[v] && !a.repaired[v]:
			out.LockedOut = append(out.LockedOut, a.ID(v).String())
		default:
			out.Deadlocked = append(out.Deadlocked, a.ID(v).String())
		}
	}
	slices.Sort(out.LockedOut)
	slices.Sort(out.Deadlocked)
	slices.SortFunc(order, func(x, y int) int {
		if a.serves[x] != a.serves[y] {
			return a.serves[x] - a.serves[y]
		}
		return a.ID(x).Compare(a.ID(y))
	})
	all := map[int]bool{}
	for _, v := range order {
		byHand := map[int]bool{}
		a.byHand(v, byHand)
		maps.Copy(all, byHand)
		out.Order = append(out.Order, fmt.Sprint(a.ID(v), " at ", time.Duration(a.serves[v])*time.Minute,
			" after ", a.ids(slices.Values(a.after(v))), " by ", a.ids(maps.Keys(byHand))))
	}
	out.Manual = a.ids(maps.Keys(all))
	return out
}

// ids returns the ids of node numbers, ascending.
func (w risingWorld) ids(vs iter.Seq[int]) []string {
	var out []string
	for v := range vs {
		out = append(out, w.ID(v).String())
	}
	slices.Sort(out)
	return out
}

func eachRising(t *testing.T, count, maxNodes int, check func(t *testing.T, rng *rand.Rand, w risingWorld)) {
	t.Helper()
	for seed := range count {
		rng := rand.New(rand.NewPCG(uint64(seed), 11))
		w := randomRising(rng, maxNodes)
		check(t, rng, w)
		if t.Failed() {
			t.Fatalf("seed %d: %d nodes, standby %v, group %v, takes %v, wake %v, ways %v need %v\nneeds %+v",
				seed, len(w.Standby), w.Standby, w.Group, w.takes, w.wakeTakes, w.ways, w.wayNeed, w.Needs)
		}
	}
}

func TestColdStartEqualsTheReference(t *testing.T) {
	eachRising(t, tiertest.Count(1000, 5000, 100_000), 9, func(t *testing.T, rng *rand.Rand, w risingWorld) {
		g, at := w.graph(t)
		up, rebuild := w.Failures(rng), rng.IntN(2) == 0
		got := tell(g, simulate.ColdStart(g, indexesOf(at, up), simulate.StartOptions{Rebuild: rebuild}))
		want := w.coldStart(up, rebuild).tell(func(int) bool { return true })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ColdStart(up %v, rebuild %v), reference -, package +:\n%s", up, rebuild, diff)
		}
	})
}

func TestRecoverEqualsTheReference(t *testing.T) {
	eachRising(t, tiertest.Count(1000, 5000, 100_000), 9, func(t *testing.T, rng *rand.Rand, w risingWorld) {
		g, at := w.graph(t)
		failed, rebuild := w.Failures(rng), rng.IntN(2) == 0
		r := simulate.Recover(simulate.NewModel(g, 30*time.Minute), indexesOf(at, failed), simulate.StartOptions{Rebuild: rebuild})
		reference, o := w.recover(failed, 30, rebuild)
		if diff := cmp.Diff(reference.tell(func(v int) bool { return o.Down[v] }), tell(g, &r.Timeline)); diff != "" {
			t.Errorf("Recover(failed %v, rebuild %v), reference -, package +:\n%s", failed, rebuild, diff)
		}
	})
}

func pickOne[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }
