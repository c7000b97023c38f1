package sourcetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	utf16units "unicode/utf16"

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
	honest                      // the findings of the file as it was, or a row that is not complete or says what is left out
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
		{"UTF-16", utf16, honest, yamlOrJSON},
		{"UTF-16 without its last byte", func(d []byte) []byte { d = utf16(d); return d[:len(d)-1] }, honest, yamlOrJSON},
		{"another version", otherVersion, honest, yamlOrJSON},
		{"key twice", inObject(`"twice": 1, "twice": 2`), broken, ".json"},
		{"deep nesting", inObject(`"deep": ` + strings.Repeat("[", 400) + strings.Repeat("]", 400)), broken, ".json"},
		{"template braces", inObject(`{{ .Values.a }}`), broken, ".json"},
		{"nothing but nesting", func([]byte) []byte { return bytes.Repeat([]byte("["), 100_000) }, survives, ""},
		{"one huge scalar", appended("\n# " + strings.Repeat("x", 1<<20)), survives, ""},
		{"bytes in reverse", func(d []byte) []byte { d = bytes.Clone(d); slices.Reverse(d); return d }, survives, ""},
	}
}

// utf16 writes text as UTF-16 with a byte order mark, little end first.
func utf16(d []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, unit := range utf16units.Encode([]rune(string(d))) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

// versions are the places in which formats say which version of them a file is.
var versions = regexp.MustCompile(`(?m)((?:"|^)\s*(?:apiVersion|version|schemaVersion|format_version|AWSTemplateFormatVersion|schema)"?:\s*"?)([^"\n]+)`)

// otherVersion makes a file one of a version that nobody knows.
func otherVersion(d []byte) []byte {
	return versions.ReplaceAllFunc(d, func(found []byte) []byte {
		m := versions.FindSubmatch(found)
		if strings.Trim(string(m[2]), "0123456789 ,}") == "" {
			return bytes.Replace(found, bytes.Trim(m[2], " ,}"), []byte("99"), 1)
		}
		return slices.Concat(m[1], []byte("fateline.example/v99"))
	})
}

// inObject puts text in front of what is in the first object of a JSON file.
func inObject(text string) func([]byte) []byte {
	return func(d []byte) []byte {
		i := bytes.IndexByte(d, '{')
		if i < 0 {
			return append(slices.Clip(d), '{')
		}
		comma := ", "
		if strings.HasPrefix(strings.TrimSpace(string(d[i+1:])), "}") {
			comma = ""
		}
		return slices.Concat(d[:i+1], []byte(text+comma), d[i+1:])
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
			case c.wants == honest && clean && silent(got, path) && FragmentText(got.Fragments...) != FragmentText(whole.Fragments...):
				fault("%s: %s: the file is complete, and its findings changed without a word:\n got %s\nwant %s", f.Name, c.name, Text(got), Text(whole))
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

// silent reports whether the ledger has nothing to say of a file.
func silent(r *ingest.Reading, path string) bool {
	return slices.ContainsFunc(r.Inputs, func(in depgraph.Input) bool {
		return in.Path == path && in.Status == depgraph.Complete && len(in.Notes) == 0 && in.Reason == ""
	})
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
