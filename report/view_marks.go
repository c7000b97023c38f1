package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
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

// whereabouts says in which places a node stands: "in dock-north", "in any of 2
// places", "in dock-north and any of 2 places" where it needs both; "" where that is
// unknown.
func whereabouts(g *depgraph.Graph, i depgraph.NodeIndex) string {
	var parts []string
	for _, p := range placements(g, i) {
		part := fmt.Sprintf("%s of %d places", p.number(), len(p.places))
		if len(p.places) == 1 {
			part = Label(g.At(p.places[0]).DisplayTitle())
		}
		parts = append(parts, part)
	}
	switch len(parts) {
	case 0:
		return ""
	case 1, 2:
		return "in " + strings.Join(parts, " and ")
	}
	return fmt.Sprintf("in %s and %d more", parts[0], len(parts)-1)
}

// placement is one requirement of a node to stand somewhere.
type placement struct {
	implied bool // no input declares it
	need    int  // how many of the places it takes
	places  []depgraph.NodeIndex
}

func (p placement) number() string {
	if p.need == 1 {
		return "any"
	}
	return strconv.Itoa(p.need)
}

// placements returns where a node needs to stand: what an input declares first, then
// what has fewer places, then by id. What is merely recorded is left out, and what is
// implied beside what is declared: every cluster says that its pods stand in it.
func placements(g *depgraph.Graph, i depgraph.NodeIndex) []placement {
	var all []placement
	from, to := g.OwnedBy(i)
	for r := from; r < to; r++ {
		if t := g.Terms(r); t.Via != depgraph.PlacedIn || t.IfLost == depgraph.Unaffected {
			continue
		}
		declared := slices.ContainsFunc(g.Origins(r), func(o depgraph.Origin) bool { return o.Basis == depgraph.Declared })
		places := slices.Sorted(slices.Values(g.Members(r)))
		all = append(all, placement{!declared, g.Terms(r).Need.Of(len(places)), places})
	}
	slices.SortFunc(all, func(a, b placement) int {
		if a.implied != b.implied {
			if a.implied {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(len(a.places), len(b.places)), slices.Compare(a.places, b.places), cmp.Compare(a.need, b.need))
	})
	if len(all) > 0 && !all[0].implied {
		all = slices.DeleteFunc(all, func(p placement) bool { return p.implied })
	}
	return slices.CompactFunc(all, func(a, b placement) bool { return a.need == b.need && slices.Equal(a.places, b.places) })
}

// placeOf returns where a node stands: in all of its places, or in those of which
// any one will do.
func placeOf(g *depgraph.Graph, i depgraph.NodeIndex) (key, label string) {
	var keys, labels []string
	for _, p := range placements(g, i) {
		ids := make([]string, len(p.places))
		for k, at := range p.places {
			ids[k] = g.ID(at).String()
		}
		switch {
		case len(ids) == 1:
			keys, labels = append(keys, ids[0]), append(labels, Label(ids[0]))
		case len(ids) == 2 && p.need == 1:
			keys, labels = append(keys, strings.Join(ids, " or ")), append(labels, Label(ids[0])+" or "+Label(ids[1]))
		default:
			keys = append(keys, p.number()+" of "+strings.Join(ids, " or "))
			labels = append(labels, fmt.Sprintf("%s of %d places: %s ...", p.number(), len(ids), Label(ids[0])))
		}
	}
	if len(keys) == 0 {
		return "", ""
	}
	return "place " + strings.Join(keys, " and "), strings.Join(labels, " and ")
}
