package strict

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	bom8    = "\xef\xbb\xbf"
	bom16LE = "\xff\xfe"
	bom16BE = "\xfe\xff"
)

// Text returns data as UTF-8 without a byte order mark, or the place of the
// first byte that no text has. UTF-16 is read where a byte order mark says so.
func Text(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte(bom8)):
		data = data[len(bom8):]
	case bytes.HasPrefix(data, []byte(bom16LE)):
		return fromUTF16(data[2:], 0, 1)
	case bytes.HasPrefix(data, []byte(bom16BE)):
		return fromUTF16(data[2:], 1, 0)
	}
	if err := checkText(data); err != nil {
		return nil, err
	}
	return data, nil
}

// checkText refuses broken UTF-8 and control characters other than tab and line ends.
func checkText(data []byte) error {
	at := untext(data)
	if at < 0 {
		return nil
	}
	line, col := place(data, at)
	if data[at] < utf8.RuneSelf {
		return errorAt(BadEncoding, line, col, "control character 0x%02x", data[at])
	}
	return errorAt(BadEncoding, line, col, "byte 0x%02x is not UTF-8", data[at])
}

// untext returns where the first byte stands that no text has, -1 where none does. It
// looks at sixteen bytes at a time while they are ASCII.
func untext(data []byte) int {
	rest := data
	for {
		for len(rest) >= 16 {
			x, y := binary.LittleEndian.Uint64(rest), binary.LittleEndian.Uint64(rest[8:])
			if (x|y|(x-0x20*ones)|(y-0x20*ones))&highs != 0 && ((x|y)&highs != 0 || controls(x)|controls(y) != 0) {
				break
			}
			rest = rest[16:]
		}
		// One by one, up to the end or to where sixteen are ASCII again.
		for n := 0; n < 16; {
			if len(rest) == 0 {
				return -1
			}
			size := 1
			if c := rest[0]; c >= utf8.RuneSelf {
				var r rune
				if r, size = utf8.DecodeRune(rest); r == utf8.RuneError && size == 1 {
					return len(data) - len(rest)
				}
			} else if c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
				return len(data) - len(rest)
			}
			rest = rest[size:]
			n += size
		}
	}
}

// controls has a bit for each of eight bytes of ASCII that is a control character other
// than tab and line ends. With its high bit set no byte borrows from the next.
func controls(x uint64) uint64 {
	printable := (x | highs) - 0x20*ones
	noTab, noNewline, noReturn := ((x^'\t'*ones)|highs)-ones, ((x^'\n'*ones)|highs)-ones, ((x^'\r'*ones)|highs)-ones
	return ^printable & noTab & noNewline & noReturn & highs
}

func fromUTF16(data []byte, low, high int) ([]byte, error) {
	out := make([]byte, 0, len(data))
	broken := func(what string) error {
		line, col := place(out, len(out))
		return errorAt(BadEncoding, line, col, "%s", what)
	}
	for i := 0; i < len(data); i += 2 {
		if i+1 >= len(data) {
			return nil, broken("UTF-16 text ends inside a character")
		}
		r := rune(data[i+low]) | rune(data[i+high])<<8
		if utf16.IsSurrogate(r) {
			if i+3 >= len(data) {
				return nil, broken("UTF-16 text ends inside a surrogate pair")
			}
			pair := utf16.DecodeRune(r, rune(data[i+2+low])|rune(data[i+2+high])<<8)
			if pair == utf8.RuneError {
				return nil, broken(fmt.Sprintf("0x%04x is half of a surrogate pair", r))
			}
			r = pair
			i += 2
		}
		out = utf8.AppendRune(out, r)
	}
	if err := checkText(out); err != nil {
		return nil, err
	}
	return out, nil
}

// place returns the line and column of a byte, both from 1, the column in characters.
func place(data []byte, at int) (line, col int32) {
	before := data[:at]
	line = int32(bytes.Count(before, []byte{'\n'})) + 1
	before = before[bytes.LastIndexByte(before, '\n')+1:]
	for _, c := range before {
		if c&0xC0 != 0x80 {
			col++
		}
	}
	return line, col + 1
}
