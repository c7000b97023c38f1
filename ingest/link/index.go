package link

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// index finds what answers to a name. It is built once and holds every name of
// every definition and binding; which class a definition belongs to is asked of
// the symbols at each look-up, so that joining classes needs no new index.
//
// Spaces and scopes are few and names are many, so a name is kept as its text and
// two numbers: a third of the memory, and one string to hash.
type index struct {
	spaces map[Space]int32
	scopes map[string]int32 // "" is 0
	around []int32          // of a scope: the enclosing one; of 0: -1
	texts  []string         // of a scope

	at    map[key]int32 // name -> its row
	names []key         // of a row
	start []int32       // CSR by row into what
	what  []int32       // an id of symbols, or the complement of a binding

	inner []int32 // rows of hosts, services and objects in scopes, by space and text; nil until asked
}

// key is a normal name whose space and scope the index knows.
type key struct {
	text  string
	space int32
	scope int32
}

type nameUse struct{ name, what int32 }

// buildIndex enters the names of definitions, of which of[i] is the id, and bindings.
func (s *symbols) buildIndex(defs []*Definition, of []int32, bindings []*Binding) {
	n := 0
	for _, d := range defs {
		n += len(d.Names) + len(d.Node.Aliases)
	}
	for _, b := range bindings {
		n += len(b.Names)
	}
	s.names = index{
		spaces: map[Space]int32{}, scopes: map[string]int32{"": 0}, around: []int32{-1}, texts: []string{""},
		at: make(map[key]int32, n), names: make([]key, 0, n),
	}
	x := &s.names
	uses := make([]nameUse, 0, n)
	for i, d := range defs {
		for _, n := range d.Names {
			if n.Space != SpaceID {
				uses = append(uses, nameUse{x.enter(n.normal()), of[i]})
			}
		}
		for _, alias := range aliasesOf(d) {
			uses = append(uses, nameUse{x.enter(Name{Space: spaceAlias, Text: nfc(alias)}), of[i]})
			if host := aliasHost(alias); host != "" && host != nfc(alias) {
				uses = append(uses, nameUse{x.enter(Name{Space: spaceAlias, Text: host}), of[i]})
			}
		}
	}
	for i, b := range bindings {
		for _, n := range b.Names {
			uses = append(uses, nameUse{x.enter(n.normal()), ^int32(i)})
		}
	}
	x.start, x.what = compress(uses, len(x.names))
}

// enter returns the row of a normal name, making one where there is none.
func (x *index) enter(n Name) int32 {
	space, ok := x.spaces[n.Space]
	if !ok {
		space = int32(len(x.spaces))
		x.spaces[n.Space] = space
	}
	k := key{n.Text, space, x.enterScope(n.Scope)}
	if i, ok := x.at[k]; ok {
		return i
	}
	i := int32(len(x.names))
	x.at[k] = i
	x.names = append(x.names, k)
	return i
}

// enterScope returns the number of a scope; those around it come first.
func (x *index) enterScope(scope string) int32 {
	if i, ok := x.scopes[scope]; ok {
		return i
	}
	outer, _ := enclosing(scope)
	around := x.enterScope(outer)
	i := int32(len(x.around))
	x.scopes[scope] = i
	x.around, x.texts = append(x.around, around), append(x.texts, scope)
	return i
}

// outward lists the rows of a normal name, in its scope and in those around it.
func (x *index) outward(n Name) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		space, ok := x.spaces[n.Space]
		if !ok {
			return
		}
		scope, ok := x.scopes[n.Scope]
		for !ok {
			n.Scope, _ = enclosing(n.Scope)
			scope, ok = x.scopes[n.Scope]
		}
		for ; scope >= 0; scope = x.around[scope] {
			if i, ok := x.at[key{n.Text, space, scope}]; ok && !yield(i) {
				return
			}
		}
	}
}

// nearest returns the first row of a normal name outward; -1 where there is none.
func (x *index) nearest(n Name) int32 {
	for row := range x.outward(n) {
		return row
	}
	return -1
}

// below lists the rows of a name in the scopes below its own.
func (x *index) below(n Name) []int32 {
	space, ok := x.spaces[n.Space]
	if !ok || n.Space != SpaceHost && n.Space != SpaceService && n.Space != SpaceObject {
		return nil
	}
	if x.inner == nil {
		x.inner = make([]int32, 0, len(x.names))
		for i, k := range x.names {
			if k.scope != 0 {
				x.inner = append(x.inner, int32(i))
			}
		}
		slices.SortFunc(x.inner, func(a, b int32) int { return compareKeys(x.names[a], x.names[b]) })
	}
	at, _ := slices.BinarySearchFunc(x.inner, key{n.Text, space, 0}, func(i int32, k key) int { return compareKeys(x.names[i], k) })
	var rows []int32
	for ; at < len(x.inner); at++ {
		k := x.names[x.inner[at]]
		if k.space != space || k.text != n.Text {
			break
		}
		if encloses(n.Scope, x.texts[k.scope]) {
			rows = append(rows, x.inner[at])
		}
	}
	return rows
}

func compareKeys(a, b key) int {
	return cmp.Or(cmp.Compare(a.space, b.space), cmp.Compare(a.text, b.text), cmp.Compare(a.scope, b.scope))
}

func (x *index) row(i int32) []int32 { return x.what[x.start[i]:x.start[i+1]] }

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
	if scopes := s.scopes.asUsed(n.Scope); len(scopes) == 0 {
		a = s.collectRow(a, s.names.nearest(n))
	} else {
		for _, scope := range scopes {
			a = s.collectRow(a, s.names.nearest(Name{n.Space, scope, n.Text}))
		}
	}
	if !a.empty() {
		return a.tidy()
	}
	if a = s.lookupAlias(n); !a.empty() {
		return a
	}
	for _, row := range s.names.below(n) {
		a = s.collectRow(a, row)
	}
	return a.tidy()
}

// lookupStrong is lookup for a weak definition: it passes over the names of
// other weak ones, and over its own.
func (s *symbols) lookupStrong(n Name) answers {
	if n.Space == SpaceID {
		if i, ok := s.byIDText(n.Text); ok && s.strong[s.root(i)] {
			return s.collect(answers{}, []int32{i})
		}
		return s.lookupAlias(n)
	}
	scopes := s.scopes.asUsed(n.Scope)
	if len(scopes) == 0 {
		scopes = []string{n.Scope}
	}
	var found answers
	for _, scope := range scopes {
		for row := range s.names.outward(Name{n.Space, scope, n.Text}) {
			if a := s.collectRow(answers{}, row); len(a.strong)+len(a.bindings) > 0 {
				found = s.collectRow(found, row)
				break
			}
		}
	}
	if len(found.strong)+len(found.bindings) > 0 {
		return found.tidy()
	}
	if a := s.lookupAlias(n); len(a.strong) > 0 {
		return a
	}
	for _, row := range s.names.below(n) {
		found = s.collectRow(found, row)
	}
	return found.tidy()
}

// lookupAlias finds what declares a name as an alias. A pipeline or a monitor may be
// titled like a service; the bare name of a service or of a host does not mean it.
func (s *symbols) lookupAlias(n Name) answers {
	a := s.collectRow(answers{}, s.names.nearest(Name{Space: spaceAlias, Text: n.Text})).tidy()
	if (n.Space == SpaceHost || n.Space == SpaceService) && !strings.ContainsAny(n.Text, "./") {
		titled := func(root int32) bool {
			kind := s.ids[root].Kind
			return kind == depgraph.KindTool || kind == depgraph.KindMonitor
		}
		a.strong, a.weak = slices.DeleteFunc(a.strong, titled), slices.DeleteFunc(a.weak, titled)
	}
	return a
}

// collectRow adds what a row of the index says to a; row -1 says nothing.
func (s *symbols) collectRow(a answers, row int32) answers {
	if row < 0 {
		return a
	}
	return s.collect(a, s.names.row(row))
}

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
