package traces

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// Confidence of observed facts. A call between two instrumented services is what
// the trace shows; a peer is only what the caller says of the far end.
const (
	callConfidence = 0.9
	peerConfidence = 0.8
	linkConfidence = 0.6
)

// calls joins spans into edges. It is fed every span of a unit and then asked for
// the fragment; order does not matter. Memory is proportional to the spans.
type calls struct {
	spans []span
	at    map[spanKey]int32
	files []string

	services map[serviceKey]evidence
	edges    map[edgeKey]*traffic
	orphans  map[int32]int // by file
	repeated map[int32]int
}

type spanKey struct{ trace, id string }

// edgeKey is one arrow: the owner, and the far end as a service or as a name.
type edgeKey struct {
	from   serviceKey
	to     serviceKey
	target target
	via    depgraph.Via
	ifLost depgraph.IfLost
}

// target is a far end that is no instrumented service.
type target struct {
	service, namespace, host string
	node                     depgraph.ID // a queue or a database known only by its name
}

type evidence struct{ file, line int32 }

type traffic struct {
	seen       depgraph.Seen
	place      evidence
	confidence float64
}

func newCalls() *calls {
	return &calls{at: map[spanKey]int32{}, services: map[serviceKey]evidence{}, edges: map[edgeKey]*traffic{}, orphans: map[int32]int{}, repeated: map[int32]int{}}
}

// addFile gives a file its number.
func (c *calls) addFile(path string) int32 {
	c.files = append(c.files, path)
	return int32(len(c.files) - 1)
}

func (c *calls) add(s span) {
	if s.service.name == "" || s.id == "" {
		return
	}
	c.spans = append(c.spans, s)
}

// resolve finds every edge, by the rules of the OpenTelemetry service graph, the
// Jaeger dependency job and Zipkin's DependencyLinker taken together. O(n log n).
func (c *calls) resolve() {
	slices.SortStableFunc(c.spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	for i, s := range c.spans {
		k := spanKey{s.trace, s.id}
		if _, again := c.at[k]; again {
			c.repeated[s.file]++
			continue
		}
		c.at[k] = int32(i)
	}
	answered := make([]bool, len(c.spans)) // spans that some child answers to
	for i := range c.spans {
		c.serve(i)
		if p := c.parent(i); p >= 0 {
			answered[p] = true
			c.call(p, i)
		} else if c.spans[i].parent != "" {
			c.orphans[c.spans[i].file]++
		}
		c.follow(i)
	}
	for i := range c.spans {
		c.reach(i, answered[i])
	}
}

// serve records that the span's service exists.
func (c *calls) serve(i int) {
	s := &c.spans[i]
	place := evidence{s.file, s.line}
	if seen, ok := c.services[s.service]; !ok || less(place, seen) {
		c.services[s.service] = place
	}
}

// parent returns the index of the span's parent, -1 where the input has none.
// Zipkin's shared spans: what names the shared id as its parent was called by the
// server's half, except that half itself.
func (c *calls) parent(i int) int {
	s := &c.spans[i]
	if s.parent == "" {
		return -1
	}
	if p, ok := c.at[spanKey{s.trace, s.parent + sharedSuffix}]; ok && s.id != s.parent+sharedSuffix {
		return int(p)
	}
	if p, ok := c.at[spanKey{s.trace, s.parent}]; ok && int(p) != i {
		return int(p)
	}
	return -1
}

// call records the call of a child by its parent, where they are two services.
func (c *calls) call(p, i int) {
	caller, callee := &c.spans[p], &c.spans[i]
	if caller.service == callee.service {
		return
	}
	if caller.kind == producer && callee.kind == consumer {
		if topic(caller.peer) != "" || topic(callee.peer) != "" {
			return // the queue stands between them: reach records both halves
		}
		c.record(edgeKey{from: caller.service, to: callee.service, via: depgraph.Publishes, ifLost: depgraph.Degraded}, i, linkConfidence)
		return
	}
	c.record(edgeKey{from: caller.service, to: callee.service, via: depgraph.Calls, ifLost: depgraph.Down}, i, callConfidence)
}

// follow records span links: what was caused without being waited for.
func (c *calls) follow(i int) {
	for _, l := range c.spans[i].links {
		p, ok := c.at[spanKey{l.trace, l.span}]
		if !ok {
			continue
		}
		from, to := c.spans[p].service, c.spans[i].service
		if from == to || topic(c.spans[p].peer) != "" && topic(c.spans[i].peer) != "" {
			continue
		}
		c.record(edgeKey{from: from, to: to, via: depgraph.Publishes, ifLost: depgraph.Degraded}, i, linkConfidence)
	}
}

// reach records what a span says of its far end: a topic always, a peer only where
// no child answered, for a child knows better what it is.
func (c *calls) reach(i int, answered bool) {
	s := &c.spans[i]
	key := edgeKey{from: s.service, ifLost: depgraph.Down}
	switch {
	case s.kind == producer && topic(s.peer) != "":
		key.via, key.target.node = depgraph.Publishes, queueID(s.peer)
	case s.kind == consumer && topic(s.peer) != "":
		key.via, key.target.node = depgraph.Consumes, queueID(s.peer)
	case s.kind != client && s.kind != producer || answered || s.peer.empty():
		return
	default:
		key.via, key.target = depgraph.Calls, peerTarget(s.peer)
		if s.peer.dbSystem != "" {
			key.via = depgraph.Reads
		}
	}
	if key.target == (target{}) {
		return
	}
	c.record(key, i, peerConfidence)
}

func topic(p peer) string { return p.topic }

func queueID(p peer) depgraph.ID {
	system := p.msgSystem
	if system == "" {
		system = "messaging"
	}
	return depgraph.ID{Kind: depgraph.KindQueue, Name: system + "/" + p.topic}
}

// peerTarget names the far end, the most specific name first.
func peerTarget(p peer) target {
	switch {
	case p.service != "":
		return target{service: p.service, namespace: p.namespace}
	case p.host != "" && !loopback(p.host):
		return target{host: p.host}
	case p.dbSystem != "" && p.dbName != "":
		return target{node: depgraph.ID{Kind: depgraph.KindDatastore, Name: p.dbSystem + "/" + p.dbName}}
	}
	return target{}
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && addr.IsLoopback()
}

func (c *calls) record(k edgeKey, i int, confidence float64) {
	s := &c.spans[i]
	t, ok := c.edges[k]
	if !ok {
		t = &traffic{place: evidence{s.file, s.line}, confidence: confidence}
		c.edges[k] = t
	}
	if place := (evidence{s.file, s.line}); less(place, t.place) {
		t.place = place
	}
	t.seen.Count++
	if s.failed {
		t.seen.Errors++
	}
	if t.seen.Example == "" || s.trace < t.seen.Example {
		t.seen.Example = s.trace
	}
	if !s.start.IsZero() {
		if t.seen.First.IsZero() || s.start.Before(t.seen.First) {
			t.seen.First = s.start
		}
		if s.start.After(t.seen.Last) {
			t.seen.Last = s.start
		}
	}
}

func less(a, b evidence) bool { return a.file < b.file || a.file == b.file && a.line < b.line }

// fragment returns the definitions and references that the edges amount to.
func (c *calls) fragment() *link.Fragment {
	f := &link.Fragment{}
	for s, place := range c.services {
		f.Definitions = append(f.Definitions, c.definition(s, place))
	}
	queues := map[depgraph.ID]evidence{}
	for k, t := range c.edges {
		f.References = append(f.References, c.reference(k, t))
		if k.target.node.Kind == depgraph.KindQueue {
			if seen, ok := queues[k.target.node]; !ok || less(t.place, seen) {
				queues[k.target.node] = t.place
			}
		}
	}
	for id, place := range queues {
		f.Definitions = append(f.Definitions, link.Definition{Node: depgraph.Node{ID: id}, Weak: true, Origin: c.origin(place, peerConfidence, "topic seen in traffic")})
	}
	slices.SortFunc(f.Definitions, func(a, b link.Definition) int {
		return cmp.Or(a.Node.ID.Compare(b.Node.ID), a.Origin.Compare(b.Origin))
	})
	slices.SortFunc(f.References, func(a, b link.Reference) int {
		return cmp.Or(cmp.Compare(a.Owner.Text, b.Owner.Text), cmp.Compare(a.Members[0].Name.Text, b.Members[0].Name.Text),
			cmp.Compare(a.Members[0].Name.Scope, b.Members[0].Name.Scope), cmp.Compare(a.Terms.Via, b.Terms.Via),
			cmp.Compare(a.Terms.IfLost, b.Terms.IfLost), a.Origin.Compare(b.Origin))
	})
	return f
}

func (c *calls) origin(e evidence, confidence float64, note string) depgraph.Origin {
	return depgraph.Origin{Input: c.files[e.file], Line: int(e.line), Basis: depgraph.Observed, Confidence: confidence, Note: note}
}

func (c *calls) definition(s serviceKey, place evidence) link.Definition {
	d := link.Definition{
		Node:   depgraph.Node{ID: s.id(), Env: s.environment, Tier: tierOf(s.criticality)},
		Names:  s.names(),
		Weak:   true,
		Origin: c.origin(place, callConfidence, fmt.Sprintf("service.name %q in traces", s.name)),
	}
	return d
}

// tierOf reads service.criticality; an unknown word is unknown, never less critical.
func tierOf(criticality string) *int {
	tiers := map[string]int{"critical": 0, "high": 1, "medium": 2, "low": 3}
	if t, ok := tiers[strings.ToLower(criticality)]; ok {
		return &t
	}
	return nil
}

func (c *calls) reference(k edgeKey, t *traffic) link.Reference {
	o := c.origin(t.place, t.confidence, "")
	o.Seen = t.seen
	return link.Reference{
		Owner:   link.ID(k.from.id()),
		Members: []link.Target{k.targetOf()},
		Terms:   depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), IfLost: k.ifLost, Via: k.via},
		Origin:  o,
	}
}

func (k edgeKey) targetOf() link.Target {
	switch {
	case k.to != (serviceKey{}):
		return link.Target{Name: link.ID(k.to.id())}
	case k.target.service != "":
		peer := serviceKey{namespace: k.target.namespace, name: k.target.service}
		return link.Target{Name: link.Name{Space: link.SpaceService, Text: peer.path()}, Else: peer.id(), Quiet: true}
	case k.target.host != "":
		return link.Target{Name: link.Host(k.from.scope(), k.target.host)}
	}
	return link.Target{Name: link.ID(k.target.node), Else: k.target.node, Quiet: true}
}

// path returns NAMESPACE/NAME, or NAME alone.
func (s serviceKey) path() string {
	if s.namespace != "" {
		return s.namespace + "/" + s.name
	}
	return s.name
}

func (s serviceKey) id() depgraph.ID { return depgraph.ID{Kind: depgraph.KindService, Name: s.path()} }

// scope returns where the service looks names up: its Kubernetes namespace.
func (s serviceKey) scope() string {
	if s.k8sNamespace == "" {
		return ""
	}
	return strings.TrimSuffix("k8s/"+s.cluster, "/") + "/" + s.k8sNamespace
}

// names lists what the service answers to, the most specific first.
func (s serviceKey) names() []link.Name {
	service := func(text string) link.Name { return link.Name{Space: link.SpaceService, Text: text} }
	var names []link.Name
	if s.k8sNamespace != "" {
		prefix := s.k8sNamespace + "/"
		if s.cluster != "" {
			prefix = s.cluster + "/" + prefix
		}
		if s.workload != "" {
			names = append(names, service(prefix+s.workload))
		}
		names = append(names, service(prefix+s.name))
	}
	if s.namespace != "" {
		names = append(names, service(s.path()))
	}
	return append(names, service(s.name))
}
