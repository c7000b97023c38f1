// Package traces reads distributed traces and turns who-called-whom into
// observed requirements: OTLP JSON (one object or JSON lines, as the OpenTelemetry
// collector's file exporter writes them), Jaeger JSON and Zipkin v2 JSON.
//
// Every format is decoded into the same [span]; calls.go alone knows what a call
// is. Edges come from parent ids, never from times, so a skewed clock changes
// nothing; a span whose parent is not in the input is counted and noted. An edge
// that is not seen is never proof that there is none.
package traces
