package link

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// maxReturn is how many routes lead back at most: a domain, the balancer behind it, a
// gateway inside, and one to spare.
const maxReturn = 4

// settleReturns marks what is written as a call and leads back to who makes it: the
// public name under which a program is reached, which is in its settings so that it can
// tell others. The gateway or domain of that name routes to the program itself. What
// traffic shows, and what a native file says, is a call.
//
// It costs O(F + c * R) for F facts, of which c name a gateway or domain, and the R
// routes that lead on from there.
func (l *linker) settleReturns() {
	var routes map[int32][]int32
	for i := range l.facts.len() {
		f := l.facts.get(i)
		if f.rank != rankText && f.rank != rankStructured || f.terms.IfLost == depgraph.Unaffected || l.isFront(f.owner) ||
			f.terms.Via != depgraph.Calls && f.terms.Via != depgraph.Resolves || !slices.ContainsFunc(f.members, l.isFront) {
			continue
		}
		if routes == nil {
			routes = l.routes()
		}
		if !slices.ContainsFunc(f.members, func(m int32) bool { return !l.isFront(m) || !leadsTo(routes, m, f.owner) }) {
			f.terms.IfLost = depgraph.Unaffected
			l.facts.amend(i, f.terms, joinNotes(f.note, "the address leads back to it"))
		}
	}
}

// isFront reports whether a node is what people reach others by.
func (l *linker) isFront(node int32) bool {
	kind := l.ids[node].Kind
	return kind == depgraph.KindGateway || kind == depgraph.KindDomain
}

// routes returns where each gateway and domain leads.
func (l *linker) routes() map[int32][]int32 {
	out := map[int32][]int32{}
	for i := range l.facts.len() {
		if f := l.facts.get(i); f.terms.Via == depgraph.RoutesTo && l.isFront(f.owner) {
			out[f.owner] = append(out[f.owner], f.members...)
		}
	}
	return out
}

// leadsTo reports whether the routes of a front reach a node.
func leadsTo(routes map[int32][]int32, front, node int32) bool {
	seen := []int32{front}
	for next, depth := seen, 0; len(next) > 0 && depth < maxReturn; depth++ {
		var further []int32
		for _, at := range next {
			for _, to := range routes[at] {
				if to == node {
					return true
				}
				if !slices.Contains(seen, to) {
					seen, further = append(seen, to), append(further, to)
				}
			}
		}
		next = further
	}
	return false
}
