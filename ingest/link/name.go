package link

import (
	"net/netip"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// spaceAlias holds the declared aliases of nodes, whatever sort of name they
// are: they are asked last, from every space.
const spaceAlias Space = ""

// normal returns the name in the form in which names are compared: NFC, hosts
// and service names in lower case, hosts without port and final dot. It does
// not allocate where nothing changes.
func (n Name) normal() Name {
	n.Scope = strings.Trim(nfc(n.Scope), "/")
	switch n.Space {
	case SpaceHost:
		n.Text = normalHost(n.Text)
	case SpaceService:
		// Zipkin lower-cases what OpenTelemetry does not.
		n.Text = strings.ToLower(nfc(n.Text))
	case SpaceID:
		n.Scope, n.Text = "", nfc(n.Text)
	default:
		n.Text = nfc(n.Text)
	}
	return n
}

func nfc(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return norm.NFC.String(s)
		}
	}
	return s
}

// normalID returns an id in the form in which ids are compared, and which every
// writer can print: NFC, without control characters.
func normalID(id depgraph.ID) depgraph.ID {
	for i := 0; i < len(id.Name); i++ {
		if c := id.Name[i]; c < 0x20 || c >= 0x7f {
			id.Name = norm.NFC.String(strings.Map(printable, strings.ToValidUTF8(id.Name, "\ufffd")))
			break
		}
	}
	return id
}

func printable(r rune) rune {
	if r < 0x20 || r == 0x7f {
		return '\ufffd'
	}
	return r
}

// normalHost strips what a careless source left on a host name: scheme, user,
// port, path, brackets and the final dot.
func normalHost(s string) string {
	s = strings.ToLower(strings.TrimSpace(nfc(s)))
	if _, rest, found := strings.Cut(s, "://"); found {
		s = rest
	}
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	if rest, found := strings.CutPrefix(s, "["); found {
		s, _, _ = strings.Cut(rest, "]")
	} else if strings.Count(s, ":") == 1 {
		s, _, _ = strings.Cut(s, ":")
	}
	return strings.TrimSuffix(s, ".")
}

// isNowhere reports whether a host is the machine itself: such a name is no reference.
func isNowhere(host string) bool {
	if host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") || host == "localhost.localdomain" || host == "ip6-localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip.IsLoopback() || ip.IsUnspecified() || ip.Unmap().IsLoopback())
}

// isHost reports whether s can be a host name at all: what a template or a
// shell left unexpanded is none.
func isHost(s string) bool {
	if len(s) > 253 {
		return false
	}
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, r := range label {
			if r < utf8.RuneSelf && !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_') {
				return false
			}
		}
	}
	return true
}

// aliasHost returns an alias as a host name, "" where it cannot be one.
func aliasHost(alias string) string {
	if id, err := depgraph.ParseID(alias); err == nil && id.Kind.Family() != depgraph.FamilyOpen {
		return ""
	}
	if host := normalHost(alias); isHost(host) {
		return host
	}
	return ""
}
