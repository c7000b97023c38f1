package link

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// selections answers selectors, in the logarithm of the definitions for a
// directory and in their number for anything else; equal selectors are answered once.
type selections struct {
	l       *linker
	byPath  []int32 // definitions sorted by input
	byFile  users   // nil until asked, as are the next two
	classOf map[*Definition]int32
	scopes  map[int32]string // nil until asked
	known   map[string][]int32

	shared    map[string]*sharing     // files that several use, by the selector's key
	byFileKey map[string][]*Reference // of users of files; nil until asked
}

func newSelections(l *linker) *selections {
	return &selections{l: l, known: map[string][]int32{}, shared: map[string]*sharing{}}
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
		if prefix != "" && rest != "" && rest[0] != '/' || s.Flat && strings.Contains(strings.TrimPrefix(rest, "/"), "/") {
			continue
		}
		if d.Weak && len(s.Kinds) == 0 {
			continue // a file that mentions an image or implies an API server does not define it
		}
		if (s.Source == "" || s.Source == d.Origin.Source) && s.matches(&d.Node) {
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
		x.byFile = usersOf(x.l.defs)
		x.classOf = make(map[*Definition]int32, len(x.l.defs))
		for i, d := range x.l.defs {
			x.classOf[d] = x.l.of[i]
		}
	}
	var out []int32
	found := x.byFile.of(s.File)
	if len(found) == 0 && s.Built {
		found = x.byFile.builtAround(s.File)
	}
	for _, d := range found {
		if s.matches(&d.Node) {
			out = append(out, x.l.root(x.classOf[d]))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
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

// neverMeant are the kinds of what a file only mentions: a selector that selects
// what was read from a directory does not mean its zones.
var neverMeant = []depgraph.Kind{
	depgraph.KindGroup, depgraph.KindProvider, depgraph.KindRegion, depgraph.KindFacility, depgraph.KindZone,
	depgraph.KindExternal, depgraph.KindHuman,
}

// matches reports whether a definition has a kind and the labels that s wants.
func (s Selector) matches(n *depgraph.Node) bool {
	if len(s.Kinds) > 0 && !slices.Contains(s.Kinds, n.ID.Kind) || len(s.Kinds) == 0 && slices.Contains(neverMeant, n.ID.Kind) {
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
	if s.Built {
		parts = append(parts, "b")
	}
	if s.Flat {
		parts[0] += "\x02"
	}
	for _, k := range s.Kinds {
		parts = append(parts, "k"+string(k))
	}
	var labels []string
	for k, v := range s.Labels {
		labels = append(labels, "l"+k+"\x01"+v)
	}
	slices.Sort(labels)
	if s.Source != "" {
		parts = append(parts, "s"+s.Source)
	}
	return strings.Join(append(parts, labels...), "\x00")
}
