package simulate

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Recovery is the way back from a loss. Its lists hold nothing but nodes that the
// loss took down, and standbys that were activated.
type Recovery struct {
	Timeline
	Loss *Loss // what is recovered from
}

// Recover simulates the loss of the failed nodes and the way back from it:
// recover(F) of semantics section 2. What the loss leaves standing serves
// throughout. A failed node can be repaired once its requirements to recover are
// met by serving nodes (where it has none whose loss matters, those to deploy);
// repair and start together take its Takes, once. What failed, and what was down
// with its placement unmet, has to start; anything else that was down never
// stopped: it serves as soon as what it needs to run does.
//
// What [ColdStart] says of cost and of doubtful readings holds here too, and
// moreover:
//   - Of requirements to recover and deploy, only those with ifLost down are there
//     at all: a node whose requirements to recover are merely recorded has none.
//   - A requirement that outlasts the outage is no reason to have stopped, but is
//     waited for like any other on the way back.
//   - A place that is down only through other needs never stopped and so counts as
//     started, though nothing in it serves before it does.
//   - An idle standby, failed or not, is in no list. One that is activated in vain
//     is deadlocked only if it was down itself: see the proof of who waits for it.
func Recover(m *Model, failed []depgraph.NodeIndex, o StartOptions) *Recovery {
	l := m.Lose(failed...)
	r := newRising(m.g, o)
	for _, v := range l.failed {
		r.is[v] |= rFailed | rCold
	}
	var down []node
	for i := range r.is {
		v := node(i)
		switch {
		case r.is[v]&rIsGroup != 0:
		case l.Is(Down, v):
			down = append(down, v)
			if r.lostItsPlace(l, v) {
				r.is[v] |= rCold
			}
		case r.is[v]&rStandby == 0:
			r.is[v] |= rUp
		}
	}
	r.activate(down)
	for i := range r.is {
		if v := node(i); r.is[v]&rCalled != 0 && !l.Is(Down, v) {
			down = append(down, v)
		}
	}
	slices.Sort(down)
	r.run()
	t := r.timeline(down, nil)
	standing := func(v node) bool { return !l.Is(Down, v) }
	t.LockedOut = slices.DeleteFunc(t.LockedOut, standing)
	t.Deadlocked = slices.DeleteFunc(t.Deadlocked, standing)
	return &Recovery{Timeline: *t, Loss: l}
}

// lostItsPlace reports whether a placement of v is unmet in the loss.
func (r *rising) lostItsPlace(l *Loss, v node) bool {
	for from, to := r.g.OwnedBy(v); from < to; from++ {
		t := r.g.Terms(from)
		if t.Via == depgraph.PlacedIn && t.IfLost == depgraph.Down && t.Phases.Has(depgraph.Run) && !l.Met(from) {
			return true
		}
	}
	return false
}
