package strict

// Rewrite returns v with f applied to the text of every string below it, keys left
// alone: what a deployment tool makes of "${NAME}". Every value keeps its place. v
// itself stays as it is, and what f does not change is shared with it.
func (v Value) Rewrite(f func(text string) string) Value {
	if v.n == nil {
		return v
	}
	n, changed := rewrite(v.n, f)
	if !changed {
		return v
	}
	return Value{&n}
}

// rewrite returns n after f, and whether that is another value. Depth and size are
// those that were allowed when the document was read.
func rewrite(n *node, f func(string) string) (out node, changed bool) {
	out = *n
	if n.typ == String {
		out.text = f(n.text)
		return out, out.text != n.text
	}
	if n.body == nil {
		return out, false
	}
	var kids []node
	for i := range n.body.kids {
		kid, different := rewrite(&n.body.kids[i], f)
		if different && kids == nil {
			kids = append(make([]node, 0, len(n.body.kids)), n.body.kids...)
		}
		if different {
			kids[i] = kid
		}
	}
	if kids == nil {
		return out, false
	}
	out.body = &body{tag: n.body.tag, keys: n.body.keys, kids: kids}
	return out, true
}
