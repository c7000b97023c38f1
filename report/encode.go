package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/fateline/fateline/analyzer/depgraph"
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

// Encode writes the document as JSON: two blanks a level, lists never null; the
// model last, one node or requirement a line.
func (d *Document) Encode(w io.Writer) error {
	head, err := encodeIndented(d)
	if err != nil {
		return err
	}
	out := &lines{w: bufio.NewWriter(w)}
	out.text(bytes.TrimSuffix(head, []byte("\n}\n")))
	out.text([]byte(",\n  \"model\": "))
	out.graph(d.linked, "  ")
	out.text([]byte("\n}\n"))
	return out.flush()
}

// WriteGraph writes a graph as JSON of schema fateline.graph/v1, one node or
// requirement a line.
func WriteGraph(w io.Writer, g *depgraph.Graph) error {
	out := &lines{w: bufio.NewWriter(w)}
	out.graph(g, "")
	out.text([]byte("\n"))
	return out.flush()
}

// lines writes JSON piece by piece and keeps the first error.
type lines struct {
	w   *bufio.Writer
	err error
}

func (l *lines) text(text []byte) {
	if l.err == nil {
		_, l.err = l.w.Write(SafeJSON(text))
	}
}

func (l *lines) flush() error {
	if err := l.w.Flush(); l.err == nil {
		l.err = err
	}
	return l.err
}

// value writes a value in one line.
func (l *lines) value(v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil && l.err == nil {
		l.err = fmt.Errorf("report: %w", err)
	}
	l.text(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// graph writes a graph without its closing newline.
func (l *lines) graph(g *depgraph.Graph, indent string) {
	w := depgraph.ToWire(g)
	l.text([]byte("{\n" + indent + "  \"schema\": "))
	l.value(w.Schema)
	list(l, indent, "nodes", w.Nodes)
	list(l, indent, "requirements", w.Requirements)
	list(l, indent, "drills", w.Drills)
	list(l, indent, "unresolved", w.Unresolved)
	list(l, indent, "inputs", w.Inputs)
	l.text([]byte("\n" + indent + "}"))
}

func list[T any](l *lines, indent, name string, items []T) {
	l.text([]byte(",\n" + indent + "  \"" + name + "\": ["))
	for i, item := range items {
		if i > 0 {
			l.text([]byte(","))
		}
		l.text([]byte("\n" + indent + "    "))
		l.value(item)
	}
	if len(items) > 0 {
		l.text([]byte("\n" + indent + "  "))
	}
	l.text([]byte("]"))
}
