package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/probe"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/report"
)

// whatifOptions are the flags of whatif.
type whatifOptions struct {
	in      inputOptions
	out     outputOptions
	fail    []string // ids, selectors, or "all"
	heal    []string // OWNER->MEMBER or OWNER->MEMBER=ALTERNATIVE
	outage  time.Duration
	recover bool
	rebuild bool
}

func newWhatifCommand(a *app) *cobra.Command {
	var o whatifOptions
	cmd := &cobra.Command{
		Use:   "whatif --fail ID [--fail ID]... [--heal OWNER->MEMBER[=ALTERNATIVE]]... PATH...",
		Short: "Simulate a loss, the way back with --recover, and what a change would save with --heal",
		Long: `Whatif says what a loss makes of every node, with --recover how it comes back, and with
--heal what a change of needs would buy.

What is lost is an id, an alias, all, or a selector:
  service:prod/checkout          one node
  zone:eu-west-1a                a place, with everything that stands in it alone
  service:prod/*                 * stands for any text, / included, and ? for one character
  *:prod/*                       of any kind
  service:*[team=pay,env!=dev]   with these labels; owner, env, tier, ga, title and alias count too
  datastore:*[owner]             that states one at all
A selector that nothing matches is refused (exit 2).

What is healed:
  OWNER->MEMBER                  OWNER does without MEMBER: its requirements that name it go
  OWNER->MEMBER=ALTERNATIVE      ALTERNATIVE does in its place, where as many are needed as before
  OWNER->MEMBER=+ALTERNATIVE     a node that is not there yet, and needs nothing
OWNER and MEMBER may be selectors. All changes are made at once; lists then show the loss with
them, and the counts stand beside those without.`,
		Example: `  fateline whatif --fail zone:eu-west-1a --fail external:idp.example --recover .
  fateline whatif --fail 'datastore:*[engine=redis]' .
  fateline whatif --fail service:storage/kv --heal 'service:identity/login->service:storage/kv=+datastore:keys-2' .`,
		Args: somePaths,
		RunE: func(cmd *cobra.Command, paths []string) error { return runWhatif(cmd.Context(), a, o, paths) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.fail, "fail", nil, "`ID` or selector of what is lost, or all; may be repeated")
	flags.StringArrayVar(&o.heal, "heal", nil, "`OWNER->MEMBER[=ALTERNATIVE]`: a need that has an alternative, or goes; may be repeated")
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
		changes, err := heals(g, o.heal)
		if err != nil {
			return reply{}, err
		}
		if len(changes) == 0 {
			return reply{body: o.lose(g, failed, all, want)}, nil
		}
		healed, counts, err := probe.Apply(g, changes...)
		if err != nil {
			return reply{}, err
		}
		without := o.lose(g, failed, all, asked{})
		with := o.lose(healed, failed, all, want)
		with.Healed = healedBody(g, changes, counts, without, with)
		return reply{body: with}, nil
	})
}

// lose simulates the loss of nodes, and the way back where it is asked for.
func (o whatifOptions) lose(g *depgraph.Graph, failed []depgraph.ID, all bool, want asked) report.Loss {
	var nodes []depgraph.NodeIndex
	for _, id := range failed {
		if i, found := g.Index(id); found {
			nodes = append(nodes, i)
		}
	}
	loss := simulate.NewModel(g, o.outage).Lose(nodes...)
	body := lossBody(loss)
	if want.proofs {
		body.Proofs = lossProofs(loss, want.all)
	}
	if o.recover {
		body.Recovery = recoveryBody(g, o.wayBack(g, loss, all))
	}
	return body
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
func (o whatifOptions) failed(g *depgraph.Graph) (nodes []depgraph.ID, all bool, err error) {
	for _, text := range o.fail {
		if text == "all" {
			all = true
			continue
		}
		some, err := findNodes(g, "--fail", text)
		if err != nil {
			return nil, false, err
		}
		nodes = append(nodes, some...)
	}
	if all {
		nodes = nil
		for n := range g.Nodes() {
			nodes = append(nodes, n.ID)
		}
	}
	return nodes, all, nil
}
