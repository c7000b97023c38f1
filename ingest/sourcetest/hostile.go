package sourcetest

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
)

// change is one way to spoil a file.
type change struct {
	name string
	to   func(data []byte) []byte
	// wants is what must hold: the same findings, a row that is not complete, or,
	// where a cut may fall between two documents, only that nothing breaks.
	wants outcome
	only  string // file name endings, separated by blanks; "" is every file
}

type outcome int

const (
	same     outcome = iota + 1 // the findings of the file as it was
	broken                      // partial or unreadable
	survives                    // no panic, no hang
)

// cuts is how many places of each file are cut at.
const cuts = 40

const yamlOrJSON = ".yaml .yml .json"

func changes() []change {
	appended := func(text string) func([]byte) []byte {
		return func(data []byte) []byte { return append(slices.Clip(data), text...) }
	}
	bomb := "\n---\na: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 12 {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c, *%c, *%c]\n", 'b'+i, 'b'+i, 'a'+i, 'a'+i, 'a'+i, 'a'+i)
	}
	return []change{
		{"CRLF line ends", func(d []byte) []byte { return bytes.ReplaceAll(d, []byte("\n"), []byte("\r\n")) }, same, ""},
		{"byte order mark", func(d []byte) []byte { return append([]byte("\xef\xbb\xbf"), d...) }, same, yamlOrJSON},
		{"NUL at the end", appended("\x00"), broken, yamlOrJSON},
		{"bad UTF-8 at the end", appended("# \xff\n"), broken, yamlOrJSON},
		{"alias bomb", appended(bomb), broken, ".yaml .yml"},
		{"cyclic alias", appended("\n---\na: &a [*a]\n"), broken, ".yaml .yml"},
		{"key twice", appended("\n---\na: 1\na: 2\n"), broken, ".yaml .yml"},
		{"deep nesting", appended("\n---\n" + strings.Repeat("[", 400) + strings.Repeat("]", 400) + "\n"), broken, ".yaml .yml"},
		{"template braces", appended("\n---\n{{- if .Values.on }}\na: {{ .Values.a }}\n{{- end }}\n"), broken, ".yaml .yml"},
		{"text after the end", appended("\n]"), broken, ".json"},
		{"nothing but nesting", func([]byte) []byte { return bytes.Repeat([]byte("["), 100_000) }, survives, ""},
		{"one huge scalar", appended("\n# " + strings.Repeat("x", 1<<20)), survives, ""},
		{"bytes in reverse", func(d []byte) []byte { d = bytes.Clone(d); slices.Reverse(d); return d }, survives, ""},
	}
}

// hostile spoils each file of a case in every way, one at a time, and returns
// what went wrong, a sentence each.
func hostile(t testing.TB, source *ingest.Source, name string, files []txtar.File) (faults []string) {
	whole := read(t, source, name, files)
	clean := !slices.ContainsFunc(whole.Inputs, func(in depgraph.Input) bool { return in.Status.Incomplete() })
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for i, f := range files {
		path := name + "/" + f.Name
		if !slices.ContainsFunc(whole.Inputs, func(in depgraph.Input) bool { return in.Path == path && in.Format == source.Name }) {
			continue // not one of this source's
		}
		for _, c := range changes() {
			if c.only != "" && !slices.Contains(strings.Fields(c.only), filepath.Ext(f.Name)) {
				continue
			}
			got := read(t, source, name, replaced(files, i, c.to(f.Data)))
			if p := panicked(got); p != "" {
				fault("%s: %s: %s", f.Name, c.name, p)
			}
			switch {
			case c.wants == same && clean && FragmentText(got.Fragments...) != FragmentText(whole.Fragments...):
				fault("%s: %s: findings changed:\n got %s\nwant %s", f.Name, c.name, Text(got), Text(whole))
			case c.wants == broken && status(got, path) == depgraph.Complete:
				fault("%s: %s: the file is complete", f.Name, c.name)
			}
		}
		for n := range cuts {
			at := len(f.Data) * n / cuts
			if p := panicked(read(t, source, name, replaced(files, i, f.Data[:at]))); p != "" {
				fault("%s cut at byte %d: %s", f.Name, at, p)
			}
		}
	}
	return faults
}

func replaced(files []txtar.File, i int, data []byte) []txtar.File {
	files = slices.Clone(files)
	files[i].Data = data
	return files
}

func status(r *ingest.Reading, path string) depgraph.Status {
	for _, in := range r.Inputs {
		if in.Path == path {
			return in.Status
		}
	}
	return 0
}

// panicked returns the place and message of a panic; "" where there was none.
func panicked(r *ingest.Reading) string {
	for _, p := range r.Problems {
		if p.ID == ingest.SourcePanic {
			return p.Place() + ": " + p.Msg
		}
	}
	return ""
}
