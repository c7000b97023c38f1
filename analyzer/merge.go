package analyzer

import (
	"cmp"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// mergeRoots makes one finding of all that have the same root.
func mergeRoots(findings []Finding) []Finding {
	at := map[string]int{}
	var out []Finding
	for _, f := range findings {
		i, known := at[f.ID]
		if !known {
			at[f.ID] = len(out)
			out = append(out, f)
			continue
		}
		out[i] = merged(out[i], f)
	}
	return out
}

// mergeClosing makes one finding of those whose proofs share the closing edge,
// where one of them takes the roots of the others down: that one keeps its root.
// Findings of which none takes another down are different causes and stay.
func mergeClosing(findings []Finding) []Finding {
	closing := map[arrow][]int{}
	for i, f := range findings {
		a := arrowOf(f.Proof[len(f.Proof)-1])
		closing[a] = append(closing[a], i)
	}
	gone := make([]bool, len(findings))
	for i := range findings { // in the order of findings, never of the map
		group := closing[arrowOf(findings[i].Proof[len(findings[i].Proof)-1])]
		if gone[i] || len(group) == 1 || group[0] != i {
			continue
		}
		slices.SortFunc(group, func(x, y int) int {
			return cmp.Or(
				cmp.Compare(takes(findings, group, y), takes(findings, group, x)),
				cmp.Compare(findings[x].ID, findings[y].ID),
			)
		})
		for k, cause := range group {
			for _, other := range group[k+1:] {
				if !gone[cause] && !gone[other] && takesDown(&findings[cause], &findings[other]) {
					findings[cause] = merged(findings[cause], findings[other])
					gone[other] = true
				}
			}
		}
	}
	var out []Finding
	for i, f := range findings {
		if !gone[i] {
			out = append(out, f)
		}
	}
	return out
}

// takes counts the findings of group whose root goes down with that of finding i.
func takes(findings []Finding, group []int, i int) int {
	n := 0
	for _, j := range group {
		if i != j && takesDown(&findings[i], &findings[j]) {
			n++
		}
	}
	return n
}

// takesDown reports whether the root of b is among the victims of a.
func takesDown(a, b *Finding) bool {
	for _, id := range b.Root {
		if _, found := slices.BinarySearchFunc(a.Nodes, id, depgraph.ID.Compare); !found {
			return false
		}
	}
	return true
}

// merged returns a with the victims of b. Whichever is more severe, then surer,
// then shorter lends its words and its proof.
func merged(a, b Finding) Finding {
	better := cmp.Or(
		cmp.Compare(a.Severity, b.Severity),
		cmp.Compare(a.Confidence, b.Confidence),
		cmp.Compare(len(b.Proof), len(a.Proof)),
		compareProofs(b.Proof, a.Proof),
	)
	f := a
	if better < 0 {
		f = b
		f.Root, f.Ordered, f.ID = a.Root, a.Ordered, a.ID
	}
	f.Nodes = sortedIDs(append(slices.Clone(a.Nodes), b.Nodes...))
	if !f.Ordered {
		f.Nodes = slices.DeleteFunc(f.Nodes, func(id depgraph.ID) bool {
			return slices.Contains(f.Root, id) && !slices.Contains(a.Nodes, id)
		})
	}
	return f
}

func compareProofs(a, b []depgraph.Edge) int {
	return slices.CompareFunc(a, b, func(x, y depgraph.Edge) int {
		return cmp.Or(x.From.Compare(y.From), x.To.Compare(y.To), cmp.Compare(x.Phase, y.Phase), cmp.Compare(x.Via, y.Via))
	})
}
