package kubernetes

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// emitter turns the world into a fragment.
type emitter struct {
	w *world
	f *link.Fragment

	owner struct { // of the last need: that of the next is often the same
		id   depgraph.ID
		name link.Name
	}
	one   [1]target // see alone
	words []string  // of the command at hand, and where each stands
	at    []field
	names []link.Name // of the definition or binding at hand
	knows struct {    // who asked last what is known, and how it asks
		run   *workload
		known func(name string) bool
	}
	registries map[string][]target // by host

	nodes     map[depgraph.ID]*node
	room      []node               // for the next of them
	control   map[string]*control  // by cluster: what is implied in it
	areas     map[string]*area     // by cluster: where it stands
	zones     map[depgraph.ID]bool // those whose region is told
	tags      tags
	fronts    frontHosts
	repos     map[string]bool // those that are defined
	apps      applications
	readings  map[reading]*sharedText // what is known of one configuration text
	routes    map[objectRef][]*object // of the Gateway API, by the Gateway that they attach to; nil until asked
	slices    map[objectRef][]*object // EndpointSlices by their Service; nil until asked
	budgets   map[objectRef][]*object // PodDisruptionBudgets by cluster and namespace; nil until asked
	entering  map[sightRef][]admitted // what goes through admission, as webhooks of a cluster and edition see it
	syncs     map[sightRef]fluxSource
	watching  watching
	audiences audiences
	istio     map[*object][]route // the routes that are bound to an Istio Gateway

	credentials []credential        // of the kinds that the estate has
	values      map[string]document // of charts, by their file
}

// Phases that several fields share.
var (
	runs       = depgraph.PhasesOf(depgraph.Run)
	starts     = depgraph.PhasesOf(depgraph.Start)
	deploys    = depgraph.PhasesOf(depgraph.Deploy)
	observes   = depgraph.PhasesOf(depgraph.Observe)
	startRun   = depgraph.PhasesOf(depgraph.Start, depgraph.Run)
	startToEnd = depgraph.PhasesOf(depgraph.Start, depgraph.Deploy)
)

// impliedConfidence is that of what holds in every cluster.
const impliedConfidence = 0.8

// need is one requirement to be.
type need struct {
	owner      depgraph.ID
	to         []target
	need       depgraph.Need
	phases     depgraph.Phases
	ifLost     depgraph.IfLost
	via        depgraph.Via
	lasts      int // days; 0: not a moment
	form       link.Form
	basis      depgraph.Basis
	confidence float64
	note       string
	at         depgraph.Origin
	also       []depgraph.Origin // further places that say the same; completed here
}

// need adds a requirement; one without targets is none.
func (e *emitter) need(n need) {
	if len(n.to) == 0 || n.owner.IsZero() {
		return
	}
	if n.owner != e.owner.id {
		e.owner.id, e.owner.name = n.owner, link.ID(n.owner)
	}
	o := n.at
	o.Basis, o.Confidence, o.Note = n.basis, n.confidence, n.note
	for i := range n.also {
		n.also[i].Basis, n.also[i].Confidence, n.also[i].Note = n.basis, n.confidence, n.note
	}
	e.refer(link.Reference{
		Owner: e.owner.name, Members: n.to, Form: n.form, Origin: o, Also: n.also,
		Terms: depgraph.Terms{Need: n.need, Phases: n.phases, IfLost: n.ifLost, Lasts: days(n.lasts), Via: n.via},
	})
}

// needs says that the needs of an object come next, so that its name is made once.
func (e *emitter) needs(o *object) {
	if o.id != e.owner.id {
		e.owner.id, e.owner.name = o.id, o.ref()
	}
}

// refer adds a reference.
func (e *emitter) refer(r link.Reference) { e.f.Packed.Refer(r) }

// add adds a definition.
func (e *emitter) add(d link.Definition) { e.f.Packed.Define(d) }

// define adds the node of an object, with the names that it answers to.
func (e *emitter) define(o *object, n depgraph.Node, names ...link.Name) {
	e.defineIn("", o, n, names...)
}

// defineIn is define for an object of which other sources read files: what these name is
// looked up in scope.
func (e *emitter) defineIn(scope string, o *object, n depgraph.Node, names ...link.Name) {
	if o.id.IsZero() {
		return
	}
	n.ID = o.id
	n.Aliases = append(n.Aliases, e.w.aliases(o)...)
	from, others := o, offered(o)
	for {
		own := objectName(e.w.scope(from, o.ns), o.kind, o.name)
		if !slices.Contains(names, own) {
			names = append(names, own)
		}
		if from == others {
			break
		}
		from = others
	}
	e.node(o).named = true
	e.needs(o)
	e.f.Packed.DefineLabelled(link.Definition{Node: n, Names: names, Scope: scope, Origin: o.here()}, o.labels.all())
}

// node is what is found out about a node while all is emitted.
type node struct {
	named    bool // it was defined
	implied  bool // what every object needs was added
	resolves bool // it names a host of its cluster
	first    spot // where it does so first
}

func (e *emitter) nodeOf(id depgraph.ID) *node {
	n := e.nodes[id]
	if n == nil {
		if len(e.room) == 0 {
			e.room = make([]node, 256)
		}
		n, e.room = &e.room[0], e.room[1:]
		e.nodes[id] = n
	}
	return n
}

// node returns what is known of the node of an object, which several may share.
func (e *emitter) node(o *object) *node {
	if o.node == nil {
		o.node = e.nodeOf(o.id)
	}
	return o.node
}

// isNamed says whether the node of an object was defined.
func (e *emitter) isNamed(o *object) bool { return !o.id.IsZero() && e.node(o).named }

// imply adds a node that no input shows but every cluster has.
func (e *emitter) imply(id depgraph.ID, at depgraph.Origin, note string, names ...link.Name) {
	at.Basis, at.Confidence, at.Note = depgraph.Implied, impliedConfidence, note
	e.add(link.Definition{Node: depgraph.Node{ID: id}, Names: names, Weak: true, Origin: at})
}

// mention adds a node that is known by its id alone, such as a zone.
func (e *emitter) mention(id depgraph.ID, at depgraph.Origin, labels map[string]string) {
	e.add(link.Definition{Node: depgraph.Node{ID: id, Labels: labels}, Weak: true, Origin: at})
}

func (e *emitter) bind(b link.Binding) { e.f.Packed.Bind(b) }

// note writes to the ledger what was read and leads nowhere.
func (e *emitter) note(f *ingest.File, format string, args ...any) { f.Note(format, args...) }

// to makes a target of a node's id.
func to(ids ...depgraph.ID) []target {
	out := make([]target, 0, len(ids))
	for _, id := range ids {
		out = append(out, target{Name: link.ID(id)})
	}
	return out
}

// alone makes a list of one target. It is valid until the next call: for a need that is
// added at once.
func (e *emitter) alone(t target) []target {
	e.one[0] = t
	return e.one[:]
}

// quiet marks a target of which it is normal that no input shows it.
func quiet(t target) []target {
	t.Quiet = true
	return []target{t}
}

// target is what the linker calls a target.
type target = link.Target

// hostOf refers to a host, as seen from an object.
func hostOf(e *emitter, o *object, host string) []target {
	return []target{{Name: link.Host(e.w.hostScope(o, host), host)}}
}
