package kubernetes

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// applicationSources returns the sources of an Application, one or several.
func applicationSources(o *object) []strict.Value {
	var all []strict.Value
	if s := o.get("spec", "source"); s.Exists() {
		all = append(all, s)
	}
	return append(all, slices.Collect(o.get("spec", "sources").Items())...)
}

// applicationPaths returns the directories that an Application deploys.
func applicationPaths(o *object) []string {
	var all []string
	for _, s := range applicationSources(o) {
		if p := s.Get("path").Text(); p != "" {
			all = append(all, p)
		}
	}
	return all
}

// emitApplication adds an Argo CD Application: a tool that needs its repositories and
// the parts of Argo CD that carry it out.
func (e *emitter) emitApplication(o *object) {
	e.define(o, depgraph.Node{})
	e.placeInCluster(o)
	sources := applicationSources(o)
	if o.kind == "ApplicationSet" {
		sources = []strict.Value{o.get("spec", "template", "spec", "source")}
		sources = append(sources, slices.Collect(o.get("spec", "template", "spec", "sources").Items())...)
		for g := range o.get("spec", "generators").Items() {
			sources = append(sources, g.Get("git"))
		}
	}
	for _, s := range sources {
		e.repository(o.id, o, s.Get("repoURL"), o.at(s.Get("repoURL")))
	}
	e.emitParts(o, "argocd", []string{"argocd-application-controller", "argocd-repo-server"})
	e.emitTracking(o)
}

// emitParts adds the controllers that carry a tool out, where the inputs show them
// beside it.
func (e *emitter) emitParts(o *object, ns string, names []string) {
	spaces := []string{o.ns, ns}
	slices.Sort(spaces)
	for _, ns := range slices.Compact(spaces) {
		for _, name := range names {
			var found []*workload
			for _, run := range e.w.in(o, ns).byName[name] {
				if e.w.sees(o, run.object) {
					found = append(found, run)
				}
			}
			if len(found) == 1 { // of several editions nobody says which
				e.need(need{owner: o.id, to: to(found[0].id), phases: runs, via: "carried-by", at: o.here(), confidence: 0.9})
			}
		}
	}
}
