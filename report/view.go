package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	simple "github.com/dominikbraun/graph"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// The sizes of a picture.
const (
	usualNodes = 60  // unless asked otherwise
	mostNodes  = 300 // whatever is asked: beyond it nobody reads a picture, and layout takes minutes
	usualHops  = 2

	clutter = 40 // edges from which those that a longer way shows anyway are left out
)

// mostEdges is how many edges a picture of so many nodes shows: one and a half for
// each, and some more while it is small. Beyond, layout takes minutes.
func mostEdges(nodes int) int { return max(min(3*nodes, 150), nodes+nodes/2) }

// View is the part of a graph that a picture shows, and what it leaves out.
// Everything is sorted by id.
type View struct {
	Nodes []ViewNode
	Edges []ViewEdge
	Boxes []ViewBox // what encloses nodes; those without a node are left out

	// What the graph has, and what of it is not shown.
	AllNodes, AllEdges int
	HiddenEdges        int    // not shown, of all edges; those that Reduced counts included
	Reduced            int    // left out because a way over other nodes shows the need as well
	Why                string // how the part was chosen
	Grouped            bool   // its nodes stand for boxes of nodes: nothing but edges is left out
}

// ViewNode is one node of a picture.
type ViewNode struct {
	ID    depgraph.ID
	Label string        // for people, escaped and cut
	Box   string        // the key of its box; "" stands free
	Where string        // the place it stands in, in words; "" where that is unknown
	Mark  Mark          // what the findings or a loss say of it
	Say   string        // the mark in words, for those who see no colour: "root of single-facility"
	Many  int           // of an overview, or of twins: how many nodes it stands for; else 0
	Twins []depgraph.ID // that are drawn as this one, sorted
}

// ViewEdge is one arrow of a picture: all needs of one node for another.
type ViewEdge struct {
	From, To depgraph.ID
	Label    string // how it is needed, in a word or two
	Phases   depgraph.Phases
	IfLost   depgraph.IfLost // the worst of them
	Basis    string          // "observed", "implied"; "" where an input declares it
	Proof    bool            // a finding's proof rests on it
	Places   bool            // it only says where its owner stands
	Many     int             // of an overview: how many arrows it stands for; else 0
}

// ViewBox encloses nodes.
type ViewBox struct {
	Key, Label string
}

// Mark is what is said of a node in a picture; the higher one wins.
type Mark uint8

// The marks.
const (
	Unmarked Mark = iota
	MarkExposed
	MarkBlind
	MarkFrozen
	MarkDegraded
	MarkVictim // of a finding
	MarkDown
	MarkRoot // of a finding
	MarkFailed
)

var markNames = [...]string{"", "exposed", "blind", "frozen", "degraded", "victim", "down", "root", "failed"}

// String returns the name of the mark, "" for none.
func (m Mark) String() string {
	if int(m) < len(markNames) {
		return markNames[m]
	}
	return fmt.Sprintf("mark(%d)", uint8(m))
}

// Showing says what the picture leaves out: "showing 60 of 412 nodes; 351 edges hidden".
func (v *View) Showing() string {
	shown, alike := len(v.Nodes), 0
	for _, n := range v.Nodes {
		shown += len(n.Twins)
		if len(n.Twins) > 0 {
			alike += n.Many
		}
	}
	if v.Grouped {
		return fmt.Sprintf("%s in %s; %s within a box or hidden", plural(v.AllNodes, "node", "nodes"), plural(shown, "box", "boxes"), plural(v.HiddenEdges, "edge", "edges"))
	}
	said := fmt.Sprintf("showing all %d nodes", shown)
	if shown == 1 {
		said = "showing the only node"
	}
	if shown < v.AllNodes {
		said = fmt.Sprintf("showing %d of %d nodes", shown, v.AllNodes)
	}
	if alike > 0 {
		said += fmt.Sprintf(", %d of them gathered by what they need", alike)
	}
	if v.HiddenEdges > 0 {
		said += fmt.Sprintf("; %s hidden", plural(v.HiddenEdges, "edge", "edges"))
	}
	if v.Reduced > 0 {
		said += fmt.Sprintf(" (%d of them follow from a longer way)", v.Reduced)
	}
	return said
}

// NewView returns the part of a document's graph that a picture shows: what is
// near the focus, else what a loss does, else what the findings are about, filled
// up with what is nearest to it. It costs O(V+E) in the graph.
func NewView(d *Document, o Options) *View {
	b := newViewBuilder(d, o)
	b.choose()
	return b.build(true)
}

// WholeView returns the whole graph as a view: for formats that need no layout.
func WholeView(d *Document, o Options) *View {
	b := newViewBuilder(d, o)
	b.limit = d.linked.Len()
	for i := range d.linked.Len() {
		b.take(depgraph.NodeIndex(i))
	}
	b.why = "the whole graph"
	return b.build(false)
}

// ProofView returns a finding's proof as a view.
func ProofView(d *Document, f Finding) *View {
	v := ProofsView(d, []Finding{f})
	v.Why = "the proof of finding " + f.ID
	return v
}

// ProofsView returns the proofs of findings as one view, as far as there is room.
func ProofsView(d *Document, findings []Finding) *View {
	b := newViewBuilder(d, Options{})
	b.limit = mostNodes
	for _, f := range findings {
		b.takeProof(f)
	}
	v := &View{AllNodes: b.g.Len(), AllEdges: b.g.MemberCount(), Why: "the proofs of findings"}
	marks := marksOf(findings)
	for _, i := range b.chosen() {
		v.Nodes = append(v.Nodes, b.node(i, marks))
	}
	known := map[[2]depgraph.ID]bool{}
	for _, f := range findings {
		for _, s := range f.Proof {
			key := [2]depgraph.ID{s.From, s.To}
			if !known[key] && b.has(s.From) && b.has(s.To) {
				known[key] = true
				v.Edges = append(v.Edges, proofEdge(s))
			}
		}
	}
	v.HiddenEdges = max(0, v.AllEdges-len(v.Edges))
	slices.SortFunc(v.Edges, compareViewEdges)
	return v
}

func proofEdge(s Step) ViewEdge {
	e := ViewEdge{From: s.From, To: s.To, Label: s.Relation(), Basis: s.Basis(), Proof: true}
	if p, err := depgraph.ParsePhase(s.Phase); err == nil {
		e.Phases = depgraph.PhasesOf(p)
	}
	if l, err := depgraph.ParseIfLost(s.IfLost); err == nil {
		e.IfLost = l
	}
	return e
}

func compareViewEdges(a, b ViewEdge) int {
	return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To))
}

// build turns what was taken into a view.
func (b *viewBuilder) build(reduce bool) *View {
	v := &View{AllNodes: b.g.Len(), AllEdges: b.g.MemberCount(), Why: b.why}
	marks := marksOf(b.d.Findings)
	if b.o.Loss != nil {
		marks = lossMarks(b.o.Loss)
	}
	boxes := map[string]string{}
	for _, i := range b.chosen() {
		n := b.node(i, marks)
		var label string
		if n.Box, label = groupOf(b.g, i, b.o.GroupBy); n.Box != "" {
			boxes[n.Box] = label
		}
		v.Nodes = append(v.Nodes, n)
	}
	for _, key := range slices.Sorted(maps.Keys(boxes)) {
		v.Boxes = append(v.Boxes, ViewBox{Key: key, Label: boxes[key]})
	}
	var arrows int
	v.Edges, arrows = b.edges()
	v.HiddenEdges = v.AllEdges - arrows
	if reduce {
		v.Edges = withoutPlaces(v.Edges)
	}
	if reduce && len(v.Edges) > clutter {
		kept := reduced(v.Edges)
		v.Reduced = len(v.Edges) - len(kept)
		v.HiddenEdges += v.Reduced
		v.Edges = kept
	}
	if most := mostEdges(len(v.Nodes)); reduce && len(v.Edges) > most {
		v.HiddenEdges += len(v.Edges) - most
		v.Edges = mostTelling(v.Edges, most)
	}
	if reduce {
		v.Nodes = withoutStrays(v.Nodes, v.Edges)
	}
	return v
}

func (b *viewBuilder) node(i depgraph.NodeIndex, marks map[depgraph.ID]marked) ViewNode {
	n := b.g.At(i)
	m := marks[n.ID]
	return ViewNode{ID: n.ID, Label: Label(n.DisplayTitle()), Where: whereabouts(b.g, i), Mark: m.mark, Say: m.say}
}

// edges returns the arrows between taken nodes, one for each pair, and how many
// arrows of the graph they stand for.
func (b *viewBuilder) edges() ([]ViewEdge, int) {
	var out []ViewEdge
	arrows := 0
	for _, i := range b.chosen() {
		at := map[depgraph.NodeIndex]int{}
		from, to := b.g.OwnedBy(i)
		for r := from; r < to; r++ {
			for _, m := range b.g.Members(r) {
				if !b.taken[m] {
					continue
				}
				arrows++
				k, known := at[m]
				if !known {
					k = len(out)
					at[m] = k
					out = append(out, ViewEdge{From: b.g.ID(i), To: b.g.ID(m), IfLost: depgraph.Unaffected, Basis: "?", Places: true, Proof: b.proof[[2]depgraph.ID{b.g.ID(i), b.g.ID(m)}]})
				}
				out[k].add(b.g, r, m)
			}
		}
	}
	slices.SortFunc(out, compareViewEdges)
	return out, arrows
}

// add counts one more arrow of a pair in: the worst effect and the best basis speak.
func (e *ViewEdge) add(g *depgraph.Graph, r depgraph.ReqIndex, m depgraph.NodeIndex) {
	t := g.Terms(r)
	e.Phases |= t.Phases
	e.IfLost = min(e.IfLost, t.IfLost)
	e.Places = e.Places && t.Via == depgraph.PlacedIn
	word := string(t.Via)
	if n := len(g.Members(r)); n > 1 && t.Need.Of(n) < n {
		word = fmt.Sprintf("%s (%d of %d)", word, t.Need.Of(n), n)
	}
	switch {
	case e.Label == "":
		e.Label = Label(word)
	case word != "" && e.Label != Label(word) && len(e.Label) < 40:
		e.Label += ", " + Label(word)
	}
	basis := NewSteps([]depgraph.Edge{g.Edge(r, m, t.Phases.List()[0])})[0].Basis()
	if e.Basis == "?" || basis == "" {
		e.Basis = basis
	}
}

// withoutPlaces leaves out the arrows that only say where a node stands, which its
// own words say: those of places, and of proofs, stay.
func withoutPlaces(edges []ViewEdge) []ViewEdge {
	return slices.DeleteFunc(edges, func(e ViewEdge) bool {
		return e.Places && !e.Proof && !e.From.Kind.IsPlace()
	})
}

// withoutStrays leaves out nodes that nothing is said of and no edge joins, unless
// there would be nothing left.
func withoutStrays(nodes []ViewNode, edges []ViewEdge) []ViewNode {
	joined := map[depgraph.ID]bool{}
	for _, e := range edges {
		joined[e.From], joined[e.To] = true, true
	}
	if len(edges) == 0 {
		return nodes
	}
	return slices.DeleteFunc(nodes, func(n ViewNode) bool { return !joined[n.ID] && n.Mark == Unmarked })
}

// mostTelling keeps the edges of proofs first, then those whose loss hurts most.
func mostTelling(edges []ViewEdge, most int) []ViewEdge {
	kept := slices.Clone(edges)
	slices.SortStableFunc(kept, func(a, b ViewEdge) int {
		if a.Proof != b.Proof {
			if a.Proof {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.IfLost, b.IfLost)
	})
	kept = kept[:most]
	slices.SortFunc(kept, compareViewEdges)
	return kept
}

// reduced leaves out the edges whose need another way over shown edges shows as
// well, unless a proof rests on them. Edges within a cycle all stay. The library
// returns results in no order and refuses cycles, so it works on the
// components and what it says is looked up, never listed.
func reduced(edges []ViewEdge) []ViewEdge {
	whole := simple.New(func(s string) string { return s }, simple.Directed())
	for _, e := range edges {
		if e.From != e.To {
			addEdge(whole, e.From.String(), e.To.String())
		}
	}
	components, err := simple.StronglyConnectedComponents(whole)
	if err != nil {
		return edges
	}
	of := map[string]string{}
	for _, members := range components {
		name := slices.Min(members)
		for _, m := range members {
			of[m] = name
		}
	}
	acyclic := simple.New(func(s string) string { return s }, simple.Directed())
	for _, e := range edges {
		if from, to := of[e.From.String()], of[e.To.String()]; from != to {
			addEdge(acyclic, from, to)
		}
	}
	least, err := simple.TransitiveReduction(acyclic)
	if err != nil {
		return edges
	}
	var kept []ViewEdge
	for _, e := range edges {
		from, to := of[e.From.String()], of[e.To.String()]
		if e.Proof || from == to {
			kept = append(kept, e)
			continue
		}
		if _, err := least.Edge(from, to); err == nil {
			kept = append(kept, e)
		}
	}
	return kept
}

// addEdge adds an edge and its ends. What is there already is no error here.
func addEdge(g simple.Graph[string, string], from, to string) {
	_ = g.AddVertex(from)
	_ = g.AddVertex(to)
	_ = g.AddEdge(from, to)
}
