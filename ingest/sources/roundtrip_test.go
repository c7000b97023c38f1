package sources

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
)

func run(t *testing.T, path string) string {
	t.Helper()
	g, err := ingest.Run(t.Context(), []string{path}, All(), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if g.Len() == 0 || g.Requirements() == 0 {
		t.Fatalf("%s: %d nodes and %d requirements: nothing was read", path, g.Len(), g.Requirements())
	}
	out, err := json.MarshalIndent(depgraph.ToWire(g), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestAGraphThatIsWrittenAndReadBackIsTheSameBytes(t *testing.T) {
	inputs, err := filepath.Glob("../../examples/*/*")
	if err != nil {
		t.Fatal(err)
	}
	corpus, err := filepath.Glob("../../../shared/corpus/*")
	if err != nil {
		t.Fatal(err)
	}
	if len(corpus) == 0 {
		t.Log("../shared/corpus is absent: examples only")
	}
	for _, path := range append(inputs, corpus...) {
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			continue
		}
		t.Run(filepath.Base(filepath.Dir(path))+"/"+filepath.Base(path), func(t *testing.T) {
			if strings.Contains(path, "corpus") && testing.Short() {
				t.Skip("the corpus is not for short runs")
			}
			g, err := ingest.Run(t.Context(), []string{path}, All(), ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if g.Len() == 0 && strings.Contains(path, "corpus") {
				t.Skip("SKIPPED: no source reads anything of this set")
			}
			if g.Len() == 0 {
				t.Fatal("nothing of an example was read")
			}
			first, err := json.MarshalIndent(depgraph.ToWire(g), "", " ")
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "g.json")
			if err := os.WriteFile(file, first, 0o600); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(first), "\n"), strings.Split(run(t, file), "\n")); diff != "" {
				t.Errorf("(-first +second):\n%s", diff)
			}
		})
	}
}
