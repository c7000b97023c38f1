package sourcetest

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/fateline/fateline/ingest"
)

var update = flag.Bool("update", false, "rewrite goldens and print which changed")

// golden is the section of a case that holds what is wanted.
const golden = "want"

// Run runs every case of dir, a directory of txtar archives, then the hostile
// cases that it makes of them: no source may panic, hang or take a broken file
// for a complete one. A file that has lost its last closing bracket is broken, but where
// flat says why its format has none.
func Run(t *testing.T, source *ingest.Source, dir string, flat ...Flat) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatalf("%s holds no *.txtar: a source without a case is not tested", dir)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		files := slices.DeleteFunc(slices.Clone(archive.Files), func(f txtar.File) bool { return f.Name == golden })
		t.Run(name, func(t *testing.T) {
			got := Text(read(t, source, name, files))
			compare(t, path, archive, got)
		})
		t.Run(name+" made hostile", func(t *testing.T) {
			for _, fault := range hostile(t, source, name, files) {
				t.Error(fault)
			}
			for _, fault := range unclosed(t, source, name, files, flat) {
				t.Error(fault)
			}
		})
	}
}

// Facts reads a tree of files and returns what [FragmentText] says of it. It fails
// where a file could not be read in full.
func Facts(t testing.TB, source *ingest.Source, name string, files []txtar.File) string {
	t.Helper()
	r := read(t, source, name, files)
	for _, p := range r.Problems {
		t.Errorf("%s: %s: %s", p.ID, p.Place(), p.Msg)
	}
	return FragmentText(r.Fragments...)
}

// read reads a tree of files with one source.
func read(t testing.TB, source *ingest.Source, name string, files []txtar.File) *ingest.Reading {
	t.Helper()
	root := filepath.Join(t.TempDir(), name)
	for _, f := range files {
		full := filepath.Join(root, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := ingest.Read(t.Context(), []string{root}, []*ingest.Source{source}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func compare(t *testing.T, path string, archive *txtar.Archive, got string) {
	t.Helper()
	at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == golden })
	want := ""
	if at >= 0 {
		want = string(archive.Files[at].Data)
	}
	if got == want {
		return
	}
	if !*update {
		t.Errorf("%s (-want +got, -update rewrites it):\n%s", path, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
		return
	}
	if at < 0 {
		at = len(archive.Files)
		archive.Files = append(archive.Files, txtar.File{Name: golden})
	}
	archive.Files[at].Data = []byte(got)
	if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Logf("rewrote %s", path)
}
