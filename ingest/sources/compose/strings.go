package compose

import (
	"iter"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/proxyfile"
)

// setting is one variable of a service's environment, filled in.
type setting struct {
	key, text string
	at        depgraph.Origin // without confidence
	shared    bool            // from an env file that other services read as well
}

// environment returns the variables that a service runs with, each once: what it says of
// them itself, and what is laid over it, comes before what it extends says, both before every env file, and of the
// env files the last (Compose specification, services: "environment", "env_file").
func (s *service) environment() []setting {
	var said, read []setting
	for _, b := range s.layered() {
		said = append(said, s.said(b)...)
		read = append(read, s.fromFiles(b)...)
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(append(said, read...), func(e setting) bool {
		again := seen[e.key]
		seen[e.key] = true
		return again
	})
}

// fromFiles returns the variables of the env files of a service, the last file first.
func (s *service) fromFiles(b body) []setting {
	var out []setting
	for name, f := range s.envFiles(b) {
		of := make([]setting, 0, len(f.vars))
		for _, key := range slices.Sorted(maps.Keys(f.vars)) {
			of = append(of, setting{key: key, text: s.fill(f.vars[key]), at: f.file.Origin(f.line[key], 1), shared: s.readers[name] > 1})
		}
		out = append(of, out...)
	}
	return out
}

// said returns the variables that a service states. One without a value takes it from
// the project's.
func (s *service) said(b body) []setting {
	var out []setting
	env := b.value.Get("environment")
	add := func(key, text string, at strict.Value) {
		out = append(out, setting{key: key, text: s.fill(text), at: b.file.Origin(at.Line(), at.Col())})
	}
	for key, value := range env.Fields() {
		if value.Type() == strict.Null {
			add(key.Text, s.vars[key.Text], value)
		} else {
			add(key.Text, value.Text(), value)
		}
	}
	for item := range env.Items() {
		key, text, given := strings.Cut(item.Text(), "=")
		if !given {
			text = s.vars[key]
		}
		add(key, text, item)
	}
	return out
}

// envNames goes through what a service says of env files, and the names of these.
func (b body) envNames() iter.Seq2[strict.Value, string] {
	return func(yield func(strict.Value, string) bool) {
		field := b.value.Get("env_file")
		items := []strict.Value{field}
		if field.Type() == strict.List {
			items = slices.Collect(field.Items())
		}
		for _, item := range items {
			name := item.Text()
			if item.Type() == strict.Map {
				name = item.Get("path").Text()
			}
			if !yield(item, name) {
				return
			}
		}
	}
}

// envFiles goes through the env files that a service reads, by path.
func (p *project) envFiles(b body) iter.Seq2[string, *envFile] {
	return func(yield func(string, *envFile) bool) {
		for _, name := range b.envNames() {
			name = p.resolve(b.file, name)
			if f := p.env.of(name); f != nil && !yield(name, f) {
				return
			}
		}
	}
}

// sharedTrust is how sure an address in a file is to be used by one of the services
// that read it: true for one, it may be false for the next.
const sharedTrust = 0.4

// variables reads the variables that look like addresses. Those of a file that is laid
// over another are read with what it is laid over. A store that shares an env file with
// others finds its own settings there, and the addresses of its neighbours are theirs; so
// are those of stores for a proxy.
func (s *service) variables() {
	if _, ok := s.under(); ok {
		return
	}
	linked := s.linked()
	for _, e := range s.environment() {
		trust := 1.0
		if e.shared {
			if s.keepsData(s.name) {
				continue
			}
			trust = sharedTrust
		}
		refs := s.find(e.key, e.text, linked)
		if e.shared && s.passesOn() {
			refs = slices.DeleteFunc(refs, func(r address.Ref) bool {
				return !slices.ContainsFunc(r.Hosts, func(h address.Host) bool { return !s.keepsData(h.Name) })
			})
		}
		s.found(e.at, e.key, trust, refs)
	}
}

// strings reads the other values that look like addresses.
func (s *service) strings(b body) {
	v, linked := b.value, s.linked()
	for _, field := range []string{"command", "entrypoint"} {
		if s.replaced(field) {
			continue
		}
		value := v.Get(field)
		args := strings.Fields(s.fill(value.Text()))
		for item := range value.Items() {
			args = append(args, s.fill(item.Text()))
		}
		at := b.file.Origin(value.Line(), value.Col())
		for _, a := range address.Args(args, s.knownOr(linked)) {
			s.found(at, field, 1, []address.Ref{unlinked(a.Ref, linked)})
		}
	}
	for item, name := range s.given(v, depgraph.KindConfig) {
		for _, c := range s.contents(depgraph.KindConfig, name) {
			file := item.Get("target").Text()
			if file == "" {
				file = name
			}
			most := 1.0
			if s.readers[material(depgraph.KindConfig, name)] > 1 {
				most = sharedTrust
			}
			s.content(body{c.file, c.value.Get("content")}, file, most, linked)
		}
	}
	for key, value := range v.Get("build", "args").Fields() {
		s.built(value, key.Text, s.fill(value.Text()))
	}
}

// content reads the text of a file that the service gets, by the name under which it
// does, and believes it so much at most.
func (s *service) content(b body, file string, most float64, linked map[string]string) {
	written := b.value.Text()
	text := s.fill(written)
	at := func(line, col int) depgraph.Origin {
		return b.file.Origin(b.value.Place(address.Offset(written, line, col)))
	}
	if format := proxyfile.Format(file, []byte(text)); format != "" && !proxyfile.Templated(format, text) {
		needs, _, err := proxyfile.Needs(file, text, strict.Limits{})
		if err == nil {
			for _, n := range needs {
				o := at(n.Servers[0].Line, n.Servers[0].Col)
				o.Note, o.Confidence = n.Note, min(proxyfile.Confidence, most)
				var to []link.Target
				for _, ref := range n.Refs() {
					to = append(to, s.targets(unlinked(ref, linked))...)
				}
				s.referAt(o, link.Text, n.Terms, to...)
			}
			return
		}
		b.file.Fail(proxyfile.Inside(err, "config "+path.Base(file), func(line, col int) (int, int) {
			o := at(line, col)
			return o.Line, o.Col
		}))
	}
	for _, x := range address.Config(file, text, s.knownOr(linked)) {
		s.found(at(x.Line, x.Col), "through config "+file, most, []address.Ref{unlinked(x.Ref, linked)})
	}
}

// linked returns what the service calls others that it links to, in lower case: the
// second half of SERVICE:ALIAS.
func (s *service) linked() map[string]string {
	var out map[string]string
	for _, b := range s.bodies() {
		for _, field := range []string{"links", "external_links"} {
			for item := range b.value.Get(field).Items() {
				name, alias, found := strings.Cut(s.fill(item.Text()), ":")
				if !found || alias == "" {
					continue
				}
				if out == nil {
					out = map[string]string{}
				}
				out[strings.ToLower(alias)] = name
			}
		}
	}
	return out
}

func (s *service) knownOr(linked map[string]string) func(string) bool {
	return func(name string) bool { return s.known(name) || linked[strings.ToLower(name)] != "" }
}

// find returns the addresses in a setting.
func (s *service) find(key, text string, linked map[string]string) []address.Ref {
	refs := address.Find(text, address.Context{Key: key, Known: s.knownOr(linked)})
	for i := range refs {
		refs[i] = unlinked(refs[i], linked)
	}
	return refs
}

// unlinked puts the services in the place of what a link calls them.
func unlinked(ref address.Ref, linked map[string]string) address.Ref {
	if len(linked) == 0 {
		return ref
	}
	ref.Hosts = slices.Clone(ref.Hosts)
	for i, h := range ref.Hosts {
		if name := linked[h.Name]; name != "" {
			ref.Hosts[i].Name = strings.ToLower(name)
		}
	}
	return ref
}

// built reads an argument of the build: what it points at is needed to build.
func (s *service) built(at strict.Value, key, text string) {
	for _, ref := range address.Find(text, address.Context{Key: key, Known: s.known}) {
		terms := ref.Terms()
		terms.Phases = depgraph.PhasesOf(depgraph.Build)
		s.refer(at, link.Text, terms, "build argument "+key, ref.Form.Confidence(), ref.Targets(s.scope())...)
	}
}

// found adds the needs for what a text at some place refers to, at most so sure.
func (s *service) found(at depgraph.Origin, note string, most float64, refs []address.Ref) {
	for _, ref := range refs {
		if len(ref.Hosts) == 1 && (s.own(ref.Hosts[0].Name) || s.public(ref.Hosts[0].Name, note)) {
			continue // its own name: where it listens, or where others reach it
		}
		terms := ref.Terms()
		if s.collects() && !(s.keeps() && ref.KeepsData()) {
			terms.IfLost = depgraph.Unaffected
		} else if s.servesBefore(ref.Hosts) {
			terms.IfLost = max(terms.IfLost, depgraph.Degraded)
		}
		o := at
		o.Note, o.Confidence = note, min(ref.Form.Confidence(), most)
		s.referAt(o, link.Text, terms, s.targets(ref)...)
	}
}

func (s *service) own(host string) bool {
	return strings.EqualFold(host, s.name) || strings.EqualFold(host, s.fill(s.value.Get("container_name").Text()))
}

// paths lists the files of the inputs that the service uses: what it mounts, and
// the Dockerfile it is built from. What they say, their sources say of it.
func (s *service) paths(b body) []link.Name {
	v := b.value
	var out []link.Name
	add := func(name string) {
		if p := s.resolve(b.file, name); p != "" {
			out = append(out, link.Name{Space: link.SpacePath, Text: p})
		}
	}
	if !s.besides() {
		out = s.mounted(b)
	}
	for _, kind := range materials {
		for _, name := range s.given(v, kind) {
			for _, c := range s.contents(kind, name) {
				add(c.value.Get("file").Text())
			}
		}
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
func (s *service) mounted(b body) []link.Name {
	var out []link.Name
	for item := range b.value.Get("volumes").Items() {
		source, _, _ := strings.Cut(item.Text(), ":")
		if item.Type() == strict.Map && item.Get("type").Text() == "bind" {
			source = item.Get("source").Text()
		}
		if strings.HasPrefix(source, ".") || strings.Contains(source, "/") {
			if p := s.resolve(b.file, source); p != "" {
				out = append(out, link.Name{Space: link.SpacePath, Text: p})
			}
		}
	}
	return out
}
