package report

import (
	"strconv"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Origin is where a fact was read, in the form of the graph's JSON.
type Origin = depgraph.WireOrigin

// Place returns "input:line:column" of an origin, without what is absent.
func Place(o Origin) string {
	s := o.Input
	if o.Line > 0 {
		s += ":" + strconv.Itoa(o.Line)
		if o.Column > 0 {
			s += ":" + strconv.Itoa(o.Column)
		}
	}
	return s
}

// Evidence is the best of a step's origins: declared before observed before
// implied, then the surest, then the first. The zero Origin where there is none.
func (s Step) Evidence() Origin {
	var best Origin
	for i, o := range s.Origins {
		if i == 0 || basisRank(o.Basis) < basisRank(best.Basis) ||
			basisRank(o.Basis) == basisRank(best.Basis) && o.Confidence > best.Confidence {
			best = o
		}
	}
	return best
}

// Basis says on what a step rests where no input states it: "observed",
// "implied" or "observed and implied"; "" where an input does.
func (s Step) Basis() string {
	var observed, implied bool
	for _, o := range s.Origins {
		switch o.Basis {
		case depgraph.Declared.String():
			return ""
		case depgraph.Observed.String():
			observed = true
		case depgraph.Implied.String():
			implied = true
		}
	}
	switch {
	case observed && implied:
		return "observed and implied"
	case observed:
		return "observed"
	case implied:
		return "implied"
	}
	return ""
}

func basisRank(basis string) int {
	b, err := depgraph.ParseBasis(basis)
	if err != nil {
		return 1 << 10
	}
	return int(b)
}
