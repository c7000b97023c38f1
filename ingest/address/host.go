package address

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// validHost says whether s, in lower case, can be the name of a host: labels of
// letters, digits, '-' and '_', or an IP address. What is still a template
// ("${host}", "%s", "*.example.com") is none.
func validHost(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	if strings.IndexByte(s, ':') >= 0 {
		_, is := parseIP(s)
		return is
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' {
			return false
		}
		for i := 0; i < len(label); i++ {
			if !isAlnum(label[i]) && label[i] != '-' && label[i] != '_' && label[i] < 0x80 {
				return false
			}
		}
	}
	if strings.Trim(s, "0123456789.") == "" {
		_, is := parseIP(s)
		return is
	}
	return true
}

// parseIP reads an IP address; a name is none, and costs nothing.
func parseIP(s string) (netip.Addr, bool) {
	if s == "" || !isDigit(s[0]) && strings.IndexByte(s, ':') < 0 {
		return netip.Addr{}, false
	}
	addr, err := netip.ParseAddr(s)
	return addr, err == nil
}

// loopback says whether s is the machine itself, or no machine at all.
func loopback(s string) bool {
	switch s {
	case "localhost", "ip6-localhost", "host", "hostname", "none", "null", "nil", "true", "false", "undefined",
		"host.docker.internal", "gateway.docker.internal", "host.minikube.internal", "host.k3d.internal", "host.containers.internal",
		"metadata.google.internal": // as 169.254.169.254: the machine asks about itself
		return true
	}
	if strings.HasSuffix(s, ".localhost") || strings.HasSuffix(s, ".localdomain") {
		return true
	}
	addr, is := parseIP(s)
	return is && (addr.IsLoopback() || addr.IsUnspecified() || addr.IsMulticast() || addr.IsLinkLocalUnicast() || addr == broadcast)
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// clusterName says whether s is qualified in a way that only in-cluster names are.
func clusterName(s string) bool {
	if !strings.Contains(s, ".svc") && !strings.HasSuffix(s, ".pod.cluster.local") {
		return false
	}
	for _, suffix := range []string{".svc", ".svc.cluster.local", ".svc.clusterset.local", ".pod.cluster.local"} {
		if strings.HasSuffix(s, suffix) && strings.Count(strings.TrimSuffix(s, suffix), ".") >= 1 {
			return true
		}
	}
	i := strings.Index(s, ".svc.")
	return i > 0 && strings.Count(s[:i], ".") >= 1
}

// privateName says whether s ends in a domain that is only ever private.
func privateName(s string) bool {
	for _, suffix := range []string{".internal", ".local", ".consul", ".lan", ".corp", ".intranet", ".home.arpa", ".private"} {
		if strings.HasSuffix(s, suffix) {
			return true
		}
	}
	return false
}

// domainName says whether s reads as a full domain name: under a public suffix
// that is managed, and not a file name, a Java class or a version.
func domainName(s string) bool {
	if strings.Count(s, ".") == 0 || !validHost(s) {
		return false
	}
	suffix, managed := publicsuffix.PublicSuffix(s)
	if !managed && strings.IndexByte(suffix, '.') < 0 {
		return false
	}
	return suffix != s && !fileName(s)
}

// fileName says whether s ends like a file, where the ending is a top-level
// domain too.
func fileName(s string) bool {
	switch s[strings.LastIndexByte(s, '.')+1:] {
	case "py", "sh", "rs", "pl", "md", "ps", "zip", "cc", "so", "pub", "mov", "app", "java", "ml", "mk", "bz", "cab", "ini":
		return true
	}
	return false
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isAlnum(c byte) bool { return isLetter(c) || isDigit(c) }

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
