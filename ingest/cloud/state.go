package cloud

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// tool emits the node that stands for applying a stack: what it needs is the state that
// it keeps, and the states of other stacks that it reads.
// A printed state has none: who applies it is not in it.
func (e *Emitter) tool(s *Stack) depgraph.ID {
	if s.Backend == nil && len(s.Reads) == 0 && !s.Applies {
		return depgraph.ID{}
	}
	id := depgraph.ID{Kind: depgraph.KindTool, Name: s.Tool + "/" + s.title()}
	d := link.Definition{Node: depgraph.Node{ID: id, Title: applying(s)}, Origin: s.File.Origin(1, 1)}
	if b := s.Backend; b != nil {
		d.Origin = origin(b.File, b.Line, b.Column, "backend", 1)
		d.Names = append(d.Names, link.Name{Space: spaceState, Text: b.Name()})
		e.store(id, *b)
		if b.Table != "" {
			other := lockTable(b.Table)
			e.keptIn(id, *b, link.ID(other), other, "lock table")
		}
	}
	e.Fragment.Definitions = append(e.Fragment.Definitions, d)
	for _, b := range s.Reads {
		e.store(id, b)
		if b.Key != "" {
			e.refer(id, origin(b.File, b.Line, b.Column, "remote state", 1), depgraph.Terms{IfLost: depgraph.Unaffected, Via: depgraph.Reads},
				link.Target{Name: link.Name{Space: spaceState, Text: b.Name()}, Else: depgraph.ID{Kind: depgraph.KindTool, Name: "terraform-state/" + b.Name()}, Quiet: true})
		}
	}
	return id
}

// managed emits what a resource cannot be changed without: what its provider talks to. That
// is a need of the resources of this provider alone; the others of the stack are
// applied all the same.
func (e *Emitter) managed(res *Resource) {
	for _, x := range res.Through {
		if x.Target != nil && x.Target.Kind != "" && !x.Target.Data {
			e.need(e.ID(res), origin(x.File, x.Line, x.Column, x.Attr, 0.7), depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Deploy), Via: depgraph.Calls}, []link.Target{{Name: link.ID(e.ID(x.Target))}})
		}
	}
}

// title is what people call a stack, also where it is the scanned directory itself.
func (s *Stack) title() string {
	if s.Name == "" {
		return s.File.Root()
	}
	return s.Name
}

func applying(s *Stack) string {
	if s.Tool == "terraform" {
		return "terraform apply of " + s.title()
	}
	return s.Tool + " stack " + s.title()
}

// lockTable is the id that a lock table goes by where no input defines it, and an
// alias of the table that does.
func lockTable(name string) depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindDatastore, Name: "dynamodb/" + name}
}

// store is the need for the place that a state is kept in.
func (e *Emitter) store(owner depgraph.ID, b Backend) {
	if b.Bucket == "" || b.Kind == "local" || strings.ContainsAny(b.Bucket, "${ ") {
		return
	}
	e.keptIn(owner, b, link.Name{Space: spaceBucket, Text: b.Bucket}, depgraph.ID{Kind: depgraph.KindDatastore, Name: b.Kind + "/" + b.Bucket}, "state")
}

func (e *Emitter) keptIn(owner depgraph.ID, b Backend, n link.Name, otherwise depgraph.ID, note string) {
	e.refer(owner, origin(b.File, b.Line, b.Column, note, 1), depgraph.Terms{Via: depgraph.Reads}, link.Target{Name: n, Else: otherwise, Quiet: true})
}

func origin(f *ingest.File, line, column int, note string, confidence float64) depgraph.Origin {
	o := f.Origin(line, column)
	o.Note, o.Confidence = note, confidence
	return o
}
