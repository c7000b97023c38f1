package probe

import (
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Heal is one change that would make a system hold: an owner's need of a member is
// given an alternative, or goes.
type Heal struct {
	Owner  depgraph.ID
	Member depgraph.ID
	// Instead is what would do in place of Member; the zero ID takes the need away.
	// It may be a node that the graph does not have: one that needs nothing.
	Instead depgraph.ID
}

// Source names what a healed requirement says it was read by.
const Source = "heal"

// Apply returns the graph as it would be with all the changes, one after the other,
// and how many requirements each of them changes; 0 where its owner has none that
// names its member, or all of them name the alternative already.
//
// Without an alternative, every requirement of the owner that names the member
// goes, whatever its phase. With one, the alternative becomes a further member and
// the number needed stays as it was, so that nothing goes down that would not
// have gone down before; where all members are needed, the rest still are, and one
// of the two. It costs O(nodes + requirements).
//
// A group may be a part of what several owners need. What one of them does without, the
// others still need: the owner then has a copy of the group, which is named after both.
func Apply(g *depgraph.Graph, heals ...Heal) (*depgraph.Graph, []int, error) {
	counts := make([]int, len(heals))
	g, err := private(g, heals)
	if err != nil {
		return nil, nil, err
	}
	owners := make([]map[depgraph.ID]bool, len(heals))
	for i, h := range heals {
		owners[i] = h.owners(g)
	}
	b := frame(g)
	for _, h := range heals {
		if !h.Instead.IsZero() && g.Node(h.Instead) == nil {
			b.AddNode(depgraph.Node{ID: h.Instead}, depgraph.Origin{Input: "what-if", Source: Source, Note: "a node that is not there yet"})
		}
	}
	for r := range g.AllRequirements() {
		changed := []depgraph.Requirement{*r}
		for i, h := range heals {
			var next []depgraph.Requirement
			for _, q := range changed {
				if !owners[i][q.Owner] {
					next = append(next, q)
					continue
				}
				healed, touched := h.change(q)
				if touched {
					counts[i]++
				}
				next = append(next, healed...)
			}
			changed = next
		}
		for _, q := range changed {
			b.AddRequirement(q)
		}
	}
	out, err := b.Build()
	if err != nil {
		return nil, nil, fmt.Errorf("probe: %w", err)
	}
	return out, counts, nil
}

// frame holds all of a graph but its requirements.
func frame(g *depgraph.Graph) *depgraph.Builder {
	b := depgraph.NewBuilder()
	for n := range g.Nodes() {
		b.AddNode(*n, g.NodeOrigins(n.ID)...)
	}
	for _, in := range g.Inputs() {
		b.AddInput(in)
	}
	for _, u := range g.Unresolved() {
		b.AddUnresolved(u)
	}
	for _, d := range g.Drills() {
		b.AddDrill(d)
	}
	return b
}

// Count returns how many requirements the change would change.
func (h Heal) Count(g *depgraph.Graph) int {
	n := 0
	for owner := range h.owners(g) {
		for r := range g.Needs(owner) {
			if _, touched := h.change(*r); touched {
				n++
			}
		}
	}
	return n
}

// change returns what becomes of one requirement.
func (h Heal) change(r depgraph.Requirement) (healed []depgraph.Requirement, touched bool) {
	if !slices.Contains(r.Members, h.Member) {
		return []depgraph.Requirement{r}, false
	}
	if h.Instead.IsZero() {
		return nil, true
	}
	if slices.Contains(r.Members, h.Instead) {
		return []depgraph.Requirement{r}, false
	}
	n := len(r.Members)
	need := r.Terms.Need.Of(n)
	if need == n && n > 1 {
		rest := r
		rest.Members = slices.DeleteFunc(slices.Clone(r.Members), func(m depgraph.ID) bool { return m == h.Member })
		rest.Origins = about(r.Origins, rest.Members)
		rest.Terms.Need = depgraph.All
		r.Members = []depgraph.ID{h.Member}
		r.Origins = about(r.Origins, r.Members)
		healed, need = append(healed, rest), 1
	}
	r.Members = append(slices.Clone(r.Members), h.Instead)
	r.Terms.Need = depgraph.AtLeast(need)
	r.Origins = append(slices.Clone(r.Origins), depgraph.Origin{Member: h.Instead, Input: "what-if", Source: Source, Note: "an alternative to " + h.Member.String()})
	return append(healed, r), true
}

// about returns the origins that speak of one of the members, or of all.
func about(origins []depgraph.Origin, members []depgraph.ID) []depgraph.Origin {
	out := slices.DeleteFunc(slices.Clone(origins), func(o depgraph.Origin) bool {
		return !o.Member.IsZero() && !slices.Contains(members, o.Member)
	})
	if len(out) == 0 { // what speaks of another member alone has to do
		out = slices.Clone(origins[:1])
		out[0].Member = depgraph.ID{}
	}
	return out
}

// owners returns the owner, and the groups that are parts of its requirements: what
// such a part names, the owner needs.
func (h Heal) owners(g *depgraph.Graph) map[depgraph.ID]bool {
	all := map[depgraph.ID]bool{h.Owner: true}
	for queue := []depgraph.ID{h.Owner}; len(queue) > 0; queue = queue[1:] {
		for r := range g.Needs(queue[0]) {
			for _, m := range r.Members {
				if m.Kind == depgraph.KindGroup && !all[m] {
					all[m] = true
					queue = append(queue, m)
				}
			}
		}
	}
	return all
}
