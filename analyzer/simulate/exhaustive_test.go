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
	"github.com/fateline/fateline/analyzer/tiertest"
)

// family is all systems of some nodes, each with at most so many run needs.
type family struct {
	nodes, needs int
	ifLost       string // what their loss may do
	systems      int
	stride       func() int // every how manyth is tried; 0: all but those that differ by the names of nodes alone
}

// strided is [tiertest.Count] for strides, of which the larger cost less.
func strided(commit, ci, soak int) int {
	if tiertest.Quick() {
		return max(97, 10*commit)
	}
	return tiertest.Count(commit, ci, soak)
}

// TestEverySmallSystemOfThresholds tries families of systems, and every loss in each of
// them: thousands of systems side by side in one graph, as what happens in one cannot
// touch another.
func TestEverySmallSystemOfThresholds(t *testing.T) {
	for _, f := range []family{
		{3, 2, "d", 493_039, func() int { return strided(0, 1, 1) }},
		{4, 1, "d", 1_185_921, func() int { return strided(149, 0, 1) }},
		{4, 1, "dg", 17_850_625, func() int { return strided(4_999, 251, 11) }},
	} {
		t.Run(fmt.Sprintf("%d nodes, %d needs %s", f.nodes, f.needs, f.ifLost), f.try)
	}
}

func (f family) try(t *testing.T) {
	choices := f.choices()
	names := namings(f.nodes)
	rename := renamed(choices, names)
	stride := f.stride()
	number, tried, stands := 0, 0, 0
	system := make([]int, f.nodes)
	for more := true; more; {
		first := system[0]
		var parts []simtest.World
		for more && system[0] == first {
			if stride > 0 {
				if number%stride == 0 {
					parts = append(parts, f.world(choices, system))
				}
			} else if same := renamings(system, names, rename); same > 0 {
				stands += same
				parts = append(parts, f.world(choices, system))
			}
			number++
			more = advance(system, len(choices))
		}
		tried += len(parts)
		if len(parts) == 0 {
			continue
		}
		t.Run(strconv.Itoa(first), func(t *testing.T) {
			t.Parallel()
			checkSideBySide(t, parts)
		})
	}
	t.Logf("%d of %d systems", tried, number)
	if number != f.systems || stride == 0 && stands != f.systems {
		t.Errorf("%d systems, and those tried stand for %d, want %d", number, stands, f.systems)
	}
}

// advance counts on, the last digit first, and reports whether there is a next number.
func advance(digits []int, base int) bool {
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i]++; digits[i] < base {
			return true
		}
		digits[i] = 0
	}
	return false
}

// namings lists the ways to name so many nodes.
func namings(nodes int) [][]int {
	if nodes == 0 {
		return [][]int{nil}
	}
	var out [][]int
	for _, rest := range namings(nodes - 1) {
		for at := range nodes {
			out = append(out, slices.Insert(slices.Clone(rest), at, nodes-1))
		}
	}
	return out
}

// renamed says for each way to name the nodes which choice each choice becomes.
func renamed(choices [][]simtest.Need, names [][]int) [][]int {
	key := func(needs []simtest.Need, name []int) string {
		var parts []string
		for _, r := range needs {
			var members []int
			for _, m := range r.Members {
				members = append(members, name[m])
			}
			slices.Sort(members)
			parts = append(parts, fmt.Sprint(members, r.Number, r.IfLost))
		}
		slices.Sort(parts)
		return fmt.Sprint(parts)
	}
	itself := make([]int, len(names[0]))
	for v := range itself {
		itself[v] = v
	}
	at := map[string]int{}
	for i, c := range choices {
		at[key(c, itself)] = i
	}
	out := make([][]int, len(names))
	for n, name := range names {
		for _, c := range choices {
			out[n] = append(out[n], at[key(c, name)])
		}
	}
	return out
}

// renamings counts the distinct systems that differ from one by the names of its nodes
// alone, itself included; 0 where one of them comes before it.
func renamings(system []int, names, renamed [][]int) int {
	other := make([]int, len(system))
	itself := 0
	for n, name := range names {
		for v, choice := range system {
			other[name[v]] = renamed[n][choice]
		}
		switch slices.Compare(other, system) {
		case -1:
			return 0
		case 0:
			itself++
		}
	}
	return len(names) / itself // by Lagrange: as many ways lead to each of them
}

// choices lists what a node can need to run.
func (f family) choices() [][]simtest.Need {
	var single []simtest.Need
	for set := 1; set < 1<<f.nodes; set++ {
		members := subset(set)
		for need := 1; need <= len(members); need++ {
			for _, ifLost := range []byte(f.ifLost) {
				single = append(single, simtest.Need{Members: members, Number: need, Phases: "r", IfLost: ifLost})
			}
		}
	}
	choices := [][]simtest.Need{nil}
	for i, a := range single {
		choices = append(choices, []simtest.Need{a})
		if f.needs < 2 {
			continue
		}
		for _, b := range single[:i] {
			choices = append(choices, []simtest.Need{a, b})
		}
	}
	return choices
}

// subset returns the numbers of the bits of set.
func subset(set int) []int {
	var out []int
	for v := 0; set>>v != 0; v++ {
		if set>>v&1 != 0 {
			out = append(out, v)
		}
	}
	return out
}

func (f family) world(choices [][]simtest.Need, system []int) simtest.World {
	needs := make([][]simtest.Need, len(system))
	for v, choice := range system {
		needs[v] = choices[choice]
	}
	return smallWorld(needs...)
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
	nodes := len(parts[0].Standby)
	down := make([][]depgraph.NodeIndex, 1<<nodes)
	for set := range down {
		var failed []int
		var want simtest.Outcome
		for i, part := range parts {
			o := part.Lose(subset(set), 60)
			want.Down = append(want.Down, o.Down...)
			want.Degraded = append(want.Degraded, o.Degraded...)
			want.Exposed = append(want.Exposed, o.Exposed...)
			for _, v := range subset(set) {
				failed = append(failed, nodes*i+v)
			}
			if alone := subset(set); len(alone) == 1 {
				z := simulate.Sizes{Down: trues(o.Down) - 1, Degraded: trues(o.Degraded)}
				if got := blast.Of(s.at[nodes*i+alone[0]]); got != z {
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
