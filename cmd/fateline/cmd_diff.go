package main

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/analyzer/rules"
	"github.com/fateline/fateline/report"
)

// diffOptions are the flags of diff.
type diffOptions struct {
	in  inputOptions
	out outputOptions
}

func newDiffCommand(a *app) *cobra.Command {
	var o diffOptions
	cmd := &cobra.Command{
		Use:   "diff BASE HEAD",
		Short: "Say which nodes, edges and findings HEAD has and BASE has not, and the reverse",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError{"diff needs a BASE and a HEAD, each a path or a saved graph", "fateline diff base.json ."}
			}
			return onceFromStdin(args)
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runDiff(cmd.Context(), a, o, args[0], args[1]) },
	}
	o.in.register(cmd.Flags())
	o.out.register(cmd.Flags(), []string{"text", "json"})
	return cmd
}

func runDiff(ctx context.Context, a *app, o diffOptions, base, head string) error {
	now, err := o.in.instant()
	if err != nil {
		return err
	}
	return a.ask(ctx, o.in, o.out, []string{head}, func(ctx context.Context, after *depgraph.Graph, _ asked) (reply, error) {
		before, err := a.read(ctx, o.in, []string{base})
		if err != nil {
			return reply{}, err
		}
		a.progress.enter("analysing")
		options := analyzer.Options{Log: a.log(), Now: now}
		was, err := analyzer.Run(ctx, before, rules.All(), options)
		if err != nil {
			return reply{}, err
		}
		is, err := analyzer.Run(ctx, after, rules.All(), options)
		if err != nil {
			return reply{}, err
		}
		return reply{
			body:       report.Diff{Nodes: compareNodes(before, after), Edges: compareEdges(before, after), Findings: compareFindings(after, was, is)},
			incomplete: append(inBase(gate.Evidence(before), failures(was)), failures(is)...),
		}, nil
	})
}

// inBase says of reasons that they are those of BASE.
func inBase(lists ...[]string) []string {
	var out []string
	for _, reason := range slices.Concat(lists...) {
		out = append(out, "in BASE: "+reason)
	}
	return out
}

// failures says which rules failed: what they did not find proves nothing.
func failures(results *analyzer.Results) []string {
	var out []string
	for _, r := range results.Rules {
		if r.Status != analyzer.Ran && r.Status != analyzer.NotApplicable {
			out = append(out, "rule "+r.Rule.ID+" failed: "+r.Why)
		}
	}
	return out
}

// compareFindings takes what BASE has for known.
func compareFindings(after *depgraph.Graph, was, is *analyzer.Results) report.Change[report.FindingRef] {
	var change report.Change[report.FindingRef]
	var known []gate.Known
	for f := range was.Findings() {
		known = append(known, gate.Known{ID: f.ID, Rule: f.Rule, Severity: f.Severity, Title: f.Title, Nodes: f.Nodes})
	}
	verdict := gate.Judge(after, is, gate.Policy{FailAt: gate.Never, Baseline: gate.NewBaseline(known)})
	for f := range is.Findings() {
		said := verdict.Of(f.ID)
		ref := report.FindingRef{ID: f.ID, Rule: f.Rule, Severity: f.Severity.String(), Title: f.Title, Note: said.Note}
		switch said.Baseline {
		case gate.New:
			change.Added = append(change.Added, ref)
		case gate.Grown:
			change.Changed = append(change.Changed, ref)
		}
	}
	for _, k := range verdict.Fixed() {
		change.Removed = append(change.Removed, report.FindingRef{ID: k.ID, Rule: k.Rule, Severity: k.Severity.String(), Title: k.Title})
	}
	return change
}

func compareNodes(before, after *depgraph.Graph) report.Change[depgraph.ID] {
	var change report.Change[depgraph.ID]
	for n := range after.Nodes() {
		switch was := before.Node(n.ID); {
		case n.ID.Kind == depgraph.KindGroup:
		case was == nil:
			change.Added = append(change.Added, n.ID)
		case !reflect.DeepEqual(was, n):
			change.Changed = append(change.Changed, n.ID)
		}
	}
	for n := range before.Nodes() {
		if n.ID.Kind != depgraph.KindGroup && after.Node(n.ID) == nil {
			change.Removed = append(change.Removed, n.ID)
		}
	}
	return change
}

// arrow is what tells one edge from another: two requirements may draw the same.
type arrow struct {
	from, to depgraph.ID
	phase    depgraph.Phase
	via      depgraph.Via
}

func (x arrow) compare(y arrow) int {
	return cmp.Or(x.from.Compare(y.from), x.to.Compare(y.to), cmp.Compare(x.phase, y.phase), cmp.Compare(x.via, y.via))
}

// drawn is what is known of an arrow: the terms of the requirements that draw it.
type drawn struct {
	terms []depgraph.Terms
	place string
}

func compareEdges(before, after *depgraph.Graph) report.Change[report.EdgeRef] {
	var change report.Change[report.EdgeRef]
	was, is := arrows(before), arrows(after)
	for _, x := range sortedArrows(is) {
		switch old, known := was[x]; {
		case !known:
			change.Added = append(change.Added, x.ref(is[x].place))
		case !slices.Equal(old.terms, is[x].terms):
			change.Changed = append(change.Changed, x.ref(is[x].place))
		}
	}
	for _, x := range sortedArrows(was) {
		if _, kept := is[x]; !kept {
			change.Removed = append(change.Removed, x.ref(was[x].place))
		}
	}
	return change
}

func (x arrow) ref(place string) report.EdgeRef {
	return report.EdgeRef{From: x.from, To: x.to, Phase: x.phase.String(), Via: string(x.via), Place: place}
}

// arrows lists the arrows of a graph, each with its terms in the graph's order.
func arrows(g *depgraph.Graph) map[arrow]drawn {
	all := map[arrow]drawn{}
	for i := range g.Requirements() {
		r := depgraph.ReqIndex(i)
		terms := g.Terms(r)
		for _, m := range g.Members(r) {
			for _, p := range terms.Phases.List() {
				e := g.Edge(r, m, p)
				x := arrow{e.From, e.To, p, e.Via}
				d := all[x]
				d.terms = append(d.terms, terms)
				if len(e.Origins) > 0 && d.place == "" {
					d.place = e.Origins[0].Place()
				}
				all[x] = d
			}
		}
	}
	return all
}

func sortedArrows(all map[arrow]drawn) []arrow {
	return slices.SortedFunc(maps.Keys(all), arrow.compare)
}
