package address

import (
	"regexp"
	"slices"
)

// Gathers says whether a file configures a program that moves signals: the OpenTelemetry
// collector, Fluent Bit, Vector, Promtail. What such a program reaches for it
// watches or reports to, and goes on without.
func Gathers(text string) bool {
	return slices.ContainsFunc(pipelines, func(marks []*regexp.Regexp) bool {
		return !slices.ContainsFunc(marks, func(m *regexp.Regexp) bool { return !m.MatchString(text) })
	})
}

// pipelines are the settings by which such files are known; all of one row.
var pipelines = [][]*regexp.Regexp{
	{regexp.MustCompile(`(?m)^(receivers|exporters|connectors):`), regexp.MustCompile(`(?m)^service:`), regexp.MustCompile(`(?m)^\s+pipelines:`)},
	{regexp.MustCompile(`(?m)^(receivers|exporters|processors):\s*$`), regexp.MustCompile(`(?m)^\s+(otlp|otlphttp|prometheus|jaeger|zipkin|hostmetrics|batch|kafkametrics|postgresql|redis)(/\w+)?:`)},
	{regexp.MustCompile(`(?mi)^\s*\[INPUT\]`), regexp.MustCompile(`(?mi)^\s*\[OUTPUT\]`)},
	{regexp.MustCompile(`(?m)^\[?sources\b`), regexp.MustCompile(`(?m)^\[?sinks\b`)},
	{regexp.MustCompile(`(?m)^positions:`), regexp.MustCompile(`(?m)^clients:`)},
}
