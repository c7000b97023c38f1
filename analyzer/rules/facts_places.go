package rules

import (
	"context"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

// ground says who stands where: placement alone, without any other need.
type ground struct {
	e         *estate
	inside    map[node][]node // by place: what cannot stand without it, transitively; ascending
	populated map[node]bool   // places in which something other than a place may stand, transitively
	own       map[node]bool   // those of them in which more than someone else's services may
}

var groundFact = &analyzer.Fact[*ground]{
	Name: "who stands where",
	Compute: func(ctx context.Context, pass *analyzer.Pass) (*ground, error) {
		e, err := analyzer.Get(ctx, pass, estateFact)
		if err != nil {
			return nil, err
		}
		gr := &ground{e: e, inside: map[node][]node{}, populated: map[node]bool{}, own: map[node]bool{}}
		for _, p := range e.places {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			gr.inside[p] = gr.fill(p)
		}
		gr.populate()
		return gr, nil
	},
}

// isPlacement reports whether r says where its owner stands.
func (e *estate) isPlacement(r req) bool {
	t := e.g.Terms(r)
	return t.Via == depgraph.PlacedIn && t.Phases.Has(depgraph.Run) && t.IfLost == depgraph.Down
}

// fill returns what goes with some places together by placement alone, in ascending order.
func (gr *ground) fill(places ...node) []node {
	g := gr.e.g
	gone := map[node]bool{}
	for _, p := range places {
		gone[p] = true
	}
	left := map[req]int{}
	queue := slices.Clone(places)
	var out []node
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, r := range g.Naming(at) {
			if !gr.e.isPlacement(r) {
				continue
			}
			spare, seen := left[r]
			if !seen {
				n := len(g.Members(r))
				spare = n - g.Terms(r).Need.Of(n)
			}
			left[r] = spare - 1
			if owner := g.Owner(r); spare <= 0 && !gone[owner] {
				gone[owner] = true
				queue = append(queue, owner)
				out = append(out, owner)
			}
		}
	}
	slices.Sort(out)
	return out
}

// populate marks the places in which something may stand.
func (gr *ground) populate() {
	var up func(n node, in map[node]bool)
	up = func(n node, in map[node]bool) {
		for r, end := gr.e.g.OwnedBy(n); r < end; r++ {
			if !gr.e.isPlacement(r) {
				continue
			}
			for _, m := range gr.e.members(r) {
				if !in[m] {
					in[m] = true
					up(m, in)
				}
			}
		}
	}
	for i := range node(gr.e.g.Len()) {
		switch {
		case gr.e.isPlace(i), gr.e.isGroup(i):
		case gr.e.g.ID(i).Kind == depgraph.KindExternal:
			up(i, gr.populated)
		default:
			up(i, gr.populated)
			up(i, gr.own)
		}
	}
}

// encloses reports whether n cannot stand without p, or is p.
func (gr *ground) encloses(p, n node) bool { return p == n || has(gr.inside[p], n) }

// mayStand lists the places of a kind in which n may stand, by any of its
// placements; ascending. A place of that kind stands in itself.
func (gr *ground) mayStand(n node, kind depgraph.Kind) []node {
	var out []node
	seen := map[node]bool{}
	var up func(n node)
	up = func(n node) {
		if seen[n] {
			return
		}
		seen[n] = true
		if gr.e.g.ID(n).Kind == kind {
			out = append(out, n)
		}
		for r, end := gr.e.g.OwnedBy(n); r < end; r++ {
			if gr.e.isPlacement(r) {
				for _, m := range gr.e.members(r) {
					up(m)
				}
			}
		}
	}
	up(n)
	slices.Sort(out)
	return out
}

// spreadKinds lists the kinds of which at least two places are in a set, such as
// populated, in alphabetical order.
func (gr *ground) spreadKinds(in map[node]bool) []depgraph.Kind {
	count := map[depgraph.Kind]int{}
	for p := range in {
		if gr.e.isPlace(p) {
			count[gr.e.g.ID(p).Kind]++
		}
	}
	var kinds []depgraph.Kind
	for kind, n := range count {
		if n >= 2 {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds)
	return kinds
}

// displaced returns a placement of n that the loss leaves unmet.
func (e *estate) displaced(l *simulate.Loss, n node) (req, bool) {
	for r, end := e.g.OwnedBy(n); r < end; r++ {
		if e.isPlacement(r) && !l.Met(r) {
			return r, true
		}
	}
	return 0, false
}

// narrower orders places for reports: first the one whose loss takes fewer nodes
// down, then by id.
func (e *estate) narrower(losses map[node]*simulate.Loss) func(a, b node) int {
	size := map[node]int{}
	of := func(p node) int {
		n, known := size[p]
		if !known {
			n = len(losses[p].List(simulate.Down))
			size[p] = n
		}
		return n
	}
	return func(a, b node) int {
		if d := of(a) - of(b); d != 0 {
			return d
		}
		return int(a) - int(b)
	}
}

// rootPlaces picks of the places that do something to y those that are reported:
// of nested ones the widest that y claims to survive, else the narrowest.
func (e *estate) rootPlaces(losses map[node]*simulate.Loss, y node, places []node) []node {
	around := func(p, q node) bool {
		return losses[p].Is(simulate.Down, q) && (!losses[q].Is(simulate.Down, p) || p < q)
	}
	var out []node
	for _, p := range places {
		claims := e.survives(y, p)
		beaten := slices.ContainsFunc(places, func(q node) bool {
			switch {
			case p == q:
				return false
			case e.survives(y, q) != claims:
				return !claims && (around(p, q) || around(q, p))
			case claims:
				return around(q, p)
			}
			return around(p, q)
		})
		if !beaten {
			out = append(out, p)
		}
	}
	return out
}
