package kubernetes

import (
	"iter"
	"slices"

	"github.com/fateline/fateline/analyzer/strict"
)

// label is a label of an object, or of pods.
type label struct{ key, value string }

// labels are those of an object, each key once. They are few, so that looking through
// them is faster than a map, and takes a fraction of its memory.
type labels []label

// labelsOf reads a map of labels, nil for an empty one.
func labelsOf(v strict.Value) labels {
	if v.Len() == 0 {
		return nil
	}
	l := make(labels, 0, v.Len())
	for k, item := range v.Fields() {
		l = append(l, label{k.Text, item.Text()})
	}
	return l
}

// get returns the value of a key, "" where there is none.
func (l labels) get(key string) string {
	value, _ := l.find(key)
	return value
}

func (l labels) find(key string) (value string, ok bool) {
	for i := range l {
		if l[i].key == key {
			return l[i].value, true
		}
	}
	return "", false
}

// with returns l and others, which win.
func (l labels) with(others labels) labels {
	out := slices.Clip(slices.Clone(l))
	for _, other := range others {
		if i := slices.IndexFunc(out, func(have label) bool { return have.key == other.key }); i >= 0 {
			out[i] = other
		} else {
			out = append(out, other)
		}
	}
	return out
}

// all lists keys and values.
func (l labels) all() iter.Seq2[string, string] {
	return func(yield func(key, value string) bool) {
		for _, each := range l {
			if !yield(each.key, each.value) {
				return
			}
		}
	}
}
