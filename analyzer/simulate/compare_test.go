package simulate

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/simulate/simtest"
)

// TestWriteComparison is the part of .ci/compare that runs here: it writes a system in
// which every need is one node's, as other tools have graphs, to a file of edges, and
// beside it what the loss of every node costs, model included.
func TestWriteComparison(t *testing.T) {
	path := os.Getenv("FATELINE_COMPARE")
	if path == "" {
		t.Skip("only for .ci/compare")
	}
	nodes, err := strconv.Atoi(os.Getenv("FATELINE_COMPARE_NODES"))
	if err != nil {
		t.Fatal(err)
	}
	shop := simtest.Shop{Nodes: nodes, Seed: 1}
	if strings.HasSuffix(path, "cycle") {
		shop.Reversed = 0.003
	}
	g, err := shop.Graph()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for r := range req(g.Requirements()) {
		for _, m := range g.Members(r) {
			fmt.Fprintln(w, g.Owner(r), m)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	const runs = 5
	before := cpuSeconds(t)
	var b *Blast
	for range runs {
		if b, err = NewModel(g, 0).Blast(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	took := (cpuSeconds(t) - before) / runs
	reached := 0
	for v := range node(g.Len()) {
		reached += b.Of(v).Down
	}
	result := fmt.Sprintf("fateline %.6g %.1f\n", took, float64(reached)/float64(g.Len()))
	if err := os.WriteFile(path+".result", []byte(result), 0o666); err != nil {
		t.Fatal(err)
	}
}
