package proxyfile

import (
	"errors"
	"fmt"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
)

// directive is one statement of nginx's configuration: its words, and the upstream
// block it stands in.
type directive struct {
	words     []string
	upstream  string
	line, col int // of the last word
}

// nginxRoutes reads where a configuration of nginx passes requests to. The error says
// what is no configuration, or ends in the middle.
func nginxRoutes(text string) ([]route, error) {
	l := &lexer{text: text, line: 1}
	l.run()
	all := l.found
	upstreams := map[string][]Server{}
	values := map[string]string{}
	for _, d := range all {
		switch {
		case d.upstream != "" && d.words[0] == "server" && len(d.words) > 1:
			upstreams[d.upstream] = append(upstreams[d.upstream], Server{d.words[1], d.line, d.col})
		case d.words[0] == "set" && len(d.words) == 3:
			values[d.words[1]] = d.words[2]
		}
	}
	given := address.NewLookup(address.MostGiven, func(name string) (string, bool) { value, ok := values["$"+name]; return value, ok })
	var out []route
	for _, d := range all {
		name, passes := strings.CutSuffix(d.words[0], "_pass")
		if !passes || len(d.words) < 2 || name == "try" {
			continue
		}
		to := address.ExpandShell(d.words[1], given.Look)
		_, host, found := strings.Cut(to, "://")
		if !found {
			host = to
		}
		host, _, _ = strings.Cut(host, "/")
		r := route{servers: []Server{{host, d.line, d.col}}, note: d.words[0]}
		if servers := upstreams[host]; len(servers) > 0 {
			r.servers, r.note = servers, d.words[0]+" "+host
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		// What passes nothing on is included by what does, or is cut before it.
		for _, d := range all {
			if servers := upstreams[d.upstream]; d.upstream != "" && len(servers) > 0 {
				out = append(out, route{servers: servers, note: "upstream " + d.upstream})
				delete(upstreams, d.upstream)
			}
		}
	}
	return out, errors.Join(append(l.errs, heldBack(given))...)
}

// lexer takes a configuration apart as ngx_conf_file.c does: words, ended by ';' or
// '{'; '#' begins a comment, quotes hold words together, "${name}" is no block.
type lexer struct {
	text      string
	at        int
	line, bol int // of at: the line, 1-based, and where it begins
	words     []string
	last      mark // of the last word that has a column: the second at most
	first     mark // of the first word
	blocks    []open
	found     []directive
	errs      []error
}

// mark is a place, both from 1.
type mark struct{ line, col int }

// open is a block that is not closed yet; its name is "upstream NAME" for those.
type open struct {
	name string
	at   mark
}

// maxErrors is how many errors of one file are told of: what follows the first is
// mostly its consequence.
const maxErrors = 8

func (l *lexer) here() mark { return mark{l.line, l.at - l.bol + 1} }

func (l *lexer) fail(at mark, format string, args ...any) {
	if len(l.errs) < maxErrors {
		l.errs = append(l.errs, &strict.Error{ID: "nginx-syntax", Line: at.line, Col: at.col, Msg: fmt.Sprintf(format, args...)})
	}
}

// next goes on by one byte.
func (l *lexer) next() {
	if l.text[l.at] == '\n' {
		l.line, l.bol = l.line+1, l.at+1
	}
	l.at++
}

func (l *lexer) run() {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; c {
		case ' ', '\t', '\r', '\n':
			l.next()
		case '#':
			for l.at < len(l.text) && l.text[l.at] != '\n' {
				l.at++
			}
		case ';':
			if len(l.words) == 0 {
				l.fail(l.here(), "';' ends no directive")
			}
			l.finish()
			l.next()
		case '{':
			l.enter()
		case '}':
			l.leave()
		default:
			l.word()
		}
	}
	if len(l.words) > 0 {
		l.fail(l.first, "the directive %q is never ended by ';' or a block", l.words[0])
	}
	for _, b := range l.blocks {
		l.fail(b.at, "the block %q is never closed", b.name)
	}
}

func (l *lexer) finish() {
	if len(l.words) == 0 {
		return
	}
	d := directive{words: l.words, line: l.last.line, col: l.last.col}
	if n := len(l.blocks); n > 0 {
		if name, is := strings.CutPrefix(l.blocks[n-1].name, "upstream "); is {
			d.upstream = name
		}
	}
	l.found = append(l.found, d)
	l.words = nil
}

func (l *lexer) enter() {
	at := l.here()
	if len(l.words) == 0 {
		l.fail(at, "a block without a name")
	}
	b := open{strings.Join(l.words, " "), at}
	if len(l.words) > 0 && strings.HasSuffix(l.words[0], "_by_lua_block") {
		l.words = nil
		l.lua(b)
		return
	}
	l.words = nil
	l.blocks = append(l.blocks, b)
	l.next()
}

func (l *lexer) leave() {
	if len(l.words) > 0 {
		l.fail(l.first, "the directive %q is not ended by ';' before the block ends", l.words[0])
		l.words = nil
	}
	if n := len(l.blocks); n > 0 {
		l.blocks = l.blocks[:n-1]
	} else {
		l.fail(l.here(), "'}' closes no block")
	}
	l.next()
}

// word reads one word.
func (l *lexer) word() {
	begin, at := l.at, l.here()
	if len(l.words) == 0 {
		l.first = at
	}
	if len(l.words) < 2 {
		l.last = at
	}
	if c := l.text[l.at]; c == '"' || c == '\'' {
		l.quoted(c)
	} else {
		l.plain()
	}
	l.words = append(l.words, strings.Trim(l.text[begin:l.at], `"'`))
}

func (l *lexer) plain() {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == '\\' && l.at+1 < len(l.text):
			l.next()
		case c == '$' && strings.HasPrefix(l.text[l.at:], "${"):
			end := strings.IndexAny(l.text[l.at:], "}\n")
			if end < 0 || l.text[l.at+end] == '\n' {
				l.fail(l.here(), "\"${\" is never closed")
				l.next()
			} else {
				l.at += end
			}
		case strings.IndexByte(" \t\r\n;{}", c) >= 0:
			return
		}
		l.next()
	}
}

func (l *lexer) quoted(quote byte) {
	at := l.here()
	for l.next(); l.at < len(l.text); {
		c := l.text[l.at]
		l.next()
		switch {
		case c == quote:
			return
		case c == '\\' && l.at < len(l.text):
			l.next()
		}
	}
	l.fail(at, "a string is never closed")
}

// lua passes over the block of a directive of OpenResty that holds a program in Lua:
// braces count, but not those in strings and comments (Lua manual, section 3.1).
func (l *lexer) lua(b open) {
	depth := 0
	for l.at < len(l.text) {
		rest := l.text[l.at:]
		switch c := rest[0]; {
		case strings.HasPrefix(rest, "--[["):
			l.until("]]")
			continue
		case strings.HasPrefix(rest, "[["):
			l.until("]]")
			continue
		case strings.HasPrefix(rest, "--"):
			l.until("\n")
			continue
		case c == '"' || c == '\'':
			l.quoted(c)
			continue
		case c == '{':
			depth++
		case c == '}':
			if depth--; depth == 0 {
				l.next()
				return
			}
		}
		l.next()
	}
	l.fail(b.at, "the block %q is never closed", b.name)
}

// until goes on behind the next mark, or to the end.
func (l *lexer) until(end string) {
	stop := len(l.text)
	if i := strings.Index(l.text[l.at:], end); i >= 0 {
		stop = l.at + i + len(end)
	}
	for l.at < stop {
		l.next()
	}
}
