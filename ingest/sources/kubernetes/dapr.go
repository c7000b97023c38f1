package kubernetes

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// The annotations by which a workload has a sidecar of Dapr, and the labels by which
// what runs one elsewhere says so (Dapr documentation, "Dapr arguments and
// annotations").
const (
	daprGroup   = "dapr.io"
	daprEnabled = "dapr.io/enabled"
	daprAppID   = "dapr.io/app-id"
	daprConfig  = "dapr.io/config"
)

// emitDaprComponent adds what a component of Dapr points at. A sidecar loads each
// component of its namespace whose scopes name its application, or that has none, and
// does not come up where one cannot be initialised ("ignoreErrors" aside). A sidecar
// that is no pod reads the file itself, and looks names up where it runs.
func (e *emitter) emitDaprComponent(o *object) {
	var scopes []string
	for s := range o.get("scopes").Items() {
		scopes = append(scopes, s.Text())
	}
	terms := depgraph.Terms{Phases: runs, IfLost: depgraph.Down}
	if ignored, _ := o.get("spec", "ignoreErrors").Bool(); ignored {
		terms.IfLost = depgraph.Degraded
	}
	for item := range o.get("spec", "metadata").Items() {
		if name := item.Get("secretKeyRef", "name"); name.Text() != "" && isKubernetesStore(o) {
			for _, run := range o.home.workloads {
				if e.w.sees(o, run.object) && hasDapr(run) && (scopes == nil || slices.Contains(scopes, daprApp(run))) {
					e.need(need{
						owner: run.id, to: e.material(o, "Secret", name.Text()), phases: starts, ifLost: terms.IfLost, via: depgraph.Reads,
						at: o.at(name), note: "through the Dapr component " + o.name,
					})
				}
			}
		}
		value := item.Get("value")
		c := address.Context{Key: item.Get("name").Text(), Guess: true}
		for _, r := range address.Find(value.Text(), c) {
			at := o.at(value)
			note := "through the Dapr component " + o.name
			for _, run := range o.home.workloads {
				if e.w.sees(o, run.object) && hasDapr(run) && (scopes == nil || slices.Contains(scopes, daprApp(run))) && e.reaches(run, r) {
					e.emitRef(run, r, at, text{key: c.Key, phases: terms.Phases, ifLost: terms.IfLost, note: note})
				}
			}
			e.emitMounted(o, r, at, terms, scopes, note)
		}
	}
}

// isKubernetesStore says whether a component of Dapr takes its secrets from Secrets: it
// does unless it names another store.
func isKubernetesStore(o *object) bool {
	store := o.get("auth", "secretStore").Text()
	return store == "" || store == "kubernetes"
}

// emitDaprConfiguration adds where the sidecars that name a configuration send traces.
func (e *emitter) emitDaprConfiguration(o *object) {
	for _, path := range [][]string{{"zipkin", "endpointAddress"}, {"otel", "endpointAddress"}} {
		value := o.get(append([]string{"spec", "tracing"}, path...)...)
		for _, r := range address.Find(value.Text(), address.Context{Key: "tracing.endpointAddress"}) {
			for _, run := range o.home.workloads {
				if e.w.sees(o, run.object) && hasDapr(run) && run.pod.annotation(daprConfig).text() == o.name {
					e.emitRef(run, r, o.at(value), text{phases: runs, note: "through the Dapr configuration " + o.name})
				}
			}
		}
	}
}

// reaches says whether a reference is one for a workload: a bare name is only one
// where a Service answers to it.
func (e *emitter) reaches(run *workload, r address.Ref) bool {
	return r.Form != address.Bare || e.w.known(run.object, r.Hosts[0].Name)
}

// emitMounted adds a reference of whatever runs a sidecar of Dapr outside of
// Kubernetes and reads the file of a component.
func (e *emitter) emitMounted(o *object, r address.Ref, at depgraph.Origin, terms depgraph.Terms, scopes []string, note string) {
	labels := []map[string]string{{daprEnabled: "true"}}
	if scopes != nil {
		labels = labels[:0]
		for _, id := range scopes {
			labels = append(labels, map[string]string{daprAppID: id})
		}
	}
	at.Confidence, at.Note = r.Form.Confidence(), note
	terms.Via = r.Terms().Via
	for _, want := range labels {
		ref := link.Reference{
			Owners: &link.Selector{File: o.file.Path(), Kinds: []depgraph.Kind{depgraph.KindService}, Labels: want},
			Terms:  terms, Form: link.Text, Origin: at, Members: r.Targets(link.OwnerScope),
		}
		e.refer(ref)
	}
}

func hasDapr(run *workload) bool { return run.pod.annotation(daprEnabled).text() == "true" }

// daprApp is what Dapr calls the application of a workload.
func daprApp(run *workload) string { return firstOf(run.pod.annotation(daprAppID).text(), run.name) }
