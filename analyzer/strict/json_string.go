package strict

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string in quotes.
func (j *scanner) str() (string, error) {
	j.at++
	from := j.at
	for j.at < len(j.s) {
		switch c := j.s[j.at]; {
		case c == '"':
			j.at++
			return j.s[from : j.at-1], nil
		case c == '\\':
			return j.escaped(from)
		case c < 0x20:
			return "", j.fail(JSONSyntax, "control character 0x%02x in a string", c)
		case c&0xC0 == 0x80:
			j.bol++
		}
		j.at++
	}
	return "", j.fail(JSONSyntax, "")
}

// escaped goes on with a string at its first backslash.
func (j *scanner) escaped(from int) (string, error) {
	out := append(make([]byte, 0, j.at-from+32), j.s[from:j.at]...)
	for j.at < len(j.s) {
		switch c := j.s[j.at]; {
		case c == '"':
			j.at++
			return string(out), nil
		case c == '\\':
			var err error
			if out, err = j.escape(out); err != nil {
				return "", err
			}
			continue
		case c < 0x20:
			return "", j.fail(JSONSyntax, "control character 0x%02x in a string", c)
		case c&0xC0 == 0x80:
			j.bol++
		}
		out = append(out, j.s[j.at])
		j.at++
	}
	return "", j.fail(JSONSyntax, "")
}

func (j *scanner) escape(out []byte) ([]byte, error) {
	j.at++
	c := j.peek()
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 && j.at < len(j.s) {
		j.at++
		return append(out, "\"\\/\b\f\n\r\t"[i]), nil
	}
	if c != 'u' {
		return nil, j.fail(JSONSyntax, "unknown escape after a backslash: %s", j.found())
	}
	r, err := j.hex()
	if err != nil {
		return nil, err
	}
	if utf16.IsSurrogate(r) {
		// Replaced by U+FFFD, as encoding/json does, two names would become one.
		if !strings.HasPrefix(j.s[j.at:], `\u`) {
			if rest := j.s[j.at:]; rest == `\` {
				j.at = len(j.s) // the second half may have been cut off
			}
			return nil, j.fail(JSONSyntax, "half of a surrogate pair in a string")
		}
		j.at++
		low, err := j.hex()
		if err != nil {
			return nil, err
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return nil, j.fail(JSONSyntax, "half of a surrogate pair in a string")
		}
	}
	return utf8.AppendRune(out, r), nil
}

// hex reads the four digits after the 'u' it stands on.
func (j *scanner) hex() (rune, error) {
	j.at++
	var r rune
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
	return r, nil
}
