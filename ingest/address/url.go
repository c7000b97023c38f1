package address

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// readURL reads the address whose "://" stands at sep in text. It returns the
// reference, where the address begins and where it ends; ok is false where it
// refers to nothing.
func readURL(text string, sep int) (r Ref, begin, end int, ok bool) {
	begin = schemeStart(text, sep)
	end = sep + len("://") + urlLength(text[sep+len("://"):])
	name := strings.ToLower(text[begin:sep])
	scheme := innerScheme(name)
	if scheme == "" || noReference[scheme] {
		return Ref{}, begin, end, false
	}
	rest := text[sep+len("://") : end]
	if host, cloud := cloudHost(scheme); cloud {
		hosts := []Host{{Name: host}}
		if own := endpointOf(rest); own.Name != "" {
			hosts[0] = own
		}
		r, ok = newRef(scheme, hosts, URL, begin)
		bucket := rest
		if i := strings.IndexAny(bucket, "/?#"); i >= 0 {
			bucket = bucket[:i]
		}
		r.Database = cleanName(bucket[strings.LastIndexByte(bucket, '@')+1:])
		return r, begin, end, ok && r.Database != ""
	}
	if resolver(scheme) {
		return resolverURL(scheme, rest, begin, end)
	}
	authority, path, sure := splitAuthority(rest)
	if !sure {
		return Ref{}, begin, end, false
	}
	hosts, sure := splitHosts(authority)
	if !sure || len(hosts) > 0 && vocabulary[strings.ToLower(hosts[0].Name)] {
		return Ref{}, begin, end, false
	}
	r, ok = newRef(scheme, hosts, URL, begin)
	if schemes[scheme].database {
		r.Database = databaseOf(path)
	}
	if len(r.Hosts) == 1 {
		r.Repo = repository(scheme, r.Hosts[0].Name, path)
	}
	return r, begin, end, ok
}

// endpointOf returns the host that the parameters of a bucket's URL give in place of
// the cloud's own, as Go CDK and Hadoop write it:
// "s3://invoices?endpoint=minio:9000". The zero Host is none.
func endpointOf(rest string) Host {
	_, query, _ := strings.Cut(rest, "?")
	for item := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == ';' }) {
		key, value, _ := strings.Cut(item, "=")
		if !strings.EqualFold(key, "endpoint") {
			continue
		}
		value, err := url.QueryUnescape(value)
		if err != nil {
			return Host{}
		}
		if _, after, found := strings.Cut(value, "://"); found {
			value = after
		}
		value, _, _ = strings.Cut(value, "/")
		if h, ok := splitHost(value); ok {
			return h
		}
	}
	return Host{}
}

// forges are hosts where a path of two steps is a source repository.
var forges = []string{"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com"}

// repository returns HOST/PATH of the source repository that a URL names, "" where
// it names none: one that ends in ".git", or OWNER/NAME at a well-known forge.
func repository(scheme, host, path string) string {
	path = strings.Trim(path, "/")
	short, suffixed := strings.CutSuffix(path, ".git")
	owner, name, two := strings.Cut(short, "/")
	switch {
	case scheme != "http" && scheme != "https" && scheme != "git" && scheme != "ssh":
		return ""
	case !suffixed && (!two || !slices.Contains(forges, host)):
		return ""
	case suffixed && name == "" && owner == "", !suffixed && (cleanName(owner) == "" || cleanName(name) == ""):
		return ""
	case strings.ContainsAny(short, "?#@$%{} "):
		return ""
	}
	return host + "/" + short
}

// schemeStart returns where the scheme that ends at sep begins, with prefixes
// such as "jdbc:".
func schemeStart(text string, sep int) int {
	i := sep
	for i > 0 && (isAlnum(text[i-1]) || strings.IndexByte("+-.:_@", text[i-1]) >= 0) {
		i--
	}
	for i < sep && !isLetter(text[i]) {
		i++
	}
	// "host: http" in flow style, or "label:http", is a key and its value.
	if j := strings.LastIndexByte(text[i:sep], ':'); j >= 0 && !knownPrefix(strings.ToLower(text[i:i+j])) {
		i += j + 1
	}
	return i
}

// knownPrefix says whether s, before the last ':' of a scheme, belongs to it.
func knownPrefix(s string) bool {
	first, _, _ := strings.Cut(s, ":")
	switch first {
	case "jdbc", "r2dbc", "r2dbcs", "odbc", "jaeger", "git", "hg", "svn", "vitess", "nats", "failover":
		return true
	}
	return false
}

// innerScheme returns the scheme that says what answers: of
// "jdbc:mysql:loadbalance" it is "mysql", of "git+https" "https".
func innerScheme(s string) string {
	s = strings.TrimLeft(s, "-.+_")
	if knownPrefix(s) {
		parts := strings.Split(s, ":")
		if len(parts) > 1 && (parts[0] == "jdbc" || strings.HasPrefix(parts[0], "r2dbc")) {
			s = parts[1]
			if s == "pool" && len(parts) > 2 {
				s = parts[2]
			}
		} else {
			s = parts[len(parts)-1]
		}
	}
	if _, known := schemes[s]; known {
		return s
	}
	if before, after, found := strings.Cut(s, "+"); found {
		// SQLAlchemy and the like: "postgresql+psycopg2", and "git+https".
		if _, known := schemes[before]; known {
			return before
		}
		if _, known := schemes[after]; known {
			return after
		}
		return before
	}
	if before, _, found := strings.Cut(s, ":"); found {
		return before
	}
	return s
}

// urlLength returns how far a URL goes: to the first byte that cannot be in one.
func urlLength(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c <= ' ' || c == '"' || c == '\'' || c == '`' || c == '<' || c == '>' || c == '|' || c == '\\' || c == 0x7f:
			return i
		case c == '[' || c == '{' || c == '(':
			depth++
		case c == ']' || c == '}' || c == ')':
			if depth--; depth < 0 {
				return i
			}
		}
	}
	return len(s)
}

// splitAuthority returns the hosts of what follows "://", without user name and
// password, and the path. sure is false where the two cannot be told apart.
func splitAuthority(s string) (hosts, path string, sure bool) {
	authority := s
	if i := strings.IndexAny(s, "/?#;"); i >= 0 {
		authority, path = s[:i], s[i:]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		return authority[i+1:], path, true
	}
	// A password may hold '/', '?', '#' or ';': then its '@' stands further on, and
	// what looks like a host is a user name.
	if i := strings.LastIndexByte(path, '@'); i >= 0 && !plainHosts(authority) {
		rest := path[i+1:]
		if j := strings.IndexAny(rest, "/?#;"); j >= 0 {
			return rest[:j], rest[j:], true
		}
		return rest, "", true
	}
	return authority, path, true
}

// plainHosts says whether every item of s is a host with or without a numeric port.
func plainHosts(s string) bool {
	_, sure := splitHosts(s)
	return sure
}

// splitHosts reads "a:1,b:2". sure is false where an item is no host, so that
// nothing that may be a password is taken for one.
func splitHosts(s string) (hosts []Host, sure bool) {
	for item := range strings.SplitSeq(s, ",") {
		item = strings.TrimSpace(item[strings.LastIndexByte(item, '@')+1:])
		if item == "" {
			continue
		}
		h, ok := splitHost(item)
		if !ok {
			return nil, false
		}
		hosts = append(hosts, h)
	}
	return hosts, true
}

// splitHost reads "host", "host:port" or "[::1]:port". A port that is a variable,
// such as "$PORT", reads as none.
func splitHost(s string) (h Host, ok bool) {
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 {
			return Host{}, false
		}
		h.Name = s[1:end]
		s = s[end+1:]
		if s == "" {
			return h, true
		}
		if s[0] != ':' {
			return Host{}, false
		}
		h.Port, ok = readPort(s[1:])
		return h, ok
	}
	name, port, found := strings.Cut(s, ":")
	if !found {
		return Host{Name: name}, true
	}
	h.Name = name
	h.Port, ok = readPort(port)
	return h, ok
}

func readPort(s string) (port int, ok bool) {
	if s == "" || s[0] == '$' || s[0] == '{' || s[0] == '<' || s[0] == '%' {
		return 0, true
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 65535 {
		return 0, false
	}
	return n, true
}

// resolverURL reads "dns:///host:port", "discovery:///name" and their like.
func resolverURL(scheme, rest string, begin, end int) (Ref, int, int, bool) {
	_, target, found := strings.Cut(rest, "/")
	if !found {
		target = rest
	}
	hosts, sure := splitHosts(target)
	if !sure {
		return Ref{}, begin, end, false
	}
	if scheme == "discovery" {
		scheme = "consul"
	}
	r, ok := newRef(scheme, hosts, URL, begin)
	return r, begin, end, ok
}

// databaseOf returns the database that the path of a data source name or its
// parameters name.
func databaseOf(path string) string {
	if strings.HasPrefix(path, ";") {
		for item := range strings.SplitSeq(path[1:], ";") {
			if key, value, found := strings.Cut(item, "="); found && databaseKey(key) {
				return cleanName(value)
			}
		}
		return ""
	}
	path = strings.TrimLeft(path, "/")
	if i := strings.IndexAny(path, "/?#;,"); i >= 0 {
		path = path[:i]
	}
	return cleanName(path)
}

// cleanName returns s if it reads as the name of a database, bucket or queue, and
// "" otherwise, so that nothing else leaves the package by this way.
func cleanName(s string) string {
	if len(s) > 128 {
		return ""
	}
	for i := 0; i < len(s); i++ {
		if !isAlnum(s[i]) && strings.IndexByte("_-.$:", s[i]) < 0 {
			return ""
		}
	}
	if strings.HasPrefix(s, "$") {
		return ""
	}
	return s
}
