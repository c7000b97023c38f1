package address

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest/words"
)

// telemetry says whether a reference is where signals are sent: traces, metrics,
// logs, profiles. text begins with what was written of it, up to the next reference. Of
// several hosts each is such a place.
func telemetry(r Ref, text string) bool {
	return pushesAll(r, text) || slices.ContainsFunc(r.Hosts, telemetryHost)
}

// pushesAll says whether all addresses of a reference have the path of a receiver.
func pushesAll(r Ref, text string) bool {
	if len(r.Hosts) < 2 {
		if end := strings.IndexAny(text, " \t\r\n\"'`"); end > 0 {
			text = text[:end]
		}
		return pushes(text)
	}
	parts := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" \t\r\n,;", c) })
	return len(parts) > 0 && !slices.ContainsFunc(parts, func(part string) bool { return !pushes(part) })
}

// pushes says whether a text has the path of a receiver.
func pushes(text string) bool {
	steps := strings.Count(text, "/")
	if strings.Contains(text, "://") {
		steps-- // only one of the two begins a path
	}
	if steps < 2 {
		return false // all that follow have two
	}
	path := strings.ToLower(text)
	for i := range len(path) {
		if path[i] == '/' && slices.ContainsFunc(receivers[:], func(push string) bool { return leads(path[i:], push) }) {
			return true
		}
	}
	return strings.Contains(path, "/insert/") && tenant.MatchString(path)
}

// leads says whether a path is that of a receiver, whose own may end in the middle, with a
// "/" or a "-". What stands deeper is something else: "/api/traces/1" asks Jaeger.
func leads(path, push string) bool {
	rest, found := strings.CutPrefix(path, push)
	if !found || rest == "" || strings.HasSuffix(push, "/") || strings.HasSuffix(push, "-") {
		return found
	}
	if rest[0] == '/' {
		rest = rest[1:]
	}
	return rest == "" || !inPath.MatchString(rest[:1])
}

var inPath = regexp.MustCompile(`[a-z0-9_.~%:+/-]`)

// tenant is how a path of VictoriaMetrics begins where it keeps the metrics of several.
var tenant = regexp.MustCompile(`/insert/([0-9]+(:[0-9]+)?|multitenant)/`)

// receivers are the paths to which agents and libraries send signals, by the documentation
// of what receives them. One that programs also ask for answers, such as "/_bulk" of a search
// engine or "/api/v2/write" of a store of time series, is none.
var receivers = [...]string{
	"/v1/traces", "/v1/metrics", "/v1/logs", "/v1/profiles", "/v1development/profiles", // OTLP
	"/loki/api/v1/push", "/loki/api/v1/raw", "/promtail/api/v1/push", "/promtail/api/v1/raw", "/api/prom/push", // Loki, and who takes logs for it
	"/api/v1/write", "/api/v1/push", "/api/v1/receive", "/api/v1/import/prometheus", "/api/v1/import/prometheus/", "/metrics/job/", // remote write, the Pushgateway
	"/insert/jsonline", "/insert/native", "/insert/journald", "/insert/journald/", "/insert/elasticsearch", "/insert/elasticsearch/", "/insert/loki/", "/insert/opentelemetry/", "/insert/datadog/", "/insert/splunk/", // VictoriaLogs
	"/api/v1/spans", "/api/v2/spans", "/api/traces", "/v0.3/traces", "/v0.4/traces", "/v0.5/traces", "/api/v0.2/traces", "/tracesegments", // Zipkin, Jaeger, Datadog, X-Ray
	"/push.v1.pusherservice/",                                                                                                                                                          // Pyroscope
	"/services/collector", "/services/collector/", "/api/v1/ingest/hec", "/api/v1/ingest/hec/", "/api/v1/ingest/elastic-bulk", "/api/v1/ingest/elastic-bulk/", "/api/v1/ingest/humio-", // Splunk, LogScale
	"/intake/v2/events", "/intake/v2/rum/events", "/intake/v3/rum/events", // Elastic APM
	"/api/v2/logs", "/log/v1", "/metric/v1", "/trace/v1", "/receiver/v1/http/", // Datadog, New Relic, Sumo Logic
	"/api/v2/metrics/ingest", "/api/v2/logs/ingest", "/api/v2/otlp", "/api/events/raw", "/ingest/clef", "/gelf", // Dynatrace, Seq, Graylog
	"/v2/entries:write", // Google Cloud Logging
}

// announcesSignals is telemetryKey for the words of a key.
func announcesSignals(words []string) bool {
	has := func(ws ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(ws, w) })
	}
	pair := func(a, b string) bool {
		for i := 0; i+1 < len(words); i++ {
			if words[i] == a && words[i+1] == b {
				return true
			}
		}
		return false
	}
	switch words[0] {
	case "otel", "otlp", "dd", "datadog", "newrelic", "elasticapm", "instana", "honeycomb", "lightstep", "signalfx", "splunk":
		return true
	}
	return has("opentelemetry", "otlp", "jaeger", "zipkin", "statsd", "dogstatsd", "fluentd", "fluentbit", "logstash", "syslog", "graylog", "gelf",
		"pushgateway", "pyroscope", "tracing", "telemetry", "profiler", "collectd", "graphite", "opamp", "serilog", "healthcheck", "healthchecks", "applicationinsights", "appinsights") ||
		pair("remote", "write") || pair("push", "gateway") || pair("apm", "server") || pair("trace", "agent") || pair("collector", "service") ||
		pair("collector", "endpoint") || pair("collector", "host") || pair("collector", "address") || pair("collector", "url") || pair("fluent", "bit") || pair("fluent", "host") || pair("loki", "url") || pair("open", "telemetry") ||
		pair("health", "check") || pair("health", "checks") || pair("new", "relic") || pair("elastic", "apm") || pair("seq", "url") || pair("seq", "server") ||
		pair("metrics", "export") || sentryKey(words)
}

// sentryKey says whether a key is where a client of Sentry reports to: SENTRY_DSN,
// "app.sentry.url". Longer names such as SENTRY_REDIS_HOST are settings of Sentry itself.
func sentryKey(words []string) bool {
	at := slices.Index(words, "sentry")
	if at < 0 || at+2 < len(words) {
		return false
	}
	return at+1 == len(words) || slices.Contains([]string{"dsn", "url", "uri", "host", "endpoint", "address", "server"}, words[at+1])
}

// telemetryHost says whether a host is a receiver of signals, by its port or by
// its name. Back ends that are queried too count only by name and port together.
func telemetryHost(h Host) bool {
	switch h.Port {
	case 4317, 4318, 6831, 6832, 5775, 5778, 14250, 14268, 9411, 8125, 8126, 24224, 5044, 12201, 55680, 55681:
		return true
	}
	first, _, _ := strings.Cut(h.Name, ".")
	var few fewWords
	words := words.Append(few[:0], first)
	for i, w := range words {
		switch w {
		case "otel", "otelcol", "opentelemetry", "opentelemetrycollector", "otelcollector", "zipkin", "statsd", "fluentd", "fluentbit", "logstash",
			"pushgateway", "promtail", "telegraf", "pyroscope":
			return true
		case "vector": // but not "vector-store", "vector-db"
			return i+1 == len(words) || slices.Contains([]string{"agent", "aggregator", "collector", "headless"}, words[i+1])
		case "jaeger":
			return h.Port == 0 && (i+1 == len(words) || words[i+1] != "query" && words[i+1] != "ui") || i+1 < len(words) && (words[i+1] == "agent" || words[i+1] == "collector")
		case "fluent":
			return i+1 < len(words) && words[i+1] == "bit"
		}
	}
	return false
}
