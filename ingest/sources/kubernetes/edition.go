package kubernetes

import (
	"crypto/sha256"
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// One repository often holds a thing several times: a base and its overlays,
// directories of environments, a rendered copy. Where the copies say the same they
// are one object with several origins. Where two say different things about one
// workload, the directories that hold them are editions: each is read as a system
// of its own, so that staging's database never becomes a need of production.

// key is what makes two objects the same to an API server.
type key struct {
	cluster, group, kind, ns, name string
}

func keyOf(o *object) key { return key{o.cluster, o.group, o.kind, o.ns, o.name} }

// assignEditions finds the editions among the objects, gives every object its own,
// and returns the objects that count, with what contradicts itself within one file.
func assignEditions(objects []*object) (kept []*object, clashes []depgraph.Unresolved) {
	keys, byKey := repeated(objects)
	kept = objects
	if len(keys) > 0 {
		kept, clashes = lastInFile(objects, byKey)
		keys, byKey = repeated(kept)
	}
	prints := map[*object]print{}
	for _, same := range byKey {
		for _, o := range same {
			prints[o] = fingerprint(o)
		}
	}
	roots := map[string]string{} // directory or file without suffix -> edition
	for _, k := range keys {
		if same := byKey[k]; splits(same[0]) && differ(same, prints) {
			nameEditions(same, roots)
		}
	}
	// What only an overlay that nobody has written yet would bring about is no part of
	// any other system.
	for _, o := range kept {
		if o.isOptional() {
			roots[o.overlay.dir] = strings.ReplaceAll(o.overlay.dir, "/", "-")
		}
	}
	if len(roots) == 0 {
		return kept, clashes
	}
	for _, o := range kept {
		o.edition = editionOf(o.place(), roots)
	}
	joinEqualEditions(kept, prints)
	return kept, clashes
}

// place is the path by which an object belongs to an edition: that of its file,
// without the suffix, or of the overlay that brings it about.
func (o *object) place() string {
	if o.overlay != nil && o.overlay.dir != "" {
		return o.overlay.dir
	}
	p := o.file.Path()
	return strings.TrimSuffix(p, path.Ext(p))
}

// isOptional reports whether only a Component brings the object about that nothing
// among the inputs includes: nobody reaches it by name.
func (o *object) isOptional() bool { return o.overlay != nil && o.overlay.optional }

// splits says whether two versions of an object of this kind make two editions.
func splits(o *object) bool {
	if _, workload := templatePath(o); workload {
		return true
	}
	_, runs := operatorOf(o)
	return runs
}

func differ(same []*object, prints map[*object]print) bool {
	return slices.ContainsFunc(same[1:], func(o *object) bool { return prints[o] != prints[same[0]] })
}

// lastInFile drops the earlier of two different objects of one key in one file, as
// applying the file does, and reports it. byKey are those of keys that several have.
func lastInFile(objects []*object, byKey map[key][]*object) (kept []*object, clashes []depgraph.Unresolved) {
	type inFile struct {
		key
		place string
	}
	last := map[inFile]*object{}
	for k, same := range byKey {
		for _, o := range same {
			last[inFile{k, o.place()}] = o
		}
	}
	for _, o := range objects {
		k := keyOf(o)
		if byKey[k] == nil {
			kept = append(kept, o)
			continue
		}
		final := last[inFile{k, o.place()}]
		if final == o || o.name == "" {
			kept = append(kept, o)
			continue
		}
		if fingerprint(o) != fingerprint(final) {
			clashes = append(clashes, depgraph.Unresolved{
				Owner: idOf(o), Name: o.String(), Why: depgraph.Conflicting, Origin: o.here(),
				Candidates: []string{o.here().Place(), final.here().Place()},
			})
		}
	}
	return kept, clashes
}

// nameEditions names the editions of one contested object. The names are the steps
// in which the paths of its versions part: "prod" and "staging" of
// apps/shop/prod/web.yaml and apps/shop/staging/web.yaml.
func nameEditions(same []*object, roots map[string]string) {
	var paths [][]string
	for _, o := range same {
		paths = append(paths, strings.Split(o.place(), "/"))
	}
	for _, p := range paths {
		var parting []string
		last := -1
		for i := range p {
			if slices.ContainsFunc(paths, func(q []string) bool {
				return len(q) > i && q[i] != p[i] && slices.Equal(q[:i], p[:i]) || len(q) == i && slices.Equal(q, p[:i])
			}) {
				parting = append(parting, p[i])
				last = i
			}
		}
		if last < 0 {
			continue
		}
		root := strings.Join(p[:last+1], "/")
		if _, known := roots[root]; !known {
			roots[root] = strings.Join(parting, "-")
		}
	}
}

// editionOf returns the edition of the nearest root around a path, "" where there is none.
func editionOf(p string, roots map[string]string) string {
	for {
		if name, ok := roots[p]; ok {
			return name
		}
		i := strings.LastIndexByte(p, '/')
		if i < 0 {
			return ""
		}
		p = p[:i]
	}
}

// joinEqualEditions makes one edition of those that share objects and differ in
// none of them, such as an overlay and its rendered copy.
func joinEqualEditions(objects []*object, prints map[*object]print) {
	content := map[string]map[key]print{}
	for _, o := range objects {
		if o.edition != "" && splits(o) {
			if content[o.edition] == nil {
				content[o.edition] = map[key]print{}
			}
			content[o.edition][keyOf(o)] = prints[o]
		}
	}
	joined := map[string]string{}
	var firsts []string
	for _, name := range sortedKeys(content) {
		joined[name] = name
		for _, first := range firsts {
			shared, equal := 0, true
			for k, print := range content[name] {
				if other, has := content[first][k]; has {
					shared++
					equal = equal && other == print
				}
			}
			if shared > 0 && equal {
				joined[name] = first
				for k, print := range content[name] {
					content[first][k] = print
				}
				break
			}
		}
		if joined[name] == name {
			firsts = append(firsts, name)
		}
	}
	for _, o := range objects {
		if first, ok := joined[o.edition]; ok {
			o.edition = first
		}
	}
}

// print identifies what an object says.
type print [sha256.Size]byte

// fingerprint returns the print of what an object says about dependencies: not its
// labels, annotations and status, not the tag of an image, not its place in a file.
func fingerprint(o *object) print {
	h := &hasher{}
	h.text(o.group, o.kind, o.ns, o.name)
	for k, v := range o.root.Fields() {
		switch k.Text {
		case "metadata", "status", "apiVersion", "kind":
		case "data", "stringData", "literals":
			if o.kind == "Secret" {
				h.text(k.Text)
				for name := range v.Fields() {
					h.text(name.Text) // never a value
				}
				continue
			}
			fallthrough
		default:
			h.text(k.Text)
			h.value(k.Text, v)
		}
	}
	h.overlay(o.overlay)
	return sha256.Sum256(h.buf)
}

type hasher struct{ buf []byte }

func (h *hasher) text(ss ...string) {
	for _, s := range ss {
		h.buf = append(h.buf, s...)
		h.buf = append(h.buf, 0)
	}
}

// value adds a value; key is the field that holds it.
func (h *hasher) value(key string, v strict.Value) {
	switch v.Type() {
	case strict.Map:
		fields := make(map[string]strict.Value, v.Len())
		for k, item := range v.Fields() {
			fields[k.Text] = item
		}
		h.text("{")
		for _, k := range sortedKeys(fields) {
			if k == "creationTimestamp" || !fields[k].Exists() && fields[k].Len() == 0 {
				continue
			}
			h.text(k)
			h.value(k, fields[k])
		}
		h.text("}")
	case strict.List:
		h.text("[")
		for item := range v.Items() {
			h.value(key, item)
		}
		h.text("]")
	default:
		s := v.Text()
		if key == "image" {
			s = imageOf(s).path()
		}
		h.text(s)
	}
}
