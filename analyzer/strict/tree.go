package strict

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// tree turns the nodes of the YAML library into ours, within a budget.
type tree struct {
	lim     Limits
	line    int32 // lines of the stream before the document
	text    []byte
	visited int
	anchors map[*yaml.Node]*anchored // nil until the first anchor
	starts  []int                    // where each line of text begins; nil until the first block scalar
}

// anchored is what an alias stands for; size and height are those of the tree
// below it with aliases followed, so that following one costs nothing.
type anchored struct {
	n            node
	size, height int
	done         bool
}

func (t *tree) document(y *yaml.Node) (Value, error) {
	if y.Kind != yaml.DocumentNode || len(y.Content) == 0 {
		return pack(&node{typ: Null, line: t.line + 1, col: 1}, false)
	}
	root := new(node)
	if _, err := t.fill(root, y.Content[0], 0); err != nil {
		return Value{}, err
	}
	return pack(root, t.anchors != nil)
}

// fill sets n to what y says. depth counts the lists and maps around it; the
// height returned counts those it opens.
func (t *tree) fill(n *node, y *yaml.Node, depth int) (height int, err error) {
	if y.Kind == yaml.AliasNode {
		return t.follow(n, y, depth)
	}
	if err := t.spend(1, y); err != nil {
		return 0, err
	}
	var a *anchored
	before := t.visited
	if y.Anchor != "" {
		if t.anchors == nil {
			t.anchors = map[*yaml.Node]*anchored{}
		}
		a = &anchored{}
		t.anchors[y] = a
	}
	n.line, n.col = t.line+int32(y.Line), int32(y.Column)
	switch y.Kind {
	case yaml.ScalarNode:
		t.scalar(n, y)
	case yaml.SequenceNode:
		height, err = t.sequence(n, y, depth+1)
	case yaml.MappingNode:
		height, err = t.mapping(n, y, depth+1)
	}
	if err != nil {
		return 0, err
	}
	if a != nil {
		a.n, a.size, a.height, a.done = *n, t.visited-before+1, height, true
	}
	return height, nil
}

func (t *tree) follow(n *node, y *yaml.Node, depth int) (height int, err error) {
	a := t.anchors[y.Alias]
	if a == nil || !a.done {
		return 0, t.errorAt(CyclicAlias, y, "alias *%s stands inside what it names", y.Value)
	}
	if depth+a.height > t.lim.Depth {
		return 0, t.tooDeep(y)
	}
	if err := t.spend(a.size, y); err != nil {
		return 0, err
	}
	*n = a.n
	return a.height, nil
}

func (t *tree) scalar(n *node, y *yaml.Node) {
	n.text = y.Value
	switch {
	case y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		n.style = quoted
	case y.Style&yaml.LiteralStyle != 0:
		n.style, n.indent = literal, t.blockIndent(y.Line, y.Value)
	case y.Style&yaml.FoldedStyle != 0:
		n.style, n.indent = folded, t.blockIndent(y.Line, y.Value)
	}
	switch y.Tag {
	case "!!null":
		n.typ, n.text = Null, ""
	case "!!bool":
		n.typ = Bool
		if v := strings.ToLower(y.Value); v != "true" && v != "false" {
			n.typ = String // `!!bool maybe`
		}
	case "!!int", "!!float":
		n.typ = Number
	default:
		n.typ = String // strings, timestamps, binary, custom tags
	}
	t.tag(n, y)
}

// tag keeps a custom tag.
func (t *tree) tag(n *node, y *yaml.Node) {
	if y.Style&yaml.TaggedStyle == 0 || strings.HasPrefix(y.Tag, "!!") {
		return
	}
	if n.body == nil {
		n.body = &body{}
	}
	n.body.tag = y.Tag
}

func (t *tree) sequence(n *node, y *yaml.Node, depth int) (height int, err error) {
	if depth > t.lim.Depth {
		return 0, t.tooDeep(y)
	}
	n.typ = List
	n.body = &body{kids: make([]node, len(y.Content))}
	for i, item := range y.Content {
		h, err := t.fill(&n.body.kids[i], item, depth)
		if err != nil {
			return 0, err
		}
		height = max(height, h)
	}
	t.tag(n, y)
	return height + 1, nil
}

func (t *tree) mapping(n *node, y *yaml.Node, depth int) (height int, err error) {
	if depth > t.lim.Depth {
		return 0, t.tooDeep(y)
	}
	n.typ = Map
	b := &body{keys: make([]key, 0, len(y.Content)/2), kids: make([]node, 0, len(y.Content)/2)}
	n.body = b
	var merges []*yaml.Node
	var seen []key // b.keys and the merge keys, which are duplicates of each other too
	var many map[string]key
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		name, err := t.key(k)
		if err != nil {
			return 0, err
		}
		at := key{name, t.line + int32(k.Line), int32(k.Column)}
		if first, found := again(seen, &many, at); found {
			return 0, t.errorAt(DuplicateKey, k, "key %q again, first at %d:%d", clip(name), first.line, first.col)
		}
		seen = append(seen, at)
		if k.Tag == "!!merge" {
			merges = append(merges, v)
			continue
		}
		b.keys = append(b.keys, at)
		b.kids = append(b.kids, node{})
		h, err := t.fill(&b.kids[len(b.kids)-1], v, depth)
		if err != nil {
			return 0, err
		}
		height = max(height, h)
	}
	for _, m := range merges {
		h, err := t.merge(b, m, depth)
		if err != nil {
			return 0, err
		}
		height = max(height, h)
	}
	t.tag(n, y)
	return height + 1, nil
}

// key returns the text of a key, through an alias too.
func (t *tree) key(k *yaml.Node) (string, error) {
	switch {
	case k.Kind == yaml.AliasNode && k.Alias.Kind == yaml.ScalarNode:
		return k.Alias.Value, t.spend(1, k)
	case k.Kind == yaml.ScalarNode:
		var unused node // an anchor may stand on it
		_, err := t.fill(&unused, k, 0)
		return k.Value, err
	}
	e := t.errorAt(ComplexKey, k, "a key that is a list or a map")
	if bytes.Contains(t.text, []byte("{{")) {
		e.ID, e.Msg, e.Fix = Template, neverRendered, renderFirst
	}
	return "", e
}

// merge adds the fields of what "<<" names, a map or a list of maps, where the
// map has none of that name yet: of several, the first speaks.
func (t *tree) merge(b *body, y *yaml.Node, depth int) (height int, err error) {
	var from node
	if height, err = t.fill(&from, y, depth); err != nil {
		return 0, err
	}
	have := make(map[string]bool, len(b.keys))
	for _, k := range b.keys {
		have[k.text] = true
	}
	add := func(m *body) {
		for i, k := range m.keys {
			if !have[k.text] {
				have[k.text] = true
				b.keys = append(b.keys, k)
				b.kids = append(b.kids, m.kids[i])
			}
		}
	}
	switch from.typ {
	case Map:
		add(from.body)
	case List:
		for i := range from.body.kids {
			if from.body.kids[i].typ != Map {
				return 0, t.errorAt(BadMerge, y, `"<<" wants a map or a list of maps, and item %d is %s`, i+1, from.body.kids[i].typ)
			}
			add(from.body.kids[i].body)
		}
	default:
		return 0, t.errorAt(BadMerge, y, `"<<" wants a map or a list of maps, not %s`, from.typ)
	}
	return height, nil
}

func (t *tree) spend(values int, y *yaml.Node) error {
	t.visited += values
	if t.visited > t.lim.Nodes {
		return t.errorAt(TooManyValues, y, "over %d values in one document, aliases followed", t.lim.Nodes)
	}
	return nil
}

func (t *tree) tooDeep(y *yaml.Node) *Error {
	return t.errorAt(TooDeep, y, "lists and maps nest deeper than %d", t.lim.Depth)
}

func (t *tree) errorAt(id string, y *yaml.Node, format string, args ...any) *Error {
	return errorAt(id, t.line+int32(y.Line), int32(y.Column), format, args...)
}
