package proxyfile

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// traefikStatic reads what Traefik is started with
// (doc.traefik.io/traefik/reference/install-configuration): where its providers find what
// to route, where its signals go, and who makes its certificates.
func traefikStatic(root strict.Value) []route {
	var out []route
	for name, p := range root.Get("providers").Fields() {
		out = add(out, configures, "provider "+name.Text, endpoints(p)...)
	}
	for _, name := range firstProviders {
		out = add(out, configures, "provider "+name, endpoints(root.Get(name))...)
	}
	for _, field := range []string{"tracing", "metrics", "log", "accessLog"} {
		out = sent(out, root.Get(field), field, 0)
	}
	for name, r := range root.Get("certificatesResolvers").Fields() {
		out = add(out, renews, "certificates resolver "+name.Text, r.Get("acme", "caServer"))
	}
	return add(out, renews, "acme", root.Get("acme", "caServer"))
}

// firstProviders are those of Traefik 1 that are reached over the network; they stand at the top.
var firstProviders = []string{"consul", "consulCatalog", "docker", "etcd", "eureka", "kubernetes", "marathon", "mesos", "zookeeper"}

// endpoints are the addresses of a provider, any of which will do.
func endpoints(p strict.Value) []strict.Value {
	switch e := p.Get("endpoint"); e.Type() {
	case strict.Map:
		return []strict.Value{e.Get("address")}
	case strict.String:
		return []strict.Value{e}
	}
	return slices.Collect(p.Get("endpoints").Items())
}

// add adds a route to any of some addresses. Traefik reaches a socket of its own machine
// over no network.
func add(out []route, as use, note string, addresses ...strict.Value) []route {
	r := route{use: as, note: note}
	for _, a := range addresses {
		for _, one := range strings.Split(a.Text(), ",") {
			if one = strings.TrimSpace(one); one != "" && !strings.HasPrefix(one, "unix:") && !strings.HasPrefix(one, "npipe:") && !strings.Contains(one, "{{") {
				r.servers = append(r.servers, Server{hostPort(one), a.Line(), a.Col()})
			}
		}
	}
	if len(r.servers) == 0 {
		return out
	}
	return append(out, r)
}

// sinks are the fields in which the address of something stands that takes signals.
var sinks = []string{"endpoint", "address", "serverURL", "httpEndpoint", "localAgentHost", "localAgentHostPort", "samplingServerURL"}

// sent adds where signals go, wherever that stands below v.
func sent(out []route, v strict.Value, note string, depth int) []route {
	if depth > maxNesting {
		return out
	}
	for key, inner := range v.Fields() {
		if slices.Contains(sinks, key.Text) {
			out = add(out, signals, note, inner)
		}
		out = sent(out, inner, note, depth+1)
	}
	return out
}

// traefikFirst reads the rules of Traefik 1: the backends that its frontends use, or all
// where the file has none, and whom its entry points ask.
func traefikFirst(root strict.Value) []route {
	var out []route
	for _, v := range []strict.Value{root, root.Get("file")} {
		frontends, backends := v.Get("frontends"), v.Get("backends")
		used := map[string]bool{}
		for _, f := range frontends.Fields() {
			used[f.Get("backend").Text()] = true
		}
		for name, b := range backends.Fields() {
			if len(used) > 0 && !used[name.Text] {
				continue
			}
			var all []strict.Value
			for _, s := range b.Get("servers").Fields() {
				all = append(all, s.Get("url"))
			}
			out = add(out, requests, "backend "+name.Text, all...)
		}
	}
	for name, e := range root.Get("entryPoints").Fields() {
		out = add(out, asks, "entry point "+name.Text, e.Get("auth", "forward", "address"))
	}
	return out
}
