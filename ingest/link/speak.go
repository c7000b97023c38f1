package link

import (
	"cmp"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// settle decides, owner by owner, who speaks where several sources say
// something of the same member in the same phase, and adds the requirements.
func (l *linker) settle(b *depgraph.Builder) {
	byOwner := make([]nameUse, l.facts.len())
	for i := range byOwner {
		byOwner[i] = nameUse{l.facts.stored.at(uint32(i)).owner, int32(i)}
	}
	start, order := compress(byOwner, len(l.ids))
	s := settlement{l: l, b: b, voices: map[memberPhase]*voice{}, known: map[partKey][]int32{}}
	var own []fact
	for owner := range l.ids {
		own = own[:0]
		for _, i := range order[start[owner]:start[owner+1]] {
			own = append(own, l.facts.get(int(i)))
		}
		if len(own) > 0 {
			slices.SortStableFunc(own, func(x, y fact) int { return cmp.Compare(x.rank, y.rank) })
			s.owner(own)
		}
	}
	l.facts = facts{}
}

// memberPhase is what sources compete about, for one owner.
type memberPhase struct {
	member int32
	phase  depgraph.Phase
}

// voice is the strongest source that speaks of a member in a phase. Facts are
// weighed by rank, so it is known before anything weaker is weighed.
type voice struct {
	rank  rank
	fresh rank    // the same, without what was linked before; rankNone: nobody
	place string  // of the strongest, for people; the smallest
	parts []int32 // what the strongest says
}

// part is a requirement that an owner turned out to have.
type part struct {
	members []int32
	terms   depgraph.Terms
}

// partKey is what equal parts have in common, and few others.
type partKey struct {
	terms depgraph.Terms
	first int32
	size  int
}

// settlement is the work on one owner at a time; its memory is used again.
type settlement struct {
	l      *linker
	b      *depgraph.Builder
	voices map[memberPhase]*voice
	made   []part
	known  map[partKey][]int32 // parts among made

	heard     []heard
	contested []int32 // members of which facts of several ranks speak; sorted
	ids       []depgraph.ID
	origins   []depgraph.Origin
}

// heard is that a fact of some rank names a member.
type heard struct {
	member int32
	rank   rank
}

// owner settles the facts of one owner, which are sorted by rank.
func (s *settlement) owner(facts []fact) {
	if settled(facts) {
		for i := range facts {
			s.add(&facts[i], facts[i].members, facts[i].terms, depgraph.ID{}, "")
		}
		return
	}
	clear(s.voices)
	clear(s.known)
	s.made = s.made[:0]
	s.contest(facts)
	displaced := s.l.placements(facts)
	for i := range facts {
		f := &facts[i]
		switch {
		case displaced != nil && displaced[i]:
			t := f.terms
			t.IfLost = depgraph.Unaffected
			s.add(f, f.members, t, depgraph.ID{}, "contradicted by a native placement")
		case f.settled(), f.permits(), !s.isContested(f):
			s.add(f, f.members, f.terms, depgraph.ID{}, "")
		default:
			s.weigh(f)
		}
	}
}

// contest finds the members of which facts of several ranks speak: only those
// need weighing.
func (s *settlement) contest(facts []fact) {
	s.heard, s.contested = s.heard[:0], s.contested[:0]
	for i := range facts {
		if facts[i].permits() {
			continue
		}
		for _, m := range facts[i].members {
			s.heard = append(s.heard, heard{m, facts[i].rank})
		}
	}
	slices.SortFunc(s.heard, func(a, b heard) int { return cmp.Compare(a.member, b.member) })
	for i := 1; i < len(s.heard); i++ {
		if a, b := s.heard[i-1], s.heard[i]; a.member == b.member && a.rank != b.rank {
			s.contested = append(s.contested, a.member)
		}
	}
}

func (s *settlement) isContested(f *fact) bool {
	return slices.ContainsFunc(f.members, func(m int32) bool {
		_, found := slices.BinarySearch(s.contested, m)
		return found
	})
}

// settled reports whether nothing competes: one rank, or all of it linked
// before, and no placement that another could contradict.
func settled(facts []fact) bool {
	placed, linked := 0, 0
	for i := range facts {
		if facts[i].isPlacement() {
			placed++
		}
		if facts[i].linked != nil {
			linked++
		}
	}
	return linked == len(facts) || placed < 2 && facts[0].rank == facts[len(facts)-1].rank
}

// settled reports whether a fact is only a record of what was replaced when it
// was linked before.
func (f *fact) settled() bool { return f.linked != nil && f.terms.IfLost == depgraph.Unaffected }

// permits reports whether a fact says only what its owner is allowed to do, as a network
// policy does. That says nothing of what a loss would do: it silences nobody, and
// nobody silences it. A native file says what it means.
func (f *fact) permits() bool {
	return f.terms.Via == depgraph.MayCall && f.terms.IfLost == depgraph.Unaffected && f.rank != rankNative
}

// silenced reports whether a stronger source than f speaks of a member in a
// phase. What was linked before was weighed then, and gives way only to what is new.
func (s *settlement) silenced(f *fact, key memberPhase) bool {
	v := s.voices[key]
	if v == nil {
		return false
	}
	if f.linked != nil {
		return v.fresh < f.rank
	}
	return v.rank < f.rank
}

// weigh splits a fact into phases in which the same members are spoken of by a
// stronger source, and adds what is left of it in each.
func (s *settlement) weigh(f *fact) {
	type share struct {
		silenced []int32
		phases   []depgraph.Phase
	}
	var shares []share
	for _, p := range f.terms.Phases.List() {
		var silenced []int32
		for _, m := range f.members {
			if s.silenced(f, memberPhase{m, p}) {
				silenced = append(silenced, m)
			}
		}
		at := slices.IndexFunc(shares, func(x share) bool { return slices.Equal(x.silenced, silenced) })
		if at < 0 {
			at = len(shares)
			shares = append(shares, share{silenced: silenced})
		}
		shares[at].phases = append(shares[at].phases, p)
	}
	for _, x := range shares {
		s.divide(f, x.silenced, x.phases)
	}
}

// divide adds what is left of a fact in phases in which stronger sources speak
// of the silenced members. Where the others can meet the need, no loss of
// silenced members alone breaks it, so it contradicts nobody and stays whole.
// Else the silenced members are taken to serve, and the rest must make up what
// is missing then.
func (s *settlement) divide(f *fact, silenced []int32, phases []depgraph.Phase) {
	t := f.terms
	t.Phases = depgraph.PhasesOf(phases...)
	n, gone := len(f.members), len(silenced)
	k := t.Need.Of(n)
	if gone == 0 || gone < n && n-gone >= k {
		s.speak(f, f.members, t)
		return
	}
	rest := slices.DeleteFunc(slices.Clone(f.members), func(m int32) bool {
		_, found := slices.BinarySearch(silenced, m)
		return found
	})
	if left := k - gone; left > 0 && len(rest) > 0 {
		r := t
		if r.Need != depgraph.All {
			r.Need = depgraph.AtLeast(left)
		}
		s.speak(f, rest, r)
	} else {
		silenced = f.members // nothing of it is left to say
	}
	s.silence(f, silenced, t)
}

// speak adds a requirement and remembers it, for weaker sources to give way to.
func (s *settlement) speak(f *fact, members []int32, t depgraph.Terms) {
	s.add(f, members, t, depgraph.ID{}, "")
	at, place := s.part(members, t), f.place()
	for _, m := range members {
		for _, p := range t.Phases.List() {
			s.hear(memberPhase{m, p}, f, place, at)
		}
	}
}

// part returns the number of a part, the same for equal ones.
func (s *settlement) part(members []int32, t depgraph.Terms) int32 {
	alike := partKey{t, members[0], len(members)}
	for _, at := range s.known[alike] {
		if slices.Equal(s.made[at].members, members) {
			return at
		}
	}
	at := int32(len(s.made))
	s.made = append(s.made, part{members, t})
	s.known[alike] = append(s.known[alike], at)
	return at
}

// hear notes that f speaks of a member in a phase.
func (s *settlement) hear(key memberPhase, f *fact, place string, at int32) {
	v := s.voices[key]
	if v == nil {
		v = &voice{rank: f.rank, fresh: rankNone, place: place}
		s.voices[key] = v
	}
	if f.linked == nil {
		v.fresh = min(v.fresh, f.rank)
	}
	if v.rank == f.rank {
		v.place = min(v.place, place)
		if !slices.Contains(v.parts, at) {
			v.parts = append(v.parts, at)
		}
	}
}

// silence records a fact about members of which stronger sources speak. Traffic
// confirms what they say; a source that says the same joins its origin to
// theirs; anything else stays on record without effect.
func (s *settlement) silence(f *fact, members []int32, t depgraph.Terms) {
	if f.rank == rankObserved {
		s.confirm(f, members, t)
		return
	}
	var rest []depgraph.Phase
	for _, p := range t.Phases.List() {
		if !s.agree(f, members, t, p) {
			rest = append(rest, p)
		}
	}
	if len(rest) == 0 {
		return
	}
	note := ""
	if t.IfLost != depgraph.Unaffected {
		note = "replaced: " + s.speaker(members, rest) + " speaks"
	}
	t.Phases, t.IfLost = depgraph.PhasesOf(rest...), depgraph.Unaffected
	s.add(f, members, t, depgraph.ID{}, note)
}

// confirm adds the origin of an observed call to the requirements that name its
// members. What is seen of a member that nobody speaks of stays on record.
func (s *settlement) confirm(f *fact, members []int32, t depgraph.Terms) {
	var unspoken []int32
	for _, m := range members {
		done := map[int32]bool{}
		for _, p := range t.Phases.List() {
			v := s.voices[memberPhase{m, p}]
			if v == nil {
				continue
			}
			for _, at := range v.parts {
				if !done[at] {
					done[at] = true
					s.add(f, s.made[at].members, s.made[at].terms, s.l.ids[m], "")
				}
			}
		}
		if len(done) == 0 {
			unspoken = append(unspoken, m)
		}
	}
	if len(unspoken) > 0 {
		t.IfLost = depgraph.Unaffected
		s.add(f, unspoken, t, depgraph.ID{}, "")
	}
}

// agree joins the origin of a fact to those of the requirement that says the
// same in a phase, and reports whether there is one.
func (s *settlement) agree(f *fact, members []int32, t depgraph.Terms, p depgraph.Phase) bool {
	v := s.voices[memberPhase{members[0], p}]
	if v == nil {
		return false
	}
	var same *part
	for _, at := range v.parts {
		q := &s.made[at]
		if slices.Equal(q.members, members) && q.terms.Need.Of(len(members)) == t.Need.Of(len(members)) &&
			q.terms.IfLost == t.IfLost && q.terms.Lasts == t.Lasts &&
			(same == nil || cmp.Or(cmp.Compare(q.terms.Via, same.terms.Via), cmp.Compare(q.terms.Phases, same.terms.Phases)) < 0) {
			same = q
		}
	}
	if same == nil {
		return false
	}
	s.add(f, same.members, same.terms, depgraph.ID{}, "")
	return true
}

// speaker names the place of the strongest source that speaks of a member in a
// phase, the smallest of several.
func (s *settlement) speaker(members []int32, phases []depgraph.Phase) string {
	best := voice{rank: rankNone}
	for _, m := range members {
		for _, p := range phases {
			v := s.voices[memberPhase{m, p}]
			if v != nil && (v.rank < best.rank || v.rank == best.rank && v.place < best.place) {
				best = *v
			}
		}
	}
	return best.place
}

// add adds a requirement that rests on f: on all of it, or on what it says of one
// member. What is left of a quorum may be its owner alone, which needs nothing then.
func (s *settlement) add(f *fact, members []int32, t depgraph.Terms, of depgraph.ID, note string) {
	if len(members) == 1 && members[0] == f.owner && f.linked == nil && f.rank != rankNative {
		return
	}
	s.ids = s.ids[:0] // the builder keeps neither slice
	for _, m := range members {
		s.ids = append(s.ids, s.l.ids[m])
	}
	if s.origins = s.l.origins(s.origins[:0], f, of, note); len(s.origins) > 0 {
		s.b.AddRequirement(depgraph.Requirement{Owner: s.l.ids[f.owner], Members: s.ids, Terms: t, Origins: s.origins})
	}
}
