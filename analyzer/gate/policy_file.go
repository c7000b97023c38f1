package gate

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// APIVersion is the version of the policy file's form.
const APIVersion = "fateline.dev/v1"

// The types below are the form of a policy file. Fields are named by their json
// tags; a field that is not here is an error.

type policyFile struct {
	strict.Pos
	APIVersion      string          `json:"apiVersion"`
	Kind            string          `json:"kind"`
	Metadata        policyMetadata  `json:"metadata"`
	FailAt          strict.Value    `json:"failAt"`
	Rules           strict.Value    `json:"rules"`
	Forbid          []strict.Value  `json:"forbid"`
	Claims          []claimFile     `json:"claims"`
	Waivers         []waiverFile    `json:"waivers"`
	AllowIncomplete []allowanceFile `json:"allowIncomplete"`
}

type policyMetadata struct {
	Name        string `json:"name"`
	Description string `json:"description"`
}

type ruleFile struct {
	Enabled    *bool        `json:"enabled"`
	Reason     string       `json:"reason"`
	Severity   strict.Value `json:"severity"`
	AllowEmpty bool         `json:"allowEmpty"`
	Params     strict.Value `json:"params"`
}

type claimFile struct {
	strict.Pos
	Select     selectFile     `json:"select"`
	Survives   []strict.Value `json:"survives"`
	Tier       *int           `json:"tier"`
	GA         *bool          `json:"ga"`
	Owner      string         `json:"owner"`
	Env        string         `json:"env"`
	AllowEmpty bool           `json:"allowEmpty"`
}

type selectFile struct {
	strict.Pos
	IDs    []strict.Value    `json:"ids"`
	Kinds  []strict.Value    `json:"kinds"`
	Labels map[string]string `json:"labels"`
	Owner  string            `json:"owner"`
	Env    string            `json:"env"`
	GA     *bool             `json:"ga"`
}

type waiverFile struct {
	strict.Pos
	Finding strict.Value `json:"finding"`
	Owner   string       `json:"owner"`
	Reason  string       `json:"reason"`
	Ticket  string       `json:"ticket"`
	Expires strict.Value `json:"expires"`
}

type allowanceFile struct {
	strict.Pos
	Input   string       `json:"input"`
	Owner   string       `json:"owner"`
	Reason  string       `json:"reason"`
	Expires strict.Value `json:"expires"`
}

// ReadPolicy reads a policy file: one document of YAML or JSON. name is what the
// file is called in messages and origins; rules are those that a policy may speak
// of; now is the day from which on waivers may reach [LongestWaiver] days. The
// error lists every problem with its place: a policy that is not wholly
// understood judges nothing.
func ReadPolicy(name string, data []byte, rules []*analyzer.Rule, now time.Time) (Policy, error) {
	docs, err := strict.Parse(data, strict.Limits{})
	if err != nil {
		return Policy{}, placed(name, err)
	}
	docs = slices.DeleteFunc(docs, func(d strict.Document) bool { return !d.Root.Exists() })
	switch len(docs) {
	case 0:
		return Policy{}, fmt.Errorf("%s: it is empty: a policy that says nothing would pass everything", name)
	case 1:
	default:
		root := docs[1].Root
		return Policy{}, placed(name, root.Errorf("several-policies", "a second document: a policy is one"))
	}
	var file policyFile
	if err := docs[0].Decode(&file); err != nil {
		return Policy{}, placed(name, err)
	}
	r := policyReader{name: name, rules: rules, now: now}
	p := r.read(file)
	if err := errors.Join(r.errs...); err != nil {
		return Policy{}, placed(name, err)
	}
	return p, nil
}

// placed puts the file's name before each error.
func placed(name string, err error) error {
	var out []error
	for _, e := range strict.Errors(err) {
		out = append(out, fmt.Errorf("%s:%w", name, e))
	}
	return errors.Join(out...)
}

type policyReader struct {
	name  string
	rules []*analyzer.Rule
	now   time.Time
	errs  []error
}

func (r *policyReader) fail(at strict.Pos, format string, args ...any) {
	r.errs = append(r.errs, &strict.Error{ID: strict.BadValue, Line: at.Line, Col: at.Col, Msg: fmt.Sprintf(format, args...)})
}

func (r *policyReader) place(at strict.Pos) string { return fmt.Sprintf("%s:%d", r.name, at.Line) }

func (r *policyReader) read(f policyFile) Policy {
	p := Policy{Name: f.Metadata.Name, Rules: map[string]RulePolicy{}, Now: r.now, file: r.name}
	if f.APIVersion != APIVersion {
		r.fail(f.Pos, "apiVersion %q: want %s", f.APIVersion, APIVersion)
	}
	if f.Kind != "Policy" {
		r.fail(f.Pos, "kind %q: want Policy", f.Kind)
	}
	if v := f.FailAt; v.Exists() {
		t, err := ParseThreshold(v.Text())
		switch {
		case err != nil:
			r.fail(v.Pos(), "%v", err)
		case t == Never:
			r.fail(v.Pos(), "failAt never: a gate that never fails is none; to look without judging, use scan")
		}
		p.FailAt = t
	}
	r.readRules(f.Rules, &p)
	for _, v := range f.Forbid {
		why, err := depgraph.ParseWhy(v.Text())
		if err != nil {
			r.fail(v.Pos(), "forbid: %v", err)
		}
		p.Forbid = append(p.Forbid, why)
	}
	for _, c := range f.Claims {
		p.Claims = append(p.Claims, r.readClaim(c))
	}
	for _, w := range f.Waivers {
		p.Waivers = append(p.Waivers, r.readWaiver(w, p.Waivers))
	}
	for _, a := range f.AllowIncomplete {
		p.AllowIncomplete = append(p.AllowIncomplete, r.readAllowance(a, p.AllowIncomplete))
	}
	return p
}

func (r *policyReader) readRules(v strict.Value, p *Policy) {
	if v.Exists() && v.Type() != strict.Map {
		r.fail(v.Pos(), "rules: want a map from rule to settings, found %s", v.Type())
		return
	}
	var known []string
	for _, rule := range r.rules {
		known = append(known, rule.ID)
	}
	for key, item := range v.Fields() {
		at := strict.Pos{Line: key.Line, Col: key.Col}
		if !slices.Contains(known, key.Text) {
			r.fail(at, "there is no rule %q%s", key.Text, meant(key.Text, known))
			continue
		}
		var f ruleFile
		if err := item.Decode(&f); err != nil {
			r.errs = append(r.errs, strict.Errors(err)...)
			continue
		}
		set := RulePolicy{Reason: f.Reason, AllowEmpty: f.AllowEmpty, Params: f.Params, Place: r.place(at)}
		set.Off = f.Enabled != nil && !*f.Enabled
		if set.Off && blank(f.Reason) {
			r.fail(at, "rule %s is switched off without a reason", key.Text)
		}
		if s := f.Severity; s.Exists() {
			severity, err := analyzer.ParseSeverity(s.Text())
			if err != nil {
				r.fail(s.Pos(), "%v", err)
			}
			set.Severity = severity
		}
		p.Rules[key.Text] = set
	}
}

func (r *policyReader) readClaim(f claimFile) Claim {
	c := Claim{Tier: f.Tier, GA: f.GA, Owner: f.Owner, Env: f.Env, AllowEmpty: f.AllowEmpty, Place: r.place(f.Pos), at: f.Pos}
	for _, v := range f.Survives {
		text := v.Text()
		if strings.Contains(text, ":") {
			if _, err := depgraph.ParseID(text); err != nil {
				r.fail(v.Pos(), "survives: %v", err)
			}
		} else if !depgraph.Kind(text).IsPlace() {
			r.fail(v.Pos(), "survives %q: want a kind of place, such as facility, or an id%s", text, meant(text, placeKinds()))
		}
		c.Survives = append(c.Survives, text)
	}
	if f.Tier != nil && *f.Tier < 0 {
		r.fail(f.Pos, "tier %d: want 0 or more", *f.Tier)
	}
	if len(c.Survives) == 0 && c.Tier == nil && c.GA == nil && c.Owner == "" && c.Env == "" {
		r.fail(f.Pos, "the claim claims nothing: want survives, tier, ga, owner or env")
	}
	for _, v := range f.Select.IDs {
		id, err := depgraph.ParseID(v.Text())
		if err != nil {
			r.fail(v.Pos(), "select: %v", err)
		}
		c.Select.IDs = append(c.Select.IDs, id)
	}
	for _, v := range f.Select.Kinds {
		c.Select.Kinds = append(c.Select.Kinds, depgraph.Kind(v.Text()))
	}
	c.Select.Labels, c.Select.Owner, c.Select.Env, c.Select.GA = f.Select.Labels, f.Select.Owner, f.Select.Env, f.Select.GA
	if c.Select.empty() {
		r.fail(f.Pos, "the claim selects nothing: want select with ids, kinds, labels, owner, env or ga")
	}
	return c
}

// findingID is what analyzer.FindingID makes.
var findingID = regexp.MustCompile(`^[0-9a-f]{16}$`)

func (r *policyReader) readWaiver(f waiverFile, before []Waiver) Waiver {
	w := Waiver{Finding: f.Finding.Text(), Owner: f.Owner, Reason: f.Reason, Ticket: f.Ticket, Place: r.place(f.Pos)}
	if !findingID.MatchString(w.Finding) {
		r.fail(f.Pos, "waiver: finding %q: want the id of one finding, 16 hexadecimal digits as the report has it", w.Finding)
	}
	if slices.ContainsFunc(before, func(b Waiver) bool { return b.Finding == w.Finding }) {
		r.fail(f.Pos, "waiver: finding %s is waived twice", w.Finding)
	}
	w.Expires = r.readTerms("waiver", f.Pos, f.Owner, f.Reason, f.Expires)
	return w
}

func (r *policyReader) readAllowance(f allowanceFile, before []Allowance) Allowance {
	a := Allowance{Input: f.Input, Owner: f.Owner, Reason: f.Reason, Place: r.place(f.Pos)}
	if blank(f.Input) {
		r.fail(f.Pos, "allowIncomplete: it names no input")
	}
	if slices.ContainsFunc(before, func(b Allowance) bool { return b.Input == a.Input }) {
		r.fail(f.Pos, "allowIncomplete: %s is there twice", a.Input)
	}
	a.Expires = r.readTerms("allowIncomplete", f.Pos, f.Owner, f.Reason, f.Expires)
	return a
}

// readTerms checks what every exception must state: who, why, and until when.
func (r *policyReader) readTerms(what string, at strict.Pos, owner, reason string, expires strict.Value) Date {
	if blank(owner) {
		r.fail(at, "%s: it has no owner: somebody must answer for it", what)
	}
	if blank(reason) {
		r.fail(at, "%s: it has no reason", what)
	}
	if !expires.Exists() {
		r.fail(at, "%s: it does not expire: want expires: YYYY-MM-DD", what)
		return Date{}
	}
	d, err := ParseDate(expires.Text())
	switch {
	case err != nil:
		r.fail(expires.Pos(), "%s: expires: %v", what, err)
	case r.now.IsZero():
		r.fail(expires.Pos(), "%s: there is no date to judge it by", what)
	case d.tooFar(r.now):
		r.fail(expires.Pos(), "%s: expires %s is more than %d days ahead of %s", what, d, LongestWaiver, dateOf(r.now))
	}
	return d
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// meant suggests a name.
func meant(word string, names []string) string {
	if near := strict.Nearest(word, names); near != "" {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return ""
}

func placeKinds() []string {
	return []string{"provider", "region", "facility", "zone", "rack", "host", "cluster", "nodepool", "power", "network"}
}
