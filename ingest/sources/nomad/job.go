package nomad

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// group is a group of tasks of a job, as it is read.
type group struct {
	*specification
	id        depgraph.ID
	job, name string
	body      *hclsyntax.Body
}

func (s *specification) job(b *hclsyntax.Block) {
	name := b.Labels[0]
	typ := s.text(b.Body.Attributes["type"])
	kind := depgraph.KindService
	if typ == "batch" || typ == "sysbatch" || has(b.Body, "periodic") {
		kind = depgraph.KindJob
	}
	var groups []*hclsyntax.Block
	for _, inner := range b.Body.Blocks {
		switch {
		case inner.Type == "group" && len(inner.Labels) == 1:
			groups = append(groups, inner)
		case inner.Type == "task" && len(inner.Labels) == 1: // a job of one task may leave its group out
			groups = append(groups, &hclsyntax.Block{Type: "group", Labels: inner.Labels, TypeRange: inner.TypeRange, Body: &hclsyntax.Body{Blocks: hclsyntax.Blocks{inner}}})
		}
	}
	for _, inner := range groups {
		g := &group{specification: s, id: depgraph.ID{Kind: kind, Name: name + "/" + inner.Labels[0]}, job: name, name: inner.Labels[0], body: inner.Body}
		g.within(name, g.name, "")
		n := depgraph.Node{ID: g.id}
		if inner.Labels[0] == name || len(groups) == 1 {
			n.Aliases = []string{string(kind) + ":" + name}
		}
		note := ""
		if n.Replicas = s.count(inner.Body, typ); n.Replicas != nil && inner.Body.Attributes["count"] == nil {
			note = "count is 1 by default"
		}
		at := inner.TypeRange.Start
		o := s.file.Origin(at.Line, at.Column)
		o.Note = note
		s.fragment.Definitions = append(s.fragment.Definitions, link.Definition{Node: n, Names: g.names(), Origin: o})
		g.place(b.Body)
		g.place(inner.Body)
		g.read()
	}
}

func has(body *hclsyntax.Body, typ string) bool {
	for _, b := range body.Blocks {
		if b.Type == typ {
			return true
		}
	}
	return false
}

// count says how many of a group there are; a system job has one on each machine.
func (s *specification) count(body *hclsyntax.Body, typ string) *int {
	if typ == "system" || typ == "sysbatch" || has(body, "scaling") {
		return nil
	}
	one := 1
	a := body.Attributes["count"]
	if a == nil {
		return &one
	}
	if n, err := strconv.Atoi(s.text(a)); err == nil && n >= 0 {
		return &n
	}
	return nil
}

// blocks calls visit for the blocks of a type in the group and in its tasks.
func (g *group) blocks(typ string, visit func(b *hclsyntax.Block)) {
	for _, b := range g.body.Blocks {
		if b.Type == typ {
			visit(b)
		}
		if b.Type == "task" && len(b.Labels) == 1 {
			g.within(g.job, g.name, b.Labels[0])
			for _, inner := range b.Body.Blocks {
				if inner.Type == typ {
					visit(inner)
				}
			}
			g.within(g.job, g.name, "")
		}
	}
}

// names are those of the services that the group registers, in Consul's registry and
// in its domain name system.
func (g *group) names() []link.Name {
	var out []link.Name
	g.blocks("service", func(b *hclsyntax.Block) {
		if name := g.text(b.Body.Attributes["name"]); name != "" {
			out = append(out, registered(name), link.Host("", name+".service.consul"))
		}
	})
	return out
}

// registered is the name of a service in Consul's registry. Who asks the registry means
// what is registered there, and not a container or an object of the same name.
func registered(name string) link.Name {
	return link.Name{Space: link.SpaceService, Scope: "consul", Text: name}
}

// consul is what a question to the registry leads to.
func consul(name string) link.Target {
	return link.Target{Name: registered(name), Else: depgraph.ID{Kind: depgraph.KindService, Name: name}}
}

func (g *group) refer(at *hclsyntax.Attribute, note string, t depgraph.Terms, targets ...link.Target) {
	if len(targets) == 0 {
		return
	}
	o := g.file.Origin(at.SrcRange.Start.Line, at.SrcRange.Start.Column)
	o.Note = note
	g.fragment.References = append(g.fragment.References, link.Reference{Owner: link.ID(g.id), Members: targets, Terms: t, Form: link.Structured, Origin: o})
}

func place(kind depgraph.Kind, name string) link.Target {
	id := depgraph.ID{Kind: kind, Name: name}
	return link.Target{Name: link.ID(id), Else: id, Quiet: true}
}

// machine are the attributes of a constraint that name one machine.
var machine = regexp.MustCompile(`^\$\{(node\.unique\.name|attr\.unique\.hostname|node\.unique\.id)\}$`)

// place reads where a job or group may run: any of its datacenters, its region, the
// one machine that a constraint names.
func (g *group) place(body *hclsyntax.Body) {
	terms := depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: depgraph.PlacedIn}
	if a := body.Attributes["datacenters"]; a != nil {
		var any []link.Target
		for _, dc := range g.texts(a) {
			if strings.Contains(dc, "*") {
				any = nil
				break
			}
			if dc != "" {
				any = append(any, place(depgraph.KindFacility, dc))
			}
		}
		g.refer(a, "datacenters", terms, any...)
	}
	if a := body.Attributes["region"]; a != nil {
		if region := g.text(a); region != "" && region != "global" {
			g.refer(a, "region", terms, place(depgraph.KindRegion, region))
		}
	}
	for _, b := range body.Blocks {
		switch b.Type {
		case "constraint":
			value := b.Body.Attributes["value"]
			operator := g.text(b.Body.Attributes["operator"])
			if a := b.Body.Attributes["attribute"]; a != nil && value != nil && (operator == "" || operator == "=" || operator == "==") && machine.MatchString(source(g, a)) {
				if name := g.text(value); name != "" {
					g.refer(value, "constraint", terms, place(depgraph.KindHost, name))
				}
			}
		case "multiregion":
			var any []link.Target
			var at *hclsyntax.Attribute
			for _, r := range b.Body.Blocks {
				if r.Type == "region" && len(r.Labels) == 1 && r.Labels[0] != "" {
					any = append(any, place(depgraph.KindRegion, r.Labels[0]))
					at = &hclsyntax.Attribute{SrcRange: r.TypeRange}
				}
			}
			if at != nil {
				g.refer(at, "multiregion", terms, any...)
			}
		}
	}
}

// source returns the name inside "${...}", which is not for us to fill in, as written.
func source(g *group, a *hclsyntax.Attribute) string {
	used := a.Expr.Variables()
	if len(used) == 0 {
		return g.text(a)
	}
	var steps []string
	for _, step := range used[0] {
		if name, ok := stepName(step); ok {
			steps = append(steps, name)
		}
	}
	return "${" + strings.Join(steps, ".") + "}"
}

// found emits what an address in a string refers to.
func (g *group) found(r address.Ref, line, column int, note string) {
	o := g.file.Origin(line, column)
	o.Note, o.Confidence = note, r.Form.Confidence()
	g.fragment.References = append(g.fragment.References, link.Reference{Owner: link.ID(g.id), Members: r.Targets(""), Terms: r.Terms(), Form: link.Text, Origin: o})
}
