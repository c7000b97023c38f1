package kubernetes

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// field is a value and the file in which it stands: an overlay makes one workload
// of several files.
type field struct {
	v strict.Value
	f *ingest.File
	// shift is where in the file the text begins in which the value stands: not at its
	// beginning for a patch that is written inside a kustomization.
	shift shift
}

// shift is what is added to a line, and to each column.
type shift struct{ lines, columns int }

func (s shift) move(o depgraph.Origin) depgraph.Origin {
	if o.Line > 0 {
		o.Line += s.lines
		o.Col += s.columns
	}
	return o
}

func (x field) text() string { return x.v.Text() }

func (x field) exists() bool { return x.v.Exists() }

func (x field) get(path ...string) field { return field{x.v.Get(path...), x.f, x.shift} }

// at returns the origin of the field.
func (x field) at() depgraph.Origin {
	if x.f == nil {
		return depgraph.Origin{}
	}
	return x.shift.move(origin(x.f, x.v))
}

// within returns the origin of a byte of the field's text.
func (x field) within(offset int) depgraph.Origin {
	if x.f == nil {
		return depgraph.Origin{}
	}
	return x.shift.move(x.f.Origin(x.v.Place(offset)))
}

// items lists the items of a list.
func (x field) items() []field {
	out := make([]field, 0, x.v.Len())
	for item := range x.v.Items() {
		out = append(out, field{item, x.f, x.shift})
	}
	return out
}

// pod is a pod template, or a pod, as it is after its overlays.
type pod struct {
	labels     labels
	templates  []field     // the template as each file writes it, the last one first
	specs      []field     // the spec of each; nil until asked
	says       strict.Keys // those of all of them
	notes      strict.Keys // the annotations of all templates, likewise
	containers []*container
	volumes    []field
}

// container is one container of a pod.
type container struct {
	name    string
	init    bool // runs to its end before the others start
	sidecar bool // an init container that goes on running
	parts   []field
	keys    strict.Keys // of all parts
	env     []field     // by name, in order; later ones of the same name win
	envFrom []field
	volumes []string // the volumes that it mounts

	runs  string // the base of its image, once asked
	asked bool
}

// readPod reads a pod template.
func readPod(template field) *pod {
	p := &pod{templates: []field{template}, labels: labelsOf(template.v.Get("metadata", "labels"))}
	spec := template.get("spec")
	for _, item := range spec.get("initContainers").items() {
		c := readContainer(item)
		c.init = true
		c.sidecar = item.get("restartPolicy").text() == "Always"
		p.containers = append(p.containers, c)
	}
	for _, list := range []string{"containers", "ephemeralContainers"} {
		for _, item := range spec.get(list).items() {
			p.containers = append(p.containers, readContainer(item))
		}
	}
	p.volumes = spec.get("volumes").items()
	return p
}

func readContainer(x field) *container {
	c := &container{name: x.v.Get("name").Text(), parts: []field{x}, keys: x.v.Keys(), env: x.get("env").items(), envFrom: x.get("envFrom").items()}
	for _, list := range []string{"volumeMounts", "volumeDevices"} {
		for item := range x.v.Get(list).Items() {
			c.volumes = append(c.volumes, item.Get("name").Text())
		}
	}
	return c
}

// spec returns a field of the pod's spec, as the last overlay that states it has it.
func (p *pod) spec(path ...string) field {
	p.ask()
	if !p.says.May(path[0]) {
		return field{}
	}
	for _, spec := range p.specs {
		if x := spec.get(path...); x.exists() {
			return x
		}
	}
	return field{}
}

// ask finds the specs, once.
func (p *pod) ask() {
	if len(p.specs) == len(p.templates) {
		return
	}
	p.specs, p.says, p.notes = make([]field, len(p.templates)), 0, 0
	for i, t := range p.templates {
		p.specs[i] = t.get("spec")
		p.says |= p.specs[i].v.Keys()
		p.notes |= t.v.Get("metadata", "annotations").Keys()
	}
}

// annotation returns an annotation of the pod.
func (p *pod) annotation(key string) field {
	p.ask()
	if !p.notes.May(key) {
		return field{}
	}
	for _, t := range p.templates {
		if x := t.get("metadata", "annotations", key); x.exists() {
			return x
		}
	}
	return field{}
}

// get returns a field of the container, as the last overlay that states it has it.
func (c *container) get(path ...string) field {
	if !c.keys.May(path[0]) {
		return field{}
	}
	for _, part := range c.parts {
		if x := part.get(path...); x.exists() {
			return x
		}
	}
	return field{}
}

// base returns the last step of the path of its image, as its manifests write it.
func (c *container) base() string {
	if !c.asked {
		c.runs, c.asked = imageOf(c.get("image").text()).base(), true
	}
	return c.runs
}

// patched returns the pod as a strategic merge patch makes it. The pod itself stays
// as it is.
func (p *pod) patched(patch *pod) *pod {
	out := &pod{
		labels: p.labels.with(patch.labels), templates: slices.Concat(patch.templates, p.templates),
		volumes: mergeByName(p.volumes, patch.volumes),
	}
	changes := map[string]*container{}
	for _, c := range patch.containers {
		changes[c.name] = c
	}
	for _, c := range p.containers {
		change := changes[c.name]
		delete(changes, c.name)
		switch {
		case change == nil:
			out.containers = append(out.containers, c)
		case change.get("$patch").text() != "delete":
			out.containers = append(out.containers, c.patched(change))
		}
	}
	for _, c := range patch.containers {
		if changes[c.name] != nil {
			out.containers = append(out.containers, c)
		}
	}
	return out
}

func (c *container) patched(patch *container) *container {
	return &container{
		name: c.name, init: c.init, sidecar: c.sidecar, parts: slices.Concat(patch.parts, c.parts), keys: c.keys | patch.keys,
		env: mergeByName(c.env, patch.env), envFrom: append(slices.Clip(c.envFrom), patch.envFrom...),
		volumes: append(slices.Clip(c.volumes), patch.volumes...),
	}
}

// mergeByName merges lists whose items are known by their name.
func mergeByName(base, patch []field) []field {
	out := slices.Clone(base)
	for _, x := range patch {
		name := x.get("name").text()
		at := slices.IndexFunc(out, func(y field) bool { return y.get("name").text() == name })
		switch {
		case x.get("$patch").text() == "delete":
			if at >= 0 {
				out = slices.Delete(out, at, at+1)
			}
		case at >= 0:
			out[at] = x
		default:
			out = append(out, x)
		}
	}
	return out
}
