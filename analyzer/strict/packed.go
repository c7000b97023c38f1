package strict

import "math"

// packed is what is kept of a document: its values and keys side by side, without
// pointers, and the texts of both in one string. It takes half of what the tree takes
// that readers build, and nothing of it is for the collector to follow.
type packed struct {
	text   string
	values []slot
	keys   []keySlot
	tags   map[uint32]string // by value; nil: none
}

// slot is a value. A scalar has its text at from, of size bytes; a list or map has
// its values from there, size of them, and a map its keys in the same order.
type slot struct {
	from, size, keys uint32
	line, col        int32
	typ              Type
	style            style
	indent           uint16
}

// keySlot is a key of a map.
type keySlot struct {
	from, size uint32
	line, col  int32
}

func (d *packed) textOf(from, size uint32) string { return d.text[from : from+size] }

// pack returns the tree below root as a value. shared says that lists and maps may
// stand in several places: each is packed once. The error is one of the size.
func pack(root *node, shared bool) (Value, error) {
	p := packer{}
	if shared {
		p.met, p.packed = map[*body]bool{}, map[*body]slot{}
	}
	p.count(root)
	if p.texts > math.MaxUint32 || p.values >= math.MaxUint32 {
		return Value{}, errorAt(TooManyValues, root.line, root.col, "over 4 GiB of text in one document")
	}
	p.text = make([]byte, 0, p.texts)
	p.d = &packed{values: make([]slot, 1, p.values+1), keys: make([]keySlot, 0, p.names)}
	p.fill(0, root)
	p.d.text = string(p.text)
	return Value{d: p.d}, nil
}

// packer first counts what a tree holds, then fills what is just large enough.
type packer struct {
	values, names, texts int
	d                    *packed
	text                 []byte

	met    map[*body]bool // counted; nil where nothing is shared
	packed map[*body]slot
}

// count adds what stands below n.
func (p *packer) count(n *node) {
	p.texts += len(n.text)
	b := n.body
	if b == nil || p.met[b] {
		return
	}
	if p.met != nil {
		p.met[b] = true
	}
	p.values += len(b.kids)
	p.names += len(b.keys)
	for i := range b.keys {
		p.texts += len(b.keys[i].text)
	}
	for i := range b.kids {
		p.count(&b.kids[i])
	}
}

// add appends a text and returns where it stands.
func (p *packer) add(s string) (from, size uint32) {
	from = uint32(len(p.text))
	p.text = append(p.text, s...)
	return from, uint32(len(s))
}

// fill sets the value at place to n.
func (p *packer) fill(place int, n *node) {
	s := slot{line: n.line, col: n.col, typ: n.typ, style: n.style, indent: n.indent}
	b := n.body
	if b != nil && b.tag != "" {
		if p.d.tags == nil {
			p.d.tags = map[uint32]string{}
		}
		p.d.tags[uint32(place)] = b.tag
	}
	if n.typ != List && n.typ != Map {
		s.from, s.size = p.add(n.text)
		p.d.values[place] = s
		return
	}
	if known, again := p.packed[b]; again {
		s.from, s.size, s.keys = known.from, known.size, known.keys
		p.d.values[place] = s
		return
	}
	first := len(p.d.values)
	s.from, s.size, s.keys = uint32(first), uint32(len(b.kids)), uint32(len(p.d.keys))
	p.d.values[place] = s
	if p.packed != nil {
		p.packed[b] = s
	}
	p.d.values = p.d.values[:first+len(b.kids)] // room for all was made
	for i := range b.keys {
		k := keySlot{line: b.keys[i].line, col: b.keys[i].col}
		k.from, k.size = p.add(b.keys[i].text)
		p.d.keys = append(p.d.keys, k)
	}
	for i := range b.kids {
		p.fill(first+i, &b.kids[i])
	}
}
