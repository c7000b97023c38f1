package strict

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string in quotes. What it returns is the text of the document, or valid
// until the next string is read.
func (j *scanner) str() (text []byte, ok bool) {
	from := j.at + 1
	rest := j.s[from:]
	for len(rest) >= 8 {
		if m := special(binary.LittleEndian.Uint64(rest)); m != 0 {
			j.at = len(j.s) - len(rest) + bits.TrailingZeros64(m)>>3
			if j.s[j.at] == '"' {
				j.at++
				return j.s[from : j.at-1], true
			}
			return j.rest(from)
		}
		rest = rest[8:]
	}
	j.at = len(j.s) - len(rest)
	return j.rest(from)
}

// rest goes on with a string at what is neither its end nor ASCII, or near the end of
// the text.
func (j *scanner) rest(from int) (text []byte, ok bool) {
	for j.toSpecial() {
		switch c := j.s[j.at]; {
		case c == '"':
			j.at++
			return j.s[from : j.at-1], true
		case c == '\\':
			return j.escaped(from)
		case c < 0x20:
			return nil, j.fail(JSONSyntax, "control character 0x%02x in a string", c)
		}
		j.wide()
	}
	return nil, j.fail(JSONSyntax, "")
}

// toSpecial moves on to the next byte that is not ASCII, a control character, a quote
// or a backslash, and says whether there is one.
func (j *scanner) toSpecial() bool {
	s := j.s
	rest := s[j.at:]
	for len(rest) >= 8 {
		if m := special(binary.LittleEndian.Uint64(rest)); m != 0 {
			j.at = len(s) - len(rest) + bits.TrailingZeros64(m)>>3
			return true
		}
		rest = rest[8:]
	}
	at := len(s) - len(rest)
	for at < len(s) && s[at] >= 0x20 && s[at] < 0x80 && s[at] != '"' && s[at] != '\\' {
		at++
	}
	j.at = at
	return at < len(s)
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special has the high bit of the first of eight bytes, from the lowest on, that is not
// ASCII, a control character, a quote or a backslash; none where there is none. Bits
// above that one say nothing: what is taken from a small byte is borrowed of the next.
func special(x uint64) uint64 {
	quote, backslash := x^('"'*ones), x^('\\'*ones)
	return (x | (x - 0x20*ones) | (quote - ones) | (backslash - ones)) & highs
}

// wide moves on over characters that are not ASCII.
func (j *scanner) wide() {
	for j.at < len(j.s) && j.s[j.at] >= 0x80 {
		if j.s[j.at]&0xC0 == 0x80 {
			j.bol++
		}
		j.at++
	}
}

// escaped goes on with a string at its first backslash.
func (j *scanner) escaped(from int) (text []byte, ok bool) {
	out := append(j.unescaped[:0], j.s[from:j.at]...)
	for from = j.at; j.toSpecial(); from = j.at {
		out = append(out, j.s[from:j.at]...)
		switch c := j.s[j.at]; {
		case c == '"':
			j.at++
			j.unescaped = out
			return out, true
		case c == '\\':
			if out, ok = j.escape(out); !ok {
				return nil, false
			}
		case c < 0x20:
			return nil, j.fail(JSONSyntax, "control character 0x%02x in a string", c)
		default:
			from = j.at
			j.wide()
			out = append(out, j.s[from:j.at]...)
		}
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
