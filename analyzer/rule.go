package analyzer

import (
	"context"
	"errors"
	"fmt"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Doc describes a rule to people: `fateline explain`, the README and SARIF are
// made from it.
type Doc struct {
	Title  string // a sentence
	Text   string // why it matters and how it is found
	Before string // a native file that has the finding
	After  string // the same without it
	Remedy string
	Limits string // what it does not see, and false positives
	Since  string // the version that brought it
}

// Spec is what a rule is called and what it is.
type Spec struct {
	ID       string   // kebab-case, for ever
	Severity Severity // the default
	Doc      Doc

	// Subject is what the rule judges, in the plural: "nodes with a claim". It
	// explains why a rule that judged nothing is not applicable.
	Subject string

	// Folds lists under which findings those of this rule fold; the first that fits decides.
	Folds []Fold

	// Cure says of which findings the driver looks for a remedy.
	Cure Cure
}

// Fold says when a finding is the consequence of another finding: it is
// then kept and shown under its cause, not beside it. A fold never hides a
// finding under a less severe one, and of one rule only under a worse one unless
// it is Ordered.
type Fold struct {
	Under string // the id of the other rule, or of the same
	// Ordered: within one rule a cause as severe will do. When must then be a strict
	// order, so that no two findings fold into each other.
	Ordered bool
	// Victim, where there is one, narrows the search: only causes that have this node
	// among their victims or roots are asked. A rule with very many findings needs it.
	Victim func(*Finding) depgraph.ID
	// When returns why the finding is a consequence of cause, "" where it is not.
	// It sees both with everything the driver sets, and changes neither.
	When func(finding, cause *Finding) string
}

// Rule looks at a graph and reports findings.
type Rule struct {
	Spec
	run func(ctx context.Context, pass *Pass) error
}

// Define makes a rule. defaults returns its parameters as they are when no
// policy sets any; it is a function, so that decoding never writes into slices
// that two runs share.
func Define[P any](spec Spec, defaults func() P, run func(ctx context.Context, pass *Pass, p P) error) *Rule {
	return &Rule{Spec: spec, run: func(ctx context.Context, pass *Pass) error {
		p := defaults()
		if pass.decode != nil {
			if err := pass.decode(&p); err != nil {
				return &ParamsError{Rule: spec.ID, Err: err}
			}
		}
		return run(ctx, pass, p)
	}}
}

// NoParams are the parameters of a rule that has none.
func NoParams() struct{} { return struct{}{} }

// ParamsError says that a policy's parameters do not fit a rule: a mistake of
// the policy, not of the rule.
type ParamsError struct {
	Rule string
	Err  error
}

func (e *ParamsError) Error() string { return fmt.Sprintf("parameters of rule %s: %v", e.Rule, e.Err) }

// Unwrap returns what decoding said.
func (e *ParamsError) Unwrap() error { return e.Err }

// validate checks a list of rules and options before anything runs.
func validate(rules []*Rule, opts Options) error {
	if len(rules) == 0 {
		return errors.New("analyzer: no rule to run")
	}
	known := map[string]bool{}
	for _, r := range rules {
		switch {
		case r == nil || r.run == nil:
			return errors.New("analyzer: a rule that Define did not make")
		case r.ID == "":
			return errors.New("analyzer: a rule without an id")
		case known[r.ID]:
			return fmt.Errorf("analyzer: two rules are called %s", r.ID)
		case r.Severity == 0:
			return fmt.Errorf("analyzer: rule %s has no severity", r.ID)
		}
		known[r.ID] = true
	}
	for id := range opts.Params {
		if !known[id] {
			return fmt.Errorf("analyzer: parameters for rule %q, which does not run", id)
		}
	}
	return nil
}
