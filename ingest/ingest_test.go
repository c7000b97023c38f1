package ingest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// lines is a source that reads YAML maps of node ids to what they need.
func lines() *Source {
	claim := func(path string, _ []byte) (string, bool) {
		return "all", strings.HasSuffix(path, ".lines") || path == "-"
	}
	return Define(Spec{Name: "lines"}, NoParams, claim, func(ctx context.Context, u *Unit, _ struct{}) (*link.Fragment, error) {
		out := &link.Fragment{}
		parts, err := Each(ctx, u, func(f *File, doc strict.Document) *link.Fragment {
			part := &link.Fragment{}
			for k, v := range doc.Root.Fields() {
				if k.Text == "panic" {
					panic("asked to")
				}
				id := depgraph.MustID("service:" + k.Text)
				part.Definitions = append(part.Definitions, link.Definition{Node: depgraph.Node{ID: id}, Origin: f.Origin(k.Line, k.Col)})
				part.References = append(part.References, link.Reference{
					Owner: link.ID(id), Members: []link.Target{{Name: link.ID(depgraph.MustID("service:" + v.Text()))}}, Origin: f.Origin(v.Line(), v.Col()),
				})
			}
			return part
		})
		for _, p := range parts {
			out.Definitions = append(out.Definitions, p.Definitions...)
			out.References = append(out.References, p.References...)
		}
		return out, err
	})
}

// tree writes files below a new directory and makes it the working directory.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	return dir
}

func ledger(inputs []depgraph.Input) []string {
	var rows []string
	for _, in := range inputs {
		row := fmt.Sprintf("%s %s %s", in.Path, in.Format, in.Status)
		if in.Reason != "" {
			row += " (" + in.Reason + ")"
		}
		if in.Documents > 0 {
			row += fmt.Sprintf(" documents=%d", in.Documents)
		}
		rows = append(rows, row)
	}
	return rows
}

func mustRead(t *testing.T, paths []string, opt Options) *Reading {
	t.Helper()
	r, err := Read(t.Context(), paths, []*Source{lines()}, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEverythingMetHasARow(t *testing.T) {
	tree(t, map[string]string{
		"a.lines":            "a: b\n---\nb: c\n",
		"sub/b.lines":        "c: d\nc: e\n",
		"sub/readme.txt":     "text",
		"sub/empty":          "",
		".git/config":        "[core]",
		".git/objects/x":     "x",
		"vendored/c.lines":   "x: y\n",
		"vendored/d/e.lines": "x: y\n",
		"node_modules/x":     "x",
		"half.lines":         "ok: fine\n---\nbroken: [\n---\nfine: too\n",
	})
	r := mustRead(t, []string{"."}, Options{Exclude: []Exclude{{"vendored", "not ours"}}})
	want := []string{
		".git  excluded (left out by Fateline: version control data)",
		"a.lines lines complete documents=2",
		"half.lines lines partial (3:1: did not find expected node content; document 2) documents=2",
		"node_modules  excluded (left out by Fateline: installed packages)",
		`sub/b.lines lines unreadable (2:1: key "c" again, first at 1:1)`,
		"sub/empty  unclaimed (empty)",
		"sub/readme.txt  unclaimed (no source reads it)",
		"vendored  excluded (not ours)",
	}
	if diff := cmp.Diff(want, ledger(r.Inputs)); diff != "" {
		t.Error(diff)
	}
}
