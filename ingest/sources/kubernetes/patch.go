package kubernetes

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// patch applies the patches of a kustomization to the pods and replica counts of its
// objects. What they change beyond that is noted.
func (g *gathered) patch(k *kustomization, objects []*object) {
	for _, list := range []string{"patches", "patchesStrategicMerge", "patchesJson6902"} {
		for item := range k.root.Get(list).Items() {
			target := item.Get("target")
			name := firstValue(item.Get("path"), item)
			switch inline := firstValue(item.Get("patch"), item); {
			case strings.Contains(inline.Text(), "\n") || strings.HasPrefix(strings.TrimSpace(inline.Text()), "["):
				g.patchText(k, objects, inline, target)
			case name.Text() != "":
				g.patchFile(k, objects, name, target)
			}
		}
	}
}

// patchFile applies the patches in a file, which then is no resource of its own.
func (g *gathered) patchFile(k *kustomization, objects []*object, name, target strict.Value) {
	p := path.Join(k.dir, name.Text())
	g.used[p] = true
	patches := g.byFile[p]
	if len(patches) == 0 {
		k.file.Note("line %d: patch %s was not applied", name.Line(), name.Text())
		return
	}
	for _, patch := range patches {
		k.merge(objects, patch, field{v: patch.root, f: patch.file}, target, name)
	}
}

// patchText applies a patch that is written inside the kustomization.
func (g *gathered) patchText(k *kustomization, objects []*object, text, target strict.Value) {
	docs, err := strict.Parse([]byte(text.Text()), strict.Limits{})
	if err != nil {
		k.file.Fail(&strict.Error{ID: strict.YAMLSyntax, Line: text.Line(), Col: text.Col(), Msg: "the patch cannot be read"})
		return
	}
	line, col := text.Place(0)
	for _, doc := range docs {
		x := field{doc.Root, k.file, shift{line - 1, col - 1}}
		if doc.Root.Type() == strict.List {
			k.jsonPatch(objects, x, target)
			continue
		}
		patch := newObject(k.file, doc.Root, doc.Root.Get("apiVersion").Text(), doc.Root.Get("kind").Text())
		k.merge(objects, patch, x, target, text)
	}
}

// merge applies a strategic merge patch to what it is meant for.
func (k *kustomization) merge(objects []*object, patch *object, x field, target, at strict.Value) {
	found := false
	for _, o := range objects {
		if !meant(o, patch, target) {
			continue
		}
		found = true
		if x.get("$patch").text() == "delete" {
			o.overlay.removed = true
			continue
		}
		if where, is := templatePath(o); is {
			if t := x.get(where...); t.exists() {
				o.overlay.patches = append(o.overlay.patches, readPod(t))
			}
			if r := x.get("spec", "replicas"); r.exists() {
				o.overlay.replicas = append(o.overlay.replicas, r)
			}
			continue
		}
		if o.is("", "ConfigMap") {
			for key, v := range x.v.Get("data").Fields() {
				o.overlay.merged = append(o.overlay.merged, datum{key: key.Text, text: v.Text(), value: field{v, x.f, x.shift}})
			}
			continue
		}
		k.file.Note("line %d: what the patch changes in %s was not applied", at.Line(), o)
	}
	if !found {
		k.file.Note("line %d: the patch is meant for nothing among the inputs", at.Line())
	}
}

// meant says whether a patch is meant for an object: by its target, else by the kind
// and name that it states itself.
func meant(o, patch *object, target strict.Value) bool {
	if target.Type() != strict.Map {
		return o.kind == patch.kind && firstName(o) == patch.name && (patch.ns == "" || o.ns == "" || patch.ns == o.ns)
	}
	is := func(field, have string) bool {
		want := target.Get(field).Text()
		if want == "" {
			return true
		}
		re, err := regexp.Compile("^(?:" + want + ")$")
		return err == nil && re.MatchString(have)
	}
	if !is("kind", o.kind) || !is("name", firstName(o)) || !is("namespace", o.ns) || !is("group", rawGroup(o)) {
		return false
	}
	for _, term := range strings.Split(target.Get("labelSelector").Text(), ",") {
		if key, value, found := strings.Cut(term, "="); found && o.labels.get(strings.TrimSpace(key)) != strings.TrimSpace(strings.TrimPrefix(value, "=")) {
			return false
		}
	}
	return true
}

// firstName is the name that an object has in its own file, by which patches know it.
func firstName(o *object) string { return o.get("metadata", "name").Text() }

var podField = regexp.MustCompile(`^/spec/(?:jobTemplate/spec/)?template/spec/(containers|initContainers)/(\d+)/(env|envFrom)/(?:-|\d+)$`)

// jsonPatch applies the operations of a JSON patch that set replicas and variables.
func (k *kustomization) jsonPatch(objects []*object, x field, target strict.Value) {
	for _, o := range objects {
		if target.Type() != strict.Map || !meant(o, nil, target) {
			continue
		}
		for _, op := range x.items() {
			k.operation(o, op)
		}
	}
}

func (k *kustomization) operation(o *object, op field) {
	kind, p := op.get("op").text(), op.get("path").text()
	value := op.get("value")
	switch {
	case p == "/spec/replicas" && kind != "remove":
		o.overlay.replicas = append(o.overlay.replicas, value)
		return
	case strings.HasPrefix(p, "/metadata/"):
		return
	}
	where, is := templatePath(o)
	m := podField.FindStringSubmatch(p)
	if !is || m == nil || kind == "remove" {
		k.file.Note("line %d: the patch of %s in %s was not applied", op.at().Line, p, o)
		return
	}
	base := o.overlay.apply(readPod(field{v: o.get(where...), f: o.file}))
	i := 0
	for _, c := range base.containers {
		if c.init != (m[1] == "initContainers") {
			continue
		}
		if m[2] == strconv.Itoa(i) {
			change := &container{name: c.name, parts: []field{{}}}
			if m[3] == "env" {
				change.env = []field{value}
			} else {
				change.envFrom = []field{value}
			}
			o.overlay.patches = append(o.overlay.patches, &pod{containers: []*container{change}, templates: []field{op}})
			return
		}
		i++
	}
}

// datum is one entry of a ConfigMap.
type datum struct {
	key   string
	text  string
	value field
	skip  int // bytes of the value's text before the entry's own
}

// data returns the entries of a ConfigMap, those of generators and overlays included.
func (o *object) data() []datum {
	data := o.get("data")
	out := make([]datum, 0, data.Len())
	var replaced map[string]bool
	if o.overlay != nil {
		replaced = map[string]bool{}
		for _, d := range o.overlay.merged {
			replaced[d.key] = true
		}
	}
	for key, v := range data.Fields() {
		if !replaced[key.Text] {
			out = append(out, datum{key: key.Text, text: v.Text(), value: field{v: v, f: o.file}})
		}
	}
	for item := range o.get("literals").Items() {
		if key, text, found := strings.Cut(item.Text(), "="); found && !replaced[key] {
			out = append(out, datum{key: key, text: strings.Trim(text, `"'`), value: field{v: item, f: o.file}, skip: len(key) + 1})
		}
	}
	if o.overlay != nil {
		out = append(out, o.overlay.merged...)
	}
	return out
}

// at returns the origin of a byte of the entry's text.
func (d datum) at(offset int) depgraph.Origin { return d.value.within(d.skip + offset) }

// generate adds the ConfigMaps and Secrets that a kustomization generates.
func (k *kustomization) generate(objects []*object) []*object {
	for _, kind := range []string{"ConfigMap", "Secret"} {
		list := strings.ToLower(kind[:1]) + kind[1:] + "Generator"
		for item := range k.root.Get(list).Items() {
			name := item.Get("name").Text()
			if name == "" {
				continue
			}
			made := &object{file: k.file, root: item, says: item.Get("metadata", "name"), notes: item.Get("metadata", "annotations"), kind: kind, name: name, ns: item.Get("namespace").Text(), overlay: (*overlay)(nil).next(k.dir)}
			if behavior := item.Get("behavior").Text(); behavior == "merge" || behavior == "replace" {
				for _, o := range objects {
					if o.kind == kind && o.name == name && kind == "ConfigMap" {
						o.overlay.merged = append(o.overlay.merged, made.data()...)
					}
				}
				continue
			}
			objects = append(objects, made)
		}
	}
	return objects
}
