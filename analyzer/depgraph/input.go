package depgraph

import (
	"fmt"
	"time"
)

// Input is one row of the ledger: something Fateline was asked to read, and how far it came.
type Input struct {
	Path      string // as named, slash-separated, relative where it was
	Format    string // the source that read it; "" where none did
	Status    Status
	Reason    string   // why it is not complete; "" where it is
	Notes     []string // what was read but not understood; sorted
	Bytes     int64    // as opened, before decompression
	Documents int      // documents, records or pages read
	Unproven  bool     // the format has no provable end (YAML streams, JSON lines, zstd without checksum)
	SHA256    string   // of the bytes as opened, hex; "" where they were not read whole
}

// Status is how far an input was read.
type Status uint8

// The statuses. Partial and Unreadable make the verdict incomplete.
const (
	Complete   Status = iota + 1
	Partial           // something in it could not be read
	Unreadable        // nothing of it could be read
	Excluded          // left out on request, with the reason
	Unclaimed         // no source reads it
)

var statusNames = [...]string{"", "complete", "partial", "unreadable", "excluded", "unclaimed"}

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
	return 0, fmt.Errorf("status %q: want complete, partial, unreadable, excluded or unclaimed", s)
}

// Incomplete reports whether the input takes a pass away from the verdict.
func (s Status) Incomplete() bool { return s == Partial || s == Unreadable || s == 0 }

// Unresolved is a name that led to no single node, or a fact that another contradicts.
type Unresolved struct {
	Owner      ID     // who used the name; for a conflict, the node in question
	Name       string // as used; for a conflict, the field
	Scope      string // where it was looked up
	Why        Why
	Candidates []string // what it might have been: ids or values; sorted
	Origin     Origin
}

// Why says what is wrong with an unresolved name.
type Why uint8

// The reasons.
const (
	Dangling    Why = iota + 1 // nothing answers to it
	Ambiguous                  // several nodes answer to it
	Conflicting                // two inputs say different things
)

var whyNames = [...]string{"", "dangling", "ambiguous", "conflicting"}

// String returns the name of the reason, "" for the zero value.
func (w Why) String() string {
	if int(w) < len(whyNames) {
		return whyNames[w]
	}
	return fmt.Sprintf("why(%d)", uint8(w))
}

// ParseWhy inverts String.
func ParseWhy(s string) (Why, error) {
	for i, name := range whyNames {
		if i > 0 && name == s {
			return Why(i), nil
		}
	}
	return 0, fmt.Errorf("reason %q: want dangling, ambiguous or conflicting", s)
}

// Drill is a real failure of nodes, on purpose or not, that was lived through.
type Drill struct {
	Date   time.Time // UTC midnight
	Fails  []ID      // sorted
	Partly bool      // only a part of each was failed
	Covers []ID      // recovery ways exercised; sorted
	Origin Origin
}
