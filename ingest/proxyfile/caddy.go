package proxyfile

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// caddyRoutes reads where a Caddyfile passes requests to, by caddyserver.com/docs/caddyfile:
// reverse_proxy, php_fastcgi and forward_auth, also in snippets that a site imports, and
// proxy, which is that of Caddy 1 and of the layer4 module. The
// error says what is no Caddyfile, or ends in the middle.
func caddyRoutes(text string) ([]route, error) {
	l := &caddyLexer{text: text, line: 1}
	statements := l.block(nil)
	c := &caddyReader{snippets: map[string][]statement{}, budget: maxStatements}
	for _, s := range statements {
		if name, is := s.snippet(); is {
			c.snippets[name] = s.inner
		}
	}
	for _, s := range statements {
		if _, is := s.snippet(); !is {
			c.read(s, nil, 0)
		}
	}
	return c.routes, errors.Join(l.errs...)
}

// caddyWord is one token and its place.
type caddyWord struct {
	text string
	at   mark
}

// statement is one line of a Caddyfile, with the block that it opens.
type statement struct {
	words []caddyWord
	inner []statement
}

// snippet returns the name of what "(name) { ... }" defines.
func (s statement) snippet() (string, bool) {
	if len(s.words) != 1 {
		return "", false
	}
	name, is := strings.CutPrefix(s.words[0].text, "(")
	return strings.TrimSuffix(name, ")"), is
}

// What a Caddyfile may make of imports before reading it costs more than its length:
// statements in all, and imports within each other.
const (
	maxStatements = 100_000
	maxImports    = 10
	maxBlocks     = 200 // blocks within each other
)

type caddyReader struct {
	snippets map[string][]statement
	routes   []route
	budget   int
}

func (c *caddyReader) read(s statement, args []caddyWord, depth int) {
	if c.budget--; c.budget < 0 || len(s.words) == 0 {
		return
	}
	switch name := s.words[0].text; name {
	case "reverse_proxy", "php_fastcgi", "forward_auth", "proxy":
		c.pass(s, args)
		return
	case "import":
		if len(s.words) > 1 && depth < maxImports {
			handed := make([]caddyWord, len(s.words)-2)
			for i, w := range s.words[2:] {
				handed[i] = filled(w, args)
			}
			for _, inner := range c.snippets[s.words[1].text] {
				c.read(inner, handed, depth+1)
			}
		}
		return
	}
	for _, inner := range s.inner {
		c.read(inner, args, depth)
	}
}

// pass reads one directive that passes requests on: to the addresses behind it, and to
// those of "to" and "dynamic" in its block.
func (c *caddyReader) pass(s statement, args []caddyWord) {
	r := route{note: s.words[0].text}
	if r.note == "forward_auth" {
		r.use = asks
	}
	addresses := s.words[1:]
	if len(addresses) > 0 && strings.IndexByte("@/*", (addresses[0].text + " ")[0]) >= 0 {
		addresses = addresses[1:] // a matcher
	}
	for _, inner := range s.inner {
		switch words := inner.words; {
		case len(words) > 1 && (words[0].text == "to" || words[0].text == "upstream"):
			addresses = append(addresses[:len(addresses):len(addresses)], words[1:]...)
		case len(words) > 2 && words[0].text == "dynamic":
			addresses = append(addresses[:len(addresses):len(addresses)], words[2])
		case len(words) > 1 && words[0].text == "dynamic":
			for _, option := range inner.inner {
				if len(option.words) > 1 && option.words[0].text == "name" {
					addresses = append(addresses[:len(addresses):len(addresses)], option.words[1])
				}
			}
		}
	}
	for _, w := range addresses {
		w = filled(w, args)
		if host := upstream(w.text); host != "" {
			r.servers = append(r.servers, Server{host, w.at.line, w.at.col})
		}
	}
	if len(r.servers) > 0 {
		c.routes = append(c.routes, r)
	}
}

var (
	argument  = regexp.MustCompile(`\{args(?:\[|\.)(\d+)\]?\}`)
	defaulted = regexp.MustCompile(`\{\$[A-Za-z_][A-Za-z0-9_]*:([^{}]*)\}`)
	portRange = regexp.MustCompile(`:(\d+)-\d+$`)
)

// filled puts the arguments of an import, and the defaults of variables, into a word. One
// that an argument is put into stands where the argument does.
func filled(w caddyWord, args []caddyWord) caddyWord {
	w.text = argument.ReplaceAllStringFunc(w.text, func(s string) string {
		n, err := strconv.Atoi(argument.FindStringSubmatch(s)[1])
		if err != nil || n >= len(args) {
			return s
		}
		w.at = args[n].at
		return args[n].text
	})
	w.text = defaulted.ReplaceAllString(w.text, "$1")
	return w
}

// upstream returns the host and port of an address; "" where it names none: a socket, or
// what only a request or the environment fills in.
func upstream(text string) string {
	if _, rest, found := strings.Cut(text, "://"); found {
		text = rest
	}
	if strings.HasPrefix(text, "unix") && strings.Contains(text, "/") || strings.ContainsAny(text, "{}") {
		return ""
	}
	text, _, _ = strings.Cut(text, "/")
	return portRange.ReplaceAllString(text, ":$1")
}

// caddyLexer takes a Caddyfile apart as caddyconfig/caddyfile/lexer.go does: words, ended
// by blanks and lines; '#' at the beginning of one begins a comment; quotes, backticks and
// here-documents hold them together; '{' at the end of a line opens a block and '}' at
// the beginning of one closes it.
type caddyLexer struct {
	text      string
	at        int
	line, bol int
	deep      bool // blocks nest too deep: the rest is not read
	errs      []error
}

func (l *caddyLexer) here() mark { return mark{l.line, l.at - l.bol + 1} }

func (l *caddyLexer) fail(at mark, format string, args ...any) {
	if len(l.errs) < maxErrors {
		l.errs = append(l.errs, &strict.Error{ID: "caddy-syntax", Line: at.line, Col: at.col, Msg: fmt.Sprintf(format, args...)})
	}
}

func (l *caddyLexer) next() {
	if l.text[l.at] == '\n' {
		l.line, l.bol = l.line+1, l.at+1
	}
	l.at++
}

// block reads statements up to the '}' of the innermost block, or to the end; opened are
// the places at which the blocks around begin.
func (l *caddyLexer) block(opened []mark) []statement {
	var out []statement
	for l.at < len(l.text) {
		s, end := l.statement()
		last := len(s.words) - 1
		switch {
		case last == 0 && s.words[0].text == "}" && end:
			if len(opened) > 0 {
				return out
			}
			l.fail(s.words[0].at, "'}' closes no block")
			continue
		case last >= 0 && s.words[last].text == "{" && end:
			at := s.words[last].at
			s.words = s.words[:last]
			if len(opened) >= maxBlocks {
				l.fail(at, "blocks nest deeper than %d", maxBlocks)
				l.at, l.deep = len(l.text), true
				return out
			}
			s.inner = l.block(append(opened[:len(opened):len(opened)], at))
			if len(s.words) == 0 {
				s.words = []caddyWord{{"{", at}} // the global options
			}
		}
		if len(s.words) > 0 {
			out = append(out, s)
		}
	}
	if n := len(opened); n > 0 && !l.deep {
		l.fail(opened[n-1], "a block is never closed")
	}
	return out
}

// statement reads one line. marks says that its last word, a brace, is not quoted.
func (l *caddyLexer) statement() (s statement, marks bool) {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == '\n':
			l.next()
			if len(s.words) > 0 {
				return s, marks
			}
		case c == ' ' || c == '\t' || c == '\r':
			l.next()
		case c == '#':
			for l.at < len(l.text) && l.text[l.at] != '\n' {
				l.at++
			}
		case c == '\\' && strings.HasPrefix(strings.TrimLeft(l.text[l.at+1:], "\r"), "\n"):
			for l.text[l.at] != '\n' {
				l.at++
			}
			l.next()
		default:
			var w caddyWord
			w, marks = l.word()
			s.words = append(s.words, w)
			if marks && w.text == "}" && len(s.words) == 1 {
				return s, true
			}
		}
	}
	return s, marks
}

var caddyHeredoc = regexp.MustCompile(`^<<([A-Za-z0-9_-]+)\r?\n`)

// word reads one word; plain says that it is not quoted.
func (l *caddyLexer) word() (w caddyWord, plain bool) {
	w.at = l.here()
	if c := l.text[l.at]; c == '"' || c == '`' {
		l.next()
		begin := l.at
		for l.at < len(l.text) && l.text[l.at] != c {
			if l.text[l.at] == '\\' && c == '"' && l.at+1 < len(l.text) {
				l.next()
			}
			l.next()
		}
		w.text = l.text[begin:min(l.at, len(l.text))]
		if l.at >= len(l.text) {
			l.fail(w.at, "a string is never closed")
			return w, false
		}
		l.next()
		return w, false
	}
	if m := caddyHeredoc.FindStringSubmatch(l.text[l.at:min(len(l.text), l.at+100)]); m != nil {
		return l.heredoc(w, m[1]), false
	}
	begin := l.at
	for l.at < len(l.text) && strings.IndexByte(" \t\r\n", l.text[l.at]) < 0 {
		l.at++
	}
	w.text = l.text[begin:l.at]
	return w, true
}

// heredoc passes over the text up to a line that begins with its mark.
func (l *caddyLexer) heredoc(w caddyWord, name string) caddyWord {
	for l.at < len(l.text) {
		for l.at < len(l.text) && l.text[l.at] != '\n' {
			l.at++
		}
		if l.at >= len(l.text) {
			break
		}
		l.next()
		line, _, _ := strings.Cut(l.text[l.at:], "\n")
		rest, is := strings.CutPrefix(strings.TrimLeft(line, " \t"), name)
		if is && (rest == "" || strings.IndexByte(" \t\r", rest[0]) >= 0) {
			l.at += strings.Index(line, name) + len(name)
			return w
		}
	}
	l.fail(w.at, "the here-document %q is never ended", name)
	return w
}
