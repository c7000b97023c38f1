package address

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/fateline/fateline/ingest/words"
)

// fewWords is room for the words of nearly every name.
type fewWords [8]string

// facts are what a key says of its value.
type facts uint8

const (
	factHost  facts = 1 << iota // it announces a host
	factNever                   // what looks like host:port is none
	factOwn                     // an address of the program itself
	factSent                    // where signals are sent
	factPeer                    // members of the program's own cluster
)

// keyFacts are what is known of one key.
type keyFacts struct {
	key   string
	facts facts
}

// lately are the keys that were asked about lately, by their hash: the settings of
// one estate have few names, and its words are split for each of four questions.
var (
	lately     [1 << 10]atomic.Pointer[keyFacts]
	latelySeed = maphash.MakeSeed()
)

// longestKey is how long a key is at most that is remembered.
const longestKey = 64

// of returns what a key says.
func of(key string) facts {
	if len(key) > longestKey {
		return read(key)
	}
	slot := &lately[maphash.String(latelySeed, key)%uint64(len(lately))]
	have := slot.Load()
	if have == nil || have.key != key {
		have = &keyFacts{strings.Clone(key), read(key)} // and not the document around it
		slot.Store(have)
	}
	return have.facts
}

func read(key string) (f facts) {
	var few fewWords
	words := words.Append(few[:0], key)
	if len(words) == 0 {
		return 0
	}
	if announcesHost(key, words) {
		f |= factHost
	}
	if announcesOther(words, f&factHost != 0) {
		f |= factNever
	}
	if announcesItself(key, words) {
		f |= factOwn
	}
	if announcesSignals(words) {
		f |= factSent
	}
	if slices.Contains(words, "gossip") || slices.Contains(words, "memberlist") || joins(words) {
		f |= factPeer
	}
	return f
}

// saysHost says whether a key announces a host.
func saysHost(key string) bool { return of(key)&factHost != 0 }

// neverHost says whether the values of a key look like host:port and are not:
// images and their tags, users and groups, times.
func neverHost(key string) bool { return of(key)&factNever != 0 }

// ownAddress says whether a key holds an address of the program itself: what it
// listens on, advertises, or is reached by from outside. Such an address names
// its owner and is no reference.
func ownAddress(key string) bool { return of(key)&factOwn != 0 }

// Own says whether a key holds an address of the program itself: what it listens on,
// advertises, or is reached by from outside.
func Own(key string) bool { return ownAddress(key) }

// Signals says whether a key is about sending signals: traces, metrics, logs.
func Signals(key string) bool { return telemetryKey(key) }

// telemetryKey says whether a variable, flag or setting is about sending signals.
func telemetryKey(key string) bool { return of(key)&factSent != 0 }

// gossip says whether a key holds members of the program's own cluster, of which it asks
// one for the others: "CORE_PEER_GOSSIP_BOOTSTRAP", "memberlist.join_members".
func gossip(key string) bool { return of(key)&factPeer != 0 }

// announcesHost is saysHost for the words of a key.
func announcesHost(key string, words []string) bool {
	if key == "-h" || key == "h" {
		return true
	}
	last := words[len(words)-1]
	switch last {
	case "connection", "connectionstring", "connect":
		return true // "EventBusConnection", "ConnectionString", "KAFKA_ZOOKEEPER_CONNECT"
	case "join":
		return joins(words)
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

// joins says whether the words of a key are those under which Consul, Nomad and Vault
// take the servers whose cluster they join: "-retry-join", "start_join".
func joins(words []string) bool {
	n := len(words)
	return n > 1 && words[n-1] == "join" && (words[n-2] == "retry" || words[n-2] == "start")
}

// namesHost says whether a key is the name itself, as in "--push-gateway=pushgateway"
// or "REDIS=redis".
func namesHost(key, host string) bool {
	squeeze := func(s string) string { return strings.Join(words.Split(s), "") }
	k, h := squeeze(key), squeeze(host)
	return len(h) >= 4 && k == h
}

// announcesOther is neverHost for the words of a key, which says host or does not.
func announcesOther(words []string, host bool) bool {
	switch words[len(words)-1] {
	case "image", "images", "img", "tag", "tags", "version", "versions", "time", "times", "schedule", "cron", "uid", "gid", "user", "users",
		"group", "groups", "mac", "format", "pattern", "regex", "regexp", "level", "levels", "ratio", "date", "locale", "lang", "label",
		"labels", "selector", "color", "colour", "password", "secret", "token", "cookie", "digest", "hash", "checksum", "message", "title":
		return true
	}
	return slices.Contains(words, "image") && !host || slices.Contains(words, "docker") && slices.Contains(words, "tag")
}

// announcesItself is ownAddress for the words of a key.
func announcesItself(key string, words []string) bool {
	for i, w := range words {
		switch w {
		case "docs", "documentation", "runbook", "runbooks", "homepage", "icon", "logo", "license", "licence", "favicon":
			// A page to look at, but for "DOCS_HOST": a service that has them.
			if last := words[len(words)-1]; last != "host" && last != "hostname" && last != "addr" && last != "address" {
				return true
			}
		case "listen", "listener", "listeners", "listening", "bind", "binds", "advertise", "advertised", "advertized", "cors", "origin",
			"origins", "noproxy", "callback", "redirect", "redirection", "canonical", "allowlist", "whitelist", "xmlns":
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
		case "rmi", "jmx":
			// "java.rmi.server.hostname": what the program is called in what it hands out.
			if last := words[len(words)-1]; last == "hostname" {
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
