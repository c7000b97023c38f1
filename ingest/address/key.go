package address

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/ingest/words"
)

// fewWords is room for the words of nearly every name.
type fewWords [8]string

// saysHost says whether a key announces a host.
func saysHost(key string) bool {
	var few fewWords
	words := words.Append(few[:0], key)
	if len(words) == 0 {
		return false
	}
	if key == "-h" || key == "h" {
		return true
	}
	last := words[len(words)-1]
	switch last {
	case "connection", "connectionstring", "connect":
		return true // "EventBusConnection", "ConnectionString", "KAFKA_ZOOKEEPER_CONNECT"
	case "service", "services":
		return len(words) > 1 // alone it says who the program is, to what is started with it
	case "points":
		return len(words) > 1 && words[len(words)-2] == "contact" // Cassandra's drivers
	case "id":
		return len(words) > 1 && words[len(words)-2] == "service" // a route of Zuul
	case "string":
		return len(words) > 1 && words[len(words)-2] == "connection"
	case "name", "names":
		return len(words) > 1 && (words[len(words)-2] == "host" || words[len(words)-2] == "dns")
	case "port", "ports", "type", "account", "path", "key", "token", "password", "user", "username", "version", "image", "file",
		"timeout", "enabled", "class", "mode", "protocol", "scheme", "kind", "tier", "prefix", "role":
		return false
	}
	return slices.ContainsFunc(words, func(w string) bool {
		switch w {
		case "host", "hosts", "hostname", "hostnames", "addr", "addrs", "address", "addresses", "url", "urls", "uri", "uris",
			"endpoint", "endpoints", "service", "services", "svc", "server", "servers", "broker", "brokers", "bootstrap",
			"upstream", "upstreams", "backend", "backends", "target", "targets", "peer", "peers", "seed", "seeds", "dsn", "proxy", "nodes":
			return true
		}
		// Written together: "PGHOST", "MYSQLHOST", "DBURL".
		return len(w) > 5 && (strings.HasSuffix(w, "host") || strings.HasSuffix(w, "hosts")) && w != "localhost" || w == "pghost" || w == "dbhost" || w == "dburl"
	})
}

// namesHost says whether a key is the name itself, as in "--push-gateway=pushgateway"
// or "REDIS=redis".
func namesHost(key, host string) bool {
	squeeze := func(s string) string { return strings.Join(words.Split(s), "") }
	k, h := squeeze(key), squeeze(host)
	return len(h) >= 4 && k == h
}

// neverHost says whether the values of a key look like host:port and are not:
// images and their tags, users and groups, times.
func neverHost(key string) bool {
	var few fewWords
	words := words.Append(few[:0], key)
	if len(words) == 0 {
		return false
	}
	switch words[len(words)-1] {
	case "image", "images", "img", "tag", "tags", "version", "versions", "time", "times", "schedule", "cron", "uid", "gid", "user", "users",
		"group", "groups", "mac", "format", "pattern", "regex", "regexp", "level", "levels", "ratio", "date", "locale", "lang", "label",
		"labels", "selector", "color", "colour", "password", "secret", "token", "cookie", "digest", "hash", "checksum", "message", "title":
		return true
	}
	return slices.Contains(words, "image") && !saysHost(key) || slices.Contains(words, "docker") && slices.Contains(words, "tag")
}

// gossip says whether a key holds members of the program's own cluster, of which it asks
// one for the others: "CORE_PEER_GOSSIP_BOOTSTRAP", "memberlist.join_members".
func gossip(key string) bool {
	var few fewWords
	words := words.Append(few[:0], key)
	return slices.Contains(words, "gossip") || slices.Contains(words, "memberlist")
}

// ownAddress says whether a key holds an address of the program itself: what it
// listens on, advertises, or is reached by from outside. Such an address names
// its owner and is no reference.
func ownAddress(key string) bool {
	var few fewWords
	words := words.Append(few[:0], key)
	for i, w := range words {
		switch w {
		case "docs", "documentation", "runbook", "runbooks", "homepage", "icon", "logo", "license", "licence", "favicon":
			// A page to look at, but for "DOCS_HOST": a service that has them.
			if last := words[len(words)-1]; last != "host" && last != "hostname" && last != "addr" && last != "address" {
				return true
			}
		case "listen", "listener", "listeners", "listening", "bind", "binds", "advertise", "advertised", "advertized", "cors", "origin",
			"origins", "noproxy", "callback", "redirect", "canonical", "allowlist", "whitelist", "xmlns":
			return true
		case "allowed", "trusted", "permitted", "virtual":
			return i+1 < len(words)
		case "external", "public", "root", "site", "base", "web", "own", "self", "frontend":
			// "external-url" and "PUBLIC_BASE_URL" say where people reach the program.
			if i+1 < len(words) && (words[i+1] == "url" || words[i+1] == "uri" || words[i+1] == "base") && w != "base" && w != "web" && w != "frontend" {
				return true
			}
			if w == "external" && i+1 < len(words) && (words[i+1] == "address" || words[i+1] == "hostname") {
				return true
			}
		case "prefix":
			// "system.url-prefix": how the addresses begin that the program gives out.
			if i == len(words)-1 && i > 0 && (words[i-1] == "url" || words[i-1] == "uri") {
				return true
			}
		case "no":
			if i+1 < len(words) && words[i+1] == "proxy" {
				return true
			}
		case "schema", "help", "doc":
			if i == len(words)-1 || i+1 == len(words)-1 && (words[i+1] == "url" || words[i+1] == "uri") {
				return true
			}
		}
	}
	return len(words) == 1 && (words[0] == "hostname" || words[0] == "id" && strings.HasPrefix(key, "$"))
}
