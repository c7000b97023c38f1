package htmlpage

import (
	"context"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/svg"
)

// How much a page shows.
const (
	mostRows    = 2000 // of each table
	mostDrawn   = 100  // proofs
	fewVictims  = 12   // shown without unfolding
	largeProof  = 25   // nodes over which a proof is listed and not drawn
	mostReasons = 50
)

// page is what the template shows.
type page struct {
	*report.Document
	Severities []tally
	Open       []card // what is neither waived nor known
	Known      []card
	Waived     []card
	Figures    []figure
	Coverage   coverage
	Nodes      table[nodeRow]
	Edges      table[edgeRow]
	InputRows  table[report.Input]
	Names      table[depgraph.Unresolved]
	Reasons    list
	Rulenames  []string
}

// tally is how many findings have a severity.
type tally struct {
	Severity string
	Count    int
}

// card is a finding as it is shown.
type card struct {
	report.Finding
	Picture  *svg.Picture // nil: too large, or one of too many
	Victims  list
	NewOnes  list
	Folded   []report.Finding
	Question string // what the claim says, in a sentence
}

// list is some of many texts.
type list struct {
	Shown []string
	Rest  []string // to be unfolded
}

// table is the first rows of many.
type table[T any] struct {
	Rows   []T
	All    int
	Filled map[string]bool // optional columns that a row says something in; no other is shown
}

// fill notes that a row says something in a column, if it does.
func (t *table[T]) fill(column string, says bool) {
	if !says {
		return
	}
	if t.Filled == nil {
		t.Filled = map[string]bool{}
	}
	t.Filled[column] = true
}

// Cut says how many rows are left out.
func (t table[T]) Cut() int { return t.All - len(t.Rows) }

// figure is a picture of the system.
type figure struct {
	Title, Text string
	Picture     *svg.Picture
}

// coverage says what was read and run.
type coverage struct {
	Meant, Complete, Partial, Unreadable, Excluded, Unclaimed, Unproven int
	RulesRan, RulesWithout, RulesFailed                                 int
	Dangling, Ambiguous, Conflicting                                    int
}

func newPage(ctx context.Context, d *report.Document, o report.Options) (*page, error) {
	p := &page{Document: d, Coverage: newCoverage(d), Reasons: split(report.Reasons(d.Verdict.Incomplete), mostReasons)}
	for _, severity := range []string{"critical", "high", "medium", "low"} {
		p.Severities = append(p.Severities, tally{severity, d.Count(severity)})
	}
	p.cards()
	for _, r := range d.Rules {
		if r.Findings > 0 {
			p.Rulenames = append(p.Rulenames, r.ID)
		}
	}
	p.tables()
	if err := p.figures(ctx, o); err != nil {
		return nil, err
	}
	return p, nil
}

// cards sorts the findings that stand by themselves: open, known, waived.
func (p *page) cards() {
	drawn := 0
	for _, f := range p.Standing() {
		c := card{Finding: f, Victims: split(texts(f.Nodes), fewVictims), NewOnes: split(texts(f.Grown), fewVictims), Folded: p.FoldedInto(f.ID), Question: question(f)}
		if view := report.ProofView(p.Document, f); drawn < mostDrawn && len(view.Nodes) <= largeProof {
			c.Picture = svg.Layered(view)
			c.Picture.Name = fmt.Sprintf("proof-%d", drawn+1)
			c.Picture.Title, c.Picture.Note = "Proof: "+report.Sentence(f.Title), fmt.Sprintf("%d nodes, %d needs", len(view.Nodes), len(view.Edges))
			drawn++
		}
		switch {
		case f.Waived:
			p.Waived = append(p.Waived, c)
		case f.Baseline == gate.Unchanged.String():
			p.Known = append(p.Known, c)
		default:
			p.Open = append(p.Open, c)
		}
	}
}

// question says in a sentence what the proof of a finding proves.
func question(f report.Finding) string {
	if f.Claim.Because != "" {
		return f.Claim.Because
	}
	failed := strings.Join(texts(f.Claim.Failed), " and ")
	if len(f.Claim.Failed) == 0 || len(f.Claim.Failed) > 3 || len(f.Claim.Then) == 0 {
		return ""
	}
	then := strings.Join(texts(f.Claim.Then[:min(3, len(f.Claim.Then))]), ", ")
	if more := len(f.Claim.Then) - 3; more > 0 {
		then += fmt.Sprintf(" and %d more", more)
	}
	switch f.Claim.State {
	case "down", "degraded", "frozen", "blind":
		return fmt.Sprintf("With %s lost, these are %s: %s.", failed, f.Claim.State, then)
	}
	return ""
}

func (p *page) figures(ctx context.Context, o report.Options) error {
	if p.Graph.Nodes == 0 {
		return nil
	}
	around, err := svg.Layout(ctx, report.PictureView(p.Document, o), true)
	if err != nil {
		return err
	}
	around.Name = "around"
	p.Figures = append(p.Figures, figure{"Around the findings", "Who needs stands above what is needed. Red lines are steps of a proof.", around})
	if len(p.Findings) == 0 {
		p.Figures[0].Title, p.Figures[0].Text = "The system", "Who needs stands above what is needed."
	}
	for _, by := range []report.Grouping{report.ByPlace, report.ByOwner, report.ByScope} {
		v := report.Overview(p.Document, by, 40)
		if !telling(v) {
			continue
		}
		picture, err := svg.Layout(ctx, v, true)
		if err != nil {
			return err
		}
		picture.Name = "by-" + by.String()
		p.Figures = append(p.Figures, figure{"By " + by.String(), "Each box stands for all of its nodes; the thicker a line, the more of them need each other.", picture})
	}
	return nil
}

// telling reports whether an overview shows more than that little is known: at
// least two boxes besides those of a kind, and an edge.
func telling(v *report.View) bool {
	boxes := 0
	for _, n := range v.Nodes {
		if !strings.HasPrefix(n.ID.Name, report.ByKind) {
			boxes++
		}
	}
	return boxes >= 2 && len(v.Edges) > 0
}

func newCoverage(d *report.Document) coverage {
	var c coverage
	for _, in := range d.Inputs {
		switch in.Status {
		case depgraph.Complete.String():
			c.Complete++
		case depgraph.Partial.String():
			c.Partial++
		case depgraph.Unreadable.String():
			c.Unreadable++
		case depgraph.Excluded.String():
			c.Excluded++
		case depgraph.Unclaimed.String():
			c.Unclaimed++
		}
		if in.Unproven {
			c.Unproven++
		}
	}
	c.Meant = c.Complete + c.Partial + c.Unreadable
	for _, r := range d.Rules {
		switch r.Status {
		case "ran":
			c.RulesRan++
		case "not-applicable":
			c.RulesWithout++
		default:
			c.RulesFailed++
		}
	}
	for _, u := range d.Unresolved {
		switch u.Why {
		case depgraph.Dangling:
			c.Dangling++
		case depgraph.Ambiguous:
			c.Ambiguous++
		case depgraph.Conflicting:
			c.Conflicting++
		}
	}
	return c
}

func texts(ids []depgraph.ID) []string {
	var out []string
	for _, id := range ids {
		out = append(out, report.Label(id.String()))
	}
	return out
}

func split(all []string, few int) list {
	if len(all) <= few+2 { // an unfolding of one or two is not worth its click
		return list{Shown: all}
	}
	return list{Shown: all[:few], Rest: all[few:min(len(all), mostRows)]}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// functions are what the template calls.
func functions() template.FuncMap {
	return template.FuncMap{
		"label":    report.Label,
		"id":       func(id depgraph.ID) string { return report.Label(id.String()) },
		"ids":      texts,
		"say":      report.Sentence,
		"place":    report.Place,
		"parts":    func(s string) []string { return strings.SplitAfter(s, "/") }, // between which a line may break
		"count":    plural,
		"upper":    strings.ToUpper,
		"sentence": func(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." },
		"inc":      func(i int) int { return i + 1 },
		"percent":  func(c float64) string { return fmt.Sprintf("%.0f %%", c*100) },
		"others": func(s report.Step) []report.Origin {
			best := s.Evidence()
			i := slices.Index(s.Origins, best)
			if i < 0 {
				return nil
			}
			return slices.Concat(s.Origins[:i], s.Origins[i+1:])
		},
		"seen":   seen,
		"origin": func(u depgraph.Unresolved) string { return report.Label(u.Origin.Place()) },
		"join":   func(list []string) string { return report.Sentence(strings.Join(list, ", ")) },
	}
}

// seen says what traffic an origin rests on.
func seen(o report.Origin) string {
	var parts []string
	if o.Count > 0 {
		parts = append(parts, fmt.Sprintf("%d calls", o.Count))
	}
	if o.Errors > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", o.Errors))
	}
	if o.LastSeen != "" {
		parts = append(parts, "last "+o.LastSeen)
	}
	if o.Note != "" {
		parts = append(parts, o.Note)
	}
	return report.Sentence(strings.Join(parts, ", "))
}
