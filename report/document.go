package report

import (
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
)

// Schema names the form of a report's JSON. A reader of v1 reads every later v1.
const Schema = "fateline.report/v1"

// Document is everything one run of scan or check has to say. Formats render it
// and compute nothing. It never changes once made; its JSON form decodes back to
// an equal Document.
type Document struct {
	Schema     string                `json:"schema"` // always [Schema]
	Tool       Tool                  `json:"tool"`
	Verdict    Verdict               `json:"verdict"`
	Inputs     []Input               `json:"inputs"`   // the whole ledger, by path
	Graph      Counts                `json:"graph"`    // of the linked graph
	Rules      []Rule                `json:"rules"`    // every rule that was asked to run, by id
	Findings   []Finding             `json:"findings"` // most severe first, of equal severity the most hidden
	Unresolved []depgraph.Unresolved `json:"-"`        // in the JSON they are part of the model
	linked     *depgraph.Graph       // the model
}

// Tool says what made the report. There is no time and no place in it.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"` // "" where the build does not say
}

// Verdict is what the gate said. Only package gate makes one that passes.
type Verdict struct {
	Status     string   `json:"status"`              // pass, violated or incomplete
	Exit       int      `json:"exit"`                // 0, 1 or 3
	Violations int      `json:"violations"`          // how many findings and other facts violate the policy
	Incomplete []string `json:"incomplete"`          // why it is incomplete, in sentences
	FailAt     string   `json:"failAt"`              // the severity from which findings violate; "never" for scan
	Forbidden  []string `json:"forbidden,omitempty"` // violations that are no finding
	Allowed    []string `json:"allowed,omitempty"`   // what is incomplete and was allowed to be
	Notices    []string `json:"notices,omitempty"`   // such as unused waivers
	Compared   bool     `json:"compared,omitempty"`  // there was a baseline
	Fixed      []Fixed  `json:"fixed,omitempty"`     // findings of the baseline that are gone
}

// Fixed is a finding of the baseline that is no longer found.
type Fixed struct {
	ID       string `json:"id"`
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Title    string `json:"title"`
}

// Input is one row of the ledger, in the form of the graph's JSON.
type Input = depgraph.WireInput

// Counts is the size of a graph.
type Counts struct {
	Nodes        int `json:"nodes"`
	Edges        int `json:"edges"` // members of all requirements together
	Requirements int `json:"requirements"`
}

// Rule is what came of one rule, with its documentation.
type Rule struct {
	ID       string `json:"id"`
	Status   string `json:"status"` // ran, not-applicable or failed
	Judged   int    `json:"judged"` // how many nodes it looked at
	Why      string `json:"why,omitempty"`
	Findings int    `json:"findings"`
	Severity string `json:"severity"` // the default
	Title    string `json:"title,omitempty"`
	Text     string `json:"text,omitempty"`
	Remedy   string `json:"remedy,omitempty"`
	Limits   string `json:"limits,omitempty"`
}

// Finding is one finding and what the gate said of it.
type Finding struct {
	ID         string        `json:"id"`
	Rule       string        `json:"rule"`
	Severity   string        `json:"severity"` // low, medium, high or critical, as the policy sets it
	Title      string        `json:"title"`
	Remedy     string        `json:"remedy,omitempty"`   // its own, else that of the rule
	Remedies   []Remedy      `json:"remedies,omitempty"` // the smallest changes of needs that make it go away, the cheapest first
	Root       []depgraph.ID `json:"root"`
	Ordered    bool          `json:"ordered,omitempty"` // the root is an edge
	Nodes      []depgraph.ID `json:"nodes"`             // the victims, sorted
	Proof      []Step        `json:"proof"`
	Claim      Claim         `json:"claim,omitzero"`
	Confidence float64       `json:"confidence"` // of the weakest step
	Hidden     Hidden        `json:"hidden"`
	Violates   bool          `json:"violates"` // it counts against the verdict
	Waived     bool          `json:"waived"`
	Waiver     *Waiver       `json:"waiver,omitempty"`     // nil unless waived
	Baseline   string        `json:"baseline,omitempty"`   // new, unchanged or grown; "" without a baseline
	Grown      []depgraph.ID `json:"grown,omitempty"`      // victims that the baseline does not have
	Note       string        `json:"note,omitempty"`       // such as an expired waiver
	FoldedInto string        `json:"foldedInto,omitempty"` // the finding this one is a consequence of
	Why        string        `json:"why,omitempty"`        // why it was folded
}

// Remedy is one smallest set of needs to change: see [analyzer.Remedy].
type Remedy struct {
	Edges  []Need `json:"edges"`
	Action string `json:"action"` // remove or alternative
	Text   string `json:"text"`   // a sentence
}

// Need is an edge of a remedy: From needs To in Phase.
type Need struct {
	From  depgraph.ID `json:"from"`
	To    depgraph.ID `json:"to"`
	Phase string      `json:"phase"`
}

// Step is one step of a proof: From needs To in Phase.
type Step struct {
	From    depgraph.ID `json:"from"`
	To      depgraph.ID `json:"to"`
	Phase   string      `json:"phase"`
	IfLost  string      `json:"ifLost"`
	Via     string      `json:"via,omitempty"`
	Origins []Origin    `json:"origins"`
}

// Claim says what a proof proves: see [analyzer.Claim].
type Claim struct {
	Failed  []depgraph.ID `json:"failed,omitempty"`
	Outage  string        `json:"outage,omitempty"`
	Then    []depgraph.ID `json:"then,omitempty"`
	State   string        `json:"state,omitempty"`
	Because string        `json:"because,omitempty"`
}

// Hidden says how far a proof is spread.
type Hidden struct {
	Inputs int `json:"inputs"`
	Owners int `json:"owners"`
	Hops   int `json:"hops"`
}

// Waiver is a waiver in force.
type Waiver struct {
	Owner   string `json:"owner"`
	Reason  string `json:"reason"`
	Ticket  string `json:"ticket,omitempty"`
	Expires string `json:"expires"` // the last day on which it is in force, YYYY-MM-DD, UTC
}

// New makes the document of one run.
func New(g *depgraph.Graph, results *analyzer.Results, verdict gate.Verdict) *Document {
	d := &Document{
		Schema:     Schema,
		Tool:       Tool{Name: "fateline"},
		Verdict:    newVerdict(verdict),
		Inputs:     newInputs(g.Inputs()),
		Graph:      Counts{Nodes: g.Len(), Edges: g.MemberCount(), Requirements: g.Requirements()},
		Rules:      newRules(results),
		Findings:   []Finding{},
		Unresolved: g.Unresolved(),
		linked:     g,
	}
	remedies := map[string]string{}
	for _, r := range d.Rules {
		remedies[r.ID] = r.Remedy
	}
	if results != nil {
		for f := range results.Findings() {
			d.Findings = append(d.Findings, newFinding(f, verdict.Of(f.ID), remedies[f.Rule]))
		}
	}
	// A policy may have moved severities: order by what the reader sees.
	slices.SortStableFunc(d.Findings, func(a, b Finding) int { return rank(b.Severity) - rank(a.Severity) })
	return d
}

// WithTool returns a copy that says which version made it.
func (d *Document) WithTool(version string) *Document {
	c := *d
	c.Tool.Version = version
	return &c
}

// Linked returns the graph that the report is about.
func (d *Document) Linked() *depgraph.Graph { return d.linked }

// Node returns a node of the graph; nil where the graph has none of that id.
func (d *Document) Node(id depgraph.ID) *depgraph.Node { return d.linked.Node(id) }

// Rule returns what came of a rule; the zero Rule where it was not asked to run.
func (d *Document) Rule(id string) Rule {
	for _, r := range d.Rules {
		if r.ID == id {
			return r
		}
	}
	return Rule{ID: id}
}

// FoldedInto lists the findings that are consequences of one.
func (d *Document) FoldedInto(id string) []Finding {
	var folded []Finding
	for _, f := range d.Findings {
		if f.FoldedInto == id && id != "" {
			folded = append(folded, f)
		}
	}
	return folded
}

// Standing lists the findings that stand by themselves: those that are not
// consequences of another one, or whose cause is not there, or is set aside (waived,
// or known from the baseline) while they are not, or does not violate the policy, which
// gives its rule another severity, while they do.
func (d *Document) Standing() []Finding {
	there := map[string]*Finding{}
	for i := range d.Findings {
		there[d.Findings[i].ID] = &d.Findings[i]
	}
	var standing []Finding
	for _, f := range d.Findings {
		cause := there[f.FoldedInto]
		if cause == nil || cause.setAside() && !f.setAside() || f.Violates && !cause.Violates {
			standing = append(standing, f)
		}
	}
	return standing
}

// setAside reports whether a finding is waived or known from the baseline.
func (f *Finding) setAside() bool { return f.Waived || f.Baseline == gate.Unchanged.String() }

func newVerdict(v gate.Verdict) Verdict {
	out := Verdict{
		Status: v.Status().String(), Exit: v.Exit(), Violations: len(v.Violations()),
		Incomplete: append([]string{}, v.Incomplete()...), FailAt: v.FailAt().String(),
		Allowed: v.Allowed(), Notices: v.Notices(), Compared: v.Compared(),
	}
	for _, x := range v.Violations() {
		if x.Finding == "" {
			out.Forbidden = append(out.Forbidden, x.Message)
		}
	}
	for _, k := range v.Fixed() {
		out.Fixed = append(out.Fixed, Fixed{ID: k.ID, Rule: k.Rule, Severity: k.Severity.String(), Title: k.Title})
	}
	return out
}

func newInputs(rows []depgraph.Input) []Input {
	out := []Input{}
	for _, in := range rows {
		out = append(out, depgraph.NewWireInput(in))
	}
	return out
}

func newRules(results *analyzer.Results) []Rule {
	out := []Rule{}
	if results == nil {
		return out
	}
	for _, r := range results.Rules {
		status := r.Status.String()
		if r.Status == 0 {
			status = analyzer.Failed.String()
		}
		out = append(out, Rule{
			ID: r.Rule.ID, Status: status, Judged: r.Judged, Why: r.Why, Findings: len(r.Findings), Severity: r.Rule.Severity.String(),
			Title: r.Rule.Doc.Title, Text: flowing(r.Rule.Doc.Text), Remedy: flowing(r.Rule.Doc.Remedy), Limits: flowing(r.Rule.Doc.Limits),
		})
	}
	return out
}

func newFinding(f *analyzer.Finding, said gate.Judgement, remedy string) Finding {
	severity := f.Severity
	if said.Severity != 0 {
		severity = said.Severity
	}
	if f.Remedy != "" {
		remedy = f.Remedy
	}
	out := Finding{
		ID: f.ID, Rule: f.Rule, Severity: severity.String(), Title: f.Title, Remedy: remedy,
		Root: append([]depgraph.ID{}, f.Root...), Ordered: f.Ordered, Nodes: append([]depgraph.ID{}, f.Nodes...),
		Proof: NewSteps(f.Proof),
		Claim: Claim{
			Failed: f.Claim.Failed, Outage: f.Claim.Outage, Then: f.Claim.Then,
			State: string(f.Claim.State), Because: f.Claim.Because,
		},
		Confidence: f.Confidence, Hidden: Hidden(f.Hidden),
		Violates: said.Violates, Baseline: said.Baseline.String(), Grown: said.Grown, Note: said.Note,
		FoldedInto: f.FoldedInto, Why: f.Why,
	}
	for _, r := range f.Remedies {
		out.Remedies = append(out.Remedies, newRemedy(r))
	}
	if w := said.Waiver; w != nil {
		out.Waived, out.Waiver = true, &Waiver{Owner: w.Owner, Reason: w.Reason, Ticket: w.Ticket, Expires: w.Expires.String()}
	}
	return out
}

func newRemedy(r analyzer.Remedy) Remedy {
	out := Remedy{Action: string(r.Action), Text: r.Text, Edges: []Need{}}
	for _, e := range r.Edges {
		out.Edges = append(out.Edges, Need{From: e.From, To: e.To, Phase: e.Phase.String()})
	}
	return out
}

// NewSteps returns the steps of a proof.
func NewSteps(proof []depgraph.Edge) []Step {
	out := []Step{}
	for _, e := range proof {
		s := Step{From: e.From, To: e.To, Phase: e.Phase.String(), IfLost: e.IfLost.String(), Via: string(e.Via), Origins: []Origin{}}
		for _, o := range e.Origins {
			s.Origins = append(s.Origins, depgraph.NewWireOrigin(o))
		}
		out = append(out, s)
	}
	return out
}

// rank orders severities by name; 0 for a name that is none.
func rank(severity string) int {
	s, err := analyzer.ParseSeverity(severity)
	if err != nil {
		return 0
	}
	return int(s)
}

// Count returns how many findings have a severity, folded ones included.
func (d *Document) Count(severity string) int {
	n := 0
	for _, f := range d.Findings {
		if f.Severity == severity {
			n++
		}
	}
	return n
}

// Word is the verdict in a word: its status, but "complete" where nothing judged
// the findings, as in a scan.
func (v Verdict) Word() string {
	if v.Status == gate.Pass.String() && v.FailAt == gate.Never.String() {
		return "complete"
	}
	return v.Status
}

// Summary is the verdict in one sentence.
func (d *Document) Summary() string { return d.Verdict.Word() + ": " + d.Headline() }

// Headline says what the verdict rests on, in one sentence.
func (d *Document) Headline() string {
	v := d.Verdict
	switch v.Word() {
	case gate.Violated.String():
		return fmt.Sprintf("%s the policy, which fails at %s and above", plural(v.Violations, "violation of", "violations of"), v.FailAt)
	case gate.Pass.String():
		return fmt.Sprintf("everything was read, every rule ran, and nothing at %s or above is left", v.FailAt)
	case "complete":
		return fmt.Sprintf("everything was read and every rule ran; %s", plural(len(d.Findings), "finding", "findings"))
	}
	said := "not everything was read or run, so findings may be missing and others may be false"
	if v.Violations > 0 {
		said += "; " + plural(v.Violations, "violation was", "violations were") + " found all the same"
	}
	return said
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
