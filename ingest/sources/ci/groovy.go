package ci

import (
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
// specification. It never fails: what it does not know is punctuation.
func groovy(text string) []token {
	var ts []token
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == '\n' || c == ';':
			ts = append(ts, token{newline, "\n", i, nil})
			i++
		case c == ' ' || c == '\t' || c == '\r':
			i++
		case strings.HasPrefix(text[i:], "//"), strings.HasPrefix(text[i:], "#!"):
			i = until(text, i, "\n", 0)
		case strings.HasPrefix(text[i:], "/*"):
			i = until(text, i+2, "*/", 2)
		case strings.HasPrefix(text[i:], `"""`), strings.HasPrefix(text[i:], "'''"):
			var t token
			t, i = quotedString(text, i, text[i:i+3])
			ts = append(ts, t)
		case c == '"' || c == '\'':
			var t token
			t, i = quotedString(text, i, text[i:i+1])
			ts = append(ts, t)
		case c == '/' && opensSlashy(ts):
			var t token
			t, i = quotedString(text, i, "/")
			ts = append(ts, t)
		default:
			end := wordEnd(text, i)
			if end == i {
				_, size := utf8.DecodeRuneInString(text[i:])
				ts = append(ts, token{sign, text[i : i+size], i, nil})
				i += size
				break
			}
			ts = append(ts, token{word, text[i:end], i, nil})
			i = end
		}
	}
	return ts
}

// until returns where the next mark ends, or the end of the text.
func until(text string, from int, mark string, skip int) int {
	if from > len(text) {
		return len(text)
	}
	if j := strings.Index(text[from:], mark); j >= 0 {
		return from + j + skip
	}
	return len(text)
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

// opensSlashy says whether a '/' begins a string: it divides only behind a value.
func opensSlashy(before []token) bool {
	if len(before) == 0 {
		return false
	}
	last := before[len(before)-1]
	return last.kind == sign && strings.Contains("(,=:[{~", last.text)
}

// quotedString reads the string that begins at i with a quote, and returns where it
// ends. One that a line or the file ends is taken as it stands.
func quotedString(text string, i int, quote string) (token, int) {
	t := token{kind: quoted, at: i}
	var out strings.Builder
	put := func(c byte, at int) {
		out.WriteByte(c)
		t.from = append(t.from, at)
	}
	i += len(quote)
	for i < len(text) && !strings.HasPrefix(text[i:], quote) {
		if c := text[i]; c == '\n' && len(quote) == 1 {
			break
		} else if c != '\\' || i+1 >= len(text) || quote == "/" && text[i+1] != '/' {
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
	t.from = append(t.from, i)
	t.text = out.String()
	return t, min(i+len(quote), len(text))
}
