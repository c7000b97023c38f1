package proxyfile

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
)

var (
	apachePass = regexp.MustCompile(`(?im)^[ \t]*(ProxyPass(Match)?|BalancerMember)[ \t]+\S`)
	apacheFile = regexp.MustCompile(`(?i)(^|/)(httpd|apache2?)[^/]*\.conf$`)
	apacheSite = regexp.MustCompile(`(?im)^[ \t]*<VirtualHost[ \t]`)
	apacheHead = regexp.MustCompile(`(?im)^[ \t]*(<(IfModule|Directory|VirtualHost)[ \t]|(ServerRoot|LoadModule|Listen|DocumentRoot)[ \t]+\S)`)
)

// isApache says whether a text is a configuration of Apache's httpd: it passes requests
// on, or it is by its name one.
func isApache(name string, text []byte) bool {
	return apachePass.Match(text) || apacheFile.MatchString(name) && apacheHead.Match(text) || nginxDir.MatchString(name) && apacheSite.Match(text)
}

// apacheRoutes reads where a configuration of Apache's httpd passes requests to: ProxyPass
// and ProxyPassMatch, rules that rewrite with [P], handlers, and the members of balancers,
// which are alternatives (httpd.apache.org/docs/2.4/mod/mod_proxy.html). The error says
// what is no configuration, or ends in the middle.
func apacheRoutes(text string) ([]route, error) {
	a := &apache{values: map[string]string{}, balancers: map[string][]Server{}}
	a.given = address.NewLookup(address.MostGiven, func(name string) (string, bool) { v, ok := a.values[name]; return v, ok })
	number := 0
	var line []byte
	for text != "" {
		first := number + 1
		line, a.parts = line[:0], a.parts[:0]
		for {
			var part string
			a.parts = append(a.parts, len(line))
			part, text, _ = strings.Cut(text, "\n")
			number++
			line = append(line, strings.TrimSuffix(part, "\r")...)
			last := len(line) - 1
			if last < 0 || line[last] != '\\' || text == "" {
				break
			}
			line[last] = ' ' // as wide as what it stands for
		}
		a.line(first, string(line))
	}
	for _, s := range a.sections {
		a.fail(s.line, s.col, "the section <%s> is never closed", s.name)
	}
	var out []route
	for _, r := range a.routes {
		if name, balanced := strings.CutPrefix(strings.ToLower(r.servers[0].Text), "balancer://"); balanced {
			name, _, _ = strings.Cut(name, "/")
			if r.servers = a.balancers[name]; len(r.servers) == 0 {
				continue
			}
			r.note += " balancer://" + name
		}
		out = append(out, r)
	}
	return out, errors.Join(append(a.errs, heldBack(a.given))...)
}

// apache is what was read of a configuration.
type apache struct {
	values    map[string]string // Define
	given     *address.Lookup   // by values
	balancers map[string][]Server
	routes    []route
	sections  []section
	parts     []int // where the lines begin in the one that they continue
	errs      []error
}

// server returns an address and where it stands, of a line that may go on over several.
func (a *apache) server(text string, line, col int) Server {
	i := len(a.parts) - 1
	for i > 0 && col <= a.parts[i] {
		i--
	}
	return Server{text, line + i, col - a.parts[i]}
}

// section is one that is not closed yet.
type section struct {
	name, of  string // in lower case; of is what it is about
	line, col int
}

func (a *apache) fail(line, col int, format string, args ...any) {
	if len(a.errs) < maxErrors {
		a.errs = append(a.errs, &strict.Error{ID: "apache-syntax", Line: line, Col: col, Msg: fmt.Sprintf(format, args...)})
	}
}

func (a *apache) line(number int, line string) {
	text := strings.TrimLeft(line, " \t")
	col := len(line) - len(text) + 1
	text = strings.TrimRight(text, " \t")
	switch {
	case text == "", text[0] == '#':
	case strings.HasPrefix(text, "</"):
		a.leave(number, col, strings.ToLower(strings.Trim(text, "</> \t")))
	case text[0] == '<':
		inside, closed := strings.CutSuffix(text[1:], ">")
		if !closed {
			a.fail(number, col, "the header of a section is never closed")
		}
		words, open := apacheWords(inside)
		if closed && open {
			a.fail(number, col, "a string is never closed")
		}
		if len(words) == 0 {
			a.fail(number, col, "a section without a name")
			return
		}
		s := section{name: strings.ToLower(words[0].text), line: number, col: col}
		if len(words) > 1 {
			s.of = strings.ToLower(a.fill(words[1].text))
		}
		a.sections = append(a.sections, s)
	default:
		words, open := apacheWords(text)
		if open {
			a.fail(number, col, "a string is never closed")
		}
		for i := range words {
			words[i].col += col
			words[i].text = a.fill(words[i].text)
		}
		a.directive(number, words)
	}
}

func (a *apache) leave(line, col int, name string) {
	n := len(a.sections)
	if n == 0 || a.sections[n-1].name != name {
		a.fail(line, col, "</%s> closes no section", name)
		return
	}
	a.sections = a.sections[:n-1]
}

func (a *apache) directive(line int, words []apacheWord) {
	name, args := strings.ToLower(words[0].text), words[1:]
	if len(args) == 0 {
		return
	}
	pass := func(w apacheWord, to string) {
		if _, host, found := strings.Cut(to, "://"); found && !strings.HasPrefix(strings.ToLower(to), "balancer:") {
			to, _, _ = strings.Cut(host, "/")
		}
		a.routes = append(a.routes, route{servers: []Server{a.server(to, line, w.col)}, note: words[0].text})
	}
	switch name {
	case "define":
		if len(args) == 2 {
			a.values[args[0].text] = args[1].text
		}
	case "proxypass", "proxypassmatch":
		to := args[0]
		if len(args) > 1 && !strings.Contains(to.text, "://") {
			to = args[1]
		}
		if strings.Contains(to.text, "://") && !strings.HasPrefix(strings.ToLower(to.text), "unix:") {
			pass(to, to.text)
		}
	case "balancermember":
		to := args[0]
		of := ""
		if n := len(a.sections); n > 0 && a.sections[n-1].name == "proxy" {
			of = a.sections[n-1].of
		} else if len(args) > 1 {
			of, to = strings.ToLower(to.text), args[1]
		}
		if name, balanced := strings.CutPrefix(of, "balancer://"); balanced {
			if _, host, found := strings.Cut(to.text, "://"); found {
				host, _, _ = strings.Cut(host, "/")
				name, _, _ = strings.Cut(name, "/")
				a.balancers[name] = append(a.balancers[name], a.server(host, line, to.col))
			}
		}
	case "rewriterule":
		if len(args) > 2 && rewritesToProxy(args[2].text) && strings.Contains(args[1].text, "://") {
			pass(args[1], args[1].text)
		}
	case "sethandler":
		if to, proxied := strings.CutPrefix(args[0].text, "proxy:"); proxied && strings.Contains(to, "://") && !strings.HasPrefix(to, "unix:") {
			pass(args[0], to)
		}
	}
}

// rewritesToProxy reports whether the flags of a rule hand the request on.
func rewritesToProxy(flags string) bool {
	for flag := range strings.SplitSeq(strings.Trim(flags, "[]"), ",") {
		if flag = strings.TrimSpace(flag); strings.EqualFold(flag, "P") || strings.EqualFold(flag, "proxy") {
			return true
		}
	}
	return false
}

// fill puts what the configuration defines in the place of "${NAME}".
func (a *apache) fill(s string) string {
	return address.ExpandShell(s, a.given.Look)
}

// apacheWord is one word of a directive, and where it begins: bytes from its start.
type apacheWord struct {
	text string
	col  int
}

// apacheWords takes a directive apart as ap_getword_conf does; open says that a string is
// never closed.
func apacheWords(s string) (words []apacheWord, open bool) {
	for i := 0; ; {
		for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
			i++
		}
		if i == len(s) {
			return words, open
		}
		w := apacheWord{col: i}
		if quote := s[i]; quote == '"' || quote == '\'' {
			end := i + 1
			for end < len(s) && s[end] != quote {
				if s[end] == '\\' && end+1 < len(s) {
					end++
				}
				end++
			}
			w.text = s[i+1 : min(end, len(s))]
			open = open || end >= len(s)
			i = min(end+1, len(s))
		} else {
			end := i
			for end < len(s) && s[end] != ' ' && s[end] != '\t' {
				end++
			}
			w.text, i = s[i:end], end
		}
		words = append(words, w)
	}
}
