package catalogue

import (
	"regexp"
	"slices"
	"strings"

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
			a.fact(f, id, labels)
		}
	}
	for _, typ := range resourceTypes(id, labels) {
		for _, f := range a.byResource[typ] {
			a.fact(f, id, labels)
		}
	}
}

// resourceTypes returns the types of resource that a node may be of: what its label
// says, and the words of an address such as dir/module.db["a/b"].aws_db_instance.main.
func resourceTypes(id depgraph.ID, labels map[string]string) []string {
	var out []string
	if typ := labels[LabelResource]; typ != "" {
		out = append(out, typ)
	}
	if strings.IndexByte(id.Name, '_') < 0 {
		return out
	}
	name := instanceKey.ReplaceAllString(id.Name, "")
	for word := range strings.SplitSeq(name[strings.LastIndexByte(name, '/')+1:], ".") {
		if strings.IndexByte(word, '_') > 0 && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return out
}

// instanceKey is the [0] or ["key"] behind a name in an address.
var instanceKey = regexp.MustCompile(`\[(\d+|"[^"]*")\]`)

// fact records what one fact says of one node.
func (a *application) fact(f *Fact, id depgraph.ID, labels map[string]string) {
	if !f.carries(labels) {
		return
	}
	filled, ok := f.bind(id)
	if !ok {
		return
	}
	if f.regional {
		region := a.region(id)
		if region == "" {
			return
		}
		filled = append(filled, "{region}", region)
	}
	r := depgraph.Requirement{Owner: id, Terms: f.terms, Origins: []depgraph.Origin{a.origin(id, f)}}
	fill := strings.NewReplacer(filled...)
	for _, text := range f.Needs {
		if member, err := depgraph.ParseID(fill.Replace(text)); err == nil && member != id {
			r.Members = append(r.Members, member)
		}
	}
	if len(r.Members) == 0 || a.said(r) {
		return
	}
	for _, member := range r.Members {
		if !a.named[member] && a.g.Node(member) == nil {
			a.queue = append(a.queue, member)
		}
		a.named[member] = true
	}
	a.implied = append(a.implied, r)
}

// region returns the name of the only region in which a node may stand, by its
// placements and those of its places; "" where there is none or more than one.
func (a *application) region(id depgraph.ID) string {
	seen := map[depgraph.ID]bool{id: true}
	queue := []depgraph.ID{id}
	region := ""
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if at.Kind == depgraph.KindRegion {
			if region != "" && region != at.Name {
				return ""
			}
			region = at.Name
			continue
		}
		for q := range a.g.Needs(at) {
			if q.Terms.Via != depgraph.PlacedIn {
				continue
			}
			for _, m := range q.Members {
				if !seen[m] {
					seen[m] = true
					queue = append(queue, m)
				}
			}
		}
	}
	return region
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
