package kubernetes

import (
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// emitPolicy records what a NetworkPolicy lets its pods call. What is allowed is not
// what is done: it leaves the owner unaffected.
func (e *emitter) emitPolicy(o *object) {
	spec := o.get("spec")
	for _, run := range e.w.matched(o, o.ns, spec.Get("podSelector")) {
		for rule := range spec.Get("egress").Items() {
			for peer := range rule.Get("to").Items() {
				e.mayCall(o, run, e.peers(o, peer), peer)
			}
		}
	}
}

// peers returns the workloads that one peer of a policy selects. A peer without
// selectors, or one that selects everything everywhere, says nothing.
func (e *emitter) peers(o *object, peer strict.Value) []*workload {
	pods, spaces := peer.Get("podSelector"), peer.Get("namespaceSelector")
	if spaces.Type() == strict.Missing {
		if isEmpty(pods) {
			return nil
		}
		return e.w.matched(o, o.ns, pods)
	}
	if isEmpty(pods) {
		return nil
	}
	var found []*workload
	names := e.w.namespaces(o)
	if name := spaces.Get("matchLabels", "kubernetes.io/metadata.name").Text(); name != "" {
		names = []string{name}
	}
	for _, ns := range names {
		if selects(spaces, e.w.namespace(o, ns)) {
			found = append(found, e.w.matched(o, ns, pods)...)
		}
	}
	return found
}

func (e *emitter) mayCall(o *object, run *workload, peers []*workload, at strict.Value) {
	for _, id := range ids(peers) {
		if id != run.id {
			e.need(need{owner: run.id, to: to(id), phases: runs, ifLost: depgraph.Unaffected, via: depgraph.MayCall, at: o.at(at)})
		}
	}
}

// emitCiliumPolicy records what a Cilium policy lets its pods call, outside names
// included.
func (e *emitter) emitCiliumPolicy(o *object) {
	specs := []strict.Value{o.get("spec")}
	for s := range o.get("specs").Items() {
		specs = append(specs, s)
	}
	for _, spec := range specs {
		for _, run := range e.w.matched(o, o.ns, spec.Get("endpointSelector")) {
			for rule := range spec.Get("egress").Items() {
				for peer := range rule.Get("toEndpoints").Items() {
					if !isEmpty(peer) {
						e.mayCall(o, run, e.w.matched(o, o.ns, peer), peer)
					}
				}
				for name := range rule.Get("toFQDNs").Items() {
					if host := name.Get("matchName"); host.Exists() {
						e.need(need{
							owner: run.id, to: []target{{Name: link.Host(e.w.hostScope(o, host.Text()), host.Text())}},
							phases: runs, ifLost: depgraph.Unaffected, via: depgraph.MayCall, at: o.at(host),
						})
					}
				}
			}
		}
	}
}
