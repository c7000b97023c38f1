package analyzer

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Readable is how many findings a reader takes in: beyond it, what nobody claims
// anything about is folded under the best finding of its rule.
const Readable = 20

// digest keeps the list of what stands by itself readable. Whatever is high or
// critical stays, and whatever is about a node that claims something. Of the rest
// every rule keeps its best; the places that are left go to the most severe, of
// equal ones to those with the most victims.
func digest(g *depgraph.Graph, results *Results) {
	var rest []*Finding
	best := map[string]*Finding{}
	kept := 0
	for f := range results.Findings() {
		switch {
		case f.FoldedInto != "":
		case f.Severity >= High || claims(g, f):
			kept++
			if best[f.Rule] == nil {
				best[f.Rule] = f
			}
		default:
			rest = append(rest, f)
		}
	}
	if kept+len(rest) <= Readable {
		return
	}
	slices.SortStableFunc(rest, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(len(b.Nodes), len(a.Nodes)))
	})
	var further []*Finding
	count := map[string]int{}
	for _, f := range rest {
		if best[f.Rule] == nil || best[f.Rule].Severity < f.Severity {
			best[f.Rule] = f
			kept++
			continue
		}
		further = append(further, f)
	}
	keep := min(max(Readable-kept, 0), len(further))
	for _, f := range further[keep:] {
		count[f.Rule]++
	}
	for _, f := range further[keep:] {
		f.FoldedInto = best[f.Rule].ID
		f.Why = fmt.Sprintf("it is one of %d lesser findings of %s; nobody claims anything about its nodes", count[f.Rule], f.Rule)
	}
}

// claims reports whether a finding is about a node that says how much it matters.
func claims(g *depgraph.Graph, f *Finding) bool {
	states := func(id depgraph.ID) bool {
		n := g.Node(id)
		return n != nil && (len(n.Survives) > 0 || n.GA != nil && *n.GA || n.Tier != nil && *n.Tier == 0)
	}
	return slices.ContainsFunc(f.Root, states) || slices.ContainsFunc(f.Nodes, states)
}
