package strict

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string in quotes. What it returns is the text of the document, or valid
// until the next string is read.
func (j *scanner) str() (text []byte, ok bool) {
	j.at++
	from := j.at
	for {
		for j.at+8 <= len(j.s) && plainBytes(word(j.s[j.at:])) {
			j.at += 8
		}
		// One of the next eight bytes matters, or they are the last.
		for range 8 {
			if j.at >= len(j.s) {
				return nil, j.fail(JSONSyntax, "")
			}
			switch c := j.s[j.at]; {
			case c == '"':
				j.at++
				return j.s[from : j.at-1], true
			case c == '\\':
				return j.escaped(from)
			case c < 0x20:
				return nil, j.fail(JSONSyntax, "control character 0x%02x in a string", c)
			case c&0xC0 == 0x80:
				j.bol++
			}
			j.at++
		}
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plainBytes says whether eight bytes are ASCII and none of them is a control
// character, a quote or a backslash.
func plainBytes(x uint64) bool {
	quote, backslash := x^('"'*ones), x^('\\'*ones)
	return (x|(x-0x20*ones)|(quote-ones)|(backslash-ones))&highs == 0
}

// escaped goes on with a string at its first backslash.
func (j *scanner) escaped(from int) (text []byte, ok bool) {
	out := append(j.unescaped[:0], j.s[from:j.at]...)
	for j.at < len(j.s) {
		switch c := j.s[j.at]; {
		case c == '"':
			j.at++
			j.unescaped = out
			return out, true
		case c == '\\':
			if out, ok = j.escape(out); !ok {
				return nil, false
			}
			continue
		case c < 0x20:
			return nil, j.fail(JSONSyntax, "control character 0x%02x in a string", c)
		case c&0xC0 == 0x80:
			j.bol++
		}
		out = append(out, j.s[j.at])
		j.at++
	}
	return nil, j.fail(JSONSyntax, "")
}

func (j *scanner) escape(out []byte) (more []byte, ok bool) {
	j.at++
	c := j.peek()
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 && j.at < len(j.s) {
		j.at++
		return append(out, "\"\\/\b\f\n\r\t"[i]), true
	}
	if c != 'u' {
		return out, j.fail(JSONSyntax, "unknown escape after a backslash: %s", j.found())
	}
	r, ok := j.hex()
	if !ok {
		return out, false
	}
	if utf16.IsSurrogate(r) {
		// Replaced by U+FFFD, as encoding/json does, two names would become one.
		if !bytes.HasPrefix(j.s[j.at:], []byte(`\u`)) {
			if string(j.s[j.at:]) == `\` {
				j.at = len(j.s) // the second half may have been cut off
			}
			return out, j.fail(JSONSyntax, "half of a surrogate pair in a string")
		}
		j.at++
		low, ok := j.hex()
		if !ok {
			return out, false
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return out, j.fail(JSONSyntax, "half of a surrogate pair in a string")
		}
	}
	return utf8.AppendRune(out, r), true
}

// hex reads the four digits after the 'u' it stands on.
func (j *scanner) hex() (r rune, ok bool) {
	j.at++
	for range 4 {
		c := j.peek()
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, j.fail(JSONSyntax, `want four hexadecimal digits after \u, found %s`, j.found())
		}
		j.at++
	}
	return r, true
}
