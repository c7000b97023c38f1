package report

import (
	"strconv"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Origin is where a fact was read, in the form of the graph's JSON.
type Origin struct {
	Member     depgraph.ID `json:"member,omitzero"` // absent: all members
	Input      string      `json:"input"`
	Line       int         `json:"line,omitempty"`
	Column     int         `json:"column,omitempty"`
	Source     string      `json:"source,omitempty"`
	Basis      string      `json:"basis"`
	Confidence float64     `json:"confidence"`
	Note       string      `json:"note,omitempty"`
	Count      int64       `json:"count,omitempty"`
	Errors     int64       `json:"errors,omitempty"`
	FirstSeen  string      `json:"firstSeen,omitempty"` // RFC 3339, UTC
	LastSeen   string      `json:"lastSeen,omitempty"`
	Example    string      `json:"example,omitempty"`
}

// NewOrigin returns an origin in its JSON form.
func NewOrigin(o depgraph.Origin) Origin {
	o = o.Normal()
	return Origin{
		Member: o.Member, Input: o.Input, Line: o.Line, Column: o.Col, Source: o.Source, Basis: o.Basis.String(),
		Confidence: o.Confidence, Note: o.Note, Count: o.Seen.Count, Errors: o.Seen.Errors,
		FirstSeen: instant(o.Seen.First), LastSeen: instant(o.Seen.Last), Example: o.Seen.Example,
	}
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Place returns "input:line:column", without what is absent.
func (o Origin) Place() string {
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
