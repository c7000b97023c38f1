package kubernetes

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// route is one backend of a gateway.
type route struct {
	to target
	at depgraph.Origin
}

// emitRoutes adds the backends of a gateway: with one, it is down without it; with
// several, each carries a share.
func (e *emitter) emitRoutes(owner depgraph.ID, routes []route) {
	var members []target
	for _, r := range routes {
		if !slices.Contains(members, r.to) {
			members = append(members, r.to)
		}
	}
	switch len(members) {
	case 0:
	case 1:
		e.need(need{owner: owner, to: members, phases: runs, via: depgraph.RoutesTo, at: routes[0].at})
	default:
		// Static shards: one requirement for all of it, one for each share.
		n := need{owner: owner, to: members, phases: runs, via: depgraph.RoutesTo, at: routes[0].at}
		e.need(n)
		n.need, n.ifLost = depgraph.All, depgraph.Degraded
		e.need(n)
	}
}

// frontHosts collects which gateways answer to which public hosts.
type frontHosts struct {
	order []string
	by    map[string][]front
}

type front struct {
	id depgraph.ID
	at depgraph.Origin
}

func (h *frontHosts) add(host string, id depgraph.ID, at depgraph.Origin) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "" || strings.ContainsAny(host, "*{}$ ") {
		return
	}
	if h.by == nil {
		h.by = map[string][]front{}
	}
	if h.by[host] == nil {
		h.order = append(h.order, host)
	}
	if !slices.ContainsFunc(h.by[host], func(f front) bool { return f.id == id }) {
		h.by[host] = append(h.by[host], front{id, at})
	}
}

// bind binds each host to the gateways that serve it, each with a share of its paths.
func (h *frontHosts) bind(e *emitter) {
	for _, host := range h.order {
		b := link.Binding{Names: []link.Name{link.Host("", host)}, Origin: h.by[host][0].at}
		for _, f := range h.by[host] {
			b.To = append(b.To, link.ID(f.id))
		}
		e.bind(b)
	}
}

// emitIngress adds an Ingress: its backends, certificates, controller and the calls
// that its annotations make.
func (e *emitter) emitIngress(o *object) {
	e.define(o, depgraph.Node{})
	e.placeInCluster(o)
	var routes []route
	backend := func(b strict.Value) {
		name := firstValue(b.Get("service", "name"), b.Get("serviceName"))
		if name.Text() != "" {
			called := o.overlay.renamed("Service", name.Text())
			routes = append(routes, route{e.w.serviceTarget(o, o.ns, called), o.at(name)})
		}
	}
	backend(firstValue(o.get("spec", "defaultBackend"), o.get("spec", "backend")))
	for rule := range o.get("spec", "rules").Items() {
		e.fronts.add(rule.Get("host").Text(), o.id, o.at(rule.Get("host")))
		for path := range rule.Get("http", "paths").Items() {
			backend(path.Get("backend"))
		}
	}
	e.emitRoutes(o.id, routes)
	for tls := range o.get("spec", "tls").Items() {
		for host := range tls.Get("hosts").Items() {
			e.fronts.add(host.Text(), o.id, o.at(host))
		}
		if name := tls.Get("secretName"); name.Text() != "" {
			e.need(need{owner: o.id, to: e.material(o, "Secret", name.Text()), phases: starts, via: depgraph.Reads, at: o.at(name)})
			e.emitIssued(o, name)
		}
	}
	e.emitController(o)
	e.emitIngressCalls(o)
	e.emitTraefikAnnotation(o)
}

// emitIngressCalls adds what the annotations of nginx make every request wait for.
func (e *emitter) emitIngressCalls(o *object) {
	for _, key := range []string{"nginx.ingress.kubernetes.io/auth-url", "nginx.ingress.kubernetes.io/mirror-target"} {
		v := o.annotation(key)
		t := text{key: key, phases: runs}
		if strings.HasSuffix(key, "mirror-target") {
			t.ifLost = depgraph.Unaffected
		}
		e.emitStrings(o, v, t)
	}
}

// controllers are the images of ingress controllers, by a word of the class's
// controller or name.
var controllers = map[string][]string{
	"nginx":   {"controller", "nginx-ingress-controller", "nginx-ingress", "ingress-nginx-controller"},
	"traefik": {"traefik"}, "haproxy": {"kubernetes-ingress", "haproxy-ingress", "haproxy-ingress-controller"}, "kong": {"kubernetes-ingress-controller", "kong"},
	"contour": {"contour"}, "istio": {"proxyv2"}, "alb": {"aws-load-balancer-controller"}, "envoy": {"gateway"},
}

// emitController adds the workload that carries an Ingress's traffic, where the
// inputs show it.
func (e *emitter) emitController(o *object) {
	class := firstValue(o.get("spec", "ingressClassName"), o.annotation("kubernetes.io/ingress.class"))
	name := class.Text()
	if name == "" {
		return
	}
	controller := ""
	if c := e.w.find(o, "IngressClass", "", name); c != nil {
		controller = c.get("spec", "controller").Text()
	}
	e.carriedBy(o, class, name, controller)
}

// carriedBy adds the workload that says it is the controller of a class.
func (e *emitter) carriedBy(o *object, at strict.Value, class, controller string) {
	bases := imagesOf(class, controller)
	carriers := e.w.inSight(o, "carries "+class, controller, func(run *workload) bool {
		if saysWord(run, class) || saysWord(run, controller) {
			return carriesTraffic(run)
		}
		return isControllerOf(run, bases)
	})
	if len(carriers) > 0 {
		e.need(need{owner: o.id, to: to(carriers[0].id), phases: runs, via: "carried-by", at: o.at(at), confidence: 0.8, note: "the controller of class " + class})
	}
}

func carriesTraffic(run *workload) bool {
	for _, words := range controllers {
		if slices.ContainsFunc(words, func(base string) bool { return hasImage(run, base) }) {
			return true
		}
	}
	return strings.Contains(run.name, "ingress") || strings.Contains(run.name, "gateway")
}

// imagesOf returns the images of the controllers that the name of a class points to.
func imagesOf(class, controller string) (bases []string) {
	for word, images := range controllers {
		if strings.Contains(class, word) || strings.Contains(controller, word) {
			bases = append(bases, images...)
		}
	}
	return bases
}

// isControllerOf says whether a workload runs one of the images of a controller, without
// naming a class itself.
func isControllerOf(run *workload, bases []string) bool {
	for _, c := range run.pod.containers {
		if base := c.base(); slices.Contains(bases, base) && namedFor(run, base) {
			return true
		}
	}
	return false
}

// namedFor says whether the name of a workload bears out an image that others run too:
// a sidecar, or somebody's own gateway.
func namedFor(run *workload, base string) bool {
	switch base {
	case "controller":
		return strings.Contains(run.name, "ingress")
	case "proxyv2":
		return strings.Contains(run.name, "gateway")
	case "gateway":
		return strings.Contains(run.name, "envoy")
	}
	return true
}

func firstValue(vs ...strict.Value) strict.Value {
	for _, v := range vs {
		if v.Exists() {
			return v
		}
	}
	return strict.Value{}
}

// emitOpenShiftRoute adds a Route: a host and the Services behind it.
func (e *emitter) emitOpenShiftRoute(o *object) {
	e.define(o, depgraph.Node{})
	e.placeInCluster(o)
	e.fronts.add(o.get("spec", "host").Text(), o.id, o.at(o.get("spec", "host")))
	var routes []route
	add := func(b strict.Value) {
		if name := b.Get("name"); name.Text() != "" && (b.Get("kind").Text() == "Service" || !b.Get("kind").Exists()) {
			routes = append(routes, route{e.w.serviceTarget(o, o.ns, name.Text()), o.at(name)})
		}
	}
	add(o.get("spec", "to"))
	for b := range o.get("spec", "alternateBackends").Items() {
		add(b)
	}
	e.emitRoutes(o.id, routes)
}
