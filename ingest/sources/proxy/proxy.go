package proxy

import (
	"context"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/proxyfile"
)

// Source reads the configuration of reverse proxies.
var Source = ingest.Define(ingest.Spec{
	Name: "proxy",
	Doc: ingest.Doc{
		Title: "Reverse proxies: nginx, HAProxy, Envoy, Caddy, Traefik, Apache",
		Text: "Where a proxy sends what it gets: the servers of one upstream, backend or cluster are alternatives, and each route is a share. " +
			"They are needs of the service that mounts the file or is built around it.",
		Reads: []string{
			"nginx: upstream, server, proxy_pass, grpc_pass, fastcgi_pass, uwsgi_pass, scgi_pass, memcached_pass, set",
			"Apache: ProxyPass, ProxyPassMatch, BalancerMember, RewriteRule with [P], SetHandler proxy:",
			"HAProxy: backend, listen, server, server-template",
			"Caddyfile: reverse_proxy, php_fastcgi, forward_auth, proxy of Caddy 1 and of layer4, snippets and their imports",
			"Traefik's dynamic configuration in YAML or TOML: services of routers, loadBalancer, weighted, failover, mirroring, forwardAuth; backends of Traefik 1",
			"Traefik's static configuration in YAML or TOML: providers, tracing, metrics, logs, certificatesResolvers",
			"Envoy bootstrap, YAML or JSON: clusters and their endpoints, the clusters of routes, of external authorization, of access logs and of xDS",
		},
		Limits: "A file that nobody mounts or builds with says nothing. Files that another includes are read as they stand: upstreams in one that passes nothing on are what the including file passes to. " +
			"Resolvers are left out. Variables that the proxy fills from a request, or a start script from the environment, name nobody.",
		Since: "0.1",
	},
}, ingest.NoParams, claim, read)

func claim(name string, head []byte) (string, bool) {
	if format := proxyfile.Format(name, head); format == "" || proxyfile.Templated(format, string(head)) {
		return "", false
	}
	return name, true
}

func read(ctx context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
	frag := &link.Fragment{}
	for _, f := range u.Files {
		text, err := f.Text()
		if err != nil {
			return frag, err
		}
		needs, documents, err := proxyfile.Needs(f.Path(), text, u.Limits)
		f.Counted(documents)
		f.Fail(err)
		for _, n := range needs {
			o := f.Origin(n.Servers[0].Line, n.Servers[0].Col)
			o.Note, o.Confidence = n.Note, proxyfile.Confidence
			frag.References = append(frag.References, link.Reference{
				Owners: &link.Selector{File: f.Path(), Built: true}, Members: n.Targets(link.OwnerScope), Terms: n.Terms, Form: link.Text, Origin: o,
			})
		}
	}
	return frag, ctx.Err()
}
