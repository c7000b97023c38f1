package svg

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/reporttest"
)

func rendered(t testing.TB, d *report.Document, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Format.Write(context.Background(), &b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// parse reads a file as XML and returns the elements, attributes and texts in it.
func parse(t *testing.T, text string) (elements map[string]int, attributes map[string]bool, titles []string) {
	t.Helper()
	elements, attributes = map[string]int{}, map[string]bool{}
	d := xml.NewDecoder(strings.NewReader(text))
	inTitle := false
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return elements, attributes, titles
		}
		if err != nil {
			t.Fatalf("no XML: %v", err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			elements[tok.Name.Local]++
			for _, a := range tok.Attr {
				attributes[a.Name.Local] = true
			}
			if inTitle = tok.Name.Local == "title"; inTitle {
				titles = append(titles, "")
			}
		case xml.EndElement:
			inTitle = false
		case xml.CharData:
			if inTitle {
				titles[len(titles)-1] += string(tok)
			}
		}
	}
}

func TestThePictureHasOurElementsAndAttributesAlone(t *testing.T) {
	for _, d := range []*report.Document{reporttest.Sample(), reporttest.Hostile(reporttest.Payloads())} {
		elements, attributes, _ := parse(t, rendered(t, d, report.Options{}))
		for name := range elements {
			if !regexp.MustCompile(`^(svg|g|path|rect|text|title|desc)$`).MatchString(name) {
				t.Errorf("element %s", name)
			}
		}
		for name := range attributes {
			if strings.HasPrefix(name, "on") || strings.Contains(name, "href") || name == "style" || name == "src" {
				t.Errorf("attribute %s", name)
			}
		}
	}
}

func TestNamesInThePictureAreExactlyOurs(t *testing.T) {
	names := reporttest.Payloads()
	for at := 0; at < len(names); at += 50 {
		some := names[at:min(at+50, len(names))]
		d := reporttest.Hostile(some)
		_, _, titles := parse(t, rendered(t, d, report.Options{Nodes: 300}))
		shown := map[string]bool{}
		for _, title := range titles {
			shown[title] = true
		}
		for i, name := range some {
			id := report.Label(fmt.Sprintf("service:%03d%s", i, name))
			found := false
			for title := range shown {
				found = found || title == id || strings.HasPrefix(title, id+": ")
			}
			if !found {
				t.Errorf("no node is called exactly %q", id)
			}
		}
	}
}

func TestThePictureSaysWhatItLeavesOut(t *testing.T) {
	if out := rendered(t, reporttest.Sample(), report.Options{Nodes: 5}); !strings.Contains(out, "of 23 nodes") {
		t.Error("it does not")
	}
}

func TestSeveralPicturesAtOnce(t *testing.T) {
	want := rendered(t, reporttest.Sample(), report.Options{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				var b bytes.Buffer
				if err := Format.Write(context.Background(), &b, reporttest.Sample(), report.Options{}); err != nil || b.String() != want {
					t.Errorf("a picture among others differs: %v", err)
				}
			}
		})
	}
	wg.Wait()
}

func TestAnEmptyGraphIsAPicture(t *testing.T) {
	p, err := Layout(context.Background(), &report.View{}, true)
	if err != nil || len(p.Nodes) != 0 {
		t.Errorf("%v, %v", p, err)
	}
	if p := Layered(&report.View{}); len(p.Nodes) != 0 {
		t.Errorf("%v", p)
	}
}

func TestTooLargeAPictureIsRefused(t *testing.T) {
	v := &report.View{Nodes: make([]report.ViewNode, layoutNodes+1)}
	if _, err := Layout(context.Background(), v, true); err == nil {
		t.Error("it is drawn")
	}
}

func TestTheEnvironmentIsAsItWas(t *testing.T) {
	if !restored {
		t.Fatal("TMPDIR could not be set back")
	}
	if dir := os.Getenv("TMPDIR"); strings.Contains(dir, "no-cache") || strings.HasSuffix(dir, "fateline") {
		t.Errorf("TMPDIR is %q", dir)
	}
}

// view draws a random view.
func view(t *rapid.T) *report.View {
	n := rapid.IntRange(1, 14).Draw(t, "nodes")
	v := &report.View{}
	kinds := []depgraph.Kind{"service", "datastore", "facility", "secret", "tool", "human", "external", "group"}
	for i := range n {
		name := strings.Repeat("x", rapid.IntRange(1, 40).Draw(t, "length"))
		v.Nodes = append(v.Nodes, report.ViewNode{ID: depgraph.ID{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Name: fmt.Sprintf("%02d%s", i, name)}, Label: name})
	}
	for i := range n {
		for j := range n {
			if rapid.IntRange(0, n).Draw(t, "edge") == 0 {
				v.Edges = append(v.Edges, report.ViewEdge{From: v.Nodes[i].ID, To: v.Nodes[j].ID, Label: "calls", Proof: true, IfLost: depgraph.Down})
			}
		}
	}
	return v
}

func TestLayersKeepNodesApartAndDrawEveryEdge(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		v := view(t)
		p := Layered(v)
		for i, a := range p.Nodes {
			if a.Outline == "" || a.X-a.W/2 < 0 || a.Y-a.H/2 < 0 || a.X+a.W/2 > p.Width || a.Y+a.H/2 > p.Height {
				t.Fatalf("node %d at %v,%v of %vx%v is not within %vx%v", i, a.X, a.Y, a.W, a.H, p.Width, p.Height)
			}
			for _, b := range p.Nodes[i+1:] {
				if (area{a.X, a.Y, a.W, a.H}).overlap(area{b.X, b.Y, b.W, b.H}) > 0 {
					t.Fatalf("%v covers %v", a.Lines, b.Lines)
				}
			}
		}
		for i, e := range p.Edges {
			if e.Path == "" || e.Arrow == "" || strings.Contains(e.Path, "NaN") || strings.Contains(e.Path, "Inf") {
				t.Fatalf("edge %d: %q, %q", i, e.Path, e.Arrow)
			}
		}
		again := Layered(v)
		if fmt.Sprint(*p) != fmt.Sprint(*again) {
			t.Fatal("another picture of the same view")
		}
	})
}

func TestAChainReadsFromLeftToRight(t *testing.T) {
	d := reporttest.Sample()
	for _, f := range d.Findings {
		if f.Rule != "single-facility" {
			continue
		}
		p := Layered(report.ProofView(d, f))
		x := map[string]float64{}
		for _, n := range p.Nodes {
			x[n.ID] = n.X
		}
		for _, s := range f.Proof {
			if x[s.From.String()] >= x[s.To.String()] {
				t.Errorf("%s does not stand left of %s", s.From, s.To)
			}
		}
	}
}

func TestLongNamesFit(t *testing.T) {
	for _, s := range []string{"short", strings.Repeat("long-name/", 30), strings.Repeat("W", 400), strings.Repeat("名", 90)} {
		for _, line := range wrap(s, widest-30) {
			if textWidth(line, fontSize) > widest-30 {
				t.Errorf("%q is wider than its node", line)
			}
		}
	}
}

// BenchmarkLayout lays out random graphs of the largest sizes that a view has:
// expanders, which are the worst that is known.
func BenchmarkLayout(b *testing.B) {
	for _, size := range [][2]int{{60, 60}, {60, 150}, {100, 150}, {200, 300}, {300, 450}} {
		n, edges := size[0], size[1]
		b.Run(fmt.Sprintf("%dnodes/%dedges", n, edges), func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, uint64(n)))
			v := &report.View{}
			for i := range n {
				v.Nodes = append(v.Nodes, report.ViewNode{ID: depgraph.ID{Kind: "service", Name: fmt.Sprint(i)}, Label: "service"})
			}
			for range edges {
				v.Edges = append(v.Edges, report.ViewEdge{From: v.Nodes[r.IntN(n)].ID, To: v.Nodes[r.IntN(n)].ID})
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Layout(context.Background(), v, false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
