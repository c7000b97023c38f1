package svg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/goccy/go-graphviz"
	"github.com/goccy/go-graphviz/cgraph"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/svg/wasmcache"
)

// restored is evaluated when go-graphviz has initialised, never before.
var restored = wasmcache.Restore()

// graphvizLock lets one layout run at a time: the library is one module of
// WebAssembly with one memory, and two calls at once corrupt it.
var graphvizLock sync.Mutex

// What a layout may cost. Its time grows with the edges far faster than with the
// nodes: within these caps the worst graphs tried took seconds, see BenchmarkLayout.
const (
	layoutNodes = 300
	layoutEdges = 450
)

// Layout places a view by Graphviz's dot. Names never reach Graphviz: it sees the
// nodes n1 to nN and their sizes. A context that ends is honoured at once, though
// the layout that runs then has to end by itself before the next can begin.
func Layout(ctx context.Context, v *report.View, labels bool) (*Picture, error) {
	if len(v.Nodes) > layoutNodes || len(v.Edges) > layoutEdges {
		return nil, fmt.Errorf("svg: %d nodes and %d edges are more than a picture holds", len(v.Nodes), len(v.Edges))
	}
	p := blank(v, labels)
	if len(v.Nodes) == 0 {
		return p, nil
	}
	type answer struct {
		text []byte
		err  error
	}
	done := make(chan answer, 1)
	source := p.source()
	go func() {
		text, err := layOut(source)
		done <- answer{text, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case a := <-done:
		if a.err != nil {
			return nil, fmt.Errorf("svg: layout: %w", a.err)
		}
		return p, p.read(a.text, v)
	}
}

// blank returns the picture of a view before anything has a place.
func blank(v *report.View, labels bool) *Picture {
	p := &Picture{Title: "Dependency graph: " + v.Why, Note: v.Showing()}
	at := map[depgraph.ID]int{}
	for i, n := range v.Nodes {
		at[n.ID] = i
		p.Nodes = append(p.Nodes, newShape(n))
	}
	for _, e := range v.Edges {
		l := newLine(e, labels && (e.Proof || e.Many > 0))
		l.From, l.To = at[e.From], at[e.To]
		p.Edges = append(p.Edges, l)
	}
	return p
}

// source returns what Graphviz lays out: sizes and edges by number, in inches.
func (p *Picture) source() []byte {
	var b bytes.Buffer
	limits := "nslimit=4, nslimit1=4, mclimit=1" // how long it looks for fewer crossings and shorter edges
	if len(p.Nodes)+len(p.Edges) > 140 {
		limits = "nslimit=1, nslimit1=1, mclimit=0.1"
	}
	b.WriteString("digraph g {\ngraph [rankdir=TB, pack=14, nodesep=0.35, ranksep=0.62, " + limits + "];\n" +
		"node [shape=box, fixedsize=true, label=\"\"];\n")
	for i, s := range p.Nodes {
		fmt.Fprintf(&b, "n%d [width=%.3f, height=%.3f];\n", i, s.W/72, s.H/72)
	}
	for i, l := range p.Edges {
		fmt.Fprintf(&b, "n%d -> n%d [id=\"e%d\"", l.From, l.To, i)
		if l.Proof {
			b.WriteString(", weight=4")
		}
		b.WriteString("];\n")
	}
	b.WriteString("}\n")
	return b.Bytes()
}

// layOut runs Graphviz and returns its answer as JSON.
func layOut(source []byte) (out []byte, err error) {
	graphvizLock.Lock()
	defer graphvizLock.Unlock()
	defer func() {
		if p := recover(); p != nil { // the library panics where its memory is at fault
			err = fmt.Errorf("graphviz: %v", p)
		}
	}()
	ctx := context.Background() // the library honours no deadline, and breaks where it is told to stop
	g, err := graphviz.New(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	graph, err := cgraph.ParseBytes(source)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, graph.Close()) }()
	var b bytes.Buffer
	if err := g.Render(ctx, graph, "json0", &b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// read places nodes and edges as Graphviz says.
func (p *Picture) read(text []byte, v *report.View) error {
	doc, err := strict.JSON(text, strict.Limits{})
	if err != nil {
		return fmt.Errorf("svg: layout: %w", err)
	}
	box := numbers(doc.Root.Get("bb").Text())
	if len(box) != 4 {
		return errors.New("svg: the layout has no size")
	}
	const margin = 12
	p.Width, p.Height = math.Ceil(box[2]-box[0])+2*margin, math.Ceil(box[3]-box[1])+2*margin
	flip := func(x, y float64) (float64, float64) { return x - box[0] + margin, box[3] - y + margin }
	placed := 0
	for o := range doc.Root.Get("objects").Items() {
		i, err := strconv.Atoi(strings.TrimPrefix(o.Get("name").Text(), "n"))
		at := numbers(o.Get("pos").Text())
		if err != nil || i < 0 || i >= len(p.Nodes) || len(at) != 2 {
			continue
		}
		x, y := flip(at[0], at[1])
		p.Nodes[i].place(v.Nodes[i].ID.Kind, x, y)
		placed++
	}
	if placed != len(p.Nodes) {
		return fmt.Errorf("svg: the layout has %d of %d nodes", placed, len(p.Nodes))
	}
	curves := make([][]point, len(p.Edges))
	for o := range doc.Root.Get("edges").Items() {
		i, err := strconv.Atoi(strings.TrimPrefix(o.Get("id").Text(), "e"))
		if err != nil || i < 0 || i >= len(p.Edges) {
			continue
		}
		curves[i] = p.Edges[i].spline(o.Get("pos").Text(), flip)
	}
	p.labels(curves)
	return nil
}

// spline reads "e,x,y x,y x,y ...": the tip, then a start and three points a
// curve, which it returns.
func (l *Line) spline(text string, flip func(x, y float64) (float64, float64)) []point {
	var tip []float64
	var points []point
	for _, word := range strings.Fields(text) {
		if rest, found := strings.CutPrefix(word, "e,"); found {
			tip = numbers(rest)
			continue
		}
		if at := numbers(word); len(at) == 2 {
			x, y := flip(at[0], at[1])
			points = append(points, point{x, y})
		}
	}
	if len(points) == 0 {
		return nil
	}
	parts := []any{"M", points[0].x, points[0].y}
	for _, at := range points[1:] {
		if (len(parts)-3)%7 == 0 {
			parts = append(parts, "C")
		}
		parts = append(parts, at.x, at.y)
	}
	l.Path = path(parts...)
	if len(tip) == 2 {
		x, y := flip(tip[0], tip[1])
		last := points[len(points)-1]
		l.head(last.x, last.y, x, y)
	}
	return points
}

// numbers reads numbers separated by commas; nil where one is none.
func numbers(text string) []float64 {
	var out []float64
	for _, word := range strings.Split(text, ",") {
		f, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil {
			return nil
		}
		out = append(out, f)
	}
	return out
}
