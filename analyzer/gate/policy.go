package gate

import (
	"fmt"
	"time"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// Policy is what a gate judges by. The zero value works: it fails at high and
// above, waives nothing and allows nothing.
type Policy struct {
	Name   string    // metadata.name; "" is unnamed
	FailAt Threshold // zero reads as AtHigh
	Rules  map[string]RulePolicy
	Forbid []depgraph.Why // unresolved names that are violations

	Claims          []Claim
	Waivers         []Waiver // one for each finding at most
	AllowIncomplete []Allowance

	// What follows comes from the command line, never from the policy's file.

	Baseline   *Baseline // findings that are known; nil: every finding is new
	Incomplete []string  // more reasons why the evidence is incomplete, in sentences
	// Now is the instant at which waivers are in force, in UTC. Zero is allowed
	// only where nothing expires.
	Now time.Time
	// Built is when the program was built, where that is known: a clock before it is wrong.
	Built time.Time

	file string // the policy file, as it was named
}

// RulePolicy sets one rule. The zero value leaves it as it is.
type RulePolicy struct {
	Severity   analyzer.Severity // of its findings; zero leaves the rule's own
	Off        bool              // the rule does not run; Reason says why
	Reason     string
	AllowEmpty bool         // no subject for it is fine
	Params     strict.Value // decoded into the rule's own parameters; absent leaves its defaults
	Place      string       // where it is written, file:line
}

// Threshold is the severity from which findings violate. The zero value reads as AtHigh.
type Threshold uint8

// The thresholds.
const (
	AtLow Threshold = iota + 1
	AtMedium
	AtHigh
	AtCritical
	Never // findings are reported and violate nothing: what scan does
)

var thresholdNames = [...]string{"high", "low", "medium", "high", "critical", "never"}

// String returns "low", "medium", "high", "critical" or "never"; "high" for the zero value.
func (t Threshold) String() string {
	if int(t) < len(thresholdNames) {
		return thresholdNames[t]
	}
	return fmt.Sprintf("threshold(%d)", uint8(t))
}

// ParseThreshold inverts String.
func ParseThreshold(s string) (Threshold, error) {
	for t := AtLow; t <= Never; t++ {
		if thresholdNames[t] == s {
			return t, nil
		}
	}
	return 0, fmt.Errorf("failAt %q: want low, medium, high, critical or never", s)
}

func (t Threshold) orDefault() Threshold {
	if t == 0 {
		return AtHigh
	}
	return t
}

func (t Threshold) reachedBy(s analyzer.Severity) bool {
	return t != Never && uint8(s) >= uint8(t)
}

// Claim lays claims on a selection of nodes, as a native file does on one.
type Claim struct {
	Select   Selection
	Survives []string // kinds of place, or ids; nil claims nothing
	Tier     *int     // nil leaves the node's own
	GA       *bool    // nil leaves the node's own
	Owner    string   // "" leaves the node's own
	Env      string   // "" leaves the node's own

	AllowEmpty bool   // that it selects nothing is fine
	Place      string // where it is written, file:line
	at         strict.Pos
}

// Selection selects nodes: those that match everything it states. The zero
// value selects nothing.
type Selection struct {
	IDs    []depgraph.ID
	Kinds  []depgraph.Kind
	Labels map[string]string
	Owner  string
	Env    string
	GA     *bool // as the node states it; a node that states neither is not selected
}
