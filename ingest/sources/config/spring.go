package config

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// names are the properties that name the application.
var names = []string{"spring.application.name", "micronaut.application.name", "quarkus.application.name"}

// called returns the name that properties give the application, always: one of some profile
// may be that of a test.
func called(props []property) (p property, ok bool) {
	for _, p := range props {
		if !slices.Contains(names, p.name()) || p.value == "" || strings.ContainsAny(p.value, "${ @") {
			continue
		}
		if !p.profile {
			return p, true
		}
	}
	return property{}, false
}

// route is the form of what Zuul sends on to a service of the registry.
const route = "zuul.routes."

// routes returns where Zuul sends what no property says more of: to the service that is
// called like the route (Spring Cloud Netflix, "Router and Filter: Zuul").
func routes(props []property) []address.Setting {
	said := map[string]bool{} // routes that say where they lead
	for _, p := range props {
		id, field, _ := strings.Cut(strings.TrimPrefix(p.path, route), ".")
		switch relaxed.Replace(strings.ToLower(field)) {
		case "serviceid", "url", "location":
			said[id] = true
		}
	}
	var out []address.Setting
	for _, p := range props {
		id, found := strings.CutPrefix(p.path, route)
		if id, field, nested := strings.Cut(id, "."); found && strings.HasPrefix(p.value, "/") && !said[id] && (!nested || field == "path") {
			ref := address.Ref{Scheme: "lb", Hosts: []address.Host{{Name: strings.ToLower(id)}}, Form: address.Bare}
			out = append(out, address.Setting{Ref: ref, Key: id, Path: route + id, Line: p.line, Col: p.col})
		}
	}
	return out
}

// registered makes what names a service by its id a name of the registry: hosts are
// called otherwise.
func registered(s address.Setting) address.Setting {
	if s.Scheme == "" && relaxed.Replace(strings.ToLower(s.Key)) == "serviceid" {
		s.Scheme = "lb"
	}
	return s
}

// spacePort holds the ports of one machine on which the programs of a project listen
// while they are developed, in the scope of the project's directory.
const spacePort link.Space = "port"

// portTrust is how much less it says that a program expects another one on a port of its
// own machine: where both are deployed, something else says where the other is.
const portTrust = 0.5

// project returns the directory in which the module of a file stands, as a scope.
func project(file string) string {
	module, _, found := strings.Cut(file, "/src/main/resources/")
	if !found {
		module = path.Dir(file)
	}
	return path.Join("local", path.Dir(module))
}

var (
	fallback = regexp.MustCompile(`\$\{[^{}:]+:([^{}]*)\}`)
	here     = regexp.MustCompile(`\bhttps?://(?:[^/@\s]*@)?(?:localhost|127\.0\.0\.1):([0-9]{2,5})\b`)
)

// filled puts their defaults in place of variables.
func filled(value string) string {
	for range 4 {
		next := fallback.ReplaceAllString(value, "$1")
		if next == value {
			break
		}
		value = next
	}
	return value
}

// listens adds the port on which the application says it listens.
func (r *reader) listens() {
	for _, p := range r.props {
		if p.name() != "server.port" && p.name() != "micronaut.server.port" && p.name() != "quarkus.http.port" {
			continue
		}
		if port, err := strconv.Atoi(filled(p.value)); err == nil && port > 0 {
			o := r.file.Origin(p.line, p.col)
			o.Note = p.path
			r.fragment.Bindings = append(r.fragment.Bindings, link.Binding{
				Names: []link.Name{{Space: spacePort, Scope: project(r.file.Path()), Text: strconv.Itoa(port)}}, To: []link.Name{link.ID(r.app)}, Origin: o,
			})
		}
	}
}

// expects adds the programs that the application expects on its own machine: those of
// the project that say they listen there, where just one does.
func (r *reader) expects() {
	for _, p := range r.props {
		if address.Own(p.path[strings.LastIndexByte(p.path, '.')+1:]) {
			continue
		}
		var members []link.Target
		for _, m := range here.FindAllStringSubmatch(filled(p.value), -1) {
			members = append(members, link.Target{Name: link.Name{Space: spacePort, Scope: project(r.file.Path()), Text: m[1]}, Guess: true})
		}
		if len(members) == 0 {
			continue
		}
		o := r.file.Origin(p.line, p.col)
		o.Note, o.Confidence = p.path, address.URL.Confidence()*factor*portTrust
		terms := depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), IfLost: depgraph.Down, Via: depgraph.Calls}
		if address.Signals(p.path) || watcher.MatchString(p.path) {
			terms.IfLost = depgraph.Unaffected
		}
		if imported.MatchString(p.path) {
			terms.Phases = depgraph.PhasesOf(depgraph.Start)
		}
		r.fragment.References = append(r.fragment.References, link.Reference{Owner: link.ID(r.app), Members: members, Terms: terms, Form: link.Text, Origin: o})
	}
}

// clients returns the applications whose settings a configuration server keeps in the
// directory of readers; nil where it is no such directory.
func clients(readers []*reader) []depgraph.ID {
	var out []depgraph.ID
	for _, r := range readers {
		if !r.app.IsZero() && !r.ofSpring() {
			out = append(out, r.app)
		}
	}
	slices.SortFunc(out, func(a, b depgraph.ID) int { return cmp.Compare(a.Name, b.Name) })
	return slices.Compact(out)
}

// everybodys is what settings say, at most, of each of those to whom they are all given.
const everybodys = 0.5

// maxShared bounds how many needs settings make that are given to every application: each
// setting one for each.
const maxShared = 200_000
