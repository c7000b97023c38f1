package kubernetes

import (
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// kustomization is one kustomization file.
type kustomization struct {
	file *ingest.File
	root strict.Value
	dir  string
}

func isKustomization(p string, root strict.Value) bool {
	group, _, _ := strings.Cut(root.Get("apiVersion").Text(), "/")
	return isKustomizationFile(p) || group == "kustomize.config.k8s.io" && (root.Get("kind").Text() == "Kustomization" || root.Get("kind").Text() == "Component")
}

func readKustomization(f *ingest.File, root strict.Value) *kustomization {
	return &kustomization{file: f, root: root, dir: path.Dir(f.Path())}
}

// gathered is what all documents hold, before kustomizations are followed.
type gathered struct {
	objects    []*object
	byFile     map[string][]*object
	files      map[string]bool // of the unit
	byDir      map[string]*kustomization
	order      []*kustomization
	unresolved []depgraph.Unresolved
	used       map[string]bool // files that a kustomization reads as resources or patches
}

func gather(documents []document) *gathered {
	g := &gathered{byFile: map[string][]*object{}, byDir: map[string]*kustomization{}, used: map[string]bool{}, files: map[string]bool{}}
	for _, d := range documents {
		if k := d.kustomization; k != nil && g.byDir[k.dir] == nil {
			g.byDir[k.dir] = k
			g.order = append(g.order, k)
		}
		if len(d.objects) > 0 {
			g.objects = append(g.objects, d.objects...)
			g.byFile[d.file.Path()] = append(g.byFile[d.file.Path()], d.objects...)
		}
	}
	return g
}

// build returns the objects that count: those that kustomizations which nobody
// includes bring about, and those that no kustomization mentions, as they are.
func (g *gathered) build() []*object {
	included := map[string]bool{}
	for _, k := range g.order {
		for _, entry := range k.entries() {
			if dir := g.directory(k, entry.Text()); dir != "" {
				included[dir] = true
			}
		}
	}
	var out []*object
	for _, k := range g.order {
		if !included[k.dir] {
			objects := kept(g.follow(k, nil))
			for _, o := range objects {
				o.overlay.optional = k.root.Get("kind").Text() == "Component"
			}
			out = append(out, objects...)
		}
	}
	for _, k := range g.order {
		if included[k.dir] && !g.used[k.dir] {
			out = append(out, kept(g.follow(k, nil))...) // only of a circle of inclusions
		}
	}
	for _, o := range g.objects {
		if !g.used[o.file.Path()] {
			out = append(out, o)
		}
	}
	return out
}

// kept leaves out what a patch deletes.
func kept(objects []*object) []*object {
	return slices.DeleteFunc(objects, func(o *object) bool { return o.overlay.removed })
}

// entries are the resources, bases and components of a kustomization.
func (k *kustomization) entries() []strict.Value {
	var all []strict.Value
	for _, list := range []string{"resources", "bases", "components"} {
		all = append(all, slices.Collect(k.root.Get(list).Items())...)
	}
	return all
}

// directory returns the directory of the kustomization that an entry names, "" where
// it names none.
func (g *gathered) directory(k *kustomization, entry string) string {
	dir := path.Join(k.dir, entry)
	if g.byDir[dir] == nil || isRemote(entry) || dir == k.dir {
		return ""
	}
	return dir
}

// isRemote says whether an entry is outside the inputs.
func isRemote(entry string) bool {
	return strings.Contains(entry, "://") || strings.HasPrefix(entry, "github.com/") || strings.HasPrefix(entry, "git@") || strings.Contains(entry, "?ref=")
}

// follow returns the objects that a kustomization brings about. around are the
// directories on the way to it.
func (g *gathered) follow(k *kustomization, around []string) []*object {
	if slices.Contains(around, k.dir) || len(around) > 20 {
		k.file.Note("the kustomization includes itself")
		return nil
	}
	g.used[k.dir] = true
	around = append(slices.Clip(around), k.dir)
	var objects []*object
	for _, list := range []string{"resources", "bases"} {
		for entry := range k.root.Get(list).Items() {
			objects = append(objects, g.resource(k, entry, around)...)
		}
	}
	for i, o := range objects {
		c := *o
		c.overlay = o.overlay.next(k.dir)
		objects[i] = &c
	}
	objects = k.generate(objects)
	for entry := range k.root.Get("components").Items() {
		objects = g.include(k, entry, objects, around)
	}
	g.change(k, objects)
	for _, list := range []string{"helmCharts", "helmChartInflationGenerator", "generators", "transformers"} {
		for item := range k.root.Get(list).Items() {
			name := firstOf(item.Get("name").Text(), item.Get("chartName").Text(), item.Text())
			k.file.Note("line %d: %s %s is not rendered", item.Line(), list, name)
		}
	}
	return objects
}

// resource returns the objects of one entry.
func (g *gathered) resource(k *kustomization, entry strict.Value, around []string) []*object {
	name := entry.Text()
	p := path.Join(k.dir, name)
	switch {
	case name == "":
		return nil
	case isRemote(name):
		k.file.Note("line %d: resource %s is remote and was not read", entry.Line(), withoutUser(name))
		return nil
	case g.byDir[p] != nil:
		return g.follow(g.byDir[p], around)
	case g.byFile[p] != nil || g.used[p]:
		g.used[p] = true
		return slices.Clone(g.byFile[p])
	case g.files[p]:
		return nil // without objects, or unreadable and recorded as such
	}
	k.file.Note("line %d: resource %s is not among the inputs", entry.Line(), name)
	g.unresolved = append(g.unresolved, depgraph.Unresolved{Name: p, Why: depgraph.Dangling, Origin: origin(k.file, entry)})
	return nil
}

func withoutUser(url string) string {
	if scheme, rest, found := strings.Cut(url, "://"); found {
		if host, path, _ := strings.Cut(rest, "/"); strings.Contains(host, "@") {
			return scheme + "://" + host[strings.LastIndexByte(host, '@')+1:] + "/" + path
		}
	}
	return url
}

// include applies a component to the objects: it adds its own and changes all.
func (g *gathered) include(k *kustomization, entry strict.Value, objects []*object, around []string) []*object {
	c := g.byDir[path.Join(k.dir, entry.Text())]
	if c == nil || slices.Contains(around, c.dir) || len(around) > 20 {
		if !isRemote(entry.Text()) && c == nil {
			k.file.Note("line %d: component %s is not among the inputs", entry.Line(), entry.Text())
		}
		return objects
	}
	g.used[c.dir] = true
	around = append(slices.Clip(around), c.dir)
	for _, list := range []string{"resources", "bases"} {
		for r := range c.root.Get(list).Items() {
			for _, o := range g.resource(c, r, around) {
				own := *o
				own.overlay = o.overlay.next(k.dir)
				objects = append(objects, &own)
			}
		}
	}
	objects = c.generate(objects)
	for inner := range c.root.Get("components").Items() {
		objects = g.include(c, inner, objects, around)
	}
	g.change(c, objects)
	return objects
}

// change applies what a kustomization says about all its objects. Each has an
// overlay of its own already.
func (g *gathered) change(k *kustomization, objects []*object) {
	g.patch(k, objects)
	prefix, suffix := k.root.Get("namePrefix").Text(), k.root.Get("nameSuffix").Text()
	ns := k.root.Get("namespace").Text()
	renames := map[[2]string]string{}
	labels, podLabels := k.labels()
	for _, o := range objects {
		if ns != "" && !clusterScoped(o.group, o.kind) {
			o.ns = ns
		}
		if prefix+suffix != "" && o.kind != "Namespace" && o.kind != "CustomResourceDefinition" {
			renames[[2]string{o.kind, o.name}] = prefix + o.name + suffix
			o.name = prefix + o.name + suffix
		}
		if len(labels) > 0 {
			o.labels = o.labels.with(labels)
		}
		if len(podLabels) > 0 {
			o.overlay.labels = o.overlay.labels.with(podLabels)
		}
		for item := range k.root.Get("images").Items() {
			o.overlay.images = append(o.overlay.images, readImageChange(k, item))
		}
		for item := range k.root.Get("replicas").Items() {
			if item.Get("name").Text() == o.name {
				o.overlay.replicas = append(o.overlay.replicas, field{v: item.Get("count"), f: k.file})
			}
		}
		if len(renames) > 0 || prefix+suffix != "" {
			o.overlay.renames = append(o.overlay.renames, renames)
		}
	}
}

func readImageChange(k *kustomization, item strict.Value) imageChange {
	c := imageChange{name: item.Get("name").Text(), newName: item.Get("newName").Text(), at: origin(k.file, item)}
	if tag := item.Get("newTag").Text(); tag != "" {
		c.newTag = ":" + tag
	}
	if digest := item.Get("digest").Text(); digest != "" {
		c.newTag = "@" + digest
	}
	return c
}

// labels returns the labels that a kustomization gives to objects, and to pods.
func (k *kustomization) labels() (all, pods labels) {
	all = labelsOf(k.root.Get("commonLabels"))
	pods = all
	for item := range k.root.Get("labels").Items() {
		templates, _ := item.Get("includeTemplates").Bool()
		selectors, _ := item.Get("includeSelectors").Bool()
		pairs := labelsOf(item.Get("pairs"))
		all = all.with(pairs)
		if templates || selectors {
			pods = pods.with(pairs)
		}
	}
	return all, pods
}
