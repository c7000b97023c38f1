package proxy

import "strings"

// haproxyRoutes reads the servers of each backend and listen section.
func haproxyRoutes(text string) []route {
	var out []route
	cur := -1
	number := 0
	for line := range strings.Lines(text) {
		number++
		body, _, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " #")
		words := strings.Fields(body)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		if body[0] != ' ' && body[0] != '\t' {
			cur = -1
			if (words[0] == "backend" || words[0] == "listen") && len(words) > 1 {
				out = append(out, route{note: words[0] + " " + words[1]})
				cur = len(out) - 1
			}
			continue
		}
		at := 2
		if words[0] == "server-template" {
			at = 3
		}
		if cur >= 0 && (words[0] == "server" || words[0] == "server-template") && len(words) > at {
			out[cur].servers = append(out[cur].servers, server{plainAddress(words[at]), number, strings.Index(body, words[at]) + 1})
		}
	}
	return out
}

// plainAddress drops the family that HAProxy lets an address begin with.
func plainAddress(s string) string {
	for _, family := range []string{"ipv4@", "ipv6@", "quic4@", "quic6@"} {
		s = strings.TrimPrefix(s, family)
	}
	return s
}
