package wrangler

import (
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

// parseTOML returns what could be read, also with an error; nil: nothing.
func parseTOML(data []byte) (*value, error) {
	doc, err := strict.TOML(data, strict.Limits{})
	if doc.Root.Type() != strict.Map {
		return nil, err
	}
	return convert(doc.Root), err
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
