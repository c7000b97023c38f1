package strict

import (
	"encoding/binary"
	"math"
	"slices"
	"sync"
)

// packed is what is kept of a document: its values side by side, without pointers, and
// their texts and keys in one string, each key once. It takes a fraction of what a tree
// takes, and nothing of it is for the collector to follow.
type packed struct {
	text   string
	values []slot
	odd    map[uint32]odd // by value: what few have; nil: none
}

// slot is a value, and the key of a field. A scalar has its text at from, of size
// bytes; a list or map has its values from there, size of them.
type slot struct {
	from, size uint32
	key        uint32 // where the record of the key stands in the text; 0: none
	line, col  int32
	before     int8  // by how much the column of the key is less than the value's
	tag        uint8 // of the key: keys of different tags are different
	above      uint8 // how many lines above the value the key stands; oddKey: see odd
	kind       uint8 // the type, and the style above it
}

// odd is what few values have: a tag, a key that stands far from its value.
type odd struct {
	tag       string
	line, col int32 // of the key, where slot.above is oddKey
}

const oddKey = math.MaxUint8

func (s *slot) typ() Type { return Type(s.kind & 7) }

func (s *slot) style() style { return style(s.kind >> 3) }

// is sets what a value is.
func (s *slot) is(t Type, y style) { s.kind = uint8(t) | uint8(y)<<3 }

func (d *packed) textOf(s *slot) string { return d.text[s.from : s.from+s.size] }

// keyOf returns the key of a field.
func (d *packed) keyOf(s *slot) string {
	at := s.key + shortHead
	size := uint32(d.text[s.key])
	if size == longKey {
		size = binary.LittleEndian.Uint32([]byte(d.text[at : at+4]))
		at += longHead - shortHead
	}
	return d.text[at : at+size]
}

// isKey says whether the key that stands at a place is name.
func (d *packed) isKey(at uint32, name string) bool {
	if len(name) < longKey {
		text := d.text[at:]
		return int(text[0]) == len(name) && text[shortHead:shortHead+len(name)] == name
	}
	return d.keyOf(&slot{key: at}) == name
}

// placeOf returns where the key of value i stands.
func (d *packed) placeOf(i uint32) (line, col int32) {
	s := &d.values[i]
	if s.above == oddKey {
		o := d.odd[i]
		return o.line, o.col
	}
	return s.line - int32(s.above), s.col - int32(s.before)
}

// indentOf returns the indentation of a block scalar, which stands before its text.
func (d *packed) indentOf(s *slot) int {
	if y := s.style(); y != literal && y != folded {
		return 0
	}
	return int(binary.LittleEndian.Uint16([]byte(d.text[s.from-2 : s.from])))
}

// builder packs a document while it is read. Readers put the values of open lists and
// maps on a stack; closing one moves its own to where they stay.
type builder struct {
	text   []byte
	values []slot
	open   []slot // values of lists and maps that are not closed
	odds   []opened
	odd    map[uint32]odd

	unescaped []byte // the string at hand, where it is written with escapes

	keys  []knownKey // a hash table of a power of two; entries of other rounds are free
	count int        // of this round
	round uint32
}

// opened is what is odd about a value on the stack.
type opened struct {
	at int
	odd
}

type knownKey struct{ round, hash, at uint32 }

var builders = sync.Pool{New: func() any { return &builder{keys: make([]knownKey, 256)} }}

// mostKept is how many bytes each part of a builder that is handed on may hold: what a
// list of thousands of objects takes, for those that come in several files. The collector
// takes what nobody asks for.
const mostKept = 1 << 24

// newBuilder returns a builder for one document. Its owner gives it back.
func newBuilder() *builder {
	b := builders.Get().(*builder)
	b.text, b.values, b.open, b.odds, b.odd = append(b.text[:0], 0), b.values[:0], b.open[:0], b.odds[:0], nil // no key stands at 0
	b.count = 0
	if b.round++; b.round == 0 {
		clear(b.keys)
		b.round = 1
	}
	return b
}

func (b *builder) giveBack() {
	if cap(b.text) <= mostKept && cap(b.values)*24 <= mostKept && cap(b.open)*24 <= mostKept && len(b.keys)*12 <= mostKept && cap(b.unescaped) <= mostKept {
		builders.Put(b)
	}
}

// scalar gives a value its text.
func (b *builder) scalar(s *slot, text string) {
	s.from, s.size = uint32(len(b.text)), uint32(len(text))
	b.text = append(b.text, text...)
}

// block gives a block scalar its text and its indentation.
func (b *builder) block(s *slot, text string, indent uint16) {
	b.text = binary.LittleEndian.AppendUint16(b.text, indent)
	b.scalar(s, text)
}

// again finds the field of a key among those of the open map whose values begin at
// from on the stack. Maps are small, so it looks through them until a Go map pays;
// *many is that map, nil until then.
func (b *builder) again(from int, many *map[uint32]int, key uint32) (line, col int32, found bool) {
	const few = 32
	have := b.open[from:]
	if len(have) < few {
		for i := range have {
			if have[i].key == key {
				line, col = b.placeOf(from + i)
				return line, col, true
			}
		}
		return 0, 0, false
	}
	if *many == nil {
		*many = make(map[uint32]int, 4*few)
	}
	for i := len(*many); i < len(have); i++ {
		(*many)[have[i].key] = from + i
	}
	at, found := (*many)[key]
	if !found {
		return 0, 0, false
	}
	line, col = b.placeOf(at)
	return line, col, true
}

func (b *builder) placeOf(at int) (line, col int32) {
	s := &b.open[at]
	if s.above < oddKey {
		return s.line - int32(s.above), s.col - int32(s.before)
	}
	i := slices.IndexFunc(b.odds, func(o opened) bool { return o.at == at })
	return b.odds[i].line, b.odds[i].col
}

// field puts a value on the stack that stands under a key.
func (b *builder) field(s *slot, key uint32, line, col int32) {
	s.key, s.tag = key, b.text[key+1]
	above, before := s.line-line, s.col-col
	s.above, s.before = uint8(above), int8(before)
	if uint32(above) >= oddKey || before != int32(int8(before)) {
		b.stray(s, line, col)
	}
	b.open = append(b.open, *s)
}

// stray takes note of a key that stands far from the value that is put on the stack next.
func (b *builder) stray(s *slot, line, col int32) {
	s.above, s.before = oddKey, 0
	o := b.oddOf(len(b.open))
	o.line, o.col = line, col
}

// item puts a value on the stack that stands in a list.
func (b *builder) item(s *slot) { b.open = append(b.open, *s) }

// tag gives a tag to the value that is put on the stack next.
func (b *builder) tag(tag string) { b.oddOf(len(b.open)).tag = tag }

// oddOf returns what is odd about the value at a place of the stack.
func (b *builder) oddOf(at int) *odd {
	if n := len(b.odds); n == 0 || b.odds[n-1].at != at {
		b.odds = append(b.odds, opened{at: at})
	}
	return &b.odds[len(b.odds)-1].odd
}

// close moves the values of a list or map, which are on the stack from a place on, to
// where they stay.
func (b *builder) close(s *slot, from int) {
	s.from, s.size = uint32(len(b.values)), uint32(len(b.open)-from)
	b.values = append(b.values, b.open[from:]...)
	b.open = b.open[:from]
	for n := len(b.odds); n > 0 && b.odds[n-1].at >= from && b.odds[n-1].at < from+int(s.size); n-- {
		o := b.odds[n-1]
		if b.odd == nil {
			b.odd = map[uint32]odd{}
		}
		b.odd[s.from+uint32(o.at-from)] = o.odd
		b.odds = b.odds[:n-1]
	}
}

// done returns the document whose root is s.
func (b *builder) done(s slot) (Value, error) {
	b.item(&s)
	b.close(&slot{}, 0)
	if len(b.text) > math.MaxUint32 || len(b.values) > math.MaxUint32 {
		return Value{}, errorAt(TooManyValues, s.line, s.col, "over 4 GiB of text in one document")
	}
	d := &packed{text: string(b.text), odd: b.odd}
	if n := len(b.values); n*24 > mostKept && cap(b.values) <= n+n/8 {
		d.values, b.values = b.values, nil // as large as it must be
	} else {
		d.values = append(make([]slot, 0, n), b.values...)
	}
	return Value{d: d, i: uint32(len(d.values) - 1)}, nil
}

// pack returns the tree below root as a value. shared says that lists and maps may
// stand in several places: each is packed once. The error is one of the size.
func pack(root *node, shared bool) (Value, error) {
	p := packer{builder: newBuilder()}
	defer p.giveBack()
	if shared {
		p.packed = map[*body]slot{}
	}
	return p.done(p.value(root))
}

// packer packs a tree.
type packer struct {
	*builder
	packed map[*body]slot // nil where nothing is shared
}

// value returns n as it goes on the stack next.
func (p *packer) value(n *node) slot {
	s := slot{line: n.line, col: n.col}
	s.is(n.typ, n.style)
	b := n.body
	switch {
	case n.typ != List && n.typ != Map && (n.style == literal || n.style == folded):
		p.block(&s, n.text, n.indent)
	case n.typ != List && n.typ != Map:
		p.scalar(&s, n.text)
	case p.packed[b].line > 0:
		known := p.packed[b]
		s.from, s.size = known.from, known.size
	default:
		from := len(p.open)
		for i := range b.kids {
			kid := p.value(&b.kids[i])
			if n.typ == List {
				p.item(&kid)
				continue
			}
			k := &b.keys[i]
			p.field(&kid, keyIn(p.builder, k.text), k.line, k.col)
		}
		p.close(&s, from)
		if p.packed != nil {
			p.packed[b] = s
		}
	}
	if b != nil && b.tag != "" {
		p.tag(b.tag)
	}
	return s
}
