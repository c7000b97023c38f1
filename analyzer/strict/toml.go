package strict

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// TOML decodes a document of TOML 1.0 (toml.io). A value stands where it is written; a bool, a
// date and a list where their key is, and a table where it is first named. With an error it returns what could be
// read; nothing of what nests too deep. The parser is github.com/pelletier/go-toml/v2 (MIT), whose
// syntax tree keeps places. It costs time linear in data, and quadratic in the keys of one table.
func TOML(data []byte, lim Limits) (Document, error) {
	text, err := Text(data)
	if err != nil {
		return Document{}, err
	}
	r := &tomlReader{data: text, lim: lim.defaults(len(text)), root: &tomlValue{typ: Map, line: 1, col: 1}, line: 1}
	if line := nesting(text, r.lim.Depth); line > 0 {
		return Document{}, r.tooDeep(line, 1)
	}
	if err := r.read(); err != nil {
		return Document{}, err
	}
	root, err := pack(r.root.node(), false)
	if err != nil {
		return Document{}, err
	}
	var whole map[string]any
	if err = toml.Unmarshal(text, &whole); err == nil { // which refuses keys that stand twice, too
		return Document{Root: root}, nil
	}
	out := &Error{ID: TOMLSyntax, Line: 1, Col: 1, Msg: strings.TrimPrefix(err.Error(), "toml: ")}
	var at *toml.DecodeError
	if errors.As(err, &at) {
		out.Line, out.Col = at.Position()
	}
	return Document{Root: root}, out
}

// mostAsked bounds how often Unmarshal compares a key with another of its table: 10,000
// keys of one are compared 50 million times.
const mostAsked = 50_000_000

// nesting returns the line at which brackets nest deeper than most, 0 where none do: the
// parser recurses.
func nesting(data []byte, most int) int32 {
	depth, line := 0, int32(1)
	for _, c := range data {
		switch c {
		case '\n':
			line++
		case '[', '{':
			if depth++; depth > most {
				return line
			}
		case ']', '}':
			depth = max(0, depth-1)
		}
	}
	return 0
}

// tomlValue is a value while its document is read: tables grow.
type tomlValue struct {
	typ       Type
	text      string
	line, col int32
	quoted    bool
	keys      []key
	kids      []*tomlValue
	at        map[string]int // of a table: where a key stands in keys
}

// tomlReader reads one document, and counts lines as it goes on.
type tomlReader struct {
	data      []byte
	lim       Limits
	root      *tomlValue
	values    int
	bol, seen int   // where the line begins that was counted last, and up to where
	line, col int32 // there: the line, and the characters before it
	asked     int   // what Unmarshal would take to find keys that stand twice
}

func (r *tomlReader) read() error {
	p := &unstable.Parser{}
	p.Reset(r.data)
	table, depth := r.root, 0
	for p.NextExpression() {
		e := p.Expression()
		var err error
		switch e.Kind {
		case unstable.Table:
			table, depth, err = r.descend(r.root, e.Key(), 0)
			if err == nil {
				table = table.table()
			}
		case unstable.ArrayTable:
			var list *tomlValue
			if list, depth, err = r.descend(r.root, e.Key(), 0); err == nil {
				list.typ = List
				table = &tomlValue{typ: Map}
				for steps := e.Key(); steps.Next(); {
					table.line, table.col = r.place(steps.Node().Raw)
				}
				if n := len(list.keys); n > 0 { // it was a table: no document
					*list = tomlValue{typ: List, line: list.line, col: list.col}
				}
				list.kids = append(list.kids, table)
				depth++
			}
		case unstable.KeyValue:
			err = r.assign(table, e, depth)
		}
		if err != nil {
			return err
		}
	}
	return nil // what is broken, Unmarshal tells
}

// assign sets what a line "key = value" says.
func (r *tomlReader) assign(table *tomlValue, e *unstable.Node, depth int) error {
	v, depth, err := r.descend(table, e.Key(), depth)
	if err != nil {
		return err
	}
	return r.set(v, e.Value(), depth)
}

// descend follows the steps of a key, and makes what is not there; through a list of
// tables it goes into the last.
func (r *tomlReader) descend(v *tomlValue, steps unstable.Iterator, depth int) (*tomlValue, int, error) {
	for steps.Next() {
		n := steps.Node()
		line, col := r.place(n.Raw)
		if v.typ == List && len(v.kids) > 0 {
			v = v.kids[len(v.kids)-1]
			depth++
		}
		v = v.table()
		if depth++; depth > r.lim.Depth {
			return nil, 0, r.tooDeep(line, col)
		}
		name := string(n.Data)
		i, known := v.at[name]
		if !known {
			if err := r.count(line, col); err != nil {
				return nil, 0, err
			}
			i = len(v.keys)
			if r.asked += i; r.asked > mostAsked {
				return nil, 0, errorAt(TooManyValues, line, col, "tables of so many keys that finding one that stands twice takes too long")
			}
			v.at[name] = i
			v.keys = append(v.keys, key{name, line, col})
			v.kids = append(v.kids, &tomlValue{typ: Null, line: line, col: col})
		}
		v = v.kids[i]
	}
	return v, depth, nil
}

// table makes a value a table, if it is none.
func (v *tomlValue) table() *tomlValue {
	if v.typ != Map {
		*v = tomlValue{typ: Map, line: v.line, col: v.col}
	}
	if v.at == nil {
		v.at = map[string]int{}
	}
	return v
}

func (r *tomlReader) set(v *tomlValue, n *unstable.Node, depth int) error {
	if n.Raw.Length > 0 {
		v.line, v.col = r.place(n.Raw)
	}
	if depth > r.lim.Depth {
		return r.tooDeep(v.line, v.col)
	}
	switch n.Kind {
	case unstable.Array:
		*v = tomlValue{typ: List, line: v.line, col: v.col}
		for it := n.Children(); it.Next(); {
			if err := r.count(v.line, v.col); err != nil {
				return err
			}
			item := &tomlValue{line: v.line, col: v.col}
			v.kids = append(v.kids, item)
			if err := r.set(item, it.Node(), depth+1); err != nil {
				return err
			}
		}
	case unstable.InlineTable:
		v.table()
		for it := n.Children(); it.Next(); {
			if err := r.assign(v, it.Node(), depth); err != nil {
				return err
			}
		}
	default:
		*v = tomlValue{typ: String, text: string(n.Data), line: v.line, col: v.col, quoted: n.Kind == unstable.String}
		switch n.Kind {
		case unstable.Bool:
			v.typ = Bool
		case unstable.Integer, unstable.Float:
			v.typ = Number
		}
	}
	return nil
}

func (r *tomlReader) count(line, col int32) error {
	if r.values++; r.values > r.lim.Nodes {
		return errorAt(TooManyValues, line, col, "over %d values in one document", r.lim.Nodes)
	}
	return nil
}

func (r *tomlReader) tooDeep(line, col int32) error {
	return errorAt(TooDeep, line, col, "lists and maps nest deeper than %d", r.lim.Depth)
}

// place returns where a range begins, in lines and characters. Ranges come nearly in order.
func (r *tomlReader) place(raw unstable.Range) (line, col int32) {
	at := min(int(raw.Offset), len(r.data))
	switch {
	case at < r.bol:
		r.line, r.bol, r.seen, r.col = 1, 0, 0, 0
	case at < r.seen:
		r.seen, r.col = r.bol, 0
	}
	between := r.data[r.seen:at]
	if n := bytes.Count(between, []byte{'\n'}); n > 0 {
		r.line += int32(n)
		r.bol = r.seen + bytes.LastIndexByte(between, '\n') + 1
		r.seen, r.col = r.bol, 0
	}
	r.col += int32(utf8.RuneCount(r.data[r.seen:at]))
	r.seen = at
	return r.line, r.col + 1
}

// node returns the value as it is packed.
func (v *tomlValue) node() *node {
	n := &node{text: v.text, line: v.line, col: v.col, typ: v.typ}
	if v.quoted {
		n.style = quoted
	}
	if v.typ == List || v.typ == Map {
		n.body = &body{keys: v.keys, kids: make([]node, len(v.kids))}
		for i, kid := range v.kids {
			n.body.kids[i] = *kid.node()
		}
	}
	return n
}
