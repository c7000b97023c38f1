package strict

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// style is how a scalar is written, which decides where a byte of its text stands.
type style uint8

const (
	unquoted style = iota
	quoted         // in single or double quotes
	literal        // a block after '|': its lines are lines of the input
	folded         // a block after '>'
)

// Place returns where the byte at offset of the value's text stands in the input:
// 1-based, in lines and characters, so that a string which holds a file of its own
// can be cited line by line. Where escapes or folding hide the place, it is that of
// the value, or the first line of the block.
func (v Value) Place(offset int) (line, col int) {
	if v.d == nil {
		return 0, 0
	}
	s, text := v.at(), v.raw()
	line, col = int(s.line), int(s.col)
	before := text[:max(0, min(offset, len(text)))]
	switch s.style() {
	case unquoted:
		return line, col + utf8.RuneCountInString(before)
	case quoted:
		if strings.ContainsAny(before, "\n\t\"'\\") {
			return line, col
		}
		return line, col + 1 + utf8.RuneCountInString(before)
	case literal:
		lines := strings.Count(before, "\n")
		row := before[strings.LastIndexByte(before, '\n')+1:]
		return line + 1 + lines, v.d.indentOf(s) + 1 + utf8.RuneCountInString(row)
	}
	return line + 1, v.d.indentOf(s) + 1
}

// blockIndent returns by how many characters a block scalar that is announced on a
// line of the document, counted from 1, is indented.
func (t *tree) blockIndent(line int, text string) uint16 {
	if t.starts == nil {
		t.starts = []int{0}
		for at := 0; ; {
			i := bytes.IndexByte(t.text[at:], '\n')
			if i < 0 {
				break
			}
			at += i + 1
			t.starts = append(t.starts, at)
		}
	}
	for line < len(t.starts) {
		row := t.text[t.starts[line]:]
		if i := bytes.IndexByte(row, '\n'); i >= 0 {
			row = row[:i]
		}
		if inner := bytes.TrimLeft(row, " "); len(bytes.TrimRight(inner, "\r")) > 0 {
			// An indentation indicator leaves blanks of the first line to the text.
			first := strings.TrimLeft(text, "\n")
			own := len(first) - len(strings.TrimLeft(first, " "))
			return uint16(min(max(0, len(row)-len(inner)-own), 1<<16-1))
		}
		line++
	}
	return 0
}
