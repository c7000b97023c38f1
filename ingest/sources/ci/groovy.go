package ci

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is one word of Groovy as far as a Jenkinsfile needs it: a name, a string,
// or one character of punctuation. Comments are no tokens; the end of a line is.
type token struct {
	kind tokenKind
	text string // of a string, without quotes and escapes
	at   int    // byte offset in the file
	from []int  // of a string: the offset of each byte of text, and of its end
}

type tokenKind uint8

const (
	word tokenKind = iota + 1
	quoted
	sign    // one character
	newline // also ';'
)

func (t token) is(text string) bool { return t.kind != quoted && t.text == text }

// groovy cuts a script into tokens, by the lexical structure of the Groovy language
// specification. What it does not know is punctuation. faults are what is begun and
// never ended, or ended and never begun, in the order in which it was noticed.
func groovy(text string) (ts []token, faults []fault) {
	var open []token // brackets
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '\n' || c == ';':
			ts = append(ts, token{newline, "\n", i, nil})
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case strings.HasPrefix(text[i:], "//"), strings.HasPrefix(text[i:], "#!"):
			i, _ = until(text, i, "\n", 0)
		case strings.HasPrefix(text[i:], "/*"):
			end, ended := until(text, i+2, "*/", 2)
			if !ended {
				faults = append(faults, fault{i, "a comment is never closed"})
			}
			i = end
		case quoteAt(text, i, ts) != "":
			quote := quoteAt(text, i, ts)
			t, end, ended := quotedString(text, i, quote, len(faults) < maxFaults)
			if !ended {
				faults = append(faults, fault{i, "a string is never closed"})
				t, end, _ = quotedString(text, i, quote, false)
			}
			ts = append(ts, t)
			i = end
		default:
			end := wordEnd(text, i)
			if end > i {
				ts = append(ts, token{word, text[i:end], i, nil})
				i = end
				break
			}
			_, size := utf8.DecodeRuneInString(text[i:])
			t := token{sign, text[i : i+size], i, nil}
			ts = append(ts, t)
			i += size
			switch closes := strings.IndexByte(")]}", c); {
			case strings.IndexByte("([{", c) >= 0:
				open = append(open, t)
			case closes < 0:
			case len(open) > 0 && open[len(open)-1].text[0] == "([{"[closes]:
				open = open[:len(open)-1]
			case len(open) > 0:
				faults = append(faults, fault{t.at, fmt.Sprintf("'%c' stands where %q is to be closed", c, open[len(open)-1].text)})
				open = open[:len(open)-1]
			default:
				faults = append(faults, fault{t.at, fmt.Sprintf("'%c' closes nothing", c)})
			}
		}
	}
	for _, t := range open {
		faults = append(faults, fault{t.at, fmt.Sprintf("%q is never closed", t.text)})
	}
	return ts, faults
}

// fault is what keeps a script from being one. at is a byte offset.
type fault struct {
	at  int
	msg string
}

// quoteAt returns the quote with which a string begins at i; "" where none does.
func quoteAt(text string, i int, before []token) string {
	rest := text[i:]
	switch {
	case strings.HasPrefix(rest, `"""`), strings.HasPrefix(rest, "'''"):
		return rest[:3]
	case rest[0] == '"', rest[0] == '\'':
		return rest[:1]
	case rest[0] == '/' && opensSlashy(text, i, before):
		return "/"
	case strings.HasPrefix(rest, "$/") && (i == 0 || wordEnd(text, i-1) == i-1):
		return "$/"
	}
	return ""
}

// until returns where the next mark ends, or the end of the text; ended says which.
func until(text string, from int, mark string, skip int) (end int, ended bool) {
	if from > len(text) {
		return len(text), false
	}
	if j := strings.Index(text[from:], mark); j >= 0 {
		return from + j + skip, true
	}
	return len(text), false
}

func wordEnd(text string, i int) int {
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '$' && r != '@' || r == utf8.RuneError && size == 1 {
			break
		}
		i += size
	}
	return i
}

// opensSlashy says whether a '/' begins a string: it divides behind a value, and a
// string of this kind that its line does not end is taken for a division.
func opensSlashy(text string, i int, before []token) bool {
	line, _, _ := strings.Cut(text[i+1:min(len(text), i+maxColumn)], "\n")
	if len(before) == 0 || !strings.Contains(line, "/") {
		return false
	}
	last := before[len(before)-1]
	return last.kind == sign && strings.Contains("(,=:[{~!&|?+", last.text) || last.kind == word && (last.text == "return" || last.text == "case" || last.text == "in")
}

// maxInner is how deep expressions in strings are followed into strings of their own.
const maxInner = 20

// quotedString reads the string that begins at i with a quote, and returns where it
// ends. One that a line, the file or an expression without an end ends is taken as it
// stands, and is not ended. follow says that strings within expressions are followed:
// "${env['a']}".
func quotedString(text string, i int, quote string, follow bool) (t token, end int, ended bool) {
	depth := 0
	if !follow {
		depth = maxInner
	}
	return nestedString(text, i, quote, depth)
}

func nestedString(text string, i int, quote string, depth int) (t token, end int, ended bool) {
	t = token{kind: quoted, at: i}
	var out strings.Builder
	put := func(c byte, at int) {
		out.WriteByte(c)
		t.from = append(t.from, at)
	}
	i += len(quote)
	closing, evaluates := quote, quote[0] != '\''
	if quote == "$/" {
		closing = "/$"
	}
	for i < len(text) && !strings.HasPrefix(text[i:], closing) {
		c := text[i]
		if c == '\n' && len(quote) == 1 {
			break
		}
		if evaluates && depth < maxInner && strings.HasPrefix(text[i:], "${") {
			stop, ok := expressionEnd(text, i+2, depth+1)
			if !ok {
				t.from, t.text = append(t.from, i), out.String()
				return t, i, false
			}
			for ; i < stop; i++ {
				put(text[i], i)
			}
			continue
		}
		if quote == "$/" && c == '$' && i+1 < len(text) && (text[i+1] == '$' || text[i+1] == '/') {
			put(text[i+1], i+1)
			i += 2
			continue
		}
		if c != '\\' || i+1 >= len(text) || quote == "$/" || quote == "/" && text[i+1] != '/' {
			put(c, i)
			i++
			continue
		}
		switch e := text[i+1]; e {
		case 'n':
			put('\n', i)
		case 't', 'r', 'b', 'f':
			put(' ', i)
		case '\n': // the line goes on
		default:
			put(e, i+1)
		}
		i += 2
	}
	ended = i < len(text) && strings.HasPrefix(text[i:], closing)
	t.from = append(t.from, i)
	t.text = out.String()
	if !ended {
		return t, i, false
	}
	return t, i + len(closing), true
}

// expressionEnd returns where the expression of "${...}" ends that begins at i, behind
// its brace; ok is false where it never does. It costs the length of the expression.
func expressionEnd(text string, i, depth int) (end int, ok bool) {
	for braces := 1; i < len(text); {
		switch c := text[i]; {
		case c == '{':
			braces++
		case c == '}':
			if braces--; braces == 0 {
				return i + 1, true
			}
		case c == '"' || c == '\'':
			quote := text[i : i+1]
			if strings.HasPrefix(text[i:], strings.Repeat(quote, 3)) {
				quote = text[i : i+3]
			}
			_, stop, ended := nestedString(text, i, quote, depth)
			if !ended {
				return i, false
			}
			i = stop
			continue
		}
		i++
	}
	return i, false
}
