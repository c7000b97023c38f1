package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/ingest/sources"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats"
)

// listing is what formats prints: what is read, and what can be written.
type listing struct {
	Reads  []listedSource `json:"reads"`
	Writes []listedFormat `json:"writes"`
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
	var l listing
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
	t.Line(report.Bold, "Fateline writes (-f FORMAT[=FILE])")
	for _, f := range l.Writes {
		t.Printf(report.Plain, "  %-12s ", f.Name).Wrap(report.Plain, f.Title)
	}
}
