package link

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Options set how [Link] works. The zero value works.
type Options struct {
	// MaxMembers bounds how many nodes one name may stand for; a binding that
	// leads to more is reported and leads nowhere. 0 is 10,000.
	MaxMembers int
	// Undefined is told, in the order of places, each node that a native file names
	// and no input defines; nil tells nobody. The ledger has it all the same.
	Undefined func(id depgraph.ID, origin depgraph.Origin)
}

func (o Options) maxMembers() int {
	if o.MaxMembers > 0 {
		return o.MaxMembers
	}
	return 10_000
}

// Link resolves what the fragments refer to and returns one graph, with inputs
// as its ledger; a native file that names what no input defines becomes partial
// there. It changes none of its arguments. The result is the same for any order
// of fragments and of what they hold, and for any repetition. It fails only on
// what a source must never emit, such as a definition without an id.
//
// It costs O(n log n) in definitions, names and references, BenchmarkLink.
func Link(frags []*Fragment, inputs []depgraph.Input, o Options) (*depgraph.Graph, error) {
	l := newLinker(frags, o)
	l.of = l.declare(l.defs)
	refused := l.joinAliases(l.defs, l.of)
	l.scopes = findScopes(l.defs, l.bindings)
	l.buildIndex(l.defs, l.of, l.bindings)
	weak := l.joinWeak(l.defs, l.of, l.bindings)
	l.expandBindings()
	l.reportRefused(refused, weak)

	b := depgraph.NewBuilder()
	b.Grow(len(l.defs), 0)
	l.mergeNodes(b)
	if !l.asksDefinitions() {
		l.defs, l.of = nil, nil // merged: the memory is for the facts
	}
	l.addReferences()
	l.settleReturns()
	l.placeRegional()
	l.addLinked(frags)
	b.Grow(0, l.refs)
	l.settle(b)
	l.addGroups(b)
	l.addDrills(frags, b)
	l.addUnresolved(frags, b)
	for _, in := range l.judge(inputs) {
		b.AddInput(in)
	}
	b.PartGroups()
	return b.Build()
}

// linker is the state of one link. Classes of symbols are the nodes; a class is
// spoken of by its root, which is settled once all joins are done.
type linker struct {
	*symbols
	shapes   shapes
	options  Options
	defs     []*Definition
	of       []int32 // the id of each definition
	bindings []*Binding
	frags    []*Fragment // none is nil
	refs     int         // how many references they hold

	expanded     []expansion          // of each binding
	byRow        []*resolution        // of names that the index has; nil until asked
	resolved     map[Name]*resolution // of other names
	shapeOrigins map[*shape][]depgraph.Origin
	groups       map[groupUse][]depgraph.Origin
	regions      map[int32]regional
	facts        facts

	unresolved []depgraph.Unresolved
	missing    []missing // what native files name and no input defines
}

func newLinker(frags []*Fragment, o Options) *linker {
	l := &linker{
		options:      o,
		resolved:     map[Name]*resolution{},
		shapeOrigins: map[*shape][]depgraph.Origin{},
		groups:       map[groupUse][]depgraph.Origin{},
		regions:      map[int32]regional{},
	}
	l.frags = slices.DeleteFunc(slices.Clone(frags), func(f *Fragment) bool { return f == nil })
	var defs, bindings int
	for _, f := range l.frags {
		defs, bindings, l.refs = defs+len(f.Definitions), bindings+len(f.Bindings), l.refs+len(f.References)
		if p := f.Packed; p != nil {
			defs, bindings, l.refs = defs+p.defined(), bindings+int(p.bindings.size()), l.refs+int(p.references.size())
		}
	}
	l.defs = make([]*Definition, 0, defs)
	l.bindings = make([]*Binding, 0, bindings)
	for _, f := range l.frags {
		for i := range f.Definitions {
			l.defs = append(l.defs, &f.Definitions[i])
		}
		for i := range f.Bindings {
			l.bindings = append(l.bindings, &f.Bindings[i])
		}
		if f.Packed == nil {
			continue
		}
		for d := range f.Packed.Definitions() {
			l.defs = append(l.defs, &d)
		}
		for b := range f.Packed.Bindings() {
			l.bindings = append(l.bindings, &b)
		}
	}
	l.defs = speakFor(l.defs)
	l.symbols = newSymbols(defs)
	l.shapes = shapes{syms: l.symbols, leaves: make(map[int32]*shape, defs), made: map[string]*shape{}}
	return l
}

// asksDefinitions reports whether a reference selects its owners, or uses names as they
// do: then definitions are asked for once more.
func (l *linker) asksDefinitions() bool {
	return slices.ContainsFunc(l.frags, func(f *Fragment) bool {
		return f.Packed != nil && f.Packed.asking || slices.ContainsFunc(f.References, asksDefinitions)
	})
}

func asksDefinitions(r Reference) bool { return r.Owners != nil || seenFromOwner(&r) }

// node returns the class that an id belongs to, making one where there is none.
func (l *linker) node(id depgraph.ID) int32 {
	id = normalID(id)
	if i, ok := l.index[id]; ok && l.defined(l.root(i)) {
		return l.root(i)
	}
	switch a := l.lookupAlias(Name{Text: id.String()}); {
	case len(a.strong) == 1:
		return a.strong[0]
	case len(a.strong) == 0 && len(a.weak) == 1:
		return a.weak[0]
	}
	return l.root(l.intern(id))
}

// canonical returns the id of the node that an id belongs to.
func (l *linker) canonical(id depgraph.ID) depgraph.ID {
	if id.IsZero() {
		return id
	}
	return l.ids[l.node(id)]
}

func (l *linker) canonicals(ids []depgraph.ID) []depgraph.ID {
	out := make([]depgraph.ID, len(ids))
	for i, id := range ids {
		out[i] = l.canonical(id)
	}
	return out
}

// addLinked turns the requirements of graphs that were linked before into facts:
// as they are, unless an input that was not part of the graph knows better.
func (l *linker) addLinked(frags []*Fragment) {
	for _, f := range frags {
		if f == nil {
			continue
		}
		for i := range f.Linked {
			r := &f.Linked[i]
			if r.Owner.IsZero() || len(r.Members) == 0 || len(r.Origins) == 0 {
				continue // no graph holds such a requirement
			}
			x := fact{linked: r, owner: l.node(r.Owner), terms: r.Terms.Normal(), rank: rankImplied, trust: 1}
			for _, m := range r.Members {
				x.members = append(x.members, l.node(m))
			}
			slices.Sort(x.members)
			x.members = slices.Compact(x.members)
			for _, o := range r.Origins {
				x.rank = min(x.rank, rankOf(Structured, o.Basis))
			}
			l.facts.add(x)
		}
	}
}

// ofGraph reports whether a fragment is a graph that was linked before: what is
// not defined there was accepted then.
func (f *Fragment) ofGraph() bool {
	return len(f.Linked) > 0 || f.notNative()
}

func (f *Fragment) notNative() bool {
	for d := range f.AllDefinitions() {
		if d.Form != Native {
			return true
		}
	}
	return false
}

// addDrills adds the drills, whose nodes must be defined like those of any
// native file.
func (l *linker) addDrills(frags []*Fragment, b *depgraph.Builder) {
	for _, f := range frags {
		if f == nil {
			continue
		}
		known := f.ofGraph()
		for _, d := range f.Drills {
			for _, id := range slices.Concat(d.Fails, d.Covers) {
				if !known {
					l.demand(depgraph.ID{}, id, d.Origin)
				}
			}
			d.Fails, d.Covers = l.canonicals(d.Fails), l.canonicals(d.Covers)
			b.AddDrill(d)
		}
	}
}

func (l *linker) addUnresolved(frags []*Fragment, b *depgraph.Builder) {
	for _, u := range l.unresolved {
		u.Owner = l.canonical(u.Owner)
		b.AddUnresolved(u)
	}
	for _, f := range frags {
		if f == nil {
			continue
		}
		for _, u := range f.Unresolved {
			u.Owner = l.canonical(u.Owner)
			b.AddUnresolved(u)
		}
	}
}

func compareOrigins(a, b depgraph.Origin) int { return a.Compare(b) }

// earliest returns the smallest of the origins, which are one or more.
func earliest(os []depgraph.Origin) depgraph.Origin { return slices.MinFunc(os, compareOrigins) }
