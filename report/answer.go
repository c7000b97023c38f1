package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Answer is what a command that is no scan says: one value, as text and as JSON.
type Answer struct {
	Body Body
	// Incomplete says in sentences why the graph behind the answer is not whole;
	// empty where it is. It is part of the text and of the JSON.
	Incomplete []string
}

// Body is the substance of an answer: [Loss], [Ranking], [Risk], [Risks], [Why],
// [Identity] or [Diff].
type Body interface {
	writeText(t *Terminal, o Options)
	// normal returns the body with empty lists in place of nil ones.
	normal() any
}

// WriteText writes the answer for people.
func (a Answer) WriteText(w io.Writer, o Options) error {
	t := NewTerminal(w, o)
	if len(a.Incomplete) > 0 {
		t.Print(BoldYellow, "incomplete").Line(Plain, ": what follows holds only for what could be read")
		why, shown := a.Incomplete, len(a.Incomplete)
		if o.Details != Full {
			why = Reasons(why)
			shown = min(len(why), shownReasons)
		}
		for _, reason := range why[:shown] {
			t.Print(Plain, "  - ").Wrap(Plain, reason)
		}
		if more := len(why) - shown; more > 0 {
			t.Line(Dim, "    and %d more", more)
		}
		t.End()
	}
	a.Body.writeText(t, o)
	return t.Flush()
}

// WriteJSON writes the answer as one JSON object. Lists are never null; the field
// incomplete is there only where the answer is.
func (a Answer) WriteJSON(w io.Writer) error {
	text, err := encodeIndented(a.Body.normal())
	if err != nil {
		return err
	}
	if len(a.Incomplete) > 0 {
		reasons, err := json.Marshal(a.Incomplete)
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
		text = append(bytes.TrimSuffix(text, []byte("\n}\n")), []byte(",\n  \"incomplete\": "+string(reasons)+"\n}\n")...)
	}
	_, err = w.Write(SafeJSON(text))
	return err
}

// Loss is what a loss does: the answer of whatif, and of blast with a node. All
// lists are sorted.
type Loss struct {
	Failed   []depgraph.ID `json:"failed"`
	Down     []depgraph.ID `json:"down"`
	Degraded []depgraph.ID `json:"degraded"`
	Frozen   []depgraph.ID `json:"frozen"`
	Blind    []depgraph.ID `json:"blind"`
	Exposed  []depgraph.ID `json:"exposed"`
	Recovery *Recovery     `json:"recovery,omitempty"` // nil unless asked for
	Healed   *Healed       `json:"healed,omitempty"`   // what changes would buy: all else is the state with them; nil: none

	Outage time.Duration `json:"-"` // for the text; 0 says nothing of it
	Toll   Toll          `json:"-"` // for the text
	Proofs []NodeProof   `json:"-"` // for the text; by state, then node
}

// Toll sums up what a loss takes down besides what failed: by kind, the most frequent
// first, by tier, and as a share of the counted calls.
type Toll struct {
	Kinds, Tiers []Count
	Calls        float64 // of 1; what failed included; 0 where no input counts calls
}

// Count is how many there are of what a name stands for.
type Count struct {
	Name  string
	Count int
}

// NodeProof says why a node is in a state.
type NodeProof struct {
	Node  depgraph.ID
	State string // down, degraded, frozen, blind, exposed, locked-out or deadlocked
	Steps []Step
}

// Recovery is the way back.
type Recovery struct {
	Order      []Return      `json:"order"` // in time order
	LockedOut  []depgraph.ID `json:"lockedOut"`
	Deadlocked []depgraph.ID `json:"deadlocked"`
}

// Return is a node that serves again.
type Return struct {
	Node   depgraph.ID   `json:"node"`
	At     Duration      `json:"at"`    // since the failed ones could be worked on
	After  []depgraph.ID `json:"after"` // what it waited for last; sorted
	Manual bool          `json:"-"`     // people bring it back, or are among what it waited for
}

// Duration is a span of time whose JSON is text such as "1h30m0s".
type Duration time.Duration

// String returns text such as "1h30m0s".
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText returns what String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// Ranking is the answer of blast without a node: largest down first, ties by
// degraded, then id; before that by weights, where some were asked for.
type Ranking struct {
	Rows []Rank `json:"ranking"`
	// By names the weights that the rows are ranked by instead, the first one first; nil: none.
	By []string `json:"-"`
}

// Rank is the size of one node's loss: the others that it takes along.
type Rank struct {
	Node     depgraph.ID `json:"node"`
	Down     int         `json:"down"`
	Degraded int         `json:"degraded"`
	Frozen   int         `json:"frozen"`
	Blind    int         `json:"blind"`
	// Weights says what else goes down with it, by name: numbers of nodes, or the share of
	// the counted calls, of 1.
	Weights map[string]float64 `json:"weights,omitempty"`
	Defined bool               `json:"-"` // an input defines it; for the text
}

// Calls is the name of the weight that is a share of the counted calls.
const Calls = "calls"

// Risk is the answer of risk: minimal sets whose loss takes a node down.
type Risk struct {
	Node     depgraph.ID     `json:"node"`
	Together []depgraph.ID   `json:"together,omitempty"` // the others that have to go down with it
	Order    int             `json:"order"`              // the largest set that was looked for
	Complete bool            `json:"complete"`           // there is no further set of at most that size
	Found    int             `json:"found,omitempty"`    // how many there are, where fewer were asked for; else 0
	Groups   [][]depgraph.ID `json:"riskGroups"`
}

// Risks is the answer of risk without a node.
type Risks struct {
	Claimants []Risk `json:"claimants"` // by node
}

// Why is the answer of why with two nodes: the ways in which one needs the other.
type Why struct {
	From   depgraph.ID `json:"from"`
	To     depgraph.ID `json:"to"`
	Proofs [][]Step    `json:"proofs"` // the shortest first; empty: it does not
	// Complete says that there is no further proof; else the search was capped.
	Complete bool `json:"complete"`
}

// Identity is the answer of why with one node: which facts made it one.
type Identity struct {
	Node      depgraph.ID   `json:"node"`
	Title     string        `json:"title,omitempty"`
	Owner     string        `json:"owner,omitempty"`
	Aliases   []string      `json:"aliases"`
	Origins   []Origin      `json:"origins"`
	Needs     []Step        `json:"needs"`    // its requirements, one step a member
	NeededBy  []depgraph.ID `json:"neededBy"` // owners of the requirements that name it
	Conflicts []string      `json:"conflicts"`
}

// Diff is the answer of diff.
type Diff struct {
	Nodes    Change[depgraph.ID] `json:"nodes"`
	Edges    Change[EdgeRef]     `json:"edges"`
	Findings Change[FindingRef]  `json:"findings"` // added: new ones; removed: fixed ones; changed: grown ones
}

// Change lists what HEAD has and BASE has not, the reverse, and what differs.
type Change[T any] struct {
	Added   []T `json:"added"`
	Removed []T `json:"removed"`
	Changed []T `json:"changed"`
}

// EdgeRef names an edge.
type EdgeRef struct {
	From  depgraph.ID `json:"from"`
	To    depgraph.ID `json:"to"`
	Phase string      `json:"phase"`
	Via   string      `json:"via,omitempty"`
	Place string      `json:"place,omitempty"` // where it is read, input:line:column
}

// FindingRef names a finding.
type FindingRef struct {
	ID       string `json:"id"`
	Rule     string `json:"rule"`
	Severity string `json:"severity"`
	Title    string `json:"title"`
	Note     string `json:"note,omitempty"` // what has changed
}

func (l Loss) normal() any {
	l.Failed, l.Down, l.Degraded = full(l.Failed), full(l.Down), full(l.Degraded)
	l.Frozen, l.Blind, l.Exposed = full(l.Frozen), full(l.Blind), full(l.Exposed)
	if l.Healed != nil {
		h := *l.Healed
		h.Changes, h.Saved, h.Eased, h.Returned = full(h.Changes), full(h.Saved), full(h.Eased), full(h.Returned)
		l.Healed = &h
	}
	if l.Recovery != nil {
		r := *l.Recovery
		r.Order, r.LockedOut, r.Deadlocked = append([]Return{}, r.Order...), full(r.LockedOut), full(r.Deadlocked)
		for i := range r.Order {
			r.Order[i].After = full(r.Order[i].After)
		}
		l.Recovery = &r
	}
	return l
}

func (r Ranking) normal() any {
	r.Rows = full(r.Rows)
	return r
}

func (r Risk) normal() any {
	r.Groups = full(r.Groups)
	return r
}

func (r Risks) normal() any {
	r.Claimants = full(r.Claimants)
	for i := range r.Claimants {
		r.Claimants[i].Groups = full(r.Claimants[i].Groups)
	}
	return r
}

func (w Why) normal() any {
	w.Proofs = full(w.Proofs)
	return w
}

func (n Identity) normal() any {
	n.Aliases, n.Origins, n.Needs = full(n.Aliases), full(n.Origins), full(n.Needs)
	n.NeededBy, n.Conflicts = full(n.NeededBy), full(n.Conflicts)
	return n
}

func (d Diff) normal() any {
	d.Nodes, d.Edges, d.Findings = d.Nodes.full(), d.Edges.full(), d.Findings.full()
	return d
}

func (c Change[T]) full() Change[T] {
	return Change[T]{Added: full(c.Added), Removed: full(c.Removed), Changed: full(c.Changed)}
}

// full returns an empty list for a nil one: JSON then says [] and not null.
func full[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
