package terraform

import (
	"path"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
)

// root is one state's worth of resources: a directory of configuration with the
// modules it calls, or a state or plan file.
type root struct {
	name      string // the directory below what was scanned, or the file; "" is the scanned directory itself
	byAddress map[string]*resource
	order     []*resource // by place
	backend   *backend    // nil: none is configured
	reads     []backend   // states of other roots
	file      *ingest.File
}

// backend is where a state is kept, as far as it names it.
type backend struct {
	kind         string // "s3", "gcs", "azurerm", ...
	bucket, key  string
	table        string // the lock table
	file         *ingest.File
	line, column int
}

// name identifies a state among all roots.
func (b backend) name() string { return b.kind + "/" + b.bucket + "/" + strings.TrimSuffix(b.key, "/") }

// resource is one resource or data source, whoever described it.
type resource struct {
	address string
	typ     string
	data    bool
	kind    depgraph.Kind // "": no node of its own
	file    *ingest.File
	line    int
	column  int
	attrs   map[string][]string // the literal texts of an attribute, by its path without indexes
	refs    []ref
	files   []string // files of the inputs that it boots with
	count   *int     // nil: unknown
	region  string   // of its provider; "" is unknown

	mentions []mention // while a state is read: every value, for matching
}

// mention is one value of a state.
type mention struct {
	attr, text   string
	line, column int
}

// ref is one mention of another resource.
type ref struct {
	attr         string // path of the attribute, "depends_on" among them
	to           string // address in the same root
	line, column int
}

// first returns the first literal text of the first attribute that has one.
func (r *resource) first(attrs ...string) string {
	for _, a := range attrs {
		for _, text := range r.attrs[a] {
			if text != "" {
				return text
			}
		}
	}
	return ""
}

// all returns the distinct texts of several attributes, sorted.
func (r *resource) all(attrs ...string) []string {
	var out []string
	for _, a := range attrs {
		for _, text := range r.attrs[a] {
			if text != "" {
				out = append(out, text)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (r *resource) provider() string {
	name, _, _ := strings.Cut(r.typ, "_")
	switch name {
	case "azurerm", "azuread":
		return "azure"
	case "google":
		return "google"
	}
	return name
}

// below returns a path below the directory that was scanned: how people know it,
// and the same wherever the command was run.
func below(f *ingest.File, dir string) string {
	dir = path.Clean(dir)
	rootName := f.Root()
	if rootName == "" {
		return dir
	}
	if i := strings.LastIndex("/"+dir+"/", "/"+rootName+"/"); i >= 0 {
		return strings.Trim(("/" + dir + "/")[i+len(rootName)+1:], "/")
	}
	if dir == "." {
		return ""
	}
	return dir
}
