package traces

import (
	"bytes"
	"context"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads traces.
var Source = ingest.Define(ingest.Spec{
	Name: "traces",
	Doc: ingest.Doc{
		Title: "Distributed traces: OTLP JSON, Jaeger JSON, Zipkin v2 JSON",
		Text: "Who really called whom: calls between instrumented services, databases and other peers that only the caller names, " +
			"topics between producers and consumers. Each is an observed requirement with its count, errors, first and last time and one example trace.",
		Reads: []string{
			"OTLP JSON, one object or JSON lines (resourceSpans; also batches, trace and result wrappers, base64 ids, enumerations by name)",
			"Jaeger JSON of the HTTP API and the UI (data[].spans, data[].processes)",
			"Zipkin v2 JSON (lists of spans, shared spans)",
		},
		Limits: "OTLP protobuf and Jaeger's storage formats are not read. A call that was never sampled is not seen: its absence proves nothing.",
		Since:  "0.1",
	},
}, ingest.NoParams, claim, read)

var (
	otlpHead   = regexp.MustCompile(`"(resourceSpans|batches|scopeSpans|instrumentationLibrarySpans)"\s*:`)
	jaegerHead = regexp.MustCompile(`"(spans|data)"\s*:\s*\[`)
	zipkinHead = regexp.MustCompile(`^\s*\[[\s\[]*\{`)
)

// claim puts all traces of a run into one unit, so that a trace that is spread
// over several files is joined.
func claim(path string, head []byte) (string, bool) {
	if !jsonName(path) {
		return "", false
	}
	switch {
	case otlpHead.Match(head):
	case jaegerHead.Match(head) && bytes.Contains(head, []byte(`"traceID"`)):
	case zipkinHead.Match(head) && bytes.Contains(head, []byte(`"traceId"`)):
	default:
		return "", false
	}
	return "traces", true
}

func jsonName(path string) bool {
	for _, ending := range []string{".gz", ".zst"} {
		path = strings.TrimSuffix(path, ending)
	}
	for _, ending := range []string{".json", ".jsonl", ".ndjson"} {
		if strings.HasSuffix(path, ending) {
			return true
		}
	}
	return path == "-"
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	c := newCalls()
	for _, f := range u.Files {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := readFile(c, f); err != nil {
			f.Fail(err)
		}
	}
	c.resolve()
	for i, f := range u.Files {
		if n := c.orphans[int32(i)]; n > 0 {
			f.Note("%d spans name a parent that no input holds", n)
		}
		if n := c.repeated[int32(i)]; n > 0 {
			f.Note("%d spans repeat an id of their trace: only the first counts", n)
		}
	}
	return c.fragment(), nil
}

// decode hands the spans of one JSON value to the format that wrote it.
func decode(root strict.Value, add func(span, strict.Value)) {
	switch {
	case root.Type() == strict.List:
		zipkinSpans(root, add)
	case root.Get("data").Exists():
		jaegerSpans(root, add)
	default:
		otlpSpans(root, add)
	}
}
