package strict

import (
	"iter"
	"strconv"
)

// Type is the type of a value.
type Type uint8

// The types; the zero value is that of a value that is not there.
const (
	Missing Type = iota
	Null
	Bool
	Number
	String
	List
	Map
)

// Value is one value of a document, with its place. Reading is forgiving: what
// is absent or of another type gives the zero Value, "" or false, so that a lean
// reader of a foreign format says only what it looks for. A Value is read-only
// and may be copied; the zero Value is Missing.
type Value struct{ n *node }

// node is a decoded value, whatever it was decoded from.
type node struct {
	typ  Type
	text string // scalars: the text as written, unquoted
	tag  string // a custom tag such as "!reference"; "" for the standard ones
	line int32
	col  int32
	keys []Key  // maps: in the order of the input
	kids []node // lists and maps
}

// Key is a key of a map, with its place.
type Key struct {
	Text      string
	Line, Col int
}

// Type returns the type of v, [Missing] for the zero Value.
func (v Value) Type() Type {
	if v.n == nil {
		return Missing
	}
	return v.n.typ
}

// Exists reports whether v is there and not null.
func (v Value) Exists() bool { return v.Type() > Null }

// Line returns the 1-based line, 0 for the zero Value.
func (v Value) Line() int {
	if v.n == nil {
		return 0
	}
	return int(v.n.line)
}

// Col returns the 1-based column in bytes, 0 for the zero Value.
func (v Value) Col() int {
	if v.n == nil {
		return 0
	}
	return int(v.n.col)
}

// Tag returns a custom tag such as "!reference"; "" where there is none.
func (v Value) Tag() string {
	if v.n == nil {
		return ""
	}
	return v.n.tag
}

// Text returns the text of a string, number or bool as written; "" for anything else.
func (v Value) Text() string {
	switch v.Type() {
	case Bool, Number, String:
		return v.n.text
	}
	return ""
}

// Int returns the value of a number, or of a string that holds one.
func (v Value) Int() (int, bool) {
	i, err := strconv.Atoi(v.Text())
	return i, err == nil
}

// Bool returns the value of true or false.
func (v Value) Bool() (value, ok bool) {
	if v.Type() != Bool {
		return false, false
	}
	return v.n.text == "true", true
}

// Len returns the number of items of a list or fields of a map, else 0.
func (v Value) Len() int {
	if v.n == nil {
		return 0
	}
	return len(v.n.kids)
}

// Get follows fields of maps; a step that is absent gives the zero Value.
func (v Value) Get(path ...string) Value {
	for _, key := range path {
		v = v.field(key)
	}
	return v
}

func (v Value) field(key string) Value {
	if v.Type() != Map {
		return Value{}
	}
	for i := range v.n.keys {
		if v.n.keys[i].Text == key {
			return Value{&v.n.kids[i]}
		}
	}
	return Value{}
}

// Items lists the items of a list; nothing for any other type.
func (v Value) Items() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Type() != List {
			return
		}
		for i := range v.n.kids {
			if !yield(Value{&v.n.kids[i]}) {
				return
			}
		}
	}
}

// Fields lists the fields of a map in the order of the input; nothing for any other type.
func (v Value) Fields() iter.Seq2[Key, Value] {
	return func(yield func(Key, Value) bool) {
		if v.Type() != Map {
			return
		}
		for i := range v.n.keys {
			if !yield(v.n.keys[i], Value{&v.n.kids[i]}) {
				return
			}
		}
	}
}
