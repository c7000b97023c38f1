package link

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// fact is a reference with every name resolved: what one source says that one
// owner needs. References become facts before it is decided who speaks.
type fact struct {
	ref     *Reference
	owner   int32
	members []int32 // classes, sorted and distinct; shared
	need    depgraph.Need
	ifLost  depgraph.IfLost
	rank    rank
	note    string  // added to the origin's
	trust   float64 // multiplies the origin's confidence
}

func (f *fact) terms() depgraph.Terms {
	t := f.ref.Terms
	t.Need, t.IfLost = f.need, f.ifLost
	return t.Normal()
}

// origin returns where the fact was read, speaking of member, or of all members
// where that is zero.
func (l *linker) origin(f *fact, member depgraph.ID) depgraph.Origin {
	o := f.ref.Origin
	o.Note = joinNotes(o.Note, f.note)
	o.Confidence = confidence(o) * f.trust
	o.Member = l.canonical(o.Member)
	if !member.IsZero() {
		o.Member = member
	}
	return o
}

// groupUse is a nested shape, and whether its members are places.
type groupUse struct {
	shape *shape
	via   depgraph.Via
}

// addReferences turns every reference into facts.
func (l *linker) addReferences() {
	selected := newSelections(l)
	for _, ref := range l.refs {
		owners := l.owners(ref, selected)
		if len(owners) == 0 {
			continue
		}
		if !seenFromOwner(ref) {
			l.addFor(ref, ref, owners)
			continue
		}
		for _, owner := range owners {
			l.addFor(ref, rescoped(ref, selected.scope(owner)), []int32{owner})
		}
	}
}

// addFor adds what ref, seen in the words of its owners, says of them.
func (l *linker) addFor(ref, seen *Reference, owners []int32) {
	reported := depgraph.ID{}
	if len(owners) == 1 {
		reported = l.ids[owners[0]]
	}
	shapes, note, trust := l.targets(seen, reported)
	if len(shapes) == 0 {
		return
	}
	if s := ref.Owners; s != nil && s.File != "" && l.sharedFiles[s.key()] {
		trust *= sharedFile
	}
	for _, owner := range owners {
		l.addFacts(seen, owner, shapes, ref.Owners != nil, note, trust)
	}
}

func seenFromOwner(ref *Reference) bool {
	return ref.Owners != nil && slices.ContainsFunc(ref.Members, func(t Target) bool { return t.Name.Scope == OwnerScope })
}

// rescoped returns ref with its targets looked up in scope.
func rescoped(ref *Reference, scope string) *Reference {
	out := *ref
	out.Members = slices.Clone(ref.Members)
	for i := range out.Members {
		if out.Members[i].Name.Scope == OwnerScope {
			out.Members[i].Name.Scope = scope
		}
	}
	return &out
}

// sharedFile is how much less a file says of each of several nodes that use it.
const sharedFile = 0.5

// owners returns the classes that a reference speaks of. A name that stands for
// several, such as that of a Service, speaks of each.
func (l *linker) owners(ref *Reference, selected *selections) []int32 {
	if ref.Owners != nil {
		return selected.find(*ref.Owners)
	}
	r := l.resolve(ref.Owner)
	switch {
	case r.to != nil:
		return r.to.leaves()
	case ref.Owner.Space == SpaceID && len(r.candidates) == 0:
		id, err := depgraph.ParseID(ref.Owner.Text)
		if err == nil {
			if ref.Form == Native {
				l.demand(depgraph.ID{}, id, ref.Origin)
			}
			return []int32{l.node(id)}
		}
	}
	l.report(depgraph.ID{}, ref.Owner, r.candidates, ref.Origin)
	return nil
}

// targets resolves what a reference names. Where it names several and one leads
// nowhere, an external node stands in for that one, so that the number of
// alternatives stays right.
func (l *linker) targets(ref *Reference, owner depgraph.ID) (out []*shape, note string, trust float64) {
	trust = 1
	for _, t := range ref.Members {
		r := l.resolve(t.Name)
		if r.nowhere {
			continue
		}
		s := r.to
		if s == nil {
			s = l.miss(ref, t, r, owner)
		}
		if s == nil {
			continue
		}
		out = append(out, s)
		trust = min(trust, r.confidence)
		if r.to != nil && r.note != "" && !strings.Contains(note, r.note) {
			note = joinNotes(note, r.note)
		}
	}
	if len(note) > 400 {
		note = strings.ToValidUTF8(note[:400], "") + "..."
	}
	return out, note, trust
}

// miss says what stands for a name that led nowhere or to several things, and reports it.
func (l *linker) miss(ref *Reference, t Target, r *resolution, owner depgraph.ID) *shape {
	if len(r.candidates) > 0 {
		l.report(owner, t.Name, r.candidates, ref.Origin)
		if len(ref.Members) < 2 {
			return nil
		}
		id := named(depgraph.KindExternal, t.Name.normal().Text)
		if id.IsZero() {
			return nil
		}
		return l.shapes.leaf(l.root(l.intern(normalID(id))))
	}
	id, normal := r.otherwise, r.normal
	if !t.Else.IsZero() {
		id, normal = t.Else, false
	}
	switch {
	case ref.Form == Native && t.Name.Space == SpaceID && !id.IsZero():
		l.demand(owner, id, ref.Origin)
	case !normal && !t.Quiet:
		l.report(owner, t.Name, nil, ref.Origin)
	}
	if id.IsZero() {
		return nil
	}
	return l.shapes.leaf(l.node(id))
}

// addFacts adds what ref says of one owner, whose targets have the given shapes.
func (l *linker) addFacts(ref *Reference, owner int32, targets []*shape, selected bool, note string, trust float64) {
	f := fact{ref: ref, owner: owner, rank: rankOf(ref.Form, ref.Origin.Basis), note: note, trust: trust}
	t := ref.Terms.Normal()
	f.need, f.ifLost = t.Need, t.IfLost
	if len(targets) > 1 && t.Need == depgraph.AtLeast(1) {
		targets = []*shape{l.shapes.of(anyOf, targets)}
	}
	if len(targets) > 1 || len(ref.Members) > 1 && t.Need != depgraph.AtLeast(1) {
		f.members = l.memberNodes(targets, &f)
		if n := len(f.members); n < len(targets) && int(f.need) > n {
			f.need = depgraph.All // names of one node count once
		}
		l.addFact(f, selected)
		return
	}
	only := targets[0]
	switch only.kind {
	case leaf:
		f.members, f.need = []int32{only.node}, depgraph.AtLeast(1)
		l.addFact(f, selected)
	case anyOf:
		f.members, f.need = l.memberNodes(only.kids, &f), depgraph.AtLeast(1)
		l.addFact(f, selected)
	case shards:
		f.members = l.memberNodes(only.kids, &f)
		share := f
		f.need, share.need = depgraph.AtLeast(1), depgraph.All
		if f.ifLost == depgraph.Down {
			l.addFact(f, selected)
			share.ifLost = depgraph.Degraded
		}
		l.addFact(share, selected)
	}
}

// memberNodes returns the nodes of several shapes: a nested one is a group.
func (l *linker) memberNodes(kids []*shape, f *fact) []int32 {
	out := make([]int32, len(kids))
	for i, k := range kids {
		if k.kind == leaf {
			out[i] = k.node
		} else {
			out[i] = l.groupNode(k, f)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// groupNode returns the group that stands for a nested shape.
func (l *linker) groupNode(s *shape, f *fact) int32 {
	use := groupUse{s, depgraph.RoutesTo}
	if f.ref.Terms.Via == depgraph.PlacedIn {
		use.via = depgraph.PlacedIn
	}
	if _, known := l.groups[use]; !known {
		origins := l.origins[s]
		if len(origins) == 0 {
			origins = []depgraph.Origin{f.ref.Origin}
		}
		l.groups[use] = origins
		for _, k := range s.kids {
			if k.kind != leaf {
				l.groupNode(k, f)
			}
		}
	}
	return l.intern(s.group())
}

// addFact adds a fact, but for what it says of the owner itself: a name that
// also leads back to its user is met by the user.
func (l *linker) addFact(f fact, selected bool) {
	if at, found := slices.BinarySearch(f.members, f.owner); found {
		switch {
		case f.need == depgraph.AtLeast(1) && !(selected && len(f.members) > 1), len(f.members) == 1:
			return
		case f.need == depgraph.AtLeast(1), f.need == depgraph.All:
			f.members = slices.Delete(slices.Clone(f.members), at, at+1)
		}
	}
	l.facts = append(l.facts, f)
}

// addGroups adds what the groups in use need.
func (l *linker) addGroups(b *depgraph.Builder) {
	uses := make([]groupUse, 0, len(l.groups))
	for use := range l.groups {
		uses = append(uses, use)
	}
	slices.SortFunc(uses, func(x, y groupUse) int {
		return cmp.Or(cmp.Compare(x.shape.text, y.shape.text), cmp.Compare(x.via, y.via))
	})
	for _, use := range uses {
		r := depgraph.Requirement{Owner: use.shape.group(), Origins: l.groups[use], Terms: depgraph.Terms{Via: use.via}}
		for _, k := range use.shape.kids {
			if k.kind == leaf {
				r.Members = append(r.Members, l.ids[k.node])
			} else {
				r.Members = append(r.Members, k.group())
			}
		}
		b.AddRequirement(r)
		if use.shape.kind == shards {
			r.Terms.Need, r.Terms.IfLost = depgraph.All, depgraph.Degraded
			b.AddRequirement(r)
		}
	}
}

// selections answers selectors, in the logarithm of the definitions for a
// directory and in their number for anything else; equal selectors are answered once.
type selections struct {
	l      *linker
	byPath []int32 // definitions sorted by input
	labels func(root int32) map[string]string
	byFile map[string][]int32 // definitions by the files they use; nil until asked
	scopes map[int32]string   // nil until asked
	known  map[string][]int32
}

func newSelections(l *linker) *selections {
	return &selections{l: l, known: map[string][]int32{}}
}

func (x *selections) prepare() {
	if x.byPath != nil {
		return
	}
	x.byPath = make([]int32, len(x.l.defs))
	for i := range x.byPath {
		x.byPath[i] = int32(i)
	}
	slices.SortStableFunc(x.byPath, func(a, b int32) int {
		return cmp.Compare(x.l.defs[a].Origin.Input, x.l.defs[b].Origin.Input)
	})
}

// find returns the classes that a selector selects, sorted.
func (x *selections) find(s Selector) []int32 {
	key := s.key()
	if found, ok := x.known[key]; ok {
		return found
	}
	if s.File != "" {
		out := x.users(s)
		x.known[key] = out
		x.l.sharedFiles[key] = len(out) > 1
		return out
	}
	x.prepare()
	prefix := path.Clean(s.PathPrefix)
	if s.PathPrefix == "" || prefix == "." {
		prefix = ""
	}
	at := 0
	if prefix != "" {
		at, _ = slices.BinarySearchFunc(x.byPath, prefix, func(i int32, p string) int {
			return cmp.Compare(x.l.defs[i].Origin.Input, p)
		})
	}
	var out []int32
	for _, i := range x.byPath[at:] {
		d := x.l.defs[i]
		rest, below := strings.CutPrefix(d.Origin.Input, prefix)
		if !below {
			break
		}
		if prefix != "" && rest != "" && rest[0] != '/' {
			continue
		}
		if s.matches(&d.Node) {
			out = append(out, x.l.root(x.l.of[i]))
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	x.known[key] = out
	return out
}

// users returns the classes that use a file, or the nearest directory around it
// that anything uses.
func (x *selections) users(s Selector) []int32 {
	if x.byFile == nil {
		x.byFile = map[string][]int32{}
		for i, d := range x.l.defs {
			for _, n := range d.Names {
				if n.Space == SpacePath {
					file := path.Clean(n.Text)
					x.byFile[file] = append(x.byFile[file], int32(i))
				}
			}
		}
	}
	for file := path.Clean(s.File); ; file = path.Dir(file) {
		var out []int32
		for _, i := range x.byFile[file] {
			if d := x.l.defs[i]; s.matches(&d.Node) {
				out = append(out, x.l.root(x.l.of[i]))
			}
		}
		if len(out) > 0 || file == "." || file == "/" {
			slices.Sort(out)
			return slices.Compact(out)
		}
	}
}

// scope returns where a node looks names up: the smallest scope that a definition
// of it states.
func (x *selections) scope(root int32) string {
	if x.scopes == nil {
		x.scopes = map[int32]string{}
		for i, d := range x.l.defs {
			at := x.l.root(x.l.of[i])
			if known, ok := x.scopes[at]; d.Scope != "" && (!ok || d.Scope < known) {
				x.scopes[at] = d.Scope
			}
		}
	}
	return x.scopes[root]
}

// matches reports whether a definition has a kind and the labels that s wants.
func (s Selector) matches(n *depgraph.Node) bool {
	if len(s.Kinds) > 0 && !slices.Contains(s.Kinds, n.ID.Kind) || n.ID.Kind == depgraph.KindGroup {
		return false
	}
	for k, v := range s.Labels {
		if n.Labels[k] != v {
			return false
		}
	}
	return true
}

func (s Selector) key() string {
	parts := []string{s.PathPrefix, s.File}
	for _, k := range s.Kinds {
		parts = append(parts, "k"+string(k))
	}
	var labels []string
	for k, v := range s.Labels {
		labels = append(labels, "l"+k+"\x01"+v)
	}
	slices.Sort(labels)
	return strings.Join(append(parts, labels...), "\x00")
}
