package proxyfile

import (
	"path"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// traefikRoutes reads a configuration of Traefik in YAML or TOML: the services that the
// routers of a dynamic one use (doc.traefik.io/traefik/reference/routing-configuration/other-providers/file),
// the addresses that its middlewares ask, and what a static one needs.
func traefikRoutes(name, text string, limits strict.Limits) (out []route, documents int, err error) {
	var docs []strict.Document
	if tomlName.MatchString(path.Base(name)) {
		var doc strict.Document
		doc, err = strict.TOML([]byte(text), limits)
		docs = []strict.Document{doc}
	} else {
		docs, err = strict.Parse([]byte(text), limits)
	}
	for _, d := range docs {
		for _, protocol := range []string{"http", "tcp", "udp"} {
			t := &traefik{services: d.Root.Get(protocol, "services"), done: map[string]bool{}}
			for _, name := range t.used(d.Root.Get(protocol, "routers")) {
				t.service(name)
			}
			out = append(out, t.routes...)
		}
		for name, m := range d.Root.Get("http", "middlewares").Fields() {
			if a := m.Get("forwardAuth", "address"); a.Text() != "" {
				out = append(out, route{servers: []Server{{hostPort(a.Text()), a.Line(), a.Col()}}, use: asks, note: "middleware " + name.Text})
			}
		}
		out = append(out, traefikFirst(d.Root)...)
		out = append(out, traefikStatic(d.Root)...)
	}
	return out, len(docs), err
}

type traefik struct {
	services strict.Value
	routes   []route
	done     map[string]bool
}

// used returns the services that routers name; where the file has no router, those that
// no other service of it names: routers of labels and of other files use them.
func (t *traefik) used(routers strict.Value) []string {
	var out []string
	for _, r := range routers.Fields() {
		out = append(out, own(r.Get("service").Text()))
	}
	if len(out) > 0 {
		return out
	}
	inner := map[string]bool{}
	for _, s := range t.services.Fields() {
		for item := range s.Get("weighted", "services").Items() {
			inner[own(item.Get("name").Text())] = true
		}
		for _, field := range [][]string{{"failover", "service"}, {"failover", "fallback"}, {"mirroring", "service"}} {
			inner[own(s.Get(field...).Text())] = true
		}
		for item := range s.Get("mirroring", "mirrors").Items() {
			inner[own(item.Get("name").Text())] = true
		}
	}
	for name := range t.services.Fields() {
		if !inner[name.Text] {
			out = append(out, name.Text)
		}
	}
	return out
}

// own returns the name of a service without the provider of this file.
func own(name string) string { return strings.TrimSuffix(name, "@file") }

// service adds what requests to a service reach: the servers of a load balancer are
// alternatives, so are a service and its fallback; each of several weighted ones is a
// share. Mirrors get copies of requests, whose answers nobody waits for.
func (t *traefik) service(name string) {
	s := t.services.Get(name)
	if t.done[name] || !s.Exists() {
		return
	}
	t.done[name] = true
	for item := range s.Get("weighted", "services").Items() {
		t.service(own(item.Get("name").Text()))
	}
	if main := s.Get("mirroring", "service"); main.Exists() {
		t.service(own(main.Text()))
	}
	if r := (route{servers: t.servers(name, map[string]bool{}), note: "service " + name}); len(r.servers) > 0 {
		t.routes = append(t.routes, r)
	}
}

// servers returns those of a load balancer, or of a service and its fallback; seen are
// the services that were looked at.
func (t *traefik) servers(name string, seen map[string]bool) []Server {
	if seen[name] {
		return nil
	}
	seen[name] = true
	s := t.services.Get(name)
	if f := s.Get("failover"); f.Exists() {
		return append(t.servers(own(f.Get("service").Text()), seen), t.servers(own(f.Get("fallback").Text()), seen)...)
	}
	var out []Server
	for item := range s.Get("loadBalancer", "servers").Items() {
		a := either(item, "url", "address")
		if a.Text() != "" && !strings.Contains(a.Text(), "{{") { // Traefik fills it in from its environment
			out = append(out, Server{hostPort(a.Text()), a.Line(), a.Col()})
		}
	}
	return out
}

// hostPort returns what stands between the scheme and the path of an address.
func hostPort(address string) string {
	if _, rest, found := strings.Cut(address, "://"); found {
		address = rest
	}
	address, _, _ = strings.Cut(address, "/")
	return address
}
