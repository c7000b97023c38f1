package graphjson

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads graphs in their JSON form.
var Source = ingest.Define(ingest.Spec{
	Name: depgraph.WireFormat,
	Doc: ingest.Doc{
		Title: "A graph in Fateline's JSON form",
		Text: "Nodes, requirements, drills, unresolved names and the ledger as they were linked, with their origins. " +
			"Any program that writes this form is a source: pipe it into `fateline scan -`.",
		Reads:  []string{"JSON with schema: " + depgraph.Schema},
		Limits: "The whole graph is held in memory twice while it is read.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

// schema finds any version of the form: one that does not exist is an error, and
// not a file that nobody reads.
var schema = regexp.MustCompile(`"schema"\s*:\s*"fateline\.graph/`)

func claim(path string, head []byte) (string, bool) { return path, schema.Match(head) }

// document is a [depgraph.Wire] whose records know their places.
type document struct {
	Schema       placed[string]                     `json:"schema"`
	Nodes        []placed[depgraph.WireNode]        `json:"nodes"`
	Requirements []placed[depgraph.WireRequirement] `json:"requirements"`
	Drills       []placed[depgraph.WireDrill]       `json:"drills"`
	Unresolved   []placed[depgraph.WireUnresolved]  `json:"unresolved"`
	Inputs       []placed[depgraph.WireInput]       `json:"inputs"`
}

type placed[T any] struct {
	at     strict.Pos
	is     T
	broken bool // it was complained about, and counts for nothing
}

func (p *placed[T]) UnmarshalStrict(v strict.Value) error {
	p.at = v.Pos()
	err := v.Decode(&p.is)
	p.broken = err != nil
	return err
}

// sound returns the records that were decoded without an error.
func sound[T any](records []placed[T]) []placed[T] {
	return slices.DeleteFunc(records, func(p placed[T]) bool { return p.broken })
}

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

// readFile reads one graph. A record that makes no sense is recorded, and the
// others are kept.
func readFile(f *ingest.File, frag *link.Fragment) error {
	data, err := f.Bytes()
	if err != nil {
		return err
	}
	doc, err := strict.JSON(data, strict.Limits{Nodes: len(data) + 1})
	if err != nil {
		return err
	}
	f.Proven()
	f.Counted(1)
	var d document
	if err := doc.Decode(&d); err != nil {
		f.Fail(err)
	}
	if d.Schema.is != depgraph.Schema {
		return at(d.Schema.at, fmt.Errorf("schema %q: want %q", d.Schema.is, depgraph.Schema))
	}
	r := reader{f, frag}
	for _, w := range sound(d.Nodes) {
		r.node(&w)
	}
	for _, w := range sound(d.Requirements) {
		r.requirement(&w)
	}
	for _, w := range sound(d.Drills) {
		drill, err := w.is.Drill()
		if r.check(w.at, err) {
			r.frag.Drills = append(r.frag.Drills, drill)
		}
	}
	for _, w := range sound(d.Unresolved) {
		u, err := w.is.Unresolved()
		if r.check(w.at, err) {
			r.frag.Unresolved = append(r.frag.Unresolved, u)
		}
	}
	for _, w := range sound(d.Inputs) {
		in, err := w.is.Input()
		if r.check(w.at, err) {
			r.file.Carried(in)
		}
	}
	return nil
}

func at(p strict.Pos, err error) error {
	return &strict.Error{ID: strict.BadValue, Line: p.Line, Col: p.Col, Msg: err.Error()}
}

// reader turns records into definitions and linked requirements.
type reader struct {
	file *ingest.File
	frag *link.Fragment
}

// check records the error of a record and reports whether there was none.
func (r reader) check(p strict.Pos, err error) bool {
	if err != nil {
		r.file.Fail(at(p, err))
	}
	return err == nil
}

func (r reader) node(w *placed[depgraph.WireNode]) {
	n, origins, err := w.is.Node()
	if err == nil && n.ID.IsZero() {
		err = fmt.Errorf("a node without an id")
	}
	if err == nil && n.Standby != nil && n.ID.Kind.IsPlace() {
		err = fmt.Errorf("node %s: a place cannot be a standby", n.ID)
	}
	if !r.check(w.at, err) {
		return
	}
	if len(origins) == 0 && reflect.DeepEqual(n, depgraph.Node{ID: n.ID}) {
		return // only named by a requirement, which brings it along
	}
	for _, o := range r.origins(origins, w.at) {
		r.frag.Definitions = append(r.frag.Definitions, link.Definition{Node: n, Origin: o})
	}
}

func (r reader) requirement(w *placed[depgraph.WireRequirement]) {
	q, err := w.is.Requirement()
	switch {
	case err != nil:
	case q.Owner.IsZero():
		err = fmt.Errorf("a requirement without an owner")
	case len(q.Members) == 0:
		err = fmt.Errorf("requirement of %s: no members", q.Owner)
	}
	if !r.check(w.at, err) {
		return
	}
	q.Origins = r.origins(q.Origins, w.at)
	r.frag.Linked = append(r.frag.Linked, q)
}

// origins returns the origins of a record, which is its own where it names none.
func (r reader) origins(os []depgraph.Origin, p strict.Pos) []depgraph.Origin {
	if len(os) == 0 {
		return []depgraph.Origin{r.file.Origin(p.Line, p.Col)}
	}
	return os
}
