package analyzer

import (
	"fmt"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Severity says what a finding asks of the reader.
type Severity uint8

// The severities; the zero value of a finding is the rule's default.
const (
	Low      Severity = iota + 1 // worth knowing
	Medium                       // worth planning
	High                         // worth stopping a release
	Critical                     // worth stopping everything
)

var severityNames = [...]string{"", "low", "medium", "high", "critical"}

// String returns the name of the severity, "" for the zero value.
func (s Severity) String() string {
	if int(s) < len(severityNames) {
		return severityNames[s]
	}
	return fmt.Sprintf("severity(%d)", uint8(s))
}

// ParseSeverity inverts String.
func ParseSeverity(s string) (Severity, error) {
	for i, name := range severityNames {
		if i > 0 && name == s {
			return Severity(i), nil
		}
	}
	return 0, fmt.Errorf("severity %q: want low, medium, high or critical", s)
}

// Finding is one root cause, with everything it takes along. Once Run returned
// it, it does not change.
type Finding struct {
	ID         string // set by Run: a hash of rule and root, 16 hex digits
	Rule       string // set by Run
	Severity   Severity
	Title      string          // one sentence: the subject first, a number if there is one
	Remedy     string          // what would make it go away, in a sentence; "" where the rule's Doc says it all
	Remedies   []Remedy        // set by Run: the smallest changes that make it go away, the cheapest first
	Root       []depgraph.ID   // sorted by Run; for an edge, owner then member. A name "*" stands for all of a kind
	Nodes      []depgraph.ID   // the victims; sorted by Run
	Proof      []depgraph.Edge // the edges that force it, at least one; the last one closes it
	Hidden     Hidden          // set by Run
	Confidence float64         // set by Run: the best origin of each edge, the weakest edge of the proof
	Ordered    bool            // Root is an edge: keep its order
	Claim      Claim           // what the proof proves, for the proof checker
	FoldedInto string          // set by Run: id of the finding this one is a consequence of; "" stands by itself
	Why        string          // set by Run: why it was folded; "" where it was not
}

// Claim says what a finding's proof proves, so that it can be replayed without
// the rule: with Failed lost for Outage, every node of Then is in state State;
// or, for a cycle, the edges of the proof form a closed walk.
type Claim struct {
	Failed  []depgraph.ID
	Outage  string // a duration; "" is 1h
	Then    []depgraph.ID
	State   State
	Because string // the sentence that links the simulation to the finding
}

// State is what a proof says of a node.
type State string

// The states a claim can name.
const (
	IsDown     State = "down"
	IsDegraded State = "degraded"
	IsFrozen   State = "frozen"
	IsBlind    State = "blind"
	IsCycle    State = "cycle"    // the proof's edges close a cycle
	IsUnmet    State = "unmet"    // a requirement of Then, in the phase of the proof's first edge, is unmet
	IsStated   State = "stated"   // the edges themselves are the fact
	NeverRuns  State = "deadlock" // Then never serve again
)
