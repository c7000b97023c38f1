package sources

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/ingest/catalogue"
	"github.com/fateline/fateline/ingest/cloud"
)

func TestEveryDirectoryOfASourceIsListed(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile("sources.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && e.Name() != "testdata" && !regexp.MustCompile(`\b`+e.Name()+`\.[A-Z]`).Match(list) {
			t.Errorf("package %s is not in All", e.Name())
		}
	}
}

func TestEverySourceSaysWhatItReads(t *testing.T) {
	var names []string
	for _, s := range All() {
		names = append(names, s.Name)
		if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(s.Name) {
			t.Errorf("source %q: the name is not kebab-case", s.Name)
		}
		d := s.Doc
		if d.Title == "" || d.Text == "" || len(d.Reads) == 0 || d.Limits == "" || d.Since == "" {
			t.Errorf("source %s: its Doc is not complete: %+v", s.Name, d)
		}
		if strings.HasSuffix(d.Title, ".") {
			t.Errorf("source %s: its title ends in a full stop", s.Name)
		}
	}
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("All is not sorted by distinct names: %v", names)
	}
}

// A source without a golden is not tested, one without hostile cases is not robust,
// and Run makes those of the goldens.
func TestEverySourceRunsItsCasesAndIsFuzzed(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() || e.Name() == "testdata" {
			continue
		}
		tests, err := filepath.Glob(filepath.Join(e.Name(), "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var text []byte
		for _, name := range tests {
			part, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text = append(text, part...)
		}
		for _, want := range []string{`sourcetest\.Run\(t, (\w+\.)?Source, "testdata`, `func FuzzSource\(f \*testing\.F\) *\{ *sourcetest\.Fuzz\(f, (\w+\.)?Source, "testdata`} {
			if !regexp.MustCompile(want).Match(text) {
				t.Errorf("no test of %s matches %s", e.Name(), want)
			}
		}
	}
}

// A fact about a type of resource that no source makes a node of would never be heard.
func TestFactsAreAboutResourcesThatAreNodes(t *testing.T) {
	for _, f := range catalogue.Builtin().Facts {
		for _, typ := range f.Resource {
			if cloud.KindOf(typ) == "" {
				t.Errorf("%s: %s is no node", f.ID, typ)
			}
		}
	}
}
