// Package graphjson reads back what `fateline graph -f json` wrote, and what any
// other program writes in that form: schema fateline.graph/v1.
package graphjson

import (
	"context"
	"reflect"
	"regexp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads graphs in their JSON form.
var Source = ingest.Define(ingest.Spec{
	Name: "graph",
	Doc: ingest.Doc{
		Title: "A graph in Fateline's JSON form",
		Text: "Nodes, requirements, drills and unresolved names as they were linked, with their origins. " +
			"Any program that writes this form is a source: pipe it into `fateline scan -`.",
		Reads:  []string{"JSON with schema: " + depgraph.Schema},
		Limits: "The ledger of the run that wrote it is kept as notes: an input that was incomplete then makes this one partial.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

var schema = regexp.MustCompile(`"schema"\s*:\s*"fateline\.graph/`)

func claim(path string, head []byte) (string, bool) { return path, schema.Match(head) }

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	frag := &link.Fragment{}
	for _, f := range u.Files {
		if err := ctx.Err(); err != nil {
			return frag, err
		}
		if err := readFile(f, frag); err != nil {
			f.Fail(err)
		}
	}
	return frag, nil
}

func readFile(f *ingest.File, frag *link.Fragment) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	var w depgraph.Wire
	if err := strict.DecodeJSON(data, &w); err != nil {
		return err
	}
	if w.Schema != depgraph.Schema {
		return &strict.Error{ID: strict.BadValue, Line: 1, Col: 1, Msg: "schema " + w.Schema + ": want " + depgraph.Schema}
	}
	r := reader{f, frag}
	for i := range w.Nodes {
		r.node(&w.Nodes[i])
	}
	for i := range w.Requirements {
		r.requirement(&w.Requirements[i])
	}
	r.rest(&w)
	return nil
}

// reader turns records into definitions and references that say exactly what the
// graph said: nothing in it is a name to resolve.
type reader struct {
	file *ingest.File
	frag *link.Fragment
}

func (r reader) node(w *depgraph.WireNode) {
	n, origins, err := w.Node()
	if err != nil {
		r.file.Fail(err)
		return
	}
	if len(origins) == 0 && reflect.DeepEqual(n, depgraph.Node{ID: n.ID}) {
		return // only named by a requirement, which brings it along
	}
	if len(origins) == 0 {
		origins = []depgraph.Origin{r.file.Origin(0, 0)}
	}
	for _, o := range origins {
		r.frag.Definitions = append(r.frag.Definitions, link.Definition{Node: n, Origin: o})
	}
}

func (r reader) requirement(w *depgraph.WireRequirement) {
	q, err := w.Requirement()
	if err != nil {
		r.file.Fail(err)
		return
	}
	if len(q.Members) == 0 {
		r.file.Fail(&strict.Error{ID: strict.BadValue, Msg: "requirement of " + w.Owner + ": no members"})
		return
	}
	if len(q.Origins) == 0 {
		q.Origins = []depgraph.Origin{r.file.Origin(0, 0)}
	}
	r.frag.Linked = append(r.frag.Linked, q)
}

// rest takes over drills, unresolved names and the ledger.
func (r reader) rest(w *depgraph.Wire) {
	for i := range w.Drills {
		d, err := w.Drills[i].Drill()
		if err != nil {
			r.file.Fail(err)
			continue
		}
		r.frag.Drills = append(r.frag.Drills, d)
	}
	for i := range w.Unresolved {
		u, err := w.Unresolved[i].Unresolved()
		if err != nil {
			r.file.Fail(err)
			continue
		}
		r.frag.Unresolved = append(r.frag.Unresolved, u)
	}
	for i := range w.Inputs {
		in, err := w.Inputs[i].Input()
		switch {
		case err != nil:
			r.file.Fail(err)
		case in.Status.Incomplete():
			r.file.Fail(&strict.Error{ID: "incomplete-graph", Msg: "the graph was made from an incomplete input, " + in.Path + ": " + in.Reason})
		}
	}
}
