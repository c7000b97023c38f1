// Package htmlpage writes the report as one self-contained page: it loads nothing,
// says all it has to say without scripts and style sheets, and runs no script but
// its own. What comes from inputs passes through html/template alone.
package htmlpage

import (
	"bufio"
	"context"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/svg"
)

// Format is the HTML format.
var Format = report.Format{
	Name: "html", Ext: "html",
	Doc: report.FormatDoc{
		Title:  "A page for people",
		Text:   "One file that can be mailed, archived and printed: findings as cards with their proofs drawn, then pictures of the system, then everything that was read, as tables to search and sort.",
		Limits: "Tables stop at 2,000 rows and pictures at 60 nodes, and say so; the JSON report holds all. Proofs of the first 100 findings are drawn, the others listed.",
		Since:  "0.1.0",
	},
	Write: write,
}

//go:embed page.tmpl
var pageTemplate string

//go:embed parts.tmpl
var partsTemplate string

//go:embed page.css
var style string

//go:embed page.js
var script string

func write(ctx context.Context, w io.Writer, d *report.Document, o report.Options) error {
	t, err := template.New("page").Funcs(svg.Functions()).Funcs(functions()).Parse(svg.Template() + partsTemplate + pageTemplate)
	if err != nil {
		return fmt.Errorf("html: %w", err)
	}
	p, err := newPage(ctx, d, o)
	if err != nil {
		return fmt.Errorf("html: %w", err)
	}
	out := bufio.NewWriter(w)
	// The frame holds nothing but what is written here, so it needs no escaping;
	// and html/template would change a style sheet whose hash stands above it.
	if _, err := fmt.Fprintf(out, frameStart, hash(style), hash(script), style); err != nil {
		return err
	}
	if err := t.ExecuteTemplate(out, "body", p); err != nil {
		return fmt.Errorf("html: %w", err)
	}
	if _, err := fmt.Fprintf(out, frameEnd, script); err != nil {
		return err
	}
	return out.Flush()
}

// frameStart allows this page's own style sheet and script by their hashes, and
// nothing else: no network, no forms, no other script.
const frameStart = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '%s'; script-src '%s'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Fateline report</title>
<style>%s</style>
</head>
`

const frameEnd = `<script>%s</script>
</html>
`

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
