package address

import (
	"strings"

	"github.com/fateline/fateline/ingest/words"
)

// list reads a value that is nothing but addresses: one URL, one host:port, one
// name, or several of them with ',', ';' or blanks between. Several are one
// reference with alternatives.
func list(text string, c Context) ([]Ref, bool) {
	if sep := strings.Index(text, "://"); sep >= 0 && strings.Count(text, "://") == 1 {
		if r, begin, end, ok := readURL(text, sep); begin == 0 && end == len(text) {
			return oneOrNone(r, ok), true
		}
	}
	if host, resource, ok := arn(text); ok {
		r, ok := newRef("", []Host{{Name: host}}, URL, 0)
		r.Database = resource
		return oneOrNone(r, ok), true
	}
	var all Ref
	items := 0
	for pos := 0; pos < len(text); {
		length := strings.IndexAny(text[pos:], ",; \t\r\n")
		if length < 0 {
			length = len(text) - pos
		}
		item := text[pos : pos+length]
		begin := pos
		pos += length + 1
		if item == "" {
			continue
		}
		r, is := listItem(item, c)
		if !is {
			return nil, false
		}
		items++
		if len(r.Hosts) == 0 {
			continue
		}
		if len(all.Hosts) == 0 {
			all = r
			all.At = begin + r.At
			continue
		}
		all.Hosts = append(all.Hosts, r.Hosts...)
		all.Form = max(all.Form, r.Form)
	}
	if items == 0 {
		return nil, false
	}
	r, ok := newRef(all.Scheme, all.Hosts, all.Form, all.At)
	r.Database = all.Database
	return oneOrNone(r, ok), true
}

func oneOrNone(r Ref, ok bool) []Ref {
	if !ok {
		return nil
	}
	return []Ref{r}
}

// listItem reads one item of a list. is says whether the item is an address at
// all; an address that refers to nothing, such as "localhost:80", gives no hosts.
func listItem(item string, c Context) (r Ref, is bool) {
	if sep := strings.Index(item, "://"); sep >= 0 {
		r, begin, end, ok := readURL(item, sep)
		labelled := begin > 0 && item[begin-1] == '='
		if !ok && begin == 0 && end == len(item) || ok && end == len(item) && (begin == 0 || labelled) {
			return r, true
		}
		return Ref{}, false
	}
	if i := strings.LastIndexByte(item, '@'); i >= 0 {
		return credentialItem(item, i)
	}
	return plainItem(item, c)
}

// credentialItem reads "user:pw@host:port/db" without a scheme, and "1@host:port", a voter
// of Kafka's or ZooKeeper's behind its number.
func credentialItem(item string, at int) (Ref, bool) {
	rest, path, _ := strings.Cut(item[at+1:], "/")
	h, ok := splitHost(rest)
	if !ok || h.Port == 0 || strings.IndexByte(item[:at], ':') < 0 && !allDigits(item[:at]) {
		return Ref{}, false
	}
	r, ok := newRef("", []Host{h}, HostPort, at+1)
	r.Database = databaseOf("/" + path)
	return r, ok
}

// plainItem reads "host:port", with or without a path behind, a qualified name, or
// the bare name of a known service.
func plainItem(item string, c Context) (Ref, bool) {
	host := words.Lower(item)
	if slash := strings.IndexByte(host, '/'); slash >= 0 {
		host = host[:slash]
	}
	if colon := strings.LastIndexByte(host, ':'); colon > 0 && !strings.HasSuffix(host, "]") {
		return hostPortItem(host, c)
	}
	if len(host) != len(item) && !saysHost(c.Key) {
		return Ref{}, false
	}
	form := nameForm(host, c)
	if form == 0 {
		return Ref{}, false
	}
	r, _ := newRef("", []Host{{Name: host}}, form, 0)
	return r, true
}

func hostPortItem(item string, c Context) (Ref, bool) {
	h, ok := splitHost(item)
	if !ok || h.Port == 0 && !strings.Contains(item, ":$") && !strings.Contains(item, ":{") || neverHost(c.Key) || !validHost(h.Name) {
		return Ref{}, false
	}
	if !c.known(h.Name) && !loopback(h.Name) && (len(h.Name) < 2 || allDigits(h.Name) || fileName(h.Name) || noHost(h.Name)) {
		return Ref{}, false
	}
	if (h.Name == "true" || h.Name == "false") || strings.HasPrefix(h.Name, "v1.") {
		return Ref{}, false
	}
	form := HostPort
	if clusterName(h.Name) {
		form = Qualified
	}
	r, _ := newRef("", []Host{h}, form, 0)
	return r, true
}

// noHost says whether a name before a number is no name of a host, unless something
// in scope is called so: "http_status:404", "stun:8555".
func noHost(name string) bool {
	if strings.IndexByte(name, '.') < 0 && strings.IndexByte(name, '_') >= 0 {
		return true
	}
	switch name {
	case "http", "https", "tcp", "udp", "tls", "grpc", "stun", "turn", "sip", "rtsp", "ws", "line", "port", "code", "status", "error", "default":
		return true
	}
	return false
}

// nameForm returns the form of a name without scheme and port, zero where it is no
// address.
func nameForm(host string, c Context) Form {
	switch {
	case clusterName(host):
		return Qualified
	case strings.IndexByte(host, '.') >= 0:
		_, ip := parseIP(host)
		says := saysHost(c.Key) && !neverHost(c.Key)
		if c.known(host) || says && (ip || domainName(host) || privateName(host)) {
			return Qualified
		}
	case c.known(host) && !neverHost(c.Key) && (saysHost(c.Key) || namesHost(c.Key, host)):
		return Bare
	case c.Guess && saysHost(c.Key) && !neverHost(c.Key) && validHost(host) && !allDigits(host):
		return Bare
	}
	return 0
}
