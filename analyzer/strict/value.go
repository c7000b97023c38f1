package strict

import (
	"iter"
	"math"
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

var typeNames = [...]string{"nothing", "null", "a bool", "a number", "a string", "a list", "a map"}

// String returns the type as a sentence names it, such as "a list".
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "type(" + strconv.Itoa(int(t)) + ")"
}

// Value is one value of a document, with its place. Reading is forgiving: what
// is absent or of another type gives the zero Value, "" or false, so that a lean
// reader of a foreign format says only what it looks for. A Value is read-only
// and may be copied; the zero Value is Missing.
type Value struct {
	d *packed // nil: Missing
	i uint32
}

// at returns the slot of a value that is there.
func (v Value) at() *slot { return &v.d.values[v.i] }

// raw returns the text of a scalar, whatever its type.
func (v Value) raw() string {
	s := v.at()
	if t := s.typ(); t == List || t == Map {
		return ""
	}
	return v.d.textOf(s)
}

// node is a decoded value while its document is read, whatever it is decoded from.
// Aliases share the body of what they name, so a tree costs what was written and not
// what it unfolds to.
type node struct {
	text string // scalars: the text as written, unquoted
	body *body  // lists, maps and tagged values; nil for any other
	line int32
	col  int32
	typ  Type
	// How a scalar is written, and the indentation of a block: see [Value.Place].
	style  style
	indent uint16
}

type body struct {
	tag  string // a custom tag such as "!reference"; "" for the standard ones
	keys []key  // maps: in the order of the input
	kids []node // lists and maps
}

type key struct {
	text string
	line int32
	col  int32
}

// Key is a key of a map, with its place.
type Key struct {
	Text      string
	Line, Col int // 1-based, in characters
}

// Type returns the type of v, [Missing] for the zero Value.
func (v Value) Type() Type {
	if v.d == nil {
		return Missing
	}
	return v.at().typ()
}

// Exists reports whether v is there and not null.
func (v Value) Exists() bool { return v.Type() > Null }

// Line returns the 1-based line, 0 for the zero Value. What an alias names
// stands where the anchor is.
func (v Value) Line() int {
	if v.d == nil {
		return 0
	}
	return int(v.at().line)
}

// Col returns the 1-based column in characters, 0 for the zero Value.
func (v Value) Col() int {
	if v.d == nil {
		return 0
	}
	return int(v.at().col)
}

// Tag returns a custom tag such as "!reference"; "" where there is none.
func (v Value) Tag() string {
	if v.d == nil {
		return ""
	}
	return v.d.odd[v.i].tag
}

// Text returns the text of a string, number or bool as written; "" for anything else.
func (v Value) Text() string {
	switch v.Type() {
	case Bool, Number, String:
		return v.raw()
	}
	return ""
}

// Int returns the value of a whole number, or of a string that holds one in decimal.
func (v Value) Int() (int, bool) {
	if v.Type() == Number {
		i, err := strconv.ParseInt(v.raw(), 0, 0) // YAML writes 0o17, 0x1F and 1_000 too
		if err == nil {
			return int(i), true
		}
	}
	i, err := strconv.Atoi(v.Text())
	return i, err == nil
}

// Float returns the value of a number, or of a string that holds one. What is
// not finite is no number here: missing evidence, not a small or a large value.
func (v Value) Float() (float64, bool) {
	if i, ok := v.Int(); ok {
		return float64(i), true
	}
	f, err := strconv.ParseFloat(v.Text(), 64)
	return f, err == nil && !math.IsInf(f, 0) && !math.IsNaN(f)
}

// Bool returns the value of true or false.
func (v Value) Bool() (value, ok bool) {
	if v.Type() != Bool {
		return false, false
	}
	return v.raw()[0]|0x20 == 't', true
}

// Len returns the number of items of a list or fields of a map, else 0.
func (v Value) Len() int {
	if t := v.Type(); t != List && t != Map {
		return 0
	}
	return int(v.at().size)
}

// Get follows fields of maps; a step that is absent gives the zero Value.
func (v Value) Get(path ...string) Value {
	for _, name := range path {
		v = v.field(name)
	}
	return v
}

// At returns item i of a list, from 0; the zero Value where there is none.
func (v Value) At(i int) Value {
	if v.Type() != List || i < 0 || i >= v.Len() {
		return Value{}
	}
	return v.kid(i)
}

// kid returns item or field i of a list or map that has it.
func (v Value) kid(i int) Value { return Value{v.d, v.at().from + uint32(i)} }

// kids returns the items or fields of a list or map.
func (v Value) kids() []slot {
	s := v.at()
	return v.d.values[s.from : s.from+s.size]
}

func (v Value) field(name string) Value {
	d := v.d
	if d == nil {
		return Value{}
	}
	s := &d.values[v.i]
	if s.typ() != Map {
		return Value{}
	}
	kids, tag := d.values[s.from:][:s.size], tagOf(name)
	for i := range kids {
		if kids[i].tag == tag && d.isKey(kids[i].key, name) {
			return Value{d, s.from + uint32(i)}
		}
	}
	return Value{}
}

// Keys tell of most names that no field of some maps is called so, at a glance: for who
// asks a map for many fields that few have. The zero value is that of no map.
type Keys uint64

// Keys returns the keys of a map, the zero value for any other type.
func (v Value) Keys() (k Keys) {
	if v.Type() != Map {
		return 0
	}
	kids := v.kids()
	for i := range kids {
		k |= 1 << (kids[i].tag & 63)
	}
	return k
}

// May says whether a field may be called name. It is false only where none is.
func (k Keys) May(name string) bool { return k>>(tagOf(name)&63)&1 != 0 }

// Items lists the items of a list; nothing for any other type.
func (v Value) Items() iter.Seq[Value] {
	return func(yield func(Value) bool) {
		if v.Type() != List {
			return
		}
		for i := range v.Len() {
			if !yield(v.kid(i)) {
				return
			}
		}
	}
}

// Fields lists the fields of a map in the order of the input, merged ones
// last; nothing for any other type.
func (v Value) Fields() iter.Seq2[Key, Value] {
	return func(yield func(Key, Value) bool) {
		if v.Type() != Map {
			return
		}
		kids := v.kids()
		for i := range kids {
			field := v.kid(i)
			line, col := v.d.placeOf(field.i)
			if !yield(Key{v.d.keyOf(&kids[i]), int(line), int(col)}, field) {
				return
			}
		}
	}
}
