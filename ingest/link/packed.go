package link

import (
	"hash/maphash"
	"iter"
	"maps"
	"math"
	"math/bits"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Packed holds definitions, bindings and references in a fifth of the memory that
// their slices take, and without pointers for the collector to follow: for a source
// that emits hundreds of thousands of them. What goes in comes out equal, in no
// particular order. The zero value is empty; it may be read once nothing is added any
// more. It is not safe for concurrent use while it grows.
type Packed struct {
	strings                table[string] // spaces, scopes, kinds, inputs: few, and often the same
	spaces, scopes, others lately        // of strings
	terms                  table[depgraph.Terms]
	manners                table[manner]
	plain                  [16]struct { // lately, of those that say no more than a basis and a confidence
		basis      depgraph.Basis
		confidence float64
		row        uint32 // one more
	}
	termed [32]uint32 // rows of terms, one more, by a few of their bits: see term
	recent []uint32   // rows of names by hash: what was named lately is named again
	owner  struct {   // of the last reference, and one more than its row: that of the next is often the same
		name Name
		row  uint32
	}
	seed maphash.Seed

	text  texts
	names list[packedName]

	definitions list[packedDefinition]
	bindings    list[packedBinding]
	references  list[packedReference]
	targets     list[packedTarget]
	uses        list[uint32] // rows of names, as definitions and bindings list them

	asking    bool                // some reference selects its owners, or uses names as they do
	selectors []*Selector         // of references; 0: none
	also      [][]depgraph.Origin // of references; 0: none
	spans     map[uint64]span     // of targets by their hash: many are named together again
	rows      []packedTarget      // of the reference at hand
	unusual   []Definition        // those that say more than what is packed
}

// packedName is a name, an id (its kind in place of the space), or a pair of a label.
type packedName struct {
	space, scope uint32 // strings
	text         extent
}

// packedOrigin is an origin.
type packedOrigin struct {
	input     uint32 // strings
	line, col int32
	manner    uint32
	note      uint32 // strings
}

// manner is what origins of one sort have in common.
type manner struct {
	member     depgraph.ID
	source     string
	basis      depgraph.Basis
	confidence float64
	seen       depgraph.Seen
}

type packedDefinition struct {
	id         uint32 // names
	names      span   // uses
	aliases    span   // uses
	labels     span   // uses: of each, the key as its space and the value as its text
	owner, env uint32 // strings
	scope      uint32 // strings
	replicas   int64  // noReplicas: nil
	origin     packedOrigin
	weak       bool
	labelled   bool // the labels are a map, if an empty one
	form       Form
}

// noReplicas stands for a number of replicas that is not known.
const noReplicas = -1 << 62

type packedBinding struct {
	names, to    span // uses
	origin       packedOrigin
	alternatives bool
}

type packedReference struct {
	owner    uint32 // names
	selector uint32 // selectors
	also     uint32 // also
	members  span   // targets
	terms    uint32
	origin   packedOrigin
	form     Form
}

type packedTarget struct {
	name         uint32 // names
	other        uint32 // names, one more; 0: the zero id
	quiet, guess bool
}

// Define adds a definition.
func (p *Packed) Define(d Definition) { p.DefineLabelled(d, maps.All(d.Node.Labels)) }

// DefineLabelled adds a definition whose labels are in no map, each key once; where
// Node.Labels is nil, no labels and an empty map of them are the same.
func (p *Packed) DefineLabelled(d Definition, labels iter.Seq2[string, string]) {
	n := &d.Node
	if d.Of != "" || d.In != "" || n.Title != "" || n.Tier != nil || n.GA != nil || n.Survives != nil || n.Manual || n.Takes != 0 || n.Standby != nil || n.Staged || n.Window != "" || n.AnnualFailureRate != 0 {
		if n.Labels == nil {
			n.Labels = collected(labels)
		}
		p.unusual = append(p.unusual, d)
		return
	}
	out := packedDefinition{
		id: p.id(n.ID), names: p.listed(d.Names), owner: p.string(n.Owner), env: p.string(n.Env), replicas: noReplicas,
		scope: p.string(d.Scope), origin: p.origin(d.Origin), weak: d.Weak, form: d.Form, labelled: n.Labels != nil,
	}
	if n.Replicas != nil {
		out.replicas = int64(*n.Replicas)
	}
	out.aliases.from = p.uses.size()
	for _, alias := range n.Aliases {
		p.uses.add(p.name(Name{Text: alias}))
	}
	out.aliases.count = uint32(len(n.Aliases))
	out.labels.from = p.uses.size()
	for key, value := range labels { // a map comes out again
		p.uses.add(p.name(Name{Space: Space(key), Text: value}))
	}
	out.labels.count = p.uses.size() - out.labels.from
	out.labelled = out.labelled || out.labels.count > 0
	p.definitions.add(out)
}

// collected returns a map of labels, nil for none.
func collected(labels iter.Seq2[string, string]) map[string]string {
	var m map[string]string
	for key, value := range labels {
		if m == nil {
			m = map[string]string{}
		}
		m[key] = value
	}
	return m
}

// Bind adds a binding.
func (p *Packed) Bind(b Binding) {
	p.bindings.add(packedBinding{names: p.listed(b.Names), to: p.listed(b.To), origin: p.origin(b.Origin), alternatives: b.Alternatives})
}

// Refer adds a reference. It keeps Owners and Also, whose elements must not change.
func (p *Packed) Refer(r Reference) {
	if p.owner.row == 0 || p.owner.name != r.Owner {
		p.owner.name, p.owner.row = r.Owner, p.name(r.Owner)+1
	}
	out := packedReference{owner: p.owner.row - 1, terms: p.term(&r.Terms), origin: p.origin(r.Origin), form: r.Form}
	p.asking = p.asking || asksDefinitions(r)
	if r.Owners != nil {
		p.selectors = append(p.selectors, r.Owners)
		out.selector = uint32(len(p.selectors))
	}
	if len(r.Also) > 0 {
		if n := len(p.also); n == 0 || len(p.also[n-1]) != len(r.Also) || &p.also[n-1][0] != &r.Also[0] {
			p.also = append(p.also, r.Also)
		}
		out.also = uint32(len(p.also))
	}
	out.members = p.listedTargets(r.Members)
	p.references.add(out)
}

// together is from how many targets on it pays to look for the same ones once more.
const together = 2

// listedTargets returns where targets stand: where equal ones do if they are many.
func (p *Packed) listedTargets(members []Target) span {
	out := span{p.targets.size(), uint32(len(members))}
	if len(members) < together {
		for i := range members {
			p.targets.add(p.target(&members[i]))
		}
		return out
	}
	rows := p.rows[:0]
	hash := uint64(len(members))
	for i := range members {
		t := p.target(&members[i])
		rows = append(rows, t)
		high, low := bits.Mul64(hash^uint64(t.name)<<32^uint64(t.other), 0x9e3779b97f4a7c15)
		hash = high ^ low
	}
	p.rows = rows
	if have, known := p.spans[hash]; known && p.standAt(have, rows) {
		return have
	}
	if p.spans == nil {
		p.spans = map[uint64]span{}
	}
	p.spans[hash] = out
	for _, t := range rows {
		p.targets.add(t)
	}
	return out
}

func (p *Packed) target(m *Target) packedTarget {
	t := packedTarget{name: p.name(m.Name), quiet: m.Quiet, guess: m.Guess}
	if !m.Else.IsZero() {
		t.other = p.id(m.Else) + 1
	}
	return t
}

// standAt says whether targets stand at s.
func (p *Packed) standAt(s span, rows []packedTarget) bool {
	for i, t := range rows {
		if s.count != uint32(len(rows)) || *p.targets.at(s.from + uint32(i)) != t {
			return false
		}
	}
	return true
}

func (p *Packed) origin(o depgraph.Origin) packedOrigin {
	return packedOrigin{input: p.string(o.Input), line: int32(o.Line), col: int32(o.Col), manner: p.manner(&o), note: p.string(o.Note)}
}

// manner returns the row of what an origin has in common with others: most have no more
// than a basis and a confidence.
func (p *Packed) manner(o *depgraph.Origin) uint32 {
	if !o.Member.IsZero() || o.Source != "" || o.Seen != (depgraph.Seen{}) {
		return p.manners.intern(manner{o.Member, o.Source, o.Basis, o.Confidence, o.Seen})
	}
	last := &p.plain[(math.Float64bits(o.Confidence)>>46^uint64(o.Basis))%uint64(len(p.plain))]
	if last.row == 0 || last.basis != o.Basis || last.confidence != o.Confidence {
		last.basis, last.confidence = o.Basis, o.Confidence
		last.row = p.manners.intern(manner{basis: o.Basis, confidence: o.Confidence}) + 1
	}
	return last.row - 1
}

// term returns the row of terms: those of the next reference were likely seen lately.
func (p *Packed) term(t *depgraph.Terms) uint32 {
	at := int(t.Phases)*5 + int(t.IfLost)*3 + len(t.Via)
	if n := len(t.Via); n > 0 {
		at += int(t.Via[n/2])
	}
	last := &p.termed[at%len(p.termed)]
	if *last == 0 || p.terms.values[*last-1] != *t {
		*last = p.terms.intern(*t) + 1
	}
	return *last - 1
}

// string returns the row of a string.
func (p *Packed) string(s string) uint32 { return p.others.row(&p.strings, s) }

func (p *Packed) id(id depgraph.ID) uint32 {
	return p.name(Name{Space: Space(id.Kind), Text: id.Name})
}

func (p *Packed) listed(names []Name) span {
	out := span{p.uses.size(), uint32(len(names))}
	for _, n := range names {
		p.uses.add(p.name(n))
	}
	return out
}

// recently is how many names are remembered: a power of two.
const recently = 1 << 13

// name returns the row of a name: that of an equal one where it was added lately.
func (p *Packed) name(n Name) uint32 {
	p.seeded()
	space, scope := p.spaces.row(&p.strings, string(n.Space)), p.scopes.row(&p.strings, n.Scope)
	slot := &p.recent[(maphash.String(p.seed, n.Text)^uint64(space)*0x9e3779b97f4a7c15^uint64(scope)*0xbf58476d1ce4e5b9)%recently]
	if *slot > 0 {
		if have := p.names.at(*slot - 1); have.space == space && have.scope == scope && p.text.is(have.text, n.Text) {
			return *slot - 1
		}
	}
	*slot = p.names.size() + 1
	p.names.add(packedName{space, scope, p.text.add(n.Text)})
	return *slot - 1
}

func (p *Packed) seeded() maphash.Seed {
	if p.recent == nil {
		p.recent, p.seed = make([]uint32, recently), maphash.MakeSeed()
	}
	return p.seed
}

// Definitions lists the definitions.
func (p *Packed) Definitions() iter.Seq[Definition] {
	return func(yield func(Definition) bool) {
		for _, d := range p.unusual {
			if !yield(d) {
				return
			}
		}
		for i := range p.definitions.size() {
			if !yield(p.definition(p.definitions.at(i))) {
				return
			}
		}
	}
}

// Bindings lists the bindings.
func (p *Packed) Bindings() iter.Seq[Binding] {
	return func(yield func(Binding) bool) {
		for i := range p.bindings.size() {
			b := p.bindings.at(i)
			if !yield(Binding{Names: p.namesOf(b.names), To: p.namesOf(b.to), Alternatives: b.alternatives, Origin: p.originOf(b.origin)}) {
				return
			}
		}
	}
}

// References lists the references.
func (p *Packed) References() iter.Seq[Reference] {
	return func(yield func(Reference) bool) {
		for i := range p.references.size() {
			if !yield(p.reference(i)) {
				return
			}
		}
	}
}

// defined is how many definitions there are.
func (p *Packed) defined() int { return int(p.definitions.size()) + len(p.unusual) }

func (p *Packed) definition(d *packedDefinition) Definition {
	out := Definition{
		Node:  depgraph.Node{ID: p.idOf(d.id), Owner: p.strings.values[d.owner], Env: p.strings.values[d.env]},
		Names: p.namesOf(d.names), Weak: d.weak, Scope: p.strings.values[d.scope], Form: d.form, Origin: p.originOf(d.origin),
	}
	if d.replicas != noReplicas {
		n := int(d.replicas)
		out.Node.Replicas = &n
	}
	for _, alias := range p.namesOf(d.aliases) {
		out.Node.Aliases = append(out.Node.Aliases, alias.Text)
	}
	if d.labelled {
		out.Node.Labels = make(map[string]string, d.labels.count)
		for _, label := range p.namesOf(d.labels) {
			out.Node.Labels[string(label.Space)] = label.Text
		}
	}
	return out
}

// reference returns reference i.
func (p *Packed) reference(i uint32) Reference {
	r := p.references.at(i)
	out := Reference{Owner: p.nameOf(r.owner), Terms: p.terms.values[r.terms], Form: r.form, Origin: p.originOf(r.origin)}
	if r.selector > 0 {
		out.Owners = p.selectors[r.selector-1]
	}
	if r.also > 0 {
		out.Also = p.also[r.also-1]
	}
	if r.members.count > 0 {
		out.Members = make([]Target, r.members.count)
	}
	for k := range r.members.count {
		t := p.targets.at(r.members.from + k)
		out.Members[k] = Target{Name: p.nameOf(t.name), Quiet: t.quiet, Guess: t.guess}
		if t.other > 0 {
			out.Members[k].Else = p.idOf(t.other - 1)
		}
	}
	return out
}

func (p *Packed) originOf(o packedOrigin) depgraph.Origin {
	m := &p.manners.values[o.manner]
	return depgraph.Origin{
		Member: m.member, Input: p.strings.values[o.input], Line: int(o.line), Col: int(o.col),
		Source: m.source, Basis: m.basis, Confidence: m.confidence, Note: p.strings.values[o.note], Seen: m.seen,
	}
}

func (p *Packed) nameOf(row uint32) Name {
	n := p.names.at(row)
	return Name{Space: Space(p.strings.values[n.space]), Scope: p.strings.values[n.scope], Text: p.text.at(n.text)}
}

func (p *Packed) idOf(row uint32) depgraph.ID {
	n := p.names.at(row)
	return depgraph.ID{Kind: depgraph.Kind(p.strings.values[n.space]), Name: p.text.at(n.text)}
}

func (p *Packed) namesOf(s span) []Name {
	if s.count == 0 {
		return nil
	}
	out := make([]Name, s.count)
	for i := range s.count {
		out[i] = p.nameOf(*p.uses.at(s.from + i))
	}
	return out
}

// setSource fills in the name of the source wherever an origin has none.
func (p *Packed) setSource(name string) {
	p.text.close()
	for i := range p.manners.values {
		if m := &p.manners.values[i]; m.source == "" {
			m.source = name
		}
	}
	p.manners.index = nil // its keys are those of before
	for _, places := range p.also {
		for i := range places {
			if places[i].Source == "" {
				places[i].Source = name
			}
		}
	}
	for i := range p.unusual {
		if o := &p.unusual[i].Origin; o.Source == "" {
			o.Source = name
		}
	}
}

// span is some values of a list, beside each other.
type span struct{ from, count uint32 }

// AllDefinitions lists the definitions of a fragment, packed or not.
func (f *Fragment) AllDefinitions() iter.Seq[Definition] {
	return both(f.Definitions, f.Packed, (*Packed).Definitions)
}

// AllBindings lists the bindings of a fragment, packed or not.
func (f *Fragment) AllBindings() iter.Seq[Binding] {
	return both(f.Bindings, f.Packed, (*Packed).Bindings)
}

// AllReferences lists the references of a fragment, packed or not.
func (f *Fragment) AllReferences() iter.Seq[Reference] {
	return both(f.References, f.Packed, (*Packed).References)
}

func both[T any](plain []T, p *Packed, packed func(*Packed) iter.Seq[T]) iter.Seq[T] {
	if p == nil {
		return slices.Values(plain)
	}
	return func(yield func(T) bool) {
		for v := range slices.Values(plain) {
			if !yield(v) {
				return
			}
		}
		packed(p)(yield)
	}
}
