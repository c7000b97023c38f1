package wrangler

import (
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/textfile"
)

// value is a value of either format, with its place. The nil value is absent.
type value struct {
	text   string // of a string, number or bool
	items  []*value
	fields map[string]*value
	keys   []string // of fields, in the order of the input
	line   int
	column int
}

var absent = &value{}

func (v *value) get(key string) *value {
	if f := v.fields[key]; f != nil {
		return f
	}
	return absent
}

// all returns the items of a list, or the value itself.
func (v *value) all() []*value {
	if v == absent || v.items != nil {
		return v.items
	}
	return []*value{v}
}

// field returns the value of a key, which is made where it is not there.
func (v *value) field(key string, line, column int) *value {
	if v.fields == nil {
		v.fields = map[string]*value{}
	}
	f := v.fields[key]
	if f == nil {
		f = &value{line: line, column: column}
		v.fields[key] = f
		v.keys = append(v.keys, key)
	}
	return f
}

// parseTOML returns what could be read, also with an error.
func parseTOML(data []byte) (*value, error) {
	data, err := strict.Text(data)
	if err != nil {
		return nil, err
	}
	broken := textfile.TOML(data)
	var deep *strict.Error
	if errors.As(broken, &deep) && deep.ID == strict.TooDeep {
		return nil, broken // the parser recurses
	}
	root := &value{line: 1, column: 1}
	at := root
	p := &unstable.Parser{}
	p.Reset(data)
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table:
			at = descend(p, root, e.Key())
		case unstable.ArrayTable:
			list := descend(p, root, e.Key())
			at = &value{line: list.line, column: list.column}
			list.items = append(list.items, at)
		case unstable.KeyValue:
			set(p, descend(p, at, e.Key()), e.Value())
		}
	}
	return root, broken
}

// descend follows the steps of a key; through a list of tables it goes into the last.
func descend(p *unstable.Parser, v *value, key unstable.Iterator) *value {
	for key.Next() {
		if n := len(v.items); n > 0 {
			v = v.items[n-1]
		}
		line, column := 0, 0
		if raw := key.Node().Raw; raw.Length > 0 {
			start := p.Shape(raw).Start
			line, column = start.Line, start.Column
		}
		v = v.field(string(key.Node().Data), line, column)
	}
	return v
}

func set(p *unstable.Parser, v *value, n *unstable.Node) {
	switch n.Kind {
	case unstable.Array:
		v.items = []*value{}
		for it := n.Children(); it.Next(); {
			item := &value{line: v.line, column: v.column}
			if raw := it.Node().Raw; raw.Length > 0 {
				start := p.Shape(raw).Start
				item.line, item.column = start.Line, start.Column
			}
			set(p, item, it.Node())
			v.items = append(v.items, item)
		}
	case unstable.InlineTable:
		for it := n.Children(); it.Next(); {
			set(p, descend(p, v, it.Node().Key()), it.Node().Value())
		}
	default:
		v.text = string(n.Data)
	}
}

// parseJSON reads JSON with comments and trailing commas.
func parseJSON(data []byte) (*value, error) {
	data, err := strict.Text(data)
	if err != nil {
		return nil, err
	}
	doc, err := strict.JSON(textfile.Uncommented(data), strict.Limits{})
	if err != nil {
		return nil, err
	}
	return convert(doc.Root), nil
}

func convert(v strict.Value) *value {
	out := &value{text: v.Text(), line: v.Line(), column: v.Col()}
	if v.Type() == strict.List {
		out.items = []*value{}
	}
	for item := range v.Items() {
		out.items = append(out.items, convert(item))
	}
	for k, item := range v.Fields() {
		*out.field(k.Text, k.Line, k.Col) = *convert(item)
	}
	return out
}
