package catalogue

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

//go:embed facts.yaml
var builtin []byte

// Catalogue is a list of facts and the nodes they speak of.
type Catalogue struct {
	Version string `json:"version"`
	Facts   []Fact `json:"facts"`
	Nodes   []Node `json:"nodes"`
}

// Fact says that whatever matches needs something.
type Fact struct {
	strict.Pos
	ID    string `json:"id"`    // kebab-case
	Match string `json:"match"` // "kind:name"; '*' stands for anything, '{x}' for anything without '/', for use in Needs
	// Labels must be what the node carries; Unless must not.
	Labels     map[string]string `json:"labels"`
	Unless     map[string]string `json:"unless"`
	Needs      []string          `json:"needs"` // ids, any of which suffices; {x} is filled in
	Phase      []string          `json:"phase"` // default run
	IfLost     string            `json:"ifLost"`
	Lasts      string            `json:"lasts"`
	Via        string            `json:"via"`
	Confidence float64           `json:"confidence"` // default 0.8
	Note       string            `json:"note"`
	Source     string            `json:"source"` // where it can be checked

	match *regexp.Regexp
	terms depgraph.Terms
}

// Node is what a fact names and no input may know: its attributes.
type Node struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Window string `json:"window"`
	Staged bool   `json:"staged"`
	Source string `json:"source"`
}

// Builtin returns the catalogue that comes with the program.
var Builtin = sync.OnceValue(func() *Catalogue {
	c, err := Parse(builtin)
	if err != nil {
		panic("catalogue: the built-in one: " + err.Error()) // a test reads it
	}
	return c
})

// Parse reads a catalogue.
func Parse(data []byte) (*Catalogue, error) {
	docs, err := strict.YAML(data, strict.Limits{})
	if err != nil {
		return nil, err
	}
	c := &Catalogue{}
	for _, d := range docs {
		var part Catalogue
		if err := d.Decode(&part); err != nil {
			return nil, err
		}
		c.Facts, c.Nodes = append(c.Facts, part.Facts...), append(c.Nodes, part.Nodes...)
		if part.Version != "" {
			c.Version = part.Version
		}
	}
	seen := map[string]bool{}
	for i := range c.Facts {
		f := &c.Facts[i]
		if err := f.compile(); err != nil {
			return nil, &strict.Error{ID: strict.BadValue, Line: f.Line, Col: f.Col, Msg: fmt.Sprintf("fact %q: %v", f.ID, err)}
		}
		if seen[f.ID] {
			return nil, &strict.Error{ID: strict.BadValue, Line: f.Line, Col: f.Col, Msg: fmt.Sprintf("fact %q again", f.ID)}
		}
		seen[f.ID] = true
	}
	return c, nil
}

var (
	kebab       = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	placeholder = regexp.MustCompile(`\\\{([a-z]+)\\\}`)
)

func (f *Fact) compile() error {
	if !kebab.MatchString(f.ID) || f.Source == "" || f.Note == "" || len(f.Needs) == 0 {
		return fmt.Errorf("want a kebab-case id, match, needs, note and source")
	}
	kind, name, found := strings.Cut(f.Match, ":")
	if !found {
		return fmt.Errorf("match %q: want kind:name", f.Match)
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(kind)+":"+regexp.QuoteMeta(name), `\*`, `.*`)
	pattern = placeholder.ReplaceAllString(pattern, `(?P<$1>[^/]+?)`)
	var err error
	if f.match, err = regexp.Compile("^" + pattern + "$"); err != nil {
		return err
	}
	if f.Confidence == 0 {
		f.Confidence = 0.8
	}
	f.terms.Via = depgraph.Via(f.Via)
	for _, p := range f.Phase {
		phase, err := depgraph.ParsePhase(p)
		if err != nil {
			return err
		}
		f.terms.Phases |= depgraph.PhasesOf(phase)
	}
	if f.IfLost != "" {
		if f.terms.IfLost, err = depgraph.ParseIfLost(f.IfLost); err != nil {
			return err
		}
	}
	if f.Lasts != "" {
		if f.terms.Lasts, err = time.ParseDuration(f.Lasts); err != nil {
			return err
		}
	}
	return nil
}

// Apply returns g with the requirements that the facts imply: a fact speaks only
// where nothing else says what the owner needs of that member in that phase. What
// a fact names is asked in turn, so that facts chain. It costs O(nodes * facts).
func (c *Catalogue) Apply(g *depgraph.Graph) (*depgraph.Graph, error) {
	a := &application{Catalogue: c, g: g, named: map[depgraph.ID]bool{}}
	for n := range g.Nodes() {
		a.node(n)
	}
	for len(a.queue) > 0 {
		id := a.queue[0]
		a.queue = a.queue[1:]
		a.node(&depgraph.Node{ID: id})
	}
	if len(a.implied) == 0 {
		return g, nil
	}
	b := g.Builder()
	for _, r := range a.implied {
		b.AddRequirement(r)
	}
	for _, n := range c.Nodes {
		if id, err := depgraph.ParseID(n.ID); err == nil && a.named[id] && g.Node(id) == nil {
			b.AddNode(depgraph.Node{ID: id, Title: n.Title, Window: n.Window, Staged: n.Staged}, origin(n.Source, 1))
		}
	}
	return b.Build()
}

func origin(note string, confidence float64) depgraph.Origin {
	return depgraph.Origin{Input: "common-knowledge", Source: "catalogue", Basis: depgraph.Implied, Confidence: confidence, Note: note}
}

// application is one use of a catalogue.
type application struct {
	*Catalogue
	g       *depgraph.Graph
	implied []depgraph.Requirement
	named   map[depgraph.ID]bool
	queue   []depgraph.ID // named by facts, not yet asked
}

func (a *application) node(n *depgraph.Node) {
	id := n.ID.String()
	for i := range a.Facts {
		f := &a.Facts[i]
		m := f.match.FindStringSubmatch(id)
		if m == nil || !f.applies(n.Labels) {
			continue
		}
		r := depgraph.Requirement{Owner: n.ID, Terms: f.terms, Origins: []depgraph.Origin{a.origin(n.ID, f)}}
		for _, text := range f.Needs {
			member, err := depgraph.ParseID(filled(text, f.match.SubexpNames(), m))
			if err == nil && member != n.ID {
				r.Members = append(r.Members, member)
			}
		}
		if len(r.Members) == 0 || a.said(r) {
			continue
		}
		for _, member := range r.Members {
			if !a.named[member] && a.g.Node(member) == nil {
				a.queue = append(a.queue, member)
			}
			a.named[member] = true
		}
		a.implied = append(a.implied, r)
	}
}

// origin says that a fact is common knowledge, at the place where an input speaks
// of the node that it is applied to.
func (a *application) origin(owner depgraph.ID, f *Fact) depgraph.Origin {
	o := origin(f.ID+": "+f.Note+" ("+f.Source+")", f.Confidence)
	if places := a.g.NodeOrigins(owner); len(places) > 0 {
		o.Input, o.Line, o.Col = places[0].Input, places[0].Line, places[0].Col
	}
	return o
}

func (f *Fact) applies(labels map[string]string) bool {
	for _, k := range slices.Sorted(maps.Keys(f.Labels)) {
		if labels[k] != f.Labels[k] {
			return false
		}
	}
	for _, k := range slices.Sorted(maps.Keys(f.Unless)) {
		if labels[k] == f.Unless[k] {
			return false
		}
	}
	return true
}

func filled(text string, names, values []string) string {
	for i, name := range names {
		if name != "" {
			text = strings.ReplaceAll(text, "{"+name+"}", values[i])
		}
	}
	return text
}

// said reports whether an input already says what r says: the same owner needs one
// of the members in one of the phases.
func (a *application) said(r depgraph.Requirement) bool {
	for q := range a.g.Needs(r.Owner) {
		if q.Terms.Phases.Intersects(r.Terms.Phases) && slices.ContainsFunc(r.Members, func(m depgraph.ID) bool { return slices.Contains(q.Members, m) }) {
			return true
		}
	}
	return false
}
