package depgraph

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"
)

// Builder collects facts in any order and builds one [Graph] of them. Adding a
// fact twice changes nothing. The zero value is not usable: call [NewBuilder].
type Builder struct {
	tab     *tables
	index   map[ID]int32
	ids     []ID
	nodes   []addedNode
	norigin []nodeOrigin

	reqs    []packedReq
	members []int32
	origins []packedOrigin

	inputs     []Input
	unresolved []Unresolved
	drills     []Drill
	errs       []error
}

type addedNode struct {
	at   int32
	node Node
}

type nodeOrigin struct {
	at     int32
	origin packedOrigin
}

// packedReq is a requirement as a builder holds it: ranges into members and origins.
type packedReq struct {
	owner           int32
	terms           uint32
	memAt, memEnd   int32
	origAt, origEnd int32
}

// NewBuilder returns an empty builder.
func NewBuilder() *Builder {
	return &Builder{tab: newTables(), index: map[ID]int32{}}
}

// Grow makes room for so many more nodes and requirements, of about one member
// and origin each, for a caller that knows.
func (b *Builder) Grow(nodes, requirements int) {
	b.ids = slices.Grow(b.ids, nodes)
	b.nodes = slices.Grow(b.nodes, nodes)
	b.norigin = slices.Grow(b.norigin, nodes)
	b.reqs = slices.Grow(b.reqs, requirements)
	b.members = slices.Grow(b.members, requirements)
	b.origins = slices.Grow(b.origins, requirements)
}

func (b *Builder) intern(id ID) int32 {
	if i, ok := b.index[id]; ok {
		return i
	}
	i := int32(len(b.ids))
	b.index[id] = i
	b.ids = append(b.ids, id)
	return i
}

// AddNode adds a node with the places that speak of it. Nodes of one id merge:
// field by field the smallest value in canonical order wins and a contradiction
// becomes an [Unresolved]; a linker that knows which source is stronger merges
// before it adds. The ways that activate a standby become nodes where they are
// not yet.
func (b *Builder) AddNode(n Node, origins ...Origin) {
	if n.ID.IsZero() {
		b.errs = append(b.errs, errors.New("depgraph: a node without an id"))
		return
	}
	if n.Standby != nil && n.ID.Kind.IsPlace() {
		b.errs = append(b.errs, fmt.Errorf("depgraph: %s: a place cannot be a standby", n.ID))
		return
	}
	at := b.intern(n.ID)
	if n.Standby != nil {
		for _, way := range n.Standby.ActivatedBy {
			b.intern(way)
		}
	}
	b.nodes = append(b.nodes, addedNode{at, n})
	for _, o := range origins {
		b.norigin = append(b.norigin, nodeOrigin{at, b.tab.pack(o, -1)})
	}
}

// AddRequirement adds a requirement. Its owner and members become nodes where
// they are not yet. Requirements that differ in nothing but their origins merge.
func (b *Builder) AddRequirement(r Requirement) {
	switch {
	case r.Owner.IsZero():
		b.errs = append(b.errs, errors.New("depgraph: a requirement without an owner"))
		return
	case len(r.Members) == 0:
		b.errs = append(b.errs, fmt.Errorf("depgraph: %s: a requirement without members", r.Owner))
		return
	case len(r.Origins) == 0:
		b.errs = append(b.errs, fmt.Errorf("depgraph: %s: a requirement without an origin", r.Owner))
		return
	case len(b.members) > math.MaxInt32-len(r.Members) || len(b.origins) > math.MaxInt32-len(r.Origins):
		b.errs = append(b.errs, errors.New("depgraph: over 2^31 members or origins"))
		return
	}
	p := packedReq{owner: b.intern(r.Owner), terms: b.tab.terms.intern(r.Terms.Normal()), memAt: int32(len(b.members)), origAt: int32(len(b.origins))}
	for _, m := range r.Members {
		b.members = append(b.members, b.intern(m))
	}
	for _, o := range r.Origins {
		member := int32(-1)
		if !o.Member.IsZero() {
			member = b.intern(o.Member)
		}
		b.origins = append(b.origins, b.tab.pack(o, member))
	}
	p.memEnd, p.origEnd = int32(len(b.members)), int32(len(b.origins))
	b.reqs = append(b.reqs, p)
}

// AddInput adds a row to the ledger.
func (b *Builder) AddInput(in Input) {
	in.Notes = sortedStrings(in.Notes)
	b.inputs = append(b.inputs, in)
}

// AddUnresolved adds a name that led nowhere, or a contradiction.
func (b *Builder) AddUnresolved(u Unresolved) {
	u.Origin = u.Origin.Normal()
	u.Candidates = sortedStrings(u.Candidates)
	b.unresolved = append(b.unresolved, u)
}

// AddDrill adds a drill; the nodes it names become nodes where they are not yet.
func (b *Builder) AddDrill(d Drill) {
	for _, id := range d.Fails {
		b.intern(id)
	}
	for _, id := range d.Covers {
		b.intern(id)
	}
	d.Origin = d.Origin.Normal()
	b.drills = append(b.drills, d)
}

// Build returns the graph of what was added. It costs O(n log n) in the facts
// and uses the builder up.
func (b *Builder) Build() (*Graph, error) {
	if err := errors.Join(b.errs...); err != nil {
		return nil, err
	}
	g := &Graph{tab: b.tab}
	moved := b.sortIDs(g)
	b.buildNodes(g, moved)
	g.indexStandbys()
	b.buildRequirements(g, moved)
	g.indexMembers()
	g.inputs = sortedDistinct(b.inputs, compareInput)
	g.unresolved = sortedDistinct(b.unresolved, compareUnresolved)
	g.drills = sortedDrills(b.drills)
	*b = Builder{}
	return g, nil
}

// sortIDs gives every id its place in sorted order and returns where each went.
func (b *Builder) sortIDs(g *Graph) []int32 {
	order := make([]int32, len(b.ids))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(x, y int32) int { return b.ids[x].Compare(b.ids[y]) })
	moved := make([]int32, len(b.ids))
	g.ids = make([]ID, len(b.ids))
	for at, old := range order {
		moved[old] = int32(at)
		g.ids[at] = b.ids[old]
	}
	b.index, b.ids = nil, nil
	return moved
}

func (b *Builder) buildNodes(g *Graph, moved []int32) {
	g.nodes = make([]Node, len(g.ids))
	for i := range b.nodes {
		b.nodes[i].at = moved[b.nodes[i].at]
	}
	// Ties are broken by content, so that the order of adding never shows.
	slices.SortStableFunc(b.nodes, func(x, y addedNode) int { return cmp.Compare(x.at, y.at) })
	for i := 0; i < len(b.nodes); {
		j := i + 1
		for j < len(b.nodes) && b.nodes[j].at == b.nodes[i].at {
			j++
		}
		at := b.nodes[i].at
		if j == i+1 {
			g.nodes[at] = tidyNode(b.nodes[i].node)
		} else {
			var clash []Unresolved
			g.nodes[at], clash = mergeNodes(b.nodes[i:j])
			for _, u := range clash {
				b.AddUnresolved(u)
			}
		}
		i = j
	}
	b.nodes = nil
	for i := range g.nodes {
		g.nodes[i].ID = g.ids[i]
	}
	for i := range b.norigin {
		b.norigin[i].at = moved[b.norigin[i].at]
	}
	slices.SortFunc(b.norigin, func(x, y nodeOrigin) int {
		return cmp.Or(cmp.Compare(x.at, y.at), g.comparePacked(x.origin, y.origin))
	})
	b.norigin = slices.Compact(b.norigin)
	g.nodeOriginAt = make([]int32, len(g.ids)+1)
	g.nodeOrigins = make([]packedOrigin, len(b.norigin))
	for i, o := range b.norigin {
		g.nodeOrigins[i] = o.origin
		g.nodeOriginAt[o.at+1]++
	}
	for i := range g.ids {
		g.nodeOriginAt[i+1] += g.nodeOriginAt[i]
	}
	b.norigin = nil
}

// renumber gives owners, members and origins the places of sorted ids, and sorts
// the members of each requirement.
func (b *Builder) renumber(moved []int32) {
	for i, m := range b.members {
		b.members[i] = moved[m]
	}
	for i := range b.origins {
		if m := b.origins[i].member; m >= 0 {
			b.origins[i].member = moved[m]
		}
	}
	for i := range b.reqs {
		r := &b.reqs[i]
		r.owner = moved[r.owner]
		ms := b.membersOf(*r)
		slices.Sort(ms)
		r.memEnd = r.memAt + int32(len(slices.Compact(ms)))
	}
}

func (b *Builder) membersOf(r packedReq) []int32 { return b.members[r.memAt:r.memEnd] }

// compareReqs orders requirements by owner, members and terms; equal ones are one.
func (b *Builder) compareReqs(x, y packedReq) int {
	if x.owner != y.owner {
		return cmp.Compare(x.owner, y.owner)
	}
	if c := slices.Compare(b.membersOf(x), b.membersOf(y)); c != 0 || x.terms == y.terms {
		return c
	}
	return compareTerms(b.tab.terms.values[x.terms], b.tab.terms.values[y.terms])
}

func (b *Builder) buildRequirements(g *Graph, moved []int32) {
	b.renumber(moved)
	slices.SortFunc(b.reqs, b.compareReqs)
	distinct := 0
	for i := range b.reqs {
		if i == 0 || b.compareReqs(b.reqs[i-1], b.reqs[i]) != 0 {
			distinct++
		}
	}
	g.owner = make([]NodeIndex, 0, distinct)
	g.terms = make([]uint32, 0, distinct)
	g.memberAt = make([]int32, 1, distinct+1)
	g.members = make([]NodeIndex, 0, len(b.members))
	g.originAt = make([]int32, 1, distinct+1)
	g.origins = make([]packedOrigin, 0, len(b.origins))
	g.ownedAt = make([]ReqIndex, len(g.ids)+1)
	for i := 0; i < len(b.reqs); {
		first := b.reqs[i]
		at := len(g.origins)
		j := i
		for ; j < len(b.reqs) && b.compareReqs(first, b.reqs[j]) == 0; j++ {
			g.origins = append(g.origins, b.origins[b.reqs[j].origAt:b.reqs[j].origEnd]...)
		}
		group := g.origins[at:]
		slices.SortFunc(group, g.comparePacked)
		g.origins = g.origins[:at+len(slices.Compact(group))]
		g.originAt = append(g.originAt, int32(len(g.origins)))
		g.owner = append(g.owner, NodeIndex(first.owner))
		g.terms = append(g.terms, first.terms)
		for _, m := range b.membersOf(first) {
			g.members = append(g.members, NodeIndex(m))
		}
		g.memberAt = append(g.memberAt, int32(len(g.members)))
		g.ownedAt[first.owner+1]++
		i = j
	}
	for i := range g.ids {
		g.ownedAt[i+1] += g.ownedAt[i]
	}
	b.reqs, b.members, b.origins = nil, nil, nil
}

func compareTerms(a, b Terms) int {
	return cmp.Or(
		cmp.Compare(a.Via, b.Via),
		cmp.Compare(a.Phases, b.Phases),
		cmp.Compare(a.IfLost, b.IfLost),
		cmp.Compare(a.Need, b.Need),
		cmp.Compare(a.Lasts, b.Lasts),
	)
}

func compareInput(a, b Input) int {
	return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Format, b.Format), cmp.Compare(a.Status, b.Status),
		cmp.Compare(a.Reason, b.Reason), slices.Compare(a.Notes, b.Notes), cmp.Compare(a.Bytes, b.Bytes),
		cmp.Compare(a.Documents, b.Documents), compareBool(&a.Unproven, &b.Unproven), cmp.Compare(a.SHA256, b.SHA256))
}

func compareUnresolved(a, b Unresolved) int {
	return cmp.Or(a.Owner.Compare(b.Owner), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Scope, b.Scope),
		cmp.Compare(a.Why, b.Why), slices.Compare(a.Candidates, b.Candidates), a.Origin.Compare(b.Origin))
}

func sortedDistinct[T any](xs []T, compare func(a, b T) int) []T {
	slices.SortFunc(xs, compare)
	return slices.CompactFunc(xs, func(a, b T) bool { return compare(a, b) == 0 })
}

func sortedDrills(ds []Drill) []Drill {
	for i := range ds {
		ds[i].Fails = sortedIDs(ds[i].Fails)
		ds[i].Covers = sortedIDs(ds[i].Covers)
	}
	return sortedDistinct(ds, func(a, b Drill) int {
		return cmp.Or(a.Date.Compare(b.Date), slices.CompareFunc(a.Fails, b.Fails, ID.Compare),
			compareBool(&a.Partly, &b.Partly), slices.CompareFunc(a.Covers, b.Covers, ID.Compare), a.Origin.Compare(b.Origin))
	})
}

// sortedIDs returns the ids sorted and distinct, in a slice of its own; nil for none.
func sortedIDs(ids []ID) []ID {
	if len(ids) == 0 {
		return nil
	}
	out := slices.Clone(ids)
	slices.SortFunc(out, ID.Compare)
	return slices.Compact(out)
}

func sortedStrings(ss []string) []string {
	if len(ss) == 0 {
		return nil
	}
	out := slices.Clone(ss)
	sort.Strings(out)
	return slices.Compact(out)
}
