package compose

import (
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
)

// collector is what the images of programs that gather, keep or forward signals are called.
var collector = regexp.MustCompile(`(^|/)(opentelemetry-collector[a-z-]*|otelcol[a-z-]*|prometheus|pushgateway|jaeger|jaeger-agent|jaeger-collector|all-in-one|zipkin|zipkin-slim|openzipkin|fluent-bit|fluentd|vector|telegraf|promtail|alloy|grafana-agent|statsd|cadvisor|node-exporter|filebeat|logstash)$`)

// findCollectors notes the services that gather signals. A service may be written
// in several files that are layered, of which only one says its image.
func (p *project) findCollectors() {
	p.collectors = map[string]bool{}
	for _, d := range p.docs {
		for key, v := range d.root.Get("services").Fields() {
			s := &service{project: p, file: d.file, name: key.Text, value: v}
			for _, body := range s.bodies(v, 0) {
				if collector.MatchString(repository(p.fill(body.Get("image").Text()))) {
					p.collectors[strings.ToLower(key.Text)] = true
				}
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
	for _, d := range s.docs {
		v := d.root.Get("services", s.name)
		if v.Type() != strict.Map {
			continue
		}
		for _, body := range s.bodies(v, 0) {
			for _, e := range s.environment(body) {
				for _, ref := range address.Find(e.text, address.Context{Key: e.key, Known: s.known}) {
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
	}
	return signals
}
