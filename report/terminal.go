package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Style is a look of text on a terminal. Nothing is said by colour alone.
type Style uint8

// The styles; the zero value is plain.
const (
	Plain Style = iota
	Bold
	Dim
	Red
	Yellow
	Green
	Blue
	Magenta
	BoldRed
	BoldYellow
	BoldGreen
)

var styleCodes = [...]string{"", "1", "2", "31", "33", "32", "34", "35", "1;31", "1;33", "1;32"}

// Terminal writes text that cannot be abused by the names in it: everything
// passes through [Printable], a line ends only where the program ends it, and no
// line starts a command of a build log. After the first error it writes nothing
// more; Flush returns that error.
type Terminal struct {
	w     *bufio.Writer
	color bool
	width int
	line  []styled
	err   error
}

type styled struct {
	style Style
	text  string
}

// NewTerminal returns a terminal that writes to w.
func NewTerminal(w io.Writer, o Options) *Terminal {
	width := o.Width
	if width <= 0 {
		width = 80
	}
	return &Terminal{w: bufio.NewWriter(w), color: o.Color, width: max(width, 40)}
}

// Width returns the columns of the terminal.
func (t *Terminal) Width() int { return t.width }

// Print adds text to the line.
func (t *Terminal) Print(style Style, text string) *Terminal {
	t.line = append(t.line, styled{style, Printable(text)})
	return t
}

// Printf adds formatted text to the line.
func (t *Terminal) Printf(style Style, format string, args ...any) *Terminal {
	return t.Print(style, fmt.Sprintf(format, args...))
}

// Pad adds blanks up to a column, at least one.
func (t *Terminal) Pad(column int) *Terminal {
	return t.Print(Plain, strings.Repeat(" ", max(1, column-t.column())))
}

func (t *Terminal) column() int {
	n := 0
	for _, s := range t.line {
		n += utf8.RuneCountInString(s.text)
	}
	return n
}

// End ends the line.
func (t *Terminal) End() {
	var text strings.Builder
	for _, s := range t.line {
		text.WriteString(s.text)
	}
	if guarded := guardLine(text.String()); guarded != text.String() {
		t.line = []styled{{Plain, guarded}}
	}
	for i, s := range t.line {
		if i == len(t.line)-1 {
			s.text = strings.TrimRight(s.text, " ")
		}
		if s.text == "" {
			continue
		}
		if t.color && s.style != Plain {
			t.write("\x1b[" + styleCodes[s.style] + "m" + s.text + "\x1b[0m")
		} else {
			t.write(s.text)
		}
	}
	t.write("\n")
	t.line = t.line[:0]
}

// Line writes a whole line.
func (t *Terminal) Line(style Style, format string, args ...any) {
	t.Printf(style, format, args...).End()
}

// Wrap writes text in lines that fit the terminal: the first after what stands on
// the line already, the others from the same column.
func (t *Terminal) Wrap(style Style, text string) {
	at := t.column()
	room := max(t.width-at, 30)
	used := 0
	for i, word := range strings.Fields(Sentence(text)) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case used+1+n > room:
			t.End()
			t.Print(Plain, strings.Repeat(" ", at))
			used = 0
		default:
			t.Print(style, " ")
			used++
		}
		t.Print(style, word)
		used += n
	}
	t.End()
}

// Flush writes out what is buffered and returns the first error of all.
func (t *Terminal) Flush() error {
	if err := t.w.Flush(); t.err == nil {
		t.err = err
	}
	return t.err
}

func (t *Terminal) write(s string) {
	if t.err == nil {
		_, t.err = t.w.WriteString(s)
	}
}

// SeverityStyle returns the style of a severity's name.
func SeverityStyle(severity string) Style {
	switch severity {
	case "critical":
		return BoldRed
	case "high":
		return Red
	case "medium":
		return Yellow
	}
	return Blue
}
