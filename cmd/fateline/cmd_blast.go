package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/report"
)

// blastOptions are the flags of blast.
type blastOptions struct {
	in   inputOptions
	out  outputOptions
	node string // "" ranks all
}

func newBlastCommand(a *app) *cobra.Command {
	var o blastOptions
	cmd := &cobra.Command{
		Use:   "blast [--node ID] PATH...",
		Short: "What the loss of one node takes along, or the ranking of all nodes",
		Args:  somePaths,
		RunE:  func(cmd *cobra.Command, paths []string) error { return runBlast(cmd.Context(), a, o, paths) },
	}
	cmd.Flags().StringVar(&o.node, "node", "", "`ID` of the node that is lost")
	o.in.register(cmd.Flags())
	o.out.register(cmd.Flags(), append([]string{"text", "json"}, pictures()...))
	return cmd
}

func runBlast(ctx context.Context, a *app, o blastOptions, paths []string) error {
	return a.ask(ctx, o.in, o.out, paths, func(ctx context.Context, g *depgraph.Graph, want asked) (reply, error) {
		model := simulate.NewModel(g, simulate.DefaultOutage)
		if o.node == "" {
			body, err := ranking(ctx, model)
			return reply{body: body}, err
		}
		id, err := findNode(g, "--node", o.node)
		if err != nil {
			return reply{}, err
		}
		i, _ := g.Index(id)
		loss := model.Lose(i)
		body := blastBody(loss, model.Lose(), i)
		if want.proofs {
			body.Proofs = lossProofs(loss, true)
		}
		whole := lossBody(loss)
		return reply{body: body, draw: report.Options{Focus: append([]depgraph.ID{id}, body.Down...), Loss: &whole}}, nil
	})
}

// blastBody is what the loss of one node changes: without the node itself, and
// without what is so already when nothing is lost.
func blastBody(loss, calm *simulate.Loss, lost depgraph.NodeIndex) report.Loss {
	g := loss.Model().Graph()
	changed := func(s simulate.State) []depgraph.ID {
		return idsOf(g, slices.DeleteFunc(loss.List(s), func(i depgraph.NodeIndex) bool { return i == lost || calm.Is(s, i) }))
	}
	return report.Loss{
		Failed: idsOf(g, loss.Failed()), Down: changed(simulate.Down), Degraded: changed(simulate.Degraded),
		Frozen: changed(simulate.Frozen), Blind: changed(simulate.Blind), Exposed: changed(simulate.Exposed),
		Outage: loss.Model().Outage(),
	}
}

// ranking ranks all nodes by the size of their loss.
func ranking(ctx context.Context, model *simulate.Model) (report.Ranking, error) {
	blast, err := model.Blast(ctx)
	if err != nil {
		return report.Ranking{}, err
	}
	var r report.Ranking
	for _, i := range blast.Ranking() {
		size := blast.Of(i)
		id := model.Graph().ID(i)
		r.Rows = append(r.Rows, report.Rank{
			Node: id, Down: size.Down, Degraded: size.Degraded, Frozen: size.Frozen, Blind: size.Blind,
			Defined: slices.ContainsFunc(model.Graph().NodeOrigins(id), func(o depgraph.Origin) bool { return o.Basis == depgraph.Declared }),
		})
	}
	return r, nil
}
