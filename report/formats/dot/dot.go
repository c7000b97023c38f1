// Package dot writes the whole graph in the language of Graphviz. Nothing from
// the inputs gets further than a quoted label: ids are n1 to nN, and no URL,
// image or HTML label is ever written.
package dot

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/report"
)

// Format is the DOT format.
var Format = report.Format{
	Name: "dot", Ext: "dot", Picture: true,
	Doc: report.FormatDoc{
		Title:  "The graph for Graphviz",
		Text:   "Every node and every arrow, boxed by place, with what the findings say of them; for `dot -Tsvg` and for tools that read DOT.",
		Limits: "The whole graph unless a focus or a number of nodes is asked for; Graphviz takes minutes to draw thousands.",
		Since:  "0.1.0",
	},
	Write: write,
}

func write(ctx context.Context, w io.Writer, d *report.Document, o report.Options) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return Write(w, View(d, o), d.Summary())
}

// View returns what the format shows: the whole graph, or the part that is asked for.
func View(d *report.Document, o report.Options) *report.View {
	if o.Nodes > 0 || len(o.Focus) > 0 {
		return report.NewView(d, o)
	}
	return report.WholeView(d, o)
}

// Write writes a view, with a line about the run that it belongs to.
func Write(w io.Writer, v *report.View, about string) error {
	p := printer{w: bufio.NewWriter(w), names: map[depgraph.ID]string{}}
	for i, n := range v.Nodes {
		p.names[n.ID] = fmt.Sprintf("n%d", i+1)
	}
	p.printf("// %s\n// %s\n", report.Printable(about), report.Printable(v.Showing()))
	p.printf("digraph fateline {\n")
	p.printf("  graph [charset=\"UTF-8\", rankdir=TB, fontname=\"Helvetica\", label=%s, labelloc=b];\n", Quote(v.Showing()))
	p.printf("  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f6f8fa\", color=\"#57606a\", fontname=\"Helvetica\", fontsize=11];\n")
	p.printf("  edge [color=\"#57606a\", fontname=\"Helvetica\", fontsize=9, arrowsize=0.7];\n")
	p.nodes(v, "", "  ")
	for i, b := range v.Boxes {
		p.printf("  subgraph cluster_%d {\n    label=%s; style=\"rounded\"; color=\"#afb8c1\"; fontsize=10;\n", i+1, Quote(b.Label))
		p.nodes(v, b.Key, "    ")
		p.printf("  }\n")
	}
	for _, e := range v.Edges {
		p.edge(e)
	}
	p.printf("}\n")
	if err := p.w.Flush(); p.err == nil {
		p.err = err
	}
	return p.err
}

type printer struct {
	w     *bufio.Writer
	names map[depgraph.ID]string
	err   error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) nodes(v *report.View, box, indent string) {
	for _, n := range v.Nodes {
		if n.Box != box {
			continue
		}
		p.printf("%s%s [label=%s, tooltip=%s%s];\n", indent, p.names[n.ID], Quote(n.Label), Quote(tooltip(n)), nodeLook(n))
	}
}

// tooltip is the id, and what is said of the node.
func tooltip(n report.ViewNode) string {
	if n.Say == "" {
		return report.Label(n.ID.String())
	}
	return report.Label(n.ID.String()) + ": " + n.Say
}

func (p *printer) edge(e report.ViewEdge) {
	if e.Places && !e.Proof { // boxes say it, where they can
		p.printf("  %s -> %s [edgetooltip=%s, color=\"#d0d7de\", arrowsize=0.5];\n", p.names[e.From], p.names[e.To], Quote(e.Label))
		return
	}
	p.printf("  %s -> %s [label=%s%s];\n", p.names[e.From], p.names[e.To], Quote(e.Label), edgeLook(e))
}

// nodeLook gives each kind a shape and each mark a colour and a border, so that
// neither colour nor shape alone carries the meaning.
func nodeLook(n report.ViewNode) string {
	look := ""
	switch n.ID.Kind {
	case depgraph.KindDatastore, depgraph.KindVolume:
		look = ", shape=cylinder, style=filled"
	case depgraph.KindQueue:
		look = ", shape=cds, style=filled"
	case depgraph.KindHuman:
		look = ", shape=ellipse, style=filled"
	case depgraph.KindExternal:
		look = ", style=\"rounded,filled,dashed\""
	case depgraph.KindGroup:
		look = ", shape=diamond, style=filled"
	default:
		switch n.ID.Kind.Family() {
		case depgraph.FamilyPlace:
			look = ", shape=box3d, style=filled"
		case depgraph.FamilyMaterial:
			look = ", shape=note, style=filled"
		case depgraph.FamilyOperations:
			look = ", shape=component, style=filled"
		}
	}
	switch n.Mark {
	case report.MarkRoot, report.MarkFailed:
		look += ", fillcolor=\"#ffd7d5\", color=\"#a40e26\", penwidth=2.5, peripheries=2"
	case report.MarkDown, report.MarkVictim:
		look += ", fillcolor=\"#ffebe9\", color=\"#cf222e\", penwidth=1.5"
	case report.MarkDegraded, report.MarkExposed:
		look += ", fillcolor=\"#fff8c5\", color=\"#9a6700\", penwidth=1.5"
	case report.MarkFrozen, report.MarkBlind:
		look += ", fillcolor=\"#ddf4ff\", color=\"#0969da\", penwidth=1.5"
	}
	return look
}

func edgeLook(e report.ViewEdge) string {
	look := ""
	switch {
	case e.Basis != "":
		look += ", style=dotted"
	case e.IfLost != depgraph.Down:
		look += ", style=dashed"
	}
	if e.Proof {
		look += ", color=\"#cf222e\", penwidth=2"
	}
	if !e.Phases.Has(depgraph.Run) {
		look += ", arrowhead=empty"
	}
	return look
}

// Quote returns text as a quoted string of DOT that Graphviz shows as it is: it
// would take a backslash for an escape and an ampersand for a character's name.
func Quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `&`, `&amp;`, "\n", `\n`).Replace(text) + `"`
}
