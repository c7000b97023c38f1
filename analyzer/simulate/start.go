package simulate

import (
	"github.com/fateline/fateline/analyzer/depgraph"
)

// StartOptions says what was lost besides service. The zero value keeps stored state.
type StartOptions struct {
	// Rebuild says that stored state is gone too: what a node needs to be deployed
	// it also needs to start.
	Rebuild bool
}

// ColdStart simulates which nodes come up when only those of up serve, at time 0:
// start(U) of semantics section 2. Everything else is cold and has to start. There
// is no repair, so nobody is locked out. Nodes of up serve come what may and
// stand in the order at 0; groups among them are passed over.
//
// The cost is O(nodes + members) plus O(log n) an event, and a re-examination of
// the started nodes around a cycle of run needs whose support may have changed,
// BenchmarkColdStart.
//
// Where semantics section 2 can be read in two ways, this is what it is taken to say:
//   - A requirement counts from the moment it is met by serving members; the
//     place of a node counts from the moment it has started. Through a group a
//     place counts as soon as enough of the group's members have started.
//   - A group is part of its owners' requirements: it is never failed, stopped or
//     listed, and all its requirements whose loss takes it down count.
//   - A standby is activated if an unmet requirement of a node that does not serve
//     names it, in any phase, unless the requirement is merely recorded; so does an
//     unmet requirement, or the unmet activation, of an activated standby. Unmet is
//     judged once, at time 0, when standbys serve nobody.
//   - A standby's own needs are those to run and to start; its place need only have
//     started. One that has to start itself does that first, in its node's Takes.
func ColdStart(g *depgraph.Graph, up []depgraph.NodeIndex, o StartOptions) *Timeline {
	r := newRising(g, o)
	for _, v := range up {
		if r.is[v]&rIsGroup == 0 {
			r.is[v] |= rUp
		}
	}
	return r.coldStart(up)
}

// BlackStart simulates the return of everything after everything was lost: start
// of nothing, where nodes of kinds external and human serve at 0, as nobody here
// can start them. Those among them that are standbys are ready at 0 and idle
// until they are activated.
func BlackStart(g *depgraph.Graph, o StartOptions) *Timeline {
	r := newRising(g, o)
	var up []node
	for i := range r.is {
		switch n := g.At(node(i)); {
		case n.ID.Kind != depgraph.KindExternal && n.ID.Kind != depgraph.KindHuman:
		case n.Standby != nil:
			r.is[i] |= rWarm
		default:
			r.is[i] |= rUp
			up = append(up, node(i))
		}
	}
	return r.coldStart(up)
}

func (r *rising) coldStart(up []node) *Timeline {
	var down []node
	for i, is := range r.is {
		if is&(rUp|rWarm) == 0 {
			r.is[i] |= rCold
		}
		if is&(rUp|rIsGroup) == 0 {
			down = append(down, node(i))
		}
	}
	r.activate(down)
	r.run()
	return r.timeline(down, up)
}
