// Package text writes a report for people at a terminal: the verdict first, then
// the findings by severity with the chain that forces each, then what was read.
package text

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/report"
)

// Format is the text format.
var Format = report.Format{
	Name: "text", Ext: "txt",
	Doc: report.FormatDoc{
		Title:  "A summary for the terminal",
		Text:   "The verdict, the findings by severity with the chain of needs that forces each and the line of the file that says so, and how much was read.",
		Limits: "Shows 20 findings, and of each 8 victims and 3 findings that are folded under it, and says how many more there are; -v shows all.",
		Since:  "0.1.0",
	},
	Write: write,
}

// What is shown unless full details are asked for.
const (
	shownFindings = 20
	shownVictims  = 8
	shownReasons  = 10
	shownHops     = 12
	shownFolded   = 3
	shownRemedies = 2
)

func write(ctx context.Context, w io.Writer, d *report.Document, o report.Options) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := printer{Terminal: report.NewTerminal(w, o), d: d, full: o.Details == report.Full, brief: o.Details == report.Brief}
	p.verdict()
	p.reasons()
	p.findings()
	p.aside("Known", "from the baseline", func(f report.Finding) bool { return f.Baseline == gate.Unchanged.String() && !f.Waived })
	p.aside("Waived", "", func(f report.Finding) bool { return f.Waived })
	p.fixed()
	if !p.brief {
		p.coverage()
	}
	p.last()
	return p.Flush()
}

type printer struct {
	*report.Terminal
	d           *report.Document
	full, brief bool
}

func (p *printer) limit(n, shown int) int {
	if p.full {
		return n
	}
	return min(n, shown)
}

func verdictStyle(status string) report.Style {
	switch status {
	case gate.Pass.String():
		return report.BoldGreen
	case gate.Violated.String():
		return report.BoldRed
	}
	return report.BoldYellow
}

// verdict is the first line: the verdict, and what it rests on.
func (p *printer) verdict() {
	v := p.d.Verdict
	p.Print(verdictStyle(v.Status), strings.ToUpper(v.Word())).Print(report.Plain, "  ").Wrap(report.Plain, p.d.Headline())
}

// reasons lists why the verdict is incomplete, and what else its owner should know.
func (p *printer) reasons() {
	v := p.d.Verdict
	why := v.Incomplete
	if !p.full {
		why = report.Reasons(why)
	}
	for _, part := range []struct {
		mark  string
		style report.Style
		lines []string
	}{
		{"  ! ", report.BoldYellow, why},
		{"  x ", report.Red, v.Forbidden},
		{"  ~ ", report.Yellow, v.Allowed},
		{"  - ", report.Dim, v.Notices},
	} {
		shown := p.limit(len(part.lines), shownReasons)
		for _, line := range part.lines[:shown] {
			p.Print(part.style, part.mark).Wrap(report.Plain, line)
		}
		if more := len(part.lines) - shown; more > 0 {
			p.Line(report.Dim, "    and %d more", more)
		}
	}
}

// findings lists what is neither waived nor known, most severe first.
func (p *printer) findings() {
	var open []report.Finding
	for _, f := range p.d.Standing() {
		if !f.Waived && f.Baseline != gate.Unchanged.String() {
			open = append(open, f)
		}
	}
	shown := p.limit(len(open), shownFindings)
	severity := ""
	for _, f := range open[:shown] {
		if f.Severity != severity {
			severity = f.Severity
			p.End()
			n := 0
			for _, other := range open {
				if other.Severity == severity {
					n++
				}
			}
			p.Print(report.SeverityStyle(severity), strings.ToUpper(severity)).Printf(report.Dim, " (%d)", n).End()
		}
		p.finding(f)
	}
	if more := len(open) - shown; more > 0 {
		p.End()
		p.Line(report.Bold, "and %d more; -v shows all, -f html and -f json hold all", more)
	}
}

func (p *printer) finding(f report.Finding) {
	p.End()
	p.Print(report.Plain, "  ").Print(report.Bold, f.Rule).Print(report.Dim, "  "+f.ID)
	if f.Baseline != "" {
		p.Print(report.Dim, "  "+f.Baseline)
	}
	if f.Violates {
		p.Print(report.Red, "  violates")
	}
	p.End()
	p.Print(report.Plain, "  ").Wrap(report.Plain, f.Title)
	if p.brief {
		return
	}
	p.field("victims", victims(f.Nodes, p.limit(len(f.Nodes), shownVictims)))
	p.field("new victims", victims(f.Grown, p.limit(len(f.Grown), shownVictims)))
	p.field("note", f.Note)
	if len(f.Proof) > 0 {
		p.Line(report.Dim, "    because")
		shown := p.limit(len(f.Proof), shownHops)
		p.Steps(6, f.Proof[:shown])
		if more := len(f.Proof) - shown; more > 0 {
			p.Line(report.Dim, "      and %d more steps", more)
		}
	}
	p.field("remedy", f.Remedy)
	for i, r := range f.Remedies[:p.limit(len(f.Remedies), shownRemedies)] {
		p.field([]string{"enough", "or"}[min(i, 1)], r.Text)
	}
	p.folded(p.d.FoldedInto(f.ID))
	p.field("crosses", spread(f))
}

// folded lists what stands under a finding, each with the reason.
func (p *printer) folded(all []report.Finding) {
	shown := p.limit(len(all), shownFolded)
	for _, f := range all[:shown] {
		p.field("and so", fmt.Sprintf("%s (%s, %s): %s; folded because %s", f.Rule, f.Severity, f.ID, f.Title, f.Why))
	}
	if more := len(all) - shown; more > 0 {
		p.field("", fmt.Sprintf("and %d more under it", more))
	}
}

// field writes "name text", the text wrapped in a column of its own; nothing where there is no text.
func (p *printer) field(name, text string) {
	if text == "" {
		return
	}
	p.Print(report.Dim, fmt.Sprintf("    %-12s", name)).Wrap(report.Plain, text)
}

// spread says how hidden a finding is, and how sure.
func spread(f report.Finding) string {
	said := fmt.Sprintf("%s, %s, %s", count(f.Hidden.Inputs, "input", "inputs"), count(f.Hidden.Owners, "owner", "owners"), count(f.Hidden.Hops, "hop", "hops"))
	if f.Confidence < 1 {
		said += fmt.Sprintf("; confidence %.2g", f.Confidence)
	}
	return said
}

func victims(ids []depgraph.ID, shown int) string {
	var names []string
	for _, id := range ids[:shown] {
		names = append(names, report.Message(id.String()))
	}
	said := strings.Join(names, ", ")
	if more := len(ids) - shown; more > 0 {
		said += fmt.Sprintf(" and %d more", more)
	}
	return said
}

// aside lists findings that do not count, one a line.
func (p *printer) aside(title, says string, belongs func(report.Finding) bool) {
	found := slices.DeleteFunc(slices.Clone(p.d.Findings), func(f report.Finding) bool { return !belongs(f) })
	if len(found) == 0 {
		return
	}
	p.End()
	p.Print(report.Bold, title).Printf(report.Dim, " (%d)", len(found))
	if says != "" {
		p.Print(report.Dim, " "+says)
	}
	p.End()
	shown := p.limit(len(found), shownFindings)
	for _, f := range found[:shown] {
		p.Print(report.Plain, "  ").Printf(report.SeverityStyle(f.Severity), "%-8s ", f.Severity).Print(report.Dim, f.ID+" ").Wrap(report.Plain, f.Rule+": "+f.Title)
		if f.Waiver != nil {
			p.Print(report.Dim, "           ").Wrap(report.Dim, waiver(f.Waiver))
		}
	}
	if more := len(found) - shown; more > 0 {
		p.Line(report.Dim, "  and %d more", more)
	}
}

func waiver(w *report.Waiver) string {
	said := fmt.Sprintf("by %s until %s: %s", w.Owner, w.Expires, w.Reason)
	if w.Ticket != "" {
		said += " (" + w.Ticket + ")"
	}
	return said
}

func (p *printer) fixed() {
	fixed := p.d.Verdict.Fixed
	if len(fixed) == 0 {
		return
	}
	p.End()
	says := " no longer found"
	if p.d.Verdict.Status == gate.Incomplete.String() {
		says = " not found, though not everything was read"
	}
	p.Print(report.BoldGreen, "Fixed").Printf(report.Dim, " (%d)%s", len(fixed), says).End()
	shown := p.limit(len(fixed), shownFindings)
	for _, f := range fixed[:shown] {
		p.Print(report.Plain, "  ").Printf(report.Dim, "%-8s %s ", f.Severity, f.ID).Wrap(report.Plain, f.Rule+": "+f.Title)
	}
	if more := len(fixed) - shown; more > 0 {
		p.Line(report.Dim, "  and %d more", more)
	}
}

// coverage says what was read, run and resolved.
func (p *printer) coverage() {
	p.End()
	p.Print(report.Dim, "read       ").Wrap(report.Plain, readSummary(p.d))
	if p.full {
		for _, in := range p.d.Inputs {
			p.input(in)
		}
	}
	p.Print(report.Dim, "rules      ").Wrap(report.Plain, ruleSummary(p.d))
	if said := p.unresolvedSummary(); said != "" {
		p.Print(report.Dim, "unresolved ").Wrap(report.Plain, said)
	}
	if p.full {
		for _, u := range p.d.Unresolved {
			p.unresolved(u)
		}
	}
}

func (p *printer) input(in report.Input) {
	style := report.Plain
	if in.Status == depgraph.Partial.String() || in.Status == depgraph.Unreadable.String() {
		style = report.Yellow
	}
	p.Print(style, fmt.Sprintf("  %-11s", in.Status)).Print(report.Plain, report.Message(in.Path))
	said := in.Reason
	if in.Unproven {
		said = strings.TrimPrefix(said+"; end unproven", "; ")
	}
	if said != "" {
		p.Print(report.Dim, "  "+said)
	}
	p.End()
	for _, note := range in.Notes {
		p.Print(report.Dim, "             ").Wrap(report.Dim, note)
	}
}

func (p *printer) unresolved(u depgraph.Unresolved) {
	p.Printf(report.Yellow, "  %-11s", u.Why).Printf(report.Plain, "%s: %q", report.Message(u.Owner.String()), report.Message(u.Name))
	if len(u.Candidates) > 0 {
		p.Printf(report.Dim, "  %s", report.Message(strings.Join(u.Candidates, ", ")))
	}
	if place := u.Origin.Place(); place != "" {
		p.Print(report.Blue, "  "+report.Message(place))
	}
	p.End()
}

// readSummary says how much was read: "14 of 15 inputs in full, 1 partial; ...".
func readSummary(d *report.Document) string {
	by := map[string]int{}
	for _, in := range d.Inputs {
		by[in.Status]++
	}
	meant := len(d.Inputs) - by["excluded"] - by["unclaimed"]
	parts := []string{fmt.Sprintf("%d of %s in full", by["complete"], count(meant, "input", "inputs"))}
	for _, status := range []string{"partial", "unreadable", "excluded", "unclaimed"} {
		if by[status] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", by[status], status))
		}
	}
	return fmt.Sprintf("%s; %s, %s, %s", strings.Join(parts, ", "), count(d.Graph.Nodes, "node", "nodes"),
		count(d.Graph.Requirements, "requirement", "requirements"), count(d.Graph.Edges, "edge", "edges"))
}

func ruleSummary(d *report.Document) string {
	var ran int
	var without, failed []string
	for _, r := range d.Rules {
		switch r.Status {
		case "ran":
			ran++
		case "not-applicable":
			without = append(without, r.ID)
		default:
			failed = append(failed, r.ID)
		}
	}
	said := fmt.Sprintf("%d of %d ran", ran, len(d.Rules))
	if len(without) > 0 {
		said += fmt.Sprintf("; %d had no subject: %s", len(without), strings.Join(without, ", "))
	}
	if len(failed) > 0 {
		said += fmt.Sprintf("; %d failed: %s", len(failed), strings.Join(failed, ", "))
	}
	return said
}

func (p *printer) unresolvedSummary() string {
	var parts []string
	for _, why := range []depgraph.Why{depgraph.Dangling, depgraph.Ambiguous, depgraph.Conflicting} {
		n := 0
		for _, u := range p.d.Unresolved {
			if u.Why == why {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, why))
		}
	}
	said := strings.Join(parts, ", ")
	if said != "" && !p.full {
		said += " (-v lists them)"
	}
	return said
}

// last is the verdict again, where the eye is when a long text has run through.
func (p *printer) last() {
	var by []string
	for _, severity := range []string{"critical", "high", "medium", "low"} {
		if n := p.d.Count(severity); n > 0 {
			by = append(by, fmt.Sprintf("%d %s", n, severity))
		}
	}
	p.End()
	said := strings.TrimSuffix(count(len(p.d.Findings), "finding", "findings")+" ("+strings.Join(by, ", ")+")", " ()")
	if folded := len(p.d.Findings) - len(p.d.Standing()); folded > 0 {
		said += fmt.Sprintf(", %d of them folded under others", folded)
	}
	p.Print(verdictStyle(p.d.Verdict.Status), p.d.Verdict.Word()).Printf(report.Plain, ", exit %d: %s", p.d.Verdict.Exit, said)
	p.End()
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
