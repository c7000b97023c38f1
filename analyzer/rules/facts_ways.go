package rules

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// way is a requirement in one of its phases.
type way struct {
	req   req
	phase depgraph.Phase
}

// waysBack lists what must be met to bring n back: its requirements to recover, or
// where it has none those to deploy; only what it cannot come back without.
func (e *estate) waysBack(n node) []way {
	if ways := e.gating(n, depgraph.Recover); len(ways) > 0 {
		return ways
	}
	return e.gating(n, depgraph.Deploy)
}

// gating lists the requirements of a phase that n cannot do without. One that
// outlasts the outage is none: it is met in every loss.
func (e *estate) gating(n node, phase depgraph.Phase) []way {
	var out []way
	for r, end := e.g.OwnedBy(n); r < end; r++ {
		if t := e.g.Terms(r); t.IfLost == depgraph.Down && t.Phases.Has(phase) && t.Lasts < e.model.Outage() {
			out = append(out, way{r, phase})
		}
	}
	return out
}

// left says what is left of the ways of a requirement in a loss.
type left uint8

const (
	nothingLeft   left = iota // the rest cannot meet the need
	manualLeft                // it can, with ways that people carry out
	automatedLeft             // it can without them
)

// leftOf judges what is left of requirement r in a loss. A standby is activated by
// whoever needs it, so one that is not lost counts.
func (e *estate) leftOf(l *simulate.Loss, r req) left {
	switch {
	case e.canMeet(l, r, false):
		return automatedLeft
	case e.canMeet(l, r, true):
		return manualLeft
	}
	return nothingLeft
}

// canMeet reports whether enough members of r are left, counting those that people
// carry out only where manual is true.
func (e *estate) canMeet(l *simulate.Loss, r req, manual bool) bool {
	gates := func(q req) bool { return e.g.Terms(q).IfLost == depgraph.Down }
	return e.enough(r, gates, func(m node, _ req) bool {
		return !l.Is(simulate.Down, m) && (manual || !e.g.At(m).IsManual())
	})
}

// fallen lists the members of r, groups replaced by what they stand for, that the
// loss takes down; ascending. What is down anyway is not among them.
func (e *estate) fallen(l *simulate.Loss, r req) []node {
	return slices.DeleteFunc(e.members(r), func(m node) bool { return !e.falls(l, m) })
}

// standing lists the members of r, groups replaced, that the loss leaves.
func (e *estate) standing(l *simulate.Loss, r req) []node {
	return slices.DeleteFunc(e.members(r), func(m node) bool { return l.Is(simulate.Down, m) })
}
