package kubernetes

import (
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// budget returns how many replicas of a workload a PodDisruptionBudget says are
// needed; ok is false where none says so.
func (e *emitter) budget(run *workload) (need int, ok bool) {
	total := *run.replicas
	if e.budgets == nil {
		e.budgets = map[objectRef][]*object{}
		for _, o := range e.w.ofKind("", "PodDisruptionBudget") {
			at := objectRef{cluster: o.cluster, ns: o.ns}
			e.budgets[at] = append(e.budgets[at], o)
		}
	}
	for _, o := range e.budgets[objectRef{cluster: run.cluster, ns: run.ns}] {
		if !e.w.sees(run.object, o) || !selectsPods(o.get("spec", "selector"), run.pod.labels) {
			continue
		}
		if n, stated := share(o.get("spec", "minAvailable"), total); stated {
			need, ok = max(need, n), true
		}
		if n, stated := share(o.get("spec", "maxUnavailable"), total); stated {
			need, ok = max(need, total-n), true
		}
	}
	return need, ok
}

// selectsPods is selects for a PodDisruptionBudget, where an absent selector selects
// nothing and an empty one everything.
func selectsPods(selector strict.Value, labels labels) bool {
	return selector.Exists() && selects(selector, labels)
}

// share reads a number or a percentage of a total, rounded up as the API does.
func share(v strict.Value, total int) (n int, ok bool) {
	if percent, found := strings.CutSuffix(v.Text(), "%"); found {
		p, err := strconv.Atoi(percent)
		if err != nil || p < 0 {
			return 0, false
		}
		return (total*p + 99) / 100, true
	}
	n, ok = v.Int()
	return n, ok && n >= 0
}

// noteBudget records what blocks the drain of a node: a budget that lets no pod go.
func (e *emitter) noteBudget(o *object) {
	if n, ok := o.get("spec", "maxUnavailable").Int(); ok && n == 0 {
		o.file.Note("%s allows no disruption: it blocks every drain of a node", o)
	}
}

// scaled returns the workload that an autoscaler scales, nil where no input shows it.
func (e *emitter) scaled(o *object) *workload {
	ref := o.get("spec", "scaleTargetRef")
	kind := ref.Get("kind").Text()
	if kind == "" {
		kind = "Deployment" // as KEDA has it
	}
	if group := groupOf(ref.Get("apiVersion").Text()); group != "" && group != "argoproj.io" {
		kind += "." + group
	}
	if to := e.w.find(o, kind, o.ns, ref.Get("name").Text()); to != nil {
		return to.run
	}
	return nil
}

// autoscale takes note of an autoscaler: the size that its target states is no longer
// the size that it has, but for the least one.
func (e *emitter) autoscale(o *object) {
	run := e.scaled(o)
	if run == nil {
		return
	}
	run.autoscaled = true
	run.replicas = nil
	least := o.get("spec", "minReplicas")
	if o.group == "keda.sh" {
		least = o.get("spec", "minReplicaCount")
	}
	if n, x := number(field{v: least, f: o.file}); n != nil && *n > 0 {
		run.replicas, run.origin = n, x
	}
}

// emitAutoscaler adds what scaling a workload needs: the metrics. Without them it
// keeps its size.
func (e *emitter) emitAutoscaler(o *object) {
	run := e.scaled(o)
	if run == nil {
		return
	}
	if o.group == "keda.sh" {
		for trigger := range o.get("spec", "triggers").Items() {
			for k, v := range trigger.Get("metadata").Fields() {
				e.emitText(run, field{v: v, f: o.file}, v.Text(), text{key: k.Text, phases: runs, ifLost: depgraph.Degraded, note: "scales by it"})
			}
		}
		return
	}
	apis := map[string]string{
		"Resource": "v1beta1.metrics.k8s.io", "ContainerResource": "v1beta1.metrics.k8s.io", "Pods": "v1beta1.custom.metrics.k8s.io",
		"Object": "v1beta1.custom.metrics.k8s.io", "External": "v1beta1.external.metrics.k8s.io",
	}
	metrics := o.get("spec", "metrics")
	seen := map[string]bool{}
	add := func(api string, at strict.Value) {
		if service := e.w.find(o, "APIService", "", api); service != nil && !seen[api] {
			seen[api] = true
			backend := service.get("spec", "service")
			e.need(need{
				owner: run.id, to: quiet(e.w.serviceTarget(o, backend.Get("namespace").Text(), backend.Get("name").Text())),
				phases: runs, ifLost: depgraph.Degraded, via: "scaled-by", at: o.at(at),
			})
		}
	}
	for m := range metrics.Items() {
		add(apis[m.Get("type").Text()], m)
	}
	if !metrics.Exists() {
		add("v1beta1.metrics.k8s.io", o.get("spec"))
	}
}
