package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/rules"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/report"
)

func newExplainCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "explain [RULE or MESSAGE]",
		Short: "Say what a rule finds, why, and what to do, or what a message means; alone it lists the rules",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError{"explain takes one rule or message", "fateline explain " + args[0]}
			}
			return nil
		},
		ValidArgs: explainable(),
		RunE:      func(_ *cobra.Command, args []string) error { return runExplain(a, args) },
	}
}

// explainable lists what can be explained: rules, then messages.
func explainable() []string {
	var ids []string
	for _, r := range rules.All() {
		ids = append(ids, r.ID)
	}
	for _, m := range meanings() {
		ids = append(ids, m.ID)
	}
	return ids
}

func runExplain(a *app, args []string) error {
	if len(args) == 0 {
		return a.printText(func(t *report.Terminal) {
			for _, r := range rules.All() {
				t.Printf(report.Plain, "%-22s %-9s", r.ID, r.Severity).Wrap(report.Plain, r.Doc.Title)
			}
		})
	}
	for _, r := range rules.All() {
		if r.ID == args[0] {
			return a.printText(func(t *report.Terminal) { explain(t, r) })
		}
	}
	for _, m := range meanings() {
		if m.ID == args[0] {
			return a.printText(func(t *report.Terminal) {
				t.Print(report.Bold, m.ID).Print(report.Plain, "  (a message)").End()
				t.Wrap(report.Plain, m.What)
				t.Wrap(report.Plain, m.Why)
			})
		}
	}
	fix := "fateline explain lists the rules"
	if near := strict.Nearest(args[0], explainable()); near != "" {
		fix = "did you mean " + near + "?"
	}
	return usageError{"there is no rule or message " + args[0], fix}
}

func explain(t *report.Terminal, r *analyzer.Rule) {
	t.Printf(report.Bold, "%s", r.ID).Printf(report.Plain, "  (%s by default, since %s)", r.Severity, r.Doc.Since).End()
	t.Wrap(report.Plain, r.Doc.Title)
	for _, part := range []struct{ head, text string }{{"", r.Doc.Text}, {"Remedy", r.Doc.Remedy}, {"Limits", r.Doc.Limits}} {
		if part.text == "" {
			continue
		}
		t.End()
		if part.head != "" {
			t.Line(report.Bold, "%s", part.head)
		}
		t.Wrap(report.Plain, strings.Join(strings.Fields(part.text), " ")) // its source breaks lines elsewhere
	}
	for _, part := range []struct{ head, text string }{{"An input that has it", r.Doc.Before}, {"The same without it", r.Doc.After}} {
		if part.text == "" {
			continue
		}
		t.End()
		t.Line(report.Bold, "%s", part.head)
		for line := range strings.Lines(part.text) {
			t.Line(report.Plain, "  %s", strings.TrimRight(line, "\n"))
		}
	}
}
