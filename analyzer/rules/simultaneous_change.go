package rules

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

var simultaneousChange = analyzer.Define(analyzer.Spec{
	ID:       "simultaneous-change",
	Severity: analyzer.High,
	Subject:  "update channel",
	Doc:      simultaneousChangeDoc,
}, analyzer.NoParams, runSimultaneousChange)

var simultaneousChangeDoc = analyzer.Doc{
	Title: "One update channel changes several failure domains at once",
	Text: `Regions that share no network, no control plane and no provider share the channel that updates their nodes. A channel that is not
staged and reaches nodes in more than one region or facility, or more than one member of a redundant requirement, by way of
images and update relations, breaks all of them within the same hour. A window is no staging: it only says when. Channels whose
windows overlap and that draw on the same source count as one.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "updates:jammy-security", staged: false}
- id: nodepool:eu
  in: [region:eu]
  needs: [{node: updates:jammy-security, via: updated-by}]
- id: nodepool:us
  in: [region:us]
  needs: [{node: updates:jammy-security, via: updated-by}]
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "updates:jammy-security", staged: true}
- id: nodepool:eu
  in: [region:eu]
  needs: [{node: updates:jammy-security, via: updated-by}]
- id: nodepool:us
  in: [region:us]
  needs: [{node: updates:jammy-security, via: updated-by}]
`,
	Remedy: "Turn the channel off and ship its changes with the staged roll-out, region by region, or give each region a channel of its own.",
	Limits: "It believes staged: true. A random delay of an hour is no staging. Windows are compared where they are written as HH:MM-HH:MM UTC, over midnight or to 24:00 too, on one day of the week or with a distance from UTC such as +02:00; any other text overlaps only with itself, and a native file that states it has a note.",
	Since:  "0.1.0",
}

func runSimultaneousChange(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	gr, err := analyzer.Get(ctx, pass, groundFact)
	if err != nil {
		return err
	}
	var channels []node
	for n := range e.g.OfKind(depgraph.KindUpdates) {
		pass.Judged(n.ID)
		if c, _ := e.g.Index(n.ID); !n.Staged {
			channels = append(channels, c)
		}
	}
	for _, together := range sameSource(e, channels) {
		if err := ctx.Err(); err != nil {
			return err
		}
		changeOf(e, gr, together).report(pass)
	}
	return nil
}

// sameSource groups the channels whose windows overlap and that draw on the same
// source, directly or through others; each group and the groups by id.
func sameSource(e *estate, channels []node) [][]node {
	sources := map[node][]node{}
	for _, c := range channels {
		sources[c] = e.sources(c)
	}
	var groups [][]node
	for _, c := range channels {
		joined := []node{c}
		var apart [][]node
		for _, g := range groups {
			if slices.ContainsFunc(g, func(d node) bool {
				return overlap(e.g.At(c).Window, e.g.At(d).Window) && slices.ContainsFunc(sources[c], func(n node) bool { return has(sources[d], n) })
			}) {
				joined = append(g, joined...)
			} else {
				apart = append(apart, g)
			}
		}
		slices.Sort(joined)
		groups = append(apart, joined)
	}
	slices.SortFunc(groups, func(a, b []node) int { return int(a[0] - b[0]) })
	return groups
}

// sources lists what a channel draws on: what it directly needs to run or to be built,
// but for the place that it stands in; ascending.
func (e *estate) sources(channel node) []node {
	var out []node
	for _, n := range e.directNeeds(channel) {
		if t := e.g.Terms(n.first()); t.Phases.Intersects(depgraph.PhasesOf(depgraph.Run, depgraph.Start, depgraph.Build)) && t.Via != depgraph.PlacedIn {
			out = append(out, n.member())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// overlap reports whether two windows share a moment. Unknown windows do not; one that is
// not understood overlaps with itself alone.
func overlap(a, b string) bool {
	if a == b {
		return a != ""
	}
	x, okX := depgraph.ParseWindow(a)
	y, okY := depgraph.ParseWindow(b)
	return okX && okY && x.Overlaps(y)
}

// change is what a group of channels changes at once.
type change struct {
	e        *estate
	ground   *ground
	channels []node
	reached  *depgraph.Reached
	nodes    []node // reached, without images; ascending
}

func changeOf(e *estate, gr *ground, channels []node) *change {
	c := &change{e: e, ground: gr, channels: channels}
	c.reached = e.g.Reach(depgraph.Backward, depgraph.Filter{
		Via:    []depgraph.Via{depgraph.UpdatedBy, depgraph.BuiltFrom},
		IfLost: []depgraph.IfLost{depgraph.Down, depgraph.Degraded},
	}, channels...)
	for _, n := range c.reached.Nodes() {
		switch e.g.ID(n).Kind {
		case depgraph.KindImage, depgraph.KindUpdates, depgraph.KindGroup:
		default:
			c.nodes = append(c.nodes, n)
		}
	}
	slices.Sort(c.nodes)
	return c
}

// report reports the change if it goes over several failure domains.
func (c *change) report(pass *analyzer.Pass) {
	e := c.e
	regions, facilities := c.domains(depgraph.KindRegion), c.domains(depgraph.KindFacility)
	domains, where := regions, count(len(regions), "region", "regions")
	if len(facilities) > len(regions) {
		domains, where = facilities, count(len(facilities), "facility", "facilities")
	}
	var shown []node // two nodes that should not change together
	switch {
	case len(domains) > 1:
		shown = c.inTwo(domains)
		where = fmt.Sprintf("%s in %s at once: %s", count(len(c.nodes), "node", "nodes"), where, names(e.ids(slices.Sorted(maps.Keys(domains)))))
	default:
		r, members := c.redundant()
		if len(members) < 2 {
			return
		}
		shown = members[:2]
		owner := e.owners(r)[0]
		where = fmt.Sprintf("%s at once, of which %s needs %d", names(e.ids(members)), e.g.ID(owner), e.g.Terms(r).Need.Of(len(e.g.Members(r))))
	}
	var proof []depgraph.Edge
	for _, n := range shown {
		proof = append(proof, c.reached.Path(n)...)
	}
	ids := e.ids(c.channels)
	pass.Report(analyzer.Finding{
		Title: fmt.Sprintf("%s %s %s", names(ids), verb(len(ids), "changes", "change"), where),
		Root:  ids, Nodes: e.ids(c.nodes), Proof: proof,
		Remedy: fmt.Sprintf("Turn %s off and ship the changes with a staged roll-out.", names(ids)),
		Claim: analyzer.Claim{
			Then: append(e.ids(shown), ids[:1]...), State: analyzer.IsStated,
			Because: "an update that breaks one breaks the other within the same window",
		},
	})
}

// domains lists the places of a kind in which what changes may stand, each with
// the nodes there; ascending.
func (c *change) domains(kind depgraph.Kind) map[node][]node {
	out := map[node][]node{}
	for _, n := range c.nodes {
		for _, p := range c.ground.mayStand(n, kind) {
			out[p] = append(out[p], n)
		}
	}
	return out
}

// inTwo picks one node in each of the first two domains; where one node is all there
// is in both, that one.
func (c *change) inTwo(domains map[node][]node) []node {
	places := slices.Sorted(maps.Keys(domains))
	first := domains[places[0]][0]
	for _, n := range domains[places[1]] {
		if n != first {
			return []node{first, n}
		}
	}
	return []node{first}
}

// redundant returns the first redundant requirement of which at least two members
// change at once, and these; idle standbys are no redundancy.
func (c *change) redundant() (req, []node) {
	e := c.e
	for _, n := range c.nodes {
		for _, r := range e.g.Naming(n) {
			if e.spare(r) <= 0 || e.g.Terms(r).IfLost == depgraph.Unaffected || len(e.owners(r)) == 0 {
				continue
			}
			var members []node
			for _, m := range e.g.Members(r) {
				if has(c.nodes, m) && e.counts(m, r) {
					members = append(members, m)
				}
			}
			if len(members) > 1 {
				return r, members
			}
		}
	}
	return 0, nil
}
