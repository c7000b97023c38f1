package textfile

import (
	"strings"

	"github.com/fateline/fateline/ingest"
)

// INI reads sections in brackets and "key = value" or "key: value", as Python's
// configparser and its like do: an indented line goes on with the value before it.
func INI(f *ingest.File, text string, visit func(Setting)) {
	p := &problems{f: f}
	var s Setting
	section, number, open := "", 0, false
	put := func() {
		if open {
			visit(s)
		}
		open = false
	}
	for raw := range strings.Lines(text) {
		number++
		line := strings.TrimSpace(raw)
		switch {
		case line == "", line[0] == '#', line[0] == ';':
		case open && (raw[0] == ' ' || raw[0] == '\t'):
			s.Value += "\n" + line
		case line[0] == '[':
			put()
			end := strings.IndexByte(line, ']')
			if rest := strings.TrimSpace(line[end+1:]); end < 2 || rest != "" && rest[0] != '#' && rest[0] != ';' {
				p.add(Fault("ini-syntax", number, column(raw), line, "a section header is never closed"))
				continue
			}
			section = line[1:end]
		default:
			put()
			at := strings.IndexAny(line, "=:")
			if at < 1 {
				p.add(Fault("ini-syntax", number, column(raw), line, "neither a section nor a setting"))
				continue
			}
			s = Setting{section, strings.TrimSpace(line[:at]), strings.TrimSpace(line[at+1:]), number}
			open = true
		}
	}
	put()
}
