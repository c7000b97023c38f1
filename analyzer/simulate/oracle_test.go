package simulate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
)

// plainGraph is a graph as other tools have them.
type plainGraph struct {
	N     int      `json:"n"`
	Edges [][2]int `json:"edges"`
}

// verdictOf is what testdata/oracle.py says of it.
type verdictOf struct {
	Component []int   `json:"component"`
	Needing   [][]int `json:"needing"`
	Dominated [][]int `json:"dominated"`
}

// pythonWith returns a Python that has the library. Without one the test is skipped,
// and says what nobody has checked.
func pythonWith(t *testing.T, library string) string {
	t.Helper()
	for _, python := range []string{os.Getenv("PYTHON"), "python3", "/usr/bin/python3"} {
		if python != "" && exec.Command(python, "-c", "import "+library).Run() == nil {
			return python
		}
	}
	t.Skipf("%s is not installed: components, blast radii and dominators are compared with none but our own reference", library)
	return ""
}

// Where every need is that of one node, the blast radius is plain reachability. Where
// every node needs any one of some, and nothing is in a cycle, it is what the node
// dominates. Both, and components, are what graph libraries say.
func TestLossesAreWhatGraphLibrariesSay(t *testing.T) {
	for _, library := range []string{"networkx", "igraph"} {
		t.Run(library, func(t *testing.T) {
			python := pythonWith(t, library)
			graphs := make([]plainGraph, tiertest.Count(150, 3_000, 50_000))
			var in bytes.Buffer
			for i := range graphs {
				graphs[i] = randomPlain(rand.New(rand.NewPCG(uint64(i), 5)))
				line, err := json.Marshal(graphs[i])
				if err != nil {
					t.Fatal(err)
				}
				in.Write(append(line, '\n'))
			}
			cmd := exec.Command(python, "testdata/oracle.py", library)
			cmd.Stdin, cmd.Stderr = &in, os.Stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			dominators := 0
			said := json.NewDecoder(bytes.NewReader(out))
			for i, g := range graphs {
				var v verdictOf
				if err := said.Decode(&v); err != nil {
					t.Fatal(err)
				}
				g.checkComponents(t, v.Component)
				g.checkBlast(t, v.Needing, false)
				if v.Dominated != nil {
					dominators++
					g.checkBlast(t, v.Dominated, true)
				}
				if t.Failed() {
					t.Fatalf("graph %d: %+v", i, g)
				}
			}
			t.Logf("%d graphs, %d of them without cycles: no difference", len(graphs), dominators)
		})
	}
}

// randomPlain returns a graph of up to 40 nodes, every other one without cycles.
func randomPlain(rng *rand.Rand) plainGraph {
	g := plainGraph{N: 2 + rng.IntN(39), Edges: [][2]int{}}
	cyclic := rng.IntN(2) == 0
	for range rng.IntN(3 * g.N) {
		e := [2]int{rng.IntN(g.N), rng.IntN(g.N)}
		if !cyclic && e[1] >= e[0] || e[0] == e[1] || slices.Contains(g.Edges, e) {
			continue
		}
		g.Edges = append(g.Edges, e)
	}
	return g
}

func (g plainGraph) checkComponents(t *testing.T, want []int) {
	t.Helper()
	at, to := []int32{0}, []int32{}
	for v := range g.N {
		for _, e := range g.Edges {
			if e[0] == v {
				to = append(to, int32(e[1]))
			}
		}
		at = append(at, int32(len(to)))
	}
	of, _ := depgraph.StrongComponents(at, to)
	for v := range of {
		for w := range of {
			if (of[v] == of[w]) != (want[v] == want[w]) {
				t.Errorf("%d and %d are in one component: %v", v, w, of[v] == of[w])
			}
		}
	}
}

// checkBlast compares the loss of every node with the nodes that want has for it: of a
// graph in which each node needs all that its edges lead to, or any one of it.
func (g plainGraph) checkBlast(t *testing.T, want [][]int, anyOne bool) {
	t.Helper()
	w := simtest.World{Standby: make([]bool, g.N), Group: make([]bool, g.N)}
	members := make([][]int, g.N)
	for _, e := range g.Edges {
		members[e[0]] = append(members[e[0]], e[1])
		if !anyOne {
			w.Needs = append(w.Needs, simtest.Need{Owner: e[0], Members: []int{e[1]}, Number: 1, Phases: "r", IfLost: 'd'})
		}
	}
	for v, all := range members {
		if anyOne && len(all) > 0 {
			slices.Sort(all)
			w.Needs = append(w.Needs, simtest.Need{Owner: v, Members: all, Number: 1, Phases: "r", IfLost: 'd'})
		}
	}
	s := newSystem(t, w, 60)
	blast, err := s.m.Blast(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for v, nodes := range want {
		slices.Sort(nodes)
		if got := blast.Of(s.at[v]).Down; got != len(nodes) {
			t.Errorf("without %d %d are down, want %v (any one: %v)", v, got, nodes, anyOne)
		}
		down := s.indexes(append(nodes, v))
		slices.Sort(down)
		if got := s.m.Lose(s.at[v]).List(simulate.Down); !slices.Equal(got, down) {
			t.Errorf("without %d %v are down, want %v (any one: %v)", v, got, down, anyOne)
		}
	}
}
