package depgraph

// Part returns the graph of what some nodes own: the owners, distinct, and the members of
// their requirements; of gives the index in g of each of its nodes. Members that
// are no owners own nothing in it. Origins, inputs, drills and what is unresolved are
// left out. It costs O(nodes) and what the part holds, with no string read.
func (g *Graph) Part(owners []NodeIndex) (part *Graph, of []NodeIndex) {
	const absent, named, owning = 0, 1, 2
	at := make([]NodeIndex, len(g.ids)) // what is known of a node, then its place in the part
	for _, v := range owners {
		for r, end := g.OwnedBy(v); r < end; r++ {
			for _, m := range g.Members(r) {
				at[m] |= named
			}
		}
		at[v] |= owning
	}
	part = &Graph{tab: g.tab}
	var held []NodeIndex // the owners, ascending
	for v, is := range at {
		if is == absent {
			continue
		}
		if is&owning != 0 {
			held = append(held, NodeIndex(v))
		}
		at[v] = NodeIndex(len(of))
		of = append(of, NodeIndex(v))
	}
	n := len(of)
	part.ids, part.nodes, part.ownedAt = make([]ID, n), make([]Node, n), make([]ReqIndex, n+1)
	for i, v := range of {
		part.ids[i], part.nodes[i] = g.ids[v], g.nodes[v]
		part.ownedAt[i] = ReqIndex(len(part.owner))
		if len(held) == 0 || held[0] != v {
			continue
		}
		held = held[1:]
		for r, end := g.OwnedBy(v); r < end; r++ {
			part.owner = append(part.owner, NodeIndex(i))
			part.terms = append(part.terms, g.terms[r])
			part.memberAt = append(part.memberAt, int32(len(part.members)))
			for _, m := range g.Members(r) {
				part.members = append(part.members, at[m])
			}
		}
	}
	part.ownedAt[n] = ReqIndex(len(part.owner))
	part.memberAt = append(part.memberAt, int32(len(part.members)))
	part.nodeOriginAt, part.originAt = make([]int32, n+1), make([]int32, len(part.owner)+1)
	part.indexStandbys()
	part.indexMembers()
	return part, of
}
