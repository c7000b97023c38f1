package textfile

import (
	"strings"

	"github.com/fateline/fateline/ingest"
)

// Unit reads a unit of systemd, by systemd.syntax(7): sections in brackets, assignments,
// comments, lines that go on behind a backslash. visit is told of every assignment,
// empty ones too; values are trimmed, and continued lines are joined by a blank. systemd
// itself passes over a line that it cannot read; here the file is partial then.
func Unit(f *ingest.File, text string, visit func(Setting)) {
	p := &problems{f: f}
	var s Setting
	section, number, open := "", 0, false
	put := func() {
		s.Value = strings.TrimSpace(s.Value)
		visit(s)
		open = false
	}
	for raw := range strings.Lines(text) {
		number++
		line := strings.TrimSpace(raw)
		comment := line != "" && (line[0] == '#' || line[0] == ';')
		if open {
			if comment {
				continue
			}
			rest, more := strings.CutSuffix(line, `\`)
			if s.Value += " " + rest; !more {
				put()
			}
			continue
		}
		switch {
		case line == "", comment:
		case line[0] == '[':
			if line[len(line)-1] != ']' || len(line) == 2 {
				p.add(Fault("unit-syntax", number, column(raw), line, "a section header is never closed"))
				section = ""
				continue
			}
			section = line[1 : len(line)-1]
		default:
			name, value, found := strings.Cut(line, "=")
			if name = strings.TrimSpace(name); !found || name == "" {
				p.add(Fault("unit-syntax", number, column(raw), line, "neither a section nor an assignment"))
				continue
			}
			if section == "" {
				p.add(Fault("unit-syntax", number, column(raw), line, "an assignment outside of any section"))
				continue
			}
			value, open = strings.CutSuffix(value, `\`)
			if s = (Setting{section, name, value, number}); !open {
				put()
			}
		}
	}
	if open {
		p.add(Fault("unit-syntax", s.Line, 1, s.Value, "the file ends inside a value that goes on in the next line"))
		put()
	}
}
