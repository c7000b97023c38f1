package link

import (
	"path"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// users are definitions by the files that they use, as they list them under
// [SpacePath].
type users map[string][]*Definition

func usersOf(defs []*Definition) users {
	u := users{}
	for _, d := range defs {
		if d.Of != "" {
			continue
		}
		for _, n := range d.Names {
			if n.Space == SpacePath {
				file := path.Clean(n.Text)
				u[file] = append(u[file], d)
			}
		}
	}
	return u
}

// of returns the definitions that use a file, or else the nearest directory around
// it that anything uses.
func (u users) of(file string) []*Definition {
	for file = path.Clean(file); ; file = path.Dir(file) {
		if found := u[file]; len(found) > 0 {
			return found
		}
		if file == "." || file == "/" {
			return nil
		}
	}
}

// builtAround returns the definitions that use the Dockerfile in the nearest
// directory around a file.
func (u users) builtAround(file string) []*Definition {
	for dir := path.Dir(path.Clean(file)); ; dir = path.Dir(dir) {
		for _, name := range []string{"Dockerfile", "Containerfile"} {
			if found := u[path.Join(dir, name)]; len(found) > 0 {
				return found
			}
		}
		if dir == "." || dir == "/" {
			return nil
		}
	}
}

// speakFor replaces every definition that speaks of the users of a file by one for
// each of them. Where nobody uses the file the definition stands for itself, as
// the one user there is.
func speakFor(defs []*Definition) []*Definition {
	if !slices.ContainsFunc(defs, func(d *Definition) bool { return d.Of != "" }) {
		return defs
	}
	u := usersOf(defs)
	out := make([]*Definition, 0, len(defs))
	for _, d := range defs {
		if d.Of == "" {
			out = append(out, d)
			continue
		}
		var named []depgraph.ID
		for _, user := range u.of(d.Of) {
			if slices.Contains(named, user.Node.ID) {
				continue
			}
			named = append(named, user.Node.ID)
			said := *d
			said.Node.ID, said.Names, said.Of, said.Weak = user.Node.ID, nil, "", user.Weak
			out = append(out, &said)
		}
		if len(named) == 0 {
			self := *d
			self.Of = ""
			self.Names = append(slices.Clone(d.Names), Name{Space: SpacePath, Text: d.Of})
			out = append(out, &self)
		}
	}
	return out
}
