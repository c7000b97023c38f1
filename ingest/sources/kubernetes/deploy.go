package kubernetes

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// Who deploys what: the labels by which tools track their objects say it, else the
// directory that an Application or Kustomization names.

// emitTracking adds the tool that an object's labels or annotations name.
func (e *emitter) emitTracking(o *object) {
	if o.id.IsZero() || o.id.Kind.IsPlace() {
		return
	}
	annotations, labels := o.notes, o.get("metadata", "labels")
	id := annotations.Get("argocd.argoproj.io/tracking-id")
	for _, list := range [2]strict.Value{annotations, labels} {
		v := list.Get("argocd.argoproj.io/instance")
		if id.Text() != "" {
			v = id
		}
		if name, _, _ := strings.Cut(v.Text(), ":"); name != "" {
			e.trackedByArgo(o, name, v)
			return
		}
	}
	for _, t := range &trackers {
		if name := labels.Get(t.name); name.Text() != "" {
			ns := labels.Get(t.namespace).Text()
			e.deployedBy(o, e.fluxTool(o, t.kind, firstOf(ns, "flux-system"), name.Text()), name)
			return
		}
	}
	if v := labels.Get("app.kubernetes.io/instance"); v.Text() != "" {
		if app := e.application(o, v.Text()); app != nil && app != o {
			e.deployedBy(o, target{Name: link.ID(app.id)}, v)
			return
		}
	}
	e.emitDirectory(o)
}

// trackers are the labels by which Flux tracks its objects.
var trackers = [...]struct{ kind, name, namespace string }{
	{"Kustomization", "kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace"},
	{"HelmRelease", "helm.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/namespace"},
}

// trackedByArgo adds an Argo CD Application by the name that tracking states, which
// may have its namespace in front: "argocd_shop".
func (e *emitter) trackedByArgo(o *object, name string, at strict.Value) {
	if app := e.application(o, name); app != nil {
		if app != o {
			e.deployedBy(o, target{Name: link.ID(app.id)}, at)
		}
		return
	}
	ns := "argocd"
	if before, after, found := strings.Cut(name, "_"); found {
		ns, name = before, after
	}
	e.deployedBy(o, target{Name: link.ID(depgraph.ID{Kind: depgraph.KindTool, Name: "argocd/" + ns + "/" + name})}, at)
}

// application returns the Application of a name, in whatever cluster Argo CD runs.
func (e *emitter) application(_ *object, name string) *object { return e.apps.find(name) }

func (e *emitter) fluxTool(o *object, kind, ns, name string) target {
	t := e.w.target(o, kind, ns, name)
	if t.Name.Space != link.SpaceID {
		t = target{Name: link.ID(depgraph.ID{Kind: depgraph.KindTool, Name: e.w.clusterPrefix(o.cluster) + "flux/" + ns + "/" + name})}
	}
	return t
}

func (e *emitter) deployedBy(o *object, tool target, at strict.Value) {
	if tool.Name == o.ref() {
		return
	}
	e.need(need{owner: o.id, to: e.alone(tool), phases: deploys, via: depgraph.DeployedBy, at: o.at(at)})
}

// findApplications collects the Applications of Argo CD, which others know by name.
func (e *emitter) findApplications() {
	for _, o := range e.w.objects {
		if o.is("argoproj.io", "Application") {
			e.apps.add(o)
		}
	}
}

// emitDirectory adds the tool whose directory an object was delivered from.
func (e *emitter) emitDirectory(o *object) {
	tool := o.delivered
	if tool == nil || tool.id.IsZero() || tool.id == o.id {
		return
	}
	at := tool.get("spec", "path")
	for _, s := range applicationSources(tool) {
		if at = s.Get("path"); at.Exists() {
			break
		}
	}
	e.need(need{owner: o.id, to: to(tool.id), phases: deploys, via: depgraph.DeployedBy, at: tool.at(at), note: "the path names the directory of " + o.file.Path()})
}

// repository adds a source repository that a tool pulls from, and the host that
// serves it.
func (e *emitter) repository(tool depgraph.ID, o *object, url strict.Value, at depgraph.Origin) {
	path := repoPath(url.Text())
	if path == "" {
		return
	}
	id := depgraph.ID{Kind: depgraph.KindRepo, Name: path}
	host, _, _ := strings.Cut(path, "/")
	if !e.repos[path] {
		e.repos[path] = true
		e.add(link.Definition{Node: depgraph.Node{ID: id}, Weak: true, Origin: o.at(url), Names: []link.Name{{Space: link.SpaceRepo, Text: path}}})
		e.need(need{owner: id, to: []target{{Name: link.Host(e.w.hostScope(o, host), host)}}, phases: runs, via: "served-by", at: o.at(url)})
	}
	e.need(need{owner: tool, to: to(id), phases: runs, via: depgraph.Pulls, at: at})
}

// repoPath returns HOST/PATH of the URL of a repository: "github.com/team/app" of
// "git@github.com:team/app.git".
func repoPath(url string) string {
	s := strings.TrimSpace(url)
	if strings.Contains(s, "{{") || strings.Contains(s, "${") {
		return ""
	}
	if _, rest, found := strings.Cut(s, "://"); found {
		s = rest
	} else if user, rest, found := strings.Cut(s, "@"); found && !strings.Contains(user, "/") {
		s = strings.Replace(rest, ":", "/", 1)
	}
	s = s[strings.LastIndexByte(s[:strings.IndexByte(s+"/", '/')], '@')+1:]
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i]
	}
	host, path, _ := strings.Cut(s, "/")
	host, _, _ = strings.Cut(host, ":")
	path = strings.TrimSuffix(strings.Trim(path, "/"), ".git")
	if host == "" || path == "" && !strings.Contains(host, ".") {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(host)+"/"+path, "/")
}
