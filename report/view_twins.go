package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

const (
	fewestTwins = 3  // that one box is drawn for
	fewestOther = 6  // the same where they are of kinds whose names tell more
	namedTwins  = 12 // that a box lists
	crowd       = 30 // nodes over which what hangs on a single other node is left out
)

// twinKinds are those of which a picture may hold dozens, whose names say little.
var twinKinds = []depgraph.Kind{
	depgraph.KindImage, depgraph.KindSecret, depgraph.KindConfig, depgraph.KindCertificate, depgraph.KindRepo, depgraph.KindMonitor,
}

// PictureView is NewView with twins drawn as one: nodes of one kind that need and serve
// the same others in the same way, and of which the same is said. Places, roots, those
// of a proof, the focus, and what runs and has a mark stand for themselves. In a crowd,
// images and their like that one node needs, and that need nothing, are left out. It costs
// what NewView costs.
func PictureView(d *Document, o Options) *View {
	v := NewView(d, o)
	v.foldTwins(o.Focus)
	if len(v.Nodes) > crowd {
		v.dropPendants(o.Focus)
	}
	return v
}

// dropPendants leaves out what hangs on a single other node: each service has an image
// of its own, which says nothing about the system.
func (v *View) dropPendants(focus []depgraph.ID) {
	edges, proven := map[depgraph.ID]int{}, map[depgraph.ID]bool{}
	for _, e := range v.Edges {
		edges[e.From] += 2 // what needs something leads on
		edges[e.To]++
		if e.Proof {
			proven[e.To] = true
		}
	}
	pendant := func(n ViewNode) bool {
		return n.Mark == Unmarked && edges[n.ID] == 1 && !proven[n.ID] && slices.Contains(twinKinds, n.ID.Kind) && !slices.Contains(focus, n.ID)
	}
	gone := map[depgraph.ID]bool{}
	for _, n := range v.Nodes {
		gone[n.ID] = pendant(n)
	}
	v.Nodes = slices.DeleteFunc(v.Nodes, pendant)
	all := len(v.Edges)
	v.Edges = slices.DeleteFunc(v.Edges, func(e ViewEdge) bool { return gone[e.To] })
	v.HiddenEdges += all - len(v.Edges)
}

// foldTwins draws each class of twins as its first, and counts it.
func (v *View) foldTwins(focus []depgraph.ID) {
	alike := map[string][]int{}
	lives := v.livesOf()
	for i, n := range v.Nodes {
		if life := lives[n.ID]; life != "" && n.Mark < MarkRoot && !n.ID.Kind.IsPlace() && !slices.Contains(focus, n.ID) {
			key := fmt.Sprintf("%q %q %q %q %q %q", n.ID.Kind, n.Box, n.Where, n.Mark, n.Say, life)
			alike[key] = append(alike[key], i)
		}
	}
	gone := map[depgraph.ID]bool{}
	for _, key := range slices.Sorted(maps.Keys(alike)) {
		class := alike[key]
		first := &v.Nodes[class[0]]
		if telling := !slices.Contains(twinKinds, first.ID.Kind); len(class) < fewestTwins || telling && (first.Mark != Unmarked || len(class) < fewestOther) {
			continue
		}
		first.Many = len(class)
		for _, i := range class[1:] {
			first.Twins = append(first.Twins, v.Nodes[i].ID)
			gone[v.Nodes[i].ID] = true
		}
	}
	v.Nodes = slices.DeleteFunc(v.Nodes, func(n ViewNode) bool { return gone[n.ID] })
	v.Edges = slices.DeleteFunc(v.Edges, func(e ViewEdge) bool { return gone[e.From] || gone[e.To] })
}

// livesOf writes down the edges of each node, so that twins have the same; "" has
// who has none, or one of a proof.
func (v *View) livesOf() map[depgraph.ID]string {
	edges := map[depgraph.ID][]string{}
	proven := map[depgraph.ID]bool{}
	for _, e := range v.Edges {
		if e.Proof || e.From == e.To {
			proven[e.From], proven[e.To] = true, true
		}
		how := fmt.Sprintf("%q %v %v %q %v", e.Label, e.Phases, e.IfLost, e.Basis, e.Places)
		edges[e.From] = append(edges[e.From], "to "+e.To.String()+" "+how)
		edges[e.To] = append(edges[e.To], "from "+e.From.String()+" "+how)
	}
	lives := map[depgraph.ID]string{}
	for _, n := range v.Nodes {
		if list := edges[n.ID]; !proven[n.ID] {
			slices.Sort(list)
			lives[n.ID] = strings.Join(list, "\n")
		}
	}
	return lives
}

// Title names the node in full, with those that it is drawn for.
func (n *ViewNode) Title() string {
	names := []string{Label(n.ID.String())}
	for _, id := range n.Twins[:min(len(n.Twins), namedTwins-1)] {
		names = append(names, Label(id.String()))
	}
	if more := len(n.Twins) - (namedTwins - 1); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// Sort says in a word or two what a node is: its kind, and how many it is drawn for.
func (n *ViewNode) Sort() string {
	switch {
	case len(n.Twins) > 0:
		return fmt.Sprintf("%s, and %d more like it", n.ID.Kind, len(n.Twins))
	case n.Many > 0:
		return plural(n.Many, "node", "nodes")
	}
	return string(n.ID.Kind)
}
