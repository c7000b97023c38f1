package simulate_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// TestEverySmallSystemOfThresholds tries all 493,039 systems of three nodes with at
// most two run needs each, and every loss in each of them: thousands of systems
// side by side in one graph, as what happens in one cannot touch another. At every
// commit it tries one of those that differ by the names of nodes alone.
func TestEverySmallSystemOfThresholds(t *testing.T) {
	choices := smallNeeds()
	rename := renamed(choices)
	tried, stands := 0, 0
	for i := range choices {
		var parts []simtest.World
		for j := range choices {
			for k := range choices {
				triple := [3]int{i, j, k}
				same := renamings(triple, rename)
				first := slices.IndexFunc(same, func(o [3]int) bool { return slices.Compare(o[:], triple[:]) < 0 }) < 0
				if first {
					stands += len(same)
				}
				if first || tiered(0, 1, 1) == 1 {
					parts = append(parts, smallWorld(choices[i], choices[j], choices[k]))
				}
			}
		}
		tried += len(parts)
		if len(parts) == 0 {
			continue
		}
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			checkSideBySide(t, parts)
		})
	}
	t.Logf("%d systems", tried)
	if stands != 493_039 {
		t.Errorf("the systems stand for %d, want 493,039", stands)
	}
}

// names are the ways to name three nodes.
var names = [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}

// renamed says for each way to name the nodes which choice each choice becomes.
func renamed(choices [][]simtest.Need) [][]int {
	key := func(needs []simtest.Need, name [3]int) string {
		var parts []string
		for _, r := range needs {
			var members []int
			for _, m := range r.Members {
				members = append(members, name[m])
			}
			slices.Sort(members)
			parts = append(parts, fmt.Sprint(members, r.Number))
		}
		slices.Sort(parts)
		return fmt.Sprint(parts)
	}
	at := map[string]int{}
	for i, c := range choices {
		at[key(c, names[0])] = i
	}
	out := make([][]int, len(names))
	for n, name := range names {
		for _, c := range choices {
			out[n] = append(out[n], at[key(c, name)])
		}
	}
	return out
}

// renamings lists the distinct systems that differ from one by the names of its
// nodes alone, itself included.
func renamings(system [3]int, renamed [][]int) [][3]int {
	out := make([][3]int, 0, len(names))
	for n, name := range names {
		var other [3]int
		for v, choice := range system {
			other[name[v]] = renamed[n][choice]
		}
		if !slices.Contains(out, other) {
			out = append(out, other)
		}
	}
	return out
}

// smallNeeds lists what a node of a system of three can need to run, with at most
// two requirements.
func smallNeeds() [][]simtest.Need {
	var single []simtest.Need
	for set := 1; set < 8; set++ {
		members := subset(set)
		for need := 1; need <= len(members); need++ {
			single = append(single, simtest.Need{Members: members, Number: need, Phases: "r", IfLost: 'd'})
		}
	}
	choices := [][]simtest.Need{nil}
	for i, a := range single {
		choices = append(choices, []simtest.Need{a})
		for _, b := range single[:i] {
			choices = append(choices, []simtest.Need{a, b})
		}
	}
	return choices
}

// subset returns the numbers of the bits of set, below three.
func subset(set int) []int {
	var out []int
	for v := range 3 {
		if set>>v&1 != 0 {
			out = append(out, v)
		}
	}
	return out
}

func smallWorld(needs ...[]simtest.Need) simtest.World {
	w := simtest.World{Standby: make([]bool, len(needs)), Group: make([]bool, len(needs))}
	for v, rs := range needs {
		for _, r := range rs {
			r.Owner = v
			w.Needs = append(w.Needs, r)
		}
	}
	return w
}

// checkSideBySide loses the same nodes of all parts at once, and every node alone.
func checkSideBySide(t *testing.T, parts []simtest.World) {
	t.Helper()
	s := newSystem(t, simtest.Union(parts), 60)
	blast, err := s.m.Blast(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var losses [][]depgraph.NodeIndex
	var down [8][]depgraph.NodeIndex
	for set := range 8 {
		var failed []int
		var want simtest.Outcome
		for i, part := range parts {
			o := part.Lose(subset(set), 60)
			want.Down = append(want.Down, o.Down...)
			want.Degraded = append(want.Degraded, o.Degraded...)
			want.Exposed = append(want.Exposed, o.Exposed...)
			for _, v := range subset(set) {
				failed = append(failed, 3*i+v)
			}
			if alone := subset(set); len(alone) == 1 {
				z := simulate.Sizes{Down: trues(o.Down) - 1, Degraded: trues(o.Degraded)}
				if got := blast.Of(s.at[3*i+alone[0]]); got != z {
					t.Errorf("needs %+v: the blast of %v is %+v, want %+v", part.Needs, alone, got, z)
				}
			}
		}
		losses = append(losses, s.indexes(failed))
		down[set] = s.listed(want.Down)
		got := s.m.Lose(losses[set]...)
		for _, state := range []simulate.State{simulate.Down, simulate.Degraded, simulate.Exposed} {
			if list := s.listed(setOf(want, state)); !slices.Equal(got.List(state), list) {
				t.Errorf("without nodes %v of every system: other nodes are %v than in the reference", subset(set), state)
			}
		}
	}
	err = s.m.LoseMany(context.Background(), losses, s.at, func(i int, _ simulate.Sizes, lost []depgraph.NodeIndex) {
		if !slices.Equal(lost, down[i]) {
			t.Errorf("without nodes %v of every system: other nodes are down than in the reference", subset(i))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

func trues(set []bool) int {
	n := 0
	for _, in := range set {
		if in {
			n++
		}
	}
	return n
}
