package depgraph

import (
	"fmt"
	"strconv"
	"time"
)

// Schema is the version of the graph's JSON form.
const Schema = "fateline.graph/v1"

// Wire is the JSON form of a graph, schema [Schema]. Lists are sorted as the
// graph's are, durations are written as Go writes them ("1h30m0s"), times as RFC
// 3339 in UTC. Only what carries information is written: what is missing reads as
// the zero value of the model.
type Wire struct {
	Schema       string            `json:"schema"`
	Nodes        []WireNode        `json:"nodes"`
	Requirements []WireRequirement `json:"requirements"`
	Drills       []WireDrill       `json:"drills"`
	Unresolved   []WireUnresolved  `json:"unresolved"`
	Inputs       []WireInput       `json:"inputs"`
}

// WireNode is the JSON form of a [Node].
type WireNode struct {
	ID                string            `json:"id"`
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
	Takes             string            `json:"takes,omitempty"`
	Standby           *WireStandby      `json:"standby,omitempty"`
	Staged            bool              `json:"staged,omitempty"`
	Window            string            `json:"window,omitempty"`
	AnnualFailureRate float64           `json:"annualFailureRate,omitempty"`
	Origins           []WireOrigin      `json:"origins,omitempty"`
}

// WireStandby is the JSON form of a [Standby].
type WireStandby struct {
	ActivatedBy []string `json:"activatedBy,omitempty"`
	Need        WireNeed `json:"need,omitempty"`
	Takes       string   `json:"takes,omitempty"`
}

// WireRequirement is the JSON form of a [Requirement].
type WireRequirement struct {
	Owner   string       `json:"owner"`
	Members []string     `json:"members"`
	Need    WireNeed     `json:"need"`
	Phases  []string     `json:"phases"`
	IfLost  string       `json:"ifLost"`
	Lasts   string       `json:"lasts,omitempty"`
	Via     string       `json:"via,omitempty"`
	Origins []WireOrigin `json:"origins"`
}

// WireNeed is the JSON form of a [Need]: a number, or "quorum" or "all".
type WireNeed string

// MarshalJSON writes a number as a number.
func (n WireNeed) MarshalJSON() ([]byte, error) {
	if _, err := strconv.Atoi(string(n)); err == nil {
		return []byte(n), nil
	}
	return []byte(strconv.Quote(string(n))), nil
}

// UnmarshalText takes the text of either.
func (n *WireNeed) UnmarshalText(text []byte) error {
	*n = WireNeed(text)
	return nil
}

// WireOrigin is the JSON form of an [Origin].
type WireOrigin struct {
	Member     string  `json:"member,omitempty"`
	Input      string  `json:"input"`
	Line       int     `json:"line,omitempty"`
	Column     int     `json:"column,omitempty"`
	Source     string  `json:"source,omitempty"`
	Basis      string  `json:"basis"`
	Confidence float64 `json:"confidence"`
	Note       string  `json:"note,omitempty"`
	Count      int64   `json:"count,omitempty"`
	Errors     int64   `json:"errors,omitempty"`
	FirstSeen  string  `json:"firstSeen,omitempty"`
	LastSeen   string  `json:"lastSeen,omitempty"`
	Example    string  `json:"example,omitempty"`
}

// WireDrill is the JSON form of a [Drill].
type WireDrill struct {
	Date   string     `json:"date"`
	Fails  []string   `json:"fails"`
	Scope  string     `json:"scope"`
	Covers []string   `json:"covers,omitempty"`
	Origin WireOrigin `json:"origin"`
}

// WireUnresolved is the JSON form of an [Unresolved].
type WireUnresolved struct {
	Owner      string     `json:"owner"`
	Name       string     `json:"name"`
	Scope      string     `json:"scope,omitempty"`
	Why        string     `json:"why"`
	Candidates []string   `json:"candidates,omitempty"`
	Origin     WireOrigin `json:"origin"`
}

// WireInput is the JSON form of an [Input].
type WireInput struct {
	Path      string   `json:"path"`
	Format    string   `json:"format,omitempty"`
	Status    string   `json:"status"`
	Reason    string   `json:"reason,omitempty"`
	Notes     []string `json:"notes,omitempty"`
	Bytes     int64    `json:"bytes,omitempty"`
	Documents int      `json:"documents,omitempty"`
	End       string   `json:"end,omitempty"` // "unproven" or nothing
	SHA256    string   `json:"sha256,omitempty"`
}

// ToWire returns the JSON form of g.
func ToWire(g *Graph) *Wire {
	w := &Wire{Schema: Schema, Nodes: []WireNode{}, Requirements: []WireRequirement{}, Drills: []WireDrill{}, Unresolved: []WireUnresolved{}, Inputs: []WireInput{}}
	for n := range g.Nodes() {
		w.Nodes = append(w.Nodes, WireNodeOf(n, g.NodeOrigins(n.ID)))
	}
	for r := range g.AllRequirements() {
		w.Requirements = append(w.Requirements, WireRequirementOf(r))
	}
	for _, d := range g.Drills() {
		scope := "whole"
		if d.Partly {
			scope = "part"
		}
		w.Drills = append(w.Drills, WireDrill{Date: d.Date.Format(time.DateOnly), Fails: idTexts(d.Fails), Scope: scope, Covers: idTexts(d.Covers), Origin: WireOriginOf(d.Origin)})
	}
	for _, u := range g.Unresolved() {
		w.Unresolved = append(w.Unresolved, WireUnresolvedOf(u))
	}
	for _, in := range g.Inputs() {
		w.Inputs = append(w.Inputs, WireInputOf(in))
	}
	return w
}

// WireNodeOf returns the JSON form of a node and its origins.
func WireNodeOf(n *Node, origins []Origin) WireNode {
	w := WireNode{
		ID: n.ID.String(), Title: n.Title, Aliases: n.Aliases, Labels: n.Labels, Owner: n.Owner, Env: n.Env,
		Tier: n.Tier, GA: n.GA, Survives: n.Survives, Replicas: n.Replicas, Manual: n.Manual, Takes: durationText(n.Takes),
		Staged: n.Staged, Window: n.Window, AnnualFailureRate: n.AnnualFailureRate, Origins: wireOrigins(origins),
	}
	if s := n.Standby; s != nil {
		w.Standby = &WireStandby{ActivatedBy: idTexts(s.ActivatedBy), Takes: durationText(s.Takes)}
		if s.Need != 0 {
			w.Standby.Need = WireNeed(s.Need.String())
		}
	}
	return w
}

// WireRequirementOf returns the JSON form of a requirement.
func WireRequirementOf(r *Requirement) WireRequirement {
	t := r.Terms.Normal()
	w := WireRequirement{
		Owner: r.Owner.String(), Members: idTexts(r.Members), Need: WireNeed(t.Need.String()), IfLost: t.IfLost.String(),
		Lasts: durationText(t.Lasts), Via: string(t.Via), Origins: wireOrigins(r.Origins),
	}
	for _, p := range t.Phases.List() {
		w.Phases = append(w.Phases, p.String())
	}
	return w
}

// WireOriginOf returns the JSON form of an origin.
func WireOriginOf(o Origin) WireOrigin {
	o = o.Normal()
	w := WireOrigin{
		Input: o.Input, Line: o.Line, Column: o.Col, Source: o.Source, Basis: o.Basis.String(), Confidence: o.Confidence,
		Note: o.Note, Count: o.Seen.Count, Errors: o.Seen.Errors, FirstSeen: timeText(o.Seen.First), LastSeen: timeText(o.Seen.Last), Example: o.Seen.Example,
	}
	if !o.Member.IsZero() {
		w.Member = o.Member.String()
	}
	return w
}

// WireUnresolvedOf returns the JSON form of an unresolved name.
func WireUnresolvedOf(u Unresolved) WireUnresolved {
	w := WireUnresolved{Name: u.Name, Scope: u.Scope, Why: u.Why.String(), Candidates: u.Candidates, Origin: WireOriginOf(u.Origin)}
	if !u.Owner.IsZero() {
		w.Owner = u.Owner.String()
	}
	return w
}

// WireInputOf returns the JSON form of a row of the ledger.
func WireInputOf(in Input) WireInput {
	w := WireInput{
		Path: in.Path, Format: in.Format, Status: in.Status.String(), Reason: in.Reason, Notes: in.Notes,
		Bytes: in.Bytes, Documents: in.Documents, SHA256: in.SHA256,
	}
	if in.Unproven {
		w.End = "unproven"
	}
	return w
}

func wireOrigins(os []Origin) []WireOrigin {
	var out []WireOrigin
	for _, o := range os {
		out = append(out, WireOriginOf(o))
	}
	return out
}

func idTexts(ids []ID) []string {
	var out []string
	for _, id := range ids {
		out = append(out, id.String())
	}
	return out
}

func durationText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Node returns the node and its origins that w is the form of.
func (w *WireNode) Node() (Node, []Origin, error) {
	p := wireParser{what: "node " + w.ID}
	n := Node{
		ID: p.id(w.ID), Title: w.Title, Aliases: w.Aliases, Labels: w.Labels, Owner: w.Owner, Env: w.Env, Tier: w.Tier, GA: w.GA,
		Survives: w.Survives, Replicas: w.Replicas, Manual: w.Manual, Takes: p.duration(w.Takes), Staged: w.Staged,
		Window: w.Window, AnnualFailureRate: w.AnnualFailureRate,
	}
	if s := w.Standby; s != nil {
		n.Standby = &Standby{ActivatedBy: p.ids(s.ActivatedBy), Takes: p.duration(s.Takes)}
		if s.Need != "" {
			n.Standby.Need = parsed(&p, string(s.Need), ParseNeed)
		}
	}
	return n, p.origins(w.Origins), p.err
}

// Requirement returns the requirement that w is the form of.
func (w *WireRequirement) Requirement() (Requirement, error) {
	p := wireParser{what: "requirement of " + w.Owner}
	r := Requirement{Owner: p.id(w.Owner), Members: p.ids(w.Members), Origins: p.origins(w.Origins)}
	r.Terms.Lasts, r.Terms.Via = p.duration(w.Lasts), Via(w.Via)
	if w.Need != "" {
		r.Terms.Need = parsed(&p, string(w.Need), ParseNeed)
	}
	if w.IfLost != "" {
		r.Terms.IfLost = parsed(&p, w.IfLost, ParseIfLost)
	}
	for _, phase := range w.Phases {
		r.Terms.Phases |= PhasesOf(parsed(&p, phase, ParsePhase))
	}
	return r, p.err
}

// Drill returns the drill that w is the form of.
func (w *WireDrill) Drill() (Drill, error) {
	p := wireParser{what: "drill of " + w.Date}
	date := parsed(&p, w.Date, func(s string) (time.Time, error) { return time.Parse(time.DateOnly, s) })
	return Drill{Date: date, Fails: p.ids(w.Fails), Partly: w.Scope == "part", Covers: p.ids(w.Covers), Origin: p.origin(w.Origin)}, p.err
}

// Unresolved returns the unresolved name that w is the form of.
func (w *WireUnresolved) Unresolved() (Unresolved, error) {
	p := wireParser{what: "unresolved " + w.Name}
	u := Unresolved{Name: w.Name, Scope: w.Scope, Why: parsed(&p, w.Why, ParseWhy), Candidates: w.Candidates, Origin: p.origin(w.Origin)}
	if w.Owner != "" {
		u.Owner = p.id(w.Owner)
	}
	return u, p.err
}

// Input returns the row of the ledger that w is the form of.
func (w *WireInput) Input() (Input, error) {
	p := wireParser{what: "input " + w.Path}
	return Input{
		Path: w.Path, Format: w.Format, Status: parsed(&p, w.Status, ParseStatus), Reason: w.Reason, Notes: w.Notes,
		Bytes: w.Bytes, Documents: w.Documents, Unproven: w.End == "unproven", SHA256: w.SHA256,
	}, p.err
}

// wireParser keeps the first error, so that a record is read in one expression.
type wireParser struct {
	what string
	err  error
}

func parsed[T any](p *wireParser, s string, parse func(string) (T, error)) T {
	v, err := parse(s)
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("%s: %w", p.what, err)
	}
	return v
}

func (p *wireParser) id(s string) ID { return parsed(p, s, ParseID) }

func (p *wireParser) ids(ss []string) []ID {
	var out []ID
	for _, s := range ss {
		out = append(out, p.id(s))
	}
	return out
}

func (p *wireParser) duration(s string) time.Duration {
	if s == "" {
		return 0
	}
	return parsed(p, s, func(s string) (time.Duration, error) {
		d, err := time.ParseDuration(s)
		if err == nil && d < 0 {
			err = fmt.Errorf("duration %q is negative", s)
		}
		return d, err
	})
}

func (p *wireParser) time(s string) time.Time {
	if s == "" {
		return time.Time{}
	}
	return parsed(p, s, func(s string) (time.Time, error) { return time.Parse(time.RFC3339Nano, s) }).UTC()
}

func (p *wireParser) origins(ws []WireOrigin) []Origin {
	var out []Origin
	for _, w := range ws {
		out = append(out, p.origin(w))
	}
	return out
}

func (p *wireParser) origin(w WireOrigin) Origin {
	o := Origin{
		Input: w.Input, Line: w.Line, Col: w.Column, Source: w.Source, Confidence: w.Confidence, Note: w.Note,
		Seen: Seen{Count: w.Count, Errors: w.Errors, First: p.time(w.FirstSeen), Last: p.time(w.LastSeen), Example: w.Example},
	}
	if w.Basis != "" {
		o.Basis = parsed(p, w.Basis, ParseBasis)
	}
	if w.Member != "" {
		o.Member = p.id(w.Member)
	}
	if o.Confidence < 0 || o.Confidence > 1 {
		p.err = fmt.Errorf("%s: confidence %v is not in (0,1]", p.what, o.Confidence)
	}
	return o
}
