// Package svg draws the bounded part of a graph that a [report.View] holds.
// Graphviz only says where things are; what is drawn is ours, so no name reaches
// Graphviz and the file has neither scripts nor links. [Layered] places the small
// picture of a proof without Graphviz.
package svg

import (
	"bytes"
	"context"
	_ "embed" // the template
	"fmt"
	"html/template"
	"io"

	"github.com/fateline/fateline/report"
)

// Format is the SVG format.
var Format = report.Format{
	Name: "svg", Ext: "svg", Picture: true,
	Doc: report.FormatDoc{
		Title:  "A picture of what matters",
		Text:   "The part of the graph that the findings are about, laid out in layers: who needs stands above what is needed. Proofs are drawn in red.",
		Limits: "60 nodes unless asked otherwise, never over 300; the picture says what it leaves out.",
		Since:  "0.1.0",
	},
	Write: write,
}

//go:embed picture.tmpl
var pictureTemplate string

//go:embed file.tmpl
var fileTemplate string

// Template returns the template "picture", for pages that show one.
func Template() string { return pictureTemplate }

// Functions are what the template "picture" calls.
func Functions() template.FuncMap {
	return template.FuncMap{
		"n":    number,
		"add":  func(a, b float64) float64 { return a + b },
		"sub":  func(a, b float64) float64 { return a - b },
		"half": func(a float64) float64 { return a / 2 },
	}
}

func write(ctx context.Context, w io.Writer, d *report.Document, o report.Options) error {
	p, err := Layout(ctx, report.PictureView(d, o), true)
	if err != nil {
		return err
	}
	p.Name = "fateline"
	t, err := template.New("file").Funcs(Functions()).Parse(pictureTemplate + fileTemplate)
	if err != nil {
		return fmt.Errorf("svg: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, file(p, d.Summary())); err != nil {
		return fmt.Errorf("svg: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// page is a picture with a frame around it.
type page struct {
	Picture                    *Picture
	Width, Height, Left, Notes float64
	Summary                    string
}

func file(p *Picture, summary string) page {
	const margin, notes, least = 16, 46, 480
	width := max(p.Width+2*margin, least)
	return page{Picture: p, Width: width, Height: p.Height + 2*margin + notes, Left: (width - p.Width) / 2, Notes: p.Height + 2*margin + 14, Summary: summary}
}
