package kubernetes

import (
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// traefikGroups are the groups of Traefik's objects, the present one first.
var traefikGroups = []string{"traefik.io", "traefik.containo.us"}

func isTraefik(group string) bool { return group == traefikGroups[0] || group == traefikGroups[1] }

// matchedHost is a host in the rule of a router: Host(`a`, `b`), HostSNI(`a`).
var (
	hostRule    = regexp.MustCompile(`Host(?:SNI)?\(([^)]*)\)`)
	matchedHost = regexp.MustCompile("[`\"']([^`\"']+)[`\"']")
)

// emitTraefikRoute adds an IngressRoute of any protocol: the Services behind it, what
// its middlewares ask on every request, its certificate, and Traefik itself.
func (e *emitter) emitTraefikRoute(o *object) {
	e.define(o, depgraph.Node{})
	e.placeInCluster(o)
	var routes []route
	for r := range o.get("spec", "routes").Items() {
		for _, list := range hostRule.FindAllStringSubmatch(r.Get("match").Text(), -1) {
			for _, host := range matchedHost.FindAllStringSubmatch(list[1], -1) {
				e.fronts.add(host[1], o.id, o.at(r.Get("match")))
			}
		}
		for s := range r.Get("services").Items() {
			routes = e.traefikServices(o, s, routes, 0)
		}
		for m := range r.Get("middlewares").Items() {
			e.emitMiddleware(o, firstOf(m.Get("namespace").Text(), o.ns), m.Get("name").Text(), 0)
		}
	}
	e.emitRoutes(o.id, routes)
	if name := o.get("spec", "tls", "secretName"); name.Text() != "" {
		e.need(need{owner: o.id, to: e.material(o, "Secret", name.Text()), phases: starts, via: depgraph.Reads, at: o.at(name)})
	}
	e.carriedBy(o, o.get("spec"), "traefik", "")
}

// maxTraefik is how far TraefikServices and chains of middlewares are followed.
const maxTraefik = 5

// traefikServices returns the Services behind one entry of a route: itself, or those
// that a TraefikService weighs. A copy that a mirror gets is none.
func (e *emitter) traefikServices(o *object, s strict.Value, routes []route, depth int) []route {
	name := s.Get("name")
	if name.Text() == "" || strings.Contains(name.Text(), "@") || depth > maxTraefik {
		return routes
	}
	ns := firstOf(s.Get("namespace").Text(), o.ns)
	if s.Get("kind").Text() != "TraefikService" {
		return append(routes, route{e.w.serviceTarget(o, ns, o.overlay.renamed("Service", name.Text())), o.at(name)})
	}
	t := e.findTraefik(o, "TraefikService", ns, name.Text())
	if t == nil {
		return routes
	}
	for item := range t.get("spec", "weighted", "services").Items() {
		routes = e.traefikServices(t, item, routes, depth+1)
	}
	return e.traefikServices(t, t.get("spec", "mirroring"), routes, depth+1)
}

func (e *emitter) findTraefik(o *object, kind, ns, name string) *object {
	for _, group := range traefikGroups {
		if found := e.w.find(o, kind+"."+group, ns, name); found != nil {
			return found
		}
	}
	return nil
}

// emitMiddleware adds what a middleware makes every request of a gateway wait for.
func (e *emitter) emitMiddleware(gateway *object, ns, name string, depth int) {
	m := e.findTraefik(gateway, "Middleware", ns, name)
	if m == nil || depth > maxTraefik {
		return
	}
	acting := *m
	acting.id = gateway.id
	e.emitStrings(&acting, m.get("spec", "forwardAuth", "address"), text{key: "address", phases: runs, note: "through the middleware " + m.name})
	for next := range m.get("spec", "chain", "middlewares").Items() {
		e.emitMiddleware(gateway, firstOf(next.Get("namespace").Text(), m.ns), next.Get("name").Text(), depth+1)
	}
}

// emitTraefikAnnotation adds the middlewares that an annotation of an Ingress names:
// NAMESPACE-NAME@kubernetescrd.
func (e *emitter) emitTraefikAnnotation(o *object) {
	for _, item := range strings.Split(o.annotation("traefik.ingress.kubernetes.io/router.middlewares").Text(), ",") {
		joined, found := strings.CutSuffix(strings.TrimSpace(item), "@kubernetescrd")
		if !found {
			continue
		}
		for i := range joined {
			if joined[i] == '-' {
				e.emitMiddleware(o, joined[:i], joined[i+1:], 0)
			}
		}
	}
}
