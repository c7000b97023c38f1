package link

import "github.com/fateline/fateline/analyzer/depgraph"

// facts holds what all references say until it is decided who speaks: a third of what
// as many values of fact would take, and nothing that is copied as it grows.
type facts struct {
	stored  list[storedFact]
	members [][]int32 // blocks
	terms   table[depgraph.Terms]
	notes   table[string]

	packed []*Packed // those that facts are read from
	plain  []*Reference
	linked []*depgraph.Requirement
}

type storedFact struct {
	trust       float64
	from        int32  // packed; fromPlain or fromLinked
	row         uint32 // of that
	owner       int32
	block, at   uint32 // members
	count       uint32
	terms, note uint32
	rank        rank
}

const (
	fromPlain  = -1
	fromLinked = -2
)

// memberBlock is how many members stand together at least.
const memberBlock = 1 << 14

func (l *facts) len() int { return int(l.stored.size()) }

// add keeps a copy of the members.
func (l *facts) add(f fact) {
	s := storedFact{owner: f.owner, rank: f.rank, trust: f.trust, terms: l.terms.intern(f.terms), note: l.notes.intern(f.note), count: uint32(len(f.members))}
	switch {
	case f.linked != nil:
		s.from, s.row = fromLinked, uint32(len(l.linked))
		l.linked = append(l.linked, f.linked)
	case f.from.ref != nil:
		s.from, s.row = fromPlain, uint32(len(l.plain))
		l.plain = append(l.plain, f.from.ref)
	default:
		if n := len(l.packed); n == 0 || l.packed[n-1] != f.from.packed {
			l.packed = append(l.packed, f.from.packed)
		}
		s.from, s.row = int32(len(l.packed)-1), f.from.row
	}
	last := len(l.members) - 1
	if last < 0 || len(l.members[last])+len(f.members) > cap(l.members[last]) {
		last++
		l.members = append(l.members, make([]int32, 0, max(memberBlock, len(f.members))))
	}
	s.block, s.at = uint32(last), uint32(len(l.members[last]))
	l.members[last] = append(l.members[last], f.members...)
	l.stored.add(s)
}

// get returns a fact, whose members are those that are kept.
func (l *facts) get(i int) fact {
	s := l.stored.at(uint32(i))
	f := fact{
		owner: s.owner, members: l.members[s.block][s.at : s.at+s.count : s.at+s.count],
		terms: l.terms.values[s.terms], rank: s.rank, note: l.notes.values[s.note], trust: s.trust,
	}
	switch s.from {
	case fromLinked:
		f.linked = l.linked[s.row]
	case fromPlain:
		f.from.ref = l.plain[s.row]
	default:
		f.from = reading{packed: l.packed[s.from], row: s.row}
	}
	return f
}

// amend changes the terms and the note of a fact.
func (l *facts) amend(i int, terms depgraph.Terms, note string) {
	s := l.stored.at(uint32(i))
	s.terms, s.note = l.terms.intern(terms), l.notes.intern(note)
}
