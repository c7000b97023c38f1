package main

import (
	"cmp"
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
	by   string // what the ranking is by; "": nodes
}

func newBlastCommand(a *app) *cobra.Command {
	var o blastOptions
	cmd := &cobra.Command{
		Use:   "blast [--node ID] PATH...",
		Short: "What the loss of one node takes along, or the ranking of all nodes",
		Long: `What the loss of one node takes along, or the ranking of all nodes.

A ranking is by what goes down:
  nodes         how many (the default)
  tier          how many of tier 0; of equals how many of tier 1, and so on
  calls         which share of the calls that traces or meshes counted: a call is lost with either end
  SELECTOR      how many that a selector matches, such as 'datastore:*' or 'service:*[team=pay]'
What is lost itself counts in its share of calls, and nowhere else.`,
		Example: `  fateline blast --by tier .
  fateline blast --by 'service:*[team=pay]' .
  fateline blast --node datastore:shop/orders .`,
		Args: somePaths,
		RunE: func(cmd *cobra.Command, paths []string) error { return runBlast(cmd.Context(), a, o, paths) },
	}
	cmd.Flags().StringVar(&o.node, "node", "", "`ID` of the node that is lost")
	cmd.Flags().StringVar(&o.by, "by", "", "what the ranking is by: nodes, tier, calls or a `SELECTOR` (default nodes)")
	o.in.register(cmd.Flags())
	o.out.register(cmd.Flags(), append([]string{"text", "json"}, pictures()...))
	return cmd
}

func runBlast(ctx context.Context, a *app, o blastOptions, paths []string) error {
	if o.node != "" && o.by != "" {
		return usageError{"--by ranks all nodes, --node asks for one", "leave out one of them"}
	}
	return a.ask(ctx, o.in, o.out, paths, func(ctx context.Context, g *depgraph.Graph, want asked) (reply, error) {
		model := simulate.NewModel(g, simulate.DefaultOutage)
		if o.node == "" {
			body, err := ranking(ctx, model, o.by)
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

// blastBody is what the loss of one node changes: without what is so already when
// nothing is lost, and without the node itself among the down. It is among the blind
// where its loss takes its own watch along: nobody is told that it is gone.
func blastBody(loss, calm *simulate.Loss, lost depgraph.NodeIndex) report.Loss {
	g := loss.Model().Graph()
	changed := func(s simulate.State) []depgraph.ID {
		return idsOf(g, slices.DeleteFunc(loss.List(s), func(i depgraph.NodeIndex) bool { return s == simulate.Down && i == lost || calm.Is(s, i) }))
	}
	return report.Loss{
		Toll:   tollOf(loss),
		Failed: idsOf(g, loss.Failed()), Down: changed(simulate.Down), Degraded: changed(simulate.Degraded),
		Frozen: changed(simulate.Frozen), Blind: changed(simulate.Blind), Exposed: changed(simulate.Exposed),
		Outage: loss.Model().Outage(),
	}
}

// ranking ranks all nodes by the size of their loss, or by what else goes down.
func ranking(ctx context.Context, model *simulate.Model, by string) (report.Ranking, error) {
	g := model.Graph()
	weights, err := weightsOf(g, by)
	if err != nil {
		return report.Ranking{}, err
	}
	blast, err := model.Blast(ctx)
	if err != nil {
		return report.Ranking{}, err
	}
	var classes [][]simulate.Stake
	r := report.Ranking{}
	for _, w := range weights {
		classes, r.By = append(classes, w.stakes), append(r.By, w.name)
	}
	sums, err := model.Weigh(ctx, classes)
	if err != nil {
		return report.Ranking{}, err
	}
	order := blast.Ranking()
	slices.SortStableFunc(order, func(x, y depgraph.NodeIndex) int {
		for k, w := range weights {
			if c := cmp.Compare(w.of(sums[k], y), w.of(sums[k], x)); c != 0 {
				return c
			}
		}
		return 0
	})
	for _, i := range order {
		size := blast.Of(i)
		row := report.Rank{
			Node: g.ID(i), Down: size.Down, Degraded: size.Degraded, Frozen: size.Frozen, Blind: size.Blind,
			Defined: slices.ContainsFunc(g.NodeOrigins(g.ID(i)), func(o depgraph.Origin) bool { return o.Basis == depgraph.Declared }),
		}
		for k, w := range weights {
			if row.Weights == nil {
				row.Weights = map[string]float64{}
			}
			row.Weights[w.name] = w.of(sums[k], i)
		}
		r.Rows = append(r.Rows, row)
	}
	return r, nil
}
