package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// marked is a mark with its words.
type marked struct {
	mark Mark
	say  string
}

// marksOf says what findings make of nodes.
func marksOf(findings []Finding) map[depgraph.ID]marked {
	marks := map[depgraph.ID]marked{}
	mark := func(id depgraph.ID, m Mark, say string) {
		if m > marks[id].mark {
			marks[id] = marked{m, say}
		}
	}
	for _, f := range findings {
		for _, id := range f.Root {
			mark(id, MarkRoot, "root of "+f.Rule)
		}
		for _, id := range f.Nodes {
			mark(id, MarkVictim, "victim of "+f.Rule)
		}
	}
	return marks
}

// lossMarks says what a loss makes of nodes.
func lossMarks(l *Loss) map[depgraph.ID]marked {
	marks := map[depgraph.ID]marked{}
	for _, s := range []struct {
		mark Mark
		ids  []depgraph.ID
	}{
		{MarkExposed, l.Exposed},
		{MarkBlind, l.Blind},
		{MarkFrozen, l.Frozen},
		{MarkDegraded, l.Degraded},
		{MarkDown, l.Down},
		{MarkFailed, l.Failed},
	} {
		for _, id := range s.ids {
			marks[id] = marked{s.mark, s.mark.String()}
		}
	}
	return marks
}

// groupOf returns the box of a node, and what is written on it; "" where it
// stands free.
func groupOf(g *depgraph.Graph, i depgraph.NodeIndex, by Grouping) (key, label string) {
	n := g.At(i)
	switch by {
	case ByOwner:
		if n.Owner == "" {
			return "", ""
		}
		return "owner " + n.Owner, Label(n.Owner)
	case ByScope:
		if at := strings.LastIndexByte(n.ID.Name, '/'); at > 0 {
			return "scope " + n.ID.Name[:at], Label(n.ID.Name[:at])
		}
		return "", ""
	}
	return placeOf(g, i)
}

// whereabouts says in which place a node stands: "in dock-north", "in any of 2
// places"; "" where that is unknown.
func whereabouts(g *depgraph.Graph, i depgraph.NodeIndex) string {
	var places []depgraph.NodeIndex
	from, to := g.OwnedBy(i)
	for r := from; r < to; r++ {
		if g.Terms(r).Via == depgraph.PlacedIn {
			places = append(places, g.Members(r)...)
		}
	}
	slices.Sort(places)
	switch places = slices.Compact(places); len(places) {
	case 0:
		return ""
	case 1:
		return "in " + Label(g.At(places[0]).DisplayTitle())
	}
	return fmt.Sprintf("in any of %d places", len(places))
}

// placeOf returns where a node stands: its place, or the places of which any one
// will do.
func placeOf(g *depgraph.Graph, i depgraph.NodeIndex) (key, label string) {
	var places []string
	from, to := g.OwnedBy(i)
	for r := from; r < to; r++ {
		if g.Terms(r).Via != depgraph.PlacedIn {
			continue
		}
		for _, m := range g.Members(r) {
			places = append(places, g.ID(m).String())
		}
	}
	slices.Sort(places)
	places = slices.Compact(places)
	switch len(places) {
	case 0:
		return "", ""
	case 1:
		return "place " + places[0], Label(places[0])
	case 2:
		return "place " + strings.Join(places, " or "), Label(places[0]) + " or " + Label(places[1])
	}
	return "place " + strings.Join(places, " or "), fmt.Sprintf("any of %d places: %s ...", len(places), Label(places[0]))
}
