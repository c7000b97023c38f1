package helmfile

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

type emitter struct {
	fragment *link.Fragment
	byPath   map[string]*helmfile
	clusters []string // that the files name
}

// release is one entry of a list of releases.
type release struct {
	strict.Value
	file            *helmfile
	name, namespace string
	chart, cluster  string
	id              depgraph.ID
}

// spaceJenkins holds controllers of Jenkins by the files that define their jobs; the
// source of CI pipelines looks there.
const spaceJenkins link.Space = "jenkins"

// releases lists what a file installs.
func (e *emitter) releases(h *helmfile) []release {
	var out []release
	for _, doc := range h.docs {
		for v := range doc.Get("releases").Items() {
			r := release{Value: v, file: h, name: text(v.Get("name")), namespace: text(v.Get("namespace")), chart: text(v.Get("chart")), cluster: h.cluster}
			if on, said := v.Get("installed").Bool(); r.name == "" || said && !on || v.Get("namespace").Text() != r.namespace {
				continue
			}
			if c := text(v.Get("kubeContext")); c != "" {
				r.cluster = c
			}
			r.id = e.id(r.cluster, r.namespace, r.name)
			out = append(out, r)
		}
	}
	return out
}

func (e *emitter) id(cluster, namespace, name string) depgraph.ID {
	if namespace == "" {
		namespace = "default"
	}
	id := depgraph.ID{Kind: depgraph.KindService, Name: namespace + "/" + name}
	if cluster != "" && len(e.clusters) > 1 {
		id.Name = cluster + "/" + id.Name
	}
	return id
}

func (e *emitter) file(h *helmfile) {
	all := e.releases(h)
	repositories := e.repositories(h, map[*helmfile]bool{})
	for _, r := range all {
		e.define(r, all)
		e.chart(r, repositories)
		e.needs(r, all)
	}
}

func (r release) at(v strict.Value, note string) depgraph.Origin {
	o := r.file.Origin(v.Line(), v.Col())
	o.Note = note
	return o
}

func (r release) clusterID() depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindCluster, Name: r.cluster}
}

func (e *emitter) define(r release, all []release) {
	node := depgraph.Node{ID: r.id, Labels: map[string]string{"app.kubernetes.io/instance": r.name}}
	scope := "k8s/" + link.UnnamedCluster
	if r.cluster != "" {
		scope = "k8s/" + r.cluster
		for _, alias := range []string{r.cluster + "/" + strings.TrimPrefix(r.id.Name, r.cluster+"/"), strings.TrimPrefix(r.id.Name, r.cluster+"/")} {
			if alias != r.id.Name {
				node.Aliases = append(node.Aliases, depgraph.ID{Kind: depgraph.KindService, Name: alias}.String())
			}
		}
		e.refer(r, link.Target{Name: link.ID(r.clusterID()), Else: r.clusterID(), Quiet: true}, depgraph.PlacedIn, depgraph.PhasesOf(depgraph.Run, depgraph.Start), r.at(r.Get("name"), "its helmfile is that of the cluster"))
	}
	d := link.Definition{Node: node, Scope: scope + "/" + path.Dir(strings.TrimPrefix(r.id.Name, r.cluster+"/")), Origin: r.at(r.Get("name"), "release")}
	if path.Base(r.chart) == "jenkins" {
		d.Names = append(d.Names, jobs(r, all)...)
	}
	e.fragment.Definitions = append(e.fragment.Definitions, d)
}

// jobs returns the values files of a controller of Jenkins, and of what else is
// installed in its namespace, where it is the only one there: jobs that such a file
// defines are the controller's.
func jobs(controller release, all []release) []link.Name {
	var names []link.Name
	for _, r := range all {
		if r.cluster != controller.cluster || r.namespace != controller.namespace {
			continue
		}
		if r.id != controller.id && path.Base(r.chart) == "jenkins" {
			return nil
		}
		for v := range r.Get("values").Items() {
			if file := text(v); file != "" {
				names = append(names, link.Name{Space: spaceJenkins, Text: r.file.relative(file)})
			}
		}
	}
	return names
}

func (e *emitter) refer(r release, to link.Target, via depgraph.Via, phases depgraph.Phases, o depgraph.Origin) {
	e.fragment.References = append(e.fragment.References, link.Reference{
		Owner: link.ID(r.id), Members: []link.Target{to}, Terms: depgraph.Terms{Phases: phases, Via: via}, Form: link.Structured, Origin: o,
	})
}

// repositories returns the addresses of the chart repositories that a file knows,
// those of its bases among them.
func (e *emitter) repositories(h *helmfile, seen map[*helmfile]bool) map[string]string {
	known := map[string]string{}
	seen[h] = true
	for _, doc := range h.docs {
		for base := range doc.Get("bases").Items() {
			if b := e.byPath[h.relative(text(base))]; b != nil && !seen[b] {
				for name, address := range e.repositories(b, seen) {
					known[name] = address
				}
			}
		}
		for v := range doc.Get("repositories").Items() {
			address := text(v.Get("url"))
			if oci, _ := v.Get("oci").Bool(); oci && !strings.Contains(address, "://") {
				address = "oci://" + address
			}
			known[text(v.Get("name"))] = address
		}
	}
	return known
}

// chart adds where the chart comes from: to be deployed, a release needs it.
func (e *emitter) chart(r release, repositories map[string]string) {
	address := r.chart
	if name, _, ok := strings.Cut(r.chart, "/"); ok && repositories[name] != "" {
		address = repositories[name]
	}
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return // a chart of the repository itself
	}
	deploy := depgraph.PhasesOf(depgraph.Deploy)
	switch u.Scheme {
	case "oci":
		id := depgraph.ID{Kind: depgraph.KindRegistry, Name: u.Host}
		e.refer(r, link.Target{Name: link.ID(id), Else: id, Quiet: true}, depgraph.Pulls, deploy, r.at(r.Get("chart"), "chart "+r.chart))
	case "https", "http":
		e.refer(r, link.Target{Name: link.Host("", u.Hostname())}, depgraph.Pulls, deploy, r.at(r.Get("chart"), "chart "+r.chart))
	}
}

// needs adds the releases that must be installed before this one.
func (e *emitter) needs(r release, all []release) {
	for v := range r.Get("needs").Items() {
		want := text(v)
		if want == "" {
			continue
		}
		i := slices.IndexFunc(all, func(o release) bool { return o.answersTo(want, r) })
		if i < 0 {
			r.file.Note("release %s needs %s, which the file does not install", r.name, want)
			continue
		}
		e.refer(r, link.Target{Name: link.ID(all[i].id)}, depgraph.OrderedAfter, depgraph.PhasesOf(depgraph.Deploy), r.at(v, "needs"))
	}
}

// answersTo reports whether a release is the one that another names as
// [[CONTEXT/]NAMESPACE/]NAME; one without a namespace is of the same.
func (r release) answersTo(name string, from release) bool {
	parts := strings.Split(name, "/")
	if parts[len(parts)-1] != r.name {
		return false
	}
	switch len(parts) {
	case 1:
		return r.namespace == from.namespace || r.namespace == ""
	case 2:
		return parts[0] == r.namespace
	}
	return parts[1] == r.namespace && parts[0] == r.cluster
}

// includes lists the releases of the files that a file includes as its own too:
// whoever runs helmfile on it deploys them.
func (e *emitter) includes(top, h *helmfile, seen map[*helmfile]bool) {
	seen[h] = true
	for _, doc := range h.docs {
		for v := range doc.Get("helmfiles").Items() {
			p := text(v)
			if p == "" {
				p = text(v.Get("path"))
			}
			if p == "" || strings.Contains(p, "::") {
				continue
			}
			for _, sub := range e.matching(h.relative(p)) {
				if seen[sub] {
					continue
				}
				for _, r := range e.releases(sub) {
					e.fragment.Definitions = append(e.fragment.Definitions, link.Definition{
						Node: depgraph.Node{ID: r.id}, Origin: r.includedAt(top, v, h),
					})
				}
				e.includes(top, sub, seen)
			}
		}
	}
}

// includedAt is where top includes the release: where v stands in it, or its start
// where a file in between does.
func (r release) includedAt(top *helmfile, v strict.Value, by *helmfile) depgraph.Origin {
	o := top.Origin(1, 1)
	if by == top {
		o = top.Origin(v.Line(), v.Col())
	}
	o.Note = "includes " + r.file.Path()
	return o
}

// matching returns the files of a path, in which '*' stands for anything; of a
// directory, those that stand in it.
func (e *emitter) matching(pattern string) []*helmfile {
	var out []*helmfile
	for p, h := range e.byPath {
		if ok, err := path.Match(pattern, p); err == nil && ok || path.Dir(p) == pattern {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b *helmfile) int { return strings.Compare(a.Path(), b.Path()) })
	return out
}
