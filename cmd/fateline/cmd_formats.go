package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/ingest/catalogue"
	"github.com/fateline/fateline/ingest/sources"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats"
)

// listing is what formats prints: what is read, what is known without reading, and
// what can be written.
type listing struct {
	Reads  []listedSource `json:"reads"`
	Knows  listedFacts    `json:"knows"`
	Writes []listedFormat `json:"writes"`
}

// listedFacts is the built-in catalogue of common knowledge.
type listedFacts struct {
	Facts   int    `json:"facts"`
	Version string `json:"version"` // as 2026-11
}

type listedSource struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Text   string   `json:"text"`
	Reads  []string `json:"reads"`
	Limits string   `json:"limits"`
	Since  string   `json:"since"`
}

type listedFormat struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Text    string `json:"text"`
	Limits  string `json:"limits"`
	Since   string `json:"since"`
	Picture bool   `json:"picture"`
}

func newFormatsCommand(a *app) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "formats",
		Short: "List what Fateline reads and what it writes",
		Args:  noArguments,
		RunE:  func(*cobra.Command, []string) error { return runFormats(a, format) },
	}
	cmd.Flags().StringVarP(&format, "format", "f", "text", "text or json")
	return cmd
}

func listAll() listing {
	known := catalogue.Builtin()
	l := listing{Knows: listedFacts{len(known.Facts), known.Version}}
	for _, s := range sources.All() {
		l.Reads = append(l.Reads, listedSource{s.Name, s.Doc.Title, s.Doc.Text, s.Doc.Reads, s.Doc.Limits, s.Doc.Since})
	}
	for _, f := range formats.All() {
		l.Writes = append(l.Writes, listedFormat{f.Name, f.Doc.Title, f.Doc.Text, f.Doc.Limits, f.Doc.Since, f.Picture})
	}
	return l
}

func runFormats(a *app, format string) error {
	l := listAll()
	switch format {
	case "json":
		return a.printJSON(l)
	case "text":
		return a.printText(l.write)
	}
	return usageError{fmt.Sprintf("formats has no format %q", format), "text or json"}
}

func (l listing) write(t *report.Terminal) {
	t.Line(report.Bold, "Fateline reads")
	for _, s := range l.Reads {
		t.Printf(report.Plain, "  %-12s ", s.Name).Wrap(report.Plain, s.Title+": "+strings.Join(s.Reads, ", "))
	}
	t.End()
	t.Line(report.Bold, "Fateline knows")
	t.Printf(report.Plain, "  %-12s ", "facts").Wrap(report.Plain, fmt.Sprintf("%d facts of %s that no file says: of clouds, registries, systems and programs (--no-implied, --no-fact ID, --facts FILE)", l.Knows.Facts, l.Knows.Version))
	t.End()
	t.Line(report.Bold, "Fateline writes (-f FORMAT[=FILE])")
	for _, f := range l.Writes {
		t.Printf(report.Plain, "  %-12s ", f.Name).Wrap(report.Plain, f.Title)
	}
}
