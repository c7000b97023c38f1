package formats_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats"
	"github.com/fateline/fateline/report/reporttest"
)

var update = flag.Bool("update", false, "rewrite the goldens, printing which")

// TestGoldens keeps what people read from changing unseen. Pages and pictures are
// looked at instead: their bytes say little.
func TestGoldens(t *testing.T) {
	for _, c := range []struct {
		file string
		doc  *report.Document
		o    report.Options
	}{
		{"incomplete.txt", reporttest.Sample(), report.Options{Width: 100}},
		{"incomplete-full.txt", reporttest.Sample(), report.Options{Width: 100, Details: report.Full}},
		{"incomplete-brief.txt", reporttest.Sample(), report.Options{Details: report.Brief}},
		{"violated-colour.txt", reporttest.Violated(), report.Options{Width: 100, Color: true}},
		{"passing.txt", reporttest.Passing(), report.Options{}},
		{"violated.dot", reporttest.Violated(), report.Options{}},
		{"violated.md", reporttest.Violated(), report.Options{}},
		{"violated.mmd", reporttest.Violated(), report.Options{}},
	} {
		t.Run(c.file, func(t *testing.T) {
			all := formats.All()
			i := slices.IndexFunc(all, func(f report.Format) bool { return "."+f.Ext == filepath.Ext(c.file) })
			if i < 0 {
				t.Fatalf("no format writes %s", c.file)
			}
			got := rendered(t, all[i], c.doc, c.o)
			path := filepath.Join("testdata", c.file)
			want, err := os.ReadFile(path)
			if *update && string(want) != got {
				t.Logf("rewrites %s", path)
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}
