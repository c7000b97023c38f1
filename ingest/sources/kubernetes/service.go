package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// service is a Service: a name for the workloads that it selects, or for what its
// endpoints or its external name say.
type service struct {
	*object
	targets []*workload
}

// addService enters a Service. Its targets are found once all workloads are known.
func (w *world) addService(o *object) {
	if !o.is("", "Service") || o.name == "" {
		return
	}
	s := &service{object: o}
	w.services = append(w.services, s)
	o.home.services = append(o.home.services, s)
	o.front = s
}

// settleServices finds what each Service selects.
func (w *world) settleServices() {
	for _, s := range w.services {
		s.targets = w.selected(s.object, s.ns, s.get("spec", "selector"))
	}
}

// service returns the Service of a name, nil where the inputs show none.
func (w *world) service(from *object, ns, name string) *service {
	o := w.find(from, "Service", ns, name)
	if o == nil {
		return nil
	}
	return o.front
}

// beside returns the Service that is called as an object is, nil: none.
func beside(o *object) *service {
	if o.front != nil {
		return o.front
	}
	s := o.home.objects[member{o.edition, "Service", o.name}]
	if s == nil {
		return nil
	}
	return s.front
}

// inClusterName splits a host name that may be one of a cluster into the Service
// and the namespace, as seen from a namespace. Names of pods behind a headless
// Service lead to the Service.
func inClusterName(host, ns string) (candidates [2][2]string, n int) {
	if strings.IndexByte(host, '.') < 0 {
		return [2][2]string{{host, ns}}, 1
	}
	last, before := "", "" // the parts behind the current one
	part, rest, more := strings.Cut(host, ".")
	for i := 0; ; i++ {
		if part == "svc" {
			if i >= 2 {
				return [2][2]string{{before, last}}, 1
			}
			break
		}
		if !more {
			break
		}
		before, last = last, part
		part, rest, more = strings.Cut(rest, ".")
	}
	switch strings.Count(host, ".") {
	case 1:
		first, second, _ := strings.Cut(host, ".")
		return [2][2]string{{first, second}, {second, ns}}, 2
	case 2:
		_, rest, _ := strings.Cut(host, ".")
		second, third, _ := strings.Cut(rest, ".")
		return [2][2]string{{second, third}}, 1
	}
	return candidates, 0
}

// known says whether a host name is one that the inputs define, as seen from an object.
func (w *world) known(from *object, host string) bool {
	return w.defines(from, host) != nil || w.hosts[hostRef{from.cluster, host}]
}

// knativeService is the kind by which others refer to a Service of Knative.
const knativeService = "Service.serving.knative.dev"

// defines returns the object that stands behind an in-cluster name: a Service, or
// what an operator or Knative makes one for. nil: the inputs show none.
func (w *world) defines(from *object, host string) *object {
	candidates, n := inClusterName(host, from.ns)
	for _, c := range candidates[:n] {
		name, ns := c[0], c[1]
		if !w.called[name] {
			continue // so it is with most words that are asked about
		}
		if s := w.service(from, ns, name); s != nil {
			return s.object
		}
		if o := w.find(from, knativeService, ns, name); o != nil {
			return o
		}
		if run := w.in(from, ns).made[name]; run != nil {
			return run.object
		}
	}
	return nil
}

// hostScope returns the scope in which an object looks up a host: its edition's
// where that has the name, else the one that everybody shares.
func (w *world) hostScope(from *object, host string) string {
	if from.edition != "" {
		if o := w.defines(from, host); o != nil && o.edition == from.edition {
			return w.scope(from, from.ns)
		}
	}
	return w.scope(shared(from), from.ns)
}

// dnsNames are the names by which a name in a namespace is reached, in the scope of
// an object's cluster and in the one that every edition shares.
func (w *world) dnsNames(o *object, ns, name string) []link.Name {
	return w.appendDNSNames(nil, o, ns, name)
}

func (w *world) appendDNSNames(names []link.Name, o *object, ns, name string) []link.Name {
	whole := name + "." + ns + ".svc.cluster.local"
	short := len(name) + 1 + len(ns)
	from, others := o, offered(o)
	for {
		cluster := w.clusterScope(from)
		names = append(names, link.Host(w.scope(from, ns), name), link.Host(cluster, whole[:short]), link.Host(cluster, whole[:short+len(".svc")]), link.Host(cluster, whole))
		if from == others {
			return names
		}
		from = others
	}
}

// emitServices binds the names of each Service to what is behind it.
func (e *emitter) emitServices() {
	for _, s := range e.w.services {
		b := link.Binding{Origin: s.here()}
		b.Names = e.w.appendDNSNames(e.names[:0], s.object, s.ns, s.name)
		b.Names = append(b.Names, objectName(e.w.scope(s.object, s.ns), "Service", s.name))
		if others := offered(s.object); others != s.object {
			b.Names = append(b.Names, objectName(e.w.scope(others, s.ns), "Service", s.name))
		}
		b.Names = e.appendOuterNames(b.Names, s)
		b.Names = slices.CompactFunc(b.Names, func(a, b link.Name) bool { return a == b })
		e.target(s, &b)
		if service := e.systemName(s); service.Text != "" {
			b.Names = append(b.Names, service)
		}
		e.names = b.Names
		if len(b.To) == 0 {
			e.note(s.file, "%s leads nowhere: no workload of the inputs has the labels that it selects", s)
		}
		e.bind(b)
		e.emitPodNames(s)
	}
}

// target says where a Service leads.
func (e *emitter) target(s *service, b *link.Binding) {
	if name := s.get("spec", "externalName").Text(); s.get("spec", "type").Text() == "ExternalName" && name != "" && !strings.ContainsAny(name, "@:/") {
		b.To = []link.Name{link.Host(e.w.hostScope(s.object, name), name)}
		b.Origin = s.at(s.get("spec", "externalName"))
		return
	}
	if s.get("spec", "selector").Len() > 0 {
		if len(s.targets) == 1 {
			b.To = append(b.To, s.targets[0].ref())
		} else {
			for _, id := range ids(s.targets) {
				b.To = append(b.To, link.ID(id))
			}
		}
		b.Alternatives = alike(s.targets)
		return
	}
	if s.name == "kubernetes" && s.ns == "default" {
		b.To = []link.Name{e.apiServer(s.object)}
		return
	}
	b.To, b.Alternatives = e.endpoints(s), true
}

// endpoints returns what the Endpoints and EndpointSlices of a Service name.
func (e *emitter) endpoints(s *service) []link.Name {
	var to []link.Name
	add := func(host string) {
		if n := link.Host(e.w.scope(shared(s.object), s.ns), host); host != "" && !slices.Contains(to, n) {
			to = append(to, n)
		}
	}
	if o := e.w.find(s.object, "Endpoints", s.ns, s.name); o != nil {
		for subset := range o.get("subsets").Items() {
			for a := range subset.Get("addresses").Items() {
				add(a.Get("ip").Text())
			}
		}
	}
	for _, o := range e.slicesOf(s) {
		if e.w.sees(s.object, o) {
			for ep := range o.get("endpoints").Items() {
				for a := range ep.Get("addresses").Items() {
					add(a.Text())
				}
			}
		}
	}
	return to
}

// slicesOf returns the EndpointSlices that name a Service.
func (e *emitter) slicesOf(s *service) []*object {
	if e.slices == nil {
		e.slices = map[objectRef][]*object{}
		for _, o := range e.w.ofKind("", "EndpointSlice") {
			at := objectRef{cluster: o.cluster, ns: o.ns, name: o.labels.get("kubernetes.io/service-name")}
			e.slices[at] = append(e.slices[at], o)
		}
	}
	return e.slices[objectRef{cluster: s.cluster, ns: s.ns, name: s.name}]
}

// appendOuterNames appends the names by which a Service is reached from outside its cluster.
func (e *emitter) appendOuterNames(names []link.Name, s *service) []link.Name {
	add := func(host string) {
		if host != "" && host != "None" {
			names = append(names, link.Host("", host))
		}
	}
	if annotations := s.get("metadata", "annotations"); annotations.Exists() {
		for _, key := range []string{"external-dns.alpha.kubernetes.io/hostname", "external-dns.kubernetes.io/hostname"} {
			for host := range strings.SplitSeq(annotations.Get(key).Text(), ",") {
				add(strings.TrimSpace(host))
			}
		}
	}
	for item := range s.get("status", "loadBalancer", "ingress").Items() {
		add(item.Get("hostname").Text())
		add(item.Get("ip").Text())
	}
	spec := s.get("spec")
	add(spec.Get("loadBalancerIP").Text())
	for item := range spec.Get("externalIPs").Items() {
		add(item.Text())
	}
	if ip := spec.Get("clusterIP").Text(); ip != "" && ip != "None" {
		names = append(names, link.Host(e.w.clusterScope(s.object), ip))
	}
	return names
}

// systemName is what the system behind a Service calls itself in its traces, where
// no workload of the namespace has that name.
func (e *emitter) systemName(s *service) link.Name {
	if len(s.targets) == 0 {
		return link.Name{}
	}
	for _, run := range s.home.byName[s.name] {
		if e.w.sees(s.object, run.object) {
			return link.Name{}
		}
	}
	return link.Name{Space: link.SpaceService, Scope: e.w.scope(offered(s.object), s.ns), Text: s.name}
}

// maxPodNames bounds how many pods of a StatefulSet get names of their own.
const maxPodNames = 64

// emitPodNames binds the names that the pods of a StatefulSet have behind their
// headless Service to the StatefulSet.
func (e *emitter) emitPodNames(s *service) {
	for _, run := range s.targets {
		if run.kind != "StatefulSet" || run.get("spec", "serviceName").Text() != s.name || run.replicas == nil {
			continue
		}
		b := link.Binding{To: []link.Name{link.ID(run.id)}, Origin: run.here()}
		for i := range min(*run.replicas, maxPodNames) {
			pod := fmt.Sprintf("%s-%d.%s", run.name, i, s.name)
			b.Names = append(b.Names, e.w.dnsNames(s.object, s.ns, pod)...)
		}
		if len(b.Names) > 0 {
			e.bind(b)
		}
	}
}

// alike says whether any one of the workloads does what the others do: their pods
// are made from the same template but for labels and the tags of images.
func alike(runs []*workload) bool {
	if len(runs) < 2 {
		return true
	}
	first := template(runs[0])
	return !slices.ContainsFunc(runs[1:], func(run *workload) bool { return template(run) != first })
}

// template identifies what a workload runs.
func template(run *workload) string {
	h := &hasher{}
	for _, t := range run.pod.templates {
		h.value("spec", t.v.Get("spec"))
	}
	return string(h.buf)
}

// serviceTarget refers to a Service by name: through its name, so that the linker
// finds what is behind it.
func (w *world) serviceTarget(from *object, ns, name string) target {
	scope := w.scope(shared(from), ns)
	if s := w.service(from, ns, name); s != nil && s.edition == from.edition {
		scope = w.scope(from, ns)
	}
	return target{Name: objectName(scope, "Service", name), Else: w.ghostService(from, ns, name)}
}

// ghostService is the external node that stands for a Service which no input shows.
func (w *world) ghostService(from *object, ns, name string) depgraph.ID {
	return depgraph.ID{Kind: depgraph.KindExternal, Name: w.clusterPrefix(from.cluster) + name + "." + ns + ".svc"}
}
