package depgraph

import (
	"maps"
	"slices"
)

// Origins and terms repeat a few strings millions of times, so a graph keeps
// them packed: 32 bytes an origin instead of over 200. The tables are shared
// by a builder and the graphs it builds, and only ever grow.

type packedOrigin struct {
	member int32  // node; -1: all
	input  uint32 // strings
	note   uint32 // strings
	line   int32
	col    int32
	seen   int32  // seens; 0: none
	source uint32 // strings
	conf   uint16 // confidences
	basis  Basis
}

func hasBasis(origins []packedOrigin, b Basis) bool {
	return slices.ContainsFunc(origins, func(o packedOrigin) bool { return o.basis == b })
}

type tables struct {
	strings table[string]
	confs   table[float64]
	seens   table[Seen]
	terms   table[Terms]
}

func newTables() *tables {
	t := &tables{strings: newTable(""), confs: newTable(1.0), seens: newTable(Seen{}), terms: newTable(Terms{}.Normal())}
	return t
}

// clone returns tables that may grow while others read these.
func (t *tables) clone() *tables {
	return &tables{strings: t.strings.clone(), confs: t.confs.clone(), seens: t.seens.clone(), terms: t.terms.clone()}
}

type table[T comparable] struct {
	index  map[T]uint32
	values []T
}

func newTable[T comparable](zero T) table[T] {
	return table[T]{index: map[T]uint32{zero: 0}, values: []T{zero}}
}

func (t *table[T]) clone() table[T] {
	return table[T]{index: maps.Clone(t.index), values: slices.Clone(t.values)}
}

func (t *table[T]) intern(v T) uint32 {
	if i, ok := t.index[v]; ok {
		return i
	}
	i := uint32(len(t.values))
	t.index[v] = i
	t.values = append(t.values, v)
	return i
}

// coarse keeps the number of distinct confidences within 16 bits: the product
// of several forms' confidences is still told apart to four decimals.
func coarse(c float64) float64 {
	switch {
	case c >= 1 || c <= 0:
		return 1
	case c < 0.0001:
		return 0.0001
	}
	return float64(int(c*10000+0.5)) / 10000
}

func (t *tables) pack(o Origin, member int32) packedOrigin {
	o = o.Normal()
	return packedOrigin{
		member: member,
		input:  t.strings.intern(o.Input),
		note:   t.strings.intern(o.Note),
		line:   int32(o.Line),
		col:    int32(o.Col),
		seen:   int32(t.seens.intern(o.Seen)),
		source: t.strings.intern(o.Source),
		conf:   uint16(t.confs.intern(coarse(o.Confidence))),
		basis:  o.Basis,
	}
}

func (t *tables) unpack(p packedOrigin, ids []ID) Origin {
	o := Origin{
		Input:      t.strings.values[p.input],
		Line:       int(p.line),
		Col:        int(p.col),
		Source:     t.strings.values[p.source],
		Basis:      p.basis,
		Confidence: t.confs.values[p.conf],
		Note:       t.strings.values[p.note],
		Seen:       t.seens.values[p.seen],
	}
	if p.member >= 0 {
		o.Member = ids[p.member]
	}
	return o
}
