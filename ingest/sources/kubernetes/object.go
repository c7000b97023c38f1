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
	file  *ingest.File
	root  strict.Value
	says  strict.Value // its name, where it has one in its metadata
	notes strict.Value // its annotations

	group string // "" for the built-in ones, such as apps and networking.k8s.io
	kind  string
	// foreign is "group/Kind" outside the built-in groups, and "" within: what is special
	// to a kind is looked up under it.
	foreign string
	name    string
	ns      string // "" for what belongs to no namespace
	labels  labels

	cluster string     // "" where the inputs name none
	home    *namespace // once the world is built
	run     *workload  // what it is where it runs pods; nil: nothing
	front   *service   // what it is where it is a Service; nil: nothing
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
	r := objectReader{file: f}
	r.add(root)
	return r.all
}

// objectReader collects the objects of a document. Those of a list lie side by side, as
// everybody goes through them one after the other.
type objectReader struct {
	file *ingest.File
	all  []*object
	room []object
}

func (r *objectReader) add(root strict.Value) {
	kind := root.Get("kind").Text()
	if kind == "" {
		return
	}
	if strings.HasSuffix(kind, "List") {
		if items := root.Get("items"); items.Type() == strict.List {
			r.addItems(root, items)
			return
		}
	}
	r.take(root, root.Get("apiVersion").Text(), kind)
}

func (r *objectReader) addItems(list, items strict.Value) {
	r.all = slices.Grow(r.all, items.Len())
	for i := range items.Len() {
		if len(r.room) == 0 {
			r.room = make([]object, min(items.Len()-i, mostTogether))
		}
		r.addItem(list, items.At(i))
	}
}

// mostTogether is how many objects are made at a time: few are lost where the items of a
// list are none.
const mostTogether = 64

// addItem adds an item. Those of a typed list may leave their kind out.
func (r *objectReader) addItem(list, item strict.Value) {
	if item.Get("kind").Exists() {
		r.add(item)
		return
	}
	kind := strings.TrimSuffix(list.Get("kind").Text(), "List")
	if kind != "" && item.Get("metadata").Exists() {
		r.take(item, list.Get("apiVersion").Text(), kind)
	}
}

func (r *objectReader) take(root strict.Value, apiVersion, kind string) {
	if len(r.room) == 0 {
		r.room = make([]object, 1)
	}
	o := &r.room[0]
	r.room = r.room[1:]
	o.read(r.file, root, apiVersion, kind)
	r.all = append(r.all, o)
}

func newObject(f *ingest.File, root strict.Value, apiVersion, kind string) *object {
	o := new(object)
	o.read(f, root, apiVersion, kind)
	return o
}

// read makes the zero object of what a document says.
func (o *object) read(f *ingest.File, root strict.Value, apiVersion, kind string) {
	meta, sort := root.Get("metadata"), sortOf(apiVersion, kind)
	o.file, o.root = f, root
	o.group, o.kind, o.foreign = sort.group, sort.kind, sort.foreign
	for k, v := range meta.Fields() {
		switch k.Text {
		case "name":
			o.says, o.name = v, v.Text()
		case "namespace":
			o.ns = v.Text()
		case "labels":
			o.labels = labelsOf(v)
		case "annotations":
			o.notes = v
		}
	}
	if o.name == "" {
		o.name = strings.TrimSuffix(meta.Get("generateName").Text(), "-")
	}
	if o.group == "" && permissions[kind] {
		o.root, o.says, o.notes = strict.Value{}, strict.Value{}, strict.Value{} // checked, and nobody asks again: the memory is for the others
	}
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
	return o.notes.Get(key)
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
