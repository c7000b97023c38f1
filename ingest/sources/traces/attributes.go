package traces

import (
	"strings"

	"github.com/fateline/fateline/ingest/address"
)

// attributes is the flat view of a resource's or a span's attributes.
type attributes map[string]string

// first returns the first attribute that is set. Old and new semantic conventions
// occur in one trace, so every look-up names them in order, newest first.
func (a attributes) first(keys ...string) string {
	for _, k := range keys {
		if v := a[k]; v != "" {
			return v
		}
	}
	return ""
}

// serviceOf reads a resource, by OpenTelemetry semantic conventions 1.44 and the
// names they replaced.
func serviceOf(res attributes, fallback string) serviceKey {
	name := res.first("service.name")
	if name == "" || strings.HasPrefix(name, "unknown_service") {
		name = fallback
	}
	return serviceKey{
		namespace:    res["service.namespace"],
		name:         name,
		cluster:      res["k8s.cluster.name"],
		k8sNamespace: res.first("k8s.namespace.name"),
		workload: res.first("k8s.deployment.name", "k8s.statefulset.name", "k8s.daemonset.name",
			"k8s.cronjob.name", "k8s.job.name", "k8s.replicaset.name"),
		environment: res.first("deployment.environment.name", "deployment.environment"),
		criticality: res["service.criticality"],
	}
}

// peerOf reads the far end of a client or producer span.
func peerOf(a attributes) peer {
	return peer{
		service:   a.first("service.peer.name", "peer.service"),
		namespace: a["service.peer.namespace"],
		host:      hostOnly(a.first("server.address", "net.peer.name", "http.host", "peer.hostname", "net.sock.peer.name", "peer.address")),
		dbSystem:  a.first("db.system.name", "db.system", "db.type"),
		dbName:    a.first("db.namespace", "db.name", "db.instance"),
		msgSystem: a.first("messaging.system"),
		topic:     a.first("messaging.destination.template", "messaging.destination.name", "messaging.destination", "message_bus.destination"),
	}.plain()
}

// plain returns the far end with names in place of URLs and data source names:
// some instrumentation writes these there, with all the secrets that they hold.
func (p peer) plain() peer {
	if isAddress(p.service) {
		p.host, p.service = hostIn(p.service), ""
	}
	if isAddress(p.host) {
		p.host = hostIn(p.host)
	}
	if isAddress(p.dbName) {
		host := ""
		for _, r := range address.Find(p.dbName, address.Context{}) {
			host, p.dbName = r.Hosts[0].Name, r.Database
		}
		if p.host == "" {
			p.host = host
		}
		if isAddress(p.dbName) {
			p.dbName = ""
		}
	}
	if isAddress(p.topic) {
		p.topic = lastStep(p.topic)
	}
	return p
}

// isAddress reports whether what stands in the place of a name is an address or a
// list of settings, which names do not hold: it may have credentials in it.
func isAddress(s string) bool {
	return strings.Contains(s, "://") || strings.ContainsAny(s, "@;?=") || strings.HasPrefix(s, "jdbc:")
}

// hostIn returns the host that an address names; "" where it names none.
func hostIn(s string) string {
	if refs := address.Find(s, address.Context{}); len(refs) > 0 {
		return refs[0].Hosts[0].Name
	}
	if _, rest, found := strings.Cut(s, "://"); found {
		s = rest
	}
	s, _, _ = strings.Cut(s[strings.LastIndexByte(s, '@')+1:], "/")
	if s = hostOnly(s); isAddress(s) {
		return ""
	}
	return s
}

// lastStep returns the last step of an address's path, of "amqp://HOST/orders" and
// "topic://orders" the orders.
func lastStep(s string) string {
	if _, rest, found := strings.Cut(s, "://"); found {
		s = rest
	}
	if at := strings.IndexAny(s, "?#;"); at >= 0 {
		s = s[:at]
	}
	s = s[strings.LastIndexByte(s, '@')+1:]
	s = s[strings.LastIndexByte(s, '/')+1:]
	if isAddress(s) {
		return ""
	}
	return s
}

// hostOnly cuts the port of host:port; an IPv6 literal loses its brackets.
func hostOnly(s string) string {
	if rest, ok := strings.CutPrefix(s, "["); ok {
		host, _, _ := strings.Cut(rest, "]")
		return host
	}
	if strings.Count(s, ":") == 1 {
		s, _, _ = strings.Cut(s, ":")
	}
	return strings.ToLower(strings.TrimSuffix(s, "."))
}
