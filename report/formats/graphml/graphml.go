// Package graphml writes the whole graph as GraphML, for graph editors and
// libraries: yEd, Gephi, networkx, igraph.
package graphml

import (
	"bufio"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/report"
)

// Format is the GraphML format.
var Format = report.Format{
	Name: "graphml", Ext: "graphml", Picture: true,
	Doc: report.FormatDoc{
		Title:  "The graph for graph tools",
		Text:   "Every node with its claims, and one edge for each member of each requirement with its terms, confidence and place: for yEd, Gephi, networkx and igraph.",
		Limits: "The whole graph, unless a focus or a number of nodes is asked for. GraphML knows no k-of-n: the edges of one requirement share its number and say how many of how many are needed.",
		Since:  "0.1.0",
	},
	Write: write,
}

// attribute is a column of nodes or edges.
type attribute struct{ name, typ string }

func nodeAttributes() []attribute {
	return []attribute{
		{"label", "string"},
		{"id", "string"},
		{"kind", "string"},
		{"owner", "string"},
		{"env", "string"},
		{"tier", "int"},
		{"ga", "boolean"},
		{"survives", "string"},
		{"replicas", "int"},
		{"mark", "string"},
		{"says", "string"},
		{"place", "string"},
	}
}

func edgeAttributes() []attribute {
	return []attribute{
		{"via", "string"},
		{"phases", "string"},
		{"ifLost", "string"},
		{"lasts", "string"},
		{"requirement", "int"},
		{"need", "int"},
		{"of", "int"},
		{"basis", "string"},
		{"confidence", "double"},
		{"place", "string"},
		{"proof", "boolean"},
	}
}

func write(ctx context.Context, w io.Writer, d *report.Document, o report.Options) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	v := report.WholeView(d, o)
	if o.Nodes > 0 || len(o.Focus) > 0 {
		v = report.NewView(d, o)
	}
	p := printer{w: bufio.NewWriter(w), g: d.Linked()}
	p.raw(xml.Header + `<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">` + "\n")
	for _, x := range [][2]string{{"verdict", d.Summary()}, {"showing", v.Showing()}} {
		p.raw(`  <key id="g-` + x[0] + `" for="graph" attr.name="` + x[0] + `" attr.type="string"/>` + "\n")
	}
	for _, a := range nodeAttributes() {
		p.raw(`  <key id="n-` + a.name + `" for="node" attr.name="` + a.name + `" attr.type="` + a.typ + `"/>` + "\n")
	}
	for _, a := range edgeAttributes() {
		p.raw(`  <key id="e-` + a.name + `" for="edge" attr.name="` + a.name + `" attr.type="` + a.typ + `"/>` + "\n")
	}
	p.raw(`  <graph id="fateline" edgedefault="directed">` + "\n")
	p.data("    ", "g-verdict", report.Printable(d.Summary()))
	p.data("    ", "g-showing", v.Showing())
	names := p.nodes(v)
	p.edges(v, names)
	p.raw("  </graph>\n</graphml>\n")
	if err := p.w.Flush(); p.err == nil {
		p.err = err
	}
	return p.err
}

type printer struct {
	w   *bufio.Writer
	g   *depgraph.Graph
	err error
}

func (p *printer) raw(text string) {
	if p.err == nil {
		_, p.err = p.w.WriteString(text)
	}
}

// data writes one value, escaped; nothing where there is none.
func (p *printer) data(indent, key, value string) {
	if value == "" {
		return
	}
	p.raw(indent + `<data key="` + key + `">`)
	if p.err == nil {
		p.err = xml.EscapeText(p.w, []byte(value))
	}
	p.raw("</data>\n")
}

// nodes writes the nodes of a view and returns what each is called.
func (p *printer) nodes(v *report.View) map[depgraph.NodeIndex]string {
	names := map[depgraph.NodeIndex]string{}
	for i, n := range v.Nodes {
		at, found := p.g.Index(n.ID)
		if !found {
			continue
		}
		names[at] = "n" + strconv.Itoa(i+1)
		p.raw(`    <node id="` + names[at] + "\">\n")
		node := p.g.At(at)
		origins := p.g.NodeOrigins(n.ID)
		for _, x := range [][2]string{
			{"label", n.Label},
			{"id", report.Label(n.ID.String())},
			{"kind", string(n.ID.Kind)},
			{"owner", report.Label(node.Owner)},
			{"env", report.Label(node.Env)},
			{"tier", number(node.Tier)},
			{"ga", truth(node.GA)},
			{"survives", report.Label(strings.Join(node.Survives, " "))},
			{"replicas", number(node.Replicas)},
			{"mark", n.Mark.String()},
			{"says", n.Say},
			{"place", first(origins)},
		} {
			p.data("      ", "n-"+x[0], x[1])
		}
		p.raw("    </node>\n")
	}
	return names
}

// edges writes every member of every requirement whose ends are both shown.
func (p *printer) edges(v *report.View, names map[depgraph.NodeIndex]string) {
	proof := map[[2]depgraph.ID]bool{}
	for _, e := range v.Edges {
		proof[[2]depgraph.ID{e.From, e.To}] = e.Proof
	}
	count := 0
	for r := range depgraph.ReqIndex(p.g.Requirements()) {
		from, shown := names[p.g.Owner(r)]
		if !shown {
			continue
		}
		t, members := p.g.Terms(r), p.g.Members(r)
		for _, m := range members {
			to, shown := names[m]
			if !shown {
				continue
			}
			count++
			p.raw(fmt.Sprintf("    <edge id=\"e%d\" source=\"%s\" target=\"%s\">\n", count, from, to))
			e := p.g.Edge(r, m, t.Phases.List()[0])
			lasts := ""
			if t.Lasts > 0 {
				lasts = t.Lasts.String()
			}
			for _, x := range [][2]string{
				{"via", report.Label(string(t.Via))},
				{"phases", strings.ReplaceAll(t.Phases.String(), ",", " ")},
				{"ifLost", t.IfLost.String()},
				{"lasts", lasts},
				{"requirement", strconv.Itoa(int(r) + 1)},
				{"need", strconv.Itoa(t.Need.Of(len(members)))},
				{"of", strconv.Itoa(len(members))},
				{"basis", e.Basis().String()},
				{"confidence", strconv.FormatFloat(e.Confidence(), 'g', -1, 64)},
				{"place", first(e.Origins)},
			} {
				p.data("      ", "e-"+x[0], x[1])
			}
			if proof[[2]depgraph.ID{e.From, e.To}] {
				p.data("      ", "e-proof", "true")
			}
			p.raw("    </edge>\n")
		}
	}
}

func first(origins []depgraph.Origin) string {
	if len(origins) == 0 {
		return ""
	}
	return report.Label(origins[0].Place())
}

func number(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func truth(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.FormatBool(*b)
}
