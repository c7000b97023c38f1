package link

import (
	"cmp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// maxWeakRounds bounds how long a chain of weak definitions may grow, each of
// which is known only by a name that the one before brought along.
const maxWeakRounds = 8

// vote is what one weak definition says of where its class belongs.
type vote struct {
	weak int32
	to   []int32 // the strong classes that its names lead to; sorted
	def  *Definition
}

// joinWeak joins each weak class to the one strong class that answers to one of
// its names. A round looks at the names as they stood before it, so the order of
// definitions does not show.
func (s *symbols) joinWeak(defs []*Definition, of []int32, bindings []*Binding) (refused []depgraph.Unresolved) {
	var pending []int32 // indexes of weak definitions whose class is weak
	for i, d := range defs {
		if d.Weak {
			pending = append(pending, int32(i))
		}
	}
	files := fileUsers{s: s, defs: defs, of: of}
	byFile := false
	for range maxWeakRounds {
		var votes []vote
		refused = refused[:0]
		rest := pending[:0:0]
		for _, i := range pending {
			weak := s.root(of[i])
			if s.strong[weak] {
				continue
			}
			rest = append(rest, i)
			to := s.candidates(defs[i], bindings)
			if len(to) > 1 {
				to = files.narrow(to, defs[i])
			}
			if len(to) > 0 {
				votes = append(votes, vote{weak, to, defs[i]})
			}
		}
		pending = rest
		slices.SortStableFunc(votes, func(a, b vote) int { return s.ids[a.weak].Compare(s.ids[b.weak]) })
		changed := false
		eachRun(votes, func(v vote) int32 { return v.weak }, func(run []vote) {
			to := agreed(run)
			if len(to) == 1 {
				s.join(to[0], run[0].weak)
				changed = true
				return
			}
			candidates := s.texts(to)
			for _, v := range run {
				refused = append(refused, depgraph.Unresolved{
					Owner: s.ids[v.weak], Name: s.ids[v.weak].Name, Why: depgraph.Ambiguous, Candidates: candidates, Origin: v.def.Origin,
				})
			}
		})
		if !changed && !byFile {
			// Who uses the file counts once no name leads any further.
			byFile = true
			changed = files.join(pending, bindings)
		}
		if !changed {
			break
		}
	}
	s.joinBare(defs, of, pending)
	return refused
}

// agreed returns the strong classes that the votes of one weak class lead to. Votes
// that lead to one class decide among those that lead to several, it among them.
func agreed(run []vote) []int32 {
	var all, sure []int32
	for _, v := range run {
		all = append(all, v.to...)
		if len(v.to) == 1 {
			sure = append(sure, v.to[0])
		}
	}
	slices.Sort(sure)
	if sure = slices.Compact(sure); len(sure) == 1 && !slices.ContainsFunc(run, func(v vote) bool { return !slices.Contains(v.to, sure[0]) }) {
		return sure
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// fileUsers finds the strong classes that are built around a file or use it.
type fileUsers struct {
	s    *symbols
	defs []*Definition
	of   []int32

	users   users
	classes map[*Definition]int32
}

func (f *fileUsers) strong(file string) []int32 {
	if f.users == nil {
		f.users = usersOf(f.defs)
		f.classes = make(map[*Definition]int32, len(f.defs))
		for i, d := range f.defs {
			f.classes[d] = f.of[i]
		}
	}
	found := f.users.builtAround(file)
	if len(found) == 0 {
		found = f.users.of(file)
	}
	var out []int32
	for _, d := range found {
		if root := f.s.root(f.classes[d]); f.s.strong[root] && d.Node.ID.Kind.Family() == depgraph.FamilyWorkload {
			out = append(out, root)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// narrow returns those of several classes that a definition's file belongs to, all
// where it belongs to none of them.
func (f *fileUsers) narrow(to []int32, d *Definition) []int32 {
	if d.In == "" {
		return to
	}
	own := f.strong(d.In)
	if both := slices.DeleteFunc(slices.Clone(to), func(c int32) bool { return !slices.Contains(own, c) }); len(both) > 0 {
		return both
	}
	return to
}

// join joins weak classes whose names lead nowhere to the one that their file belongs
// to. Two names in the files of one class are two programs, and neither is joined.
func (f *fileUsers) join(pending []int32, bindings []*Binding) (changed bool) {
	type claim struct{ strong, weak int32 }
	var claims []claim
	led := map[int32]bool{} // weak classes that a name leads somewhere
	for _, i := range pending {
		if weak := f.s.root(f.of[i]); len(f.s.candidates(f.defs[i], bindings)) > 0 {
			led[weak] = true
		}
	}
	for _, i := range pending {
		weak := f.s.root(f.of[i])
		if f.defs[i].In == "" {
			continue
		}
		if to := f.strong(f.defs[i].In); len(to) == 1 {
			claims = append(claims, claim{to[0], weak})
		}
	}
	slices.SortFunc(claims, func(a, b claim) int { return cmp.Or(cmp.Compare(a.strong, b.strong), cmp.Compare(a.weak, b.weak)) })
	claims = slices.Compact(claims)
	several := map[int32]bool{} // weak classes that files of several classes name
	by := map[int32]int32{}
	for _, c := range claims {
		other, seen := by[c.weak]
		several[c.weak] = several[c.weak] || seen && other != c.strong
		by[c.weak] = c.strong
	}
	eachRun(claims, func(c claim) int32 { return c.strong }, func(run []claim) {
		if weak := run[0].weak; len(run) == 1 && !led[weak] && !several[weak] {
			f.s.join(run[0].strong, weak)
			changed = true
		}
	})
	return changed
}

// candidates returns the strong classes that a weak definition's names lead to.
// A name with one answer votes for it, and the most specific names that vote
// decide: an id, then a name within a scope, then a qualified one, then a bare
// one. Where no name has just one answer, all count, so that the definition is
// reported as ambiguous.
func (s *symbols) candidates(d *Definition, bindings []*Binding) []int32 {
	var votes [bareName + 1][]int32
	var several []int32
	for _, n := range answersTo(d) {
		found := s.strongAnswers(n, bindings)
		if len(found) == 1 {
			votes[specificity(n)] = append(votes[specificity(n)], found[0])
		} else {
			several = append(several, found...)
		}
	}
	for _, v := range votes {
		if len(v) > 0 {
			return v
		}
	}
	return several
}

const bareName = 3

// specificity says how much a name says besides itself, the most first.
func specificity(n Name) int {
	switch {
	case n.Space == SpaceID:
		return 0
	case n.Scope != "":
		return 1
	case strings.ContainsAny(n.Text, "/."):
		return 2
	}
	return bareName
}

// strongAnswers returns the strong classes behind a name, through bindings.
func (s *symbols) strongAnswers(n Name, bindings []*Binding) []int32 {
	var roots []int32
	seen := map[int32]bool{}
	names := []Name{n}
	for len(names) > 0 && len(roots) <= 16 && len(seen) <= 256 {
		n = names[len(names)-1].normal()
		names = names[:len(names)-1]
		if n.Space == SpacePath {
			continue // who uses a file is not who the file is
		}
		a := s.lookupStrong(n)
		roots = append(roots, a.strong...)
		for _, b := range a.bindings {
			if !seen[b] {
				seen[b] = true
				names = append(names, bindings[b].To...)
			}
		}
	}
	slices.Sort(roots)
	return slices.Compact(roots)
}

// joinBare joins weak classes that no strong definition explains and that share
// a service name: those that know nothing but the name are one, and are the one
// that knows more (a namespace), if there is only one such.
func (s *symbols) joinBare(defs []*Definition, of []int32, pending []int32) {
	type key struct {
		name Name
		kind depgraph.Kind
	}
	type user struct {
		key  key
		weak int32
	}
	var users []user
	for _, i := range pending {
		weak := s.root(of[i])
		if s.strong[weak] {
			continue
		}
		for _, n := range defs[i].Names {
			if n.Space == SpaceService {
				users = append(users, user{key{n.normal(), s.ids[weak].Kind}, weak})
			}
		}
	}
	slices.SortFunc(users, func(a, b user) int {
		return cmp.Or(compareNames(a.key.name, b.key.name), cmp.Compare(a.key.kind, b.key.kind))
	})
	var joins [][]int32
	eachRun(users, func(u user) key { return u.key }, func(run []user) {
		var bare, qualified []int32
		for _, u := range run {
			if strings.ToLower(s.ids[u.weak].Name) == u.key.name.Text {
				bare = append(bare, u.weak)
			} else {
				qualified = append(qualified, u.weak)
			}
		}
		slices.Sort(qualified)
		if qualified = slices.Compact(qualified); len(qualified) == 1 && len(bare) > 0 {
			bare = append(bare, qualified[0])
		}
		joins = append(joins, bare)
	})
	for _, together := range joins {
		for _, weak := range together {
			s.join(together[0], weak)
		}
	}
}
