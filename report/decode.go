package report

import (
	"errors"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/analyzer/strict"
)

// Decode reads what [Document.Encode] wrote, and forgives nothing: an unknown
// field, another schema or a finding that is none is an error.
func Decode(data []byte) (*Document, error) {
	var in struct {
		Document
		Model depgraph.Wire `json:"model"`
	}
	if err := strict.DecodeJSON(data, &in); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	d := &in.Document
	if d.Schema != Schema {
		return nil, fmt.Errorf("report: schema %q: want %q", d.Schema, Schema)
	}
	g, err := in.Model.Graph()
	if err != nil {
		return nil, fmt.Errorf("report: model: %w", err)
	}
	d.linked, d.Unresolved = g, g.Unresolved()
	if err := d.validate(); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return d, nil
}

// validate checks what types do not say.
func (d *Document) validate() error {
	status, err := gate.ParseStatus(d.Verdict.Status)
	switch {
	case err != nil:
		return err
	case d.Verdict.Exit != status.Exit():
		return fmt.Errorf("verdict %s with exit %d: want %d", status, d.Verdict.Exit, status.Exit())
	case d.Graph != Counts{Nodes: d.linked.Len(), Edges: d.linked.MemberCount(), Requirements: d.linked.Requirements()}:
		return fmt.Errorf("graph: the model has %d nodes, %d edges and %d requirements", d.linked.Len(), d.linked.MemberCount(), d.linked.Requirements())
	case len(d.Inputs) < len(d.linked.Inputs()):
		return fmt.Errorf("inputs: %d rows, and the model has %d", len(d.Inputs), len(d.linked.Inputs()))
	}
	if _, err := gate.ParseThreshold(d.Verdict.FailAt); err != nil {
		return err
	}
	for _, r := range d.Rules {
		_, severityErr := analyzer.ParseSeverity(r.Severity)
		_, statusErr := analyzer.ParseStatus(r.Status)
		if err := errors.Join(severityErr, statusErr); err != nil {
			return fmt.Errorf("rule %s: %w", r.ID, err)
		}
	}
	known := map[string]bool{}
	for _, f := range d.Findings {
		if err := f.validate(); err != nil {
			return fmt.Errorf("finding %q: %w", f.ID, err)
		}
		if known[f.ID] {
			return fmt.Errorf("finding %q is there twice", f.ID)
		}
		known[f.ID] = true
	}
	return nil
}

func (f *Finding) validate() error {
	_, severityErr := analyzer.ParseSeverity(f.Severity)
	_, standingErr := gate.ParseStanding(f.Baseline)
	err := errors.Join(severityErr, standingErr)
	switch {
	case err != nil:
		return err
	case f.ID == "" || f.Rule == "":
		return errors.New("it has no id or no rule")
	case len(f.Root) == 0:
		return errors.New("it has no root")
	case f.Waived != (f.Waiver != nil):
		return errors.New("waived and waiver contradict each other")
	case f.Confidence < 0 || f.Confidence > 1:
		return fmt.Errorf("confidence %v is not in [0,1]", f.Confidence)
	}
	return nil
}

// Baseline returns what the report found, for comparison with a later run.
func (d *Document) Baseline() *gate.Baseline {
	var known []gate.Known
	for _, f := range d.Findings {
		severity, _ := analyzer.ParseSeverity(f.Severity) // Decode has checked it
		nodes := slices.Clone(f.Nodes)
		slices.SortFunc(nodes, depgraph.ID.Compare)
		known = append(known, gate.Known{ID: f.ID, Rule: f.Rule, Severity: severity, Title: f.Title, Nodes: nodes, Waived: f.Waived})
	}
	return gate.NewBaseline(known)
}
