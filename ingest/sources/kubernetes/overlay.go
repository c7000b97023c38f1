package kubernetes

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// overlay is what kustomizations change in an object, the innermost first. The nil
// overlay changes nothing.
type overlay struct {
	dir      string // of the outermost kustomization
	patches  []*pod
	labels   labels // of the pods
	images   []imageChange
	replicas []field                // what the object's spec.replicas becomes; the last one counts
	renames  []map[[2]string]string // by kind and name, one map for each kustomization
	merged   []datum                // entries that generators and patches put into a ConfigMap
	removed  bool                   // a patch deletes it
	optional bool                   // a Component that nothing includes brings it about
}

// imageChange is one entry of a kustomization's images.
type imageChange struct {
	name, newName, newTag string
	at                    depgraph.Origin
}

// next returns a copy to which the next kustomization adds.
func (x *overlay) next(dir string) *overlay {
	if x == nil {
		return &overlay{dir: dir}
	}
	c := *x
	c.dir = dir
	c.patches = slices.Clip(x.patches)
	c.images = slices.Clip(x.images)
	c.replicas = slices.Clip(x.replicas)
	c.renames = slices.Clip(x.renames)
	c.merged = slices.Clip(x.merged)
	return &c
}

// apply returns a pod template with the patches and labels applied.
func (x *overlay) apply(p *pod) *pod {
	if x == nil {
		return p
	}
	for _, patch := range x.patches {
		p = p.patched(patch)
	}
	if len(x.labels) > 0 {
		p = p.patched(&pod{labels: x.labels})
	}
	return p
}

// replicasOf returns the number of replicas that an overlay states.
func (x *overlay) replicasOf(*object) (*int, field) {
	if x == nil {
		return nil, field{}
	}
	for _, r := range slices.Backward(x.replicas) {
		if n, at := number(r); n != nil {
			return n, at
		}
	}
	return nil, field{}
}

// pictured is the image of a container, and where it is written.
type pictured struct {
	text string
	at   depgraph.Origin
}

// image returns the image that a container runs.
func (x *overlay) image(written field) pictured {
	out := pictured{written.text(), written.at()}
	if x == nil {
		return out
	}
	for _, change := range x.images {
		if untagged(out.text) != change.name {
			continue
		}
		tag := strings.TrimPrefix(out.text, untagged(out.text))
		if change.newTag != "" {
			tag = change.newTag
		}
		out.text = firstOf(change.newName, change.name) + tag
		out.at = change.at
	}
	return out
}

// untagged returns an image as written, without tag and digest.
func untagged(s string) string {
	s, _, _ = strings.Cut(s, "@")
	if i := strings.LastIndexByte(s, ':'); i > strings.LastIndexByte(s, '/') {
		s = s[:i]
	}
	return s
}

// renamed returns the name that an object, referred to by its first name, has now.
func (x *overlay) renamed(kind, name string) string {
	if x == nil {
		return name
	}
	for _, names := range x.renames {
		if now, ok := names[[2]string{kind, name}]; ok {
			name = now
		}
	}
	return name
}

// overlay adds what an overlay changes to a print.
func (h *hasher) overlay(x *overlay) {
	if x == nil {
		return
	}
	for _, p := range x.patches {
		for _, t := range p.templates {
			h.value("template", t.v)
		}
	}
	for _, c := range x.images {
		if c.newName != "" {
			h.text("image", c.name, c.newName)
		}
	}
	for _, r := range x.replicas {
		h.text("replicas", r.text())
	}
	for _, d := range x.merged {
		h.text("merged", d.key, d.text)
	}
}
