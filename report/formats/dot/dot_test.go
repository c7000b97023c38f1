package dot_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/dot"
	"github.com/fateline/fateline/report/reporttest"
)

func rendered(t *testing.T, d *report.Document, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := dot.Format.Write(context.Background(), &b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTheWholeGraphIsWritten(t *testing.T) {
	d := reporttest.Sample()
	out := rendered(t, d, report.Options{})
	if got := len(regexp.MustCompile(`(?m)^ +n\d+ \[`).FindAllString(out, -1)); got != d.Graph.Nodes {
		t.Errorf("%d nodes, want %d", got, d.Graph.Nodes)
	}
	pairs := map[string]bool{}
	for r := range d.Linked().AllRequirements() {
		for _, m := range r.Members {
			pairs[r.Owner.String()+" "+m.String()] = true
		}
	}
	if got := strings.Count(out, " -> "); got != len(pairs) {
		t.Errorf("%d edges, want %d", got, len(pairs))
	}
}

func TestANumberOfNodesBoundsThePicture(t *testing.T) {
	out := rendered(t, reporttest.Sample(), report.Options{Nodes: 5})
	if got := len(regexp.MustCompile(`(?m)^ +n\d+ \[`).FindAllString(out, -1)); got > 5 {
		t.Errorf("%d nodes, want at most 5", got)
	}
	if !strings.Contains(out, " of 23 nodes") {
		t.Errorf("the picture does not say what it leaves out:\n%s", out)
	}
}

func TestOnlyKnownAttributesAreWritten(t *testing.T) {
	allowed := regexp.MustCompile(`^(charset|rankdir|fontname|fontsize|label|labelloc|shape|style|fillcolor|color|penwidth|peripheries|tooltip|edgetooltip|arrowsize|arrowhead)$`)
	out := rendered(t, reporttest.Hostile(reporttest.Payloads()), report.Options{})
	outside := regexp.MustCompile(`"(\\.|[^"\\])*"`).ReplaceAllString(out, `""`)
	for _, m := range regexp.MustCompile(`(\w+)=`).FindAllStringSubmatch(outside, -1) {
		if !allowed.MatchString(m[1]) {
			t.Errorf("attribute %s", m[1])
		}
	}
	if strings.ContainsAny(outside, "<") {
		t.Error("something outside of a string begins an HTML label")
	}
}

// graphviz returns the labels that Graphviz shows for nodes with the given names.
func graphviz(t *testing.T, names []string) []string {
	t.Helper()
	var in bytes.Buffer
	in.WriteString("digraph g {\ngraph [charset=\"UTF-8\"];\n")
	for i, name := range names {
		fmt.Fprintf(&in, "n%d [label=%s];\n", i+1, dot.Quote(name))
	}
	in.WriteString("}\n")
	cmd := exec.Command("dot", "-Kosage", "-Tsvg")
	cmd.Stdin = &in
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("Graphviz: %v\n%s", err, complaint.Bytes())
	}
	var page struct {
		Groups []struct {
			Nodes []struct {
				Title string   `xml:"title"`
				Text  []string `xml:"text"`
			} `xml:"g"`
		} `xml:"g"`
	}
	if err := xml.Unmarshal(out, &page); err != nil {
		t.Fatal(err)
	}
	labels := make([]string, len(names))
	for _, g := range page.Groups {
		for _, n := range g.Nodes {
			var i int
			if _, err := fmt.Sscanf(n.Title, "n%d", &i); err == nil && i >= 1 && i <= len(names) {
				labels[i-1] = strings.ReplaceAll(strings.Join(n.Text, "\n"), "\u00a0", " ")
			}
		}
	}
	return labels
}

func TestGraphvizShowsExactlyOurLabels(t *testing.T) {
	if _, err := exec.LookPath("dot"); err != nil {
		t.Skip("Graphviz is not installed: nothing is known of what it makes of our names")
	}
	const seed = 20261122
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	names := reporttest.Payloads()
	for len(names) < 10_000 {
		names = append(names, reporttest.RandomName(r))
	}
	want := make([]string, len(names))
	for i, name := range names {
		want[i] = report.Label(name)
	}
	wrong := 0
	for i, got := range graphviz(t, want) {
		// Graphviz draws nothing for blanks alone.
		if got != want[i] && strings.TrimSpace(want[i]) != "" {
			if wrong++; wrong < 10 {
				t.Errorf("%q is shown as %q", want[i], got)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d labels are not ours", wrong, len(names))
	}
}

func TestGraphvizReadsTheHostileReport(t *testing.T) {
	if _, err := exec.LookPath("dot"); err != nil {
		t.Skip("Graphviz is not installed: nothing is known of what it makes of our files")
	}
	cmd := exec.Command("dot", "-Tcanon")
	d := reporttest.Hostile(reporttest.Payloads())
	cmd.Stdin = strings.NewReader(rendered(t, d, report.Options{}))
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil || complaint.Len() > 0 {
		t.Fatalf("%v\n%s", err, complaint.Bytes())
	}
	if got := len(regexp.MustCompile(`(?m)^\s+n\d+\s+\[`).FindAll(out, -1)); got != d.Graph.Nodes {
		t.Errorf("Graphviz sees %d nodes, want %d", got, d.Graph.Nodes)
	}
}
