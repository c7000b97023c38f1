package simulate_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// randomRising makes a random world in which coming up takes time and standbys
// have ways: with few distinct times, so that much happens at once.
func randomRising(rng *rand.Rand, maxNodes int) risingWorld {
	w := risingWorld{world: randomWorld(rng, maxNodes)}
	n := len(w.standby)
	for i := range w.needs {
		r := &w.needs[i]
		if rng.IntN(3) == 0 {
			r.phases = pickOne(rng, "s", "rs", "R", "rR", "d", "sR")
		}
		if r.placed && rng.IntN(2) == 0 {
			r.phases, r.ifLost = "rs", 'd'
		}
	}
	for v := range n {
		w.takes = append(w.takes, pickOne(rng, 0, 0, 10, 10, 20, 25))
		w.wakeTakes = append(w.wakeTakes, pickOne(rng, 0, 5, 10))
		w.wayNeed = append(w.wayNeed, pickOne(rng, 1, 1, 1, 2, -1, -2))
		w.ways = append(w.ways, nil)
		w.ghostWays = append(w.ghostWays, 0)
		if w.standby[v] {
			for range rng.IntN(3) {
				if way := rng.IntN(n); !slices.Contains(w.ways[v], way) && !w.group[way] {
					w.ways[v] = append(w.ways[v], way)
				}
			}
			slices.Sort(w.ways[v])
			w.ghostWays[v] = pickOne(rng, 0, 0, 0, 1)
		}
	}
	return w
}

// graph builds w with what it says of time and of ways.
func (w risingWorld) graph(t testing.TB) (*depgraph.Graph, []depgraph.NodeIndex) {
	t.Helper()
	b := depgraph.NewBuilder()
	for v := range w.standby {
		n := depgraph.Node{ID: w.id(v), Takes: time.Duration(w.takes[v]) * time.Minute}
		if w.standby[v] {
			n.Standby = &depgraph.Standby{Takes: time.Duration(w.wakeTakes[v]) * time.Minute, Need: depgraph.Need(w.wayNeed[v])}
			for _, way := range w.ways[v] {
				n.Standby.ActivatedBy = append(n.Standby.ActivatedBy, w.id(way))
			}
			for i := range w.ghostWays[v] {
				n.Standby.ActivatedBy = append(n.Standby.ActivatedBy, depgraph.MustID(fmt.Sprintf("tool:ghost-%d-%d", v, i)))
			}
		}
		b.AddNode(n)
	}
	for i, r := range w.needs {
		b.AddRequirement(r.requirement(w.world, i+1))
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	var at []depgraph.NodeIndex
	for v := range w.standby {
		i, found := g.Index(w.id(v))
		if !found {
			t.Fatalf("%v is not in the graph", w.id(v))
		}
		at = append(at, i)
	}
	return g, at
}

// told is a timeline in words, to compare and to print.
type told struct {
	Order                 []string
	LockedOut, Deadlocked []string
}

func tell(g *depgraph.Graph, tl *simulate.Timeline) told {
	var out told
	for _, s := range tl.Order {
		out.Order = append(out.Order, fmt.Sprint(g.ID(s.Node), " at ", s.At, " after ", ids(g, s.After)))
	}
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
	for v := range a.standby {
		switch {
		case a.group[v] || a.standby[v] && !a.called[v] && !a.up[v]:
		case a.serves[v] != forever:
			if speak(v) || a.called[v] {
				order = append(order, v)
			}
		case !speak(v):
		case a.failed[v] && !a.repaired[v]:
			out.LockedOut = append(out.LockedOut, a.id(v).String())
		default:
			out.Deadlocked = append(out.Deadlocked, a.id(v).String())
		}
	}
	slices.Sort(out.LockedOut)
	slices.Sort(out.Deadlocked)
	slices.SortFunc(order, func(x, y int) int {
		if a.serves[x] != a.serves[y] {
			return a.serves[x] - a.serves[y]
		}
		return a.id(x).Compare(a.id(y))
	})
	for _, v := range order {
		var after []string
		for _, m := range a.after(v) {
			after = append(after, a.id(m).String())
		}
		slices.Sort(after)
		out.Order = append(out.Order, fmt.Sprint(a.id(v), " at ", time.Duration(a.serves[v])*time.Minute, " after ", after))
	}
	return out
}

func eachRising(t *testing.T, count, maxNodes int, check func(t *testing.T, rng *rand.Rand, w risingWorld)) {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("FATELINE_SYSTEMS")); err == nil {
		count = n
	}
	for seed := range count {
		rng := rand.New(rand.NewPCG(uint64(seed), 11))
		w := randomRising(rng, maxNodes)
		check(t, rng, w)
		if t.Failed() {
			t.Fatalf("seed %d: %d nodes, standby %v, group %v, takes %v, wake %v, ways %v need %v ghosts %v\nneeds %+v",
				seed, len(w.standby), w.standby, w.group, w.takes, w.wakeTakes, w.ways, w.wayNeed, w.ghostWays, w.needs)
		}
	}
}

func TestColdStartEqualsTheReference(t *testing.T) {
	eachRising(t, 5000, 9, func(t *testing.T, rng *rand.Rand, w risingWorld) {
		g, at := w.graph(t)
		up, rebuild := failedIn(rng, w.world), rng.IntN(2) == 0
		got := tell(g, simulate.ColdStart(g, indexes(at, up), simulate.StartOptions{Rebuild: rebuild}))
		want := w.coldStart(up, rebuild).tell(func(int) bool { return true })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("ColdStart(up %v, rebuild %v), reference -, package +:\n%s", up, rebuild, diff)
		}
	})
}

func TestRecoverEqualsTheReference(t *testing.T) {
	eachRising(t, 5000, 9, func(t *testing.T, rng *rand.Rand, w risingWorld) {
		g, at := w.graph(t)
		failed, rebuild := failedIn(rng, w.world), rng.IntN(2) == 0
		r := simulate.Recover(simulate.NewModel(g, 30*time.Minute), indexes(at, failed), simulate.StartOptions{Rebuild: rebuild})
		reference, o := w.recover(failed, 30, rebuild)
		if diff := cmp.Diff(reference.tell(func(v int) bool { return o.down[v] }), tell(g, &r.Timeline)); diff != "" {
			t.Errorf("Recover(failed %v, rebuild %v), reference -, package +:\n%s", failed, rebuild, diff)
		}
	})
}
