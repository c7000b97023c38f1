// Package sarif writes the report as SARIF 2.1.0, which code hosts show beside
// the lines that a finding rests on.
package sarif

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/report"
)

// Format is the SARIF format.
var Format = report.Format{
	Name: "sarif", Ext: "sarif",
	Doc: report.FormatDoc{
		Title:  "Findings for code scanning",
		Text:   "SARIF 2.1.0: each finding at the line it rests on, its proof as a code flow, waivers as suppressions, the baseline as baselineState, and executionSuccessful: false where the verdict is incomplete.",
		Limits: "At most 5,000 results by severity, the last of which says how many more there are; 100 steps of a proof.",
		Since:  "0.1.0",
	},
	Write: write,
}

// What code hosts show.
const (
	mostResults       = 5000
	mostSteps         = 100
	mostNotifications = 1000
)

// moreRule is the rule of the result that stands for those left out.
const moreRule = "more-findings"

func write(ctx context.Context, w io.Writer, d *report.Document, _ report.Options) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(newLog(d)); err != nil {
		return fmt.Errorf("sarif: %w", err)
	}
	_, err := w.Write(report.SafeJSON(b.Bytes()))
	return err
}

func newLog(d *report.Document) log {
	r := run{
		Tool:        tool{Driver: driver{Name: "Fateline", Version: report.Printable(d.Tool.Version), Rules: []rule{}}},
		Invocations: []invocation{newInvocation(d)},
		URIBases:    map[string]artifactLocation{"SRCROOT": {Description: &message{Text: "Where Fateline ran; every place is relative to it."}}},
		ColumnKind:  "unicodeCodePoints",
		Results:     []result{},
		Properties:  properties{Verdict: d.Verdict.Status, Violations: d.Verdict.Violations, FailAt: d.Verdict.FailAt},
	}
	index := map[string]int{}
	for _, x := range d.Rules {
		index[x.ID] = len(r.Tool.Driver.Rules)
		r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, newRule(x))
	}
	shown := d.Findings
	if len(shown) > mostResults {
		shown = shown[:mostResults-1]
	}
	for _, f := range shown {
		if _, known := index[f.Rule]; !known {
			index[f.Rule] = len(r.Tool.Driver.Rules)
			r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, newRule(report.Rule{ID: f.Rule, Severity: f.Severity}))
		}
		r.Results = append(r.Results, newResult(d, f, index[f.Rule]))
	}
	if more := len(d.Findings) - len(shown); more > 0 {
		at := len(r.Tool.Driver.Rules)
		r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, newRule(report.Rule{ID: moreRule, Severity: "low", Title: "More findings than code hosts take"}))
		r.Results = append(r.Results, result{
			RuleID: moreRule, RuleIndex: at, Level: "note", Message: message{Text: fmt.Sprintf("%d more findings, less severe than these, are in the full report.", more)},
			Locations: []location{somewhere(d)}, Fingerprints: map[string]string{"fateline/v1": moreRule},
		})
	}
	return log{Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []run{r}}
}

// newInvocation says whether the run is to be believed.
func newInvocation(d *report.Document) invocation {
	v := d.Verdict
	in := invocation{ExecutionSuccessful: v.Status != gate.Incomplete.String(), ExitCode: v.Exit, ExitDescription: report.Sentence(d.Summary())}
	note := func(level, id string, lines []string) {
		for i, line := range lines {
			if i == mostNotifications {
				in.Notifications = append(in.Notifications, notification{Level: level, Descriptor: descriptor{id}, Message: message{Text: fmt.Sprintf("and %d more", len(lines)-i)}})
				return
			}
			in.Notifications = append(in.Notifications, notification{Level: level, Descriptor: descriptor{id}, Message: message{Text: report.Sentence(line)}})
		}
	}
	note("error", "incomplete", v.Incomplete)
	note("error", "forbidden", v.Forbidden)
	note("warning", "allowed-incomplete", v.Allowed)
	note("note", "notice", v.Notices)
	return in
}

func newRule(x report.Rule) rule {
	title := cmp.Or(report.Sentence(x.Title), x.ID)
	r := rule{
		ID: x.ID, Short: message{Text: title}, Full: message{Text: cmp.Or(report.Sentence(x.Text), title)},
		Config: configuration{Level: level(x.Severity)}, Properties: ruleProperties{Tags: []string{"reliability"}, Precision: "high"},
	}
	help := strings.TrimSpace(strings.Join([]string{report.Sentence(x.Text), report.Sentence(x.Remedy), report.Sentence(x.Limits)}, "\n\n"))
	r.Help = message{Text: cmp.Or(help, title)}
	return r
}

// level is the SARIF level of a severity.
func level(severity string) string {
	switch severity {
	case "critical", "high":
		return "error"
	case "medium":
		return "warning"
	}
	return "note"
}

// rank is the SARIF rank of a severity, 0 to 100.
func rank(severity string) float64 {
	return map[string]float64{"critical": 95, "high": 75, "medium": 50, "low": 25}[severity]
}

func newResult(d *report.Document, f report.Finding, rule int) result {
	text := report.Sentence(f.Title)
	if f.Remedy != "" {
		text += ". Remedy: " + report.Sentence(f.Remedy)
	}
	r := result{
		RuleID: f.Rule, RuleIndex: rule, Level: level(f.Severity), Rank: rank(f.Severity), Message: message{Text: text},
		Locations: []location{somewhere(d)}, Fingerprints: map[string]string{"fateline/v1": f.ID},
		Properties: &resultProperties{
			Severity: f.Severity, Confidence: f.Confidence, Violates: f.Violates, Root: labels(f.Root), Victims: labels(f.Nodes[:min(len(f.Nodes), mostSteps)]), VictimCount: len(f.Nodes),
			Hidden: f.Hidden, FoldedInto: f.FoldedInto, Note: report.Sentence(f.Note),
		},
	}
	if flow := newFlow(f); len(flow.ThreadFlows[0].Locations) > 0 {
		r.CodeFlows = []codeFlow{flow}
		for _, step := range flow.ThreadFlows[0].Locations {
			if step.Location.Physical != nil {
				r.Locations = []location{{Physical: step.Location.Physical, Logical: logical(f.Root)}}
				break
			}
		}
	}
	switch f.Baseline {
	case gate.New.String(), gate.Unchanged.String():
		r.BaselineState = f.Baseline
	case gate.Grown.String():
		r.BaselineState = "updated"
	}
	if w := f.Waiver; w != nil {
		why := fmt.Sprintf("%s, until %s: %s", report.Message(w.Owner), w.Expires, report.Sentence(w.Reason))
		r.Suppressions = []suppression{{Kind: "external", Status: "accepted", Justification: why}}
	}
	return r
}

// newFlow returns a proof as a flow: one location a step, at the line that says it.
func newFlow(f report.Finding) codeFlow {
	var steps []threadFlowLocation
	for i, s := range f.Proof[:min(len(f.Proof), mostSteps)] {
		text := fmt.Sprintf("%s needs %s (%s)", report.Label(s.From.String()), report.Label(s.To.String()), report.Label(s.Relation()))
		if basis := s.Basis(); basis != "" {
			text += ", " + basis + " only"
		}
		steps = append(steps, threadFlowLocation{ExecutionOrder: i + 1, Location: location{Physical: physical(s.Evidence()), Logical: logical([]depgraph.ID{s.From}), Message: &message{Text: text}}})
	}
	return codeFlow{Message: message{Text: "Who needs whom"}, ThreadFlows: []threadFlow{{Locations: steps}}}
}

// physical is a place in a file; nil where there is none.
func physical(o report.Origin) *physicalLocation {
	if o.Input == "" || o.Input == "-" {
		return nil
	}
	p := &physicalLocation{Artifact: artifact(o.Input)}
	if o.Line > 0 {
		p.Region = &region{StartLine: o.Line, StartColumn: o.Column}
	}
	return p
}

// artifact names a file relative to where Fateline ran, or a live source by its URL.
func artifact(input string) artifactLocation {
	input = report.Printable(input)
	if u, err := url.Parse(input); err == nil && len(u.Scheme) > 1 && u.Host != "" {
		return artifactLocation{URI: u.String()}
	}
	input = strings.TrimLeft(path.Clean(strings.ReplaceAll(input, `\`, "/")), "/")
	escaped := (&url.URL{Path: input}).EscapedPath()
	if first, _, _ := strings.Cut(escaped, "/"); strings.Contains(first, ":") {
		escaped = "./" + escaped // else its beginning is a scheme
	}
	return artifactLocation{URI: escaped, Base: "SRCROOT"}
}

// somewhere is the location of what has none: code hosts refuse a result without.
func somewhere(d *report.Document) location {
	for _, in := range d.Inputs {
		if in.Status == depgraph.Complete.String() && in.Path != "-" && in.Path != "" {
			return location{Physical: &physicalLocation{Artifact: artifact(in.Path)}}
		}
	}
	return location{Physical: &physicalLocation{Artifact: artifactLocation{URI: ".", Base: "SRCROOT"}}}
}

func logical(ids []depgraph.ID) []logicalLocation {
	var out []logicalLocation
	for _, id := range ids {
		out = append(out, logicalLocation{Name: report.Label(id.Name), Full: report.Label(id.String()), Kind: report.Label(string(id.Kind))})
	}
	return out
}

func labels(ids []depgraph.ID) []string {
	out := []string{}
	for _, id := range ids {
		out = append(out, report.Label(id.String()))
	}
	return out
}
