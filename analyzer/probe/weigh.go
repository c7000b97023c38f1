package probe

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Tier is the nodes of one tier.
type Tier struct {
	Tier  int
	Nodes []depgraph.NodeIndex // ascending
}

// Tiers lists the tiers that nodes of a graph state, the most critical first.
func Tiers(g *depgraph.Graph) []Tier {
	var out []Tier
	for i := range g.Len() {
		v := depgraph.NodeIndex(i)
		tier := g.At(v).Tier
		if tier == nil {
			continue
		}
		at, found := slices.BinarySearchFunc(out, *tier, func(t Tier, want int) int { return t.Tier - want })
		if !found {
			out = slices.Insert(out, at, Tier{Tier: *tier})
		}
		out[at].Nodes = append(out[at].Nodes, v)
	}
	return out
}

// Call is what traffic shows of one node that calls another.
type Call struct {
	From, To depgraph.NodeIndex
	Count    int64 // positive
}

// Calls lists the calls that inputs counted, by caller and callee. A call that several
// requirements of its caller rest on counts once.
func Calls(g *depgraph.Graph) []Call {
	var out []Call
	for v := range depgraph.NodeIndex(g.Len()) {
		first := len(out)
		for r, end := g.OwnedBy(v); r < end; r++ {
			for _, m := range g.Members(r) {
				count := int64(0)
				for _, o := range g.Origins(r) {
					if o.Basis == depgraph.Observed && (o.Member.IsZero() || o.Member == g.ID(m)) {
						count += o.Seen.Count
					}
				}
				if count == 0 {
					continue
				}
				if at := slices.IndexFunc(out[first:], func(c Call) bool { return c.To == m }); at >= 0 {
					out[first+at].Count = max(out[first+at].Count, count)
				} else {
					out = append(out, Call{v, m, count})
				}
			}
		}
		slices.SortFunc(out[first:], func(a, b Call) int { return int(a.To - b.To) })
	}
	return out
}
