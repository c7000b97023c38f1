package catalogue

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Apply returns g with the requirements that the facts imply: a fact speaks only
// where nothing else says what the owner needs of that member in that phase. What
// a fact names is asked in turn, so that facts chain. It costs O(nodes * facts of
// their kind), BenchmarkApply.
func (c *Catalogue) Apply(g *depgraph.Graph) (*depgraph.Graph, error) {
	a := &application{Catalogue: c, g: g, named: map[depgraph.ID]bool{}}
	for n := range g.Nodes() {
		a.node(n.ID, n.Labels)
	}
	for len(a.queue) > 0 {
		id := a.queue[0]
		a.queue = a.queue[1:]
		a.node(id, nil)
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

func (a *application) node(id depgraph.ID, labels map[string]string) {
	for _, kind := range []depgraph.Kind{id.Kind, "*"} {
		for _, f := range a.byKind[kind] {
			if f.speaksOf(labels) {
				a.fact(f, id)
			}
		}
	}
}

// fact records what one fact says of one node.
func (a *application) fact(f *Fact, id depgraph.ID) {
	members, ok := f.members(id)
	if !ok {
		return
	}
	r := depgraph.Requirement{Owner: id, Members: members, Terms: f.terms, Origins: []depgraph.Origin{a.origin(id, f)}}
	if a.said(r) {
		return
	}
	for _, member := range members {
		if !a.named[member] && a.g.Node(member) == nil {
			a.queue = append(a.queue, member)
		}
		a.named[member] = true
	}
	a.implied = append(a.implied, r)
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
