package strict

import "strings"

// plainReader reads the YAML that nearly all manifests are written in: block maps and
// lists, scalars on one line, literal blocks, short flow lists. It is many times
// faster than the library, and gives up at anything else: then the library reads the
// document. What it accepts the library accepts too, as the same tree
// (TestPlainYAMLIsTheSameTree).
type plainReader struct {
	s       string
	at      int // where the content of the current line begins
	end     int // where the current line ends, without its newline
	indent  int // of the content
	line    int32
	lim     Limits
	visited int

	*builder
}

// scanPlain reads a document; ok is false where it is not in the subset.
func scanPlain(s string, lim Limits, line int) (v Value, ok bool) {
	if s == "" || s[len(s)-1] != '\n' || strings.IndexByte(s, '\r') >= 0 || unusual(s) {
		return Value{}, false
	}
	p := plainReader{s: s, end: -1, line: int32(line), lim: lim, builder: newBuilder()}
	defer p.giveBack()
	if !p.next() {
		return Value{}, false
	}
	if p.indent == 0 && isMarker([]byte(p.s[p.at:p.end]), "---") {
		if rest := strings.TrimLeft(p.s[p.at+3:p.end], " "); rest != "" && rest[0] != '#' || !p.next() {
			return Value{}, false
		}
	}
	root, ok := p.nest(1)
	if !ok || p.at < len(p.s) {
		return Value{}, false
	}
	v, err := p.done(root)
	return v, err == nil
}

// unusual says whether a text has one of the characters that are line ends to YAML
// alone, or a byte order mark.
func unusual(s string) bool {
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] < 0x80 {
			j++
		}
		if j == len(s) {
			return false
		}
		switch rest := s[j:]; {
		case strings.HasPrefix(rest, "\u0085"), strings.HasPrefix(rest, "\u2028"), strings.HasPrefix(rest, "\u2029"), strings.HasPrefix(rest, "\ufeff"):
			return true
		}
		i = j + 1
	}
	return false
}

// next moves to the next line that says something; false at the end, where at is
// the length of the text, and at a tab before the content.
func (p *plainReader) next() bool {
	for {
		start := p.end + 1
		if start >= len(p.s) {
			p.at, p.end, p.indent = len(p.s), len(p.s), -1
			return false
		}
		p.line++
		p.end = start + strings.IndexByte(p.s[start:], '\n')
		p.at = start
		for p.s[p.at] == ' ' {
			p.at++
		}
		p.indent = p.at - start
		if p.at < p.end && p.s[p.at] != '#' {
			return true
		}
	}
}

// place is where a byte of the current line stands. All before it is ASCII.
func (p *plainReader) place(at int) (line, col int32) { return p.line, int32(p.indent + at - p.at + 1) }

func (p *plainReader) spend() bool {
	p.visited++
	return p.visited <= p.lim.Nodes
}

// nest reads the map or list that begins at the current content.
func (p *plainReader) nest(depth int) (n slot, ok bool) {
	if depth > p.lim.Depth {
		return n, false
	}
	if p.isItem() {
		return p.list(depth)
	}
	return p.fields(depth)
}

func (p *plainReader) isItem() bool {
	return p.at < p.end && p.s[p.at] == '-' && (p.at+1 == p.end || p.s[p.at+1] == ' ')
}

// list reads the items at the current indentation.
func (p *plainReader) list(depth int) (n slot, ok bool) {
	n.is(List, unquoted)
	n.line, n.col = p.place(p.at)
	indent, from := p.indent, len(p.open)
	if !p.spend() {
		return n, false
	}
	for p.indent == indent && p.isItem() {
		item, ok := p.dashed(indent, depth)
		if !ok {
			return n, false
		}
		p.item(&item)
	}
	if p.indent > indent {
		return n, false
	}
	p.close(&n, from)
	return n, true
}

// dashed reads what stands behind a '-'.
func (p *plainReader) dashed(indent, depth int) (n slot, ok bool) {
	at := p.at + 1
	for at < p.end && p.s[at] == ' ' {
		at++
	}
	if at == p.end || p.s[at] == '#' {
		n.is(Null, unquoted)
		n.line, n.col = p.place(p.at + 1)
		return p.nested(n, indent, depth, false)
	}
	if p.s[at] == '-' && (at+1 == p.end || p.s[at+1] == ' ') {
		return n, false // a list within a list on one line
	}
	if _, _, _, is := p.name(at); is {
		p.indent += at - p.at
		p.at = at
		if depth >= p.lim.Depth {
			return n, false
		}
		return p.fields(depth + 1)
	}
	return p.value(at, indent, depth)
}

// nested reads the block on the lines behind a key or a '-' that has nothing on its
// own line; n is what it is where there is none. A list may stand as deep as its key.
func (p *plainReader) nested(n slot, indent, depth int, ofKey bool) (slot, bool) {
	more := p.next()
	switch {
	case !more && p.at < len(p.s):
		return n, false
	case more && (p.indent > indent || ofKey && p.indent == indent && p.isItem()):
		return p.nest(depth + 1)
	}
	return n, p.spend()
}

// fields reads the keys at the current indentation.
func (p *plainReader) fields(depth int) (n slot, ok bool) {
	n.is(Map, unquoted)
	n.line, n.col = p.place(p.at)
	indent, from := p.indent, len(p.open)
	if !p.spend() {
		return n, false
	}
	var many map[uint32]int
	for p.indent == indent {
		name, col, at, is := p.name(p.at)
		if !is || !p.spend() {
			return n, false
		}
		line, key := p.line, keyIn(p.builder, name)
		if _, _, twice := p.again(from, &many, key); twice {
			return n, false // the library's error says where
		}
		v, ok := p.valued(at, indent, depth)
		if !ok {
			return n, false
		}
		p.field(&v, key, line, col)
	}
	if p.indent > indent {
		return n, false
	}
	p.close(&n, from)
	return n, true
}

// valued reads the value behind the ':' that stands before at.
func (p *plainReader) valued(at, indent, depth int) (n slot, ok bool) {
	colon := at
	for at < p.end && p.s[at] == ' ' {
		at++
	}
	if at == p.end || p.s[at] == '#' {
		n.is(Null, unquoted)
		n.line, n.col = p.place(colon)
		return p.nested(n, indent, depth, true)
	}
	return p.value(at, indent, depth)
}

// maxKey is how long a key may be that is read here; the library knows a limit too.
const maxKey = 200

// name reads the key at a place of the current line, and returns where what follows
// its ':' begins.
func (p *plainReader) name(at int) (name string, col int32, value int, ok bool) {
	_, col = p.place(at)
	i := at
	if c := p.s[at]; c == '"' || c == '\'' {
		length := strings.IndexByte(p.s[at+1:p.end], c)
		if length < 0 {
			return "", 0, 0, false
		}
		name = p.s[at+1 : at+1+length]
		if strings.IndexByte(name, '\\') >= 0 || !ascii(name) {
			return "", 0, 0, false
		}
		i = at + 2 + length
	} else {
		if !keyStart(c) {
			return "", 0, 0, false
		}
		for i < p.end && keyByte(p.s[i]) && (p.s[i] != ':' || i+1 < p.end && p.s[i+1] != ' ') {
			i++
		}
		name = p.s[at:i]
	}
	if i >= p.end || p.s[i] != ':' || i+1 < p.end && p.s[i+1] != ' ' || i-at > maxKey {
		return "", 0, 0, false
	}
	return name, col, i + 1, true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 || s[i] < ' ' {
			return false
		}
	}
	return true
}

func keyStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '/' || c == '.' || c == '$'
}

func keyByte(c byte) bool {
	return keyStart(c) || c == '-' || c == ':' || c == '+' || c == '(' || c == ')'
}

// value reads the scalar or flow list at a place of the current line, and moves on
// behind it.
func (p *plainReader) value(at, indent, depth int) (n slot, ok bool) {
	if !p.spend() {
		return n, false
	}
	n.line, n.col = p.place(at)
	switch c := p.s[at]; {
	case c == '"' || c == '\'':
		var text string
		if text, at, ok = p.quoted(at); !ok {
			return n, false
		}
		n.is(String, quoted)
		p.scalar(&n, text)
	case c == '|':
		return p.literal(n, at, indent)
	case c == '[' || c == '{':
		if n, at, ok = p.flow(at, depth); !ok {
			return n, false
		}
	case !scalarStart(c) || c == '-' && (at+1 == p.end || p.s[at+1] == ' '):
		return n, false
	default:
		text := p.s[at:p.end]
		if i := strings.Index(text, " #"); i >= 0 {
			text = text[:i]
		}
		text = strings.TrimRight(text, " ")
		if strings.IndexByte(text, '\t') >= 0 || strings.Contains(text, ": ") || text[len(text)-1] == ':' {
			return n, false
		}
		at = p.end
		if !p.plain(&n, text) {
			return n, false
		}
	}
	for at < p.end && p.s[at] == ' ' {
		at++
	}
	if at < p.end && (p.s[at] != '#' || p.s[at-1] != ' ') {
		return n, false
	}
	if !p.next() && p.at < len(p.s) {
		return n, false
	}
	return n, p.indent <= indent // deeper: the scalar goes on
}
