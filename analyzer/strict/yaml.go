package strict

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

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
	if !looksLikeJSON(data) {
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
		// A YAML flow mapping begins like JSON. Where YAML refuses it too, the
		// error is the one that speaks the language of the file.
		docs, yamlErr := YAML(r.c.data, lim)
		if yamlErr != nil && startsQuoted(r.c.data) {
			return nil, err
		}
		return docs, yamlErr
	}
	docs, err := r.asYAML(lim)
	return docs, r.describe(err)
}

var errNotJSON = errors.New("not JSON")

// asJSON reads a document that is one JSON value: the same tree many times faster.
func (r Raw) asJSON(lim Limits) (Value, error) {
	if r.c.orphan || !looksLikeJSON(r.c.data) || !startsQuoted(r.c.data) {
		return Value{}, errNotJSON
	}
	n, err := scanJSON(string(r.c.data), lim.defaults(len(r.c.data)), r.c.line)
	return Value{n}, err
}

func (r Raw) asYAML(lim Limits) (docs []Document, err error) {
	lim = lim.defaults(len(r.c.data))
	if r.c.orphan {
		at := len(r.c.data) - len(bytes.TrimLeft(r.c.data, " \t\r\n"))
		line, col := place(r.c.data, at)
		return nil, errorAt(TrailingData, line+int32(r.c.line), col, `text after "..." without "---"`)
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
