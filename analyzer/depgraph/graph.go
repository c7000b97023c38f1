package depgraph

import (
	"cmp"
	"iter"
	"reflect"
	"slices"
	"sort"
	"strings"
	"time"
)

// NodeIndex is a node's place in one graph, from 0 to Len-1 in the order of ids.
// It means nothing in another graph.
type NodeIndex int32

// ReqIndex is a requirement's place in one graph, sorted by owner, members and terms.
type ReqIndex int32

// Graph is the linked graph: nodes, requirements and what could not be read or
// resolved. It never changes and may be shared. A node costs about 300 bytes
// besides its strings, a requirement with one member and one origin about 56.
type Graph struct {
	tab   *tables
	ids   []ID
	nodes []Node

	nodeOriginAt []int32
	nodeOrigins  []packedOrigin

	ownedAt  []ReqIndex // node -> its first requirement
	owner    []NodeIndex
	terms    []uint32
	memberAt []int32
	members  []NodeIndex
	originAt []int32
	origins  []packedOrigin

	standbys []NodeIndex // ascending

	namingAt []int32 // node -> the requirements that name it
	naming   []ReqIndex

	inputs     []Input
	unresolved []Unresolved
	drills     []Drill
}

// indexMembers fills the reverse index, in O(members).
func (g *Graph) indexMembers() {
	g.namingAt = make([]int32, len(g.ids)+1)
	for _, m := range g.members {
		g.namingAt[m+1]++
	}
	for i := range g.ids {
		g.namingAt[i+1] += g.namingAt[i]
	}
	g.naming = make([]ReqIndex, len(g.members))
	next := slices.Clone(g.namingAt)
	for r := range g.owner {
		for _, m := range g.Members(ReqIndex(r)) {
			g.naming[next[m]] = ReqIndex(r)
			next[m]++
		}
	}
}

// Len returns the number of nodes.
func (g *Graph) Len() int { return len(g.ids) }

// Requirements returns the number of requirements.
func (g *Graph) Requirements() int { return len(g.owner) }

// MemberCount returns the number of members of all requirements together.
func (g *Graph) MemberCount() int { return len(g.members) }

// Index finds a node, in O(log n).
func (g *Graph) Index(id ID) (NodeIndex, bool) {
	i, found := slices.BinarySearchFunc(g.ids, id, ID.Compare)
	return NodeIndex(i), found
}

// ID returns the id of node i.
func (g *Graph) ID(i NodeIndex) ID { return g.ids[i] }

// At returns node i. It is shared: do not change it.
func (g *Graph) At(i NodeIndex) *Node { return &g.nodes[i] }

// Node finds a node by id; nil where the graph has none. It is shared: do not change it.
func (g *Graph) Node(id ID) *Node {
	i, found := g.Index(id)
	if !found {
		return nil
	}
	return &g.nodes[i]
}

// Standbys lists the nodes that are standbys, ascending. The slice is shared.
func (g *Graph) Standbys() []NodeIndex { return g.standbys }

// indexStandbys finds the standbys, in O(nodes).
func (g *Graph) indexStandbys() {
	for i := range g.nodes {
		if g.nodes[i].Standby != nil {
			g.standbys = append(g.standbys, NodeIndex(i))
		}
	}
}

// Nodes lists the nodes by id. They are shared: do not change them.
func (g *Graph) Nodes() iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for i := range g.nodes {
			if !yield(&g.nodes[i]) {
				return
			}
		}
	}
}

// NodeOrigins returns the places that speak of a node, sorted; nil where none
// does, as for one that a requirement merely names.
func (g *Graph) NodeOrigins(id ID) []Origin {
	i, found := g.Index(id)
	if !found {
		return nil
	}
	return g.unpackAll(g.nodeOrigins[g.nodeOriginAt[i]:g.nodeOriginAt[i+1]])
}

// NodeHas reports whether a place that speaks of node i is of a basis. It unpacks nothing.
func (g *Graph) NodeHas(i NodeIndex, b Basis) bool {
	return hasBasis(g.nodeOrigins[g.nodeOriginAt[i]:g.nodeOriginAt[i+1]], b)
}

// Has reports whether an origin of requirement r is of a basis. It unpacks nothing.
func (g *Graph) Has(r ReqIndex, b Basis) bool {
	return hasBasis(g.origins[g.originAt[r]:g.originAt[r+1]], b)
}

// OwnedBy returns the half-open range of the requirements that node i owns.
func (g *Graph) OwnedBy(i NodeIndex) (from, to ReqIndex) { return g.ownedAt[i], g.ownedAt[i+1] }

// Naming returns the requirements that have node i as a member, ascending. The slice is shared.
func (g *Graph) Naming(i NodeIndex) []ReqIndex { return g.naming[g.namingAt[i]:g.namingAt[i+1]] }

// Owner returns the owner of requirement r.
func (g *Graph) Owner(r ReqIndex) NodeIndex { return g.owner[r] }

// Members returns the members of requirement r, ascending. The slice is shared.
func (g *Graph) Members(r ReqIndex) []NodeIndex { return g.members[g.memberAt[r]:g.memberAt[r+1]] }

// Terms returns the terms of requirement r, without zero values.
func (g *Graph) Terms(r ReqIndex) Terms { return g.tab.terms.values[g.terms[r]] }

// Origins returns the origins of requirement r, sorted.
func (g *Graph) Origins(r ReqIndex) []Origin {
	return g.unpackAll(g.origins[g.originAt[r]:g.originAt[r+1]])
}

// Requirement returns requirement r as a value of its own.
func (g *Graph) Requirement(r ReqIndex) *Requirement {
	q := &Requirement{Owner: g.ids[g.owner[r]], Terms: g.Terms(r), Origins: g.Origins(r)}
	for _, m := range g.Members(r) {
		q.Members = append(q.Members, g.ids[m])
	}
	return q
}

// AllRequirements lists every requirement by owner, members and terms.
func (g *Graph) AllRequirements() iter.Seq[*Requirement] {
	return func(yield func(*Requirement) bool) {
		for r := range g.owner {
			if !yield(g.Requirement(ReqIndex(r))) {
				return
			}
		}
	}
}

// Needs lists the requirements that a node owns.
func (g *Graph) Needs(owner ID) iter.Seq[*Requirement] {
	return func(yield func(*Requirement) bool) {
		i, found := g.Index(owner)
		if !found {
			return
		}
		for r := g.ownedAt[i]; r < g.ownedAt[i+1]; r++ {
			if !yield(g.Requirement(r)) {
				return
			}
		}
	}
}

// NeededBy lists the requirements that name a node.
func (g *Graph) NeededBy(member ID) iter.Seq[*Requirement] {
	return func(yield func(*Requirement) bool) {
		i, found := g.Index(member)
		if !found {
			return
		}
		for _, r := range g.Naming(i) {
			if !yield(g.Requirement(r)) {
				return
			}
		}
	}
}

// Edge returns the arrow of requirement r to member m in phase p, with the
// origins that speak of that member.
func (g *Graph) Edge(r ReqIndex, m NodeIndex, p Phase) Edge {
	t := g.Terms(r)
	e := Edge{From: g.ids[g.owner[r]], To: g.ids[m], Phase: p, IfLost: t.IfLost, Via: t.Via}
	for _, o := range g.origins[g.originAt[r]:g.originAt[r+1]] {
		if o.member < 0 || NodeIndex(o.member) == m {
			e.Origins = append(e.Origins, g.tab.unpack(o, g.ids))
		}
	}
	return e
}

// Inputs lists the ledger by path. The slice is shared.
func (g *Graph) Inputs() []Input { return g.inputs }

// Unresolved lists ambiguous and dangling names and contradictions. The slice is shared.
func (g *Graph) Unresolved() []Unresolved { return g.unresolved }

// Drills lists the drills by date. The slice is shared.
func (g *Graph) Drills() []Drill { return g.drills }

// NewestDate returns the newest date that an input states: of a drill, or of traffic; the
// zero time where none does. It costs O(origins).
func (g *Graph) NewestDate() time.Time {
	var newest time.Time
	for i := range g.drills {
		if d := g.drills[i].Date; d.After(newest) {
			newest = d
		}
	}
	for r := range ReqIndex(g.Requirements()) {
		for _, o := range g.Origins(r) {
			if o.Seen.Last.After(newest) {
				newest = o.Seen.Last
			}
		}
	}
	return newest
}

// Builder returns a new builder that holds everything g holds. It copies what is packed
// as it is.
func (g *Graph) Builder() *Builder {
	b := &Builder{
		tab: g.tab.clone(), index: make(map[ID]int32, len(g.ids)), ids: slices.Clone(g.ids),
		nodes: make([]addedNode, len(g.nodes)), norigin: make([]nodeOrigin, 0, len(g.nodeOrigins)),
		reqs: make([]packedReq, len(g.owner)), members: make([]int32, len(g.members)), origins: slices.Clone(g.origins),
		inputs: slices.Clone(g.inputs), unresolved: slices.Clone(g.unresolved), drills: slices.Clone(g.drills),
	}
	for i, id := range g.ids {
		b.index[id] = int32(i)
		b.nodes[i] = addedNode{int32(i), g.nodes[i]}
		for _, o := range g.nodeOrigins[g.nodeOriginAt[i]:g.nodeOriginAt[i+1]] {
			b.norigin = append(b.norigin, nodeOrigin{int32(i), o})
		}
	}
	for i, m := range g.members {
		b.members[i] = int32(m)
	}
	for r := range g.owner {
		b.reqs[r] = packedReq{int32(g.owner[r]), g.terms[r], g.memberAt[r], g.memberAt[r+1], g.originAt[r], g.originAt[r+1]}
	}
	return b
}

// Keep returns the graph of the facts whose basis keep accepts: a requirement
// stays while one of its origins does; a node goes when all its origins went
// and no requirement names or owns it.
func (g *Graph) Keep(keep func(Basis) bool) (*Graph, error) {
	b := NewBuilder()
	// What is a node only because something named it goes with the names.
	g.addTo(b, func(o Origin) bool { return keep(o.Basis) }, func(n *Node) bool { return !reflect.DeepEqual(*n, Node{ID: n.ID}) })
	return b.Build()
}

// addTo adds what has an origin to keep, and of the nodes without any those to keep bare.
func (g *Graph) addTo(b *Builder, keep func(Origin) bool, bare func(*Node) bool) {
	kept := func(os []Origin) []Origin { return slices.DeleteFunc(os, func(o Origin) bool { return !keep(o) }) }
	for i := range g.nodes {
		all := g.NodeOrigins(g.ids[i])
		if origins := kept(slices.Clone(all)); len(origins) > 0 || len(all) == 0 && bare(&g.nodes[i]) {
			b.AddNode(g.nodes[i], origins...)
		}
	}
	for r := range g.AllRequirements() {
		if r.Origins = kept(r.Origins); len(r.Origins) > 0 {
			b.AddRequirement(*r)
		}
	}
	for _, in := range g.inputs {
		b.AddInput(in)
	}
	for _, u := range g.unresolved {
		b.AddUnresolved(u)
	}
	for _, d := range g.drills {
		b.AddDrill(d)
	}
}

func (g *Graph) unpackAll(ps []packedOrigin) []Origin {
	if len(ps) == 0 {
		return nil
	}
	os := make([]Origin, len(ps))
	for i, p := range ps {
		os[i] = g.tab.unpack(p, g.ids)
	}
	return os
}

// comparePacked orders packed origins as [Origin.Compare] orders what they unpack to.
func (g *Graph) comparePacked(a, b packedOrigin) int {
	if a == b {
		return 0
	}
	str := g.tab.strings.values
	return cmp.Or(
		cmp.Compare(a.member, b.member),
		strings.Compare(str[a.input], str[b.input]),
		cmp.Compare(a.line, b.line),
		cmp.Compare(a.col, b.col),
		strings.Compare(str[a.source], str[b.source]),
		cmp.Compare(a.basis, b.basis),
		cmp.Compare(g.tab.confs.values[b.conf], g.tab.confs.values[a.conf]),
		strings.Compare(str[a.note], str[b.note]),
		compareSeen(g.tab.seens.values[a.seen], g.tab.seens.values[b.seen]),
	)
}

func compareSeen(a, b Seen) int {
	return cmp.Or(cmp.Compare(a.Count, b.Count), cmp.Compare(a.Errors, b.Errors), a.First.Compare(b.First),
		a.Last.Compare(b.Last), strings.Compare(a.Example, b.Example))
}

// OfKind lists the nodes of a kind, by id: a contiguous range, found in O(log n).
func (g *Graph) OfKind(k Kind) iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for at, end := g.RangeOf(k); at < end; at++ {
			if !yield(&g.nodes[at]) {
				return
			}
		}
	}
}

// RangeOf returns the half-open range of the nodes of a kind, in O(log n).
func (g *Graph) RangeOf(k Kind) (from, to NodeIndex) {
	at := sort.Search(len(g.ids), func(i int) bool { return g.ids[i].Compare(ID{Kind: k}) >= 0 })
	n := sort.Search(len(g.ids)-at, func(i int) bool { return g.ids[at+i].Kind != k })
	return NodeIndex(at), NodeIndex(at + n)
}
