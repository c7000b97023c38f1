package link

import (
	"cmp"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// index finds what answers to a name. It is built once and holds every name of
// every definition and binding; which class a definition belongs to is asked of
// the symbols at each look-up, so that joining classes needs no new index.
type index struct {
	at    map[Name]int32 // normal name -> its place in start
	start []int32        // CSR into what
	what  []int32        // an id of symbols, or the complement of a binding
	below []int32        // CSR into inner: the same name in scopes below this one
	inner []scoped
}

type scoped struct {
	scope string
	name  int32
}

type nameUse struct{ name, what int32 }

// buildIndex enters the names of definitions, of which of[i] is the id, and bindings.
func (s *symbols) buildIndex(defs []*Definition, of []int32, bindings []*Binding) {
	x := index{at: make(map[Name]int32, 2*len(defs)+len(bindings))}
	uses := make([]nameUse, 0, 3*len(defs)+2*len(bindings))
	var scopes []Name // by name
	intern := func(n Name) int32 {
		if i, ok := x.at[n]; ok {
			return i
		}
		i := int32(len(scopes))
		x.at[n] = i
		scopes = append(scopes, n)
		return i
	}
	for i, d := range defs {
		for _, n := range d.Names {
			if n.Space != SpaceID {
				uses = append(uses, nameUse{intern(n.normal()), of[i]})
			}
		}
		for _, alias := range aliasesOf(d) {
			uses = append(uses, nameUse{intern(Name{Space: spaceAlias, Text: nfc(alias)}), of[i]})
			if host := aliasHost(alias); host != "" && host != nfc(alias) {
				uses = append(uses, nameUse{intern(Name{Space: spaceAlias, Text: host}), of[i]})
			}
		}
	}
	for i, b := range bindings {
		for _, n := range b.Names {
			uses = append(uses, nameUse{intern(n.normal()), ^int32(i)})
		}
	}
	var inner []nameUse
	for i, n := range scopes { // intern appends, but only names whose scope is global
		if n.Scope != "" && (n.Space == SpaceHost || n.Space == SpaceService || n.Space == SpaceObject) {
			inner = append(inner, nameUse{intern(Name{Space: n.Space, Text: n.Text}), int32(i)})
		}
	}
	x.start, x.what = compress(uses, len(scopes))
	var names []int32
	x.below, names = compress(inner, len(scopes))
	x.inner = make([]scoped, len(names))
	for i, n := range names {
		x.inner[i] = scoped{scopes[n].Scope, n}
	}
	s.names = x
}

// compress turns pairs into rows by name, each sorted and distinct.
func compress(uses []nameUse, names int) (start, what []int32) {
	slices.SortFunc(uses, func(a, b nameUse) int { return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.what, b.what)) })
	uses = slices.Compact(uses)
	start, what = make([]int32, names+1), make([]int32, len(uses))
	for i, u := range uses {
		start[u.name+1]++
		what[i] = u.what
	}
	for i := range names {
		start[i+1] += start[i]
	}
	return start, what
}

// answers is what a name leads to in the nearest scope in which anything answers:
// classes and bindings, each sorted and distinct.
type answers struct {
	strong, weak []int32
	bindings     []int32
}

func (a *answers) empty() bool { return len(a.strong)+len(a.weak)+len(a.bindings) == 0 }

// lookup finds what answers to a normal name: in its scope, then in each
// enclosing one; then a declared alias; then, for hosts, services and objects,
// the scopes below, for a name used by something that does not know where it is.
func (s *symbols) lookup(n Name) answers {
	if n.Space == SpaceID {
		if i, ok := s.byIDText(n.Text); ok {
			return s.collect(answers{}, []int32{i}).tidy()
		}
		return s.lookupAlias(n)
	}
	var a answers
	for _, scope := range s.scopes.asUsed(n.Scope) {
		n.Scope = scope
		a = a.and(s.lookupOutward(n))
	}
	if !a.empty() {
		return a.tidy()
	}
	if a = s.lookupAlias(n); !a.empty() {
		return a
	}
	return s.lookupInward(n)
}

func (s *symbols) lookupOutward(n Name) answers {
	for {
		if a := s.answersAt(n); !a.empty() {
			return a
		}
		scope, more := enclosing(n.Scope)
		if !more {
			return answers{}
		}
		n.Scope = scope
	}
}

func (s *symbols) lookupInward(n Name) answers {
	i, ok := s.names.at[Name{Space: n.Space, Text: n.Text}]
	if !ok {
		return answers{}
	}
	var a answers
	for _, in := range s.names.inner[s.names.below[i]:s.names.below[i+1]] {
		if encloses(n.Scope, in.scope) {
			a = s.collect(a, s.names.what[s.names.start[in.name]:s.names.start[in.name+1]])
		}
	}
	return a.tidy()
}

func (s *symbols) lookupAlias(n Name) answers {
	return s.answersAt(Name{Space: spaceAlias, Text: n.Text})
}

func (s *symbols) answersAt(n Name) answers {
	i, ok := s.names.at[n]
	if !ok {
		return answers{}
	}
	return s.collect(answers{}, s.names.what[s.names.start[i]:s.names.start[i+1]]).tidy()
}

// collect adds what a row of the index says to a.
func (s *symbols) collect(a answers, row []int32) answers {
	for _, w := range row {
		if w < 0 {
			a.bindings = append(a.bindings, ^w)
			continue
		}
		if root := s.root(w); s.strong[root] {
			a.strong = append(a.strong, root)
		} else {
			a.weak = append(a.weak, root)
		}
	}
	return a
}

func (a answers) and(b answers) answers {
	if a.empty() {
		return b
	}
	return answers{slices.Concat(a.strong, b.strong), slices.Concat(a.weak, b.weak), slices.Concat(a.bindings, b.bindings)}
}

func (a answers) tidy() answers {
	tidy := func(xs []int32) []int32 {
		if len(xs) < 2 {
			return xs
		}
		slices.Sort(xs)
		return slices.Compact(xs)
	}
	return answers{tidy(a.strong), tidy(a.weak), tidy(a.bindings)}
}

func compareNames(a, b Name) int {
	return cmp.Or(cmp.Compare(a.Space, b.Space), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.Text, b.Text))
}

// byIDText finds a defined class by the text of an id.
func (s *symbols) byIDText(text string) (int32, bool) {
	id, err := depgraph.ParseID(text)
	if err != nil {
		return 0, false
	}
	i, ok := s.index[id]
	if !ok || !s.defined(s.root(i)) {
		return 0, false
	}
	return i, true
}
