package analyzer

import (
	"cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Hidden says how far a proof is spread: what no single file shows is what people miss.
type Hidden struct {
	Inputs int // different inputs that must be read to see the proof
	Owners int // different teams that own its nodes; nodes without an owner count for none
	Hops   int // its edges
}

// Compare orders by inputs, then owners, then hops.
func (h Hidden) Compare(o Hidden) int {
	return cmp.Or(cmp.Compare(h.Inputs, o.Inputs), cmp.Compare(h.Owners, o.Owners), cmp.Compare(h.Hops, o.Hops))
}

// hiddenness measures a proof. An edge that several inputs show adds an input
// only where none of them is needed for another edge anyway.
func hiddenness(g *depgraph.Graph, proof []depgraph.Edge) Hidden {
	inputs := map[string]bool{}
	owners := map[string]bool{}
	for _, e := range proof {
		if one, only := onlyInput(e.Origins); only {
			inputs[one] = true
		}
		for _, id := range []depgraph.ID{e.From, e.To} {
			if n := g.Node(id); n != nil && n.Owner != "" {
				owners[n.Owner] = true
			}
		}
	}
	for _, e := range proof {
		seen := false
		for _, o := range e.Origins {
			seen = seen || inputs[o.Input]
		}
		if !seen && len(e.Origins) > 0 {
			inputs[e.Origins[0].Input] = true
		}
	}
	return Hidden{Inputs: len(inputs), Owners: len(owners), Hops: len(proof)}
}

func onlyInput(origins []depgraph.Origin) (input string, only bool) {
	for i, o := range origins {
		if i > 0 && o.Input != input {
			return "", false
		}
		input = o.Input
	}
	return input, len(origins) > 0
}

// confidence is that of the weakest edge; an edge is as sure as its best origin.
func confidence(proof []depgraph.Edge) float64 {
	weakest := 1.0
	for _, e := range proof {
		weakest = min(weakest, e.Confidence())
	}
	return weakest
}
