package link

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// placements finds the placements of one owner that contradict each other: in
// one kind of place, with no place in common. Each set of places that contradict
// is reported once, where it was read first; a native placement displaces the
// others. The result is nil where there is at most one placement.
func (l *linker) placements(facts []fact) (displaced []bool) {
	var placed []int
	for i := range facts {
		if facts[i].isPlacement() {
			placed = append(placed, i)
		}
	}
	if len(placed) < 2 {
		return nil
	}
	displaced = make([]bool, len(facts))
	reported := map[string]int{}
	for x, i := range placed {
		for _, j := range placed[x+1:] {
			a, b := &facts[i], &facts[j]
			if a.linked != nil && b.linked != nil || !l.placesApart(a, b) {
				continue
			}
			if a.rank == rankNative && b.rank != rankNative {
				displaced[j] = true
			}
			apart := depgraph.Unresolved{
				Owner: l.ids[a.owner], Name: "in", Why: depgraph.Conflicting,
				Candidates: l.texts(slices.Concat(a.members, b.members)), Origin: earliest([]depgraph.Origin{a.origin(), b.origin()}),
			}
			key := strings.Join(apart.Candidates, " ")
			at, known := reported[key]
			if !known {
				reported[key] = len(l.unresolved)
				l.unresolved = append(l.unresolved, apart)
				continue
			}
			same := &l.unresolved[at]
			same.Origin = earliest([]depgraph.Origin{same.Origin, apart.Origin})
		}
	}
	return displaced
}

// placesApart reports whether two placements are in different places of one kind.
func (l *linker) placesApart(a, b *fact) bool {
	kind := l.ids[a.members[0]].Kind
	for _, m := range slices.Concat(a.members, b.members) {
		if l.ids[m].Kind != kind {
			return false
		}
	}
	for _, m := range a.members {
		if _, found := slices.BinarySearch(b.members, m); found {
			return false
		}
	}
	return true
}
