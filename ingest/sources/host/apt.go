package host

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fateline/fateline/analyzer/strict"
)

// aptConf returns a configuration of APT without its comments, every byte in its place,
// by apt.conf(5): "Scope::Name "value";", blocks in braces, lists, "#clear". The error
// says what is no configuration, or ends in the middle.
func aptConf(text string) (plain string, err error) {
	a := aptReader{out: []byte(text), line: 1}
	for a.at < len(a.out) {
		a.step()
	}
	if a.pending.line > 0 {
		a.fail(a.pending, "a setting is never ended by ';'")
	}
	for _, b := range a.blocks {
		a.fail(b, "a block is never closed")
	}
	return string(a.out), errors.Join(a.errs...)
}

type aptReader struct {
	out       []byte
	at        int
	line, bol int      // of at: the line, 1-based, and where it begins
	pending   aptPlace // of a setting that is not ended yet; the zero place is none
	blocks    []aptPlace
	errs      []error
}

type aptPlace struct{ line, col int }

// maxErrors is how many errors of one file are told of.
const maxErrors = 8

func (a *aptReader) fail(at aptPlace, format string, args ...any) {
	if len(a.errs) < maxErrors {
		a.errs = append(a.errs, &strict.Error{ID: "apt-syntax", Line: at.line, Col: at.col, Msg: fmt.Sprintf(format, args...)})
	}
}

func (a *aptReader) here() aptPlace { return aptPlace{a.line, a.at - a.bol + 1} }

func (a *aptReader) next() {
	if a.out[a.at] == '\n' {
		a.line, a.bol = a.line+1, a.at+1
	}
	a.at++
}

// blank turns the text up to a mark, which it ends with, into blanks; false where there is
// no such mark: then all of the rest.
func (a *aptReader) blank(mark string) bool {
	stop, found := len(a.out), false
	if i := bytes.Index(a.out[a.at:], []byte(mark)); i >= 0 {
		stop, found = a.at+i+len(mark), true
	}
	for a.at < stop {
		if a.out[a.at] != '\n' {
			a.out[a.at] = ' '
			a.at++
			continue
		}
		a.next()
	}
	return found
}

func (a *aptReader) step() {
	rest := a.out[a.at:]
	starts := func(s string) bool { return bytes.HasPrefix(rest, []byte(s)) }
	at := a.here()
	switch c := rest[0]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		a.next()
	case starts("/*"):
		if !a.blank("*/") {
			a.fail(at, "a comment is never closed")
		}
	case starts("//"), c == '#' && !starts("#clear") && !starts("#include"):
		a.blank("\n")
	case c == '"':
		if a.pending.line == 0 {
			a.pending = at
		}
		a.next()
		for a.at < len(a.out) && a.out[a.at] != '"' && a.out[a.at] != '\n' {
			a.next()
		}
		if a.at >= len(a.out) || a.out[a.at] != '"' {
			a.fail(at, "a string is never closed")
			return
		}
		a.next()
	case c == ';':
		a.pending = aptPlace{}
		a.next()
	case c == '{':
		a.pending = aptPlace{}
		a.blocks = append(a.blocks, at)
		a.next()
	case c == '}':
		if a.pending.line > 0 {
			a.fail(a.pending, "a setting is never ended by ';'")
			a.pending = aptPlace{}
		}
		if n := len(a.blocks); n > 0 {
			a.blocks = a.blocks[:n-1]
		} else {
			a.fail(at, "'}' closes no block")
		}
		a.next()
	default:
		if a.pending.line == 0 {
			a.pending = at
		}
		a.next()
	}
}
