package simulate_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/analyzer/simulate/simtest"
	"github.com/fateline/fateline/analyzer/tiertest"
	"pgregory.net/rapid"
)

// The relations M1 to M5 of the reliability page, on systems that rapid makes and
// shrinks.

// worlds draws systems of 2 to 7 nodes with everything that a loss knows.
func worlds() *rapid.Generator[simtest.World] {
	return rapid.Custom(func(t *rapid.T) simtest.World {
		n := rapid.IntRange(2, 7).Draw(t, "nodes")
		w := simtest.World{Standby: make([]bool, n), Group: make([]bool, n)}
		for v := range n {
			switch rapid.SampledFrom([]string{"", "", "", "", "", "standby", "group"}).Draw(t, "trait") {
			case "standby":
				w.Standby[v] = true
			case "group":
				w.Group[v] = true
			}
		}
		w.Needs = rapid.SliceOfN(needs(n), 0, 3*n).Draw(t, "needs")
		return w
	})
}

func needs(n int) *rapid.Generator[simtest.Need] {
	return rapid.Custom(func(t *rapid.T) simtest.Need {
		r := simtest.Need{
			Owner:   rapid.IntRange(0, n-1).Draw(t, "owner"),
			Members: rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 1, n, rapid.ID[int]).Draw(t, "members"),
			Phases:  rapid.SampledFrom([]string{"r", "r", "r", "rs", "s", "b", "d", "o", "ro"}).Draw(t, "phases"),
			IfLost:  rapid.SampledFrom([]byte("dddggu")).Draw(t, "ifLost"),
			Lasts:   rapid.SampledFrom([]int{0, 0, 0, 30, 90}).Draw(t, "lasts"),
			Placed:  rapid.IntRange(0, 3).Draw(t, "placed") == 3,
		}
		slices.Sort(r.Members)
		r.Number = rapid.IntRange(-2, len(r.Members)).Filter(func(k int) bool { return k != 0 }).Draw(t, "number")
		return r
	})
}

// failures draws the nodes of a loss, and more nodes that another one loses as well.
func failures(t *rapid.T, w simtest.World) (few, more []int) {
	node := rapid.IntRange(0, len(w.Standby)-1)
	few = rapid.SliceOfN(node, 0, 3).Draw(t, "failed")
	return few, append(slices.Clone(few), rapid.SliceOfN(node, 0, 2).Draw(t, "and")...)
}

// states are the sets of one loss, by node number.
type states struct{ down, degraded, frozen, blind, exposed []bool }

func statesOf(t rapid.TB, w simtest.World, failed []int, outage int) states {
	t.Helper()
	return newSystem(t, w, outage).states(failed)
}

func (s system) states(failed []int) states {
	l := s.m.Lose(s.indexes(failed)...)
	in := func(state simulate.State) []bool {
		set := make([]bool, len(s.at))
		for v, i := range s.at {
			set[v] = l.Is(state, i)
		}
		return set
	}
	return states{in(simulate.Down), in(simulate.Degraded), in(simulate.Frozen), in(simulate.Blind), in(simulate.Exposed)}
}

func either(a, b []bool) []bool {
	out := slices.Clone(a)
	for i, in := range b {
		out[i] = out[i] || in
	}
	return out
}

// within reports whether a is a subset of the first nodes of b.
func within(a, b []bool) bool {
	for i, in := range a {
		if in && !b[i] {
			return false
		}
	}
	return true
}

func TestM1MoreLostMeansMoreDown(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		few, more := failures(t, w)
		a, b := statesOf(t, w, few, 60), statesOf(t, w, more, 60)
		switch {
		case !within(a.down, b.down):
			t.Errorf("down in the loss of %v but not of %v: %v, %v", few, more, a.down, b.down)
		case !within(either(a.down, a.degraded), either(b.down, b.degraded)):
			t.Errorf("down or degraded in the loss of %v but not of %v", few, more)
		case !within(either(a.down, a.frozen), either(b.down, b.frozen)):
			t.Errorf("down or frozen in the loss of %v but not of %v", few, more)
		case !within(a.blind, b.blind):
			t.Errorf("blind in the loss of %v but not of %v", few, more)
		}
		if longer := statesOf(t, w, few, 120); !within(a.down, longer.down) {
			t.Errorf("the loss of %v takes less down in two hours than in one", few)
		}
	})
}

// TestM1NotEverythingGrows holds the counter-examples: what is degraded, frozen or
// exposed can be less when more is lost, as it is down instead.
func TestM1NotEverythingGrows(t *testing.T) {
	shrinks := map[simulate.State]bool{}
	for seed := uint64(0); len(shrinks) < 3 && seed < 10_000; seed++ {
		rng := rand.New(rand.NewPCG(seed, 3))
		w := simtest.Random(rng, 6)
		few := w.Failures(rng)
		a, b := statesOf(t, w, few, 60), statesOf(t, w, append(few, rng.IntN(len(w.Standby))), 60)
		for state, sets := range map[simulate.State][2][]bool{
			simulate.Degraded: {a.degraded, b.degraded}, simulate.Frozen: {a.frozen, b.frozen}, simulate.Exposed: {a.exposed, b.exposed},
		} {
			if !within(sets[0], sets[1]) {
				shrinks[state] = true
			}
		}
	}
	if len(shrinks) < 3 {
		t.Errorf("only %v shrank: there should be counter-examples for degraded, frozen and exposed", shrinks)
	}
}

func TestM2OnePlaceInsteadOfTwoTakesNoLessDown(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		n := len(w.Standby)
		east, west := n, n+1
		w.Standby = append(w.Standby, false, false)
		w.Group = append(w.Group, false, false)
		merged := w
		merged.Needs = slices.Clone(w.Needs)
		for _, places := range rapid.SliceOfN(rapid.SampledFrom([][]int{{east}, {west}, {east, west}}), n, n).Draw(t, "places") {
			r := simtest.Need{Owner: len(w.Needs) % n, Members: places, Number: 1, Phases: "rs", IfLost: 'd', Placed: true}
			w.Needs = append(w.Needs, r)
			r.Members = []int{east}
			merged.Needs = append(merged.Needs, r)
		}
		both := statesOf(t, merged, []int{east}, 60).down
		for _, place := range []int{east, west} {
			alone := statesOf(t, w, []int{place}, 60).down[:n]
			if !within(alone, both) {
				t.Errorf("place %d alone takes down %v, both as one only %v", place, alone, both)
			}
		}
	})
}

func TestM3ChangingOneRequirement(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		w := worlds().Filter(func(w simtest.World) bool { return len(w.Needs) > 0 }).Draw(t, "world")
		failed, _ := failures(t, w)
		before := statesOf(t, w, failed, 60).down
		at := rapid.IntRange(0, len(w.Needs)-1).Draw(t, "changed")

		without := w
		without.Needs = slices.Delete(slices.Clone(w.Needs), at, at+1)
		// A group is served by standbys while all that names it is: to stop naming it can take that away or give it.
		if !slices.ContainsFunc(w.Needs[at].Members, func(m int) bool { return w.Group[m] }) {
			if after := statesOf(t, without, failed, 60).down; !within(after, before) {
				t.Errorf("without requirement %d more is down: %v, before %v", at, after, before)
			}
		}

		fewer := w
		fewer.Needs = slices.Clone(w.Needs)
		r := &fewer.Needs[at]
		n := len(r.Members)
		if n == 1 || slices.ContainsFunc(r.Members, func(m int) bool { return w.Group[m] }) {
			return
		}
		gone := rapid.IntRange(0, n-1).Draw(t, "member")
		r.Members = slices.Delete(slices.Clone(r.Members), gone, gone+1)
		after := statesOf(t, fewer, failed, 60).down
		switch kind := r.Number; {
		case kind == -2 || kind == -1 && n%2 == 0:
			if !within(after, before) {
				t.Errorf("a member less of %+v and more is down: %v, before %v", w.Needs[at], after, before)
			}
		default:
			if !within(before, after) {
				t.Errorf("a member less of %+v and less is down: %v, before %v", w.Needs[at], after, before)
			}
		}
	})
}

func TestM3ReversedEdgesTurnTheBlastAround(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 8).Draw(t, "nodes")
		w := simtest.World{Standby: make([]bool, n), Group: make([]bool, n)}
		back := w
		node := rapid.IntRange(0, n-1)
		for range rapid.IntRange(0, 2*n).Draw(t, "edges") {
			a, b := node.Draw(t, "from"), node.Draw(t, "to")
			w.Needs = append(w.Needs, simtest.Need{Owner: a, Members: []int{b}, Number: 1, Phases: "r", IfLost: 'd'})
			back.Needs = append(back.Needs, simtest.Need{Owner: b, Members: []int{a}, Number: 1, Phases: "r", IfLost: 'd'})
		}
		for a := range n {
			for b := range n {
				if statesOf(t, w, []int{a}, 60).down[b] != statesOf(t, back, []int{b}, 60).down[a] {
					t.Errorf("%d takes %d down, but not the other way round in the reversed graph, or the reverse", a, b)
				}
			}
		}
	})
}

// needsItself reports whether a requirement names its own owner.
func needsItself(w simtest.World) bool {
	return slices.ContainsFunc(w.Needs, func(n simtest.Need) bool { return slices.Contains(n.Members, n.Owner) })
}

func TestM4NamesDoNotMatter(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		w := worlds().Draw(t, "world")
		failed, _ := failures(t, w)
		name := rapid.Permutation(upTo(len(w.Standby))).Draw(t, "names")
		renamed := simtest.World{Standby: make([]bool, len(name)), Group: make([]bool, len(name))}
		for v, to := range name {
			renamed.Standby[to], renamed.Group[to] = w.Standby[v], w.Group[v]
		}
		for _, r := range w.Needs {
			r.Owner = name[r.Owner]
			r.Members = slices.Clone(r.Members)
			for i, m := range r.Members {
				r.Members[i] = name[m]
			}
			renamed.Needs = append(renamed.Needs, r)
		}
		var lost []int
		for _, v := range failed {
			lost = append(lost, name[v])
		}
		a, b := newSystem(t, w, 60), newSystem(t, renamed, 60)
		before, after := a.m.Lose(a.indexes(failed)...), b.m.Lose(b.indexes(lost)...)
		for v, to := range name {
			for _, s := range simulate.States() {
				was, is := before.Is(s, a.at[v]), after.Is(s, b.at[to])
				if was != is {
					t.Errorf("%d is %v: %v, and as %d: %v", v, s, was, to, is)
				}
				if needsItself(w) {
					continue // how deep an arrow to its own owner leads is a matter of where one begins to count
				}
				if x, y := a.depth(before.Proof(s, a.at[v])), b.depth(after.Proof(s, b.at[to])); x != y {
					t.Errorf("the proof that %d is %v is %d deep, and as %d: %d", v, s, x, to, y)
				}
			}
		}
	})
}

func TestM4APassThroughNodeChangesNoOldNode(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		w := worlds().Filter(func(w simtest.World) bool { return len(w.Needs) > 0 }).Draw(t, "world")
		failed, _ := failures(t, w)
		before := statesOf(t, w, failed, 60)
		through := w
		through.Standby = append(slices.Clone(w.Standby), false)
		through.Group = append(slices.Clone(w.Group), true)
		through.Needs = slices.Clone(w.Needs)
		r := &through.Needs[rapid.IntRange(0, len(w.Needs)-1).Draw(t, "through")]
		i := rapid.IntRange(0, len(r.Members)-1).Draw(t, "member")
		if w.Group[r.Members[i]] {
			return // whom standbys serve depends on who names the group
		}
		middle := len(w.Standby)
		through.Needs = append(through.Needs, simtest.Need{Owner: middle, Members: []int{r.Members[i]}, Number: 1, Phases: "r", IfLost: 'd'})
		r.Members = slices.Clone(r.Members)
		r.Members[i] = middle
		after := statesOf(t, through, failed, 60)
		for state, sets := range map[string][2][]bool{
			"down": {before.down, after.down}, "degraded": {before.degraded, after.degraded}, "frozen": {before.frozen, after.frozen},
			"blind": {before.blind, after.blind}, "exposed": {before.exposed, after.exposed},
		} {
			if !slices.Equal(sets[0], sets[1][:middle]) {
				t.Errorf("with a node between, %s is %v, before %v", state, sets[1][:middle], sets[0])
			}
		}
	})
}

// TestM4WhoElseNamesAGroupChangesNoOldNode names a group once more: where standbys have
// groups of their own, no other owner can change what the group is to them.
func TestM4WhoElseNamesAGroupChangesNoOldNode(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		w := worlds().Filter(func(w simtest.World) bool { return slices.Contains(w.Group, true) && slices.Contains(w.Standby, true) }).Draw(t, "world")
		group := rapid.SampledFrom(numbers(w.Group)).Draw(t, "group")
		failed, _ := failures(t, w)
		more := w
		more.Standby = append(slices.Clone(w.Standby), rapid.Bool().Draw(t, "as a standby"))
		more.Group = append(slices.Clone(w.Group), false)
		more.Needs = append(slices.Clone(w.Needs), simtest.Need{Owner: len(w.Standby), Members: []int{group}, Number: 1, Phases: "r", IfLost: 'd'})
		before, after := partedStates(t, w, failed), partedStates(t, more, failed)
		for state, sets := range map[string][2][]bool{
			"down": {before.down, after.down}, "degraded": {before.degraded, after.degraded}, "frozen": {before.frozen, after.frozen},
			"blind": {before.blind, after.blind}, "exposed": {before.exposed, after.exposed},
		} {
			for v, was := range sets[0] {
				if !w.Group[v] && sets[1][v] != was {
					t.Errorf("once %d names it too, %d is %s: %v, before %v", len(w.Standby), v, state, sets[1][v], was)
				}
			}
		}
	})
}

// numbers lists where a set is true.
func numbers(set []bool) []int {
	var out []int
	for v, in := range set {
		if in {
			out = append(out, v)
		}
	}
	return out
}

// partedStates is statesOf where standbys have groups of their own.
func partedStates(t rapid.TB, w simtest.World, failed []int) states {
	t.Helper()
	g, _, err := w.Graph()
	if err != nil {
		t.Fatal(err)
	}
	b := g.Builder()
	b.PartGroups()
	if g, err = b.Build(); err != nil {
		t.Fatal(err)
	}
	s := system{World: w, outage: 60, m: simulate.NewModel(g, time.Hour)}
	for v := range w.Standby {
		i, _ := g.Index(w.ID(v))
		s.at = append(s.at, i)
	}
	return s.states(failed)
}

func TestM5SystemsSideBySideDoNotTouch(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		a, b := worlds().Draw(t, "left"), worlds().Draw(t, "right")
		both := newSystem(t, simtest.Union([]simtest.World{a, b}), 60)
		together, err := both.m.Blast(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		offset := 0
		for _, w := range []simtest.World{a, b} {
			s := newSystem(t, w, 60)
			alone, err := s.m.Blast(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for v, i := range s.at {
				if got, want := together.Of(both.at[offset+v]), alone.Of(i); got != want {
					t.Errorf("node %d: %+v beside another system, %+v alone", v, got, want)
				}
			}
			offset += len(s.at)
		}
	})
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
