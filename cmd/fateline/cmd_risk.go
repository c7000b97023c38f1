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
	nodes  []string // that go down together; none: each that claims to survive something, by itself
	order  int
	most   int
	outage time.Duration
}

func newRiskCommand(a *app) *cobra.Command {
	var o riskOptions
	cmd := &cobra.Command{
		Use:   "risk [--node ID] [--order K] PATH...",
		Short: "The minimal sets of nodes whose loss takes a node down",
		Long: "The minimal sets of at most K nodes whose loss takes a node down, the smaller first; among those of one size, where\n" +
			"nodes state an annualFailureRate, the likelier first. With several --node: sets that take all of them down, such as the\n" +
			"members of one redundant need. Without --node: those of each node that claims to survive something.",
		Args: somePaths,
		RunE: func(cmd *cobra.Command, paths []string) error { return runRisk(cmd.Context(), a, o, paths) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&o.nodes, "node", nil, "`ID` of the node that goes down; several: together (default: each one that claims)")
	flags.IntVar(&o.order, "order", riskgroup.DefaultOrder, "how many nodes a set may have")
	flags.IntVar(&o.most, "most", 0, "how many sets of a node to list, the first in rank; 0: all")
	flags.DurationVar(&o.outage, "outage", simulate.DefaultOutage, "how long the loss lasts")
	o.in.register(flags)
	o.out.register(flags, []string{"text", "json"})
	return cmd
}

func runRisk(ctx context.Context, a *app, o riskOptions, paths []string) error {
	switch {
	case o.order < 1:
		return usageError{"--order: a set has at least one node", "--order 2"}
	case o.most < 0:
		return usageError{"--most: there are no fewer than none", "--most 20"}
	case o.outage <= 0:
		return usageError{"--outage: a loss lasts longer than nothing", "--outage 1h"}
	}
	return a.ask(ctx, o.in, o.out, paths, func(ctx context.Context, g *depgraph.Graph, _ asked) (reply, error) {
		var ids []depgraph.ID
		for _, text := range o.nodes {
			id, err := findNode(g, "--node", text)
			if err != nil {
				return reply{}, err
			}
			ids = append(ids, id)
		}
		switch len(ids) {
		case 0:
			body, err := o.claimants(ctx, g)
			return reply{body: body}, err
		case 1:
			body, err := o.of(ctx, riskgroup.NewFinder(simulate.NewModel(g, o.outage), o.search()), g, ids[0])
			return reply{body: body}, err
		}
		body, err := o.together(ctx, g, ids)
		return reply{body: body}, err
	})
}

func (o riskOptions) search() riskgroup.Options { return riskgroup.Options{Order: o.order} }

// of finds the groups of one node.
func (o riskOptions) of(ctx context.Context, f *riskgroup.Finder, g *depgraph.Graph, id depgraph.ID) (report.Risk, error) {
	i, _ := g.Index(id)
	groups, err := f.Minimal(ctx, i)
	if err != nil {
		return report.Risk{}, err
	}
	return o.listed(g, id, groups), nil
}

// listed lists the first groups of one node.
func (o riskOptions) listed(g *depgraph.Graph, id depgraph.ID, groups *riskgroup.Groups) report.Risk {
	r := report.Risk{Node: id, Order: o.order, Complete: groups.Complete}
	for n, set := range groups.Sets {
		if o.most > 0 && n == o.most {
			r.Complete, r.Found = false, len(groups.Sets)
			break
		}
		r.Groups = append(r.Groups, idsOf(g, set))
	}
	return r
}

// together finds what takes several nodes down at once.
func (o riskOptions) together(ctx context.Context, g *depgraph.Graph, ids []depgraph.ID) (report.Risk, error) {
	joined, all, err := riskgroup.Together(g, ids)
	if err != nil {
		return report.Risk{}, err
	}
	r, err := o.of(ctx, riskgroup.NewFinder(simulate.NewModel(joined, o.outage), o.search()), joined, all)
	r.Node, r.Together = ids[0], ids[1:]
	return r, err
}

// claimants finds the groups of each node that claims to survive something; by id.
func (o riskOptions) claimants(ctx context.Context, g *depgraph.Graph) (report.Risks, error) {
	var nodes []depgraph.NodeIndex
	for v := range depgraph.NodeIndex(g.Len()) {
		if len(g.At(v).Survives) > 0 {
			nodes = append(nodes, v)
		}
	}
	survey, err := riskgroup.NewSurvey(ctx, simulate.NewModel(g, o.outage), nodes, o.search())
	if err != nil {
		return report.Risks{}, err
	}
	var body report.Risks
	for _, v := range nodes {
		body.Claimants = append(body.Claimants, o.listed(g, g.ID(v), survey.Of(v)))
	}
	return body, nil
}
