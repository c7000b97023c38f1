package simulate

import (
	"slices"
	"sync"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// DefaultOutage is how long a loss lasts where nobody says otherwise.
const DefaultOutage = time.Hour

// Model is a graph prepared for losses of one length: which requirements count,
// how many members each can spare, and what is down when nothing is lost. It
// never changes and may be shared by goroutines. It keeps 16 bytes a requirement
// and 2 a node, as much again for every loss in flight, and for [Model.Blast] and
// [Model.LoseMany], once one of them was called, about 20 bytes a member.
type Model struct {
	g      *depgraph.Graph
	outage time.Duration
	traits []trait   // by node
	calm   field     // with nothing lost
	quiet  [][]node  // by State: who is in it with nothing lost; groups left out
	pool   sync.Pool // of *spread
	plan   func() *plan

	provers proverPool

	unmeetable []req // role or not, met by nothing; ascending
}

// node and req are short for the indexes of the graph.
type (
	node = depgraph.NodeIndex
	req  = depgraph.ReqIndex
)

// trait is what a simulation has to know of a node itself.
type trait uint8

const (
	isGroup   trait = 1 << iota
	isStandby       // idle: serves nobody but standbys
	toStandby       // served by standbys: one itself, or a group that only such nodes name
)

// role is what a requirement does to its owner in a loss. One that outlasts the
// outage, or whose loss leaves the owner unaffected, has none.
type role uint8

const (
	takesDown role = 1 << iota // run, down
	weakens                    // run, down, and degradation passes: not a placement
	degrades                   // run, degraded
	freezes                    // start, build or deploy
	blinds                     // observe
	redundant                  // has more members that can serve than it needs
)

// field is the state of every requirement and node in one loss.
type field struct {
	reqs  []reqState
	nodes []raw
}

// reqState is all that a spreading loss reads and writes of a requirement, in a
// quarter of a cache line: most of the time of a loss goes into fetching these.
type reqState struct {
	left  int32 // members that serve, less those needed; negative: unmet
	firm  int32 // the same for members that are not degraded either; kept for weakens alone
	owner node
	role  role
}

// NewModel prepares g for losses that last outage; zero or less reads as
// [DefaultOutage]. It costs O(nodes + members).
func NewModel(g *depgraph.Graph, outage time.Duration) *Model {
	if outage <= 0 {
		outage = DefaultOutage
	}
	m := &Model{g: g, outage: outage, traits: traitsOf(g)}
	bare := m.bare()
	m.calm = settle(m, bare)
	m.quiet = make([][]node, len(stateNames))
	for i, b := range m.calm.nodes {
		if b == 0 || m.traits[i]&isGroup != 0 {
			continue
		}
		for _, st := range States() {
			if b.is(st) {
				m.quiet[st] = append(m.quiet[st], node(i))
			}
		}
	}
	m.plan = sync.OnceValue(func() *plan { return newPlan(m) })
	m.pool.New = func() any { return newSpread(m, m.calm) }
	return m
}

// Graph returns the graph that the model was made of.
func (m *Model) Graph() *depgraph.Graph { return m.g }

// Outage returns how long the losses of the model last.
func (m *Model) Outage() time.Duration { return m.outage }

// traitsOf finds the groups, the standbys and whom standbys serve.
func traitsOf(g *depgraph.Graph) []trait {
	traits := make([]trait, g.Len())
	var queue []node
	for i, end := g.RangeOf(depgraph.KindGroup); i < end; i++ {
		traits[i] |= isGroup
	}
	for _, i := range g.Standbys() {
		traits[i] |= isStandby | toStandby
		queue = append(queue, i)
	}
	// A group is a mere name for a part of its owners' requirements: where all its
	// owners are served by standbys, so is the part.
	for len(queue) > 0 {
		owner := queue[0]
		queue = queue[1:]
		for from, to := g.OwnedBy(owner); from < to; from++ {
			for _, part := range g.Members(from) {
				if traits[part]&(isGroup|toStandby) != isGroup {
					continue
				}
				if !slices.ContainsFunc(g.Naming(part), func(r req) bool { return traits[g.Owner(r)]&toStandby == 0 }) {
					traits[part] |= toStandby
					queue = append(queue, part)
				}
			}
		}
	}
	return traits
}

// counts reports whether member can serve owner at all in a loss.
func (m *Model) counts(member, owner node) bool {
	return m.traits[member]&isStandby == 0 || m.traits[owner]&toStandby != 0
}

// bare returns the field in which every node that is no standby serves, and notes
// the requirements that are unmet even so.
func (m *Model) bare() field {
	f := field{reqs: make([]reqState, m.g.Requirements()), nodes: make([]raw, m.g.Len())}
	for i := range f.reqs {
		r := req(i)
		t := m.g.Terms(r)
		left := m.able(r) - t.Need.Of(len(m.g.Members(r)))
		f.reqs[i] = reqState{left: int32(left), firm: int32(left), owner: m.g.Owner(r), role: roleOf(t, m.outage)}
		switch {
		case left > 0:
			f.reqs[i].role |= redundant
		case left < 0:
			m.unmeetable = append(m.unmeetable, r)
		}
	}
	return f
}

// able returns how many members of r can serve its owner in a loss.
func (m *Model) able(r req) int {
	n := 0
	owner := m.g.Owner(r)
	for _, member := range m.g.Members(r) {
		if m.counts(member, owner) {
			n++
		}
	}
	return n
}

// spare returns how many of the members of r that can serve it may be lost;
// negative means that it is never met.
func (m *Model) spare(r req) int {
	return m.able(r) - m.g.Terms(r).Need.Of(len(m.g.Members(r)))
}

func roleOf(t depgraph.Terms, outage time.Duration) role {
	if t.Lasts >= outage || t.IfLost == depgraph.Unaffected {
		return 0
	}
	var out role
	if t.Phases.Has(depgraph.Run) {
		switch {
		case t.IfLost == depgraph.Degraded:
			out |= degrades
		case t.Via == depgraph.PlacedIn:
			out |= takesDown
		default:
			out |= takesDown | weakens
		}
	}
	if t.Phases.Has(depgraph.Start) || t.Phases.Has(depgraph.Build) || t.Phases.Has(depgraph.Deploy) {
		out |= freezes
	}
	if t.Phases.Has(depgraph.Observe) {
		out |= blinds
	}
	return out
}
