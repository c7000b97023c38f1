package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Overview returns the whole graph with one node for each box: a place, a scope or
// a team. What stands free is gathered by kind. Of more boxes than a picture
// holds the smallest ones are gathered too. It costs O(V+E) in the graph.
func Overview(d *Document, by Grouping, most int) *View {
	g := d.linked
	boxes, of := boxesOf(g, by)
	if most <= 0 {
		most = usualNodes
	}
	boxes = gatherSmall(boxes, of, min(most, mostNodes))
	v := &View{AllNodes: g.Len(), AllEdges: g.MemberCount(), Why: "every node, by " + by.String(), Grouped: true}
	marks := marksOf(d.Findings)
	for i := range g.Len() {
		b := &boxes[of[i]]
		b.Many++
		if m := marks[g.ID(depgraph.NodeIndex(i))]; m.mark > b.Mark {
			b.Mark, b.Say = m.mark, m.say
		}
	}
	v.Nodes = append(v.Nodes, boxes...)
	v.Edges, v.HiddenEdges = boxEdges(g, boxes, of)
	slices.SortFunc(v.Nodes, func(a, b ViewNode) int { return a.ID.Compare(b.ID) })
	return v
}

// String returns "place", "scope" or "owner"; the zero value reads as place.
func (by Grouping) String() string {
	switch by {
	case ByScope:
		return "scope"
	case ByOwner:
		return "owner"
	}
	return "place"
}

// ParseGrouping inverts String.
func ParseGrouping(s string) (Grouping, error) {
	for _, by := range []Grouping{ByPlace, ByScope, ByOwner} {
		if by.String() == s {
			return by, nil
		}
	}
	return 0, fmt.Errorf("grouping %q: want place, scope or owner", s)
}

// ByKind begins the name of a box of an overview that gathers what stands free.
const ByKind = "kind "

// boxesOf returns the boxes in the order of their first node, and the box of each node.
func boxesOf(g *depgraph.Graph, by Grouping) (boxes []ViewNode, of []int) {
	at := map[string]int{}
	of = make([]int, g.Len())
	for i := range g.Len() {
		id := g.ID(depgraph.NodeIndex(i))
		key, label := groupOf(g, depgraph.NodeIndex(i), by)
		if key == "" || id.Kind.IsPlace() {
			key, label = ByKind+string(id.Kind), "every "+string(id.Kind)
			if !id.Kind.IsPlace() {
				label = string(id.Kind) + ", " + by.String() + " unknown"
			}
		}
		k, known := at[key]
		if !known {
			k = len(boxes)
			at[key] = k
			boxes = append(boxes, ViewNode{ID: depgraph.ID{Kind: depgraph.KindGroup, Name: key}, Label: label})
		}
		of[i] = k
	}
	return boxes, of
}

// gatherSmall makes one box of the smallest ones where there are over most.
func gatherSmall(boxes []ViewNode, of []int, most int) []ViewNode {
	if len(boxes) <= most {
		return boxes
	}
	size := make([]int, len(boxes))
	for _, b := range of {
		size[b]++
	}
	order := make([]int, len(boxes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int {
		return cmp.Or(cmp.Compare(size[y], size[x]), boxes[x].ID.Compare(boxes[y].ID))
	})
	moved := make([]int, len(boxes))
	kept := make([]ViewNode, 0, most)
	for at, old := range order {
		moved[old] = min(at, most-1)
		if at < most-1 {
			kept = append(kept, boxes[old])
		}
	}
	kept = append(kept, ViewNode{ID: depgraph.ID{Kind: depgraph.KindGroup, Name: "the rest"}, Label: fmt.Sprintf("%d smaller ones", len(boxes)-most+1)})
	for i := range of {
		of[i] = moved[of[i]]
	}
	return kept
}

// boxEdges returns the arrows between boxes, and how many arrows stay within one.
// Arrows that only say where a node stands are what the boxes say already.
func boxEdges(g *depgraph.Graph, boxes []ViewNode, of []int) (edges []ViewEdge, hidden int) {
	at := map[[2]int]int{}
	for r := range depgraph.ReqIndex(g.Requirements()) {
		t := g.Terms(r)
		from := of[g.Owner(r)]
		for _, m := range g.Members(r) {
			to := of[m]
			if from == to || t.Via == depgraph.PlacedIn {
				hidden++
				continue
			}
			k, known := at[[2]int{from, to}]
			if !known {
				k = len(edges)
				at[[2]int{from, to}] = k
				edges = append(edges, ViewEdge{From: boxes[from].ID, To: boxes[to].ID, IfLost: depgraph.Unaffected})
			}
			edges[k].Many++
			edges[k].Phases |= t.Phases
			edges[k].IfLost = min(edges[k].IfLost, t.IfLost)
		}
	}
	for k := range edges {
		edges[k].Label = plural(edges[k].Many, "need", "needs")
	}
	slices.SortFunc(edges, compareViewEdges)
	if most := mostEdges(len(boxes)); len(edges) > most {
		slices.SortStableFunc(edges, func(a, b ViewEdge) int { return cmp.Compare(b.Many, a.Many) })
		for _, e := range edges[most:] {
			hidden += e.Many
		}
		edges = edges[:most]
		slices.SortFunc(edges, compareViewEdges)
	}
	return edges, hidden
}
