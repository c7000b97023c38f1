package link

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// resolution is what became of a name.
type resolution struct {
	to         *shape      // what it stands for; nil: nothing, or several things
	confidence float64     // of the bindings on the way
	note       string      // the bindings on the way, for people
	candidates []string    // ambiguous: what it might be
	otherwise  depgraph.ID // nothing answers: the node by the rules of its space; zero: none
	region     string      // of that node, where the name says it
	normal     bool        // nothing answers, and that is normal
	nowhere    bool        // the machine itself: no reference at all
}

// isMiss reports whether nothing answers to the name.
func (r *resolution) isMiss() bool { return r.to == nil && len(r.candidates) == 0 && !r.nowhere }

// expansion is what a binding stands for.
type expansion struct {
	to         *shape // nil: nothing
	confidence float64
	note       string
}

// expandBindings follows every binding to nodes. A binding is expanded after
// those it leads to, found as strongly connected components, so that chains of
// any length are followed without recursion. Arrows within a cycle lead nowhere
// and are reported; dropping them all, not just the one met last, keeps the
// result independent of where one starts.
func (l *linker) expandBindings() {
	at := make([]int32, 1, len(l.bindings)+1)
	var to []int32
	for _, b := range l.bindings {
		for _, n := range b.To {
			to = append(to, l.lookup(n.normal()).bindings...)
		}
		at = append(at, int32(len(to)))
	}
	component, count := depgraph.StrongComponents(at, to)
	_, order := compress(byComponent(component), count)
	l.expanded = make([]expansion, len(l.bindings))
	for _, i := range order {
		l.expanded[i] = l.expand(l.bindings[i], func(b int32) bool { return component[b] == component[i] })
		if s := l.expanded[i].to; s != nil && s.kind != leaf {
			l.shapeOrigins[s] = append(l.shapeOrigins[s], l.bindings[i].Origin)
		}
	}
}

func byComponent(component []int32) []nameUse {
	uses := make([]nameUse, len(component))
	for i, c := range component {
		uses[i] = nameUse{c, int32(i)}
	}
	return uses
}

// expand follows one binding, of which circular says which bindings lead back to it.
func (l *linker) expand(b *Binding, circular func(int32) bool) expansion {
	var kids []*shape
	e := expansion{confidence: confidence(b.Origin)}
	for _, n := range b.To {
		r := l.resolveAround(n.normal(), circular)
		s := r.to
		switch {
		case r.nowhere:
			continue
		case s == nil && !r.otherwise.IsZero() && len(r.candidates) == 0:
			s = l.standIn(r.otherwise, r.region, b.Origin)
			fallthrough
		case s == nil:
			if !r.normal {
				l.report(depgraph.ID{}, n, r.candidates, b.Origin)
			}
		}
		if s != nil {
			kids = append(kids, s)
			e.confidence = min(e.confidence, confidence(b.Origin)*r.confidence)
			if len(b.To) == 1 {
				e.note = r.note
			}
		}
	}
	if len(kids) == 0 {
		return e
	}
	kind := shards
	if b.Alternatives {
		kind = anyOf
	}
	if s := l.shapes.of(kind, kids); s.size <= l.options.maxMembers() {
		e.to = s
	} else {
		l.report(depgraph.ID{}, b.Names[0], []string{s.text}, b.Origin)
	}
	return e
}

// resolve says what a name stands for. What leads somewhere is remembered by its
// row of the index, whatever scope it was found from; what leads nowhere is
// remembered by name, for who stands for it depends on where it is used.
func (l *linker) resolve(n Name) *resolution {
	n = n.normal()
	row := int32(-1)
	if len(l.scopes.asUsed(n.Scope)) == 0 && !(n.Space == SpaceHost && isNowhere(n.Text)) {
		row = l.names.nearest(n)
	}
	if l.byRow == nil {
		l.byRow = make([]*resolution, len(l.names.names))
	}
	if row >= 0 && l.byRow[row] != nil {
		return l.byRow[row]
	}
	if r, ok := l.resolved[n]; ok {
		return r
	}
	r := l.resolveAround(n, noBinding)
	if row >= 0 && (r.to != nil || len(r.candidates) > 0) {
		l.byRow[row] = r
	} else {
		l.resolved[n] = r
	}
	return r
}

func noBinding(int32) bool { return false }

// resolveAround resolves a normal name, passing over the bindings that skip accepts.
func (l *linker) resolveAround(n Name, skip func(int32) bool) *resolution {
	if n.Space == SpaceHost && isNowhere(n.Text) {
		return &resolution{nowhere: true}
	}
	a := l.lookup(n)
	r := &resolution{confidence: 1}
	if len(a.strong) == 1 && len(a.bindings)+len(a.weak) == 0 {
		r.to = l.shapes.leaf(a.strong[0])
		return r
	}
	var options []*shape
	for _, root := range a.strong {
		options = append(options, l.shapes.leaf(root))
	}
	circular := false
	for _, b := range a.bindings {
		circular = circular || skip(b)
		if e := l.expanded[b]; e.to != nil && !skip(b) {
			options = append(options, e.to)
			l.explainBinding(r, n, b)
		}
	}
	slices.SortFunc(options, func(a, b *shape) int { return compareTexts(a.text, b.text) })
	options = slices.Compact(options)
	// A weak definition that joined nobody answers to its own name only where
	// nothing strong does, or where several strong things do.
	if len(a.weak) > 0 && (len(options) == 0 || n.Space == SpaceService && (len(options) > 1 || options[0].kind != leaf)) {
		options, r.note, r.confidence = nil, "", 1
		for _, root := range a.weak {
			options = append(options, l.shapes.leaf(root))
		}
	}
	switch {
	case len(options) == 0 && circular: // it leads nowhere, not outside
	case len(options) == 0:
		r.otherwise, r.region, r.normal = l.outside(n)
	case len(options) == 1:
		r.to = options[0]
	default:
		r.note = ""
		for _, s := range options {
			r.candidates = append(r.candidates, s.text)
		}
		slices.Sort(r.candidates)
	}
	return r
}

// explainBinding notes the binding by which a name was found: of several that
// say the same, the surest, then the first by place.
func (l *linker) explainBinding(r *resolution, n Name, b int32) {
	e := l.expanded[b]
	note := "through " + n.Text + " (" + l.bindings[b].Origin.Place() + ")"
	if e.note != "" && len(note)+len(e.note) < 200 {
		note += ", " + e.note
	}
	if r.note == "" || e.confidence > r.confidence || e.confidence == r.confidence && note < r.note {
		r.note, r.confidence = note, e.confidence
	}
}

// report lists a name that led to no single node.
func (l *linker) report(owner depgraph.ID, n Name, candidates []string, origin depgraph.Origin) {
	why := depgraph.Dangling
	if len(candidates) > 0 {
		why = depgraph.Ambiguous
	}
	l.unresolved = append(l.unresolved, depgraph.Unresolved{
		Owner: owner, Name: n.Text, Scope: n.Scope, Why: why, Candidates: candidates, Origin: origin,
	})
}

// reportRefused lists the joins that were refused, but for weak definitions
// whose name stands for alternatives: those need any one of them.
func (l *linker) reportRefused(aliases, weak []depgraph.Unresolved) {
	l.unresolved = append(l.unresolved, aliases...)
	stands := map[int32]bool{}
	for i, d := range l.defs {
		root := l.root(l.of[i])
		if l.strong[root] || stands[root] {
			continue
		}
		for _, n := range d.Names {
			if n.Space == SpaceService && l.standsFor(root, n.normal()) {
				stands[root] = true
			}
		}
	}
	for _, u := range weak {
		if !stands[l.node(u.Owner)] {
			l.unresolved = append(l.unresolved, u)
		}
	}
}

// standsFor adds the need of a weak class that is the common name of several
// alternatives, and reports whether it is.
func (l *linker) standsFor(root int32, n Name) bool {
	a := l.lookup(n)
	if len(a.strong) > 0 {
		return false
	}
	var to *shape
	for _, b := range a.bindings {
		s := l.expanded[b].to
		if s == nil {
			continue
		}
		if s.kind == leaf || to != nil && to != s {
			return false
		}
		to = s
	}
	if to == nil {
		return false
	}
	for _, o := range l.shapeOrigins[to] {
		o.Note = joinNotes(o.Note, "the name stands for alternatives")
		ref := &Reference{Terms: depgraph.Terms{Via: depgraph.RoutesTo}, Origin: o}
		l.addFacts(ref, reading{ref: ref}, root, []*shape{to}, "", 1)
	}
	return true
}

func confidence(o depgraph.Origin) float64 {
	if o.Confidence <= 0 || o.Confidence > 1 {
		return 1
	}
	return o.Confidence
}

func joinNotes(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + "; " + b
}

func compareTexts(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
