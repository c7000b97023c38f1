package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// encodeIndented returns v as JSON of two blanks a level, ending in a newline.
// Text stays as it is but for what JSON and terminals must not hold raw.
func encodeIndented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return b.Bytes(), nil
}

// SafeJSON writes the runes of a JSON text that a terminal or a build log would act on as JSON
// escapes: the value stays the same. All such runes stand within strings.
func SafeJSON(text []byte) []byte {
	clean := true
	for i := 0; i < len(text) && clean; i++ {
		clean = text[i] < 0x7f && !(text[i] == '#' && i+1 < len(text) && text[i+1] == '#')
	}
	if clean {
		return text
	}
	out := make([]byte, 0, len(text)+64)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == '#' && i+1 < len(text) && text[i+1] == '#':
			out = append(out, `\u0023`...)
		case r == '\n' || showable(r) && r != utf8.RuneError:
			out = append(out, text[i:i+size]...)
		case r > 0xffff:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += size
	}
	return out
}

// Encode writes the document as JSON: two blanks a level, lists never null, in
// the order of the document. It costs memory in the size of the text.
func (d *Document) Encode(w io.Writer) error {
	text, err := encodeIndented(d)
	if err != nil {
		return err
	}
	_, err = w.Write(SafeJSON(text))
	return err
}
