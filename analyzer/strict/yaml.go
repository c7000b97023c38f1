package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// YAML decodes every document of a stream, to its end. On an error, the
// documents before it are returned together with a [*Error]. A stream of
// comments alone has no documents.
func YAML(data []byte, lim Limits) ([]Document, error) {
	raws, err := splitYAML(data)
	if err != nil {
		return nil, err
	}
	return collect(raws, lim)
}

// Parse is [YAML] for a file of either format, told apart by its content: one
// JSON value, or a stream of YAML documents.
func Parse(data []byte, lim Limits) ([]Document, error) {
	raws, err := Split(data)
	if err != nil {
		return nil, err
	}
	return collect(raws, lim)
}

func collect(raws []Raw, lim Limits) ([]Document, error) {
	var docs []Document
	for _, raw := range raws {
		more, err := raw.Decode(lim)
		for _, doc := range more {
			doc.Index = len(docs)
			docs = append(docs, doc)
		}
		if err != nil {
			return docs, err
		}
	}
	return docs, nil
}

// Raw is the text of one document of a stream, not decoded yet.
type Raw struct {
	c     chunk
	of    int  // documents in the stream
	index int  // of this one, from 0
	json  bool // the whole file, which begins as JSON does
}

// Split cuts a file into its documents without decoding them, so that they can
// be decoded on several cores, and one that is broken leaves the others
// readable. The error is one of the encoding.
func Split(data []byte) ([]Raw, error) {
	if !looksLikeJSON(data) || !startsQuoted(data) {
		return splitYAML(data)
	}
	data, err := Text(data)
	if err != nil {
		return nil, err
	}
	return []Raw{{c: chunk{data: data}, of: 1, json: true}}, nil
}

func splitYAML(data []byte) ([]Raw, error) {
	data, err := Text(data)
	if err != nil {
		return nil, err
	}
	chunks := split(data)
	raws := make([]Raw, len(chunks))
	for i, c := range chunks {
		raws[i] = Raw{c: c, of: len(chunks), index: i}
	}
	return raws, nil
}

// Text returns the text of the document. It is shared: do not change it.
func (r Raw) Text() []byte { return r.c.data }

// IsJSON reports whether the document is the whole of a file that begins as
// JSON does. Where it can be decoded, its end is proven by its closing bracket.
func (r Raw) IsJSON() bool { return r.json }

// Decode decodes the document. What begins like JSON and is YAML can hold
// several, so the result is a list, and on an error those before it. It costs what the
// text costs: no input makes it slower than linear or larger than the limits.
func (r Raw) Decode(lim Limits) ([]Document, error) {
	root, err := r.asJSON(lim)
	switch {
	case err == nil:
		return []Document{{Root: root}}, nil
	case r.json:
		// A YAML flow mapping can begin like JSON. Where YAML refuses it too, the
		// error is the one that speaks the language of the file.
		if isSyntax(err) {
			if docs, yamlErr := YAML(r.c.data, lim); yamlErr == nil {
				return docs, nil
			}
		}
		return nil, err
	}
	docs, err := r.asYAML(lim)
	return docs, r.describe(err)
}

// isSyntax reports whether an error of JSON leaves it open that the text is YAML.
func isSyntax(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.ID == JSONSyntax || e.ID == TrailingData)
}

var errNotJSON = errors.New("not JSON")

// asJSON reads a document that is one JSON value: the same tree many times faster.
func (r Raw) asJSON(lim Limits) (Value, error) {
	if r.c.orphan || !looksLikeJSON(r.c.data) || !startsQuoted(r.c.data) {
		return Value{}, errNotJSON
	}
	return scanJSON(r.c.data, lim.defaults(len(r.c.data)), r.c.line)
}

func (r Raw) asYAML(lim Limits) (docs []Document, err error) {
	lim = lim.defaults(len(r.c.data))
	if r.c.orphan {
		at := len(r.c.data) - len(bytes.TrimLeft(r.c.data, " \t\r\n"))
		line, col := place(r.c.data, at)
		return nil, errorAt(TrailingData, line+int32(r.c.line), col, `text after "..." without "---"`)
	}
	if r.c.bare {
		root, err := pack(&node{typ: Null, line: int32(r.c.line) + 1, col: 1}, false)
		return []Document{{Root: root}}, err
	}
	if most := 2 * lim.Nodes; separators(r.c.data) > most {
		return nil, &Error{ID: TooManyValues, Line: r.c.line + 1, Col: 1, Msg: fmt.Sprintf("over %d separators in one document: it may have over %d values", most, lim.Nodes)}
	}
	if root, ok := scanPlain(string(r.c.data), lim, r.c.line); ok {
		return []Document{{Root: root}}, nil
	}
	return r.byLibrary(lim)
}

// byLibrary reads the document with the YAML library, which knows all of YAML.
func (r Raw) byLibrary(lim Limits) (docs []Document, err error) {
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

// separators counts what can separate two values: never fewer than half the
// values of a document. The parser builds a whole document before anybody can
// count what it holds, at some 250 bytes a value; this is known before.
func separators(data []byte) int {
	n := 0
	for _, sep := range []byte(",:\n[{") {
		n += bytes.Count(data, []byte{sep})
	}
	return n
}

var (
	kindLine = regexp.MustCompile(`(?m)^kind:[ \t]*([A-Za-z]+)[ \t\r]*$`)
	nameLine = regexp.MustCompile(`(?m)^  name:[ \t]*([A-Za-z0-9.-]+)[ \t\r]*$`)
)

// describe says which document of its stream an error is of.
func (r Raw) describe(err error) error {
	var e *Error
	if r.of < 2 || !errors.As(err, &e) {
		return err
	}
	n := *e
	n.Doc = r.index + 1
	if kind := kindLine.FindSubmatch(r.c.data); kind != nil {
		n.DocName = string(kind[1])
		if name := nameLine.FindSubmatch(r.c.data); name != nil {
			n.DocName += "/" + string(name[1])
		}
	}
	return &n
}
