package proxyfile

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

var (
	nginxName  = regexp.MustCompile(`(?i)(nginx|\.conf$|\.conf\.|/sites-(available|enabled)/|\.vhost$)`)
	nginxBlock = regexp.MustCompile(`(?m)^[ \t]*(server|http|location|upstream|stream)\b[^\n;]*(\{|\n\s*\{)`)
	nginxPass  = regexp.MustCompile(`(?m)\b(proxy|grpc|fastcgi|uwsgi|scgi|memcached)_pass\s`)
	haproxy    = regexp.MustCompile(`(?m)^(backend|listen)[ \t]+\S+`)
	haproxyTo  = regexp.MustCompile(`(?m)^[ \t]+(server|server-template|bind|mode|balance|timeout|use_backend|default_backend)[ \t]+\S+`)
	envoyHead  = regexp.MustCompile(`(?m)^[ \t]*"?(static_resources|dynamic_resources|staticResources|dynamicResources)"?[ \t]*:`)
	manifest   = regexp.MustCompile(`(?m)^(apiVersion|kind):`) // may hold a configuration in a string
	caddyName  = regexp.MustCompile(`^(Caddyfile([._-][A-Za-z0-9_.-]+)?|.*\.[Cc]addyfile)$`)
	// A dynamic configuration of Traefik has its services and middlewares below the protocol.
	traefikHead    = regexp.MustCompile(`(?m)^"?(http|tcp|udp)"?:[ \t]*(\{.*|#.*)?\r?$`)
	traefikService = regexp.MustCompile(`\b(loadBalancer|weighted|failover|mirroring|forwardAuth)"?:`)
	traefikName    = regexp.MustCompile(`(?i)^traefik\.(ya?ml|toml)$`)
	traefikStart   = regexp.MustCompile(`(?m)^"?(entryPoints|providers)"?:`)
	entryPoints    = regexp.MustCompile(`(?m)^"?entryPoints"?:`)
	// In TOML a table says the whole of its path. Traefik 1 had rules at the top, or in "file".
	traefikRules   = regexp.MustCompile(`(?m)^[ \t]*\[{0,2}[ \t]*(http|tcp|udp)\.(routers|services|middlewares)\b`)
	traefikWord    = regexp.MustCompile(`\b(loadBalancer|weighted|failover|mirroring|forwardAuth)\b`)
	traefikFirsts  = regexp.MustCompile(`(?m)^[ \t]*\[(entryPoints|(file\.)?backends)[.\]]`)
	traefikProvide = regexp.MustCompile(`(?m)^[ \t]*\[providers[.\]]`)
	tomlName       = regexp.MustCompile(`\.toml(\.(tmpl|template))?$`)
	outsideStrings = regexp.MustCompile(`(?m)(^|[:,{(\[-])[ \t]*(\{\{|\{%|<%)`)
	otherHead      = regexp.MustCompile(`(?m)^(services|openapi|swagger):`)
	otherName      = regexp.MustCompile(`\.(nomad|hcl|tf|sh|bash|py|rb|go|js|ts|lua|md|rst|j2|erb)(\.|$)`) // holds a configuration, or makes one
	structured     = regexp.MustCompile(`\.(ya?ml|json)(\.(tmpl|template))?$`)
)

// Possible reports whether [Format] can find a proxy at all: of most texts their name
// and a word in them say that it cannot.
func Possible(name, text string) bool {
	name = strings.ToLower(name)
	return strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) || // a pattern knows more letters of either case
		slices.ContainsFunc(tellingNames, func(word string) bool { return strings.Contains(name, word) }) ||
		slices.ContainsFunc(telling, func(word string) bool { return strings.Contains(text, word) })
}

// telling are words of which every text has one that Format knows by its text, but for
// those of the tellingNames.
var (
	telling      = append([]string{"backend", "listen"}, marks[:]...)
	tellingNames = []string{"nginx", ".conf", "/sites-", ".vhost", ".template", ".htaccess", "caddyfile", "traefik"}
)

// Format tells by the name and the text of a file which proxy reads it: "apache",
// "caddy", "envoy", "haproxy", "nginx" or "traefik"; "" is none of them. The beginning of the text is enough.
func Format(name string, text []byte) string {
	switch base := path.Base(name); {
	case otherName.MatchString(base):
	case caddyName.MatchString(base):
		return "caddy"
	case structured.MatchString(base):
		switch {
		case !hasMark(text) && !traefikName.MatchString(base) || manifest.Match(text):
		case envoyHead.Match(text):
			return "envoy"
		case (traefikHead.Match(text) && traefikService.Match(text) || traefikStart.Match(text) && (traefikName.MatchString(base) || entryPoints.Match(text))) && !otherHead.Match(text):
			return "traefik"
		}
	case tomlName.MatchString(base):
		if traefikRules.Match(text) && traefikWord.Match(text) || traefikFirsts.Match(text) || traefikName.MatchString(base) && traefikProvide.Match(text) {
			return "traefik"
		}
	case strings.HasSuffix(base, ".cfg") || strings.Contains(base, "haproxy"):
		if haproxy.Match(text) && haproxyTo.Match(text) {
			return "haproxy"
		}
	case base == ".htaccess":
		if isApache(name, text) {
			return "apache"
		}
	case nginxName.MatchString(name) || strings.HasSuffix(base, ".template"):
		if isApache(name, text) {
			return "apache"
		}
		if nginxBlock.Match(text) && nginxPass.Match(text) || isNginx(name, text) {
			return "nginx"
		}
	}
	return ""
}

// hasMark reports whether a text can be a configuration of Envoy or Traefik: others go by
// at once, and they may be large.
func hasMark(text []byte) bool {
	return slices.ContainsFunc(marks[:], func(mark string) bool { return bytes.Contains(text, []byte(mark)) })
}

// marks are the words of which every configuration of Envoy and Traefik has one.
var marks = [...]string{"_resources", "Resources", "entryPoints", "loadBalancer", "weighted", "failover", "mirroring", "forwardAuth"}

// Templated reports whether a text of a format has yet to be made a configuration. Traefik
// makes its own: where the templates stand inside of strings, the text is one already.
func Templated(format, text string) bool {
	if format == "traefik" {
		return outsideStrings.MatchString(text)
	}
	return strings.Contains(text, "{{") || strings.Contains(text, "{%") || strings.Contains(text, "<%")
}

// route is one place to which a proxy sends requests: any of the servers.
type route struct {
	servers []Server
	use     use
	note    string
}

// Server is one address, and where it stands.
type Server struct {
	Text      string
	Line, Col int // 1-based
}

// use is what a route is for.
type use uint8

const (
	requests   use = iota // what the proxy is there for
	asks                  // every request waits for it
	signals               // traces, logs: nobody waits
	configures            // without it the proxy does not start
	renews                // certificates, long before they expire
)

// Need is what a proxy needs: any of the servers.
type Need struct {
	Servers []Server // at least one
	Terms   depgraph.Terms
	Note    string // which directive, backend or cluster says so
}

// Confidence is that of an address in a field that holds nothing else, in a file that
// a deployment may override.
const Confidence = 0.85

// Needs returns what the proxy that reads a file needs, and how many documents the file
// holds: each place to which it sends requests, which is a share where there are
// several, and any of them together. The error says what is no configuration, or ends
// in the middle; the needs are those that could be read. It costs time linear in the text.
func Needs(name, text string, limits strict.Limits) (needs []Need, documents int, err error) {
	documents = 1
	var routes []route
	switch Format(name, []byte(text)) {
	case "apache":
		routes, err = apacheRoutes(text)
	case "nginx":
		routes, err = nginxRoutes(text)
	case "haproxy":
		routes, err = haproxyRoutes(text)
	case "caddy":
		routes, err = caddyRoutes(text)
	case "traefik":
		routes, documents, err = traefikRoutes(name, text, limits)
	default:
		routes, documents, err = envoyRoutes(text, limits)
	}
	return needsOf(routes), documents, err
}

// renewedBefore is how long before its end a certificate of ACME is renewed, by default
// (doc.traefik.io, certificatesDuration).
const renewedBefore = 30 * 24 * time.Hour

func needsOf(routes []route) []Need {
	shares := map[string]bool{}
	for _, r := range routes {
		if len(r.servers) > 0 && r.use == requests {
			shares[r.servers[0].Text] = true
		}
	}
	var out []Need
	any := Need{Terms: depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: depgraph.RoutesTo}, Note: "any of its routes"}
	for _, r := range routes {
		n := Need{Servers: r.servers, Terms: depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run), Via: depgraph.RoutesTo}, Note: r.note}
		if len(n.Targets("")) == 0 {
			continue
		}
		switch {
		case r.use == asks:
			n.Terms.Via = depgraph.Authenticates
		case r.use == signals:
			n.Terms.Via, n.Terms.IfLost = depgraph.Publishes, depgraph.Unaffected
		case r.use == configures:
			n.Terms.Via, n.Terms.Phases = "configured-by", depgraph.PhasesOf(depgraph.Start)
		case r.use == renews:
			n.Terms.Via, n.Terms.Lasts = depgraph.CertifiedBy, renewedBefore
		case len(shares) > 1: // the other routes go on
			n.Terms.IfLost = depgraph.Degraded
			any.Servers = append(any.Servers, r.servers...)
		}
		out = append(out, n)
	}
	if len(any.Targets("")) > 1 {
		out = append(out, any)
	}
	return out
}

// heldBack is the error where the values of variables were held back; else nil.
func heldBack(given *address.Lookup) error {
	if !given.Over() {
		return nil
	}
	return &strict.Error{ID: strict.TooManyValues, Line: 1, Col: 1, Msg: address.HeldBack}
}

// Inside gives the errors of a configuration that stands inside another file their
// places there. in says what holds it, such as the key of a ConfigMap.
func Inside(err error, in string, place func(line, col int) (int, int)) error {
	var out []error
	for _, e := range strict.Errors(err) {
		var at *strict.Error
		if !errors.As(e, &at) {
			out = append(out, fmt.Errorf("%s: %w", in, e))
			continue
		}
		there := *at
		there.Line, there.Col = place(at.Line, at.Col)
		there.Msg = in + ": " + at.Msg
		out = append(out, &there)
	}
	return errors.Join(out...)
}

// Refs returns the addresses of the servers. A name without a domain is one of those
// around the proxy, and counts where it is.
func (n Need) Refs() []address.Ref {
	known := func(string) bool { return true }
	var out []address.Ref
	for _, s := range n.Servers {
		out = append(out, address.Find(s.Text, address.Context{Key: "server", Known: known})...)
	}
	return out
}

// Targets returns the servers as names in a scope.
func (n Need) Targets(scope string) []link.Target {
	var out []link.Target
	for _, ref := range n.Refs() {
		out = append(out, ref.Targets(scope)...)
	}
	return out
}
