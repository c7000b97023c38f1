package compose

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest/address"
)

// collector is what the images of programs that gather, keep or forward signals are called.
var collector = regexp.MustCompile(`(^|/)(opentelemetry-collector[a-z-]*|otelcol[a-z-]*|prometheus|pushgateway|jaeger|jaeger-agent|jaeger-collector|all-in-one|zipkin|zipkin-slim|openzipkin|fluent-bit|fluentd|vector|telegraf|promtail|alloy|grafana-agent|statsd|cadvisor|node-exporter|filebeat|logstash)$`)

// keeper is what the images of collectors are called that answer from a store what they
// put there: without it they have nothing to show, and take nothing more.
var keeper = regexp.MustCompile(`(^|/)(jaeger|jaeger-collector|jaeger-query|all-in-one|zipkin|zipkin-slim|openzipkin)$`)

// store is what the images of programs that keep data are called.
var store = regexp.MustCompile(`(^|/)(postgres|postgresql|postgis|mysql|mysql-server|mariadb|mongo|mongodb|redis|valkey|keydb|memcached|cassandra|scylla|clickhouse|clickhouse-server|elasticsearch|opensearch|couchdb|influxdb|neo4j|rabbitmq|etcd|meilisearch|minio)$`)

// proxy is what the images of programs that pass requests on are called, also those that
// hold a configuration of one's own.
var proxy = regexp.MustCompile(`(^|[/-])(nginx|openresty|caddy|traefik|haproxy|envoy|httpd)$`)

// findImages notes what services are by their images. A service may be written in several
// files that are layered, of which only one says its image.
func (p *project) findImages() {
	p.collectors, p.keepers, p.stored, p.routers = map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for s := range p.each() {
		for _, b := range s.bodies() {
			image, name := repository(p.fill(b.value.Get("image").Text())), strings.ToLower(s.name)
			p.collectors[name] = p.collectors[name] || collector.MatchString(image)
			p.keepers[name] = p.keepers[name] || keeper.MatchString(image)
			p.routers[name] = p.routers[name] || path.Base(image) == "traefik"
			p.stored[name] = p.stored[name] || store.MatchString(image)
		}
	}
}

// keeps reports whether the service gathers signals and answers from a store.
func (s *service) keeps() bool { return s.keepers[strings.ToLower(s.name)] }

// keepsData reports whether a service of the project is a store.
func (p *project) keepsData(service string) bool { return p.stored[strings.ToLower(service)] }

// passesOn reports whether the service passes requests on.
func (s *service) passesOn() bool {
	for _, b := range s.layered() {
		if proxy.MatchString(repository(s.fill(b.value.Get("image").Text()))) {
			return true
		}
	}
	return false
}

// repository returns an image without tag and digest.
func repository(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		image = image[:i]
	}
	return image
}

// collects reports whether the service gathers signals: what it reaches for it
// watches, and goes on without.
func (s *service) collects() bool { return s.collectors[strings.ToLower(s.name)] }

// onlySignals reports whether nothing but signals go from the service to another:
// the other gathers them, or the service's settings name it for nothing else. Then
// starting after it is an order and no need.
func (s *service) onlySignals(other string) bool {
	if s.keeps() && !s.collectors[strings.ToLower(other)] {
		return false
	}
	if s.collects() || s.collectors[strings.ToLower(other)] {
		return true
	}
	signals := false
	for same := range s.each() {
		if same.name != s.name {
			continue
		}
		linked := same.linked()
		for _, e := range same.environment() {
			for _, ref := range same.find(e.key, e.text, linked) {
				for _, h := range ref.Hosts {
					if !strings.EqualFold(h.Name, other) {
						continue
					}
					if !ref.Telemetry {
						return false
					}
					signals = true
				}
			}
		}
	}
	return signals
}

// joins reports whether the service takes another for a member of its own cluster, by its
// command or a variable.
func (s *service) joins(other string) bool {
	linked := s.linked()
	is := func(ref address.Ref) bool {
		return ref.Gossip && slices.ContainsFunc(ref.Hosts, func(h address.Host) bool { return strings.EqualFold(h.Name, other) })
	}
	for _, b := range s.layered() {
		for _, a := range address.Args(s.words(b.value, "entrypoint", "command"), s.knownOr(linked)) {
			if is(unlinked(a.Ref, linked)) {
				return true
			}
		}
	}
	return slices.ContainsFunc(s.environment(), func(e setting) bool { return slices.ContainsFunc(s.find(e.key, e.text, linked), is) })
}
