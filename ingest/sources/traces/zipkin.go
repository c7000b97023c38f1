package traces

import (
	"strconv"
	"strings"
	"time"

	"github.com/fateline/fateline/analyzer/strict"
)

// zipkinSpans reads Zipkin v2 JSON: a list of spans, or a list of such lists.
// Client and server may share one span id; the server's half is then a child of
// the client's, as Zipkin's own DependencyLinker has it.
func zipkinSpans(root strict.Value, add func(span, strict.Value)) {
	for item := range root.Items() {
		if item.Type() == strict.List {
			zipkinSpans(item, add)
			continue
		}
		add(zipkinSpan(item), item)
	}
}

// sharedSuffix tells the server's half of a shared span from the client's.
const sharedSuffix = "+server"

func zipkinSpan(v strict.Value) span {
	tags := attributes{}
	for k, t := range v.Get("tags").Fields() {
		tags[k.Text] = t.Text()
	}
	s := span{
		trace:   strings.ToLower(v.Get("traceId").Text()),
		id:      strings.ToLower(v.Get("id").Text()),
		parent:  strings.ToLower(v.Get("parentId").Text()),
		service: serviceKey{name: v.Get("localEndpoint", "serviceName").Text()},
		kind:    namedKind(v.Get("kind").Text()),
		failed:  tags["error"] != "",
		start:   unixMicro(v.Get("timestamp").Text()),
		peer:    peerOf(tags),
	}
	remote := v.Get("remoteEndpoint", "serviceName").Text()
	if s.kind == internal && s.service.name != "" && remote != "" {
		s.kind = client
	}
	switch s.kind {
	case client, producer, consumer:
		s.peer.service = remote
		s.peer = s.peer.plain()
	case server:
		if shared, _ := v.Get("shared").Bool(); shared {
			s.parent, s.id = s.id, s.id+sharedSuffix
		}
	}
	return s
}

func unixMicro(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n > 1<<53 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}
