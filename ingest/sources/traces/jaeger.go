package traces

import (
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// jaegerSpans reads what Jaeger's HTTP API and its UI's download write: traces
// with spans and a table of processes (jaegertracing model json, v1).
func jaegerSpans(root strict.Value, add func(span, strict.Value)) {
	for trace := range root.Get("data").Items() {
		processes := map[string]serviceKey{}
		for id, p := range trace.Get("processes").Fields() {
			processes[id.Text] = serviceOf(jaegerTags(p.Get("tags")), p.Get("serviceName").Text())
		}
		for s := range trace.Get("spans").Items() {
			service, ok := processes[s.Get("processID").Text()]
			if p := s.Get("process"); !ok && p.Exists() { // the UI's download embeds it
				service = serviceOf(jaegerTags(p.Get("tags")), p.Get("serviceName").Text())
			}
			add(jaegerSpan(s, service), s)
		}
	}
}

func jaegerSpan(v strict.Value, service serviceKey) span {
	tags := jaegerTags(v.Get("tags"))
	s := span{
		trace:   strings.ToLower(v.Get("traceID").Text()),
		id:      strings.ToLower(v.Get("spanID").Text()),
		parent:  strings.ToLower(v.Get("parentSpanID").Text()),
		service: service,
		kind:    namedKind(tags["span.kind"]),
		failed:  tags["error"] == "true" || strings.EqualFold(tags["otel.status_code"], "error"),
		start:   unixMicro(v.Get("startTime").Text()),
		peer:    peerOf(tags),
	}
	for ref := range v.Get("references").Items() {
		trace, id := strings.ToLower(ref.Get("traceID").Text()), strings.ToLower(ref.Get("spanID").Text())
		if s.parent == "" && trace == s.trace && ref.Get("refType").Text() == "CHILD_OF" {
			s.parent = id
		} else if id != s.parent {
			s.links = append(s.links, spanLink{trace, id})
		}
	}
	return s
}

func jaegerTags(v strict.Value) attributes {
	a := attributes{}
	for t := range v.Items() {
		if text := t.Get("value").Text(); text != "" {
			a[t.Get("key").Text()] = text
		}
	}
	return a
}

func namedKind(s string) kind {
	switch strings.ToLower(s) {
	case "server":
		return server
	case "client":
		return client
	case "producer":
		return producer
	case "consumer":
		return consumer
	}
	return internal
}
