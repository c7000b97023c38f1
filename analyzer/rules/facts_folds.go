package rules

import (
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

// admittedBySameWebhook folds what is stuck behind a webhook under the webhook.
func admittedBySameWebhook(f, cause *analyzer.Finding) string {
	for _, e := range f.Proof {
		if e.Via != depgraph.AdmittedBy || !slices.Contains(cause.Root, e.To) {
			continue
		}
		// The one starts, the other is deployed: the phases may differ.
		if slices.ContainsFunc(cause.Proof, func(c depgraph.Edge) bool { return c.From == e.From && c.To == e.To }) {
			return fmt.Sprintf("it is the same cycle through %s", e.To)
		}
	}
	return ""
}

// sameArrow returns a test for edges that are the same but for their origins.
func sameArrow(a depgraph.Edge) func(depgraph.Edge) bool {
	return func(b depgraph.Edge) bool {
		return a.From == b.From && a.To == b.To && a.Phase == b.Phase && a.IfLost == b.IfLost && a.Via == b.Via
	}
}
