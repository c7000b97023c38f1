package gate

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

// Baseline is what an earlier report found: the findings that a team knows of
// and has not fixed yet. A nil Baseline knows nothing.
type Baseline struct {
	known map[string]Known
}

// Known is one finding of a baseline.
type Known struct {
	ID       string
	Rule     string
	Severity analyzer.Severity
	Title    string
	Nodes    []depgraph.ID // its victims then; sorted
	// Waived then: a baseline does not carry a waiver on, or it would never end.
	Waived bool
}

// NewBaseline returns the baseline of what an earlier report found. Of two
// findings with one id the later is taken.
func NewBaseline(found []Known) *Baseline {
	b := &Baseline{known: make(map[string]Known, len(found))}
	for _, k := range found {
		b.known[k.ID] = k
	}
	return b
}

// Len returns the number of known findings.
func (b *Baseline) Len() int {
	if b == nil {
		return 0
	}
	return len(b.known)
}

// Standing says how a finding compares with the baseline. The zero value: there
// is no baseline.
type Standing uint8

// The standings.
const (
	New       Standing = iota + 1 // the baseline does not know it
	Unchanged                     // known, with no further victim and no higher severity
	Grown                         // known, but it has grown
)

var standingNames = [...]string{"", "new", "unchanged", "grown"}

// String returns "new", "unchanged", "grown", and "" for the zero value.
func (s Standing) String() string {
	if int(s) < len(standingNames) {
		return standingNames[s]
	}
	return fmt.Sprintf("standing(%d)", uint8(s))
}

// ParseStanding inverts String.
func ParseStanding(s string) (Standing, error) {
	if i := slices.Index(standingNames[:], s); i >= 0 {
		return Standing(i), nil
	}
	return 0, fmt.Errorf("standing %q: want new, unchanged or grown", s)
}

// compare says where a finding of the given severity stands, which victims are
// new, and in a sentence what has changed.
func (b *Baseline) compare(f *analyzer.Finding, severity analyzer.Severity) (Standing, []depgraph.ID, string) {
	if b == nil {
		return 0, nil, ""
	}
	k, known := b.known[f.ID]
	switch {
	case !known:
		return New, nil, ""
	case k.Waived:
		return New, nil, "it was waived when the baseline was saved, so the baseline does not cover it"
	}
	var grown []depgraph.ID
	for _, id := range f.Nodes {
		if _, found := slices.BinarySearchFunc(k.Nodes, id, depgraph.ID.Compare); !found {
			grown = append(grown, id)
		}
	}
	switch {
	case len(grown) > 0:
		return Grown, grown, fmt.Sprintf("known, but %d of its %d victims are new", len(grown), len(f.Nodes))
	case severity > k.Severity:
		return Grown, nil, fmt.Sprintf("known, but it was %s and is %s", k.Severity, severity)
	}
	return Unchanged, nil, ""
}

// without lists the known findings that are not among the found ones, by id.
func (b *Baseline) without(found map[string]bool) []Known {
	if b == nil {
		return nil
	}
	var gone []Known
	for id, k := range b.known {
		if !found[id] {
			gone = append(gone, k)
		}
	}
	slices.SortFunc(gone, func(x, y Known) int { return cmp.Compare(x.ID, y.ID) })
	return gone
}
