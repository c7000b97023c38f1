package simulate

import "slices"

// nobody leads a cell whose loss does nothing.
const nobody = -1

// leaders says for every cell below that is among the losses whose loss does to what is
// reached what its own does: its own number, or that of a later cell, or nobody.
// What becomes of cells below is not counted, so that
//
//   - a cell that nothing goes down with, and that every gate can spare, does nothing;
//   - a cell that takes another one down does what that does, if whatever else
//     needs the first goes down with the second;
//   - two cells that take the same ones down, and that nothing else needs, do the same.
//
// It costs O(arrows from those cells, and members of gates).
func (j *joint) leaders() []int32 {
	lead := nowhere(int(j.before)) // what is not among the losses does what it did
	fragile := j.fragile()
	takes := map[[2]int32]int32{} // up to two cells that one takes down -> one that does
	for c := j.before - 1; c >= 0; c-- {
		if !isSet(j.r.losses, j.base.nodes.of(j.from[c])[0]) {
			continue
		}
		hard, placed := j.hard.of(c), j.placed.of(c)
		if len(hard)+len(placed) == 0 && !isSet(fragile, c) {
			continue
		}
		lead[c] = c
		if len(j.watched.of(c)) > 0 || j.follows(lead, c) { // what is down may be blind or not
			continue
		}
		if n := len(hard); 0 < n && n <= 2 && len(placed)+len(j.counted.of(c))+len(j.dimmed.of(c)) == 0 {
			key := [2]int32{min(hard[0], hard[n-1]), max(hard[0], hard[n-1])}
			if same, known := takes[key]; known {
				lead[c] = same
			} else {
				takes[key] = c
			}
		}
	}
	return lead
}

// follows looks for a cell that c takes down and that does all that c does.
func (j *joint) follows(lead []int32, c int32) bool {
	for _, d := range j.hard.of(c) {
		if d <= c || d >= j.before {
			continue
		}
		within := func(o int32) bool {
			return o == d || slices.Contains(j.hard.of(d), o) || slices.Contains(j.placed.of(d), o)
		}
		all := true
		for _, f := range [...]*fan{&j.hard, &j.placed, &j.counted, &j.dimmed} {
			all = all && !slices.ContainsFunc(f.of(c), func(o int32) bool { return !within(o) })
		}
		if all {
			lead[c] = lead[d]
			return true
		}
	}
	return false
}

// fragile returns the cells whose loss alone can break a gate.
func (j *joint) fragile() []uint64 {
	out := newSet(len(j.weight))
	for _, gates := range [...][]gate{j.gates, j.dimmers, j.watches} {
		for _, g := range gates {
			members := j.members[g.from:g.to]
			for i, c := range members {
				if c >= 0 && (g.lose == 1 || g.soften == 1 || slices.Contains(members[:i], c)) {
					put(out, c)
				}
			}
		}
	}
	return out
}
