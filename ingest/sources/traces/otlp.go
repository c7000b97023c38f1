package traces

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/fateline/fateline/analyzer/strict"
)

// otlpSpans reads one TracesData object of the OTLP JSON encoding (OTLP 1.x,
// opentelemetry-proto trace.proto), with what real files hold besides: the
// wrappers of Tempo and Jaeger's v3 API, "batches", scopes from before 0.15,
// enumerations by name, ids in base64.
func otlpSpans(root strict.Value, add func(span, strict.Value)) {
	for _, wrapper := range []string{"result", "trace"} {
		if inner := root.Get(wrapper); inner.Exists() {
			root = inner
		}
	}
	resources := root.Get("resourceSpans")
	if !resources.Exists() {
		resources = root.Get("batches")
	}
	for rs := range resources.Items() {
		service := serviceOf(otlpAttributes(rs.Get("resource", "attributes")), "")
		for _, key := range []string{"scopeSpans", "instrumentationLibrarySpans"} {
			for scope := range rs.Get(key).Items() {
				for s := range scope.Get("spans").Items() {
					add(otlpSpan(s, service), s)
				}
			}
		}
	}
}

func otlpSpan(v strict.Value, service serviceKey) span {
	a := otlpAttributes(v.Get("attributes"))
	s := span{
		trace:   otlpID(v.Get("traceId").Text(), 16),
		id:      otlpID(v.Get("spanId").Text(), 8),
		parent:  otlpID(v.Get("parentSpanId").Text(), 8),
		service: service,
		kind:    otlpKind(v.Get("kind").Text()),
		failed:  otlpFailed(v.Get("status", "code").Text()),
		start:   unixNano(v.Get("startTimeUnixNano").Text()),
		peer:    peerOf(a),
	}
	for l := range v.Get("links").Items() {
		s.links = append(s.links, spanLink{otlpID(l.Get("traceId").Text(), 16), otlpID(l.Get("spanId").Text(), 8)})
	}
	return s
}

// otlpAttributes flattens the scalar attributes of a KeyValue list.
func otlpAttributes(v strict.Value) attributes {
	a := attributes{}
	for kv := range v.Items() {
		for _, value := range kv.Get("value").Fields() {
			if text := value.Text(); text != "" {
				a[kv.Get("key").Text()] = text
			}
		}
	}
	return a
}

// otlpID returns an id of n bytes as lower-case hex. The OTLP JSON encoding writes
// hex; plain protojson writers leave base64 behind. All zeros is no id.
func otlpID(s string, n int) string {
	if s == "" {
		return ""
	}
	if len(s) != 2*n {
		if raw, err := base64.StdEncoding.DecodeString(s); err == nil && len(raw) == n {
			s = hex.EncodeToString(raw)
		}
	}
	if strings.Trim(s, "0") == "" {
		return ""
	}
	return strings.ToLower(s)
}

func otlpKind(s string) kind {
	switch strings.TrimPrefix(s, "SPAN_KIND_") {
	case "2", "SERVER":
		return server
	case "3", "CLIENT":
		return client
	case "4", "PRODUCER":
		return producer
	case "5", "CONSUMER":
		return consumer
	}
	return internal
}

func otlpFailed(s string) bool { return s == "2" || s == "STATUS_CODE_ERROR" || s == "ERROR" }

// unixNano reads nanoseconds since 1970; what is no such number, or lies outside
// the years 1970 to 2262, is unknown.
func unixNano(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
