package kubernetes

import (
	"net/netip"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// text is what is known of a string that may hold addresses.
type text struct {
	key    string // the variable or setting; "" is unknown
	phases depgraph.Phases
	ifLost depgraph.IfLost
	trust  float64 // an upper bound of the confidence; 0 is none
	note   string
}

// emitText adds the addresses in a string that stands in a field, expanded.
func (e *emitter) emitText(run *workload, x field, expanded string, t text) {
	for _, r := range address.Find(expanded, address.Context{Key: t.key, Known: e.known(run)}) {
		at := x.at()
		if expanded == x.text() {
			at = x.within(r.At)
		}
		e.emitRef(run, r, at, t)
	}
}

// known says which names are known to a workload.
func (e *emitter) known(run *workload) func(name string) bool {
	if e.knows.run != run {
		e.knows.run, e.knows.known = run, func(name string) bool { return e.w.known(run.object, name) }
	}
	return e.knows.known
}

// emitRef adds one address that a workload uses.
func (e *emitter) emitRef(run *workload, r address.Ref, at depgraph.Origin, t text) {
	targets := e.hostTargets(run, r, at)
	if len(targets) == 0 {
		return
	}
	if r.Telemetry && looksAtTelemetry(run) {
		r.Telemetry = false
	}
	terms := r.Terms()
	if t.phases != 0 {
		terms.Phases = t.phases
	}
	if t.ifLost > terms.IfLost {
		terms.IfLost = t.ifLost
	}
	confidence := r.Form.Confidence()
	if t.trust > 0 {
		confidence = min(confidence, t.trust)
	}
	e.need(need{
		owner: run.id, to: targets, phases: terms.Phases, ifLost: terms.IfLost, via: terms.Via, form: link.Text,
		confidence: confidence, at: at, note: t.note,
	})
}

// hostTargets returns the hosts of an address as names in the scope of a workload's
// namespace, and takes note of users of in-cluster names.
func (e *emitter) hostTargets(run *workload, r address.Ref, at depgraph.Origin) []target {
	all := r.Targets("")
	out := all[:0]
	for _, t := range all {
		if t.Name.Space == link.SpaceHost {
			host := t.Name.Text
			if ip := hostAlias(run, host); ip.IsLoopback() {
				continue
			} else if ip.IsPrivate() {
				host = ip.String()
				t.Name.Text = host
			}
			t.Name.Scope = e.w.hostScope(run.object, host)
			if e.isOwn(run, host) {
				continue
			}
			if e.w.defines(run.object, host) != nil || strings.HasSuffix(host, ".svc") || strings.Contains(host, ".svc.") {
				e.resolvesNames(run, at)
			}
		}
		out = append(out, t)
	}
	return out
}

// hostAlias returns the address to which the pod's own list of hosts leads a name, which
// is asked before any name server; the zero address where it has none. A public address
// is another way to whom the name already names.
func hostAlias(run *workload, host string) netip.Addr {
	for _, alias := range run.pod.spec("hostAliases").items() {
		for _, name := range alias.get("hostnames").items() {
			if strings.EqualFold(name.text(), host) {
				ip, _ := netip.ParseAddr(alias.get("ip").text())
				return ip
			}
		}
	}
	return netip.Addr{}
}

// targetsOf returns the hosts of an address as an object sees them.
func (e *emitter) targetsOf(o *object, r address.Ref) []target {
	out := r.Targets("")
	for i := range out {
		if out[i].Name.Space == link.SpaceHost {
			out[i].Name.Scope = e.w.hostScope(o, out[i].Name.Text)
		}
	}
	return out
}

// isOwn says whether a host is a name of the workload itself: its peers, or the
// Service in front of it.
func (e *emitter) isOwn(run *workload, host string) bool {
	o := e.w.defines(run.object, host)
	if o == nil {
		return false
	}
	if o == run.object {
		return true
	}
	s := beside(o)
	if s == nil {
		return false
	}
	for _, target := range s.targets {
		if target == run {
			return true
		}
	}
	return false
}

// resolvesNames takes note that a workload looks up in-cluster names.
func (e *emitter) resolvesNames(run *workload, at depgraph.Origin) {
	n, x := e.node(run.object), spotOf(at)
	if !n.resolves || x.compare(n.first) < 0 {
		n.resolves, n.first = true, x
	}
}

// looksAtTelemetry says whether a workload reads signals for people: to it, the
// stores of signals are what any database is to an application.
func looksAtTelemetry(run *workload) bool {
	for _, c := range run.pod.containers {
		switch c.base() {
		case "grafana", "kiali", "jaeger-query", "zipkin-ui", "lens", "hotrod-ui", "kibana", "headlamp":
			return true
		}
	}
	return run.group == "grafana.integreatly.org" || run.group == "kibana.k8s.elastic.co"
}
