package cloud

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// windowAttributes say when a provider changes a managed resource by itself.
var windowAttributes = []string{"preferred_maintenance_window", "maintenance_window", "weekly_maintenance_start_time"}

// updates is the need of a managed resource for the channel that its provider
// upgrades it by: one for each service and window. Providers do not change all of a
// service at once, so it is less sure than a channel of packages.
func (e *Emitter) updates(res *Resource) {
	window := strings.ToLower(res.first(windowAttributes...))
	if window == "" || strings.Contains(window, "${") || res.first("auto_minor_version_upgrade") == "false" || !sized[res.Kind] {
		return
	}
	service := strings.SplitN(res.Type, "_", 3)
	if len(service) < 2 {
		return
	}
	family := service[1]
	if family == "db" {
		family = "rds"
	}
	id := depgraph.ID{Kind: depgraph.KindUpdates, Name: service[0] + "/" + family + "/" + window}
	o := res.origin("upgraded by the provider in its window", 0.45)
	e.Fragment.Definitions = append(e.Fragment.Definitions, link.Definition{Node: depgraph.Node{ID: id, Title: "upgrades of " + service[0] + " " + family, Window: window}, Origin: o})
	e.need(e.ID(res), o, depgraph.Terms{Via: depgraph.UpdatedBy}, []link.Target{{Name: link.ID(id)}})
}
