package sources

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/sources/terraform"
)

// The truth of this set is what another program draws: who may talk to whom, by
// security groups. So what counts is whether two resources are connected, in either
// direction, and not what they need; what lies outside of the files is left out.
const (
	drawn      = "inframap-tfstate"
	leastDrawn = 0.85
)

var index = regexp.MustCompile(`\[[^\]]*\]`)

// TestDrawnInfrastructure scores connections of states and configurations.
func TestDrawnInfrastructure(t *testing.T) {
	truth := filepath.Join(corpus, drawn, "TRUTH.tsv")
	if _, err := os.Stat(truth); err != nil {
		t.Skipf("%s is not here: real inputs are not scored", truth)
	}
	want := map[string][]edge{} // by file
	for _, f := range readTruth(t, truth) {
		file, from, _ := strings.Cut(f.from, "#")
		_, to, _ := strings.Cut(f.to, "#")
		if !strings.HasPrefix(from, "im_out") && !strings.HasPrefix(to, "im_out") {
			want[file] = append(want[file], edge{from, to})
		}
	}
	found, all := 0, 0
	for file, edges := range want {
		g, err := ingest.Run(t.Context(), []string{filepath.Join(corpus, drawn, "generate", file)}, []*ingest.Source{terraform.Source}, ingest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		connected := map[edge]bool{}
		for r := range g.AllRequirements() {
			for _, m := range r.Members {
				a, b := index.ReplaceAllString(r.Owner.Name, ""), index.ReplaceAllString(m.Name, "")
				connected[edge{a, b}], connected[edge{b, a}] = true, true
			}
		}
		for _, e := range edges {
			all++
			if connected[e] {
				found++
			} else {
				t.Logf("%s: missing %v", file, e)
			}
		}
	}
	t.Logf("%s: %d of %d connections", drawn, found, all)
	if ratio(found, all) < leastDrawn {
		t.Errorf("%s: %d of %d connections, want %.2f of them", drawn, found, all, leastDrawn)
	}
}
