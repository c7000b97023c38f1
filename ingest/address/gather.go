package address

import (
	"regexp"
	"strings"
)

// Gathers says whether a file configures a program that moves signals: the OpenTelemetry
// collector, Fluent Bit, Vector, Promtail, Alloy. What such a program reaches for it
// watches or reports to, and goes on without.
func Gathers(text string) bool {
	for _, marks := range pipelines {
		all := true
		for i := 0; i < len(marks) && all; i++ {
			all = marks[i].stands(text)
		}
		if all {
			return true
		}
	}
	return false
}

// mark is a setting by which a file is known.
type mark struct {
	words   []string // one of them, in lower case, stands wherever the pattern matches: most files have none
	pattern *regexp.Regexp
}

func (m *mark) stands(text string) bool {
	for _, word := range m.words {
		if hasFold(text, word) {
			return m.pattern.MatchString(text)
		}
	}
	return false
}

// hasFold says whether a word, in lower case, stands in a text in any case.
func hasFold(text, word string) bool {
	if strings.Contains(text, word) {
		return true
	}
	// Only what is written in brackets is found in any case.
	for from := 0; word[0] == '['; {
		i := strings.IndexByte(text[from:], '[')
		if i < 0 || len(text)-from-i < len(word) {
			return false
		}
		from += i
		if strings.EqualFold(text[from:from+len(word)], word) {
			return true
		}
		from++
	}
	return false
}

func marked(pattern string, words ...string) mark { return mark{words, regexp.MustCompile(pattern)} }

// pipelines are the settings by which such files are known; all of one row.
var pipelines = [][]mark{
	{marked(`(?m)^\s+pipelines:`, "pipelines:"), marked(`(?m)^service:`, "service:"), marked(`(?m)^(receivers|exporters|connectors):`, "receivers:", "exporters:", "connectors:")},
	{
		marked(`(?m)^(receivers|exporters|processors):\s*$`, "receivers:", "exporters:", "processors:"),
		marked(`(?m)^\s+(otlp|otlphttp|prometheus|jaeger|zipkin|hostmetrics|batch|kafkametrics|postgresql|redis)(/\w+)?:`, ":"),
	},
	{marked(`(?mi)^\s*\[INPUT\]`, "[input]"), marked(`(?mi)^\s*\[OUTPUT\]`, "[output]")},
	{marked(`(?m)^\[?sources\b`, "sources"), marked(`(?m)^\[?sinks\b`, "sinks")},
	{marked(`(?m)^(loki|prometheus|otelcol|pyroscope|discovery)\.[a-z0-9_.]+ "[^"\n]*" *\{`, "loki.", "prometheus.", "otelcol.", "pyroscope.", "discovery.")},
	{marked(`(?m)^positions:`, "positions:"), marked(`(?m)^clients:`, "clients:")},
}
