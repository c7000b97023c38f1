package depgraph

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Graph returns the graph that w describes, or what is wrong with w.
func (w *Wire) Graph() (*Graph, error) {
	if w.Schema != Schema {
		return nil, fmt.Errorf("schema %q: want %q", w.Schema, Schema)
	}
	b := NewBuilder()
	var errs []error
	for i := range w.Nodes {
		n, origins, err := w.Nodes[i].Node()
		errs = append(errs, err)
		b.AddNode(n, origins...)
	}
	for i := range w.Requirements {
		r, err := w.Requirements[i].Requirement()
		errs = append(errs, err)
		b.AddRequirement(r)
	}
	for _, d := range w.Drills {
		drill, err := d.Drill()
		errs = append(errs, err)
		b.AddDrill(drill)
	}
	for _, u := range w.Unresolved {
		unresolved, err := u.Unresolved()
		errs = append(errs, err)
		b.AddUnresolved(unresolved)
	}
	for _, in := range w.Inputs {
		input, err := in.Input()
		errs = append(errs, err)
		b.AddInput(input)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return b.Build()
}

// Node returns the node and the places that speak of it.
func (w *WireNode) Node() (Node, []Origin, error) {
	n := Node{
		ID: w.ID, Title: w.Title, Aliases: w.Aliases, Labels: w.Labels, Owner: w.Owner, Env: w.Env, Tier: w.Tier, GA: w.GA,
		Survives: w.Survives, Replicas: w.Replicas, Manual: w.Manual, Takes: time.Duration(w.Takes), Staged: w.Staged,
		Window: w.Window, AnnualFailureRate: w.AnnualFailureRate,
	}
	if s := w.Standby; s != nil {
		n.Standby = &Standby{ActivatedBy: s.ActivatedBy, Need: Need(s.Need), Takes: time.Duration(s.Takes)}
	}
	origins, err := unwireOrigins(w.Origins)
	if err != nil {
		err = fmt.Errorf("node %s: %w", w.ID, err)
	}
	return n, origins, err
}

// Requirement returns the requirement.
func (w *WireRequirement) Requirement() (Requirement, error) {
	r := Requirement{Owner: w.Owner, Members: w.Members, Terms: Terms{Need: Need(w.Need), Lasts: time.Duration(w.Lasts), Via: Via(w.Via)}}
	fail := func(err error) (Requirement, error) {
		return Requirement{}, fmt.Errorf("requirement of %s: %w", w.Owner, err)
	}
	var err error
	for _, name := range w.Phases {
		p, err := ParsePhase(name)
		if err != nil {
			return fail(err)
		}
		r.Terms.Phases |= PhasesOf(p)
	}
	if w.IfLost != "" {
		if r.Terms.IfLost, err = ParseIfLost(w.IfLost); err != nil {
			return fail(err)
		}
	}
	if r.Origins, err = unwireOrigins(w.Origins); err != nil {
		return fail(err)
	}
	return r, nil
}

func unwireOrigins(ws []WireOrigin) ([]Origin, error) {
	out := make([]Origin, len(ws))
	for i, w := range ws {
		o, err := w.Origin()
		if err != nil {
			return nil, err
		}
		out[i] = o
	}
	return out, nil
}

// Origin returns the origin.
func (w WireOrigin) Origin() (Origin, error) {
	o := Origin{
		Member: w.Member, Input: w.Input, Line: w.Line, Col: w.Column, Source: w.Source, Confidence: w.Confidence, Note: w.Note,
		Seen: Seen{Count: w.Count, Errors: w.Errors, Example: w.Example},
	}
	if w.Confidence < 0 || w.Confidence > 1 {
		return Origin{}, errors.New("confidence " + strconv.FormatFloat(w.Confidence, 'g', -1, 64) + ": want one over 0, at most 1")
	}
	var err error
	if w.Basis != "" {
		if o.Basis, err = ParseBasis(w.Basis); err != nil {
			return Origin{}, err
		}
	}
	for _, t := range []struct {
		text string
		to   *time.Time
	}{{w.FirstSeen, &o.Seen.First}, {w.LastSeen, &o.Seen.Last}} {
		if t.text == "" {
			continue
		}
		if *t.to, err = time.Parse(time.RFC3339Nano, t.text); err != nil {
			return Origin{}, fmt.Errorf("time %q: want one such as 2026-01-31T09:30:00Z", t.text)
		}
		*t.to = t.to.UTC()
	}
	return o, nil
}

// Drill returns the drill.
func (w WireDrill) Drill() (Drill, error) {
	d := Drill{Fails: w.Fails, Covers: w.Covers, Partly: w.Scope == "part"}
	if w.Scope != "part" && w.Scope != "whole" {
		return Drill{}, fmt.Errorf("drill: scope %q: want whole or part", w.Scope)
	}
	var err error
	if d.Date, err = time.Parse(time.DateOnly, w.Date); err != nil {
		return Drill{}, fmt.Errorf("drill: date %q: want YYYY-MM-DD", w.Date)
	}
	d.Origin, err = w.Origin.Origin()
	return d, err
}

// Unresolved returns the unresolved name.
func (w WireUnresolved) Unresolved() (Unresolved, error) {
	u := Unresolved{Owner: w.Owner, Name: w.Name, Scope: w.Scope, Candidates: w.Candidates}
	var err error
	if u.Why, err = ParseWhy(w.Why); err != nil {
		return Unresolved{}, err
	}
	u.Origin, err = w.Origin.Origin()
	return u, err
}

// Input returns the row of the ledger.
func (w WireInput) Input() (Input, error) {
	in := Input{Path: w.Path, Format: w.Format, Reason: w.Reason, Notes: w.Notes, Documents: w.Documents, Unproven: w.Unproven}
	var err error
	if in.Status, err = ParseStatus(w.Status); err != nil {
		return Input{}, fmt.Errorf("input %q: %w", w.Path, err)
	}
	return in, nil
}
