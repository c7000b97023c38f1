package textfile

import (
	"regexp"
	"strings"

	"github.com/fateline/fateline/ingest"
)

var variable = regexp.MustCompile(`^(export[ \t]+)?[A-Za-z_][A-Za-z0-9_.-]*$`)

// Environment reads a file of variables as systemd and the shell read them, by
// systemd.exec(5) under EnvironmentFile and os-release(5): NAME=value, comments, values
// in quotes that may go over several lines, lines that go on behind a backslash. Values
// come without their quotes.
func Environment(f *ingest.File, text string, visit func(Setting)) {
	p := &problems{f: f}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		begun := i + 1
		name, value, found := strings.Cut(line, "=")
		if !found || !variable.MatchString(strings.TrimRight(name, " \t")) {
			p.add(Fault("environment-syntax", begun, column(lines[i]), line, "no assignment of a variable"))
			continue
		}
		value, open := unquoted(value)
		for open && i+1 < len(lines) && (i+2 < len(lines) || lines[i+1] != "") {
			i++
			value, open = unquoted(joined(value, lines[i]))
		}
		name = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "export "))
		if open {
			p.add(Fault("environment-syntax", begun, column(lines[begun-1]), line, "the value is never closed"))
			value = strings.Trim(value, `"'\`)
		}
		visit(Setting{Key: name, Value: value, Line: begun})
	}
}

// joined adds a line to a value that is still open: behind a backslash the lines are
// one, within quotes the end of the line is part of it.
func joined(value, line string) string {
	line = strings.TrimRight(line, "\r")
	if before, ok := strings.CutSuffix(value, `\`); ok {
		return before + line
	}
	return value + "\n" + line
}

// unquoted returns a value without its quotes. open says that it ends inside one, or
// behind a backslash; then it is returned as it was.
func unquoted(s string) (value string, open bool) {
	var out strings.Builder
	s = strings.TrimLeft(s, " \t")
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '\\':
			if i+1 == len(s) {
				return s, true
			}
			i++
			out.WriteByte(s[i])
		case '"', '\'':
			escape := byte('\\')
			if c == '\'' {
				escape = 0
			}
			rest, ok := closed(s[i:], escape)
			if !ok {
				return s, true
			}
			inner := s[i+1 : len(s)-len(rest)-1]
			out.WriteString(inner)
			i = len(s) - len(rest) - 1
		default:
			if (c == '#' || c == ';') && i > 0 && (s[i-1] == ' ' || s[i-1] == '\t') {
				return strings.TrimSpace(out.String()), false
			}
			out.WriteByte(c)
		}
	}
	return strings.TrimSpace(out.String()), false
}
