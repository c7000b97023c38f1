package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats"
)

// judging is what findings are judged by.
type judging struct {
	policy gate.Policy
	file   string // of the policy; "" where there is none
	rules  []*analyzer.Rule
	params map[string]func(into any) error
	now    time.Time // to judge the age of drills by; zero: the newest date in the inputs
}

// reportFormats lists the formats of a report, the default first.
func reportFormats() []string {
	names := []string{"text"}
	for _, f := range formats.All() {
		if f.Name != "text" {
			names = append(names, f.Name)
		}
	}
	return names
}

// report reads the paths, runs the rules, judges what they found, and stores the
// report in every format that was asked for. Standard output takes the text
// unless it takes something else.
func (a *app) report(ctx context.Context, in inputOptions, out outputOptions, paths []string, by judging) error {
	return a.withGraph(ctx, in, out, paths, func(ctx context.Context, g *depgraph.Graph, box *outbox) error {
		doc, verdict, err := a.judge(ctx, g, by)
		if err != nil {
			return err
		}
		a.progress.enter("writing")
		receipt, err := box.send(ctx, a.stdout, func(w io.Writer, o output) error {
			f, _ := formats.Find(o.format)
			return f.Write(ctx, w, doc, report.Options{Color: o.color, Details: a.details()})
		})
		if err != nil {
			return err
		}
		a.outcome = outcome{
			complete: verdict.Status() != gate.Incomplete,
			violated: verdict.Status() == gate.Violated,
			receipt:  receipt,
		}
		return nil
	})
}

// judge runs the rules over a graph and makes the report of what they found.
func (a *app) judge(ctx context.Context, g *depgraph.Graph, by judging) (*report.Document, gate.Verdict, error) {
	a.progress.enter("analysing")
	g, err := by.policy.Apply(g)
	if err != nil {
		return nil, gate.Verdict{}, configError{"policy", by.file, err}
	}
	results, err := analyzer.Run(ctx, g, by.rules, analyzer.Options{Log: a.log(), Now: by.now, Params: by.params})
	if err != nil {
		return nil, gate.Verdict{}, err
	}
	if err := misfits(results, by.policy); err != nil {
		return nil, gate.Verdict{}, configError{"policy", by.file, err}
	}
	verdict := gate.Judge(g, results, by.policy)
	return report.New(g, results, verdict).WithTool(buildVersion().Version), verdict, nil
}

// misfits says which parameters of the policy do not fit their rules, each with its
// place: the policy is wrong then, and not the evidence incomplete.
func misfits(results *analyzer.Results, policy gate.Policy) error {
	var errs []error
	for _, r := range results.Rules {
		var params *analyzer.ParamsError
		if !errors.As(r.Err, &params) {
			continue
		}
		err := fmt.Errorf("%w (parameters of rule %s)", params.Err, params.Rule)
		if place := policy.Rules[params.Rule].Place; !placed(params.Err) && place != "" {
			err = fmt.Errorf("%s: %w", place, err)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// placed reports whether an error says where in a file it is.
func placed(err error) bool {
	var at *strict.Error
	return errors.As(err, &at)
}
