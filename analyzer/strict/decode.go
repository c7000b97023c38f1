package strict

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Decode sets what into points to from a document of one of our own formats,
// and forgives nothing: a field that the type does not have, a key in another
// case or a value of another type is an [*Error] with its place, and for a
// field the nearest valid name. All of them are returned, joined in the order
// of the document, at most 50; what has no error is set all the same. Null
// leaves a field as it is.
//
// Fields are named by their json tags. A type that implements [Unmarshaler] or
// encoding.TextUnmarshaler reads itself; a field of type [Value] takes the value as
// it is, and one of type [Pos] without a json name takes the place of its struct.
func (d Document) Decode(into any) error { return d.Root.Decode(into) }

// DecodeJSON decodes one JSON value that Fateline wrote itself, as [Document.Decode]
// does. Its size is bounded by data alone.
func DecodeJSON(data []byte, into any) error {
	doc, err := JSON(data, Limits{Nodes: 2*len(data) + 2})
	if err != nil {
		return err
	}
	return doc.Decode(into)
}

// Unmarshaler reads itself from a value. An error that is no [*Error] gets the
// place of the value.
type Unmarshaler interface{ UnmarshalStrict(v Value) error }

// Pos is the place of a value, both from 1; zero where there is none.
type Pos struct{ Line, Col int }

// Pos returns the place of v.
func (v Value) Pos() Pos { return Pos{v.Line(), v.Col()} }

// Errorf returns an error at the place of v.
func (v Value) Errorf(id, format string, args ...any) *Error {
	return &Error{ID: id, Line: v.Line(), Col: v.Col(), Msg: fmt.Sprintf(format, args...)}
}

// Decode is [Document.Decode] for a part of a document.
func (v Value) Decode(into any) error {
	p := reflect.ValueOf(into)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		panic("strict: Decode wants a pointer")
	}
	var d decoder
	d.value(v, p.Elem(), "")
	return errors.Join(d.errs...)
}

// DecodeEach is [Value.Decode] for a list that stands in a field, item by item: do gets each in turn, in
// a T that is its own only until it returns, though what that points to is its own for good.
func DecodeEach[T any](list Value, field string, do func(*T)) error {
	var d decoder
	if list.Exists() && list.Type() != List {
		d.wrong(list, field, "a list")
	}
	at, i := new(T), 0
	for item := range list.Items() {
		*at = *new(T)
		d.item(item, reflect.ValueOf(at).Elem(), field, i)
		do(at)
		i++
	}
	return errors.Join(d.errs...)
}

const mostErrors = 50

type decoder struct{ errs []error }

func (d *decoder) fail(err error) {
	if len(d.errs) < mostErrors {
		d.errs = append(d.errs, err)
	}
}

var (
	valueType = reflect.TypeFor[Value]()
	posType   = reflect.TypeFor[Pos]()
)

// value sets to from v; field is the name of the field for messages, "" for the document.
func (d *decoder) value(v Value, to reflect.Value, field string) {
	if to.Type() == valueType {
		to.Set(reflect.ValueOf(v))
		return
	}
	if v.Type() <= Null {
		return
	}
	if d.custom(v, to, field) {
		return
	}
	switch to.Kind() {
	case reflect.Pointer:
		if to.IsNil() {
			to.Set(reflect.New(to.Type().Elem()))
		}
		d.value(v, to.Elem(), field)
	case reflect.Struct:
		d.object(v, to, field)
	case reflect.Map:
		d.table(v, to, field)
	case reflect.Slice:
		d.list(v, to, field)
	case reflect.Interface:
		to.Set(reflect.ValueOf(plain(v)))
	default:
		d.scalar(v, to, field)
	}
}

// custom lets a type read itself.
func (d *decoder) custom(v Value, to reflect.Value, field string) bool {
	if !to.CanAddr() {
		return false
	}
	var err error
	switch t := to.Addr().Interface().(type) {
	case Unmarshaler:
		err = t.UnmarshalStrict(v)
	case encoding.TextUnmarshaler:
		if v.Type() == List || v.Type() == Map {
			d.wrong(v, field, "a string")
			return true
		}
		err = t.UnmarshalText([]byte(v.Text()))
	default:
		return false
	}
	if err == nil {
		return true
	}
	for _, err := range Errors(err) {
		var e *Error
		if !errors.As(err, &e) {
			err = v.Errorf(BadValue, "%s%s", label(field), err)
		}
		d.fail(err)
	}
	return true
}

func label(field string) string {
	if field == "" {
		return ""
	}
	return field + ": "
}

func (d *decoder) wrong(v Value, field, want string) {
	e := v.Errorf(WrongType, "%swant %s, found %s", label(field), want, v.Type())
	if want == "a string" && (v.Type() == Number || v.Type() == Bool) {
		e.Fix = fmt.Sprintf("put it in quotes: %q", v.Text())
	}
	d.fail(e)
}

func (d *decoder) object(v Value, to reflect.Value, field string) {
	if v.Type() != Map {
		d.wrong(v, field, "a map")
		return
	}
	fields := fieldsOf(to.Type())
	if fields.pos != nil {
		to.FieldByIndex(fields.pos).Set(reflect.ValueOf(v.Pos()))
	}
	for k, item := range v.Fields() {
		at, known := fields.index[k.Text]
		if !known {
			d.fail(unknownField(k, fields.names))
			continue
		}
		d.value(item, to.FieldByIndex(at), k.Text)
	}
}

// unknownField says which fields there are instead.
func unknownField(k Key, names []string) *Error {
	e := &Error{ID: UnknownField, Line: k.Line, Col: k.Col, Msg: fmt.Sprintf("unknown field %q", clip(k.Text))}
	if near := Nearest(k.Text, names); near != "" {
		e.Msg += fmt.Sprintf(", did you mean %q?", near)
	} else {
		e.Fix = "fields here: " + strings.Join(names, ", ")
	}
	return e
}

func (d *decoder) table(v Value, to reflect.Value, field string) {
	if v.Type() != Map {
		d.wrong(v, field, "a map")
		return
	}
	m := reflect.MakeMapWithSize(to.Type(), v.Len())
	for k, item := range v.Fields() {
		elem := reflect.New(to.Type().Elem()).Elem()
		d.value(item, elem, k.Text)
		m.SetMapIndex(reflect.ValueOf(k.Text).Convert(to.Type().Key()), elem)
	}
	to.Set(m)
}

func (d *decoder) list(v Value, to reflect.Value, field string) {
	if v.Type() != List {
		d.wrong(v, field, "a list")
		return
	}
	s := reflect.MakeSlice(to.Type(), v.Len(), v.Len())
	i := 0
	for item := range v.Items() {
		d.item(item, s.Index(i), field, i)
		i++
	}
	to.Set(s)
}

func (d *decoder) item(v Value, to reflect.Value, field string, i int) {
	if label := field + "[" + strconv.Itoa(i) + "]"; v.Type() == Null {
		d.wrong(v, label, "a value")
	} else {
		d.value(v, to, label)
	}
}

func (d *decoder) scalar(v Value, to reflect.Value, field string) {
	switch to.Kind() {
	case reflect.String:
		if v.Type() != String {
			d.wrong(v, field, "a string")
			return
		}
		to.SetString(v.Text())
	case reflect.Bool:
		b, ok := v.Bool()
		if !ok {
			d.wrong(v, field, "true or false")
			return
		}
		to.SetBool(b)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(v.Text(), 10, 64)
		if v.Type() != Number || err != nil || to.OverflowInt(i) {
			d.wrongNumber(v, field, "a whole number")
			return
		}
		to.SetInt(i)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		u, err := strconv.ParseUint(v.Text(), 10, 64)
		if v.Type() != Number || err != nil || to.OverflowUint(u) {
			d.wrongNumber(v, field, "a whole number from 0")
			return
		}
		to.SetUint(u)
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(v.Text(), 64)
		if v.Type() != Number || err != nil || math.IsInf(f, 0) || math.IsNaN(f) || to.OverflowFloat(f) {
			d.wrongNumber(v, field, "a finite number")
			return
		}
		to.SetFloat(f)
	default:
		panic("strict: cannot decode into " + to.Type().String())
	}
}

func (d *decoder) wrongNumber(v Value, field, want string) {
	if v.Type() != Number {
		d.wrong(v, field, want)
		return
	}
	d.fail(v.Errorf(BadValue, "%swant %s, found %s", label(field), want, clip(v.Text())))
}

// plain returns v as maps, lists, strings, int64, float64 and bool.
func plain(v Value) any {
	switch v.Type() {
	case Map:
		m := make(map[string]any, v.Len())
		for k, item := range v.Fields() {
			m[k.Text] = plain(item)
		}
		return m
	case List:
		s := make([]any, 0, v.Len())
		for item := range v.Items() {
			s = append(s, plain(item))
		}
		return s
	case Bool:
		b, _ := v.Bool()
		return b
	case Number:
		if i, err := strconv.ParseInt(v.Text(), 10, 64); err == nil {
			return i
		}
		if f, ok := v.Float(); ok {
			return f
		}
		return v.Text()
	case String:
		return v.Text()
	}
	return nil
}
