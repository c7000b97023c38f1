package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/sources"
	"github.com/fateline/fateline/report/store"
)

// inputOptions are the flags wherever PATH stands. The zero value reads everything.
type inputOptions struct {
	exclude      []string // GLOB=REASON
	now          string   // a date or an instant; "" is not given
	memory       string   // a size; "" is three quarters of what the system grants
	maxFile      string   // a size; "" is 64 MiB
	declaredOnly bool
	noImplied    bool
	facts        []string // files
	noFact       []string // ids
	render       bool
	renderFor    time.Duration // how long one directory may take
}

func (o *inputOptions) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&o.exclude, "exclude", nil, "`GLOB=REASON`: leave out what matches, and say so in the report; may be repeated")
	flags.StringVar(&o.now, "now", "", "the `INSTANT` to judge ages and expiry by, as 2026-11-22 or RFC 3339 (default: the clock for expiry, the newest date in the inputs for ages)")
	flags.StringVar(&o.memory, "memory", "", "memory budget, a `SIZE` such as 2GiB; beyond it the run stops with exit 3 (default: three quarters of what the control group grants)")
	flags.StringVar(&o.maxFile, "max-file", "", "the most that one file may hold, a `SIZE` such as 1GiB, inflated; a larger one is incomplete, traces apart (default 64MiB)")
	flags.BoolVar(&o.declaredOnly, "declared-only", false, "use only facts that an input declares: nothing observed, nothing implied")
	flags.BoolVar(&o.noImplied, "no-implied", false, "use no fact that is only common knowledge")
	flags.BoolVar(&o.render, "render", false, "run your own helm and kustomize, as PATH finds them, on charts and overlays, and read what they print; without it no program is started")
	flags.DurationVar(&o.renderFor, "render-timeout", time.Minute, "with --render: how long one directory may take")
	flags.StringArrayVar(&o.facts, "facts", nil, "`FILE` of further common knowledge, in the form of the built-in catalogue; may be repeated")
	flags.StringArrayVar(&o.noFact, "no-fact", nil, "`ID` of a fact of common knowledge that does not hold here; may be repeated")
}

// somePaths demands at least one PATH.
func somePaths(cmd *cobra.Command, paths []string) error {
	if len(paths) == 0 {
		return usageError{cmd.Name() + " needs a PATH: a file, a directory, or - for standard input", "fateline " + cmd.Use}
	}
	return onceFromStdin(paths)
}

func onceFromStdin(paths []string) error {
	if i := slices.Index(paths, "-"); i >= 0 && slices.Contains(paths[i+1:], "-") {
		return usageError{"standard input can be read once, and is named twice", ""}
	}
	return nil
}

// instant reads --now; zero where it is not given.
func (o inputOptions) instant() (time.Time, error) {
	if o.now == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(form, o.now); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, usageError{fmt.Sprintf("--now %q: want a date or an instant", o.now), "--now 2026-11-22, or --now 2026-11-22T09:00:00Z"}
}

// exclusions reads --exclude.
func (o inputOptions) exclusions() ([]ingest.Exclude, error) {
	var out []ingest.Exclude
	for _, text := range o.exclude {
		x, err := ingest.ParseExclude(text)
		if err != nil {
			return nil, usageError{"--" + err.Error(), "--exclude 'testdata/**=not deployed'"}
		}
		out = append(out, x)
	}
	return out, nil
}

// limits reads --max-file.
func (o inputOptions) limits() (ingest.Limits, error) {
	if o.maxFile == "" {
		return ingest.Limits{}, nil
	}
	size, err := parseSize("--max-file", o.maxFile)
	return ingest.Limits{Bytes: size}, err
}

// read reads the paths into one graph and tells of what could not be read.
func (a *app) read(ctx context.Context, o inputOptions, paths []string) (*depgraph.Graph, error) {
	exclude, err := o.exclusions()
	if err != nil {
		return nil, err
	}
	known, err := o.catalogue(ctx)
	if err != nil {
		return nil, err
	}
	render, err := o.renderer()
	if err != nil {
		return nil, err
	}
	limits, err := o.limits()
	if err != nil {
		return nil, err
	}
	a.progress.enter("reading")
	return ingest.Run(ctx, paths, sources.All(), ingest.Options{
		Exclude: exclude, Limits: limits, Own: a.own, Render: render, Catalogue: known, DeclaredOnly: o.declaredOnly, NoImplied: o.noImplied, Stdin: a.stdin, Log: a.log(),
		Problem: func(p ingest.Problem) {
			a.say.say(message{Level: p.Level.String(), ID: p.ID, Place: p.Place(), Text: p.Msg, Effect: p.Effect, Fix: p.Fix})
		},
		Progress: func(done, total int) { a.progress.enter(fmt.Sprintf("read %d of %d files", done, total)) },
	})
}

// withGraph opens the outputs, reads the paths within the memory budget and hands
// the graph on. Where something goes wrong, no output is put in its place.
func (a *app) withGraph(ctx context.Context, in inputOptions, out outputOptions, paths []string, use func(context.Context, *depgraph.Graph, *outbox) error) error {
	outs, err := a.outputs(out)
	if err != nil {
		return err
	}
	limit, err := memoryBudget(in.memory)
	if err != nil {
		return err
	}
	if err := a.owns(in, outs, paths); err != nil {
		return err
	}
	box, err := openOutbox(outs)
	if err != nil {
		return err
	}
	ctx, release := withMemory(ctx, limit)
	defer release()
	a.progress = newProgress(a.stderr, isTerminal(a.stderr) && !a.quiet && !a.say.asJSON)
	defer a.progress.end()
	g, err := a.read(ctx, in, paths)
	if err == nil {
		err = use(ctx, g, box)
	}
	return box.close(withinMemory(ctx, err))
}

// owns notes the files of the run itself, which are no inputs: what it writes,
// what stood there before, and what it is judged by. An output that is named as
// an input as well is refused before it is set aside.
func (a *app) owns(in inputOptions, outs []output, paths []string) error {
	for _, o := range outs {
		if o.file == "" {
			continue
		}
		if i := slices.IndexFunc(paths, func(p string) bool { return samePath(p, o.file) }); i >= 0 {
			return usageError{fmt.Sprintf("-f %s=%s: %s is to be read as well", o.format, o.file, paths[i]), "name another file"}
		}
		a.own = append(a.own,
			ingest.Own{Path: o.file, What: "an output of this run", Always: true},
			ingest.Own{Path: o.file + store.Previous, What: "what an output of this run set aside", Always: true})
	}
	for _, file := range in.facts {
		a.own = append(a.own, ingest.Own{Path: file, What: "facts of this run"})
	}
	return nil
}

func samePath(a, b string) bool {
	x, err := filepath.Abs(a)
	y, err2 := filepath.Abs(b)
	return err == nil && err2 == nil && x == y
}
