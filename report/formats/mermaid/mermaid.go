// Package mermaid writes a small part of the graph as a Mermaid flowchart, which
// code hosts draw in comments and READMEs.
package mermaid

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/report"
)

// Format is the Mermaid format.
var Format = report.Format{
	Name: "mermaid", Ext: "mmd", Picture: true,
	Doc: report.FormatDoc{
		Title:  "A flowchart for comments and READMEs",
		Text:   "The part of the graph that the findings are about, in the language that GitHub, GitLab and many wikis draw.",
		Limits: "At most 40 edges, and it says how many there are.",
		Since:  "0.1.0",
	},
	Write: write,
}

// MostEdges is how many edges a chart has: with more nobody reads it.
const MostEdges = 40

const usualNodes = 30

func write(ctx context.Context, w io.Writer, d *report.Document, o report.Options) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.Nodes <= 0 {
		o.Nodes = usualNodes
	}
	out := bufio.NewWriter(w)
	if _, err := out.WriteString(Chart(report.PictureView(d, o), d.Summary())); err != nil {
		return err
	}
	return out.Flush()
}

// Chart returns a view as a flowchart, with a line about the run it belongs to.
func Chart(v *report.View, about string) string {
	edges := v.Edges
	if len(edges) > MostEdges {
		edges = mostTelling(edges)
	}
	shown := map[depgraph.ID]bool{}
	for _, e := range edges {
		shown[e.From], shown[e.To] = true, true
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%%%% %s\n%%%% %s\nflowchart TB\n", comment(about), showing(v, edges, shown))
	names := map[depgraph.ID]string{}
	for _, n := range v.Nodes {
		if !shown[n.ID] && len(edges) > 0 {
			continue
		}
		names[n.ID] = fmt.Sprintf("n%d", len(names)+1)
		left, right := brackets(n.ID.Kind)
		fmt.Fprintf(&b, "  %s%s\"%s\"%s\n", names[n.ID], left, Escape(n.Label)+"<br/>"+Escape(n.Sort()), right)
	}
	for _, e := range edges {
		arrow := "-->"
		switch {
		case e.Proof:
			arrow = "==>"
		case e.Basis != "" || e.IfLost != depgraph.Down:
			arrow = "-.->"
		}
		label := ""
		if e.Label != "" {
			label = "|\"" + Escape(e.Label) + "\"|"
		}
		fmt.Fprintf(&b, "  %s %s%s %s\n", names[e.From], arrow, label, names[e.To])
	}
	classes(&b, v, names)
	return b.String()
}

// classes colours the marked nodes.
func classes(b *strings.Builder, v *report.View, names map[depgraph.ID]string) {
	looks := map[string]string{
		"root":   "fill:#fde0dc,stroke:#b3261e,stroke-width:3px,color:#1f2328",
		"victim": "fill:#fdf1ee,stroke:#c4514a,color:#1f2328",
		"less":   "fill:#fdf3d6,stroke:#94690b,color:#1f2328",
	}
	of := map[string][]string{}
	for _, n := range v.Nodes {
		if names[n.ID] == "" {
			continue
		}
		switch n.Mark {
		case report.MarkRoot, report.MarkFailed:
			of["root"] = append(of["root"], names[n.ID])
		case report.MarkVictim, report.MarkDown:
			of["victim"] = append(of["victim"], names[n.ID])
		case report.Unmarked:
		default:
			of["less"] = append(of["less"], names[n.ID])
		}
	}
	for _, class := range []string{"root", "victim", "less"} {
		if len(of[class]) > 0 {
			fmt.Fprintf(b, "  classDef %s %s\n  class %s %s\n", class, looks[class], strings.Join(of[class], ","), class)
		}
	}
}

// mostTelling keeps the edges of proofs, then the first others.
func mostTelling(edges []report.ViewEdge) []report.ViewEdge {
	var kept []report.ViewEdge
	for _, proof := range []bool{true, false} {
		for _, e := range edges {
			if e.Proof == proof && len(kept) < MostEdges {
				kept = append(kept, e)
			}
		}
	}
	return kept
}

func showing(v *report.View, edges []report.ViewEdge, shown map[depgraph.ID]bool) string {
	if len(edges) == len(v.Edges) {
		return v.Showing()
	}
	return fmt.Sprintf("showing %d of %d nodes; %d edges hidden", len(shown), v.AllNodes, v.HiddenEdges+len(v.Edges)-len(edges))
}

// brackets are the shape of a kind of node.
func brackets(kind depgraph.Kind) (left, right string) {
	switch {
	case kind == depgraph.KindDatastore || kind == depgraph.KindVolume || kind == depgraph.KindQueue:
		return "[(", ")]"
	case kind == depgraph.KindHuman:
		return "([", "])"
	case kind == depgraph.KindGroup:
		return "{", "}"
	case kind.IsPlace():
		return "{{", "}}"
	}
	return "[", "]"
}

// Escape returns text as it may stand within quotes: every character that is no
// letter, digit, or harmless mark is written by its number, as Mermaid has it.
func Escape(text string) string {
	var b strings.Builder
	for _, r := range report.Printable(text) {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune(" .,_-/()", r), r > 0x7f:
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

// comment returns text for a line of comment, where a brace would begin a directive.
func comment(text string) string {
	return strings.NewReplacer("{", "(", "}", ")").Replace(report.Sentence(text))
}
