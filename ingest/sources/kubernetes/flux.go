package kubernetes

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

const (
	kustomizeGroup = "kustomize.toolkit.fluxcd.io"
	helmGroup      = "helm.toolkit.fluxcd.io"
	sourceGroup    = "source.toolkit.fluxcd.io"
)

// emitFluxKustomization adds a Flux Kustomization: a tool that needs its source, what
// it depends on, and the keys that it decrypts with.
func (e *emitter) emitFluxKustomization(o *object) {
	e.define(o, depgraph.Node{})
	e.placeInCluster(o)
	e.emitFluxSource(o, o.get("spec", "sourceRef"))
	e.emitDependsOn(o)
	e.emitParts(o, "flux-system", []string{"kustomize-controller", "source-controller"})
	for _, path := range [][]string{{"spec", "decryption", "secretRef", "name"}, {"spec", "kubeConfig", "secretRef", "name"}} {
		if v := o.get(path...); v.Text() != "" {
			e.need(need{owner: o.id, to: e.material(o, "Secret", v.Text()), phases: runs, via: depgraph.Reads, at: o.at(v)})
		}
	}
	for x := range o.get("spec", "postBuild", "substituteFrom").Items() {
		e.valuesFrom(o, x)
	}
	for x := range o.get("spec", "healthChecks").Items() {
		kind, name := x.Get("kind").Text(), x.Get("name")
		if t := e.w.target(o, kind, firstOf(x.Get("namespace").Text(), o.ns), name.Text()); !t.Else.IsZero() || t.Name.Space == "id" {
			e.need(need{owner: o.id, to: quiet(t), phases: deploys, ifLost: depgraph.Unaffected, via: "waits-for", at: o.at(name)})
		}
	}
	e.emitTracking(o)
}

// valuesFrom adds a ConfigMap or Secret that a tool takes values from.
func (e *emitter) valuesFrom(o *object, x strict.Value) {
	kind, name := x.Get("kind").Text(), x.Get("name")
	if kind != "ConfigMap" && kind != "Secret" || name.Text() == "" {
		return
	}
	n := need{owner: o.id, to: e.material(o, kind, name.Text()), phases: runs, via: depgraph.Reads, at: o.at(name)}
	if optional, _ := x.Get("optional").Bool(); optional {
		n.ifLost = depgraph.Unaffected
	}
	e.need(n)
}

// emitDependsOn adds what must be ready before the tool acts.
func (e *emitter) emitDependsOn(o *object) {
	for x := range o.get("spec", "dependsOn").Items() {
		name := x.Get("name")
		if name.Text() != "" {
			e.need(need{
				owner: o.id, to: []target{e.fluxTool(o, o.kind, firstOf(x.Get("namespace").Text(), o.ns), name.Text())},
				phases: deploys, via: depgraph.OrderedAfter, at: o.at(name),
			})
		}
	}
}

// emitFluxSource adds the repository behind a source that a tool names.
func (e *emitter) emitFluxSource(o *object, ref strict.Value) {
	kind, name := ref.Get("kind").Text(), ref.Get("name").Text()
	ns := firstOf(ref.Get("namespace").Text(), o.ns)
	source := e.w.find(o, kind, ns, name)
	if source == nil || source.group != sourceGroup {
		if by, url := e.fluxSync(o); by != nil && name == "flux-system" {
			e.repository(o.id, by, url, o.at(ref))
		} else if name != "" {
			e.note(o.file, "%s takes from %s %s/%s, which no input shows", o, kind, ns, name)
		}
		return
	}
	url := source.get("spec", "url")
	if kind == "Bucket" {
		url = source.get("spec", "endpoint")
	}
	if strings.HasPrefix(url.Text(), "oci://") {
		e.pullsFrom(o, source, url, o.at(ref))
	} else {
		e.repository(o.id, source, url, o.at(ref))
	}
	if v := source.get("spec", "secretRef", "name"); v.Text() != "" {
		e.need(need{owner: o.id, to: e.material(source, "Secret", v.Text()), phases: runs, via: depgraph.Reads, at: source.at(v)})
	}
}

// pullsFrom adds an artefact in a registry as what a tool pulls.
func (e *emitter) pullsFrom(o, source *object, url strict.Value, at depgraph.Origin) {
	img := imageOf(url.Text())
	if img.isZero() {
		return
	}
	e.images(img, source.at(url))
	e.need(need{owner: o.id, to: to(img.registry()), phases: runs, via: depgraph.Pulls, at: at})
}

// emitHelmRelease adds a Flux HelmRelease as a tool. What it installs is a workload of
// its own.
func (e *emitter) emitHelmRelease(o *object) {
	e.define(o, depgraph.Node{})
	e.placeInCluster(o)
	for _, ref := range []strict.Value{o.get("spec", "chart", "spec", "sourceRef"), o.get("spec", "chartRef")} {
		if ref.Exists() {
			e.emitFluxSource(o, ref)
		}
	}
	e.emitDependsOn(o)
	for x := range o.get("spec", "valuesFrom").Items() {
		e.valuesFrom(o, x)
	}
	e.emitParts(o, "flux-system", []string{"helm-controller", "source-controller"})
	e.emitTracking(o)
}
