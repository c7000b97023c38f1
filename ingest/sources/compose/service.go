package compose

import (
	"iter"
	"slices"
	"strings"

	"github.com/distribution/reference"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// service reads one service of one file. What it reads by the Compose
// specification, 05-services.
type service struct {
	*project
	body
	name     string
	key      strict.Key
	id       depgraph.ID
	fragment *link.Fragment
}

// body is what one file says of a service.
type body struct {
	file  *ingest.File
	value strict.Value
}

func (s *service) read() {
	def := link.Definition{
		Node:   depgraph.Node{ID: s.id, Replicas: s.replicas()},
		Names:  s.names(),
		Scope:  s.lookScope(),
		Origin: s.file.Origin(s.key.Line, s.key.Col),
	}
	bodies := s.bodies()
	for _, b := range bodies {
		def.Names = append(def.Names, s.paths(b)...)
	}
	def.Names = append(def.Names, s.telemetryName()...)
	s.speaksDapr(&def)
	def.Names = append(def.Names, s.project.nets.seenAs[s.id]...)
	s.fragment.Definitions = append(s.fragment.Definitions, def)
	for _, b := range bodies {
		said := *s
		said.body = b
		said.starts(b.value)
		said.shares(b.value)
		said.asks(b.value)
		said.pulls(b.value)
		said.stores(b.value)
		said.places(b.value)
		said.strings(b)
		said.missing(b)
	}
	s.routed()
	s.variables()
}

// maxExtends is how far a chain of extends is followed.
const maxExtends = 10

// bodies returns what is said of the service, and behind it what is of the services that
// it extends.
func (s *service) bodies() []body { return s.extended(s.body, s.name, 0) }

func (s *service) extended(b body, service string, depth int) []body {
	out := []body{b}
	ext := b.value.Get("extends")
	if !ext.Exists() || depth == maxExtends {
		return out
	}
	name, file := ext.Text(), b.file.Path()
	if ext.Type() == strict.Map {
		name = ext.Get("service").Text()
		if other := ext.Get("file").Text(); other != "" {
			file = s.resolve(b.file, other)
		}
	}
	d := s.files[file]
	if base := d.services().Get(name); base.Type() == strict.Map && (name != service || file != b.file.Path()) {
		out = append(out, s.extended(body{d.file, base}, name, depth+1)...)
	}
	return out
}

// host is a name by which containers reach a service.
type host struct {
	name    string // in lower case
	network string // of the project; "" is each that the service is on
	fixed   bool   // an address
}

func (s *service) hosts() []host {
	out := []host{{name: s.name}}
	for _, field := range []string{"container_name", "hostname"} {
		if name := s.fill(s.value.Get(field).Text()); name != "" {
			out = append(out, host{name: name})
		}
	}
	for key, network := range s.value.Get("networks").Fields() {
		for alias := range network.Get("aliases").Items() {
			out = append(out, host{name: s.fill(alias.Text()), network: key.Text})
		}
		for _, field := range []string{"ipv4_address", "ipv6_address"} {
			if ip := s.fill(network.Get(field).Text()); ip != "" {
				out = append(out, host{name: ip, fixed: true})
			}
		}
	}
	for i := range out {
		out[i].name = strings.ToLower(out[i].name)
	}
	return out
}

// names lists how others reach the service, inside its project and from outside.
func (s *service) names() []link.Name {
	names := []link.Name{
		link.Host(s.scope(), s.name),
		{Space: link.SpaceService, Text: s.name},
		{Space: link.SpaceService, Text: s.project.name + "/" + s.name},
	}
	for _, h := range s.hosts()[1:] {
		names = append(names, link.Host(s.scope(), h.name))
	}
	return names
}

// telemetryName is what the service calls itself in traces.
func (s *service) telemetryName() []link.Name {
	for _, e := range s.environment() {
		if e.key == "OTEL_SERVICE_NAME" && e.text != "" {
			return []link.Name{{Space: link.SpaceService, Text: e.text}}
		}
	}
	return nil
}

// replicas is how many containers run: one where no file of the project says
// otherwise (Compose specification, deploy: "replicas"; services: "scale").
func (s *service) replicas() *int {
	counts := [][]string{{"deploy", "replicas"}, {"scale"}, {"deploy", "mode"}}
	for _, path := range counts[:2] {
		if n, ok := s.value.Get(path...).Int(); ok && n >= 0 {
			return &n
		}
	}
	one := 1
	bodies := s.bodies()
	own := len(bodies)
	for _, d := range s.docs {
		bodies = append(bodies, body{d.file, d.services().Get(s.name)})
	}
	runs := false
	for i, b := range bodies {
		v := b.value
		for _, path := range counts {
			if v.Get(path...).Exists() {
				return nil
			}
		}
		runs = runs || i < own && (v.Get("image").Exists() || v.Get("build").Exists())
	}
	if !runs {
		return nil // a file that only adds to another one
	}
	return &one
}

// refer adds a requirement of the service.
func (s *service) refer(at strict.Value, form link.Form, terms depgraph.Terms, note string, confidence float64, targets ...link.Target) {
	s.referAt(originOf(s.file, at, note, confidence), form, terms, targets...)
}

func (s *service) referAt(o depgraph.Origin, form link.Form, terms depgraph.Terms, targets ...link.Target) {
	s.fragment.References = append(s.fragment.References, link.Reference{
		Owner: link.ID(s.id), Members: targets, Terms: terms, Form: form, Origin: o,
	})
}

func (s *service) sibling(name string) link.Target {
	return s.called(s.fill(name))
}

var startPhase = depgraph.PhasesOf(depgraph.Start)

// starts reads the order of start. It is not a need to serve: a project that is up
// stays up when what it started after goes away. Where no condition says more, Compose
// waits until the other's container was started, not until it serves: two that wait for
// each other in this way both come up.
func (s *service) starts(v strict.Value) {
	deps := v.Get("depends_on")
	for item := range deps.Items() {
		terms := s.after(item.Text())
		terms.IfLost = max(terms.IfLost, depgraph.Degraded)
		s.refer(item, link.Structured, terms, "depends_on", 1, s.sibling(item.Text()))
	}
	for key, d := range deps.Fields() {
		terms := s.after(key.Text)
		if c := d.Get("condition").Text(); c == "" || c == "service_started" {
			terms.IfLost = max(terms.IfLost, depgraph.Degraded)
		}
		if required, ok := d.Get("required").Bool(); ok && !required {
			terms.IfLost = depgraph.Unaffected
		}
		s.refer(d, link.Structured, terms, "depends_on", 1, s.sibling(key.Text))
	}
}

// after returns the terms of starting after another service: a need to start, but
// where nothing but signals go there. Docker itself restarts without that order.
func (s *service) after(other string) depgraph.Terms {
	terms := depgraph.Terms{Phases: startPhase, Via: depgraph.OrderedAfter}
	if s.onlySignals(s.fill(other)) {
		terms.IfLost = depgraph.Unaffected
	}
	return terms
}

// shares reads what ties two containers together: links, and namespaces or volumes
// that one takes from another.
func (s *service) shares(v strict.Value) {
	for _, field := range []string{"links", "external_links"} {
		for item := range v.Get(field).Items() {
			name, _, _ := strings.Cut(item.Text(), ":")
			s.refer(item, link.Structured, s.reaches(name), field, 0.8, s.sibling(name))
		}
	}
	for _, field := range []string{"network_mode", "pid", "ipc"} {
		mode := v.Get(field)
		for _, prefix := range []string{"service:", "container:"} {
			if name, ok := strings.CutPrefix(s.fill(mode.Text()), prefix); ok {
				s.refer(mode, link.Structured, bound, field, 1, s.sibling(name))
			}
		}
	}
	for item := range v.Get("volumes_from").Items() {
		name, _, _ := strings.Cut(strings.TrimPrefix(item.Text(), "container:"), ":")
		s.refer(item, link.Structured, bound, "volumes_from", 1, s.sibling(name))
	}
}

// asks reads the name servers of a container, where they are services of the project:
// Docker answers for these itself, and hands every other name on to any of them.
func (s *service) asks(v strict.Value) {
	servers := v.Get("dns")
	items := []strict.Value{servers}
	if servers.Type() == strict.List {
		items = slices.Collect(servers.Items())
	}
	var to []link.Target
	for _, item := range items {
		ip := s.fill(item.Text())
		if !s.known(ip) || slices.Contains(s.names(), link.Host(s.scope(), ip)) {
			return // another one answers as well, or it is the server
		}
		to = append(to, link.Target{Name: link.Host(s.seen(ip), ip)})
	}
	s.refer(items[0], link.Structured, depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), IfLost: depgraph.Degraded, Via: depgraph.Resolves}, "dns", 1, to...)
}

// reaches returns the terms of a link. It opens the way to another service, and says
// nothing of what goes there: signals, or the talk of a cluster, are no need to serve.
func (s *service) reaches(other string) depgraph.Terms {
	terms := depgraph.Terms{Via: depgraph.Calls}
	switch other = s.fill(other); {
	case s.onlySignals(other):
		terms.IfLost = depgraph.Unaffected
	case s.joins(other):
		terms.IfLost = depgraph.Degraded
	}
	return terms
}

// bound are the terms of a container that lives inside another's namespace.
var bound = depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: depgraph.Mounts}

func (s *service) pulls(v strict.Value) {
	image := v.Get("image")
	text := s.fill(image.Text())
	if text == "" || strings.HasPrefix(text, ":") || strings.Contains(text, "$") {
		return
	}
	ref, err := reference.ParseNormalizedNamed(text)
	if err != nil || v.Get("build").Exists() {
		return // built here: what it is called is not where it comes from
	}
	terms := depgraph.Terms{Phases: startPhase, Via: depgraph.Pulls}
	id := depgraph.ID{Kind: depgraph.KindImage, Name: ref.Name()}
	s.refer(image, link.Structured, terms, "", 1, link.Target{Name: link.Name{Space: link.SpaceImage, Text: ref.Name()}, Else: id, Quiet: true})
	registry := depgraph.ID{Kind: depgraph.KindRegistry, Name: reference.Domain(ref)}
	s.refer(image, link.Structured, terms, "", 1, link.Target{Name: link.ID(registry), Else: registry, Quiet: true})
}

// stores reads named volumes, configs and secrets.
func (s *service) stores(v strict.Value) {
	for item := range v.Get("volumes").Items() {
		source := item.Get("source").Text()
		if t := item.Text(); t != "" {
			head, rest, mounted := strings.Cut(t, ":")
			if !mounted || rest == "" {
				continue
			}
			source = head
		}
		if source = s.fill(source); source == "" || strings.ContainsAny(source, "/.~$\\") {
			continue
		}
		s.material(item, depgraph.KindVolume, source, depgraph.Mounts, bound.Phases)
	}
	for _, kind := range materials {
		for item, name := range s.given(v, kind) {
			s.material(item, kind, name, depgraph.Reads, startPhase)
		}
	}
}

// materials are what Compose hands to containers as files, each under its own section.
var materials = []depgraph.Kind{depgraph.KindConfig, depgraph.KindSecret}

// given goes through the configs or secrets of a service: where it takes them, and their names.
func (s *service) given(v strict.Value, kind depgraph.Kind) iter.Seq2[strict.Value, string] {
	return func(yield func(strict.Value, string) bool) {
		for item := range v.Get(string(kind) + "s").Items() {
			name := item.Text()
			if name == "" {
				name = item.Get("source").Text()
			}
			if name != "" && !yield(item, name) {
				return
			}
		}
	}
}

func material(kind depgraph.Kind, name string) string { return string(kind) + ":" + name }

// contents returns what the files of the project say of a config or secret.
func (s *service) contents(kind depgraph.Kind, name string) []body {
	var out []body
	for _, d := range s.docs {
		if v := d.root.Get(string(kind)+"s", name); v.Type() == strict.Map {
			out = append(out, body{d.file, v})
		}
	}
	return out
}

func (s *service) material(at strict.Value, kind depgraph.Kind, name string, via depgraph.Via, phases depgraph.Phases) {
	id := depgraph.ID{Kind: kind, Name: s.project.name + "/" + name}
	s.refer(at, link.Structured, depgraph.Terms{Phases: phases, Via: via}, "", 1, link.Target{Name: link.ID(id), Else: id, Quiet: true})
}

// places reads Swarm placement constraints that pin the service to a zone or host.
func (s *service) places(v strict.Value) {
	for item := range v.Get("deploy", "placement", "constraints").Items() {
		key, value, ok := strings.Cut(strings.ReplaceAll(s.fill(item.Text()), " ", ""), "==")
		kind := depgraph.KindZone
		switch {
		case !ok || value == "":
			continue
		case key == "node.hostname" || key == "node.id":
			kind = depgraph.KindHost
		case strings.HasSuffix(key, "region"):
			kind = depgraph.KindRegion
		case !strings.HasSuffix(key, "zone") && !strings.HasSuffix(key, "az"):
			continue
		}
		id := depgraph.ID{Kind: kind, Name: value}
		terms := depgraph.Terms{Phases: bound.Phases, Via: depgraph.PlacedIn}
		s.refer(item, link.Structured, terms, "placement constraint", 1, link.Target{Name: link.ID(id), Else: id, Quiet: true})
	}
}
