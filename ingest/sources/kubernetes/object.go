package kubernetes

import (
	"maps"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// object is one API object of the input, or one of the copies that overlays make
// of it. It is read-only once the world is built.
type object struct {
	file *ingest.File
	root strict.Value
	says strict.Value // its name, where it has one in its metadata

	group string // "" for the built-in ones, such as apps and networking.k8s.io
	kind  string
	// foreign is "group/Kind" outside the built-in groups, and "" within: what is special
	// to a kind is looked up under it.
	foreign string
	name    string
	ns      string // "" for what belongs to no namespace
	labels  map[string]string

	cluster string     // "" where the inputs name none
	home    *namespace // once the world is built
	run     *workload  // what it is where it runs pods; nil: nothing
	edition string     // "" where it is not one of several versions of the same thing
	id      depgraph.ID
	called  string // the id as text; "" until asked
	node    *node  // nil until asked
	plain   bool   // the id is the one without cluster and edition

	overlay   *overlay // what an overlay changes in it; nil: nothing
	delivered *object  // the tool whose directory holds it; nil: none
}

// readObjects returns the objects of a document, those of lists included.
func readObjects(f *ingest.File, root strict.Value) []*object {
	return appendObjects(nil, f, root)
}

func appendObjects(all []*object, f *ingest.File, root strict.Value) []*object {
	kind := root.Get("kind").Text()
	if items := root.Get("items"); items.Type() == strict.List && strings.HasSuffix(kind, "List") {
		all = slices.Grow(all, items.Len())
		for i := range items.Len() {
			// The items of a typed list may leave their kind out.
			all = appendItem(all, f, root, items.At(i))
		}
		return all
	}
	if kind == "" {
		return all
	}
	return append(all, newObject(f, root, root.Get("apiVersion").Text(), kind))
}

func appendItem(all []*object, f *ingest.File, list, item strict.Value) []*object {
	if item.Get("kind").Exists() {
		return appendObjects(all, f, item)
	}
	kind := strings.TrimSuffix(list.Get("kind").Text(), "List")
	if kind == "" || !item.Get("metadata").Exists() {
		return all
	}
	return append(all, newObject(f, item, list.Get("apiVersion").Text(), kind))
}

func newObject(f *ingest.File, root strict.Value, apiVersion, kind string) *object {
	meta, sort := root.Get("metadata"), sortOf(apiVersion, kind)
	o := &object{
		file: f, root: root, group: sort.group, kind: sort.kind, foreign: sort.foreign,
		name: meta.Get("name").Text(), ns: meta.Get("namespace").Text(), labels: texts(meta.Get("labels")),
	}
	if o.name == "" {
		o.name = strings.TrimSuffix(meta.Get("generateName").Text(), "-")
	}
	o.says = meta.Get("name")
	if o.group == "" && permissions[kind] {
		o.root, o.says = strict.Value{}, strict.Value{} // checked, and nobody asks again: the memory is for the others
	}
	return o
}

// permissions are kinds that are many and large, and never say what needs what.
var permissions = map[string]bool{
	"Role": true, "RoleBinding": true, "ClusterRole": true, "ClusterRoleBinding": true, "Lease": true, "Event": true, "LimitRange": true, "ResourceQuota": true,
}

// groupOf returns the group of an apiVersion, "" for the built-in ones, whose kinds
// are unique among themselves and moved between groups over time.
func groupOf(apiVersion string) string {
	group, _, found := strings.Cut(apiVersion, "/")
	if !found || !strings.Contains(group, ".") {
		return ""
	}
	switch group {
	case "networking.k8s.io", "storage.k8s.io", "rbac.authorization.k8s.io", "admissionregistration.k8s.io", "apiextensions.k8s.io",
		"apiregistration.k8s.io", "scheduling.k8s.io", "node.k8s.io", "discovery.k8s.io", "coordination.k8s.io", "apps.openshift.io":
		return ""
	}
	return group
}

// ref is the name of the object's node.
func (o *object) ref() link.Name {
	if o.called == "" {
		o.called = o.id.String()
	}
	return link.Name{Space: link.SpaceID, Text: o.called}
}

// is reports whether o is of a kind in a group.
func (o *object) is(group, kind string) bool { return o.kind == kind && o.group == group }

// get follows fields from the root of the object.
func (o *object) get(path ...string) strict.Value { return o.root.Get(path...) }

// annotation returns the value of an annotation.
func (o *object) annotation(key string) strict.Value {
	return o.root.Get("metadata", "annotations", key)
}

// at returns the origin of a value of the object, that of the object where the
// value is not there.
func (o *object) at(v strict.Value) depgraph.Origin { return origin(o.file, v, o.root) }

// origin returns where the first of the values that are there stands.
func origin(f *ingest.File, vs ...strict.Value) depgraph.Origin {
	for _, v := range vs {
		if v.Line() > 0 {
			return f.Origin(v.Line(), v.Col())
		}
	}
	return f.Origin(0, 0)
}

// here returns the origin of the object itself: of its name, which is what people
// look for.
func (o *object) here() depgraph.Origin { return o.at(o.says) }

// texts returns a map of strings, nil for an empty one.
func texts(v strict.Value) map[string]string {
	if v.Len() == 0 {
		return nil
	}
	m := make(map[string]string, v.Len())
	for k, item := range v.Fields() {
		m[k.Text] = item.Text()
	}
	return m
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// String names the object the way people do: "Deployment shop/web".
func (o *object) String() string {
	if o.ns == "" {
		return o.kind + " " + o.name
	}
	return o.kind + " " + o.ns + "/" + o.name
}
