package compose

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// setting is one variable of a service's environment, filled in.
type setting struct {
	key, text string
	at        strict.Value
	shared    bool // from an env file that other services read as well
}

// environment returns the variables of a service, env files first. A variable
// without a value takes it from the project's.
func (s *service) environment(v strict.Value) []setting {
	out := s.envFiles(v.Get("env_file"))
	env := v.Get("environment")
	for key, value := range env.Fields() {
		text := s.fill(value.Text())
		if value.Type() == strict.Null {
			text = s.fill(s.vars[key.Text])
		}
		out = append(out, setting{key: key.Text, text: text, at: value})
	}
	for item := range env.Items() {
		key, text, given := strings.Cut(item.Text(), "=")
		if given {
			text = s.fill(text)
		} else {
			text = s.fill(s.vars[key])
		}
		out = append(out, setting{key: key, text: text, at: item})
	}
	return out
}

func (s *service) envFiles(v strict.Value) []setting {
	items := []strict.Value{v}
	if v.Type() == strict.List {
		items = items[:0]
		for item := range v.Items() {
			items = append(items, item)
		}
	}
	var out []setting
	for _, item := range items {
		name := item.Text()
		if item.Type() == strict.Map {
			name = item.Get("path").Text()
		}
		vars := s.env.of(s.resolve(name))
		for _, key := range sortedKeys(vars) {
			out = append(out, setting{key: key, text: s.fill(vars[key]), at: item, shared: true})
		}
	}
	return out
}

// sharedFactor lowers what a file says of each of the services that read it: true
// for one, it may be false for the next.
const sharedFactor = 0.5

// strings reads the values that look like addresses.
func (s *service) strings(v strict.Value) {
	for _, e := range s.environment(v) {
		factor := 1.0
		if e.shared {
			factor = sharedFactor
		}
		s.found(e.at, e.key, factor, address.Find(e.text, address.Context{Key: e.key, Known: s.known}))
	}
	for _, field := range []string{"command", "entrypoint"} {
		value := v.Get(field)
		args := strings.Fields(s.fill(value.Text()))
		for item := range value.Items() {
			args = append(args, s.fill(item.Text()))
		}
		for _, a := range address.Args(args, s.known) {
			s.found(value, field, 1, []address.Ref{a.Ref})
		}
	}
	for key, value := range v.Get("build", "args").Fields() {
		s.built(value, key.Text, s.fill(value.Text()))
	}
}

// built reads an argument of the build: what it points at is needed to build.
func (s *service) built(at strict.Value, key, text string) {
	for _, ref := range address.Find(text, address.Context{Key: key, Known: s.known}) {
		terms := ref.Terms()
		terms.Phases = depgraph.PhasesOf(depgraph.Build)
		s.refer(at, link.Text, terms, "build argument "+key, ref.Form.Confidence(), ref.Targets(s.scope())...)
	}
}

func (s *service) found(at strict.Value, note string, factor float64, refs []address.Ref) {
	for _, ref := range refs {
		if len(ref.Hosts) == 1 && s.own(ref.Hosts[0].Name) {
			continue // its own name: where it listens
		}
		terms := ref.Terms()
		if s.collects() {
			terms.IfLost = depgraph.Unaffected
		}
		s.refer(at, link.Text, terms, note, ref.Form.Confidence()*factor, ref.Targets(s.scope())...)
	}
}

func (s *service) own(host string) bool {
	return strings.EqualFold(host, s.name) || strings.EqualFold(host, s.fill(s.value.Get("container_name").Text()))
}

// paths lists the files of the inputs that the service uses: what it mounts, and
// the Dockerfile it is built from. What they say, their sources say of it.
func (s *service) paths(v strict.Value) []link.Name {
	var out []link.Name
	add := func(name string) {
		if p := s.resolve(name); p != "" {
			out = append(out, link.Name{Space: link.SpacePath, Text: p})
		}
	}
	if !s.besides() {
		out = s.mounted(v)
	}
	build := v.Get("build")
	context, file := build.Text(), "Dockerfile"
	if build.Type() == strict.Map {
		context = build.Get("context").Text()
		if f := build.Get("dockerfile").Text(); f != "" {
			file = f
		}
	}
	if build.Exists() {
		add(path.Join(s.fill(context), s.fill(file)))
	} else if image := repository(s.fill(v.Get("image").Text())); strings.Contains(image, "/") {
		// An image of one's own is mostly made from a directory of its name.
		add(path.Base(image))
	}
	return out
}

// mounted lists the files and directories of the inputs that a service mounts.
func (s *service) mounted(v strict.Value) []link.Name {
	var out []link.Name
	for item := range v.Get("volumes").Items() {
		source, _, _ := strings.Cut(item.Text(), ":")
		if item.Type() == strict.Map && item.Get("type").Text() == "bind" {
			source = item.Get("source").Text()
		}
		if strings.HasPrefix(source, ".") || strings.Contains(source, "/") {
			if p := s.resolve(source); p != "" {
				out = append(out, link.Name{Space: link.SpacePath, Text: p})
			}
		}
	}
	return out
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
