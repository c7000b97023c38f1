package proxy

import (
	"context"
	"path"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// Source reads the configuration of reverse proxies.
var Source = ingest.Define(ingest.Spec{
	Name: "proxy",
	Doc: ingest.Doc{
		Title: "Reverse proxies: nginx, HAProxy, Envoy",
		Text: "Where a proxy sends what it gets: the servers of one upstream, backend or cluster are alternatives, and each route is a share. " +
			"They are needs of the service that mounts the file or is built around it.",
		Reads: []string{
			"nginx: upstream, server, proxy_pass, grpc_pass, fastcgi_pass, uwsgi_pass, scgi_pass, memcached_pass, set",
			"HAProxy: backend, listen, server, server-template",
			"Envoy bootstrap, YAML or JSON: clusters and their endpoints, the clusters of routes, of external authorization, of access logs and of xDS",
		},
		Limits: "A file that nobody mounts or builds with says nothing. Files that another includes are read as they stand. " +
			"Resolvers are left out. Variables that the proxy fills from a request, or a start script from the environment, name nobody.",
		Since: "0.1",
	},
}, ingest.NoParams, claim, read)

var (
	nginxName  = regexp.MustCompile(`(?i)(nginx|\.conf$|\.conf\.|/sites-(available|enabled)/|\.vhost$)`)
	nginxBlock = regexp.MustCompile(`(?m)^[ \t]*(server|http|location|upstream|stream)\b[^\n;]*(\{|\n\s*\{)`)
	nginxPass  = regexp.MustCompile(`(?m)\b(proxy|grpc|fastcgi|uwsgi|scgi|memcached)_pass\s`)
	haproxy    = regexp.MustCompile(`(?m)^(backend|listen)[ \t]+\S+`)
	haproxyTo  = regexp.MustCompile(`(?m)^[ \t]+(server|server-template|bind|mode|balance|timeout|use_backend|default_backend)[ \t]+\S+`)
	envoyHead  = regexp.MustCompile(`(?m)^[ \t]*"?(static_resources|dynamic_resources|staticResources|dynamicResources)"?[ \t]*:`)
	structured = regexp.MustCompile(`\.(ya?ml|json)(\.(tmpl|template))?$`)
)

// format tells the formats apart; "" is none of them.
func format(name string, text []byte) string {
	switch base := path.Base(name); {
	case structured.MatchString(base):
		if envoyHead.Match(text) {
			return "envoy"
		}
	case strings.HasSuffix(base, ".cfg") || strings.Contains(base, "haproxy"):
		if haproxy.Match(text) && haproxyTo.Match(text) {
			return "haproxy"
		}
	case nginxName.MatchString(name) || strings.HasSuffix(base, ".template"):
		if nginxBlock.Match(text) && nginxPass.Match(text) {
			return "nginx"
		}
	}
	return ""
}

func claim(name string, head []byte) (string, bool) {
	if format(name, head) == "" || strings.Contains(string(head), "{{") || strings.Contains(string(head), "{%") || strings.Contains(string(head), "<%") {
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
		var routes []route
		switch format(f.Path(), []byte(text)) {
		case "nginx":
			routes, err = nginxRoutes(text)
			f.Counted(1)
		case "haproxy":
			routes, err = haproxyRoutes(text)
			f.Counted(1)
		default:
			routes, err = envoyRoutes(u, f, []byte(text))
		}
		f.Fail(err)
		emit(frag, f, routes)
	}
	return frag, ctx.Err()
}

// route is one place to which a proxy sends requests: any of the servers.
type route struct {
	servers []server
	use     use
	note    string
}

// server is one address, and where it stands.
type server struct {
	text      string
	line, col int
}

// use is what a route is for.
type use uint8

const (
	requests   use = iota // what the proxy is there for
	asks                  // every request waits for it
	signals               // traces, logs: nobody waits
	configures            // without it the proxy does not start
)

func emit(frag *link.Fragment, f *ingest.File, routes []route) {
	shares := map[string]bool{}
	for _, r := range routes {
		if len(r.servers) > 0 && r.use == requests {
			shares[r.servers[0].text] = true
		}
	}
	var all []link.Target
	var first route
	for _, r := range routes {
		targets := targetsOf(r)
		if len(targets) == 0 {
			continue
		}
		terms := depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: depgraph.RoutesTo}
		switch {
		case r.use == asks:
			terms.Via = depgraph.Authenticates
		case r.use == signals:
			terms.Via, terms.IfLost = depgraph.Publishes, depgraph.Unaffected
		case r.use == configures:
			terms.Via, terms.Phases = "configured-by", depgraph.PhasesOf(depgraph.Start)
		case len(shares) > 1: // the other routes go on
			terms.IfLost = depgraph.Degraded
			if len(all) == 0 {
				first = route{servers: r.servers, note: "any of its routes"}
			}
			all = append(all, targets...)
		}
		refer(frag, f, r, terms, targets)
	}
	if len(all) > 1 {
		refer(frag, f, first, depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: depgraph.RoutesTo}, all)
	}
}

// confidence is that of an address in a field that holds nothing else, in a file that
// a deployment may override.
const confidence = 0.85

func refer(frag *link.Fragment, f *ingest.File, r route, terms depgraph.Terms, to []link.Target) {
	o := f.Origin(r.servers[0].line, r.servers[0].col)
	o.Note, o.Confidence = r.note, confidence
	frag.References = append(frag.References, link.Reference{
		Owners: &link.Selector{File: f.Path(), Built: true}, Members: to, Terms: terms, Form: link.Text, Origin: o,
	})
}

// targetsOf returns the servers of a route as names. A name without a domain is one
// of those around the proxy, and counts where it is.
func targetsOf(r route) []link.Target {
	known := func(string) bool { return true }
	var out []link.Target
	for _, s := range r.servers {
		for _, ref := range address.Find(s.text, address.Context{Key: "server", Known: known}) {
			out = append(out, ref.Targets(link.OwnerScope)...)
		}
	}
	return out
}
