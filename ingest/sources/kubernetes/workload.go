package kubernetes

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// emitWorkload adds a workload and everything that its pods need.
func (e *emitter) emitWorkload(run *workload) {
	if run.group == releaseGroup {
		e.emitInstalled(run)
		return
	}
	env, owner := e.environment(run)
	n := depgraph.Node{Replicas: run.replicas, Env: env, Owner: owner}
	e.configuration(run)
	e.defineIn(e.w.scope(run.object, run.ns), run.object, n, append(e.systemNames(run), run.files...)...)
	e.emitPlacement(run)
	for _, c := range run.pod.containers {
		e.emitContainer(run, c)
	}
	e.emitVolumes(run)
	e.emitConfiguration(run)
	e.emitIdentity(run)
	e.emitMesh(run)
	e.emitInjector(run)
	e.emitScheduler(run)
	e.emitNameServers(run)
	e.emitTracking(run.object)
	e.emitOperated(run)
}

// emitScheduler adds the scheduler that places the pods, where it is not the default one.
func (e *emitter) emitScheduler(run *workload) {
	name := run.pod.spec("schedulerName")
	if name.text() == "" || name.text() == "default-scheduler" {
		return
	}
	for _, other := range e.w.inSight(run.object, "schedules", name.text(), func(other *workload) bool { return other.name == name.text() || saysWord(other, name.text()) }) {
		if other != run {
			e.need(need{owner: run.id, to: to(other.id), phases: starts, via: depgraph.ScheduledBy, at: name.at()})
			return
		}
	}
}

// emitNameServers adds the servers that a workload asks for every name: those of its
// dnsConfig where its policy is None. With any other policy they stand behind those of the
// cluster or of the machine, and are needed by nobody.
func (e *emitter) emitNameServers(run *workload) {
	if run.pod.spec("dnsPolicy").text() != "None" {
		return
	}
	var servers []target
	var at depgraph.Origin
	for _, item := range run.pod.spec("dnsConfig", "nameservers").items() {
		ip, err := netip.ParseAddr(item.text())
		if err != nil || ip.IsLoopback() {
			continue
		}
		if len(servers) == 0 {
			at = item.at()
		}
		host := link.Host(e.w.hostScope(run.object, ip.String()), ip.String())
		servers = append(servers, target{Name: host})
	}
	e.need(need{owner: run.id, to: servers, phases: runs, via: depgraph.Resolves, at: at, note: "dnsConfig"})
}

// systemNames are the names by which a workload is known to traces and catalogues, for a
// definition that is added at once.
func (e *emitter) systemNames(run *workload) []link.Name {
	scope := e.w.scope(offered(run.object), run.ns)
	names := e.names[:0]
	add := func(s string) {
		own := link.Name{Space: link.SpaceService, Scope: scope, Text: strings.TrimSpace(s)}
		if own.Text != "" && !slices.Contains(names, own) && !strings.Contains(own.Text, "$") {
			names = append(names, own)
		}
	}
	add(run.name)
	add(run.ns + "/" + run.name)
	add(run.name + "." + run.ns)
	for _, key := range nameLabels {
		if v := firstOf(run.labels.get(key), run.pod.labels.get(key)); v != "" && e.theirsAlone(run, key, v) {
			add(v)
		}
	}
	for _, c := range run.pod.containers {
		for _, x := range c.env {
			switch x.get("name").text() {
			case "OTEL_SERVICE_NAME":
				add(x.get("value").text())
			case "OTEL_RESOURCE_ATTRIBUTES":
				add(resourceAttributes(x.get("value").text())["service.name"])
			}
		}
	}
	names = append(names, e.runnerNames(run)...)
	if run.group == "serving.knative.dev" {
		names = append(names, e.w.dnsNames(run.object, run.ns, run.name)...)
	}
	if op, ok := operatorOf(run.object); ok {
		for _, host := range op.hosts(run.object) {
			names = append(names, e.w.dnsNames(run.object, run.ns, host)...)
		}
	}
	if host, sub := run.pod.spec("hostname").text(), run.pod.spec("subdomain").text(); host != "" && sub != "" && run.kind == "Pod" {
		names = append(names, e.w.dnsNames(run.object, run.ns, host+"."+sub)...)
	}
	e.names = names
	return names
}

// theirsAlone says whether no other workload of the namespace has a label with that value:
// what several share is no name of one. A store that an operator runs is labelled after the
// application that it is for, where there is one of that name.
func (e *emitter) theirsAlone(run *workload, key, value string) bool {
	s := run.home
	if _, is := operated[run.foreign]; is {
		for _, other := range s.byName[value] {
			if other.id != run.id && e.w.sees(run.object, other.object) {
				return false
			}
		}
	}
	if s.bearers == nil {
		s.bearers = map[label][]*workload{}
		for _, other := range s.workloads {
			for _, k := range nameLabels {
				if v := firstOf(other.labels.get(k), other.pod.labels.get(k)); v != "" {
					s.bearers[label{k, v}] = append(s.bearers[label{k, v}], other)
				}
			}
		}
	}
	for _, other := range s.bearers[label{key, value}] {
		if other != run && other.id != run.id && e.w.sees(run.object, other.object) {
			return false
		}
	}
	return true
}

// nameLabels are the labels by which people name the system that a workload is of.
var nameLabels = []string{"backstage.io/kubernetes-id", "app.kubernetes.io/name", "app", "k8s-app", "tags.datadoghq.com/service"}

// tags collects the images, so that one image has one node with all its tags.
type tags struct {
	order []image
	seen  map[imageRef][]tagged // the tags of each, which are few
}

// imageRef is an image without its tag.
type imageRef struct{ host, repo string }

// tagged is a tag, and the first place that names it.
type tagged struct {
	tag string
	at  spot
}

func (t *tags) add(img image, at depgraph.Origin) {
	if t.seen == nil {
		t.seen = map[imageRef][]tagged{}
	}
	ref, x := imageRef{img.host, img.repo}, spotOf(at)
	all := t.seen[ref]
	if len(all) == 0 {
		t.order = append(t.order, img)
	}
	i := slices.IndexFunc(all, func(have tagged) bool { return have.tag == img.tag })
	switch {
	case i < 0:
		t.seen[ref] = append(all, tagged{img.tag, x})
	case x.compare(all[i].at) < 0:
		all[i].at = x
	}
}

// spot is where something is written, and no more.
type spot struct {
	input     string
	line, col int
}

func spotOf(o depgraph.Origin) spot { return spot{o.Input, o.Line, o.Col} }

func (s spot) origin() depgraph.Origin {
	return depgraph.Origin{Input: s.input, Line: s.line, Col: s.col}
}

func (s spot) compare(other spot) int {
	return cmp.Or(strings.Compare(s.input, other.input), cmp.Compare(s.line, other.line), cmp.Compare(s.col, other.col))
}

// emitImages adds the images and registries. A registry needs whatever answers to its
// host, which may be a workload of the cluster that pulls from it.
func (e *emitter) emitImages() {
	hosts := map[string]depgraph.Origin{}
	var names [1]link.Name
	for _, img := range e.tags.order {
		all := e.tags.seen[imageRef{img.host, img.repo}]
		slices.SortFunc(all, func(a, b tagged) int { return strings.Compare(a.tag, b.tag) })
		texts := e.words[:0]
		var first spot
		for _, x := range all {
			if x.tag != "" {
				texts = append(texts, x.tag)
			}
			if first.line == 0 || x.at.compare(first) < 0 {
				first = x.at
			}
		}
		at := first.origin()
		var labels map[string]string
		if len(texts) > 0 {
			labels = map[string]string{"tag": strings.Join(texts, ",")}
		}
		e.words = texts
		names[0] = link.Name{Space: link.SpaceImage, Text: img.path()}
		e.add(link.Definition{
			Node: depgraph.Node{ID: depgraph.ID{Kind: depgraph.KindImage, Name: names[0].Text}, Labels: labels}, Weak: true, Origin: at, Names: names[:],
		})
		if first, known := hosts[img.host]; !known || at.Compare(first) < 0 {
			hosts[img.host] = at
		}
	}
	for _, host := range sortedKeys(hosts) {
		id := depgraph.ID{Kind: depgraph.KindRegistry, Name: host}
		e.mention(id, hosts[host], nil)
		name, _, _ := strings.Cut(host, ":")
		e.need(need{owner: id, to: []target{{Name: link.Host("", name)}}, phases: runs, via: "served-by", at: hosts[host]})
	}
}
