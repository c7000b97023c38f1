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
// tell others. A gateway or domain of that name routes to the program itself: the name may
// stand for several, one of which asks those who come from outside to log in. What several
// programs read at one place is a call of none of them then: it is the name of one. What
// traffic shows, and what a native file says, is a call.
//
// It costs O(F + d * R) for F facts, of which d gateways or domains are members, and the R
// routes that lead on from one.
func (l *linker) settleReturns() {
	var calls []nameUse
	for i := range l.facts.len() {
		f := l.facts.get(i)
		if f.rank != rankText && f.rank != rankStructured || f.terms.IfLost == depgraph.Unaffected || l.isFront(f.owner) ||
			f.terms.Via != depgraph.Calls && f.terms.Via != depgraph.Resolves || len(f.members) == 0 ||
			slices.ContainsFunc(f.members, func(m int32) bool { return !l.isFront(m) }) {
			continue
		}
		for _, m := range f.members {
			calls = append(calls, nameUse{m, int32(i)})
		}
	}
	if len(calls) == 0 {
		return
	}
	// One front after the other: how many of its members lead back to the owner of a fact.
	fronts, uses := compress(calls, len(l.ids))
	r := routing{to: l.routes(), reached: make([]int32, len(l.ids))}
	back := map[int32]bool{}
	told := map[spot]bool{}
	for front := range int32(len(l.ids)) {
		use := uses[fronts[front]:fronts[front+1]]
		if len(use) > 0 {
			r.follow(front)
		}
		for _, i := range use {
			if f := l.facts.get(int(i)); !back[i] && r.leadsTo(f.owner) {
				back[i] = true
				told[spotOf(f.origin())] = true
				l.unneeded(i, "the address leads back to it")
			}
		}
	}
	for _, use := range calls {
		if i := use.what; !back[i] {
			f := l.facts.get(int(i))
			if told[spotOf(f.origin())] {
				back[i] = true
				l.unneeded(i, "the address leads back to another one that reads it")
			}
		}
	}
}

// unneeded records that a fact is no need.
func (l *linker) unneeded(i int32, why string) {
	f := l.facts.get(int(i))
	f.terms.IfLost = depgraph.Unaffected
	l.facts.amend(int(i), f.terms, joinNotes(f.note, why))
}

// spot is where something is written.
type spot struct {
	input     string
	line, col int
}

func spotOf(o depgraph.Origin) spot { return spot{o.Input, o.Line, o.Col} }

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

// routing follows routes, of one front at a time.
type routing struct {
	to      map[int32][]int32
	reached []int32 // by node: the last round that reached it
	round   int32
}

// follow finds what the routes of a front reach.
func (r *routing) follow(front int32) {
	r.round++
	next := []int32{front}
	for depth := 0; len(next) > 0 && depth < maxReturn; depth++ {
		var further []int32
		for _, at := range next {
			for _, to := range r.to[at] {
				if r.reached[to] != r.round {
					r.reached[to] = r.round
					further = append(further, to)
				}
			}
		}
		next = further
	}
}

// leadsTo reports whether they reach a node.
func (r *routing) leadsTo(node int32) bool { return r.reached[node] == r.round }
