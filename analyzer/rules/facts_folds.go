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

// firstVictim asks only causes that have the first victim of a finding among theirs.
func firstVictim(f *analyzer.Finding) depgraph.ID {
	if len(f.Nodes) == 0 {
		return depgraph.ID{} // nobody's victim
	}
	return f.Nodes[0]
}

// shows reports whether a proof has every step of another one.
func shows(proof, steps []depgraph.Edge) bool {
	return !slices.ContainsFunc(steps, func(e depgraph.Edge) bool { return !slices.ContainsFunc(proof, sameArrow(e)) })
}

// ownersOf reports whether a proof has a need of each of some nodes.
func ownersOf(proof []depgraph.Edge, nodes []depgraph.ID) bool {
	return !slices.ContainsFunc(nodes, func(id depgraph.ID) bool {
		return !slices.ContainsFunc(proof, func(e depgraph.Edge) bool { return e.From == id })
	})
}

// among reports whether each of some nodes is a victim or a root of a finding.
func among(nodes []depgraph.ID, f *analyzer.Finding) bool {
	return !slices.ContainsFunc(nodes, func(id depgraph.ID) bool {
		return !slices.Contains(f.Nodes, id) && !slices.Contains(f.Root, id)
	})
}

// sameArrow returns a test for edges that are the same but for their origins.
func sameArrow(a depgraph.Edge) func(depgraph.Edge) bool {
	return func(b depgraph.Edge) bool {
		return a.From == b.From && a.To == b.To && a.Phase == b.Phase && a.IfLost == b.IfLost && a.Via == b.Via
	}
}
