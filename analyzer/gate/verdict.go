package gate

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

// Status is what a verdict comes to. The zero value is Incomplete.
type Status uint8

// The statuses.
const (
	Incomplete Status = iota // something was not read, did not run, or there was nothing to judge
	Violated                 // everything was judged, and something violates the policy
	Pass                     // everything was judged, and nothing does
)

var statusNames = [...]string{"incomplete", "violated", "pass"}

// String returns "pass", "violated" or "incomplete".
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return "incomplete"
}

// ParseStatus inverts String.
func ParseStatus(s string) (Status, error) {
	if i := slices.Index(statusNames[:], s); i >= 0 {
		return Status(i), nil
	}
	return 0, fmt.Errorf("verdict %q: want pass, violated or incomplete", s)
}

// Exit returns the exit status that a verdict of this status asks for, as far as
// the evidence goes: 0, 1 or 3. A program that could not store an output, was
// interrupted or did not run has a worse one.
func (s Status) Exit() int {
	switch s {
	case Pass:
		return 0
	case Violated:
		return 1
	}
	return 3
}

// Verdict is what [Judge] says. The zero value is incomplete. It never changes.
type Verdict struct {
	status     Status
	failAt     Threshold
	violations []Violation
	incomplete []string
	allowed    []string
	notices    []string
	judgements map[string]Judgement
	compared   bool
	fixed      []Known
}

// Violation is one reason why a verdict is not a pass.
type Violation struct {
	Finding string // the id of the finding; "" where the policy forbids something else
	Message string // one sentence
}

// Judgement is what the gate says of one finding.
type Judgement struct {
	Severity analyzer.Severity // as the policy sets it, else as the rule found it
	Violates bool              // it counts against the verdict
	Waiver   *Waiver           // the waiver in force; nil where there is none
	Baseline Standing          // how it compares with the baseline; zero: there is none
	Grown    []depgraph.ID     // victims that the baseline does not have; sorted
	Note     string            // what people should know, such as an expired waiver; "" adds nothing
}

// Status returns the verdict in one word.
func (v Verdict) Status() Status { return v.status }

// Exit returns the exit status of the evidence: see [Status.Exit].
func (v Verdict) Exit() int { return v.status.Exit() }

// FailAt returns the severity from which a finding violates the policy.
func (v Verdict) FailAt() Threshold { return v.failAt }

// Violations lists what violates the policy: findings in their order, then what
// the policy forbids besides. The slice is shared.
func (v Verdict) Violations() []Violation { return v.violations }

// Incomplete lists why the verdict is incomplete, in sentences; empty where it
// is not. The slice is shared.
func (v Verdict) Incomplete() []string {
	if v.status == Incomplete && len(v.incomplete) == 0 {
		return []string{"nothing was judged"}
	}
	return v.incomplete
}

// Allowed lists what is incomplete and was allowed to be, in sentences. The slice is shared.
func (v Verdict) Allowed() []string { return v.allowed }

// Notices lists what the owner of the policy should know: waivers that are
// unused or end soon. The slice is shared.
func (v Verdict) Notices() []string { return v.notices }

// Of returns what was said of a finding; the zero Judgement for an unknown id.
func (v Verdict) Of(finding string) Judgement { return v.judgements[finding] }

// Compared reports whether there was a baseline.
func (v Verdict) Compared() bool { return v.compared }

// Fixed lists the findings of the baseline that are no longer found, by id. The slice is shared.
func (v Verdict) Fixed() []Known { return v.fixed }

// Judge is the only maker of a pass. Every row of the ledger must be complete,
// excluded, unclaimed or allowed to be incomplete; there must be an input, a
// document, a node and a requirement; every rule must have run to its end and
// at least one must have had a subject; and no finding at or above the
// threshold may be left without a waiver or a place in the baseline.
func Judge(g *depgraph.Graph, results *analyzer.Results, policy Policy) Verdict {
	j := judge{policy: policy, verdict: Verdict{failAt: policy.FailAt.orDefault(), judgements: map[string]Judgement{}}}
	if g == nil || results == nil {
		return j.verdict
	}
	j.judgeClock()
	j.judgeEvidenceAge(g)
	j.judgeLedger(g)
	j.judgeSubstance(g)
	j.judgeRules(results)
	j.judgeFindings(results)
	j.judgeUnresolved(g)
	j.judgeWaivers()
	v := j.verdict
	switch {
	case len(v.incomplete) > 0:
		v.status = Incomplete
	case len(v.violations) > 0:
		v.status = Violated
	default:
		v.status = Pass
	}
	return v
}

type judge struct {
	policy  Policy
	verdict Verdict
	used    map[string]bool // waivers, by finding id
}

func (j *judge) incomplete(format string, args ...any) {
	j.verdict.incomplete = append(j.verdict.incomplete, fmt.Sprintf(format, args...))
}

func (j *judge) notice(format string, args ...any) {
	j.verdict.notices = append(j.verdict.notices, fmt.Sprintf(format, args...))
}

// judgeLedger lets nothing partial or unreadable through but what the policy allows.
func (j *judge) judgeLedger(g *depgraph.Graph) {
	used := make([]bool, len(j.policy.AllowIncomplete))
	for _, in := range g.Inputs() {
		if !in.Status.Incomplete() {
			continue
		}
		said := fmt.Sprintf("%s: %s: %s", in.Path, cmp.Or(in.Status.String(), "not read"), cmp.Or(in.Reason, "no reason was recorded"))
		at := slices.IndexFunc(j.policy.AllowIncomplete, func(a Allowance) bool { return a.Input == in.Path })
		if at < 0 {
			j.incomplete("%s", said)
			continue
		}
		used[at] = true
		a := j.policy.AllowIncomplete[at]
		if !a.inForce(j.policy.Now) {
			j.incomplete("%s; the allowance of %s expired on %s", said, a.Owner, a.Expires)
			continue
		}
		j.verdict.allowed = append(j.verdict.allowed, fmt.Sprintf("%s; allowed by %s until %s: %s", said, a.Owner, a.Expires, a.Reason))
	}
	for i, a := range j.policy.AllowIncomplete {
		if !used[i] {
			j.notice("the allowance for %s is unused: the input is complete or not there", a.Input)
		}
	}
}

// judgeSubstance refuses a verdict about nothing.
func (j *judge) judgeSubstance(g *depgraph.Graph) {
	documents := 0
	for _, in := range g.Inputs() {
		documents += in.Documents
	}
	nodes := 0
	for n := range g.Nodes() {
		if n.ID.Kind != depgraph.KindGroup {
			nodes++
		}
	}
	switch {
	case len(g.Inputs()) == 0:
		j.incomplete("there was no input: 0 of 0 is no result")
	case documents == 0:
		j.incomplete("no input has a document that a source reads")
	case nodes == 0:
		j.incomplete("the inputs name no node")
	case g.Requirements() == 0:
		j.incomplete("the inputs state no requirement: none of the nodes needs anything (%d)", nodes)
	}
	for _, reason := range j.policy.Incomplete {
		j.incomplete("%s", reason)
	}
}

// judgeRules refuses a verdict while a rule that stopped early may have missed something.
func (j *judge) judgeRules(results *analyzer.Results) {
	subjects := 0
	for _, r := range results.Rules {
		switch {
		case r.Status == analyzer.Ran && r.Judged > 0:
			subjects++
		case r.Status == analyzer.Ran, r.Status == analyzer.NotApplicable:
			if set, named := j.policy.Rules[r.Rule.ID]; named && !set.AllowEmpty {
				j.incomplete("rule %s, which the policy names, has no subject here; if that is meant to be, set allowEmpty: true", r.Rule.ID)
			}
		default:
			why := r.Why
			if why == "" && r.Err != nil {
				why = r.Err.Error()
			}
			j.incomplete("rule %s failed: %s", r.Rule.ID, cmp.Or(why, "no reason was recorded"))
		}
	}
	switch {
	case len(results.Rules) == 0:
		j.incomplete("no rule ran")
	case subjects == 0:
		j.incomplete("no rule had a subject: %d rules looked at nothing", len(results.Rules))
	}
}

func (j *judge) judgeFindings(results *analyzer.Results) {
	j.used = map[string]bool{}
	j.verdict.compared = j.policy.Baseline != nil
	found := map[string]bool{}
	for f := range results.Findings() {
		found[f.ID] = true
		said := j.judgeFinding(f)
		j.verdict.judgements[f.ID] = said
		if said.Violates {
			j.verdict.violations = append(j.verdict.violations, Violation{Finding: f.ID, Message: f.Title})
		}
	}
	j.verdict.fixed = j.policy.Baseline.without(found)
}

func (j *judge) judgeFinding(f *analyzer.Finding) Judgement {
	said := Judgement{Severity: f.Severity}
	if set := j.policy.Rules[f.Rule].Severity; set != 0 {
		said.Severity = set
	}
	standing, grown, note := j.policy.Baseline.compare(f, said.Severity)
	said.Baseline, said.Grown, said.Note = standing, grown, note
	if w := j.policy.waiver(f.ID); w != nil {
		j.used[f.ID] = true
		if w.inForce(j.policy.Now) {
			said.Waiver = w
		} else {
			said.Note = fmt.Sprintf("the waiver of %s expired on %s", w.Owner, w.Expires)
		}
	}
	said.Violates = j.verdict.failAt.reachedBy(said.Severity) && said.Waiver == nil && standing != Unchanged
	return said
}

// judgeUnresolved applies what the policy forbids besides findings.
func (j *judge) judgeUnresolved(g *depgraph.Graph) {
	for _, u := range g.Unresolved() {
		if !slices.Contains(j.policy.Forbid, u.Why) {
			continue
		}
		place := u.Origin.Place()
		if place != "" {
			place += ": "
		}
		j.verdict.violations = append(j.verdict.violations, Violation{
			Message: fmt.Sprintf("%s%s: %q is %s, which the policy forbids", place, u.Owner, u.Name, u.Why),
		})
	}
}
