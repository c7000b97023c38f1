package terraform

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// tool emits the node that stands for applying a root: what it needs is the state
// it keeps, and the states of other roots that it reads. A printed state has none:
// who applies it is not in it.
func (e *emitter) tool(r *root) depgraph.ID {
	if r.backend == nil && len(r.reads) == 0 {
		return depgraph.ID{}
	}
	name := r.name
	if name == "" {
		name = r.file.Root()
	}
	id := depgraph.ID{Kind: depgraph.KindTool, Name: "terraform/" + name}
	at := r.file.Origin(1, 1)
	d := link.Definition{Node: depgraph.Node{ID: id, Title: "terraform apply of " + name}, Origin: at}
	if b := r.backend; b != nil {
		d.Origin = origin(b.file, b.line, b.column, "backend", 1)
		d.Names = append(d.Names, link.Name{Space: spaceState, Text: b.name()})
		e.store(id, *b)
		if b.table != "" {
			e.keptIn(id, *b, link.Name{Space: link.SpaceID, Text: "datastore:dynamodb/" + b.table}, depgraph.ID{Kind: depgraph.KindDatastore, Name: "dynamodb/" + b.table}, "lock table")
		}
	}
	e.fragment.Definitions = append(e.fragment.Definitions, d)
	for _, b := range r.reads {
		e.store(id, b)
		if b.key != "" {
			e.refer(id, origin(b.file, b.line, b.column, "remote state", 1), depgraph.Terms{IfLost: depgraph.Unaffected, Via: depgraph.Reads},
				link.Target{Name: link.Name{Space: spaceState, Text: b.name()}, Else: depgraph.ID{Kind: depgraph.KindTool, Name: "terraform-state/" + b.name()}, Quiet: true})
		}
	}
	return id
}

// store is the need for the place that a state is kept in.
func (e *emitter) store(owner depgraph.ID, b backend) {
	if b.bucket == "" || b.kind == "local" || strings.ContainsAny(b.bucket, "${ ") {
		return
	}
	e.keptIn(owner, b, link.Name{Space: spaceBucket, Text: b.bucket}, depgraph.ID{Kind: depgraph.KindDatastore, Name: b.kind + "/" + b.bucket}, "state")
}

func (e *emitter) keptIn(owner depgraph.ID, b backend, n link.Name, otherwise depgraph.ID, note string) {
	e.refer(owner, origin(b.file, b.line, b.column, note, 1), depgraph.Terms{Via: depgraph.Reads}, link.Target{Name: n, Else: otherwise, Quiet: true})
}
