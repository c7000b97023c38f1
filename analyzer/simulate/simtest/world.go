package simtest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// World is a system of a few nodes, by number.
type World struct {
	Standby []bool
	Group   []bool
	Needs   []Need
	Ways    [][]int // by node: who can activate it, a standby; shorter or nil: it activates by itself
}

// Need is one requirement.
type Need struct {
	Owner   int
	Members []int
	Number  int    // how many members; -1 quorum, -2 all
	Phases  string // of r(un) s(tart) b(uild) d(eploy) R(ecover) o(bserve)
	IfLost  byte   // d(own) g (degraded) u(naffected)
	Lasts   int    // minutes
	Placed  bool   // via placed-in
}

// Random makes a system of 2 to maxNodes nodes with every feature that a
// loss knows: thresholds, shards, phases, effects, lasts, standbys, groups,
// cycles, placement, and now and then a need beyond the members.
func Random(rng *rand.Rand, maxNodes int) World {
	n := 2 + rng.IntN(maxNodes-1)
	w := World{Standby: make([]bool, n), Group: make([]bool, n)}
	plain := rng.IntN(3) == 0 // a third of the systems has ordinary run needs alone
	for v := range n {
		w.Standby[v] = !plain && rng.IntN(8) == 0
		w.Group[v] = !plain && !w.Standby[v] && rng.IntN(8) == 0
	}
	cyclic := rng.IntN(2) == 0
	for range rng.IntN(3*n) + 1 {
		owner := rng.IntN(n)
		var members []int
		for range 1 + rng.IntN(pick(rng, 4, 4, 4, 4, 4, n)) {
			m := rng.IntN(n)
			if !cyclic && m >= owner {
				continue
			}
			members = append(members, m)
		}
		slices.Sort(members)
		members = slices.Compact(members)
		if len(members) == 0 {
			continue
		}
		r := Need{Owner: owner, Members: members, Number: 1 + rng.IntN(len(members)), Phases: "r", IfLost: 'd'}
		if rng.IntN(5) == 0 {
			r.Number = -1 - rng.IntN(2)
		}
		if !plain {
			r.Phases = pick(rng, "r", "r", "r", "rs", "s", "b", "d", "R", "o", "ro", "sd", "rd")
			r.IfLost = pick(rng, byte('d'), 'd', 'd', 'd', 'g', 'g', 'u')
			r.Lasts = pick(rng, 0, 0, 0, 0, 30, 60, 90)
			r.Placed = rng.IntN(4) == 0
			if rng.IntN(40) == 0 {
				r.Number = len(members) + 1
			}
		}
		w.Needs = append(w.Needs, r)
		if r.Number == 1 && len(members) > 1 && rng.IntN(4) == 0 { // shards
			r.Number, r.IfLost = -2, 'g'
			w.Needs = append(w.Needs, r)
		}
	}
	return w
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

// ID returns the id of a node.
func (w World) ID(v int) depgraph.ID {
	switch {
	case w.Group[v]:
		return depgraph.ID{Kind: depgraph.KindGroup, Name: fmt.Sprintf("n%06d", v)}
	case v%3 == 0:
		return depgraph.ID{Kind: depgraph.KindDatastore, Name: fmt.Sprintf("n%06d", v)}
	}
	return depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("n%06d", v)}
}

var phaseOf = map[rune]depgraph.Phase{'r': depgraph.Run, 's': depgraph.Start, 'b': depgraph.Build, 'd': depgraph.Deploy, 'R': depgraph.Recover, 'o': depgraph.Observe}

var ifLostOf = map[byte]depgraph.IfLost{'d': depgraph.Down, 'g': depgraph.Degraded, 'u': depgraph.Unaffected}

// Graph builds w; at gives the index of each node number.
func (w World) Graph() (g *depgraph.Graph, at []depgraph.NodeIndex, err error) {
	b := depgraph.NewBuilder()
	for v := range w.Standby {
		n := depgraph.Node{ID: w.ID(v)}
		if w.Standby[v] {
			n.Standby = &depgraph.Standby{Takes: time.Minute}
			if v < len(w.Ways) {
				for _, way := range w.Ways[v] {
					n.Standby.ActivatedBy = append(n.Standby.ActivatedBy, w.ID(way))
				}
			}
		}
		b.AddNode(n)
	}
	for i, r := range w.Needs {
		b.AddRequirement(w.Requirement(r, i+1))
	}
	if g, err = b.Build(); err != nil {
		return nil, nil, err
	}
	for v := range w.Standby {
		i, _ := g.Index(w.ID(v))
		at = append(at, i)
	}
	return g, at, nil
}

// Requirement returns r as a fact read from the given line.
func (w World) Requirement(r Need, line int) depgraph.Requirement {
	q := depgraph.Requirement{
		Owner:   w.ID(r.Owner),
		Terms:   depgraph.Terms{Need: depgraph.Need(r.Number), IfLost: ifLostOf[r.IfLost], Lasts: time.Duration(r.Lasts) * time.Minute, Via: depgraph.Calls},
		Origins: []depgraph.Origin{{Input: "world.yaml", Line: line}},
	}
	if r.Placed {
		q.Terms.Via = depgraph.PlacedIn
	}
	for _, p := range r.Phases {
		q.Terms.Phases |= depgraph.PhasesOf(phaseOf[p])
	}
	for _, m := range r.Members {
		q.Members = append(q.Members, w.ID(m))
	}
	slices.SortFunc(q.Members, depgraph.ID.Compare)
	return q
}

// Union returns the systems side by side, numbered one after the other.
func Union(parts []World) World {
	var w World
	for _, p := range parts {
		offset := len(w.Standby)
		w.Standby = append(w.Standby, p.Standby...)
		w.Group = append(w.Group, p.Group...)
		for _, r := range p.Needs {
			r.Owner += offset
			r.Members = slices.Clone(r.Members)
			for i := range r.Members {
				r.Members[i] += offset
			}
			w.Needs = append(w.Needs, r)
		}
	}
	return w
}

// Failures picks the nodes of a loss: none, one, or a few.
func (w World) Failures(rng *rand.Rand) []int {
	var failed []int
	for range pick(rng, 0, 1, 1, 1, 2, 3) {
		failed = append(failed, rng.IntN(len(w.Standby)))
	}
	return failed
}
