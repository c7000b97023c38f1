package kubernetes

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

const gatewayGroup = "gateway.networking.k8s.io"

// emitGateway adds a Gateway of the Gateway API: its certificates, its controller
// and the backends of the routes that attach to it.
func (e *emitter) emitGateway(o *object) {
	e.define(o, depgraph.Node{})
	e.placeInCluster(o)
	for l := range o.get("spec", "listeners").Items() {
		e.fronts.add(l.Get("hostname").Text(), o.id, o.at(l.Get("hostname")))
		for ref := range l.Get("tls", "certificateRefs").Items() {
			if kind := ref.Get("kind").Text(); kind != "" && kind != "Secret" {
				continue
			}
			ns := firstOf(ref.Get("namespace").Text(), o.ns)
			e.need(need{owner: o.id, to: quiet(e.w.target(o, "Secret", ns, ref.Get("name").Text())), phases: starts, via: depgraph.Reads, at: o.at(ref)})
		}
	}
	var routes []route
	for _, r := range e.routesOf(o) {
		if e.w.sees(o, r) {
			routes = append(routes, e.backends(r)...)
			for host := range r.get("spec", "hostnames").Items() {
				e.fronts.add(host.Text(), o.id, r.at(host))
			}
		}
	}
	e.emitRoutes(o.id, routes)
	class := o.get("spec", "gatewayClassName")
	controller := ""
	if c := e.w.find(o, "GatewayClass."+gatewayGroup, "", class.Text()); c != nil {
		controller = c.get("spec", "controllerName").Text()
	}
	e.carriedBy(o, class, class.Text(), controller)
}

// routesOf returns the routes that name a Gateway as the one they hang on.
func (e *emitter) routesOf(gateway *object) []*object {
	if e.routes == nil {
		e.routes = map[objectRef][]*object{}
		for _, r := range e.w.objects {
			if r.group != gatewayGroup || !strings.HasSuffix(r.kind, "Route") {
				continue
			}
			for ref := range r.get("spec", "parentRefs").Items() {
				if kind := ref.Get("kind").Text(); kind != "" && kind != "Gateway" {
					continue
				}
				at := objectRef{cluster: r.cluster, ns: firstOf(ref.Get("namespace").Text(), r.ns), name: ref.Get("name").Text()}
				if known := e.routes[at]; len(known) == 0 || known[len(known)-1] != r {
					e.routes[at] = append(known, r)
				}
			}
		}
	}
	return e.routes[objectRef{cluster: gateway.cluster, ns: gateway.ns, name: gateway.name}]
}

// backends returns the Services that the rules of a route lead to. A mirror gets
// copies, which nobody waits for.
func (e *emitter) backends(r *object) []route {
	var routes []route
	for rule := range r.get("spec", "rules").Items() {
		for b := range rule.Get("backendRefs").Items() {
			if kind := b.Get("kind").Text(); kind != "" && kind != "Service" {
				continue
			}
			name := b.Get("name")
			ns := firstOf(b.Get("namespace").Text(), r.ns)
			if weight, stated := b.Get("weight").Int(); name.Text() == "" || stated && weight == 0 {
				continue
			}
			routes = append(routes, route{e.w.serviceTarget(r, ns, name.Text()), r.at(name)})
		}
	}
	return routes
}

// emitMeshRoute adds a route whose parent is a Service, as in service meshes: those
// who call the Service are sent where the route says.
func (e *emitter) emitMeshRoute(r *object) {
	for ref := range r.get("spec", "parentRefs").Items() {
		if ref.Get("kind").Text() != "Service" {
			continue
		}
		from := e.w.service(r, firstOf(ref.Get("namespace").Text(), r.ns), ref.Get("name").Text())
		if from == nil {
			continue
		}
		for _, b := range e.backends(r) {
			e.emitDetour(from, b)
		}
	}
}

// emitDetour adds that calls to a Service end elsewhere: for whoever names the
// Service, what stands at the other end is needed.
func (e *emitter) emitDetour(from *service, b route) {
	for _, run := range from.targets {
		at := b.at
		at.Note = "calls to " + from.name + " are routed there"
		e.need(need{owner: run.id, to: []target{b.to}, phases: runs, ifLost: depgraph.Unaffected, via: depgraph.RoutesTo, at: at, note: at.Note})
	}
}

// emitVirtualService adds the routes of an Istio VirtualService. Hosts that nothing
// else defines are names for where it leads; on a gateway it adds backends to that.
func (e *emitter) emitVirtualService(o *object) {
	var routes []route
	for _, protocol := range []string{"http", "tls", "tcp"} {
		for rule := range o.get("spec", protocol).Items() {
			for r := range rule.Get("route").Items() {
				if weight, stated := r.Get("weight").Int(); stated && weight == 0 {
					continue
				}
				if host := r.Get("destination", "host"); host.Text() != "" {
					routes = append(routes, route{e.hostTarget(o, host), o.at(host)})
				}
			}
		}
	}
	mesh := o.get("spec", "gateways").Len() == 0
	for g := range o.get("spec", "gateways").Items() {
		if g.Text() == "mesh" {
			mesh = true
			continue
		}
		ns, name, found := strings.Cut(g.Text(), "/")
		if !found {
			ns, name = o.ns, g.Text()
		}
		gw := e.w.find(o, "Gateway.networking.istio.io", ns, name)
		if gw == nil {
			continue
		}
		e.istio[gw] = append(e.istio[gw], routes...)
		for host := range o.get("spec", "hosts").Items() {
			if !e.w.known(o, host.Text()) {
				e.fronts.add(host.Text(), gw.id, o.at(host))
			}
		}
	}
	if mesh {
		e.bindMeshHosts(o, routes)
	}
}

// bindMeshHosts lets hosts that only a VirtualService defines lead to its routes.
func (e *emitter) bindMeshHosts(o *object, routes []route) {
	for host := range o.get("spec", "hosts").Items() {
		if host.Text() == "*" || strings.Contains(host.Text(), "*") || e.w.defines(o, host.Text()) != nil || len(routes) == 0 {
			continue
		}
		b := link.Binding{Names: []link.Name{link.Host(e.w.scope(shared(o), o.ns), host.Text())}, Origin: o.at(host)}
		for _, r := range routes {
			if r.to.Name != b.Names[0] {
				b.To = append(b.To, r.to.Name)
			}
		}
		if len(b.To) > 0 {
			e.bind(b)
		}
	}
}

// hostTarget refers to a host that an object names.
func (e *emitter) hostTarget(o *object, host strict.Value) target {
	return target{Name: link.Host(e.w.hostScope(o, host.Text()), host.Text())}
}

// emitIstioGateway adds an Istio Gateway: the proxies that it configures, its
// certificates, and the routes that were bound to it.
func (e *emitter) emitIstioGateway(o *object) {
	e.define(o, depgraph.Node{})
	selector := o.get("spec", "selector")
	proxies := e.w.bearing(o, selector)
	e.need(need{owner: o.id, to: to(ids(proxies)...), phases: runs, via: "carried-by", at: o.at(selector)})
	if len(proxies) == 0 {
		e.placeInCluster(o)
	}
	for s := range o.get("spec", "servers").Items() {
		for host := range s.Get("hosts").Items() {
			_, name, found := strings.Cut(host.Text(), "/")
			if !found {
				name = host.Text()
			}
			e.fronts.add(name, o.id, o.at(host))
		}
		if name := s.Get("tls", "credentialName"); name.Text() != "" {
			ns := o.ns
			if len(proxies) > 0 {
				ns = proxies[0].ns
			}
			e.need(need{owner: o.id, to: quiet(e.w.target(o, "Secret", ns, name.Text())), phases: starts, via: depgraph.Reads, at: o.at(name)})
		}
	}
	e.emitRoutes(o.id, e.istio[o])
}

// emitServiceEntry binds the hosts of a ServiceEntry to the endpoints that it lists.
func (e *emitter) emitServiceEntry(o *object) {
	var names []link.Name
	for ep := range o.get("spec", "endpoints").Items() {
		if a := ep.Get("address"); a.Text() != "" && !strings.HasPrefix(a.Text(), "unix:") {
			names = append(names, link.Host(e.w.scope(shared(o), o.ns), a.Text()))
		}
	}
	for host := range o.get("spec", "hosts").Items() {
		name := link.Host(e.w.clusterScope(shared(o)), host.Text())
		b := link.Binding{Names: []link.Name{name}, Alternatives: true, Origin: o.at(host)}
		for _, n := range names {
			if n.Text != host.Text() {
				b.To = append(b.To, n)
			}
		}
		if len(b.To) > 0 && !strings.Contains(host.Text(), "*") {
			e.bind(b)
		}
	}
}

// emitJWT adds the identity provider that the pods of a RequestAuthentication fetch
// their keys from.
func (e *emitter) emitJWT(o *object) {
	selector := o.get("spec", "selector")
	for _, run := range o.home.workloads {
		if !e.w.sees(o, run.object) || selector.Exists() && !selects(selector, run.pod.labels) {
			continue
		}
		for rule := range o.get("spec", "jwtRules").Items() {
			uri := rule.Get("jwksUri")
			e.emitText(run, field{v: uri, f: o.file}, uri.Text(), text{key: "jwksUri", phases: runs})
		}
	}
}

// emitServiceProfile adds the detours of a Linkerd ServiceProfile.
func (e *emitter) emitServiceProfile(o *object) {
	d := e.w.defines(o, o.name)
	if d == nil {
		return
	}
	from := e.w.service(o, d.ns, d.name)
	if from == nil {
		return
	}
	for x := range o.get("spec", "dstOverrides").Items() {
		host, _, _ := strings.Cut(x.Get("authority").Text(), ":")
		if host != "" {
			e.emitDetour(from, route{target{Name: link.Host(e.w.hostScope(o, host), host)}, o.at(x)})
		}
	}
}
