package textfile

import (
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
)

// Setting is one assignment of a file. Section is "" where there is none.
type Setting struct {
	Section, Key, Value string
	Line                int // 1-based, of the key
}

// maxProblems is how many problems of one file are recorded: what follows the first
// is mostly its consequence.
const maxProblems = 8

// problems records what is wrong with one file.
type problems struct {
	f    *ingest.File
	many int
}

func (p *problems) add(e *strict.Error) {
	if p.many++; p.many <= maxProblems {
		p.f.Fail(e)
	}
}

// Fault returns the error of a line that is none of its format. One that only a template
// has is called that.
func Fault(id string, line, col int, text, msg string) *strict.Error {
	if Templated(text) {
		return &strict.Error{ID: strict.Template, Line: line, Col: col, Msg: "a template that was never rendered", Fix: "render it and scan what comes out"}
	}
	return &strict.Error{ID: id, Line: line, Col: col, Msg: msg}
}

// Templated reports whether a line holds what only a template holds: braces of Go
// templates, of Jinja or of Mustache, or a tag of ERB.
func Templated(line string) bool {
	return strings.Contains(line, "{{") || strings.Contains(line, "{%") || strings.Contains(line, "<%")
}

// column returns where a line's text begins, 1-based.
func column(line string) int { return 1 + len(line) - len(strings.TrimLeft(line, " \t")) }

// closed returns what is left of a text behind its first quoted string, and whether
// that string ends. escape is the byte that hides a quote; 0 is none.
func closed(s string, escape byte) (rest string, ok bool) {
	for i := 1; i < len(s); i++ {
		switch {
		case escape != 0 && s[i] == escape:
			i++
		case s[i] == s[0]:
			return s[i+1:], true
		}
	}
	return "", false
}
