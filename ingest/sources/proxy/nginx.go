package proxy

import (
	"strings"

	"github.com/fateline/fateline/ingest/address"
)

// directive is one statement of nginx's configuration: its words, and the upstream
// block it stands in.
type directive struct {
	words     []string
	upstream  string
	line, col int // of the last word
}

// nginxRoutes reads where a configuration of nginx passes requests to.
func nginxRoutes(text string) []route {
	all := directives(text)
	upstreams := map[string][]server{}
	values := map[string]string{}
	for _, d := range all {
		switch {
		case d.upstream != "" && d.words[0] == "server" && len(d.words) > 1:
			upstreams[d.upstream] = append(upstreams[d.upstream], server{d.words[1], d.line, d.col})
		case d.words[0] == "set" && len(d.words) == 3:
			values[d.words[1]] = d.words[2]
		}
	}
	var out []route
	for _, d := range all {
		name, passes := strings.CutSuffix(d.words[0], "_pass")
		if !passes || len(d.words) < 2 || name == "try" {
			continue
		}
		to := address.ExpandShell(d.words[1], func(name string) (string, bool) {
			value, ok := values["$"+name]
			return value, ok
		})
		_, host, found := strings.Cut(to, "://")
		if !found {
			host = to
		}
		host, _, _ = strings.Cut(host, "/")
		r := route{servers: []server{{host, d.line, d.col}}, note: d.words[0]}
		if servers := upstreams[host]; len(servers) > 0 {
			r.servers, r.note = servers, d.words[0]+" "+host
		}
		out = append(out, r)
	}
	return out
}

// directives takes a configuration apart: words, ended by ';' or '{'; '#' begins a
// comment, quotes hold words together, and "${name}" is no block.
func directives(text string) []directive {
	var out []directive
	var words []string
	var blocks []string // names of the blocks around, "upstream NAME" for those
	line, bol := 1, 0
	wordLine, wordCol := 1, 1
	finish := func() {
		if len(words) == 0 {
			return
		}
		d := directive{words: words, line: wordLine, col: wordCol}
		if n := len(blocks); n > 0 {
			d.upstream, _ = strings.CutPrefix(blocks[n-1], "upstream ")
			if d.upstream == blocks[n-1] {
				d.upstream = ""
			}
		}
		out = append(out, d)
		words = nil
	}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '\n':
			line, bol = line+1, i+1
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case c == ';':
			finish()
			i++
		case c == '{':
			name := strings.Join(words, " ")
			words = nil
			blocks = append(blocks, name)
			i++
		case c == '}':
			words = nil
			if len(blocks) > 0 {
				blocks = blocks[:len(blocks)-1]
			}
			i++
		default:
			begin, quote := i, byte(0)
			if len(words) < 2 {
				wordLine, wordCol = line, i-bol+1
			}
			if c == '"' || c == '\'' {
				quote = c
				i++
			}
			for i < len(text) {
				c := text[i]
				if quote != 0 {
					i++
					if c == '\\' {
						i++
					} else if c == '\n' {
						line, bol = line+1, i
					} else if c == quote {
						break
					}
					continue
				}
				if c == '$' && i+1 < len(text) && text[i+1] == '{' {
					if end := strings.IndexByte(text[i:], '}'); end > 0 {
						i += end + 1
						continue
					}
				}
				if strings.IndexByte(" \t\r\n;{}", c) >= 0 {
					break
				}
				i++
			}
			i = min(i, len(text))
			words = append(words, strings.Trim(text[begin:i], `"'`))
		}
	}
	return out
}
