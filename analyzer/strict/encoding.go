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
	bad := control(data)
	if !utf8.Valid(data) {
		for i := 0; i < len(data) && (bad < 0 || i < bad); {
			r, size := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && size <= 1 {
				line, col := place(data, i)
				return errorAt(BadEncoding, line, col, "byte 0x%02x is not UTF-8", data[i])
			}
			i += size
		}
	}
	if bad >= 0 {
		line, col := place(data, bad)
		return errorAt(BadEncoding, line, col, "control character 0x%02x", data[bad])
	}
	return nil
}

// control returns where the first control character stands other than tab and line
// ends, -1 where none does.
func control(data []byte) int {
	i := 0
	for i < len(data) {
		// Eight bytes at a time: what is below 0x20 borrows, and what is not ASCII may do as it likes.
		rest := data[i:]
		for len(rest) >= 8 {
			x := binary.LittleEndian.Uint64(rest)
			if (x-0x20*ones)&^x&highs != 0 {
				break
			}
			rest = rest[8:]
		}
		i = len(data) - len(rest)
		for end := min(i+8, len(data)); i < end; i++ {
			if c := data[i]; c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
				return i
			}
		}
	}
	return -1
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
