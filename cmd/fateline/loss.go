package main

import (
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/report"
)

// mostProofs is how many nodes of a state get their proof in a text that does
// not show all.
const mostProofs = 20

// lossBody turns a loss into what whatif says of it: what failed is among what is down.
func lossBody(l *simulate.Loss) report.Loss {
	g := l.Model().Graph()
	return report.Loss{
		Toll:     tollOf(l),
		Failed:   idsOf(g, l.Failed()),
		Down:     idsOf(g, l.List(simulate.Down)),
		Degraded: idsOf(g, l.List(simulate.Degraded)),
		Frozen:   idsOf(g, l.List(simulate.Frozen)),
		Blind:    idsOf(g, l.List(simulate.Blind)),
		Exposed:  idsOf(g, l.List(simulate.Exposed)),
		Outage:   l.Model().Outage(),
	}
}

// lossProofs says why nodes are in their states: all of them, or the first ones
// of each state, which are those that a text shows.
func lossProofs(l *simulate.Loss, all bool) []report.NodeProof {
	var proofs []report.NodeProof
	for _, state := range simulate.States() {
		for n, i := range l.List(state) {
			if n >= mostProofs && !all {
				break
			}
			proofs = append(proofs, report.NodeProof{
				Node: l.Model().Graph().ID(i), State: state.String(), Steps: report.NewSteps(l.Proof(state, i)),
			})
		}
	}
	return proofs
}

func idsOf(g *depgraph.Graph, nodes []depgraph.NodeIndex) []depgraph.ID {
	ids := make([]depgraph.ID, 0, len(nodes))
	for _, i := range nodes {
		ids = append(ids, g.ID(i))
	}
	return ids
}

// recoveryBody turns a way back into what whatif --recover says of it.
func recoveryBody(g *depgraph.Graph, t *simulate.Timeline) *report.Recovery {
	r := &report.Recovery{LockedOut: idsOf(g, t.LockedOut), Deadlocked: idsOf(g, t.Deadlocked)}
	for _, s := range t.Order {
		r.Order = append(r.Order, report.Return{
			Node: g.ID(s.Node), At: report.Duration(s.At), After: idsOf(g, s.After), Manual: len(s.Manual) > 0,
		})
	}
	return r
}
