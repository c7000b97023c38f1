package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
)

// Flux and Argo CD do not deploy files as they are: a Flux Kustomization puts its
// objects into a namespace, replaces variables in them and adds components, and may
// do so with one directory many times over.

// channel is one tool that delivers directories of the inputs.
type channel struct {
	tool       *object
	dirs       []string // the directory, then its components
	ns         string   // the namespace of what it delivers; "" leaves it
	overrides  bool     // of what states another one too
	substitute map[string]string
	given      *address.Lookup // by substitute
	replaces   bool            // it replaces variables, also with nothing to put for them
}

// deliver returns the objects as the tools among them deliver them.
func deliver(objects []*object) []*object {
	dirs := directoriesOf(objects)
	channels := channelsOf(objects, dirs)
	if len(channels) == 0 {
		return objects
	}
	out := make([]*object, 0, len(objects))
	made := map[*object]*object{} // a tool to itself as another tool delivers it
	for _, o := range objects {
		by := channelsFor(o, channels)
		if len(by) == 0 {
			out = append(out, o)
		}
		for i, c := range by {
			d := c.deliver(o)
			if i == 0 {
				made[o] = d
			}
			out = append(out, d)
		}
	}
	for _, o := range out {
		if tool := made[o.delivered]; tool != nil {
			o.delivered = tool
		}
	}
	return out
}

// channelsOf collects the tools among the objects, each once: the clusters of a fleet
// have tools of the same names, and may share the directories that these deliver.
func channelsOf(objects []*object, dirs *directories) []*channel {
	var out []*channel
	seen := map[key]bool{}
	for _, o := range objects {
		if o.kind != "Kustomization" && o.kind != "Application" {
			continue
		}
		is := keyOf(o)
		is.cluster = clusterOfPath(o.file.Path())
		if seen[is] {
			continue
		}
		var c *channel
		switch {
		case o.is(kustomizeGroup, "Kustomization"):
			c = fluxChannel(o, objects, dirs)
		case o.is("argoproj.io", "Application"):
			c = &channel{tool: o, ns: o.get("spec", "destination", "namespace").Text()}
			for _, p := range applicationPaths(o) {
				if dir, ok := dirs.find(o, p); ok {
					c.dirs = append(c.dirs, dir)
				}
			}
		}
		if c != nil && len(c.dirs) > 0 {
			seen[is] = true
			out = append(out, c)
		}
	}
	return out
}

func fluxChannel(o *object, objects []*object, dirs *directories) *channel {
	dir, ok := dirs.find(o, fluxPath(o, objects))
	if !ok {
		return nil
	}
	c := &channel{tool: o, dirs: []string{dir}, ns: o.get("spec", "targetNamespace").Text(), overrides: true, substitute: map[string]string{}}
	for item := range o.get("spec", "components").Items() {
		if p := path.Join(dir, item.Text()); dirs.all[p] {
			c.dirs = append(c.dirs, p)
		}
	}
	build := o.get("spec", "postBuild")
	c.replaces = build.Exists()
	for from := range build.Get("substituteFrom").Items() {
		if from.Get("kind").Text() != "ConfigMap" {
			continue
		}
		for _, m := range objects {
			if m.is("", "ConfigMap") && m.name == from.Get("name").Text() {
				for _, d := range m.data() {
					c.substitute[d.key] = d.text
				}
				break
			}
		}
	}
	for k, v := range build.Get("substitute").Fields() {
		c.substitute[k.Text] = v.Text()
	}
	const most = 256 << 20 // a channel delivers many files
	c.given = address.NewLookup(most, func(name string) (string, bool) { v, ok := c.substitute[name]; return v, ok })
	return c
}

// fluxPath returns the path of a Flux Kustomization as one in the repository: that in an
// artifact which a generator makes leads to where the generator takes it from, and that
// in one which no input shows leads nowhere (fluxcd.io/flux/components/source/artifactgenerators).
func fluxPath(o *object, objects []*object) string {
	in := o.get("spec", "path").Text()
	if o.get("spec", "sourceRef", "kind").Text() != "ExternalArtifact" {
		return in
	}
	in = strings.Trim(path.Clean("/"+in), "/")
	name, cluster := o.get("spec", "sourceRef", "name").Text(), clusterOfPath(o.file.Path())
	best, found := -1, ""
	for _, g := range objects {
		if !g.is("source.extensions.fluxcd.io", "ArtifactGenerator") || clusterOfPath(g.file.Path()) != cluster {
			continue
		}
		for artifact := range g.get("spec", "artifacts").Items() {
			if artifact.Get("name").Text() != name {
				continue
			}
			for copied := range artifact.Get("copy").Items() {
				to := strings.Trim(strings.TrimPrefix(copied.Get("to").Text(), "@artifact"), "/")
				_, from, _ := strings.Cut(copied.Get("from").Text(), "/") // behind the alias of the source
				from, all := strings.CutSuffix(from, "/**")
				if !all && !strings.ContainsAny(from, "*?[{") {
					from, all = strings.Trim(from, "/"), true // a directory, with all that is in it
				}
				rest, inside := strings.CutPrefix(in+"/", to+"/")
				if to == "" {
					rest, inside = in, true
				}
				if all && inside && len(to) > best {
					best, found = len(to), path.Join(from, rest)
				}
			}
		}
	}
	return found
}

// channelsFor returns the tools that deliver an object: of those whose directory it
// stands below the nearest, and those that add it as a component.
func channelsFor(o *object, channels []*channel) []*channel {
	place := o.place() + "/"
	depth := -1
	for _, c := range channels {
		if strings.HasPrefix(place, c.dirs[0]+"/") && c.tool.file != o.file {
			depth = max(depth, len(c.dirs[0]))
		}
	}
	var out []*channel
	for _, c := range channels {
		own := len(c.dirs[0]) == depth && strings.HasPrefix(place, c.dirs[0]+"/") && c.tool.file != o.file
		added := slices.ContainsFunc(c.dirs[1:], func(dir string) bool { return strings.HasPrefix(place, dir+"/") })
		if own || added {
			out = append(out, c)
		}
	}
	return out
}

// deliver returns the object as the tool delivers it.
func (c *channel) deliver(o *object) *object {
	d := *o
	d.delivered = c.tool
	if c.replaces {
		replace := func(s string) string {
			if !strings.Contains(s, "${") {
				return s
			}
			return address.ExpandShell(s, c.given.Look)
		}
		d.root = o.root.Rewrite(replace)
		if d.root != o.root {
			again := newObject(o.file, d.root, d.get("apiVersion").Text(), replace(o.kind))
			d.labels, d.notes = again.labels, again.notes
			d.name, d.ns = replace(o.name), replace(o.ns)
		}
		if c.given.Over() {
			c.tool.file.Fail(heldBack(c.tool.root))
		}
	}
	if c.ns != "" && (c.overrides || d.ns == "") && !clusterScoped(d.group, d.kind) {
		d.ns = c.ns
	}
	return &d
}

// fluxSource is where an installation of Flux says what it follows.
type fluxSource struct {
	by  *object // nil: no input shows it
	url strict.Value
}

// fluxSync returns the source that an installation of Flux makes for itself, which
// its Kustomizations name "flux-system".
func (e *emitter) fluxSync(from *object) (o *object, url strict.Value) {
	at := sight(from, "", "")
	found, asked := e.syncs[at]
	if !asked {
		found.by, found.url = e.findSync(from)
		e.syncs[at] = found
	}
	return found.by, found.url
}

func (e *emitter) findSync(from *object) (o *object, url strict.Value) {
	for _, o := range e.w.objects {
		if !e.w.sees(from, o) {
			continue
		}
		switch {
		case o.is("fluxcd.controlplane.io", "FluxInstance"):
			url = o.get("spec", "sync", "url")
		case o.is(helmGroup, "HelmRelease"):
			url = o.get("spec", "values", "instance", "sync", "url")
		}
		if url.Text() != "" {
			return o, url
		}
	}
	return nil, strict.Value{}
}
