package kubernetes

import (
	"regexp"
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

// watchers returns the Prometheus objects that a monitor, probe or rule is selected by.
func (e *emitter) watchers(o *object, selector string) []*workload {
	var found []*workload
	for _, run := range e.w.ofGroup(o, monitoring) {
		if run.kind == "Alertmanager" {
			continue
		}
		spec := run.get("spec")
		own, spaces := spec.Get(selector+"Selector"), spec.Get(selector+"NamespaceSelector")
		switch {
		case own.Type() <= strict.Null || !selects(own, o.labels):
		case spaces.Type() <= strict.Null && run.ns != o.ns:
		case spaces.Exists() && !selects(spaces, e.w.namespace(o, o.ns)):
		default:
			found = append(found, run)
		}
	}
	return found
}

// emitMonitor adds that the workloads which a ServiceMonitor or PodMonitor selects are
// watched by the Prometheus that reads it.
func (e *emitter) emitMonitor(o *object) {
	selector := map[string]string{"ServiceMonitor": "serviceMonitor", "PodMonitor": "podMonitor"}[o.kind]
	watchers := ids(e.watchers(o, selector))
	selected := e.monitored(o)
	for _, run := range selected {
		e.need(need{owner: run.id, to: to(watchers...), phases: observes, via: depgraph.WatchedBy, at: o.here()})
	}
	if len(watchers) == 0 && len(selected) > 0 {
		e.note(o.file, "%s is read by no Prometheus of the inputs", o)
	}
}

// monitored returns the workloads that a monitor selects, and notes the job under
// which each is scraped.
func (e *emitter) monitored(o *object) []*workload {
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
			for _, run := range e.w.byNS[objectRef{cluster: o.cluster, ns: ns}] {
				if e.w.sees(o, run.object) && selects(selector, run.pod.labels) {
					found = append(found, run)
					e.jobs[o.ns+"/"+o.name] = append(e.jobs[o.ns+"/"+o.name], run)
				}
			}
		}
		return found
	}
	services := e.w.services
	if !everywhere {
		services = nil
		for _, ns := range names {
			services = append(services, e.w.fronted[objectRef{cluster: o.cluster, ns: ns}]...)
		}
	}
	for _, s := range services {
		if e.w.sees(o, s.object) && selects(selector, s.labels) {
			job := s.name
			if label := o.get("spec", "jobLabel").Text(); label != "" && s.labels[label] != "" {
				job = s.labels[label]
			}
			e.jobs[job] = append(e.jobs[job], s.targets...)
			found = append(found, s.targets...)
		}
	}
	return found
}

// jobMatcher finds the jobs that the expression of a rule asks about.
var jobMatcher = regexp.MustCompile(`\bjob\s*=\s*"([^"]+)"`)

// emitRules adds the groups of a PrometheusRule: monitors that need the Prometheus
// which evaluates them and whatever tells people, and that watch the jobs they ask about.
func (e *emitter) emitRules(o *object) {
	evaluators := e.watchers(o, "rule")
	for g := range o.get("spec", "groups").Items() {
		name := g.Get("name")
		if name.Text() == "" {
			continue
		}
		id := depgraph.ID{Kind: depgraph.KindMonitor, Name: name.Text()}
		alerts := false
		for r := range g.Get("rules").Items() {
			if !r.Get("alert").Exists() {
				continue
			}
			alerts = true
			for _, m := range jobMatcher.FindAllStringSubmatch(r.Get("expr").Text(), -1) {
				for _, watched := range ids(e.jobs[m[1]]) {
					e.watched[watched] = append(e.watched[watched], watch{id, o.at(r.Get("expr"))})
				}
			}
		}
		if !alerts {
			continue
		}
		e.add(link.Definition{Node: depgraph.Node{ID: id, Labels: o.labels}, Origin: o.at(name)})
		e.need(need{owner: id, to: to(ids(evaluators)...), phases: runs, via: "evaluated-by", at: o.at(name)})
		for _, run := range evaluators {
			for a := range run.get("spec", "alerting", "alertmanagers").Items() {
				if n := a.Get("name").Text(); n != "" {
					e.need(need{owner: id, to: []target{e.alertmanager(run.object, firstOf(a.Get("namespace").Text(), run.ns), n)}, phases: runs, via: "tells-through", at: run.at(a)})
				}
			}
		}
	}
}

// watch is a monitor that watches something, and where it says so.
type watch struct {
	monitor depgraph.ID
	at      depgraph.Origin
}

// emitWatched adds the monitors of each workload: any one of them tells that it fails.
func (e *emitter) emitWatched() {
	owners := make([]depgraph.ID, 0, len(e.watched))
	for id := range e.watched {
		owners = append(owners, id)
	}
	for _, owner := range distinct(owners) {
		var monitors []depgraph.ID
		for _, w := range e.watched[owner] {
			monitors = append(monitors, w.monitor)
		}
		all := to(distinct(monitors)...)
		for _, w := range e.watched[owner] {
			e.need(need{owner: owner, to: all, phases: observes, via: depgraph.WatchedBy, form: link.Text, confidence: 0.8, at: w.at, note: "by its job"})
		}
	}
}

// emitReceivers adds where an Alertmanager sends what an AlertmanagerConfig routes.
func (e *emitter) emitReceivers(o *object) {
	for _, run := range e.w.ofGroup(o, monitoring) {
		if run.kind != "Alertmanager" {
			continue
		}
		selector := run.get("spec", "alertmanagerConfigSelector")
		if selector.Exists() && selects(selector, o.labels) {
			e.emitStringsOf(run, o, o.get("spec", "receivers"), text{phases: runs, ifLost: depgraph.Degraded})
		}
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
	watchers := ids(e.watchers(o, selector))
	if len(watchers) == 0 {
		return
	}
	for _, list := range lists {
		for item := range list.Items() {
			for _, r := range address.Find(item.Text(), address.Context{Key: "target", Known: func(h string) bool { return e.w.known(o, h) }}) {
				for _, t := range e.targetsOf(o, r) {
					if e.w.known(o, t.Name.Text) {
						e.refer(link.Reference{
							Owner: t.Name, Members: to(watchers...), Origin: o.at(item), Terms: depgraph.Terms{Phases: observes, Via: depgraph.WatchedBy},
						})
					}
				}
			}
		}
	}
}

// emitDatasource adds the store that a Grafana asks.
func (e *emitter) emitDatasource(o *object) {
	for _, run := range e.w.ofGroup(o, grafanaGroup) {
		if run.kind == "Grafana" && selects(o.get("spec", "instanceSelector"), run.labels) {
			e.emitStringsOf(run, o, o.get("spec", "datasource", "url"), text{phases: runs, ifLost: depgraph.Degraded})
		}
	}
}
