package main

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats"
)

// outputOptions are the flags that say where results go, and in which form.
type outputOptions struct {
	formats []string // FORMAT or FORMAT=FILE
	color   string
	known   []string // the formats that the command has; the first one is the default
}

func (o *outputOptions) register(flags *pflag.FlagSet, known []string) {
	o.known = known
	flags.StringArrayVarP(&o.formats, "format", "f", nil, "`FORMAT[=FILE]`, of "+strings.Join(known, ", ")+"; without FILE to standard output; may be repeated (default "+known[0]+")")
	flags.StringVar(&o.color, "color", "auto", "colour in text: auto, always or never; auto honours NO_COLOR and CLICOLOR_FORCE")
}

// pictures lists the formats that can draw an answer.
func pictures() []string {
	var names []string
	for _, f := range formats.All() {
		if f.Picture {
			names = append(names, f.Name)
		}
	}
	return names
}

// reply is what a command has found out: the body of its text and JSON, and how
// it is drawn.
type reply struct {
	body       report.Body
	draw       report.Options
	incomplete []string // why, besides what the graph itself says
}

// asked says what a question is asked for.
type asked struct {
	proofs bool // somebody will see proofs, which cost more than the rest
	all    bool // every one of them
}

// ask reads the paths, answers a question about the graph, and stores the answer
// in every format that was asked for.
func (a *app) ask(ctx context.Context, in inputOptions, out outputOptions, paths []string, question func(context.Context, *depgraph.Graph, asked) (reply, error)) error {
	return a.withGraph(ctx, in, out, paths, func(ctx context.Context, g *depgraph.Graph, box *outbox) error {
		a.progress.enter("simulating")
		r, err := question(ctx, g, asked{proofs: slices.ContainsFunc(box.outs, func(o output) bool { return o.format == "text" }), all: a.verbose > 0})
		if err != nil {
			return err
		}
		answer := report.Answer{Body: r.body, Incomplete: append(gate.Evidence(g), r.incomplete...)}
		a.progress.enter("writing")
		receipt, err := box.send(ctx, a.stdout, func(w io.Writer, o output) error {
			options := r.draw
			options.Color, options.Details = o.color, a.details()
			return writeAnswer(ctx, w, g, answer, o.format, options)
		})
		if err != nil {
			return err
		}
		a.outcome = outcome{complete: len(answer.Incomplete) == 0, receipt: receipt}
		return nil
	})
}

// writeAnswer writes an answer in one format. Pictures show the graph, with what
// a loss does to it.
func writeAnswer(ctx context.Context, w io.Writer, g *depgraph.Graph, answer report.Answer, format string, o report.Options) error {
	switch format {
	case "text":
		return answer.WriteText(w, o)
	case "json":
		return answer.WriteJSON(w)
	}
	f, _ := formats.Find(format)
	return f.Write(ctx, w, report.New(g, nil, gate.Verdict{}), o)
}
