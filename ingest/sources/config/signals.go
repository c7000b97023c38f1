package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
)

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

// logger matches settings inside those of a library that writes logs: "Serilog.WriteTo.Args.serverUrl".
var logger = regexp.MustCompile(`(?i)(^|\.)(serilog|nlog|log4net|log4j2?|logback)\.`)

// watcher matches settings of clients of Spring Boot Admin: a program tells it that it
// runs, and goes on without it.
var watcher = regexp.MustCompile(`(?i)(^|\.)spring\.boot\.admin\.`)

// signals marks the settings that are about signals.
func signals(text string, settings []address.Setting) []address.Setting {
	all := address.Gathers(text)
	var lines map[int]bool
	if provisions(text) {
		lines = panels(text)
	}
	for i := range settings {
		if all || lines[settings[i].Line] || logger.MatchString(settings[i].Path) || watcher.MatchString(settings[i].Path) {
			settings[i].Telemetry = true
		}
	}
	return settings
}
