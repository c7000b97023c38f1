package sourcetest

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Fuzz is the body of a source's fuzz target. The cases of dir are its seeds: one
// file of a case is what the fuzzer writes, the others stay as they are. Whatever
// stands in it, the source must not panic, must find the same twice, and what it
// finds must have places and must link.
func Fuzz(f *testing.F, source *ingest.Source, dir string) {
	f.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(paths) == 0 {
		f.Fatalf("%s holds no *.txtar to start from: %v", dir, err)
	}
	var trees [][]txtar.File
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		var tree []txtar.File
		for _, file := range archive.Files {
			if file.Name != golden {
				tree = append(tree, file)
			}
		}
		for i, file := range tree {
			f.Add(uint16(len(trees)), uint16(i), file.Data)
		}
		trees = append(trees, tree)
	}
	f.Fuzz(func(t *testing.T, tree, file uint16, data []byte) {
		files := trees[int(tree)%len(trees)]
		files = replaced(files, int(file)%len(files), data)
		got := read(t, source, "case", files)
		if fault := Sound(got); fault != "" {
			t.Error(fault)
		}
		if again := read(t, source, "case", files); Text(again) != Text(got) {
			t.Errorf("the second reading differs:\n%s\nfirst:\n%s", Text(again), Text(got))
		}
	})
}

// Sound returns what is wrong with a reading whatever its inputs were: a panic, a
// definition or reference without a place or a name, or facts that do not link to
// nodes with ids; "" where nothing is.
func Sound(r *ingest.Reading) string {
	if p := panicked(r); p != "" {
		return p
	}
	for _, f := range r.Fragments {
		for d := range f.AllDefinitions() {
			if id := d.Node.ID; !id.IsZero() && (id.Kind == "" || id.Name == "") || !placed(d.Origin) || d.Node.Takes < 0 {
				return "a definition without a place or a name: " + definition(d)
			}
		}
		for ref := range f.AllReferences() {
			if len(ref.Members) == 0 || !placed(ref.Origin) || ref.Terms.Lasts < 0 {
				return "a reference without a place or a member: " + reference(ref)
			}
		}
	}
	g, err := link.Link(r.Fragments, r.Inputs, link.Options{})
	if err != nil {
		return "the facts do not link: " + err.Error()
	}
	for n := range g.Nodes() {
		if back, err := depgraph.ParseID(n.ID.String()); err != nil || back != n.ID {
			return "the facts link to a node " + n.ID.String() + " that is no id"
		}
	}
	return ""
}

// placed reports whether an origin says where a fact was read, and how sure it is.
func placed(o depgraph.Origin) bool {
	return o.Input != "" && o.Line >= 0 && o.Col >= 0 && o.Confidence >= 0 && o.Confidence <= 1
}
