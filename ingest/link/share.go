package link

import (
	"path"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/words"
)

// sharing is what is known of a file that several nodes use: it says of none of them
// alone which of its settings it needs.
type sharing struct {
	users []int32 // classes, sorted
	names *words.Readers
	refs  []*Reference // that speak of the users
	book  *bool        // whether the file lists where its users are; nil until asked
	kinds [][]string   // what else stands in the names of settings that name a user; sorted words
}

// listed is how many of its users a file must lead to for it to be a list of them.
const listed = 3

// sharedBy returns what is known of the file of a selector; nil where fewer than two
// use it.
func (x *selections) sharedBy(s *Selector, users []int32) *sharing {
	if s == nil || s.File == "" || len(users) < 2 {
		return nil
	}
	key := s.key()
	if known := x.shared[key]; known != nil {
		return known
	}
	if x.byFileKey == nil {
		x.byFileKey = map[string][]*Reference{}
		for _, f := range x.l.frags {
			for i := range f.References {
				if r := &f.References[i]; r.Owners != nil && r.Owners.File != "" {
					key := r.Owners.key()
					x.byFileKey[key] = append(x.byFileKey[key], r)
				}
			}
		}
	}
	names := make([]string, len(users))
	for i, u := range users {
		names[i] = path.Base(x.l.ids[u].Name)
	}
	out := &sharing{users: users, names: words.NewReaders(names), refs: x.byFileKey[key]}
	x.shared[key] = out
	for _, ref := range out.refs {
		for _, i := range x.named(out, ref, nil) {
			if kind := slices.DeleteFunc(out.names.Rest(ref.Owners.Setting, i), isEverybodys); len(kind) > 1 {
				out.kinds = append(out.kinds, kind)
			}
		}
	}
	return out
}

// named returns the users, by their places, whose names stand in a setting: but for those
// to which it leads.
func (x *selections) named(of *sharing, ref *Reference, leads []int32) []int {
	hosts := make([]string, len(ref.Members))
	for i, t := range ref.Members {
		hosts[i] = t.Name.Text
	}
	return of.names.Named(ref.Owners.Setting, hosts, func(i int) bool { return slices.Contains(leads, of.users[i]) })
}

// isEverybodys reports whether a word says of a setting that it is for all users, or
// which of several things of all of them it is.
func isEverybodys(word string) bool {
	switch word {
	case "shared", "common", "global", "default", "main", "all", "any", "primary", "secondary", "fallback", "backup", "read", "write", "reader", "writer",
		"readonly", "replica", "master", "slave", "leader", "follower", "internal", "external", "public", "private", "cluster", "new", "old":
		return true
	}
	return false
}

// isOfAnother reports whether a setting that names no user is of a kind of which others
// do: ReviewMongoAddress beside GeoMongoAddress is for a review that is not among them,
// and SharedMongoAddress is for all.
func (of *sharing) isOfAnother(setting string) bool {
	have := slices.DeleteFunc(words.Split(setting), isEverybodys)
	return slices.ContainsFunc(of.kinds, func(kind []string) bool {
		return len(have) > len(kind) && !slices.ContainsFunc(kind, func(w string) bool { return !slices.Contains(have, w) })
	})
}

// leads returns the users to which a reference leads, as one of them sees it.
func (x *selections) leads(of *sharing, ref *Reference, user int32) []int32 {
	var out []int32
	for _, t := range x.rescoped(ref, x.scope(user)).Members {
		r := x.l.resolve(t.Name)
		if r.to == nil {
			continue
		}
		for _, to := range r.to.leaves() {
			if slices.Contains(of.users, to) {
				out = append(out, to)
			}
		}
	}
	return out
}

// lists reports whether a file says where its users are: then it says who can be
// called, and not who calls.
func (x *selections) lists(of *sharing) bool {
	if of.book == nil {
		var to []int32
		for _, ref := range of.refs {
			to = append(to, x.leads(of, ref, of.users[0])...)
		}
		slices.Sort(to)
		is := len(slices.Compact(to)) >= listed
		of.book = &is
	}
	return *of.book
}

// share says what a reference of a file that several use means for one of them: how
// sure it is, or that it is recorded only, and why.
func (x *selections) share(of *sharing, ref *Reference, user int32) (trust float64, ifLost depgraph.IfLost, note string) {
	setting := ref.Owners.Setting
	if setting == "" {
		return sharedFile, 0, ""
	}
	leads := x.leads(of, ref, user)
	named := x.named(of, ref, leads)
	switch {
	case len(leads) > 0 && x.lists(of):
		return sharedFile, depgraph.Unaffected, "the file lists the addresses of those that use it"
	case slices.ContainsFunc(named, func(i int) bool { return of.users[i] == user }):
		return 1, 0, ""
	case len(named) > 0:
		return sharedFile, depgraph.Unaffected, "it names " + path.Base(x.l.ids[of.users[named[0]]].Name)
	case of.isOfAnother(setting):
		return sharedFile, depgraph.Unaffected, "settings like it name one of those that use the file, this one none"
	}
	return sharedFile, 0, ""
}
