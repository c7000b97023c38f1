package rules

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

var dependencyCycle = analyzer.Define(analyzer.Spec{
	ID:       "dependency-cycle",
	Severity: analyzer.Medium,
	Subject:  "node that cannot run without another one",
	Doc:      dependencyCycleDoc,
	Cure:     analyzer.Cure{Of: analyzer.Always, Cut: true},
}, analyzer.NoParams, runDependencyCycle)

var dependencyCycleDoc = analyzer.Doc{
	Title: "Nodes need each other to run",
	Text: `Each of them goes down with any of the others, so the set is as reliable as its members together, none can be taken out
of service alone, and nobody can say which one to bring back first. A cycle of run needs is no deadlock: started together they
serve together. The whole strongly connected set is one finding; one of its shortest cycles is shown, with the edge whose cut
leaves the fewest nodes in a cycle (of equal ones the most doubtful, then the one with the least traffic).`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:orders", needs: ["service:stock"]}
- {id: "service:stock", needs: ["service:pricing"]}
- {id: "service:pricing", needs: ["service:orders"]}
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:orders", needs: ["service:stock"]}
- {id: "service:stock", needs: ["service:pricing"]}
- id: service:pricing
  needs: [{node: service:orders, lasts: 2h, note: "yesterday's prices do"}]
`,
	Remedy: "Cut one edge: let that owner go on without the other (ifLost: degraded, or lasts), or move what both need into a third.",
	Limits: "Alternatives count as edges: a cycle may run through a member that another could replace. A node that calls itself is no cycle. Among very many nodes the shown cycle may not be the shortest.",
	Since:  "0.1.0",
}

func runDependencyCycle(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	for r := range req(e.g.Requirements()) {
		if e.takesOwner(r) {
			pass.Judged(e.g.ID(e.g.Owner(r)))
		}
	}
	sets := e.g.Components(depgraph.Filter{Accept: func(r req, _ node) bool { return e.takesOwner(r) }})
	for _, cyclic := range sets.Cyclic() {
		set := sets.Nodes(cyclic)
		if err := ctx.Err(); err != nil {
			return err
		}
		if ids := e.ids(set); len(ids) > 1 {
			reportCycle(pass, newKnot(e, set), ids)
		}
	}
	return nil
}

func reportCycle(pass *analyzer.Pass, k *knot, ids []depgraph.ID) {
	cycle := k.shortest()
	cut, still := k.cheapest(cycle)
	var proof []depgraph.Edge
	var on []depgraph.ID
	for _, a := range cycle {
		proof = append(proof, k.e.g.Edge(k.by[a], k.nodes[k.to[a]], depgraph.Run))
		if id := k.e.g.ID(k.nodes[k.from[a]]); id.Kind != depgraph.KindGroup {
			on = append(on, id)
		}
	}
	edge := k.e.g.Edge(k.by[cut], k.nodes[k.to[cut]], depgraph.Run)
	breaks := "which breaks every cycle"
	if still > 0 {
		breaks = fmt.Sprintf("which leaves %s in one", count(still, "node", "nodes"))
	}
	where := ""
	if place := edge.Origins[0].Place(); place != "" {
		where = " (" + place + ")"
	}
	pass.Report(analyzer.Finding{
		Title:  fmt.Sprintf("%s need each other to run", names(ids)),
		Remedy: fmt.Sprintf("Cut %s -> %s%s, %s.", edge.From, edge.To, where, breaks),
		Root:   ids[:1],
		Nodes:  ids,
		Proof:  proof,
		Claim:  analyzer.Claim{Then: on, State: analyzer.IsCycle, Because: "each goes down with the next"},
	})
}

// knot is one strongly connected set as a graph of its own: arrow a leads from
// from[a] to to[a], places in nodes, and belongs to requirement by[a].
type knot struct {
	e        *estate
	nodes    []node // ascending
	at       []int32
	from, to []int32
	by       []req
}

func newKnot(e *estate, set []node) *knot {
	k := &knot{e: e, nodes: set, at: make([]int32, 1, len(set)+1)}
	for i, n := range set {
		for r, end := e.g.OwnedBy(n); r < end; r++ {
			if !e.takesOwner(r) {
				continue
			}
			for _, m := range e.g.Members(r) {
				if j, inside := slices.BinarySearch(set, m); inside && j != i {
					k.from, k.to, k.by = append(k.from, int32(i)), append(k.to, int32(j)), append(k.by, r)
				}
			}
		}
		k.at = append(k.at, int32(len(k.to)))
	}
	return k
}

// shortest returns the arrows of a shortest cycle that begins with the smallest
// node it can. It searches from each node in turn, no deeper than the best cycle so
// far, and stops after work in proportion to the set: exact for all but very large
// sets, O(nodes + arrows), BenchmarkDependencyCycle.
func (k *knot) shortest() []int32 {
	budget := 64 * (len(k.nodes) + len(k.to))
	var best []int32
	seen := make([]int32, len(k.nodes)) // by the search: its start plus one
	came := make([]int32, len(k.nodes)) // the arrow that led here
	for start := range int32(len(k.nodes)) {
		cycle, work := k.through(start, len(best), seen, came)
		if cycle != nil {
			best = cycle
		}
		if budget -= work; budget < 0 || len(best) == 2 {
			break
		}
	}
	return best
}

// through returns a shortest cycle through start that has fewer arrows than limit
// (0: no limit), nil where there is none, and how many arrows it followed.
func (k *knot) through(start int32, limit int, seen, came []int32) (cycle []int32, work int) {
	level := []int32{start}
	for depth := 1; len(level) > 0 && (limit == 0 || depth < limit); depth++ {
		var next []int32
		for _, v := range level {
			for a := k.at[v]; a < k.at[v+1]; a++ {
				work++
				w := k.to[a]
				if w == start {
					return k.back(a, start, came), work
				}
				if seen[w] != start+1 {
					seen[w], came[w] = start+1, a
					next = append(next, w)
				}
			}
		}
		level = next
	}
	return nil, work
}

// back follows the arrows that led to the last one.
func (k *knot) back(last, start int32, came []int32) []int32 {
	cycle := []int32{last}
	for v := k.from[last]; v != start; v = k.from[came[v]] {
		cycle = append(cycle, came[v])
	}
	slices.Reverse(cycle)
	return cycle
}

// cheapest returns the arrow of a cycle that is cheapest to cut, and how many nodes
// are in a cycle still without it.
func (k *knot) cheapest(cycle []int32) (cut int32, still int) {
	const tried = 16 // arrows of a cycle for which the cut is worked out
	type price struct {
		arrow      int32
		still      int
		confidence float64
		calls      int64
	}
	var prices []price
	for i, a := range cycle {
		if i == tried {
			break
		}
		edge := k.e.g.Edge(k.by[a], k.nodes[k.to[a]], depgraph.Run)
		p := price{arrow: a, still: k.without(a), confidence: edge.Confidence()}
		for _, o := range edge.Origins {
			p.calls += o.Seen.Count
		}
		prices = append(prices, p)
	}
	best := slices.MinFunc(prices, func(a, b price) int {
		return cmp.Or(cmp.Compare(a.still, b.still), cmp.Compare(a.confidence, b.confidence), cmp.Compare(a.calls, b.calls),
			cmp.Compare(k.from[a.arrow], k.from[b.arrow]), cmp.Compare(a.arrow, b.arrow))
	})
	return best.arrow, best.still
}

// without counts the nodes that are in a cycle still when nothing leads from the
// owner of arrow cut to its member any more; groups are left out.
func (k *knot) without(cut int32) int {
	at := make([]int32, 1, len(k.at))
	var to []int32
	for v := range k.nodes {
		for a := k.at[v]; a < k.at[v+1]; a++ {
			if k.from[a] != k.from[cut] || k.to[a] != k.to[cut] {
				to = append(to, k.to[a])
			}
		}
		at = append(at, int32(len(to)))
	}
	of, count := depgraph.StrongComponents(at, to)
	size := make([]int, count)
	for i, c := range of {
		if !k.e.isGroup(k.nodes[i]) {
			size[c]++
		}
	}
	n := 0
	for _, s := range size {
		if s > 1 {
			n += s
		}
	}
	return n
}
