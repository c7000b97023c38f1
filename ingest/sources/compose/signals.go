package compose

import (
	"regexp"
	"strings"
)

// collector is what the images of programs that gather, keep or forward signals are called.
var collector = regexp.MustCompile(`(^|/)(opentelemetry-collector[a-z-]*|otelcol[a-z-]*|prometheus|pushgateway|jaeger|jaeger-agent|jaeger-collector|all-in-one|zipkin|zipkin-slim|openzipkin|fluent-bit|fluentd|vector|telegraf|promtail|alloy|grafana-agent|statsd|cadvisor|node-exporter|filebeat|logstash)$`)

// findCollectors notes the services that gather signals. A service may be written
// in several files that are layered, of which only one says its image.
func (p *project) findCollectors() {
	p.collectors = map[string]bool{}
	for s := range p.each() {
		for _, b := range s.bodies() {
			if collector.MatchString(repository(p.fill(b.value.Get("image").Text()))) {
				p.collectors[strings.ToLower(s.name)] = true
			}
		}
	}
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
