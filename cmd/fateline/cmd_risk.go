package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/riskgroup"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/report"
)

// riskOptions are the flags of risk.
type riskOptions struct {
	in     inputOptions
	out    outputOptions
	node   string
	order  int
	outage time.Duration
}

func newRiskCommand(a *app) *cobra.Command {
	var o riskOptions
	cmd := &cobra.Command{
		Use:   "risk --node ID [--order K] PATH...",
		Short: "The minimal sets of nodes whose loss takes a node down",
		Args:  somePaths,
		RunE:  func(cmd *cobra.Command, paths []string) error { return runRisk(cmd.Context(), a, o, paths) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.node, "node", "", "`ID` of the node that goes down")
	flags.IntVar(&o.order, "order", riskgroup.DefaultOrder, "how many nodes a set may have")
	flags.DurationVar(&o.outage, "outage", simulate.DefaultOutage, "how long the loss lasts")
	o.in.register(flags)
	o.out.register(flags, []string{"text", "json"})
	return cmd
}

func runRisk(ctx context.Context, a *app, o riskOptions, paths []string) error {
	switch {
	case o.node == "":
		return usageError{"risk needs a node", "--node ID"}
	case o.order < 1:
		return usageError{"--order: a set has at least one node", "--order 2"}
	case o.outage <= 0:
		return usageError{"--outage: a loss lasts longer than nothing", "--outage 1h"}
	}
	return a.ask(ctx, o.in, o.out, paths, func(ctx context.Context, g *depgraph.Graph, _ asked) (reply, error) {
		id, err := findNode(g, "--node", o.node)
		if err != nil {
			return reply{}, err
		}
		i, _ := g.Index(id)
		groups, err := riskgroup.Minimal(ctx, simulate.NewModel(g, o.outage), i, riskgroup.Options{Order: o.order})
		if err != nil {
			return reply{}, err
		}
		body := report.Risk{Node: id, Order: o.order, Complete: groups.Complete}
		for _, set := range groups.Sets {
			body.Groups = append(body.Groups, idsOf(g, set))
		}
		return reply{body: body}, nil
	})
}
