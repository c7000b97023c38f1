package riskgroup

import (
	"cmp"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// rank sorts sets: by size, then by how likely their nodes are to fail together in
// a year where all of them state a rate, then by id. The product of the rates
// stands for the chance: nothing is known of how failures go together.
func rank(g *depgraph.Graph, sets [][]depgraph.NodeIndex) {
	type ranked struct {
		set    []depgraph.NodeIndex
		chance float64 // 0: unknown
	}
	all := make([]ranked, len(sets))
	for i, set := range sets {
		all[i] = ranked{set, 1}
		for _, v := range set {
			all[i].chance *= g.At(v).AnnualFailureRate
		}
	}
	slices.SortFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(len(a.set), len(b.set)), cmp.Compare(b.chance, a.chance), slices.Compare(a.set, b.set))
	})
	for i, r := range all {
		sets[i] = r.set
	}
}
