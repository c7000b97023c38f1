package report

import (
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Healed is what changes of needs would buy in a loss.
type Healed struct {
	Changes  []HealedNeed  `json:"changes"`
	Before   LossSizes     `json:"before"`   // without the changes
	After    LossSizes     `json:"after"`    // with them
	Saved    []depgraph.ID `json:"saved"`    // down without, not down with them; sorted
	Eased    []depgraph.ID `json:"eased"`    // degraded without, neither degraded nor down with them; sorted
	Returned []depgraph.ID `json:"returned"` // never served again without, do so with them; sorted; of a way back that was asked for
}

// HealedNeed is one change.
type HealedNeed struct {
	Owner        depgraph.ID  `json:"owner"`
	Member       depgraph.ID  `json:"member"`
	Instead      *depgraph.ID `json:"instead,omitempty"` // nil: the need goes
	New          bool         `json:"new,omitempty"`     // no input knows Instead
	Requirements int          `json:"requirements"`      // how many it changed
}

// LossSizes are the sizes of what a loss does, and of the way back where that was
// asked for.
type LossSizes struct {
	Down       int       `json:"down"`
	Degraded   int       `json:"degraded"`
	Frozen     int       `json:"frozen"`
	Blind      int       `json:"blind"`
	Exposed    int       `json:"exposed"`
	LockedOut  *int      `json:"lockedOut,omitempty"`
	Deadlocked *int      `json:"deadlocked,omitempty"`
	Back       *Duration `json:"back,omitempty"` // when the last one serves again that ever does; nil: none does
}

// SizesOf returns the sizes of a loss.
func SizesOf(l Loss) LossSizes {
	c := LossSizes{Down: len(l.Down), Degraded: len(l.Degraded), Frozen: len(l.Frozen), Blind: len(l.Blind), Exposed: len(l.Exposed)}
	if r := l.Recovery; r != nil {
		locked, dead := len(r.LockedOut), len(r.Deadlocked)
		c.LockedOut, c.Deadlocked = &locked, &dead
		if n := len(r.Order); n > 0 {
			c.Back = &r.Order[n-1].At
		}
	}
	return c
}

func (h *Healed) writeText(t *Terminal, o Options) {
	t.End()
	t.Line(Bold, "with")
	for _, c := range h.Changes {
		t.Printf(Plain, "  %s ", Message(c.Owner.String()))
		if c.Instead == nil {
			t.Printf(Plain, "not needing %s", Message(c.Member.String()))
		} else {
			t.Printf(Plain, "needing %s or %s", Message(c.Member.String()), Message(c.Instead.String()))
		}
		if c.New {
			t.Print(Yellow, " (new, needs nothing)")
		}
		if c.Requirements > 1 {
			t.Printf(Dim, ", in %d requirements", c.Requirements)
		}
		t.End()
	}
	wayBack := h.After.LockedOut != nil
	t.Printf(Dim, "  %-7s %6s %9s %7s %6s %8s", "", "down", "degraded", "frozen", "blind", "exposed")
	if wayBack {
		t.Printf(Dim, " %11s %11s %10s", "locked out", "deadlocked", "last back")
	}
	t.End()
	for _, row := range []struct {
		name string
		is   LossSizes
	}{{"without", h.Before}, {"with", h.After}} {
		t.Printf(Plain, "  %-7s %6d %9d %7d %6d %8d", row.name, row.is.Down, row.is.Degraded, row.is.Frozen, row.is.Blind, row.is.Exposed)
		if wayBack {
			back := "never"
			if row.is.Back != nil {
				back = shortDuration(time.Duration(*row.is.Back))
			}
			t.Printf(Plain, " %11d %11d %10s", *row.is.LockedOut, *row.is.Deadlocked, back)
		}
		t.End()
	}
	for _, s := range []struct {
		name, says string
		nodes      []depgraph.ID
	}{
		{"saved", "would be down without", h.Saved},
		{"eased", "would be degraded without", h.Eased},
		{"returned", "would never serve again without", h.Returned},
	} {
		if len(s.nodes) > 0 {
			t.End()
			t.Print(Green, s.name).Printf(Dim, " (%d)  %s", len(s.nodes), s.says).End()
			t.nodes(s.nodes, o, func(depgraph.ID) []Step { return nil })
		}
	}
	if len(h.Saved)+len(h.Eased)+len(h.Returned) == 0 {
		t.Line(Yellow, "  That would save nobody.")
	}
}
