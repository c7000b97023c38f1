package analyzer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// foldEditions folds the findings of one rule that are the same but for the scope
// of their names: one repository often holds a system several times (plain,
// rendered, an overlay for each cluster), and what is to be done is the same in all
// of them. The best ranked stands for the others; what is about a claim stands by
// itself. Findings is in the order of ranking.
func foldEditions(g *depgraph.Graph, findings []Finding) {
	const compared = 8 // how many different systems may share a root's name
	first := map[string][]*Finding{}
	for i := range findings {
		f := &findings[i]
		key := unscopedRoot(f)
		if f.FoldedInto != "" || key == "" || claims(g, f) {
			continue
		}
		same := slices.IndexFunc(first[key], func(o *Finding) bool { return o.Severity >= f.Severity && sameVictims(o, f) })
		switch {
		case same >= 0:
			o := first[key][same]
			f.FoldedInto = o.ID
			f.Why = fmt.Sprintf("%s is what %s is, in another edition of the same system", f.Root[0], o.Root[0])
		case len(first[key]) < compared:
			first[key] = append(first[key], f)
		}
	}
}

// unscopedRoot names what a finding is rooted in without its scope; "" where that
// would be something else: a place that matters to somebody, or what the whole world
// knows by its full name.
func unscopedRoot(f *Finding) string {
	var b strings.Builder
	for _, id := range f.Root {
		if id.Kind.IsPlace() && f.Severity > Low || !strings.Contains(id.Name, "/") {
			return ""
		}
		switch id.Kind {
		case depgraph.KindExternal, depgraph.KindRepo, depgraph.KindRegistry, depgraph.KindImage, depgraph.KindDomain, depgraph.KindUpdates:
			return ""
		}
		b.WriteString(unscoped(id) + "\n")
	}
	return b.String()
}

// unscoped is a node without the scope of its name: "service:redis" for service:prod/shop/redis.
func unscoped(id depgraph.ID) string {
	return string(id.Kind) + ":" + id.Name[strings.LastIndexByte(id.Name, '/')+1:]
}

// sameVictims reports whether at least half of the victims of either are victims of
// the other, but for their scopes; without victims, whether the last step is the same.
func sameVictims(a, b *Finding) bool {
	if len(a.Nodes) == 0 || len(b.Nodes) == 0 {
		x, y := a.Proof[len(a.Proof)-1], b.Proof[len(b.Proof)-1]
		return len(a.Nodes) == len(b.Nodes) && unscoped(x.From) == unscoped(y.From) && unscoped(x.To) == unscoped(y.To)
	}
	names := func(f *Finding) []string {
		var out []string
		for _, id := range f.Nodes {
			out = append(out, unscoped(id))
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	x, y := names(a), names(b)
	both := 0
	for _, name := range x {
		if _, found := slices.BinarySearch(y, name); found {
			both++
		}
	}
	return 2*both >= max(len(x), len(y))
}
