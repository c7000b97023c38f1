package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/report"
)

// whyOptions are the flags of why.
type whyOptions struct {
	in     inputOptions
	out    outputOptions
	node   string // the node whose identity is asked for; "" asks about a need
	proofs int    // of a need, at most
}

func newWhyCommand(a *app) *cobra.Command {
	var o whyOptions
	cmd := &cobra.Command{
		Use:   "why FROM TO PATH..., or why --node ID PATH...",
		Short: "Prove that FROM needs TO, or say which facts made ID one node",
		Long: `Why lists the minimal proofs that FROM needs TO, the shortest first: sets of requirements that
make FROM go down, degrade, freeze, lose its watch or its last spare when TO is lost, and none
of which can be left out. Where losing TO does nothing to FROM, it lists the chains that lead there.

With --node it says which facts of which inputs made ID one node, and what it needs.`,
		Args: func(_ *cobra.Command, args []string) error {
			if o.node == "" && len(args) < 3 {
				return usageError{"why needs two nodes and a PATH", "fateline why service:shop/cart datastore:shop/redis PATH, or fateline why --node ID PATH"}
			}
			if o.node != "" && len(args) < 1 {
				return usageError{"why needs a PATH: a file, a directory, or - for standard input", ""}
			}
			return onceFromStdin(args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.node != "" {
				return runIdentity(cmd.Context(), a, o, args)
			}
			return runWhy(cmd.Context(), a, o, args[0], args[1], args[2:])
		},
	}
	cmd.Flags().StringVar(&o.node, "node", "", "`ID` of the node whose facts are asked for")
	cmd.Flags().IntVar(&o.proofs, "proofs", 5, "how many ways to show, at most `N`; the shortest first")
	o.in.register(cmd.Flags())
	o.out.register(cmd.Flags(), []string{"text", "json"})
	return cmd
}

func runWhy(ctx context.Context, a *app, o whyOptions, from, to string, paths []string) error {
	if o.proofs < 1 {
		return usageError{fmt.Sprintf("--proofs %d: want a positive number", o.proofs), ""}
	}
	return a.ask(ctx, o.in, o.out, paths, func(_ context.Context, g *depgraph.Graph, _ asked) (reply, error) {
		f, err := findNode(g, "FROM", from)
		if err != nil {
			return reply{}, err
		}
		t, err := findNode(g, "TO", to)
		if err != nil {
			return reply{}, err
		}
		proofs, complete := needProofs(g, f, t, o.proofs)
		body := report.Why{From: f, To: t, Complete: complete}
		for _, proof := range proofs {
			body.Proofs = append(body.Proofs, report.NewSteps(proof))
		}
		return reply{body: body}, nil
	})
}

// needProofs returns the ways in which from needs to, the shortest first: what
// losing to makes of from, in every state, and where it makes nothing of it, the
// chains of requirements that lead there. complete says that these are all.
func needProofs(g *depgraph.Graph, from, to depgraph.ID, most int) (proofs [][]depgraph.Edge, complete bool) {
	f, _ := g.Index(from)
	t, _ := g.Index(to)
	loss := simulate.NewModel(g, simulate.DefaultOutage).Lose(t)
	complete = true
	for _, state := range simulate.States() {
		more, all := loss.Proofs(state, f, most)
		if len(more) == 0 && !all { // one is better than none, were it not the shortest
			if p := loss.Proof(state, f); leadsTo(p, to) {
				more = append(more, p)
			}
		}
		for _, p := range more {
			if !slices.ContainsFunc(proofs, func(q []depgraph.Edge) bool { return slices.EqualFunc(p, q, sameEdge) }) {
				proofs = append(proofs, p)
			}
		}
		complete = complete && all
	}
	if len(proofs) == 0 {
		return chains(g, f, t, most)
	}
	slices.SortStableFunc(proofs, func(p, q []depgraph.Edge) int { return len(p) - len(q) })
	if len(proofs) > most {
		proofs, complete = proofs[:most], false
	}
	return proofs, complete
}

func sameEdge(a, b depgraph.Edge) bool {
	return a.From == b.From && a.To == b.To && a.Phase == b.Phase && a.IfLost == b.IfLost && a.Via == b.Via
}

// leadsTo reports whether a proof rests on the loss of a node: without it, the
// state would be there whatever is lost.
func leadsTo(proof []depgraph.Edge, to depgraph.ID) bool {
	return slices.ContainsFunc(proof, func(e depgraph.Edge) bool { return e.To == to })
}

// runIdentity says which facts made a node one.
func runIdentity(ctx context.Context, a *app, o whyOptions, paths []string) error {
	return a.ask(ctx, o.in, o.out, paths, func(_ context.Context, g *depgraph.Graph, _ asked) (reply, error) {
		id, err := findNode(g, "--node", o.node)
		if err != nil {
			return reply{}, err
		}
		n := g.Node(id)
		body := report.Identity{Node: id, Title: n.Title, Owner: n.Owner, Aliases: n.Aliases}
		for _, origin := range g.NodeOrigins(id) {
			body.Origins = append(body.Origins, depgraph.NewWireOrigin(origin))
		}
		i, _ := g.Index(id)
		body.Needs = needsOf(g, i)
		for _, r := range g.Naming(i) {
			if owner := g.ID(g.Owner(r)); !slices.Contains(body.NeededBy, owner) {
				body.NeededBy = append(body.NeededBy, owner)
			}
		}
		for _, u := range g.Unresolved() {
			if u.Owner == id {
				body.Conflicts = append(body.Conflicts, unresolvedText(u))
			}
		}
		return reply{body: body}, nil
	})
}

// needsOf lists what a node needs, a step for each member and phase.
func needsOf(g *depgraph.Graph, i depgraph.NodeIndex) []report.Step {
	var edges []depgraph.Edge
	first, end := g.OwnedBy(i)
	for r := first; r < end; r++ {
		for _, m := range g.Members(r) {
			for _, p := range g.Terms(r).Phases.List() {
				edges = append(edges, g.Edge(r, m, p))
			}
		}
	}
	return report.NewSteps(edges)
}

// unresolvedText says in a sentence what is wrong with a name or a fact.
func unresolvedText(u depgraph.Unresolved) string {
	text := u.Name + " is " + u.Why.String()
	if u.Why == depgraph.Conflicting {
		text = "inputs disagree on " + u.Name
	}
	if len(u.Candidates) > 0 {
		text += ": " + strings.Join(u.Candidates, " or ")
	}
	if place := u.Origin.Place(); place != "" {
		text += " (" + place + ")"
	}
	return text
}
