package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// YAML decodes every document of a stream, to its end. On an error, the
// documents before it are returned together with a [*Error]. A stream of
// comments alone has no documents.
func YAML(data []byte, lim Limits) ([]Document, error) {
	var docs []Document
	for doc, err := range Stream(data, lim) {
		if err != nil {
			return docs, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// Stream is [YAML] one by one, and goes on after a document that cannot be
// read: it yields the error in its place, a [*Error], and then the next
// document. An error of the encoding is the only thing yielded.
func Stream(data []byte, lim Limits) func(yield func(Document, error) bool) {
	return func(yield func(Document, error) bool) {
		raws, err := Split(data)
		if err != nil {
			yield(Document{}, err)
			return
		}
		index := 0
		for _, raw := range raws {
			docs, err := raw.Decode(lim)
			for _, doc := range docs {
				doc.Index = index
				index++
				if !yield(doc, nil) {
					return
				}
			}
			if err != nil {
				if len(raws) > 1 {
					err = numbered(err, index+1)
				}
				index++
				if !yield(Document{Index: index - 1}, err) {
					return
				}
			}
		}
	}
}

func numbered(err error, doc int) error {
	var e *Error
	if errors.As(err, &e) {
		n := *e
		n.Doc = doc
		return &n
	}
	return err
}

// Raw is the text of one document of a YAML stream, not decoded yet.
type Raw struct{ c chunk }

// Split cuts a stream into its documents without decoding them, so that they
// can be decoded on several cores. The error is one of the encoding.
func Split(data []byte) ([]Raw, error) {
	data, err := text(data)
	if err != nil {
		return nil, err
	}
	chunks := split(data)
	raws := make([]Raw, len(chunks))
	for i, c := range chunks {
		raws[i] = Raw{c}
	}
	return raws, nil
}

// Text returns the text of the document. It is shared: do not change it.
func (r Raw) Text() []byte { return r.c.data }

// Decode decodes the document. Old line ends can hide a second one in it, so
// the result is a list; their indexes are all 0. It costs what the text costs:
// no input makes it slower than linear or larger than the limits.
func (r Raw) Decode(lim Limits) (docs []Document, err error) {
	lim = lim.defaults(len(r.c.data))
	if r.c.orphan {
		at := len(r.c.data) - len(bytes.TrimLeft(r.c.data, " \t\r\n"))
		line, col := place(r.c.data, at)
		return nil, errorAt(TrailingData, line+int32(r.c.line), col, `text after "..." without "---"`)
	}
	if root, ok := r.asJSON(lim); ok {
		return []Document{{Root: root}}, nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = &Error{ID: YAMLSyntax, Line: r.c.line + 1, Msg: fmt.Sprintf("the YAML parser failed: %v", p)}
		}
	}()
	dec := yaml.NewDecoder(bytes.NewReader(r.c.data))
	for {
		var y yaml.Node
		err := dec.Decode(&y)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return docs, r.syntaxError(err)
		}
		t := tree{lim: lim, line: int32(r.c.line), text: r.c.data}
		root, err := t.document(&y)
		if err != nil {
			return docs, err
		}
		docs = append(docs, Document{Root: root})
	}
}

// asJSON reads a document that is one JSON value: the same tree many times faster.
func (r Raw) asJSON(lim Limits) (Value, bool) {
	if !looksLikeJSON(r.c.data) || !startsQuoted(r.c.data) {
		return Value{}, false
	}
	n, err := scanJSON(string(r.c.data), lim, r.c.line)
	return Value{n}, err == nil
}

// syntaxError gives an error of the parser a place.
func (r Raw) syntaxError(err error) error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if rest, found := strings.CutPrefix(msg, "line "); found {
		if num, tail, found := strings.Cut(rest, ": "); found {
			line, _ = strconv.Atoi(num)
			msg = tail
		}
	}
	if line == 0 {
		line = 1
	}
	e := &Error{ID: YAMLSyntax, Line: line + r.c.line, Col: r.firstColumn(line), Msg: msg}
	switch {
	case strings.Contains(msg, "exceeded max depth"):
		e.ID = TooDeep
	case bytes.Contains(r.c.data, []byte("{{")):
		e.ID = Template
		e.Fix = "render the template first and scan what comes out"
	}
	return e
}

// firstColumn returns the column of the first character of a line that is no blank.
func (r Raw) firstColumn(line int) int {
	data := r.c.data
	for range line - 1 {
		i := bytes.IndexByte(data, '\n')
		if i < 0 {
			return 1
		}
		data = data[i+1:]
	}
	return len(data) - len(bytes.TrimLeft(data, " ")) + 1
}
