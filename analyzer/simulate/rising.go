package simulate

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// rising is a system on its way up, from cold or from a loss: events in time
// order, with the nodes that serve kept as the greatest set among the started.
type rising struct {
	g       *depgraph.Graph
	rebuild bool
	is      []riseTrait // by node

	// What the nodes that do not serve yet wait for; what is met at time 0 by
	// those that do is left out.
	wants   []want
	wantsAt []int32 // node -> its first want
	members []node  // of all wants
	namesAt []int32 // node -> where the wants that name it begin in names
	names   []int32

	toStart    []int32 // by node: wants to start or be repaired that are unmet
	toRepair   []int32 // by node: those to be repaired among them
	toActivate map[node]int32
	ready      map[node]time.Duration // standbys that had to start first: when they had

	now       time.Duration
	startedAt []time.Duration // by node; never
	servesAt  []time.Duration // by node; never
	agenda    agenda
	soon      []node // what has started at now and is not looked at yet
	parts     []node // groups that as places have started at now, likewise
	held      support

	whyOnce sync.Once
	why     *stuck // see stuck; nil until asked for
}

// never is when a node starts or serves that does not.
const never = time.Duration(math.MaxInt64)

// riseTrait is what the way up has to know of a node itself.
type riseTrait uint8

const (
	rUp       riseTrait = 1 << iota // serves at 0, come what may
	rCold                           // has to start
	rWarm                           // never stopped: started at 0
	rFailed                         // has to be repaired before it starts
	rIsGroup                        // a part of its owners' requirements
	rStandby                        // idle until activated
	rCalled                         // a standby that is activated
	rInvolved                       // seen while standbys were looked for
)

// duty is what a want is good for once it is met.
type duty uint8

const (
	dutyRun      duty = 1 << iota // to serve, as long as it is met
	dutyStart                     // to start
	dutyRepair                    // to be repaired
	dutyActivate                  // to be activated
	dutyPlaced                    // to start and to be activated, members need only have started
)

// want is a requirement of a node that does not serve yet, without the members
// that serve at 0.
type want struct {
	owner    node
	from, to int32 // members
	lack     int32 // how many of the members have to serve; at least 1
	started  int32 // how many of them have started
	serving  int32 // how many of them serve
	low      int32 // of the witness of a held node: members with a ground below it, or fewer; of a loose one: members with a ground
	by       req   // -1: the activation of a standby
	duty     duty
}

// toBlock returns how many members must be kept from serving to keep the want unmet.
func (w *want) toBlock() int32 { return w.to - w.from - w.lack + 1 }

func newRising(g *depgraph.Graph, o StartOptions) *rising {
	r := &rising{g: g, rebuild: o.Rebuild, is: make([]riseTrait, g.Len())}
	for i := range r.is {
		n := g.At(node(i))
		if n.ID.Kind == depgraph.KindGroup {
			r.is[i] |= rIsGroup
		}
		if n.Standby != nil {
			r.is[i] |= rStandby
		}
	}
	return r
}

// idle reports whether v is a standby that nobody activates.
func (r *rising) idle(v node) bool { return r.is[v]&(rStandby|rCalled|rUp) == rStandby }

// run lets the system come up until nothing more happens.
func (r *rising) run() {
	r.collect()
	n := len(r.is)
	r.startedAt = make([]time.Duration, n)
	r.servesAt = make([]time.Duration, n)
	for i := range n {
		r.startedAt[i], r.servesAt[i] = never, never
	}
	r.held.init(r)
	for i := range n {
		v := node(i)
		switch {
		case r.is[v]&rUp != 0 || r.idle(v):
		case r.is[v]&rIsGroup != 0:
			r.soon = append(r.soon, v) // it serves as soon as its members do
			r.tryStart(v)
		case r.is[v]&rCold != 0:
			r.tryStart(v)
		case r.is[v]&rStandby != 0:
			r.tryActivate(v)
		default:
			r.soon = append(r.soon, v)
		}
	}
	r.instant()
	for len(r.agenda) > 0 {
		r.now = r.agenda[0].at
		for len(r.agenda) > 0 && r.agenda[0].at == r.now {
			r.happen(r.agenda.pop())
		}
		r.instant()
	}
}

// instant brings everything that follows at once to its fixpoint.
func (r *rising) instant() {
	for len(r.soon)+len(r.parts) > 0 {
		for len(r.parts) > 0 {
			v := r.parts[len(r.parts)-1]
			r.parts = r.parts[:len(r.parts)-1]
			r.noteStarted(v)
		}
		batch := r.soon
		r.soon = nil
		for _, v := range batch {
			if r.is[v]&rIsGroup == 0 {
				r.noteStarted(v)
			}
		}
		for _, v := range r.held.admit(batch) {
			r.servesAt[v] = r.now
			r.noteServing(v)
		}
	}
}

func (r *rising) noteStarted(v node) {
	r.startedAt[v] = r.now
	for _, i := range r.names[r.namesAt[v]:r.namesAt[v+1]] {
		w := &r.wants[i]
		w.started++
		if w.started == w.lack && w.duty&dutyPlaced != 0 {
			r.met(w.owner, w.duty&(dutyStart|dutyActivate))
		}
	}
}

func (r *rising) noteServing(v node) {
	for _, i := range r.names[r.namesAt[v]:r.namesAt[v+1]] {
		w := &r.wants[i]
		w.serving++
		if w.serving == w.lack {
			now := w.duty & (dutyStart | dutyRepair | dutyActivate)
			if w.duty&dutyPlaced != 0 {
				now &= dutyRepair
			}
			r.met(w.owner, now)
		}
	}
}

// met tells v that one of its wants is met for the duties given.
func (r *rising) met(v node, d duty) {
	if d&dutyStart != 0 {
		r.toStart[v]--
	}
	if d&dutyRepair != 0 {
		r.toStart[v]--
		r.toRepair[v]--
	}
	if d&(dutyStart|dutyRepair) != 0 {
		r.tryStart(v)
	}
	if d&dutyActivate != 0 {
		r.toActivate[v]--
		r.tryActivate(v)
	}
}

// tryStart starts a cold node whose wants to be repaired and to start are met:
// both together take its Takes, once.
func (r *rising) tryStart(v node) {
	switch {
	case r.toStart[v] > 0:
	case r.is[v]&rIsGroup != 0:
		r.parts = append(r.parts, v)
	default:
		r.plan(v, r.g.At(v).Takes, false)
	}
}

// tryActivate activates a standby whose ways and own wants are met.
func (r *rising) tryActivate(v node) {
	if r.toActivate[v] == 0 {
		r.plan(v, r.g.At(v).Standby.Takes, true)
	}
}

// plan lets v finish its start, or its activation, after a while.
func (r *rising) plan(v node, takes time.Duration, activation bool) {
	e := event{at: later(r.now, takes), v: v, activation: activation}
	if e.at == r.now {
		r.happen(e)
		return
	}
	r.agenda.push(e)
}

// happen is the end of a start or of an activation.
func (r *rising) happen(e event) {
	if r.is[e.v]&(rStandby|rUp) == rStandby && !e.activation {
		r.ready[e.v] = r.now
		r.toActivate[e.v]--
		r.tryActivate(e.v)
		return
	}
	r.soon = append(r.soon, e.v)
}

// later adds without overflow; a negative duration reads as none.
func later(t, d time.Duration) time.Duration {
	switch {
	case d <= 0:
		return t
	case t > never-1-d:
		return never - 1
	}
	return t + d
}

// event is the end of a start or of an activation.
type event struct {
	at         time.Duration
	v          node
	activation bool
}

// agenda is a binary heap of events, the earliest first. The order of those at one time
// does not matter: nothing follows from any before all have happened.
type agenda []event

func (a agenda) before(i, j int) bool { return a[i].at < a[j].at }

func (a *agenda) push(e event) {
	*a = append(*a, e)
	h := *a
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h.before(i, up) {
			break
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

func (a *agenda) pop() event {
	h := *a
	first := h[0]
	last := len(h) - 1
	h[0] = h[last]
	h = h[:last]
	*a = h
	for i := 0; ; {
		least := i
		for c := 2*i + 1; c <= 2*i+2 && c < last; c++ {
			if h.before(c, least) {
				least = c
			}
		}
		if least == i {
			return first
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

// collect turns the requirements of the nodes that do not serve into wants, in
// O(nodes + members).
func (r *rising) collect() {
	n := len(r.is)
	r.wantsAt = make([]int32, n+1)
	r.toStart = make([]int32, n)
	r.toRepair = make([]int32, n)
	r.toActivate = map[node]int32{}
	r.ready = map[node]time.Duration{}
	for i := range n {
		v := node(i)
		r.wantsAt[i] = int32(len(r.wants))
		if r.is[v]&rUp == 0 && !r.idle(v) {
			r.collectOf(v)
		}
	}
	r.wantsAt[n] = int32(len(r.wants))

	r.namesAt = make([]int32, n+1)
	for _, m := range r.members {
		r.namesAt[m+1]++
	}
	for i := range n {
		r.namesAt[i+1] += r.namesAt[i]
	}
	r.names = make([]int32, len(r.members))
	next := slices.Clone(r.namesAt[:n])
	for i := range r.wants {
		for _, m := range r.members[r.wants[i].from:r.wants[i].to] {
			r.names[next[m]] = int32(i)
			next[m]++
		}
	}
}

func (r *rising) collectOf(v node) {
	repair := r.repairPhase(v)
	for from, to := r.g.OwnedBy(v); from < to; from++ {
		if d := r.duties(v, r.g.Terms(from), repair); d != 0 {
			all := r.g.Members(from)
			r.want(v, from, d, all, r.g.Terms(from).Need.Of(len(all)))
		}
	}
	if r.is[v]&rStandby == 0 {
		return
	}
	if r.is[v]&rCold != 0 {
		r.toActivate[v]++ // its own start
	}
	ways, need := r.ways(v)
	r.want(v, -1, dutyActivate, ways, need)
}

// ways returns the nodes that can activate standby v and how many of them it takes;
// 0 where it activates by itself.
func (r *rising) ways(v node) (ways []node, need int) {
	s := r.g.At(v).Standby
	if len(s.ActivatedBy) == 0 {
		return nil, 0
	}
	for _, id := range s.ActivatedBy {
		if w, found := r.g.Index(id); found { // always: a graph has the nodes that its nodes name
			ways = append(ways, w)
		}
	}
	return ways, s.Need.Of(len(s.ActivatedBy))
}

// want adds a want, unless the members that serve at 0 meet it.
func (r *rising) want(v node, by req, d duty, members []node, need int) {
	w := want{owner: v, by: by, duty: d, from: int32(len(r.members)), lack: int32(need)}
	for _, m := range members {
		if r.is[m]&rUp != 0 {
			w.lack--
		} else {
			r.members = append(r.members, m)
		}
	}
	if w.lack <= 0 {
		r.members = r.members[:w.from]
		return
	}
	w.to = int32(len(r.members))
	r.wants = append(r.wants, w)
	if d&dutyStart != 0 {
		r.toStart[v]++
	}
	if d&dutyRepair != 0 {
		r.toStart[v]++
		r.toRepair[v]++
	}
	if d&dutyActivate != 0 {
		r.toActivate[v]++
	}
}

// duties returns what a requirement is good for on v's way up; 0: nothing.
func (r *rising) duties(v node, t depgraph.Terms, repair depgraph.Phase) duty {
	if t.IfLost != depgraph.Down {
		return 0
	}
	if r.is[v]&rIsGroup != 0 {
		// Read as a place, a group has started when enough of its members have.
		return dutyRun | dutyStart | dutyPlaced
	}
	var d duty
	start := t.Phases.Has(depgraph.Start) || r.rebuild && t.Phases.Has(depgraph.Deploy)
	if t.Phases.Has(depgraph.Run) {
		d |= dutyRun
	}
	if start && r.is[v]&rCold != 0 {
		d |= dutyStart
	}
	if r.is[v]&rStandby != 0 && (start || t.Phases.Has(depgraph.Run)) {
		d |= dutyActivate
	}
	if repair != 0 && t.Phases.Has(repair) {
		d |= dutyRepair
	}
	if t.Via == depgraph.PlacedIn {
		d |= dutyPlaced
	}
	return d &^ dutyIfAlone(d)
}

// dutyIfAlone returns dutyPlaced where it is all there is.
func dutyIfAlone(d duty) duty {
	if d == dutyPlaced {
		return dutyPlaced
	}
	return 0
}

// repairPhase returns the phase whose requirements v has to have met to be
// repaired: recover, or deploy where it has no recover requirement whose loss
// matters; 0 where v did not fail.
func (r *rising) repairPhase(v node) depgraph.Phase {
	if r.is[v]&rFailed == 0 {
		return 0
	}
	for from, to := r.g.OwnedBy(v); from < to; from++ {
		if t := r.g.Terms(from); t.IfLost == depgraph.Down && t.Phases.Has(depgraph.Recover) {
			return depgraph.Recover
		}
	}
	return depgraph.Deploy
}
