package simtest

import (
	"math/rand/v2"
	"slices"
)

// Edited returns the world with a few changes: needs that go, come, or name other
// members, another number, phase, effect or time; nodes that come, become standbys,
// or groups, which are other nodes.
func Edited(rng *rand.Rand, w World) World {
	w.Needs, w.Standby, w.Group = slices.Clone(w.Needs), slices.Clone(w.Standby), slices.Clone(w.Group)
	for range 1 + rng.IntN(3) {
		more := Random(rng, len(w.Standby)).Needs
		if len(more) == 0 {
			continue
		}
		other := more[rng.IntN(len(more))]
		v := rng.IntN(len(w.Standby))
		switch edit := rng.IntN(9); {
		case edit == 0:
			w.Needs = append(w.Needs, other)
		case edit == 1:
			w.Standby, w.Group = append(w.Standby, rng.IntN(4) == 0), append(w.Group, false)
			w.Needs = append(w.Needs, Need{Owner: rng.IntN(len(w.Standby)), Members: []int{len(w.Standby) - 1}, Number: 1, Phases: "r", IfLost: 'd'})
		case edit == 2:
			w.Standby[v] = !w.Standby[v] && !w.Group[v]
		case edit == 3:
			w.Group[v] = !w.Group[v] && !w.Standby[v]
		case len(w.Needs) == 0: // and so nothing to change
		case edit == 4:
			at := rng.IntN(len(w.Needs))
			w.Needs = slices.Delete(w.Needs, at, at+1)
		default:
			q := &w.Needs[rng.IntN(len(w.Needs))]
			switch edit {
			case 5:
				q.Number = 1 + rng.IntN(len(q.Members)+rng.IntN(2))
			case 6:
				q.Members, q.Number = other.Members, other.Number
			case 7:
				q.Phases, q.IfLost = other.Phases, other.IfLost
			case 8:
				q.Lasts, q.Placed = other.Lasts, other.Placed
			}
		}
	}
	return w
}
