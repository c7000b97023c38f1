package probe

import (
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// private returns a graph that says the same, in which no group that a change is to touch
// is a part of what anybody else needs: the owner has a copy of it.
func private(g *depgraph.Graph, heals []Heal) (*depgraph.Graph, error) {
	own := map[depgraph.ID]map[depgraph.ID]depgraph.ID{} // by owner, also a group of its own: what it names instead
	copies := map[depgraph.ID][]depgraph.ID{}            // by group: the owners that have one
	for _, h := range heals {
		touched := h.touched(g)
		for _, group := range touched {
			if !sharedBeyond(g, group, h.Owner) {
				own[group] = names(own, h.Owner)
				continue
			}
			if all := names(own, h.Owner); all[group].IsZero() {
				all[group] = depgraph.ID{Kind: depgraph.KindGroup, Name: fmt.Sprintf("%s of %s", group.Name, h.Owner)}
				copies[group] = append(copies[group], h.Owner)
			}
		}
	}
	if len(copies) == 0 {
		return g, nil
	}
	b := frame(g)
	for r := range g.AllRequirements() {
		b.AddRequirement(renamed(*r, own[r.Owner]))
		for _, owner := range copies[r.Owner] {
			twin := renamed(*r, own[owner])
			twin.Owner = own[owner][r.Owner]
			b.AddRequirement(twin)
		}
	}
	out, err := b.Build()
	if err != nil {
		return nil, fmt.Errorf("probe: %w", err)
	}
	return out, nil
}

// names returns what an owner names instead of groups.
func names(own map[depgraph.ID]map[depgraph.ID]depgraph.ID, owner depgraph.ID) map[depgraph.ID]depgraph.ID {
	if own[owner] == nil {
		own[owner] = map[depgraph.ID]depgraph.ID{}
	}
	return own[owner]
}

func renamed(r depgraph.Requirement, instead map[depgraph.ID]depgraph.ID) depgraph.Requirement {
	r.Members, r.Origins = slices.Clone(r.Members), slices.Clone(r.Origins)
	for i, m := range r.Members {
		if twin, known := instead[m]; known {
			r.Members[i] = twin
		}
	}
	for i := range r.Origins {
		if twin, known := instead[r.Origins[i].Member]; known {
			r.Origins[i].Member = twin
		}
	}
	return r
}

// touched lists the groups of the owner's requirements that the change is to touch, or
// that name one of those.
func (h Heal) touched(g *depgraph.Graph) []depgraph.ID {
	reached := h.owners(g)
	seen := map[depgraph.ID]bool{}
	var out []depgraph.ID
	add := func(owner depgraph.ID) {
		if owner.Kind == depgraph.KindGroup && reached[owner] && !seen[owner] {
			seen[owner] = true
			out = append(out, owner)
		}
	}
	for r := range g.NeededBy(h.Member) {
		if _, changes := h.change(*r); changes {
			add(r.Owner)
		}
	}
	for next := 0; next < len(out); next++ {
		for r := range g.NeededBy(out[next]) {
			add(r.Owner)
		}
	}
	return out
}

// sharedBeyond reports whether anybody but the owner needs a group, itself or by others.
func sharedBeyond(g *depgraph.Graph, group, owner depgraph.ID) bool {
	seen := map[depgraph.ID]bool{group: true}
	for queue := []depgraph.ID{group}; len(queue) > 0; queue = queue[1:] {
		for r := range g.NeededBy(queue[0]) {
			switch {
			case seen[r.Owner], r.Owner == owner:
			case r.Owner.Kind != depgraph.KindGroup:
				return true
			default:
				seen[r.Owner] = true
				queue = append(queue, r.Owner)
			}
		}
	}
	return false
}
