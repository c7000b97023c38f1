package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// fact is a reference with every name resolved: what one source says that one
// owner needs. References become facts before it is decided who speaks.
type fact struct {
	from    reading
	linked  *depgraph.Requirement // of a graph that was linked before; then from is zero
	owner   int32
	members []int32 // classes, sorted and distinct; shared
	terms   depgraph.Terms
	rank    rank
	note    string  // added to the origin's
	trust   float64 // multiplies the origin's confidence
}

// reading is where a reference is kept: its origin is asked for again once it is
// decided who speaks, and a million origins are not held until then.
type reading struct {
	ref    *Reference // nil: a packed one
	packed *Packed
	row    uint32
}

func (r reading) origin() depgraph.Origin {
	if r.ref != nil {
		return r.ref.Origin
	}
	return r.packed.originOf(r.packed.references.at(r.row).origin)
}

// also are the further places that say the same.
func (r reading) also() []depgraph.Origin {
	if r.ref != nil {
		return r.ref.Also
	}
	if at := r.packed.references.at(r.row).also; at > 0 {
		return r.packed.also[at-1]
	}
	return nil
}

// isPlacement reports whether a fact says where its owner stands.
func (f *fact) isPlacement() bool {
	return f.terms.Via == depgraph.PlacedIn && f.terms.Phases.Has(depgraph.Run) && f.terms.IfLost != depgraph.Unaffected
}

// origin returns the first place where the fact was read.
func (f *fact) origin() depgraph.Origin {
	if f.linked != nil {
		return earliest(f.linked.Origins)
	}
	o := f.from.origin()
	for _, also := range f.from.also() {
		if also.Compare(o) < 0 {
			o = also
		}
	}
	return o
}

// place returns where a fact was read: of several places the smallest by its text.
func (f *fact) place() string {
	if f.linked != nil {
		return f.origin().Place()
	}
	place := f.from.origin().Place()
	for _, also := range f.from.also() {
		place = min(place, also.Place())
	}
	return place
}

// origins appends where the fact was read, speaking of member, or of all members
// where that is zero, with a note added.
func (l *linker) origins(out []depgraph.Origin, f *fact, member depgraph.ID, note string) []depgraph.Origin {
	if f.linked == nil {
		out = append(out, l.traced(f.from.origin(), f, member, note))
		for _, o := range f.from.also() {
			out = append(out, l.traced(o, f, member, note))
		}
		return out
	}
	for _, o := range f.linked.Origins {
		o.Member = l.canonical(o.Member)
		if !member.IsZero() {
			if !o.Member.IsZero() && o.Member != member {
				continue
			}
			o.Member = member
		}
		o.Note = joinNotes(o.Note, note)
		out = append(out, o)
	}
	return out
}

// traced returns one place of a reference as [linker.origins] does.
func (l *linker) traced(o depgraph.Origin, f *fact, member depgraph.ID, note string) depgraph.Origin {
	o.Note = joinNotes(joinNotes(o.Note, f.note), note)
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
	for _, f := range l.frags {
		for i := range f.References {
			ref := &f.References[i]
			l.addReference(ref, reading{ref: ref}, selected)
		}
		if p := f.Packed; p != nil {
			for i := range p.references.size() {
				ref := p.reference(i)
				l.addReference(&ref, reading{packed: p, row: i}, selected)
			}
		}
	}
}

func (l *linker) addReference(ref *Reference, from reading, selected *selections) {
	owners := l.owners(ref, selected)
	if len(owners) == 0 {
		return
	}
	shared := selected.sharedBy(ref.Owners, owners)
	if shared != nil && slices.ContainsFunc(ref.Members, func(t Target) bool { return t.Guess }) {
		return
	}
	if !seenFromOwner(ref) && shared == nil {
		l.addFor(ref, from, owners, "", 1)
		return
	}
	for _, owner := range owners {
		seen, note, trust := selected.rescoped(ref, selected.scope(owner)), "", 1.0
		if shared != nil {
			var ifLost depgraph.IfLost
			trust, ifLost, note = selected.share(shared, ref, owner)
			seen.Terms.IfLost = max(seen.Terms.IfLost, ifLost)
		}
		l.addFor(seen, from, []int32{owner}, note, trust)
	}
}

// addFor adds what ref, which is read from a fragment and seen in the words of its
// owners, says of them.
func (l *linker) addFor(ref *Reference, from reading, owners []int32, why string, sure float64) {
	reported := depgraph.ID{}
	if len(owners) == 1 {
		reported = l.ids[owners[0]]
	}
	shapes, note, trust := l.targets(ref, reported)
	if len(shapes) == 0 {
		return
	}
	for _, owner := range owners {
		l.addFacts(ref, from, owner, shapes, joinNotes(note, why), trust*sure)
	}
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
				for o := range ref.Origins() {
					l.demand(depgraph.ID{}, id, o)
				}
			}
			return []int32{l.node(id)}
		}
	}
	l.reportAt(ref, depgraph.ID{}, ref.Owner, r.candidates)
	return nil
}

// targets resolves what a reference names. Where it names several and one leads
// nowhere, an external node stands in for that one, so that the number of
// alternatives stays right.
func (l *linker) targets(ref *Reference, owner depgraph.ID) (out []*shape, note string, trust float64) {
	trust = 1
	var notes []string
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
		if r.to != nil && r.note != "" {
			notes = append(notes, r.note)
		}
	}
	slices.Sort(notes)
	if note = strings.Join(slices.Compact(notes), "; "); len(note) > 400 {
		note = strings.ToValidUTF8(note[:400], "") + "..."
	}
	return out, note, trust
}

// miss says what stands for a name that led nowhere or to several things, and reports it.
func (l *linker) miss(ref *Reference, t Target, r *resolution, owner depgraph.ID) *shape {
	if t.Guess {
		return nil
	}
	if len(r.candidates) > 0 {
		l.reportAt(ref, owner, t.Name, r.candidates)
		if len(ref.Members) < 2 {
			return nil
		}
		id := named(depgraph.KindExternal, t.Name.normal().Text)
		if id.IsZero() {
			return nil
		}
		return l.shapes.leaf(l.root(l.intern(normalID(id))))
	}
	id, region, normal := r.otherwise, r.region, r.normal
	if !t.Else.IsZero() {
		id, region, normal = t.Else, "", false
	}
	switch {
	case ref.Form == Native && t.Name.Space == SpaceID && !id.IsZero():
		for o := range ref.Origins() {
			l.demand(owner, id, o)
		}
	case !normal && !t.Quiet:
		l.reportAt(ref, owner, t.Name, nil)
	}
	if id.IsZero() {
		return nil
	}
	var s *shape
	for o := range ref.Origins() {
		s = l.standIn(id, region, o)
	}
	return s
}

// reportAt is report for a name that a reference uses, at each of its places.
func (l *linker) reportAt(ref *Reference, owner depgraph.ID, n Name, candidates []string) {
	for o := range ref.Origins() {
		l.report(owner, n, candidates, o)
	}
}

// addFacts adds what ref says of one owner, whose targets have the given shapes.
func (l *linker) addFacts(ref *Reference, from reading, owner int32, targets []*shape, note string, trust float64) {
	selected := ref.Owners != nil
	f := fact{from: from, owner: owner, terms: ref.Terms.Normal(), rank: rankOf(ref.Form, ref.Origin.Basis), note: note, trust: trust}
	one := depgraph.AtLeast(1)
	if len(targets) > 1 && f.terms.Need == one {
		targets = []*shape{l.shapes.of(anyOf, targets)}
	}
	if len(targets) > 1 || len(ref.Members) > 1 && f.terms.Need != one {
		f.members = l.memberNodes(targets, &f)
		if n := len(f.members); n < len(targets) && int(f.terms.Need) > n {
			f.terms.Need = depgraph.All // names of one node count once
		}
		l.addFact(f, selected)
		return
	}
	f.terms.Need = one
	only := targets[0]
	switch only.kind {
	case leaf:
		f.members = []int32{only.node}
		l.addFact(f, selected)
	case anyOf:
		f.members = l.memberNodes(only.kids, &f)
		l.addFact(f, selected)
	case shards:
		f.members = l.memberNodes(only.kids, &f)
		share := f
		share.terms.Need = depgraph.All
		if f.terms.IfLost == depgraph.Down {
			l.addFact(f, selected)
			share.terms.IfLost = depgraph.Degraded
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
	if f.terms.Via == depgraph.PlacedIn {
		use.via = depgraph.PlacedIn
	}
	if _, known := l.groups[use]; !known {
		origins := l.shapeOrigins[s]
		if len(origins) == 0 {
			origins = []depgraph.Origin{f.origin()}
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
// also leads back to its user is met by the user. What a native file says of the
// owner stands: it means that the node repairs, starts or watches itself.
func (l *linker) addFact(f fact, selected bool) {
	if at, found := slices.BinarySearch(f.members, f.owner); found && f.rank != rankNative {
		switch {
		case f.terms.Need == depgraph.AtLeast(1) && !(selected && len(f.members) > 1), len(f.members) == 1:
			return
		case f.terms.Need == depgraph.AtLeast(1), f.terms.Need == depgraph.All:
			f.members = slices.Delete(slices.Clone(f.members), at, at+1)
		}
	}
	l.facts.add(f)
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
