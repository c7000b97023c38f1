package rules

import (
	"context"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// node and req are short for the indexes of the graph.
type (
	node = depgraph.NodeIndex
	req  = depgraph.ReqIndex
)

// estate is what most rules ask about a graph. It is shared and never changes.
type estate struct {
	g      *depgraph.Graph
	model  *simulate.Model
	calm   *simulate.Loss // of nothing
	places []node         // by id
	byKind map[depgraph.Kind][]node
	claims claims
}

// claims are what nodes claim to survive.
type claims struct {
	kinds    []depgraph.Kind          // claimed, in alphabetical order
	ofKind   map[depgraph.Kind][]node // who claims to survive any one place of it, by id
	ids      []node                   // claimed single nodes, by id
	ofNode   map[node][]node          // who claims to survive it, by id
	claiming map[node]bool            // every node with a claim
}

var estateFact = &analyzer.Fact[*estate]{Name: "estate", Compute: func(_ context.Context, pass *analyzer.Pass) (*estate, error) {
	g := pass.Graph
	e := &estate{g: g, model: simulate.NewModel(g, simulate.DefaultOutage), byKind: map[depgraph.Kind][]node{}}
	e.calm = e.model.Lose()
	for i := range node(g.Len()) {
		if kind := g.ID(i).Kind; kind.IsPlace() {
			e.places = append(e.places, i)
			e.byKind[kind] = append(e.byKind[kind], i)
		}
	}
	e.claims = readClaims(g)
	return e, nil
}}

func readClaims(g *depgraph.Graph) claims {
	c := claims{ofKind: map[depgraph.Kind][]node{}, ofNode: map[node][]node{}, claiming: map[node]bool{}}
	for i := range node(g.Len()) {
		for _, what := range g.At(i).Survives {
			c.claiming[i] = true
			if !strings.Contains(what, ":") {
				kind := depgraph.Kind(what)
				c.ofKind[kind] = append(c.ofKind[kind], i)
				continue
			}
			id, err := depgraph.ParseID(what)
			if err != nil {
				continue // the source that read it has said so
			}
			if x, found := g.Index(id); found && x != i {
				c.ofNode[x] = append(c.ofNode[x], i)
			}
		}
	}
	for kind := range c.ofKind {
		c.kinds = append(c.kinds, kind)
	}
	slices.Sort(c.kinds)
	for x := range c.ofNode {
		c.ids = append(c.ids, x)
	}
	slices.Sort(c.ids)
	return c
}

// survives reports whether n claims to survive the loss of p, by kind or by id.
func (e *estate) survives(n, p node) bool {
	if !e.claims.claiming[n] {
		return false
	}
	id := e.g.ID(p)
	for _, what := range e.g.At(n).Survives {
		if what == string(id.Kind) || what == id.String() {
			return true
		}
	}
	return false
}

// falls reports whether the loss takes n down, which without it is not.
func (e *estate) falls(l *simulate.Loss, n node) bool {
	return l.Is(simulate.Down, n) && !e.calm.Is(simulate.Down, n)
}

// grave reports whether n is generally available or of tier 0.
func (e *estate) grave(n node) bool {
	at := e.g.At(n)
	return at.GA != nil && *at.GA || at.Tier != nil && *at.Tier == 0
}

// isGroup reports whether n is a mere name for a part of a requirement.
func (e *estate) isGroup(n node) bool { return e.g.ID(n).Kind == depgraph.KindGroup }

// isPlace reports whether n is something that other nodes stand in.
func (e *estate) isPlace(n node) bool { return e.g.ID(n).Kind.IsPlace() }

// ids turns indexes into ids and leaves groups out.
func (e *estate) ids(nodes []node) []depgraph.ID {
	out := make([]depgraph.ID, 0, len(nodes))
	for _, n := range nodes {
		if !e.isGroup(n) {
			out = append(out, e.g.ID(n))
		}
	}
	return out
}

// owned lists the requirements of n that count in one of the phases, down or
// degraded without them, but for those that are recorded only.
func (e *estate) owned(n node, phases depgraph.Phases) []req {
	var out []req
	for r, end := e.g.OwnedBy(n); r < end; r++ {
		if t := e.g.Terms(r); t.Phases.Intersects(phases) && t.IfLost != depgraph.Unaffected {
			out = append(out, r)
		}
	}
	return out
}

// takesOwner reports whether the owner of r goes down without it.
func (e *estate) takesOwner(r req) bool {
	t := e.g.Terms(r)
	return t.IfLost == depgraph.Down && t.Phases.Has(depgraph.Run) && t.Lasts < e.model.Outage()
}

// members lists the members of r, each group replaced by what it stands for:
// distinct, ascending, without groups.
func (e *estate) members(r req) []node {
	var out []node
	seen := map[node]bool{}
	var add func(req)
	add = func(r req) {
		for _, m := range e.g.Members(r) {
			if seen[m] {
				continue
			}
			seen[m] = true
			if !e.isGroup(m) {
				out = append(out, m)
				continue
			}
			for q, end := e.g.OwnedBy(m); q < end; q++ {
				if e.g.Terms(q).IfLost != depgraph.Unaffected {
					add(q)
				}
			}
		}
	}
	add(r)
	slices.Sort(out)
	return out
}

// placeLossesFact holds the loss of each place.
var placeLossesFact = &analyzer.Fact[map[node]*simulate.Loss]{
	Name: "loss of each place",
	Compute: func(ctx context.Context, pass *analyzer.Pass) (map[node]*simulate.Loss, error) {
		e, err := analyzer.Get(ctx, pass, estateFact)
		if err != nil {
			return nil, err
		}
		losses := make(map[node]*simulate.Loss, len(e.places))
		for _, p := range e.places {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			losses[p] = e.model.Lose(p)
		}
		return losses, nil
	},
}

// join concatenates parts of a proof.
func join(parts ...[]depgraph.Edge) []depgraph.Edge { return slices.Concat(parts...) }

// union returns the sorted union of two ascending lists.
func union(a, b []node) []node {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// within reports whether every node of a is in b; both are ascending.
func within(a, b []node) bool {
	for _, n := range a {
		if _, found := slices.BinarySearch(b, n); !found {
			return false
		}
	}
	return true
}

// has reports whether an ascending list holds n.
func has(list []node, n node) bool {
	_, found := slices.BinarySearch(list, n)
	return found
}

// blastFact holds how many nodes the loss of each node takes along.
var blastFact = &analyzer.Fact[*simulate.Blast]{
	Name: "blast radius of each node",
	Compute: func(ctx context.Context, pass *analyzer.Pass) (*simulate.Blast, error) {
		e, err := analyzer.Get(ctx, pass, estateFact)
		if err != nil {
			return nil, err
		}
		return e.model.Blast(ctx)
	},
}

// set is a set of nodes, a bit for each of the graph.
type set []uint64

func newSet(nodes int) set { return make(set, (nodes+63)/64) }

func (s set) add(n node) { s[n>>6] |= 1 << (n & 63) }

func (s set) has(n node) bool { return s[n>>6]>>(n&63)&1 != 0 }
