package depgraph

import (
	"fmt"
	"time"
)

// Schema names the form of a graph's JSON. A reader of v1 reads every later v1.
const Schema = "fateline.graph/v1"

// WireFormat is the format of inputs that hold a graph's JSON. Such an input only
// carries facts that were read elsewhere, so [ToWire] leaves out the rows of
// those that are complete: a graph that was written and read back is the same bytes.
const WireFormat = "graph"

// Wire is a graph as it is written: plain values, everything sorted, what is
// unknown left out. Encoding belongs to whoever writes, decoding to package strict.
type Wire struct {
	Schema       string            `json:"schema"` // always [Schema]
	Nodes        []WireNode        `json:"nodes"`
	Requirements []WireRequirement `json:"requirements"`
	Drills       []WireDrill       `json:"drills"`
	Unresolved   []WireUnresolved  `json:"unresolved"`
	Inputs       []WireInput       `json:"inputs"`
}

// WireNode is a [Node] with the places that speak of it.
type WireNode struct {
	ID                ID                `json:"id"`
	Title             string            `json:"title,omitempty"`
	Aliases           []string          `json:"aliases,omitempty"`
	Labels            map[string]string `json:"labels,omitempty"`
	Owner             string            `json:"owner,omitempty"`
	Env               string            `json:"env,omitempty"`
	Tier              *int              `json:"tier,omitempty"`
	GA                *bool             `json:"ga,omitempty"`
	Survives          []string          `json:"survives,omitempty"`
	Replicas          *int              `json:"replicas,omitempty"`
	Manual            bool              `json:"manual,omitempty"`
	Takes             WireDuration      `json:"takes,omitzero"`
	Standby           *WireStandby      `json:"standby,omitempty"`
	Staged            bool              `json:"staged,omitempty"`
	Window            string            `json:"window,omitempty"`
	AnnualFailureRate float64           `json:"annualFailureRate,omitempty"`
	Origins           []WireOrigin      `json:"origins,omitempty"`
}

// WireStandby is a [Standby].
type WireStandby struct {
	ActivatedBy []ID         `json:"activatedBy,omitempty"`
	Need        WireNeed     `json:"need,omitzero"`
	Takes       WireDuration `json:"takes,omitzero"`
}

// WireRequirement is a [Requirement].
type WireRequirement struct {
	Owner   ID           `json:"owner"`
	Members []ID         `json:"members"`
	Need    WireNeed     `json:"need"`
	Phases  []string     `json:"phases"`
	IfLost  string       `json:"ifLost"`
	Lasts   WireDuration `json:"lasts,omitzero"`
	Via     string       `json:"via,omitempty"`
	Origins []WireOrigin `json:"origins"`
}

// WireOrigin is an [Origin].
type WireOrigin struct {
	Member     ID      `json:"member,omitzero"` // absent: all members
	Input      string  `json:"input,omitempty"`
	Line       int     `json:"line,omitempty"`
	Column     int     `json:"column,omitempty"`
	Source     string  `json:"source,omitempty"`
	Basis      string  `json:"basis"`
	Confidence float64 `json:"confidence"`
	Note       string  `json:"note,omitempty"`
	Count      int64   `json:"count,omitempty"`
	Errors     int64   `json:"errors,omitempty"`
	FirstSeen  string  `json:"firstSeen,omitempty"` // RFC 3339, UTC
	LastSeen   string  `json:"lastSeen,omitempty"`
	Example    string  `json:"example,omitempty"`
}

// WireDrill is a [Drill].
type WireDrill struct {
	Date   string     `json:"date"` // YYYY-MM-DD
	Fails  []ID       `json:"fails"`
	Scope  string     `json:"scope"` // whole or part
	Covers []ID       `json:"covers,omitempty"`
	Origin WireOrigin `json:"origin"`
}

// WireUnresolved is an [Unresolved].
type WireUnresolved struct {
	Owner      ID         `json:"owner,omitzero"`
	Name       string     `json:"name"`
	Scope      string     `json:"scope,omitempty"`
	Why        string     `json:"why"` // dangling, ambiguous or conflicting
	Candidates []string   `json:"candidates,omitempty"`
	Origin     WireOrigin `json:"origin"`
}

// WireInput is an [Input], without its size and checksum: they tell of every byte
// of a file, and so of the secrets in it. A lock holds them.
type WireInput struct {
	Path      string   `json:"path"`
	Format    string   `json:"format,omitempty"`
	Status    string   `json:"status"`
	Reason    string   `json:"reason,omitempty"`
	Notes     []string `json:"notes,omitempty"`
	Documents int      `json:"documents,omitempty"`
	Unproven  bool     `json:"unproven,omitempty"`
}

// WireNeed is a [Need]: a number, or "quorum" or "all".
type WireNeed Need

// MarshalJSON writes a number as a number, anything else as a string.
func (n WireNeed) MarshalJSON() ([]byte, error) {
	if need := Need(n); need >= 0 {
		return []byte(need.String()), nil
	}
	return []byte(`"` + Need(n).String() + `"`), nil
}

// UnmarshalText reads what MarshalJSON writes, without the quotes.
func (n *WireNeed) UnmarshalText(text []byte) error {
	need, err := ParseNeed(string(text))
	*n = WireNeed(need)
	return err
}

// WireDuration is a duration as Go writes it, such as "1h30m0s".
type WireDuration time.Duration

// MarshalText writes the duration.
func (d WireDuration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText inverts MarshalText; a duration is never negative.
func (d *WireDuration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil || parsed < 0 {
		return fmt.Errorf("duration %q: want one such as 1h30m0s", text)
	}
	*d = WireDuration(parsed)
	return nil
}

// ToWire returns a graph as it is written. Equal graphs give equal values.
func ToWire(g *Graph) *Wire {
	w := &Wire{
		Schema: Schema, Nodes: make([]WireNode, 0, g.Len()), Requirements: make([]WireRequirement, 0, g.Requirements()),
		Drills: []WireDrill{}, Unresolved: []WireUnresolved{}, Inputs: []WireInput{},
	}
	for n := range g.Nodes() {
		w.Nodes = append(w.Nodes, wireNode(n, g.NodeOrigins(n.ID)))
	}
	for r := range g.AllRequirements() {
		w.Requirements = append(w.Requirements, wireRequirement(r))
	}
	for _, d := range g.Drills() {
		scope := "whole"
		if d.Partly {
			scope = "part"
		}
		w.Drills = append(w.Drills, WireDrill{Date: d.Date.Format(time.DateOnly), Fails: d.Fails, Scope: scope, Covers: d.Covers, Origin: NewWireOrigin(d.Origin)})
	}
	for _, u := range g.Unresolved() {
		w.Unresolved = append(w.Unresolved, WireUnresolved{Owner: u.Owner, Name: u.Name, Scope: u.Scope, Why: u.Why.String(), Candidates: u.Candidates, Origin: NewWireOrigin(u.Origin)})
	}
	for _, in := range g.Inputs() {
		if in.Format != WireFormat || in.Status != Complete {
			w.Inputs = append(w.Inputs, NewWireInput(in))
		}
	}
	return w
}

func wireNode(n *Node, origins []Origin) WireNode {
	w := WireNode{
		ID: n.ID, Title: n.Title, Aliases: n.Aliases, Labels: n.Labels, Owner: n.Owner, Env: n.Env, Tier: n.Tier, GA: n.GA,
		Survives: n.Survives, Replicas: n.Replicas, Manual: n.Manual, Takes: WireDuration(n.Takes), Staged: n.Staged,
		Window: n.Window, AnnualFailureRate: n.AnnualFailureRate, Origins: wireOrigins(origins),
	}
	if s := n.Standby; s != nil {
		w.Standby = &WireStandby{ActivatedBy: s.ActivatedBy, Need: WireNeed(s.Need), Takes: WireDuration(s.Takes)}
	}
	return w
}

func wireRequirement(r *Requirement) WireRequirement {
	t := r.Terms.Normal()
	w := WireRequirement{
		Owner: r.Owner, Members: r.Members, Need: WireNeed(t.Need), IfLost: t.IfLost.String(),
		Lasts: WireDuration(t.Lasts), Via: string(t.Via), Origins: wireOrigins(r.Origins),
	}
	for _, p := range t.Phases.List() {
		w.Phases = append(w.Phases, p.String())
	}
	return w
}

func wireOrigins(os []Origin) []WireOrigin {
	out := make([]WireOrigin, len(os))
	for i, o := range os {
		out[i] = NewWireOrigin(o)
	}
	return out
}

// NewWireOrigin returns an origin as it is written.
func NewWireOrigin(o Origin) WireOrigin {
	o = o.Normal()
	return WireOrigin{
		Member: o.Member, Input: o.Input, Line: o.Line, Column: o.Col, Source: o.Source, Basis: o.Basis.String(), Confidence: o.Confidence,
		Note: o.Note, Count: o.Seen.Count, Errors: o.Seen.Errors, FirstSeen: instant(o.Seen.First), LastSeen: instant(o.Seen.Last), Example: o.Seen.Example,
	}
}

func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// NewWireInput returns a row of the ledger as it is written; one without a
// status is written as unreadable.
func NewWireInput(in Input) WireInput {
	status := in.Status
	if status == 0 {
		status = Unreadable
	}
	return WireInput{
		Path: in.Path, Format: in.Format, Status: status.String(), Reason: in.Reason, Notes: in.Notes,
		Documents: in.Documents, Unproven: in.Unproven,
	}
}
