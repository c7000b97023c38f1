package sourcetest

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// Case is one file, and what the ledger must say of it: what is wrong with it or only
// looks so; its path; its text; "id line:col" of each problem, joined by ", ", "" for
// none: then the file is complete.
type Case [4]string

// Broken reads each file, beside those around it, and compares what went wrong with what is wanted.
// It fails too where a file with a problem counts as complete, or one without does not.
func Broken(t *testing.T, source *ingest.Source, cases []Case, around ...txtar.File) {
	t.Helper()
	for _, c := range cases {
		name, at, text, want := c[0], c[1], c[2], c[3]
		t.Run(name, func(t *testing.T) {
			r := read(t, source, "case", append(slices.Clone(around), txtar.File{Name: at, Data: []byte(text)}))
			var got []string
			for _, p := range r.Problems {
				got = append(got, fmt.Sprintf("%s %d:%d", p.ID, p.Line, p.Col))
			}
			if all := strings.Join(got, ", "); all != want {
				t.Errorf("%q: problems %q, want %q\n%s", text, all, want, Text(r))
			}
			if is := status(r, "case/"+at); (is == depgraph.Complete) != (want == "") {
				t.Errorf("%q: the file is %s", text, is)
			}
		})
	}
}

// Flat names files whose format closes nothing that it opens, so that a file of it that
// ends too early shows nothing; pattern is one of path.Match for the name of a file.
type Flat struct{ Pattern, Why string }

// closing are the marks with which formats close what they opened.
const closing = "}])"

// beheaded takes the last closing mark of a file away, and what stands behind it. ok is
// false where it has none, or none that is not in a comment.
func beheaded(data []byte) (cut []byte, ok bool) {
	for end := len(data); ; {
		at := bytes.LastIndexAny(data[:end], closing)
		if at < 0 {
			return nil, false
		}
		line := strings.TrimLeft(string(data[bytes.LastIndexByte(data[:at], '\n')+1:at]), " \t")
		if !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, ";") && !strings.HasPrefix(line, "//") && !strings.Contains(line, " #") {
			return data[:at], true
		}
		end = at
	}
}

// unclosed reports each file of a case that is taken for complete although the last
// thing it opens is never closed.
func unclosed(t testing.TB, source *ingest.Source, name string, files []txtar.File, flat []Flat) (faults []string) {
	whole := read(t, source, name, files)
	for i, f := range files {
		full := name + "/" + f.Name
		reads := slices.ContainsFunc(whole.Inputs, func(in depgraph.Input) bool {
			return in.Path == full && in.Format == source.Name && in.Status == depgraph.Complete
		})
		cut, ok := beheaded(f.Data)
		if !reads || !ok || slices.ContainsFunc(flat, func(x Flat) bool {
			matched, err := path.Match(x.Pattern, path.Base(f.Name))
			return err != nil || matched
		}) {
			continue
		}
		if ext := path.Ext(f.Name); ext == ".yaml" || ext == ".yml" {
			if _, err := strict.YAML(cut, strict.Limits{}); err == nil {
				continue // the mark was part of a plain scalar
			}
		}
		got := read(t, source, name, replaced(files, i, cut))
		if status(got, full) == depgraph.Complete {
			faults = append(faults, fmt.Sprintf("%s without its last closing mark, %d bytes: the file is complete; if the format closes nothing, say so with sourcetest.Flat", f.Name, len(cut)))
		}
	}
	return faults
}
