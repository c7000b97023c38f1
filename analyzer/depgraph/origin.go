package depgraph

import (
	"cmp"
	"fmt"
	"strconv"
	"time"
)

// Origin is where a fact was read, and how sure it is.
type Origin struct {
	Member     ID      // the member it speaks of; zero: all members, or the node itself
	Input      string  // path as named on the command line, "-" or a URL; never an absolute path of the machine
	Line, Col  int     // 1-based; 0 means the whole input
	Source     string  // the source that read it, such as "kubernetes"
	Basis      Basis   // zero reads as Declared
	Confidence float64 // in (0,1]; 0 reads as 1
	Note       string  // what it rests on, for people; "" adds nothing
	Seen       Seen    // traffic, for observed facts; zero: none
}

// Seen is the evidence of traffic behind an observed fact.
type Seen struct {
	Count, Errors int64
	First, Last   time.Time // UTC; zero is unknown
	Example       string    // one trace id, the smallest
}

// Basis says how a fact came to be known.
type Basis uint8

// The bases. The zero value reads as Declared.
const (
	Declared Basis = iota + 1 // written in an input
	Observed                  // seen in traffic
	Implied                   // common knowledge: no input says it
)

var basisNames = [...]string{"declared", "declared", "observed", "implied"}

// String returns "declared", "observed" or "implied"; the zero value reads "declared".
func (b Basis) String() string {
	if int(b) < len(basisNames) {
		return basisNames[b]
	}
	return "basis(" + strconv.Itoa(int(b)) + ")"
}

// ParseBasis inverts String.
func ParseBasis(s string) (Basis, error) {
	for _, b := range []Basis{Declared, Observed, Implied} {
		if basisNames[b] == s {
			return b, nil
		}
	}
	return 0, fmt.Errorf("basis %q: want declared, observed or implied", s)
}

// Normal returns o with the zero values replaced by what they read as.
func (o Origin) Normal() Origin {
	if o.Basis == 0 {
		o.Basis = Declared
	}
	if o.Confidence == 0 {
		o.Confidence = 1
	}
	return o
}

// Place returns "input:line:col", without what is zero.
func (o Origin) Place() string {
	s := o.Input
	if o.Line > 0 {
		s += ":" + strconv.Itoa(o.Line)
		if o.Col > 0 {
			s += ":" + strconv.Itoa(o.Col)
		}
	}
	return s
}

// Compare orders origins: by member, input, line, column, then everything else,
// so that equal means identical.
func (o Origin) Compare(p Origin) int {
	return cmp.Or(
		o.Member.Compare(p.Member),
		cmp.Compare(o.Input, p.Input),
		cmp.Compare(o.Line, p.Line),
		cmp.Compare(o.Col, p.Col),
		cmp.Compare(o.Source, p.Source),
		cmp.Compare(o.Basis, p.Basis),
		cmp.Compare(p.Confidence, o.Confidence),
		cmp.Compare(o.Note, p.Note),
		cmp.Compare(o.Seen.Count, p.Seen.Count),
		cmp.Compare(o.Seen.Errors, p.Seen.Errors),
		o.Seen.First.Compare(p.Seen.First),
		o.Seen.Last.Compare(p.Seen.Last),
		cmp.Compare(o.Seen.Example, p.Seen.Example),
	)
}
