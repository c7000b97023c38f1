package proxyfile

import (
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// envoyRoutes reads the clusters of an Envoy bootstrap, and what each is used for.
func envoyRoutes(text string, limits strict.Limits) (out []route, documents int, err error) {
	docs, err := strict.Parse([]byte(text), limits)
	for _, d := range docs {
		resources := either(d.Root, "static_resources", "staticResources")
		uses := map[string]use{}
		findUses(resources.Get("listeners"), requests, uses, 0)
		for _, field := range []string{"tracing", "stats_sinks", "statsSinks"} {
			findUses(d.Root.Get(field), signals, uses, 0)
		}
		findUses(either(d.Root, "dynamic_resources", "dynamicResources"), configures, uses, 0)
		for c := range resources.Get("clusters").Items() {
			name := c.Get("name").Text()
			r := route{use: uses[name], note: "cluster " + name}
			findServers(c, &r, 0)
			out = append(out, r)
		}
	}
	return out, len(docs), err
}

func either(v strict.Value, names ...string) strict.Value {
	for _, name := range names {
		if found := v.Get(name); found.Exists() {
			return found
		}
	}
	return strict.Value{}
}

// maxNesting bounds how deep a bootstrap is looked through.
const maxNesting = 60

// findUses notes what the clusters named below a value are used for. What carries
// requests is used for that, whatever else it does.
func findUses(v strict.Value, as use, uses map[string]use, depth int) {
	if depth > maxNesting {
		return
	}
	name := v.Get("name").Text()
	if strings.Contains(name, "ext_authz") || strings.Contains(name, "jwt_authn") || strings.Contains(name, "oauth2") {
		as = asks
	}
	for item := range v.Items() {
		findUses(item, as, uses, depth+1)
	}
	for k, item := range v.Fields() {
		key, inner := k.Text, as
		switch {
		case strings.HasPrefix(key, "access_log"), strings.HasPrefix(key, "accessLog"), key == "tracing":
			inner = signals
		case (key == "cluster" || key == "cluster_name" || key == "clusterName") && item.Type() == strict.String:
			if have, known := uses[item.Text()]; !known || as < have {
				uses[item.Text()] = as
			}
			continue
		case key == "weighted_clusters" || key == "weightedClusters":
			for c := range item.Get("clusters").Items() {
				uses[c.Get("name").Text()] = as
			}
		}
		findUses(item, inner, uses, depth+1)
	}
}

// findServers adds the addresses of a cluster's endpoints, in the present form and
// in the old one.
func findServers(v strict.Value, r *route, depth int) {
	if depth > maxNesting {
		return
	}
	if socket := either(v, "socket_address", "socketAddress"); socket.Exists() {
		if a := socket.Get("address"); a.Text() != "" {
			r.servers = append(r.servers, Server{a.Text(), a.Line(), a.Col()})
		}
		return
	}
	for item := range v.Items() {
		findServers(item, r, depth+1)
	}
	for k, item := range v.Fields() {
		if k.Text != "upstream_bind_config" && k.Text != "upstreamBindConfig" {
			findServers(item, r, depth+1)
		}
	}
}
