package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
)

// gathers says whether a file configures a program that moves signals: the OpenTelemetry
// collector, Fluent Bit, Vector, Promtail. What such a program reaches for it
// watches or reports to, and goes on without.
func gathers(text string) bool {
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

// provisions says whether a file gives Grafana its data sources.
func provisions(text string) bool {
	return strings.Contains(text, "datasources:") && grafana.MatchString(text)
}

var grafana = regexp.MustCompile(`(?m)^apiVersion:\s*\d+\s*$`)

// applications are the types of data sources that hold the data of applications and
// no signals.
var applications = []string{"postgres", "postgresql", "mysql", "mssql", "grafana-postgresql-datasource", "redis-datasource", "grafana-mongodb-datasource"}

// panels returns the lines on which a data source of signals stands: a panel that
// stays empty is all that Grafana loses with it.
func panels(text string) map[int]bool {
	lines := map[int]bool{}
	docs, _ := strict.YAML([]byte(text), strict.Limits{}) // what is no YAML has none
	for _, d := range docs {
		for item := range d.Root.Get("datasources").Items() {
			if !slices.Contains(applications, item.Get("type").Text()) {
				lines[item.Get("url").Line()] = true
			}
		}
	}
	return lines
}

// signals marks the settings that are about signals.
func signals(text string, settings []address.Setting) []address.Setting {
	all := gathers(text)
	var lines map[int]bool
	if provisions(text) {
		lines = panels(text)
	}
	for i := range settings {
		if all || lines[settings[i].Line] {
			settings[i].Telemetry = true
		}
	}
	return settings
}
