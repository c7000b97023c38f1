package catalogue

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

//go:embed facts
var builtin embed.FS

// Catalogue is a list of facts and the nodes they speak of. Its facts are sorted
// by id. A Catalogue never changes once it is made, so goroutines may share it.
type Catalogue struct {
	Version string // of the facts, as "2026-11"; "" where a file states none
	Facts   []Fact
	Nodes   []Node

	byKind     map[depgraph.Kind][]*Fact // those that match, by what they match; "*" is any kind
	byResource map[string][]*Fact        // the others, by the type of resource
}

// file is the form of a catalogue's file. Fields are named by their json tags; one
// that is not here is an error.
type file struct {
	Version string `json:"version"`
	Facts   []Fact `json:"facts"`
	Nodes   []Node `json:"nodes"`
}

// Builtin returns the catalogue that comes with the program.
var Builtin = sync.OnceValue(func() *Catalogue {
	c := &Catalogue{}
	err := fs.WalkDir(builtin, "facts", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := builtin.ReadFile(name)
		if err != nil {
			return err
		}
		part, err := Parse(name, data)
		if err != nil {
			return err
		}
		for i := range part.Facts {
			if id := part.Facts[i].ID; c.Fact(id) != nil {
				return fmt.Errorf("%s: fact %q stands in another file", name, id)
			}
		}
		c = c.Merge(part)
		return nil
	})
	if err != nil {
		panic("catalogue: the built-in one: " + err.Error()) // a test reads it
	}
	return c
})

// Parse reads a catalogue, one or several YAML documents. It forgives nothing: the
// error joins all that is wrong, each as "name:line:column: what". The name is
// that of the file, for messages.
func Parse(name string, data []byte) (*Catalogue, error) {
	docs, err := strict.YAML(data, strict.Limits{})
	if err != nil {
		return nil, placed(name, err)
	}
	var all file
	var errs []error
	for _, d := range docs {
		var part file
		errs = append(errs, strict.Errors(d.Decode(&part))...)
		all.Facts, all.Nodes = append(all.Facts, part.Facts...), append(all.Nodes, part.Nodes...)
		if part.Version != "" {
			all.Version = part.Version
		}
	}
	if len(errs) == 0 { // what has another form has no meaning to judge
		errs = all.check()
	}
	if len(errs) > 0 {
		return nil, placed(name, errors.Join(errs...))
	}
	return newCatalogue(all.Version, all.Facts, all.Nodes), nil
}

// check compiles the facts and says what is wrong with them.
func (c *file) check() []error {
	var errs []error
	bad := func(at strict.Pos, format string, args ...any) {
		errs = append(errs, &strict.Error{ID: strict.BadValue, Line: at.Line, Col: at.Col, Msg: fmt.Sprintf(format, args...)})
	}
	seen := map[string]bool{}
	for i := range c.Facts {
		f := &c.Facts[i]
		if err := f.compile(); err != nil {
			bad(f.Pos, "fact %q: %v", f.ID, err)
		}
		if seen[f.ID] {
			bad(f.Pos, "fact %q again", f.ID)
		}
		seen[f.ID] = true
	}
	for i := range c.Nodes {
		n := &c.Nodes[i]
		if _, err := depgraph.ParseID(n.ID); err != nil {
			bad(n.Pos, "node: %v", err)
		} else if n.Source == "" {
			bad(n.Pos, "node %q: want a source where it can be checked", n.ID)
		}
	}
	return errs
}

// placed puts the name of the file before each error.
func placed(name string, err error) error {
	if name == "" {
		return err
	}
	var errs []error
	for _, e := range strict.Errors(err) {
		errs = append(errs, fmt.Errorf("%s:%w", name, e))
	}
	return errors.Join(errs...)
}

func newCatalogue(version string, facts []Fact, nodes []Node) *Catalogue {
	c := &Catalogue{Version: version, Facts: facts, Nodes: nodes, byKind: map[depgraph.Kind][]*Fact{}, byResource: map[string][]*Fact{}}
	slices.SortFunc(c.Facts, compareFacts)
	for i := range c.Facts {
		f := &c.Facts[i]
		for _, typ := range f.Resource {
			c.byResource[typ] = append(c.byResource[typ], f)
		}
		if len(f.Resource) == 0 {
			for kind := range f.kinds() {
				c.byKind[kind] = append(c.byKind[kind], f)
			}
		}
	}
	return c
}

// Fact returns the fact of an id, nil where there is none.
func (c *Catalogue) Fact(id string) *Fact {
	at, found := slices.BinarySearchFunc(c.Facts, Fact{ID: id}, compareFacts)
	if !found {
		return nil
	}
	return &c.Facts[at]
}

// Merge returns a catalogue with the facts and nodes of both. Where both speak of
// one id, other is heard: a user may replace what comes with the program.
func (c *Catalogue) Merge(other *Catalogue) *Catalogue {
	facts := slices.Clone(other.Facts)
	for i := range c.Facts {
		if other.Fact(c.Facts[i].ID) == nil {
			facts = append(facts, c.Facts[i])
		}
	}
	nodes := slices.Clone(other.Nodes)
	for _, n := range c.Nodes {
		if !slices.ContainsFunc(other.Nodes, func(o Node) bool { return o.ID == n.ID }) {
			nodes = append(nodes, n)
		}
	}
	version := c.Version
	if version == "" {
		version = other.Version
	}
	return newCatalogue(version, facts, nodes)
}

// Without returns a catalogue that lacks the facts of these ids. An id that is not
// in the catalogue is an error, which names the nearest one that is.
func (c *Catalogue) Without(ids ...string) (*Catalogue, error) {
	var errs []error
	for _, id := range ids {
		if c.Fact(id) != nil {
			continue
		}
		names := make([]string, len(c.Facts))
		for i := range c.Facts {
			names[i] = c.Facts[i].ID
		}
		err := fmt.Errorf("no fact is called %q", id)
		if near := strict.Nearest(id, names); near != "" {
			err = fmt.Errorf("%w, did you mean %q?", err, near)
		}
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	kept := slices.DeleteFunc(slices.Clone(c.Facts), func(f Fact) bool { return slices.Contains(ids, f.ID) })
	return newCatalogue(c.Version, kept, c.Nodes), nil
}
