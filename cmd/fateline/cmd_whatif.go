package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// whatifOptions are the flags of whatif.
type whatifOptions struct {
	in      inputOptions
	out     outputOptions
	fail    []string // ids, or "all"
	outage  time.Duration
	recover bool
	rebuild bool
}

func newWhatifCommand(a *app) *cobra.Command {
	var o whatifOptions
	cmd := &cobra.Command{
		Use:   "whatif --fail ID [--fail ID]... PATH...",
		Short: "Simulate a loss, and with --recover the way back",
		Args:  somePaths,
		RunE:  func(cmd *cobra.Command, paths []string) error { return runWhatif(cmd.Context(), a, o, paths) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.fail, "fail", nil, "`ID` of what is lost, or all; may be repeated")
	flags.DurationVar(&o.outage, "outage", simulate.DefaultOutage, "how long the loss lasts: caches and batteries that last as long are not missed")
	flags.BoolVar(&o.recover, "recover", false, "bring it back: what serves again when, and what never does")
	flags.BoolVar(&o.rebuild, "rebuild", false, "with --recover: stored state is gone too, so that everything has to be deployed again")
	o.in.register(flags)
	o.out.register(flags, []string{"text", "json"})
	return cmd
}

func runWhatif(ctx context.Context, a *app, o whatifOptions, paths []string) error {
	switch {
	case len(o.fail) == 0:
		return usageError{"whatif needs something to lose", "--fail ID, or --fail all"}
	case o.outage <= 0:
		return usageError{"--outage: a loss lasts longer than nothing", "--outage 1h"}
	case o.rebuild && !o.recover:
		return usageError{"--rebuild says how to come back", "add --recover"}
	}
	return a.ask(ctx, o.in, o.out, paths, func(_ context.Context, g *depgraph.Graph, want asked) (reply, error) {
		failed, all, err := o.failed(g)
		if err != nil {
			return reply{}, err
		}
		loss := simulate.NewModel(g, o.outage).Lose(failed...)
		body := lossBody(loss)
		if want.proofs {
			body.Proofs = lossProofs(loss, want.all)
		}
		if o.recover {
			body.Recovery = recoveryBody(g, o.wayBack(g, loss, all))
		}
		return reply{body: body}, nil
	})
}

// wayBack plays the return of what failed. The return of everything is a start of
// nothing: no repair, and nobody locked out.
func (o whatifOptions) wayBack(g *depgraph.Graph, loss *simulate.Loss, all bool) *simulate.Timeline {
	start := simulate.StartOptions{Rebuild: o.rebuild}
	if all {
		return simulate.BlackStart(g, start)
	}
	return &simulate.Recover(loss.Model(), loss.Failed(), start).Timeline
}

// failed finds the nodes that are lost, and reports whether that is all of them.
func (o whatifOptions) failed(g *depgraph.Graph) (nodes []depgraph.NodeIndex, all bool, err error) {
	for _, text := range o.fail {
		if text == "all" {
			all = true
			continue
		}
		id, err := findNode(g, "--fail", text)
		if err != nil {
			return nil, false, err
		}
		i, _ := g.Index(id)
		nodes = append(nodes, i)
	}
	if all {
		nodes = nil
		for i := range g.Len() {
			nodes = append(nodes, depgraph.NodeIndex(i))
		}
	}
	return nodes, all, nil
}
