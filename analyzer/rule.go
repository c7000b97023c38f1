package analyzer

import (
	"context"
	"log/slog"

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
	Since  string
}

// Spec is what a rule is called and what it is.
type Spec struct {
	ID       string   // kebab-case, for ever
	Severity Severity // the default
	Doc      Doc
}

// Rule looks at a graph and reports findings.
type Rule struct {
	Spec
	run func(ctx context.Context, pass *Pass) error
}

// Define makes a rule. defaults returns its parameters as they are when no
// policy sets any.
func Define[P any](spec Spec, defaults func() P, run func(ctx context.Context, pass *Pass, p P) error) *Rule {
	return &Rule{Spec: spec, run: func(ctx context.Context, pass *Pass) error {
		p := defaults()
		if pass.decode != nil {
			if err := pass.decode(&p); err != nil {
				return err
			}
		}
		return run(ctx, pass, p)
	}}
}

// NoParams are the parameters of a rule that has none.
func NoParams() struct{} { return struct{}{} }

// Pass is one run of one rule over one graph.
type Pass struct {
	Graph *depgraph.Graph
	Log   *slog.Logger

	// Judged records that the rule looked at a node: a rule that judged nothing is
	// not applicable, which is not the same as clean.
	Judged func(depgraph.ID)
	// Report hands over a finding. Rule, ID, Hidden and Confidence are set by the driver.
	Report func(Finding)

	options Options
	facts   *factStore
	decode  func(into any) error
}
