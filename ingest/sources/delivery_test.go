package sources

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
)

// TestDelivery links what several sources say of who deploys what.
func TestDelivery(t *testing.T) { linked(t, "testdata/delivery/*.txtar") }

// TestSettings links what the settings of programs say with what deploys them.
func TestSettings(t *testing.T) { linked(t, "testdata/settings/*.txtar") }

// linked runs cases. One is a txtar archive of inputs, and a section "want" of edges
// that the linked graph must hold, "OWNER -> MEMBER VIA", or must not, with '!' in front.
func linked(t *testing.T, glob string) {
	t.Helper()
	cases, err := filepath.Glob(glob)
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Join(t.TempDir(), "ops")
			var want []string
			for _, section := range strings.Split("\n"+string(archive), "\n-- ")[1:] {
				file, text, ok := strings.Cut(section, " --\n")
				if !ok {
					t.Fatalf("%s: a section without a name: %.40q", name, section)
				}
				if file == "want" {
					want = strings.Split(strings.TrimSpace(text), "\n")
					continue
				}
				at := filepath.Join(dir, filepath.FromSlash(file))
				if err := os.MkdirAll(filepath.Dir(at), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(at, []byte(text+"\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			g, err := ingest.Run(t.Context(), []string{dir}, All(), ingest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			edges := edgesBy(g)
			for _, line := range want {
				if text, not := strings.CutPrefix(line, "!"); edges[text] == not {
					t.Errorf("want %s; the graph holds\n%s", line, strings.Join(sortedKeys(edges), "\n"))
				}
			}
		})
	}
}

func edgesBy(g *depgraph.Graph) map[string]bool {
	edges := map[string]bool{}
	for r := range g.AllRequirements() {
		for _, m := range r.Members {
			edges[r.Owner.String()+" -> "+m.String()+" "+string(r.Terms.Via)] = true
		}
	}
	return edges
}

func sortedKeys(m map[string]bool) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
