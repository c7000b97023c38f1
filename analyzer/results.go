package analyzer

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Results are what all the rules of one run came to.
type Results struct {
	Rules []Result // one for each rule that was asked to run, by rule id
}

// Result is what came of one rule.
type Result struct {
	Rule     *Rule
	Status   Status
	Judged   int       // how many nodes the rule looked at; 0 is NotApplicable, not clean
	Why      string    // why it is not applicable, or why it failed; "" where it ran
	Findings []Finding // sorted by [CompareFindings]; none where it did not run
	Err      error     // why it failed; nil where it did not
}

// Status says whether a rule did its work.
type Status uint8

// The statuses. The zero value is that of a rule that never ran, and counts as Failed.
const (
	Ran           Status = iota + 1 // it looked at its subjects, all of them
	NotApplicable                   // the graph has no subject for it
	Failed                          // it stopped before the end: its silence means nothing
)

var statusNames = [...]string{"", "ran", "not-applicable", "failed"}

// String returns the name of the status, "" for the zero value.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return fmt.Sprintf("status(%d)", uint8(s))
}

// ParseStatus inverts String.
func ParseStatus(s string) (Status, error) {
	for i, name := range statusNames {
		if i > 0 && name == s {
			return Status(i), nil
		}
	}
	return 0, fmt.Errorf("rule status %q: want ran, not-applicable or failed", s)
}

// Findings lists the findings of all rules by [CompareFindings].
func (r *Results) Findings() iter.Seq[*Finding] {
	var all []*Finding
	for i := range r.Rules {
		for j := range r.Rules[i].Findings {
			all = append(all, &r.Rules[i].Findings[j])
		}
	}
	slices.SortFunc(all, func(a, b *Finding) int { return CompareFindings(*a, *b) })
	return slices.Values(all)
}

// each lists the findings of all rules, rule by rule.
func (r *Results) each() iter.Seq[*Finding] {
	return func(yield func(*Finding) bool) {
		for i := range r.Rules {
			for j := range r.Rules[i].Findings {
				if !yield(&r.Rules[i].Findings[j]) {
					return
				}
			}
		}
	}
}

// CompareFindings ranks findings for people: the most severe first, of equal
// severity the most hidden (by inputs, owners, then hops), then the surest, then by id.
func CompareFindings(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(b.Severity, a.Severity),
		b.Hidden.Compare(a.Hidden),
		cmp.Compare(b.Confidence, a.Confidence),
		cmp.Compare(a.Rule, b.Rule),
		slices.CompareFunc(a.Root, b.Root, depgraph.ID.Compare),
		cmp.Compare(a.ID, b.ID),
	)
}
