package simtest

import (
	"fmt"
	"math/rand/v2"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Estate is a large system of teams on a common platform. A node of a team needs about
// five of its team that came before it, 60 % of them picked by how many need them
// already; three in ten also need one of the platform, popular ones more often; and one
// in twenty also an entry service, one of the last ten, of one of three teams a tier
// further down. Nothing is in a cycle. The order of ids tells nothing of the order of
// needs within a team.
type Estate struct {
	Teams    int
	Size     int // nodes of a team
	Platform int // nodes of the platform
	Tiers    int // the teams of the first need no other ones
	Seed     uint64
	Spare    float64 // share of picks that become 1-of-2 or 2-of-3
	Degraded float64 // share of the requirements whose loss merely degrades
	Start    float64 // share of the requirements that are to start, not to run
	Observe  float64 // share of the requirements that are to be observed
}

// Tier returns the tier of a team, from 0.
func (e Estate) Tier(team int) int { return team * e.Tiers / e.Teams }

// Team names a team; all ids of its nodes begin with the name and '/'.
func (e Estate) Team(team int) string { return fmt.Sprintf("team-%03d", team) }

// Graph builds the system; same Estate, same graph.
func (e Estate) Graph() (*depgraph.Graph, error) {
	rng := rand.New(rand.NewPCG(e.Seed, 77))
	shop := Shop{Spare: e.Spare, Degraded: e.Degraded, Start: e.Start, Observe: e.Observe}
	b := depgraph.NewBuilder()
	var ids []depgraph.ID
	name := func(of string, n int) {
		for _, shuffled := range rng.Perm(n) {
			ids = append(ids, depgraph.ID{Kind: depgraph.KindService, Name: fmt.Sprintf("%s/svc-%05d", of, shuffled)})
		}
	}
	name("platform", e.Platform)
	for t := range e.Teams {
		name(e.Team(t), e.Size)
	}
	for i := range ids {
		b.AddNode(depgraph.Node{ID: ids[i]})
	}
	for first := 0; first < len(ids); {
		size, team := e.Size, (first-e.Platform)/e.Size
		if first < e.Platform {
			size, team = e.Platform, -1
		}
		partners := e.partners(rng, team)
		var popular []int32
		for v := first; v < first+size; v++ {
			var picks []int32
			add := func(m int) {
				for _, p := range picks {
					if p == int32(m) {
						return
					}
				}
				picks = append(picks, int32(m))
			}
			for range min(v-first, 1+int(rng.ExpFloat64()*4.4)) {
				m := first + rng.IntN(v-first)
				if rng.Float64() < 0.6 && len(popular) > 0 {
					m = int(popular[rng.IntN(len(popular))])
				}
				popular = append(popular, int32(m))
				add(m)
			}
			if team >= 0 && rng.Float64() < 0.3 {
				x := rng.Float64()
				add(int(x * x * x * float64(e.Platform)))
			}
			if len(partners) > 0 && rng.Float64() < 0.05 {
				end := e.Platform + (partners[rng.IntN(len(partners))]+1)*e.Size
				add(end - 1 - rng.IntN(min(10, e.Size)))
			}
			shop.needs(rng, b, ids, v, picks)
		}
		first += size
	}
	return b.Build()
}

// partners draws the three teams that a team needs.
func (e Estate) partners(rng *rand.Rand, team int) []int {
	if team < 0 || e.Tier(team) == 0 {
		return nil
	}
	var below []int
	for t := range e.Teams {
		if e.Tier(t) == e.Tier(team)-1 {
			below = append(below, t)
		}
	}
	rng.Shuffle(len(below), func(i, j int) { below[i], below[j] = below[j], below[i] })
	return below[:min(3, len(below))]
}
