package kubernetes

import (
	"path"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/words"
)

// A chart that a tool installs is not among the inputs, only its values are. What it
// installs stands for a workload of the release's name, until a manifest shows one.

// releaseGroup marks the objects that stand for what a chart installs.
const releaseGroup = "fateline.release"

// releaseTrust is how sure a reference in the values of a chart is.
const releaseTrust = 0.6

// addReleases adds a workload for each chart that a tool installs and no manifest shows.
func (w *world) addReleases() {
	for _, o := range w.objects {
		var name, ns string
		switch {
		case o.is(helmGroup, "HelmRelease"):
			ns = firstOf(o.get("spec", "targetNamespace").Text(), o.ns)
			name = o.get("spec", "releaseName").Text()
			if name == "" {
				name = o.name
			}
		case o.is("argoproj.io", "Application"):
			if !installsChart(o) {
				continue
			}
			ns = firstOf(o.get("spec", "destination", "namespace").Text(), o.ns)
			name = firstOf(o.get("spec", "source", "helm", "releaseName").Text(), o.name)
		default:
			continue
		}
		w.addRelease(o, ns, name)
	}
}

// installsChart says whether an Application installs a chart of a repository of charts.
func installsChart(o *object) bool {
	for _, s := range applicationSources(o) {
		if s.Get("chart").Text() != "" {
			return true
		}
	}
	return false
}

func (w *world) addRelease(tool *object, ns, name string) {
	if name == "" || strings.ContainsAny(name+ns, "{}$") {
		return
	}
	ghost := &object{file: tool.file, root: tool.root, says: tool.says, notes: tool.notes, group: releaseGroup, kind: "Release", foreign: releaseGroup + "/Release", name: name, ns: ns, cluster: tool.cluster, edition: tool.edition}
	ghost.id = depgraph.ID{Kind: depgraph.KindService, Name: w.clusterPrefix(tool.cluster) + ns + "/" + name}
	for _, run := range w.in(tool, ns).byName[name] {
		if w.sees(ghost, run.object) {
			return
		}
	}
	run := &workload{object: ghost, pod: &pod{}}
	w.objects = append(w.objects, ghost)
	w.workloads = append(w.workloads, run)
	ghost.run, ghost.home = run, w.namespaceOf(tool.cluster, ns, 0)
	w.tools[ghost] = tool
	s := ghost.home
	s.workloads = append(s.workloads, run)
	s.byName[name] = append(s.byName[name], run)
	for _, host := range releaseHosts(tool, name) {
		w.called[host] = true
		if s.made[host] == nil {
			s.made[host] = run
		}
	}
}

// releaseHosts are the names of the Services that a release is likely to have: its
// own, and those that its values name.
func releaseHosts(tool *object, name string) []string {
	hosts := []string{name}
	installed := chartOfRelease(tool)
	for _, chart := range servingCharts {
		if strings.Contains(installed, chart) {
			hosts = append(hosts, strings.Fields(strings.ReplaceAll(chartServices[chart], "%", name))...)
		}
	}
	for k, item := range tool.get("spec", "values", "service").Fields() {
		if item.Type() == strict.Map && k.Text != "ports" && k.Text != "annotations" && k.Text != "labels" {
			hosts = append(hosts, name+"-"+k.Text)
		}
	}
	return hosts
}

// chartServices are the Services of charts that many others call, by a word of the
// chart's name; "%" stands for the release's.
var chartServices = map[string]string{
	"kube-prometheus-stack":   "prometheus-operated alertmanager-operated %-prometheus %-alertmanager %-grafana prometheus-grafana",
	"victoria-metrics-k8s":    "vmsingle-% vmalertmanager-% %-grafana",
	"postgresql-ha":           "%-pgpool %-postgresql-ha-pgpool %-postgresql-ha-postgresql",
	"redis-ha":                "%-redis-ha %-redis-ha-haproxy",
	"ingress-nginx":           "%-controller %-ingress-nginx-controller",
	"argo-cd":                 "argocd-server argocd-repo-server argocd-redis",
	"loki-distributed":        "%-gateway %-distributor %-querier",
	"opentelemetry-collector": "%-opentelemetry-collector",
	"vault":                   "%-active %-internal",
}

// servingCharts are those words, in order.
var servingCharts = sortedKeys(chartServices)

// chartOfRelease returns what a tool says about the chart that it installs.
func chartOfRelease(tool *object) string {
	chart := tool.get("spec", "chart", "spec", "chart").Text() + " " + tool.get("spec", "chartRef", "name").Text()
	for _, s := range applicationSources(tool) {
		chart += " " + s.Get("chart").Text()
	}
	return chart
}

// emitInstalled adds what a tool installs from a chart: a workload of which only the
// values are known. It is weak: any manifest that shows it says more.
func (e *emitter) emitInstalled(run *workload) {
	tool := e.w.tools[run.object]
	note := "installed from a chart that is not rendered"
	at := tool.here()
	at.Confidence, at.Note = releaseTrust, note
	names := e.systemNames(run)
	for _, host := range releaseHosts(tool, run.name) {
		names = append(names, e.w.dnsNames(run.object, run.ns, host)...)
	}
	e.configuration(run)
	names = append(names, run.files...)
	e.node(run.object).named = true
	e.add(link.Definition{Node: depgraph.Node{ID: run.id}, Names: names, Scope: e.w.scope(run.object, run.ns), Weak: true, Origin: at})
	e.emitConfiguration(run)
	e.placeInCluster(run.object)
	e.need(need{owner: run.id, to: to(tool.id), phases: deploys, via: depgraph.DeployedBy, at: tool.here()})
	values := []strict.Value{tool.get("spec", "values")}
	for _, s := range applicationSources(tool) {
		values = append(values, s.Get("helm", "valuesObject"))
		e.emitValueText(run, s.Get("helm", "values"), note)
	}
	for _, v := range values {
		e.emitChartValues(run, v, note)
	}
	for _, file := range run.files {
		if d, ok := e.values[path.Clean(file.Text)]; ok { // said of the release, and written elsewhere
			there := *run.object
			there.file = d.file
			e.emitChartValues(&workload{object: &there, pod: run.pod}, d.values, note)
		}
	}
}

// emitChartValues adds the images in values, and what they say obviously.
func (e *emitter) emitChartValues(run *workload, v strict.Value, note string) {
	for _, img := range valueImages(v, nil, 0) {
		at := run.at(img.v)
		e.images(img.image, at)
		e.need(need{owner: run.id, to: to(img.image.id()), phases: startRun, via: depgraph.BuiltFrom, at: at, confidence: releaseTrust, note: tagNote(img.image)})
		e.need(need{owner: run.id, to: to(img.image.registry()), phases: starts, via: depgraph.Pulls, at: at, confidence: releaseTrust})
	}
	e.emitValues(run, "", v, note, 0)
}

// releaseConfigMaps calls use with each ConfigMap of the namespace that a release takes
// values from, or hands to what it installs, and what it takes of it.
func (e *emitter) releaseConfigMaps(run *workload, use func(o *object, want func(key string) bool)) {
	tool := e.w.tools[run.object]
	named := func(name string, want func(key string) bool) {
		if o := e.w.find(run.object, "ConfigMap", run.ns, name); o != nil {
			use(o, want)
		}
	}
	for item := range tool.get("spec", "valuesFrom").Items() {
		if item.Get("kind").Text() == "ConfigMap" {
			key := firstOf(item.Get("valuesKey").Text(), "values.yaml")
			named(item.Get("name").Text(), func(k string) bool { return k == key })
		}
	}
	var walk func(v strict.Value, depth int)
	walk = func(v strict.Value, depth int) {
		if depth > 30 {
			return
		}
		if v.Get("type").Text() == "configMap" {
			named(v.Get("name").Text(), nil)
		}
		for k, item := range v.Fields() {
			switch lower := words.Lower(k.Text); {
			case lower == "configmap" || lower == "configmapref":
				named(item.Get("name").Text(), nil)
			case lower == "existingconfigmap" || strings.HasSuffix(lower, "configmapname"):
				named(item.Text(), nil)
			}
			walk(item, depth+1)
		}
		for item := range v.Items() {
			walk(item, depth+1)
		}
	}
	walk(tool.get("spec", "values"), 0)
	for _, s := range applicationSources(tool) {
		walk(s.Get("helm", "valuesObject"), 0)
	}
}

// emitValueText adds the addresses in values that are written as text.
func (e *emitter) emitValueText(run *workload, v strict.Value, note string) {
	for _, s := range address.Config("values.yaml", v.Text(), func(h string) bool { return e.w.known(run.object, h) }) {
		e.emitRef(run, s.Ref, field{v: v, f: run.file}.within(s.At), text{key: s.Key, phases: runs, trust: releaseTrust, note: note})
	}
}

// emitValues adds what values say obviously: addresses, and Secrets, ConfigMaps and
// claims by name.
func (e *emitter) emitValues(run *workload, key string, v strict.Value, note string, depth int) {
	if depth > 30 {
		return
	}
	for item := range v.Items() {
		e.emitValues(run, key, item, note, depth+1)
	}
	for k, item := range v.Fields() {
		if kind := namedBy(k.Text); kind != "" && item.Type() == strict.String && item.Text() != "" && !strings.ContainsAny(item.Text(), "{}$ ") {
			phases, via := starts, depgraph.Reads
			if kind == "PersistentVolumeClaim" {
				phases, via = startRun, depgraph.Mounts
			}
			e.need(need{owner: run.id, to: quiet(e.w.target(run.object, kind, run.ns, item.Text())), phases: phases, via: via, at: run.at(item), confidence: releaseTrust, note: note})
			continue
		}
		if kind := refersTo(k.Text); kind != "" {
			if ref := item.Get("name"); ref.Text() != "" && !strings.ContainsAny(ref.Text(), "{}$ ") {
				e.need(need{owner: run.id, to: quiet(e.w.target(run.object, kind, run.ns, ref.Text())), phases: starts, via: depgraph.Reads, at: run.at(ref), confidence: releaseTrust, note: note})
				continue
			}
		}
		e.emitValues(run, k.Text, item, note, depth+1)
	}
	if v.Type() == strict.String && !neverCalled(key) {
		t := text{key: key, phases: runs, trust: releaseTrust, note: note}
		if strings.Contains(v.Text(), "\n") {
			e.emitValueText(run, v, note)
			return
		}
		e.emitText(run, field{v: v, f: run.file}, v.Text(), t)
	}
}

// namedBy returns the kind of what the value of a key names, "" for most keys.
func namedBy(key string) string {
	switch {
	case strings.EqualFold(key, "existingSecret"), endsIn(key, "secretName"):
		return "Secret"
	case strings.EqualFold(key, "existingClaim"):
		return "PersistentVolumeClaim"
	case strings.EqualFold(key, "existingConfigMap"), endsIn(key, "configMapName"):
		return "ConfigMap"
	}
	return ""
}

// refersTo returns the kind of what a value under a key refers to by a name within it,
// "" for most keys.
func refersTo(key string) string {
	switch {
	case !endsIn(key, "ref"):
	case strings.EqualFold(key, "secretRef"), strings.EqualFold(key, "secretKeyRef"):
		return "Secret"
	case strings.EqualFold(key, "configMapRef"), strings.EqualFold(key, "configMapKeyRef"):
		return "ConfigMap"
	}
	return ""
}

// endsIn says whether a key ends in a word, in whatever case.
func endsIn(key, word string) bool {
	return len(key) >= len(word) && strings.EqualFold(key[len(key)-len(word):], word)
}

// neverCalled are keys of values under which addresses are shown or pulled from, and
// not called.
func neverCalled(key string) bool {
	switch words.Lower(key) {
	case "repository", "registry", "image", "hosts", "hostname", "hostnames", "icon", "href", "description", "siteurl":
		return true
	}
	return false
}
