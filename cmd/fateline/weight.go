package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/probe"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/report"
)

// weight is one thing that losses are ranked by.
type weight struct {
	name   string
	stakes []simulate.Stake
	total  int          // of calls, of which shares are given; 0: nodes are counted
	counts map[int]bool // nodes that count; not themselves where they are lost
}

// of returns what the loss of a node weighs.
func (w weight) of(sums []int, lost depgraph.NodeIndex) float64 {
	if w.total > 0 {
		return math.Round(float64(sums[lost])/float64(w.total)*1e4) / 1e4
	}
	if w.counts[int(lost)] && sums[lost] > 0 {
		return float64(sums[lost] - 1)
	}
	return float64(sums[lost])
}

func countingWeight(name string, nodes []depgraph.NodeIndex) weight {
	w := weight{name: name, stakes: stakesOf(nodes), counts: map[int]bool{}}
	for _, v := range nodes {
		w.counts[int(v)] = true
	}
	return w
}

// weightsOf reads what a ranking is to be by, the weightiest first; none for nodes.
func weightsOf(g *depgraph.Graph, by string) ([]weight, error) {
	switch by {
	case "", "nodes":
		return nil, nil
	case "tier":
		var out []weight
		for _, t := range probe.Tiers(g) {
			out = append(out, countingWeight(tierName(t.Tier), t.Nodes))
		}
		if len(out) == 0 {
			return nil, usageError{"--by tier: no node states a tier", "say tier: 0 of the most critical nodes in a native file"}
		}
		return out, nil
	case "calls":
		stakes, total := callStakes(probe.Calls(g))
		if total == 0 {
			return nil, usageError{"--by calls: no input counts calls", "add traces or a mesh's graph to the inputs; fateline formats lists what is read"}
		}
		return []weight{{name: report.Calls, stakes: stakes, total: total}}, nil
	}
	if !probe.IsSelector(by) {
		return nil, usageError{fmt.Sprintf("--by %s: there is no such ranking", by), "nodes, tier, calls or a selector such as 'datastore:*'"}
	}
	ids, err := findNodes(g, "--by", by)
	if err != nil {
		return nil, err
	}
	var nodes []depgraph.NodeIndex
	for _, id := range ids {
		i, _ := g.Index(id)
		nodes = append(nodes, i)
	}
	return []weight{countingWeight(by, nodes)}, nil
}

// stakesOf has each of some nodes at stake, all alike.
func stakesOf(nodes []depgraph.NodeIndex) []simulate.Stake {
	out := make([]simulate.Stake, len(nodes))
	for i := range nodes {
		out[i] = simulate.Stake{Nodes: nodes[i : i+1], Weight: 1}
	}
	return out
}

// callStakes has calls at stake, each lost with either end. Their weights add up to
// total, which is their number unless that is too large to be counted exactly; then
// they are shares of it.
func callStakes(calls []probe.Call) (stakes []simulate.Stake, total int) {
	sum := int64(0)
	for _, c := range calls {
		sum += c.Count
	}
	unit := 1.0
	if sum > math.MaxInt32/2 {
		unit = math.MaxInt32 / 2 / float64(sum)
	}
	for _, c := range calls {
		s := simulate.Stake{Nodes: []depgraph.NodeIndex{c.From, c.To}, Weight: int32(math.Round(float64(c.Count) * unit))}
		stakes = append(stakes, s)
		total += int(s.Weight)
	}
	return stakes, total
}

func tierName(tier int) string { return fmt.Sprintf("tier %d", tier) }

// tollOf sums up what a loss takes down that is up with nothing lost, what failed
// left out; its calls are lost, too.
func tollOf(l *simulate.Loss) report.Toll {
	m := l.Model()
	g := m.Graph()
	calm := m.Lose()
	kinds := map[depgraph.Kind]int{}
	var toll report.Toll
	failed := map[depgraph.NodeIndex]bool{}
	for _, v := range l.Failed() {
		failed[v] = true
	}
	takes := func(v depgraph.NodeIndex) bool {
		return !failed[v] && l.Is(simulate.Down, v) && !calm.Is(simulate.Down, v)
	}
	for _, v := range l.List(simulate.Down) {
		if takes(v) {
			kinds[g.ID(v).Kind]++
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		toll.Kinds = append(toll.Kinds, report.Count{Name: string(kind), Count: kinds[kind]})
	}
	slices.SortStableFunc(toll.Kinds, func(a, b report.Count) int { return cmp.Compare(b.Count, a.Count) })
	for _, t := range probe.Tiers(g) {
		n := 0
		for _, v := range t.Nodes {
			if takes(v) {
				n++
			}
		}
		if n > 0 {
			toll.Tiers = append(toll.Tiers, report.Count{Name: "of " + tierName(t.Tier), Count: n})
		}
	}
	var lost, all int64
	for _, c := range probe.Calls(g) {
		all += c.Count
		if l.Is(simulate.Down, c.From) || l.Is(simulate.Down, c.To) {
			lost += c.Count
		}
	}
	if all > 0 {
		toll.Calls = float64(lost) / float64(all)
	}
	return toll
}
