package kubernetes

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

const (
	monitoring   = "monitoring.coreos.com"
	grafanaGroup = "grafana.integreatly.org"
)

// emitPrometheus adds a Prometheus, Alertmanager or ThanosRuler of the operator.
func (e *emitter) emitMonitoring(run *workload) {
	o := run.object
	for a := range o.get("spec", "alerting", "alertmanagers").Items() {
		name := a.Get("name")
		if name.Text() != "" {
			ns := firstOf(a.Get("namespace").Text(), o.ns)
			e.need(need{owner: o.id, to: []target{e.alertmanager(o, ns, name.Text())}, phases: runs, ifLost: depgraph.Degraded, via: depgraph.Publishes, at: o.at(name)})
		}
	}
	e.emitStrings(o, o.get("spec", "remoteWrite"), text{phases: runs, ifLost: depgraph.Unaffected})
	e.emitStrings(o, o.get("spec", "remoteRead"), text{phases: runs, ifLost: depgraph.Degraded})
	if v := o.get("spec", "configSecret"); v.Text() != "" {
		e.need(need{owner: o.id, to: e.material(o, "Secret", v.Text()), phases: starts, via: depgraph.Mounts, at: o.at(v)})
	}
	for _, list := range []string{"secrets", "configMaps"} {
		kind := map[string]string{"secrets": "Secret", "configMaps": "ConfigMap"}[list]
		for v := range o.get("spec", list).Items() {
			e.need(need{owner: o.id, to: e.material(o, kind, v.Text()), phases: startRun, via: depgraph.Mounts, at: o.at(v)})
		}
	}
	if image := o.get("spec", "image"); image.Text() != "" {
		if img := imageOf(image.Text()); !img.isZero() {
			e.images(img, o.at(image))
			e.need(need{owner: o.id, to: to(img.id()), phases: startRun, via: depgraph.BuiltFrom, at: o.at(image), note: tagNote(img)})
			e.need(need{owner: o.id, to: to(img.registry()), phases: starts, via: depgraph.Pulls, at: o.at(image)})
		}
	}
	e.storageClass(o.id, o, field{v: o.get("spec", "storage", "volumeClaimTemplate", "spec"), f: o.file}, starts)
}

// alertmanager refers to an Alertmanager by the Service that leads to it.
func (e *emitter) alertmanager(o *object, ns, service string) target {
	return e.w.serviceTarget(o, ns, service)
}

// emitMonitor adds that the workloads which a ServiceMonitor or PodMonitor selects are
// watched by the Prometheus that reads it.
func (e *emitter) emitMonitor(o *object) {
	selector := map[string]string{"ServiceMonitor": "serviceMonitor", "PodMonitor": "podMonitor"}[o.kind]
	watchers := e.audience(o, selector)
	selected := e.monitored(o, watchers)
	for _, run := range selected {
		e.need(need{owner: run.id, to: watchers.ids, phases: observes, via: depgraph.WatchedBy, at: o.here()})
	}
	if len(watchers.runs) == 0 && len(selected) > 0 {
		e.note(o.file, "%s is read by no Prometheus of the inputs", o)
	}
}

// monitored returns the workloads that a monitor selects, and notes the job under
// which each is scraped, and by whom.
func (e *emitter) monitored(o *object, by *audience) []*workload {
	spaces := o.get("spec", "namespaceSelector")
	everywhere, _ := spaces.Get("any").Bool()
	names := items(spaces.Get("matchNames"))
	if len(names) == 0 {
		names = []string{o.ns}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	selector := o.get("spec", "selector")
	var found []*workload
	if o.kind == "PodMonitor" {
		if everywhere {
			names = e.w.namespaces(o)
		}
		for _, ns := range names {
			for _, run := range e.w.in(o, ns).workloads {
				if e.w.sees(o, run.object) && selects(selector, run.pod.labels) {
					found = append(found, run)
					e.watching.scrape(o, by, o.ns+"/"+o.name, run)
				}
			}
		}
		return found
	}
	services := e.w.services
	if !everywhere {
		services = nil
		for _, ns := range names {
			services = append(services, e.w.in(o, ns).services...)
		}
	}
	for _, s := range services {
		if e.w.sees(o, s.object) && selects(selector, s.labels) {
			job := s.name
			if label := o.get("spec", "jobLabel").Text(); label != "" && s.labels.get(label) != "" {
				job = s.labels.get(label)
			}
			e.watching.scrape(o, by, job, s.targets...)
			found = append(found, s.targets...)
		}
	}
	return found
}

// emitReceivers adds where an Alertmanager sends what an AlertmanagerConfig routes.
func (e *emitter) emitReceivers(o *object) {
	for _, run := range e.audience(o, "alertmanagerConfig").runs {
		e.emitStringsOf(run, o, o.get("spec", "receivers"), text{phases: runs, ifLost: depgraph.Degraded})
	}
}

// emitStringsOf is emitStrings for strings of an object that another one acts on.
func (e *emitter) emitStringsOf(run *workload, o *object, v strict.Value, t text) {
	acting := *o
	acting.id = run.id
	e.emitStrings(&acting, v, t)
}

// emitTargets adds that the hosts of a Probe or ScrapeConfig are watched by the
// Prometheus that reads it.
func (e *emitter) emitTargets(o *object) {
	selector, lists := "probe", []strict.Value{o.get("spec", "targets", "staticConfig", "static")}
	if o.kind == "ScrapeConfig" {
		selector, lists = "scrapeConfig", nil
		for c := range o.get("spec", "staticConfigs").Items() {
			lists = append(lists, c.Get("targets"))
		}
	}
	watchers := e.audience(o, selector)
	if len(watchers.runs) == 0 {
		return
	}
	for _, list := range lists {
		for item := range list.Items() {
			for _, r := range address.Find(item.Text(), address.Context{Key: "target", Known: func(h string) bool { return e.w.known(o, h) }}) {
				for _, t := range e.targetsOf(o, r) {
					if e.w.known(o, t.Name.Text) {
						e.refer(link.Reference{
							Owner: t.Name, Members: watchers.ids, Origin: o.at(item), Terms: depgraph.Terms{Phases: observes, Via: depgraph.WatchedBy},
						})
					}
				}
			}
		}
	}
}

// emitDatasource adds the store that a Grafana asks: one of its own namespace, unless
// it says otherwise (Grafana operator, "Cross namespace").
func (e *emitter) emitDatasource(o *object) {
	anywhere, _ := o.get("spec", "allowCrossNamespaceImport").Bool()
	for _, run := range e.w.ofGroup(o, grafanaGroup) {
		if run.kind == "Grafana" && (anywhere || run.ns == o.ns) && selects(o.get("spec", "instanceSelector"), run.labels) {
			e.emitStringsOf(run, o, o.get("spec", "datasource", "url"), text{phases: runs, ifLost: depgraph.Degraded})
		}
	}
}
