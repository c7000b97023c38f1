package link

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// shape is what a name stands for once every binding is followed: one node, any
// of several shapes, or shards of which each holds a share. Shapes are shared
// and never change; equal shapes are the same pointer.
type shape struct {
	kind shapeKind
	node int32    // of a leaf: the class
	kids []*shape // of the others: two or more, distinct, sorted by text
	text string   // canonical, such as "any(service:a,service:b)"; long ones end in a hash
	size int      // leaves, those that occur twice counted twice
}

type shapeKind uint8

const (
	leaf shapeKind = iota + 1
	anyOf
	shards
)

// shapes makes shapes and knows those it made.
type shapes struct {
	syms   *symbols
	leaves map[int32]*shape
	made   map[string]*shape
}

func (x *shapes) leaf(root int32) *shape {
	if s, ok := x.leaves[root]; ok {
		return s
	}
	s := &shape{kind: leaf, node: root, text: x.syms.ids[root].String(), size: 1}
	x.leaves[root] = s
	return s
}

// of returns the shape of several: alternatives of alternatives are one list,
// and what occurs twice counts once.
func (x *shapes) of(kind shapeKind, kids []*shape) *shape {
	var flat []*shape
	for _, k := range kids {
		if k.kind == kind {
			flat = append(flat, k.kids...)
		} else {
			flat = append(flat, k)
		}
	}
	slices.SortFunc(flat, func(a, b *shape) int { return strings.Compare(a.text, b.text) })
	flat = slices.Compact(flat)
	if len(flat) == 1 {
		return flat[0]
	}
	s := &shape{kind: kind, kids: flat}
	for _, k := range flat {
		s.size += k.size
	}
	s.text = shapeText(kind, flat)
	if old, ok := x.made[s.text]; ok {
		return old
	}
	x.made[s.text] = s
	return s
}

// shapeText names a shape by its content. People read it in proofs, so a short
// one is spelt out.
func shapeText(kind shapeKind, kids []*shape) string {
	texts := make([]string, len(kids))
	for i, k := range kids {
		texts[i] = k.text
	}
	name := "any("
	if kind == shards {
		name = "shards("
	}
	full := name + strings.Join(texts, ",") + ")"
	if len(full) <= 120 {
		return full
	}
	sum := sha256.Sum256([]byte(full))
	short := texts[0]
	if len(short) > 60 {
		short = strings.ToValidUTF8(short[:60], "")
	}
	return name + short + ",...)#" + hex.EncodeToString(sum[:8])
}

// leaves lists the classes of a shape, sorted and distinct.
func (s *shape) leaves() []int32 {
	if s.kind == leaf {
		return []int32{s.node}
	}
	var out []int32
	seen := map[*shape]bool{}
	var walk func(*shape)
	walk = func(s *shape) {
		if seen[s] {
			return
		}
		seen[s] = true
		if s.kind == leaf {
			out = append(out, s.node)
		}
		for _, k := range s.kids {
			walk(k)
		}
	}
	walk(s)
	slices.Sort(out)
	return slices.Compact(out)
}

// group is the id of the node that stands for a nested shape.
func (s *shape) group() depgraph.ID { return depgraph.ID{Kind: depgraph.KindGroup, Name: s.text} }
