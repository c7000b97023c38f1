// Package markdown writes the report as a comment for a pull request: what is new
// first, within the size that code hosts take.
package markdown

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/mermaid"
)

// Format is the Markdown format.
var Format = report.Format{
	Name: "markdown", Ext: "md",
	Doc: report.FormatDoc{
		Title:  "A comment for a pull request",
		Text:   "What is new against the baseline first, each finding with its proof, then a chart of the new proofs; it begins with a hidden line by which a job finds its comment again.",
		Limits: "60,000 characters, of the 65,536 that code hosts take; it says how many findings it leaves out.",
		Since:  "0.1.0",
	},
	Write: write,
}

// Marker is the first line: a job replaces the comment that begins with it.
const Marker = "<!-- fateline-report -->"

// What a comment holds.
const (
	mostCharacters = 60_000
	chartRoom      = 9_000 // kept for the chart and what follows it
	mostVictims    = 20
	mostReasons    = 20
	mostCharted    = 12 // findings
)

func write(ctx context.Context, w io.Writer, d *report.Document, _ report.Options) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := page{d: d}
	p.head()
	p.findings()
	p.foot()
	_, err := io.WriteString(w, p.out.String())
	return err
}

type page struct {
	out strings.Builder
	d   *report.Document
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(&p.out, format+"\n", args...) }

func (p *page) head() {
	v := p.d.Verdict
	p.line("%s\n## Fateline: %s\n\n%s.\n", Marker, v.Word(), sentence(p.d.Headline()))
	for _, part := range []struct {
		title string
		lines []string
	}{{"Why the verdict is incomplete", report.Reasons(v.Incomplete)}, {"What the policy forbids", v.Forbidden}, {"Allowed to be incomplete", v.Allowed}, {"Notices", v.Notices}} {
		if len(part.lines) == 0 {
			continue
		}
		p.line("**%s**\n", part.title)
		for i, line := range part.lines {
			if i == mostReasons {
				p.line("- and %d more", len(part.lines)-i)
				break
			}
			p.line("- %s", Escape(report.Message(line)))
		}
		p.line("")
	}
	p.line("| | critical | high | medium | low |\n| --- | ---: | ---: | ---: | ---: |")
	for _, row := range []struct {
		name    string
		belongs func(f report.Finding) bool
	}{
		{"**new**", func(f report.Finding) bool { return f.Baseline == gate.New.String() && !f.Waived }},
		{"**grown**", func(f report.Finding) bool { return f.Baseline == gate.Grown.String() && !f.Waived }},
		{"known", func(f report.Finding) bool { return f.Baseline == gate.Unchanged.String() && !f.Waived }},
		{"found", func(f report.Finding) bool { return f.Baseline == "" && !f.Waived }},
		{"waived", func(f report.Finding) bool { return f.Waived }},
	} {
		by, any := map[string]int{}, 0
		for _, f := range p.d.Findings {
			if row.belongs(f) {
				by[f.Severity]++
				any++
			}
		}
		if any > 0 {
			p.line("| %s | %d | %d | %d | %d |", row.name, by["critical"], by["high"], by["medium"], by["low"])
		}
	}
	p.line("")
}

// findings lists what is neither waived nor known: new ones, grown ones, others.
func (p *page) findings() {
	var open []report.Finding
	for _, standing := range []gate.Standing{gate.New, gate.Grown, 0} {
		for _, f := range p.d.Standing() {
			if !f.Waived && f.Baseline == standing.String() {
				open = append(open, f)
			}
		}
	}
	for i, f := range open {
		text := p.finding(f)
		if p.out.Len()+len(text) > mostCharacters-chartRoom {
			p.line("**And %d more findings**, which do not fit into a comment: see the full report.\n", len(open)-i)
			open = open[:i]
			break
		}
		p.out.WriteString(text)
	}
	if len(open) == 0 {
		return
	}
	chart := mermaid.Chart(report.ProofsView(p.d, open[:min(len(open), mostCharted)]), p.d.Summary())
	if len(chart)+300 < chartRoom {
		p.line("<details><summary>The proofs as a chart</summary>\n\n%s\n</details>\n", fence("mermaid", chart))
	}
}

func (p *page) finding(f report.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s: %s", f.Severity, f.Rule)
	if f.Baseline != "" {
		fmt.Fprintf(&b, " (%s)", f.Baseline)
	}
	fmt.Fprintf(&b, "\n\n%s\n\n", sentence(f.Title))
	if f.Note != "" {
		fmt.Fprintf(&b, "_%s_\n\n", Escape(report.Message(f.Note)))
	}
	b.WriteString(fence("text", proof(f)) + "\n")
	if f.Remedy != "" {
		fmt.Fprintf(&b, "**Remedy:** %s\n\n", sentence(f.Remedy))
	}
	if len(f.Remedies) > 0 {
		fmt.Fprintf(&b, "**Enough:** %s\n\n", sentence(f.Remedies[0].Text))
	}
	fmt.Fprintf(&b, "<details><summary>%s, finding <code>%s</code></summary>\n\n", plural(len(f.Nodes), "victim", "victims"), strings.Trim(Escape(f.ID), " "))
	b.WriteString(codes(f.Nodes))
	if len(f.Grown) > 0 {
		b.WriteString("\n**New since the baseline:**\n\n" + codes(f.Grown))
	}
	for i, folded := range p.d.FoldedInto(f.ID) {
		if i == 0 {
			b.WriteString("\n**And so:**\n\n")
		}
		fmt.Fprintf(&b, "- %s, %s: %s\n", folded.Severity, folded.Rule, sentence(folded.Title))
	}
	b.WriteString("\n</details>\n\n")
	return b.String()
}

// proof returns the steps of a proof in columns.
func proof(f report.Finding) string {
	var b strings.Builder
	from, to := 0, 0
	for _, s := range f.Proof {
		from, to = max(from, len([]rune(report.Message(s.From.String())))), max(to, len([]rune(report.Message(s.To.String()))))
	}
	for i, s := range f.Proof {
		if i == 25 {
			fmt.Fprintf(&b, "and %d more steps\n", len(f.Proof)-i)
			break
		}
		line := fmt.Sprintf("%-*s needs %-*s %s", from, report.Message(s.From.String()), to, report.Message(s.To.String()), report.Message(s.Relation()))
		if place := report.Place(s.Evidence()); place != "" {
			line += "  " + report.Message(place)
		}
		if basis := s.Basis(); basis != "" {
			line += "  (" + basis + " only)"
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func (p *page) foot() {
	v := p.d.Verdict
	if len(v.Fixed) > 0 {
		p.line("**No longer found (%d)**\n", len(v.Fixed))
		for i, f := range v.Fixed {
			if i == mostReasons {
				p.line("- and %d more", len(v.Fixed)-i)
				break
			}
			p.line("- %s %s: %s", f.Severity, Code(f.Rule), Escape(report.Message(f.Title)))
		}
		p.line("")
	}
	var waived []report.Finding
	for _, f := range p.d.Findings {
		if f.Waived {
			waived = append(waived, f)
		}
	}
	if len(waived) > 0 {
		p.line("<details><summary>Waived (%d)</summary>\n", len(waived))
		for i, f := range waived {
			if i == mostReasons {
				p.line("- and %d more", len(waived)-i)
				break
			}
			p.line("- %s %s: %s, by %s until %s: %s", f.Severity, Code(f.Rule), Escape(report.Message(f.Title)), Escape(report.Message(f.Waiver.Owner)), f.Waiver.Expires, Escape(report.Message(f.Waiver.Reason)))
		}
		p.line("\n</details>\n")
	}
	read := 0
	meant := 0
	for _, in := range p.d.Inputs {
		switch in.Status {
		case depgraph.Complete.String():
			read++
			meant++
		case depgraph.Partial.String(), depgraph.Unreadable.String():
			meant++
		}
	}
	p.line("<sub>%d of %s read in full; %s, %s; exit status %d.</sub>", read, plural(meant, "input", "inputs"),
		plural(p.d.Graph.Nodes, "node", "nodes"), plural(p.d.Graph.Edges, "edge", "edges"), v.Exit)
}

// codes lists ids, a few of many.
func codes(ids []depgraph.ID) string {
	var b strings.Builder
	for i, id := range ids {
		if i == mostVictims {
			fmt.Fprintf(&b, "- and %d more\n", len(ids)-i)
			break
		}
		fmt.Fprintf(&b, "- %s\n", Code(report.Label(id.String())))
	}
	return b.String()
}

// sentence returns text of the inputs within a paragraph.
func sentence(s string) string { return Escape(report.Sentence(s)) }

// Escape returns text that Markdown shows as it is: no markup, no link, no mention
// of a person or an issue. An empty comment splits what code hosts would link.
func Escape(text string) string {
	text = report.Printable(text)
	var b strings.Builder
	for i, r := range text {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '&':
			b.WriteString("&amp;")
		case r == '@', r == '#':
			b.WriteString(`\` + string(r) + "<!-- -->")
		case strings.ContainsRune("\\`*_{}[]()!|~:$", r), // these mean something anywhere
			i == 0 && strings.ContainsRune("-+=", r), // these at the beginning of a line
			r == '.' && (startsLink(text[:i]) || allDigits(text[:i])),
			r == ')' && allDigits(text[:i]):
			b.WriteString(`\` + string(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// startsLink reports whether a dot after text would begin a link.
func startsLink(text string) bool {
	return len(text) >= 3 && strings.EqualFold(text[len(text)-3:], "www")
}

// allDigits reports whether a mark after text would begin a numbered list.
func allDigits(text string) bool {
	return strings.Trim(text, "0123456789") == ""
}

// Code returns text as a code span, with a fence longer than any run inside.
func Code(text string) string {
	text = cmp.Or(report.Printable(text), " ")
	ticks := strings.Repeat("`", 1+longestRun(text))
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || strings.HasPrefix(text, " ") && strings.HasSuffix(text, " ") && strings.TrimSpace(text) != "" {
		text = " " + text + " "
	}
	return ticks + text + ticks
}

// fence returns text as a block of code, with a fence longer than any run inside.
func fence(language, text string) string {
	ticks := strings.Repeat("`", max(3, 1+longestRun(text)))
	return ticks + language + "\n" + strings.TrimSuffix(text, "\n") + "\n" + ticks + "\n"
}

func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		if r == '`' {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
