// Package backstage reads Backstage catalogue files: what teams declare of their
// components, resources, APIs and systems, and of who depends on whom.
package backstage

import (
	"context"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads Backstage catalogues.
var Source = ingest.Define(ingest.Spec{
	Name: "backstage",
	Doc: ingest.Doc{
		Title: "Backstage catalogues",
		Text:  "The declared graph: components and resources with their owners, what they depend on, and which component provides an API that another consumes.",
		Reads: []string{
			"catalog-info.yaml and any file of apiVersion backstage.io/*: Component, Resource, API, System",
			"spec: owner, system, dependsOn, dependencyOf, providesApis, consumesApis, subcomponentOf, lifecycle",
			"annotations backstage.io/kubernetes-id, github.com/project-slug",
		},
		Limits: "Location targets are read only where they stand in the inputs. Templates, users, groups and domains are no nodes.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

var head = ingest.MustSignature(`(?m)^\s*"?apiVersion"?\s*:\s*["']?backstage\.io/`)

// claim puts all of a run into one unit: an API is provided in one file and consumed in another.
func claim(name string, text []byte) (string, bool) { return "backstage", head.Match(text) }

// entity is one entity of the catalogue.
type entity struct {
	file      *ingest.File
	root      strict.Value
	kind      string // lower case
	namespace string
	name      string
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	all, err := ingest.Each(ctx, u, func(f *ingest.File, d strict.Document) entity { return entityOf(f, d.Root) })
	frag := &link.Fragment{}
	for _, e := range all {
		if !strings.HasPrefix(e.root.Get("apiVersion").Text(), "backstage.io/") {
			continue
		}
		switch e.kind {
		case "component", "resource":
			e.define(frag)
			e.relate(frag)
		case "api":
			e.define(frag)
		case "system", "domain", "group", "user", "location", "template":
		default:
			e.file.Note("kind %q is not read", e.root.Get("kind").Text())
		}
	}
	return frag, err
}

func entityOf(f *ingest.File, root strict.Value) entity {
	e := entity{
		file: f, root: root, kind: strings.ToLower(root.Get("kind").Text()),
		namespace: root.Get("metadata", "namespace").Text(), name: root.Get("metadata", "name").Text(),
	}
	if e.namespace == "" {
		e.namespace = "default"
	}
	return e
}

// kinds of Backstage, and what their nodes are. A resource's type says more.
func nodeKind(kind, typ string) depgraph.Kind {
	switch typ = strings.ToLower(typ); {
	case kind == "api":
		return depgraph.KindGateway
	case kind == "resource" && (strings.Contains(typ, "database") || strings.Contains(typ, "db") || strings.Contains(typ, "bucket") || strings.Contains(typ, "cache") || strings.Contains(typ, "storage")):
		return depgraph.KindDatastore
	case kind == "resource" && (strings.Contains(typ, "queue") || strings.Contains(typ, "topic") || strings.Contains(typ, "kafka")):
		return depgraph.KindQueue
	case kind == "resource" && strings.Contains(typ, "cluster"):
		return depgraph.KindCluster
	case kind == "resource":
		return depgraph.KindDatastore
	}
	return depgraph.KindService
}

// nameOf is how other entities refer to one: the catalogue's own space.
func nameOf(kind, namespace, name string) link.Name {
	return link.Name{Space: "backstage", Scope: kind, Text: namespace + "/" + strings.ToLower(name)}
}

func path(namespace, name string) string {
	if namespace == "default" {
		return name
	}
	return namespace + "/" + name
}

func (e entity) id() depgraph.ID {
	name := path(e.namespace, e.name)
	if e.kind == "api" {
		name = "api/" + name
	}
	return depgraph.ID{Kind: nodeKind(e.kind, e.root.Get("spec", "type").Text()), Name: name}
}

func (e entity) define(frag *link.Fragment) {
	if e.name == "" {
		e.file.Fail(e.root.Errorf(strict.BadValue, "an entity without metadata.name"))
		return
	}
	at := e.root.Get("metadata", "name")
	spec := e.root.Get("spec")
	owner := spec.Get("owner").Text()
	owner = owner[strings.LastIndexByte(owner, '/')+1:]
	owner = owner[strings.LastIndexByte(owner, ':')+1:]
	d := link.Definition{
		Node:   depgraph.Node{ID: e.id(), Title: e.root.Get("metadata", "title").Text(), Owner: owner},
		Names:  []link.Name{nameOf(e.kind, e.namespace, e.name)},
		Weak:   e.kind == "component", // it is what runs, under whatever name it runs
		Origin: e.file.Origin(at.Line(), at.Col()),
	}
	if system := spec.Get("system").Text(); system != "" {
		d.Node.Labels = map[string]string{"system": system}
	}
	annotations := e.root.Get("metadata", "annotations")
	if e.kind == "component" {
		if id := annotations.Get("backstage.io/kubernetes-id").Text(); id != "" {
			d.Names = append(d.Names, link.Name{Space: link.SpaceService, Text: id})
		}
		d.Names = append(d.Names, link.Name{Space: link.SpaceService, Text: path(e.namespace, e.name)})
	}
	frag.Definitions = append(frag.Definitions, d)
	if slug := annotations.Get("github.com/project-slug"); slug.Text() != "" && e.kind == "component" {
		repo := depgraph.ID{Kind: depgraph.KindRepo, Name: "github.com/" + slug.Text()}
		e.refer(frag, slug, depgraph.PhasesOf(depgraph.Build, depgraph.Deploy), depgraph.Pulls, "",
			link.Target{Name: link.Name{Space: link.SpaceRepo, Text: repo.Name}, Else: repo, Quiet: true})
	}
}

// relate reads the relations of the well-known ones; those that run the other way
// are turned round.
func (e entity) relate(frag *link.Fragment) {
	spec := e.root.Get("spec")
	run := depgraph.PhasesOf(depgraph.Run)
	for v := range spec.Get("dependsOn").Items() {
		e.refer(frag, v, run, "depends-on", "dependsOn", target(v.Text(), e.kind, e.namespace))
	}
	for v := range spec.Get("consumesApis").Items() {
		e.refer(frag, v, run, depgraph.Calls, "consumesApis", target(v.Text(), "api", e.namespace))
	}
	if v := spec.Get("subcomponentOf"); v.Text() != "" {
		e.turned(frag, v, "part-of", target(v.Text(), "component", e.namespace))
	}
	for v := range spec.Get("dependencyOf").Items() {
		e.turned(frag, v, "depends-on", target(v.Text(), "component", e.namespace))
	}
	for v := range spec.Get("providesApis").Items() { // the API needs who provides it
		e.turned(frag, v, "provided-by", target(v.Text(), "api", e.namespace))
	}
}

func (e entity) refer(frag *link.Fragment, at strict.Value, phases depgraph.Phases, via depgraph.Via, note string, t link.Target) {
	o := e.file.Origin(at.Line(), at.Col())
	o.Note = note
	frag.References = append(frag.References, link.Reference{
		Owner: nameOf(e.kind, e.namespace, e.name), Members: []link.Target{t},
		Terms: depgraph.Terms{Phases: phases, Via: via}, Form: link.Structured, Origin: o,
	})
}

func (e entity) turned(frag *link.Fragment, at strict.Value, via depgraph.Via, owner link.Target) {
	frag.References = append(frag.References, link.Reference{
		Owner: owner.Name, Members: []link.Target{{Name: nameOf(e.kind, e.namespace, e.name)}},
		Terms: depgraph.Terms{Via: via}, Form: link.Structured, Origin: e.file.Origin(at.Line(), at.Col()),
	})
}

// target reads an entity reference, [kind:][namespace/]name.
func target(ref, kind, namespace string) link.Target {
	if k, rest, found := strings.Cut(ref, ":"); found {
		kind, ref = strings.ToLower(k), rest
	}
	if ns, rest, found := strings.Cut(ref, "/"); found {
		namespace, ref = ns, rest
	}
	t := link.Target{Name: nameOf(kind, namespace, ref)}
	if kind != "component" && kind != "resource" && kind != "api" {
		return t
	}
	name := path(namespace, ref)
	if kind == "api" {
		name = "api/" + name
	}
	t.Else = depgraph.ID{Kind: nodeKind(kind, ""), Name: name}
	return t
}
