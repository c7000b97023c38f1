package strict

import (
	"reflect"
	"strings"
	"sync"
)

// fields is what Decode knows of a struct type.
type fields struct {
	index map[string][]int
	names []string // in the order of the type
	pos   []int    // the field of type Pos; nil: none
}

// cache only ever grows, by one entry a type.
var cache sync.Map // reflect.Type -> *fields

func fieldsOf(t reflect.Type) *fields {
	if f, found := cache.Load(t); found {
		return f.(*fields)
	}
	f := &fields{index: map[string][]int{}}
	f.collect(t, nil)
	cache.Store(t, f)
	return f
}

func (f *fields) collect(t reflect.Type, path []int) {
	for i := range t.NumField() {
		sf := t.Field(i)
		at := append(path[:len(path):len(path)], i)
		name, _, _ := strings.Cut(sf.Tag.Get("json"), ",")
		switch {
		case name == "-" || name == "" && sf.Type == posType:
			if sf.Type == posType && f.pos == nil {
				f.pos = at
			}
		case name == "" && sf.Anonymous && sf.Type.Kind() == reflect.Struct:
			f.collect(sf.Type, at)
		case sf.IsExported():
			if name == "" {
				name = sf.Name
			}
			if _, taken := f.index[name]; !taken {
				f.index[name] = at
				f.names = append(f.names, name)
			}
		}
	}
}
