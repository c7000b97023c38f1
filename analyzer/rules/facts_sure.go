package rules

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// How sure a proof must be for many victims to weigh. An address in a setting says
// that one node uses another, not that nothing of it works without: however many
// victims are behind it, it is no reason to stop a release. A bare name is a guess.
const (
	stated   = 0.95 // what is read out of a text has at most 0.9
	bareName = 0.75 // and a bare name 0.6
)

// surerThan reports whether no step of a proof is less sure.
func surerThan(least float64, proof []depgraph.Edge) bool {
	return !slices.ContainsFunc(proof, func(e depgraph.Edge) bool { return e.Confidence() < least })
}
