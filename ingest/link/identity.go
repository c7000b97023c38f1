package link

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// rank orders what is said by who says it, strongest first.
type rank uint8

const (
	rankNative rank = iota
	rankStructured
	rankText
	rankObserved
	rankImplied
	rankNone // nobody said anything
)

func rankOf(f Form, b depgraph.Basis) rank {
	switch b {
	case depgraph.Observed:
		return rankObserved
	case depgraph.Implied:
		return rankImplied
	}
	switch f {
	case Native:
		return rankNative
	case Text:
		return rankText
	}
	return rankStructured
}

// symbols are the nodes to be: one per id that any input mentions, joined into
// classes by union-find. A class becomes one node.
type symbols struct {
	ids    []depgraph.ID
	index  map[depgraph.ID]int32
	parent []int32
	strong []bool // of an id: a definition that is not weak has it
	rank   []rank // of an id: the strongest definition that has it; rankNone: none does
	names  index
	scopes scopes
}

func newSymbols(n int) *symbols {
	return &symbols{index: make(map[depgraph.ID]int32, n), ids: make([]depgraph.ID, 0, n)}
}

// intern returns the place of an id that is already normal.
func (s *symbols) intern(id depgraph.ID) int32 {
	if i, ok := s.index[id]; ok {
		return i
	}
	i := int32(len(s.ids))
	s.index[id] = i
	s.ids = append(s.ids, id)
	s.parent = append(s.parent, i)
	s.strong = append(s.strong, false)
	s.rank = append(s.rank, rankNone)
	return i
}

// root returns the class of an id. It is stable while nothing is joined.
func (s *symbols) root(i int32) int32 {
	for s.parent[i] != i {
		s.parent[i] = s.parent[s.parent[i]]
		i = s.parent[i]
	}
	return i
}

// join makes two classes one, whose root is the id that wins: defined before
// not, native before structured before weak, then the smaller id.
func (s *symbols) join(a, b int32) {
	a, b = s.root(a), s.root(b)
	if a == b {
		return
	}
	if s.wins(b, a) {
		a, b = b, a
	}
	s.parent[b] = a
}

func (s *symbols) wins(a, b int32) bool {
	if s.strong[a] != s.strong[b] {
		return s.strong[a]
	}
	if s.rank[a] != s.rank[b] {
		return s.rank[a] < s.rank[b]
	}
	return s.ids[a].Compare(s.ids[b]) < 0
}

func (s *symbols) defined(root int32) bool { return s.rank[root] != rankNone }

// declare enters every definition and returns the id of each.
func (s *symbols) declare(defs []*Definition) []int32 {
	of := make([]int32, len(defs))
	for i, d := range defs {
		at := s.intern(normalID(d.Node.ID))
		of[i] = at
		s.strong[at] = s.strong[at] || !d.Weak
		r := rankOf(d.Form, d.Origin.Basis)
		if d.Weak {
			r = max(r, rankText)
		}
		s.rank[at] = min(s.rank[at], r)
	}
	return of
}

// aliasClaim is an id that a definition says its node also has.
type aliasClaim struct {
	alias, by int32
	def       *Definition
}

// joinAliases joins strong definitions of which one lists the other's id as an
// alias. An id that several different nodes list is ambiguous: it joins nobody.
// Joining two claimants can make a third claim unambiguous, so it repeats until
// nothing changes; the result does not depend on the order.
func (s *symbols) joinAliases(defs []*Definition, of []int32) (refused []depgraph.Unresolved) {
	var claims []aliasClaim
	for i, d := range defs {
		if d.Weak {
			continue
		}
		for _, text := range aliasesOf(d) {
			if id, err := depgraph.ParseID(text); err == nil {
				if at := s.intern(normalID(id)); at != of[i] {
					claims = append(claims, aliasClaim{at, of[i], d})
				}
			}
		}
	}
	slices.SortStableFunc(claims, func(a, b aliasClaim) int { return s.ids[a.alias].Compare(s.ids[b.alias]) })
	for changed := true; changed; {
		changed = false
		refused = refused[:0]
		eachRun(claims, func(c aliasClaim) int32 { return c.alias }, func(run []aliasClaim) {
			joins, clash := s.weighClaims(run)
			if clash != nil {
				refused = append(refused, clash...)
			}
			for _, by := range joins {
				if s.root(by) != s.root(run[0].alias) {
					s.join(by, run[0].alias)
					changed = true
				}
			}
		})
	}
	return refused
}

// weighClaims decides about the claims on one alias: who joins it, or the rows
// that say why nobody does.
func (s *symbols) weighClaims(run []aliasClaim) (joins []int32, refused []depgraph.Unresolved) {
	alias := run[0].alias
	var by []int32
	native := false
	for _, c := range run {
		if root := s.root(c.by); root != s.root(alias) {
			by = append(by, root)
		}
		native = native || c.def.Form == Native
	}
	slices.Sort(by)
	by = slices.Compact(by)
	switch {
	case len(by) == 0:
		return nil, nil
	case s.strong[alias] && len(by) == 1:
		return by, nil
	case !s.strong[alias] && (len(by) == 1 || native && len(by) == 2):
		// Nobody has the id: one claimant just answers to it. A native file that
		// claims what one other source also claims means that other node.
		return by, nil
	case !s.strong[alias] && !native:
		return nil, nil // ambiguous only once somebody uses it
	}
	if s.strong[alias] {
		by = append(by, s.root(alias))
	}
	candidates := s.texts(by)
	for _, c := range run {
		refused = append(refused, depgraph.Unresolved{
			Owner: s.ids[c.by], Name: s.ids[alias].String(), Why: depgraph.Ambiguous, Candidates: candidates, Origin: c.def.Origin,
		})
	}
	return nil, refused
}

func (s *symbols) texts(roots []int32) []string {
	out := make([]string, len(roots))
	for i, r := range roots {
		out[i] = s.ids[r].String()
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// answersTo lists the names of a definition: its id, what it says, and its aliases.
func answersTo(d *Definition) []Name {
	names := make([]Name, 0, len(d.Names)+1+len(d.Node.Aliases))
	names = append(names, ID(d.Node.ID))
	names = append(names, d.Names...)
	for _, alias := range d.Node.Aliases {
		names = append(names, Name{Space: SpaceID, Text: alias})
	}
	return names
}

// aliasesOf lists the declared aliases of a definition; an id that it gives as a
// name is one.
func aliasesOf(d *Definition) []string {
	aliases := d.Node.Aliases
	for _, n := range d.Names {
		if n.Space == SpaceID {
			aliases = append(slices.Clip(aliases), n.Text)
		}
	}
	return aliases
}

// eachRun calls f with each run of items of equal key. items is sorted by key.
func eachRun[T any, K comparable](items []T, key func(T) K, f func(run []T)) {
	for i := 0; i < len(items); {
		j := i + 1
		for j < len(items) && key(items[j]) == key(items[i]) {
			j++
		}
		f(items[i:j])
		i = j
	}
}
