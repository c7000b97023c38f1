package link

import (
	"slices"
	"strings"
)

func seenFromOwner(ref *Reference) bool {
	return slices.ContainsFunc(ref.Members, func(t Target) bool { return t.Name.Scope == OwnerScope })
}

// rescoped returns ref with its targets looked up in scope, that of its owner. The
// name of a service means the one of that name next to the owner, if there is one. An
// owner that is known by name alone stands nowhere: then a bare host is the name of a
// service. So it is where no host of that name is next to the owner, and a service is that
// calls itself so: clients of a registry write its names as hosts.
func (x *selections) rescoped(ref *Reference, scope string) *Reference {
	l := x.l
	out := *ref
	out.Members = slices.Clone(ref.Members)
	for i := range out.Members {
		n := &out.Members[i].Name
		if n.Scope != OwnerScope {
			continue
		}
		n.Scope = scope
		switch {
		case n.Space == SpaceService && scope != "":
			if beside := Host(scope, n.Text); len(l.lookup(beside.normal()).strong) > 0 {
				*n = beside
			}
		case n.Space == SpaceHost && scope == "" && ref.Owners == nil && !strings.Contains(n.Text, "."):
			n.Space = SpaceService
		case n.Space == SpaceHost && scope != "" && !strings.Contains(n.Text, ".") && l.resolve(*n).isMiss():
			if named := (Name{Space: SpaceService, Text: n.Text}); x.stands(named, scope) {
				*n = named
			}
		}
	}
	return &out
}

// stands reports whether a name is that of one node, which looks names up in a scope.
func (x *selections) stands(n Name, scope string) bool {
	to := x.l.resolve(n).to
	return to != nil && to.kind == leaf && x.scope(to.node) == scope
}
