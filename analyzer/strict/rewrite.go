package strict

// Rewrite returns v with f applied to the text of every string below it, keys left
// alone: what a deployment tool makes of "${NAME}". Every value keeps its place. v
// itself stays as it is, and is returned where f changes nothing. f is asked twice
// about what it changes.
func (v Value) Rewrite(f func(text string) string) Value {
	if v.d == nil || !changes(v, f) {
		return v
	}
	n := unpack(v, f)
	out, err := pack(&n, false)
	if err != nil {
		return v // over 4 GiB of text
	}
	return out
}

// changes says whether f changes anything below v. Depth and size are those that were
// allowed when the document was read.
func changes(v Value, f func(string) string) bool {
	switch v.Type() {
	case String:
		text := v.raw()
		return f(text) != text
	case List, Map:
		for i := range v.Len() {
			if changes(v.kid(i), f) {
				return true
			}
		}
	}
	return false
}

// unpack returns the tree below v after f.
func unpack(v Value, f func(string) string) node {
	s := v.at()
	n := node{text: v.raw(), line: s.line, col: s.col, typ: s.typ(), style: s.style(), indent: uint16(v.d.indentOf(s))}
	tag := v.Tag()
	switch n.typ {
	case String:
		n.text = f(n.text)
	case List, Map:
		n.body = &body{kids: make([]node, s.size)}
		for i := range n.body.kids {
			n.body.kids[i] = unpack(v.kid(i), f)
		}
	}
	if n.typ == Map {
		for k := range v.Fields() {
			n.body.keys = append(n.body.keys, key{k.Text, int32(k.Line), int32(k.Col)})
		}
	}
	if tag != "" && n.body == nil {
		n.body = &body{}
	}
	if tag != "" {
		n.body.tag = tag
	}
	return n
}
