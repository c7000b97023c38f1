package proxyfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// haproxySections are the words that begin a section, by the configuration manual of
// HAProxy 3.2, sections 3 and 4, and of 2.0 for what is gone since.
var haproxySections = []string{
	"acme", "backend", "cache", "crt-store", "defaults", "fcgi-app", "frontend", "global", "http-errors", "listen", "log-forward", "log-profile",
	"mailers", "peers", "program", "resolvers", "ring", "traces", "userlist",
}

// haproxyRoutes reads the servers of each backend and listen section. The error says
// what is no configuration, or ends in the middle: HAProxy itself refuses a last line
// that does not end.
func haproxyRoutes(text string) ([]route, error) {
	var out []route
	var errs []error
	fail := func(line, col int, format string, args ...any) {
		if len(errs) < maxErrors {
			errs = append(errs, &strict.Error{ID: "haproxy-syntax", Line: line, Col: col, Msg: fmt.Sprintf(format, args...)})
		}
	}
	var conditions []int // lines of .if
	section, cur := "", -1
	number := 0
	for line := range strings.Lines(text) {
		number++
		words, fault := haproxyWords(line)
		if fault > 0 {
			fail(number, fault, "a string is never closed")
		}
		if len(words) == 0 {
			continue
		}
		first := words[0]
		switch {
		case first.text == ".if":
			conditions = append(conditions, number)
		case first.text == ".endif" && len(conditions) > 0:
			conditions = conditions[:len(conditions)-1]
		case first.text == ".endif":
			fail(number, first.col, ".endif ends no .if")
		case first.text[0] == '.':
		case slices.Contains(haproxySections, first.text):
			section, cur = first.text, -1
			if first.text != "backend" && first.text != "listen" {
				break
			}
			if len(words) < 2 {
				fail(number, first.col, "a %s without a name", first.text)
				break
			}
			out = append(out, route{note: first.text + " " + words[1].text})
			cur = len(out) - 1
		case section == "":
			fail(number, first.col, "%q stands in no section", first.text)
		case cur >= 0 && (first.text == "server" || first.text == "server-template"):
			at := 2
			if first.text == "server-template" {
				at = 3
			}
			if len(words) <= at {
				fail(number, first.col, "a %s without an address", first.text)
				break
			}
			out[cur].servers = append(out[cur].servers, Server{plainAddress(words[at].text), number, words[at].col})
		}
	}
	for _, at := range conditions {
		fail(at, 1, ".if is never ended")
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		fail(number, 1, "the last line does not end: HAProxy takes such a file for one that was cut")
	}
	return out, errors.Join(errs...)
}

// haproxyWord is one word of a line and its column, 1-based.
type haproxyWord struct {
	text string
	col  int
}

// haproxyWords splits a line as its section 2.2 says: by blanks, which quotes and
// backslashes hide; '#' begins a comment. unclosed is the column of a quote that the
// line does not close, 0 for none.
func haproxyWords(line string) (words []haproxyWord, unclosed int) {
	line = strings.TrimRight(line, "\r\n")
	var word strings.Builder
	begin, quote := -1, byte(0)
	end := func() {
		if begin >= 0 {
			words = append(words, haproxyWord{word.String(), begin + 1})
		}
		word.Reset()
		begin = -1
	}
	for i := 0; i < len(line); i++ {
		c := line[i]
		if begin < 0 && c != ' ' && c != '\t' && c != '#' {
			begin = i
		}
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && i+1 < len(line):
			i++
			word.WriteByte(line[i])
		case quote != 0:
			word.WriteByte(c)
		case c == '"' || c == '\'':
			quote, unclosed = c, i+1
		case c == '#':
			end()
			return words, 0
		case c == ' ' || c == '\t':
			end()
		default:
			word.WriteByte(c)
		}
	}
	end()
	if quote == 0 {
		unclosed = 0
	}
	return slices.DeleteFunc(words, func(w haproxyWord) bool { return w.text == "" }), unclosed
}

// plainAddress drops the family that HAProxy lets an address begin with.
func plainAddress(s string) string {
	for _, family := range []string{"ipv4@", "ipv6@", "quic4@", "quic6@"} {
		s = strings.TrimPrefix(s, family)
	}
	return s
}
