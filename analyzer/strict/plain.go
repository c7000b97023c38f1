package strict

import (
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

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

	kids    []node // as in scanner
	keys    []key
	bodies  block[body]
	allKids block[node]
	allKeys block[key]
}

// scanPlain reads a document; ok is false where it is not in the subset.
func scanPlain(s string, lim Limits, line int) (v Value, ok bool) {
	if s == "" || s[len(s)-1] != '\n' || strings.IndexByte(s, '\r') >= 0 || unusual(s) {
		return Value{}, false
	}
	p := plainReader{s: s, end: -1, line: int32(line), lim: lim}
	open := opens.Get().(*stack)
	p.kids, p.keys = open.kids[:0], open.keys[:0]
	defer p.giveBack(open)
	p.bodies = block[body]{size: 64, free: open.bodies}
	p.allKids, p.allKeys = block[node]{size: 512, free: open.allKids}, block[key]{size: 512, free: open.allKeys}
	if !p.next() {
		return Value{}, false
	}
	if p.indent == 0 && isMarker([]byte(p.s[p.at:p.end]), "---") {
		if rest := strings.TrimLeft(p.s[p.at+3:p.end], " "); rest != "" && rest[0] != '#' || !p.next() {
			return Value{}, false
		}
	}
	root, ok := p.block(1)
	if !ok || p.at < len(p.s) {
		return Value{}, false
	}
	v, err := pack(&root, false)
	return v, err == nil
}

// stack is the room in which a reader collects values and keys: those of open lists
// and maps, and those that are complete, until the document is packed. Readers hand it
// on, so that not each document has to make one.
type stack struct {
	kids    []node
	keys    []key
	bodies  []body
	allKids []node
	allKeys []key
}

// mostOpen is how many values a stack that is handed on has room for.
const mostOpen = 1024

var opens = sync.Pool{New: func() any {
	return &stack{bodies: make([]body, mostOpen/2), allKids: make([]node, mostOpen), allKeys: make([]key, mostOpen)}
}}

// giveBack hands on the stack, without what this document put there.
func (p *plainReader) giveBack(open *stack) {
	if cap(p.kids) <= mostOpen && cap(p.keys) <= mostOpen {
		open.kids, open.keys = p.kids[:cap(p.kids)], p.keys[:cap(p.keys)]
		clear(open.kids)
		clear(open.keys)
	}
	clear(open.bodies)
	clear(open.allKids)
	clear(open.allKeys)
	opens.Put(open)
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

func (p *plainReader) body(keys []key, kids []node) *body {
	b := &p.bodies.copyOf([]body{{}})[0]
	b.keys, b.kids = p.allKeys.copyOf(keys), p.allKids.copyOf(kids)
	return b
}

// block reads the map or list that begins at the current content.
func (p *plainReader) block(depth int) (n node, ok bool) {
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
func (p *plainReader) list(depth int) (n node, ok bool) {
	n.typ = List
	n.line, n.col = p.place(p.at)
	indent, from := p.indent, len(p.kids)
	if !p.spend() {
		return n, false
	}
	for p.indent == indent && p.isItem() {
		item, ok := p.item(indent, depth)
		if !ok {
			return n, false
		}
		p.kids = append(p.kids, item)
	}
	if p.indent > indent {
		return n, false
	}
	n.body = p.body(nil, p.kids[from:])
	p.kids = p.kids[:from]
	return n, true
}

// item reads what stands behind a '-'.
func (p *plainReader) item(indent, depth int) (n node, ok bool) {
	at := p.at + 1
	for at < p.end && p.s[at] == ' ' {
		at++
	}
	if at == p.end || p.s[at] == '#' {
		n.typ = Null
		n.line, n.col = p.place(p.at + 1)
		return p.nested(n, indent, depth, false)
	}
	if p.s[at] == '-' && (at+1 == p.end || p.s[at+1] == ' ') {
		return n, false // a list within a list on one line
	}
	if _, _, _, is := p.key(at); is {
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
func (p *plainReader) nested(n node, indent, depth int, ofKey bool) (node, bool) {
	more := p.next()
	switch {
	case !more && p.at < len(p.s):
		return n, false
	case more && (p.indent > indent || ofKey && p.indent == indent && p.isItem()):
		return p.block(depth + 1)
	}
	return n, p.spend()
}

// fields reads the keys at the current indentation.
func (p *plainReader) fields(depth int) (n node, ok bool) {
	n.typ = Map
	n.line, n.col = p.place(p.at)
	indent, fromKids, fromKeys := p.indent, len(p.kids), len(p.keys)
	if !p.spend() {
		return n, false
	}
	var many map[string]key
	for p.indent == indent {
		name, col, at, is := p.key(p.at)
		if !is || !p.spend() {
			return n, false
		}
		k := key{text: name, line: p.line, col: col}
		if _, twice := again(p.keys[fromKeys:], &many, k); twice {
			return n, false // the library's error says where
		}
		p.keys = append(p.keys, k)
		v, ok := p.field(at, indent, depth)
		if !ok {
			return n, false
		}
		p.kids = append(p.kids, v)
	}
	if p.indent > indent {
		return n, false
	}
	n.body = p.body(p.keys[fromKeys:], p.kids[fromKids:])
	p.kids, p.keys = p.kids[:fromKids], p.keys[:fromKeys]
	return n, true
}

// field reads the value behind the ':' that stands before at.
func (p *plainReader) field(at, indent, depth int) (n node, ok bool) {
	colon := at
	for at < p.end && p.s[at] == ' ' {
		at++
	}
	if at == p.end || p.s[at] == '#' {
		n.typ = Null
		n.line, n.col = p.place(colon)
		return p.nested(n, indent, depth, true)
	}
	return p.value(at, indent, depth)
}

// maxKey is how long a key may be that is read here; the library knows a limit too.
const maxKey = 200

// key reads the key at a place of the current line, and returns where what follows
// its ':' begins.
func (p *plainReader) key(at int) (name string, col int32, value int, ok bool) {
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
func (p *plainReader) value(at, indent, depth int) (n node, ok bool) {
	if !p.spend() {
		return n, false
	}
	n.line, n.col = p.place(at)
	switch c := p.s[at]; {
	case c == '"' || c == '\'':
		n.typ, n.style = String, quoted
		if n.text, at, ok = p.quoted(at); !ok {
			return n, false
		}
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
		n.text = text
		at = p.end
		if n.typ, ok = scalarType(text); !ok {
			return n, false
		}
		if n.typ == Null {
			n.text = ""
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

// quoted reads a string that needs no unescaping, and returns where it ends.
func (p *plainReader) quoted(at int) (text string, end int, ok bool) {
	c := p.s[at]
	i := strings.IndexByte(p.s[at+1:p.end], c)
	if i < 0 {
		return "", 0, false
	}
	text, end = p.s[at+1:at+1+i], at+2+i
	if strings.IndexByte(text, '\t') >= 0 || c == '"' && strings.IndexByte(text, '\\') >= 0 || c == '\'' && end < p.end && p.s[end] == '\'' {
		return "", 0, false
	}
	return text, end, true
}

func scalarStart(c byte) bool {
	return keyStart(c) || c == '-' || c == '+' || c == '(' || c == '~' || c == '^' || c == ';'
}

// scalarType returns the type of a plain scalar, as the core schema has it.
func scalarType(s string) (t Type, ok bool) {
	switch s {
	case "~", "null", "Null", "NULL":
		return Null, true
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return Bool, true
	}
	c := s[0]
	if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '/' || c == '_' || c == '$' || c == '(' || c == '~' || c == '^' || c == ';' {
		return String, true
	}
	switch {
	case decimal(s):
		return Number, true
	case c >= '0' && c <= '9' && (strings.Trim(s, "0123456789abcdefABCDEFxXoO_.+-:") != "" || strings.Count(s, ".") > 1):
		return String, true // quantities, versions, most dates
	}
	// Floats, octal numbers, what ends like one: the library knows.
	var y yaml.Node
	if err := yaml.Unmarshal([]byte(s), &y); err != nil || len(y.Content) != 1 || y.Content[0].Kind != yaml.ScalarNode || y.Content[0].Value != s {
		return String, false
	}
	switch y.Content[0].Tag {
	case "!!int", "!!float":
		return Number, true
	case "!!str", "!!timestamp":
		return String, true
	}
	return String, false
}

// decimal says whether s is a small decimal number.
func decimal(s string) bool {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || len(digits) > 17 || digits[0] == '0' && digits != "0" {
		return false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return true
}

// literal reads a block after '|'.
func (p *plainReader) literal(n node, at, indent int) (node, bool) {
	header := strings.TrimRight(p.s[at:p.end], " ")
	if header != "|" && header != "|-" && header != "|+" {
		return n, false
	}
	n.typ, n.style = String, literal
	begin, inner := p.end+1, 0
	var lines []string // without their indentation
	last := 0          // how many of them are up to the last that is not empty
	for begin < len(p.s) {
		end := begin + strings.IndexByte(p.s[begin:], '\n')
		row := p.s[begin:end]
		content := strings.TrimLeft(row, " ")
		own := len(row) - len(content)
		switch {
		case content == "" && (inner == 0 && own > 0 || inner > 0 && own > inner):
			return n, false // blanks that may count
		case content == "":
			row = ""
		case content[0] == '\t' && own <= max(indent, inner):
			return n, false
		case inner == 0 && own <= indent:
			return n, false // an empty block
		case inner == 0:
			inner = own
		}
		if content != "" && own < inner {
			break
		}
		if content != "" {
			row = row[inner:]
			last = len(lines) + 1
		}
		lines = append(lines, row)
		begin = end + 1
	}
	if last == 0 || inner > 1<<16-1 {
		return n, false
	}
	n.indent = uint16(inner)
	switch header {
	case "|":
		n.text = strings.Join(lines[:last], "\n") + "\n"
	case "|-":
		n.text = strings.Join(lines[:last], "\n")
	default:
		n.text = strings.Join(lines, "\n") + "\n"
	}
	p.line += int32(len(lines))
	p.end = begin - 1
	if !p.next() && p.at < len(p.s) {
		return n, false
	}
	return n, p.indent <= indent
}

// flow reads a list or map in flow style that ends on its line and holds words and
// simple strings.
func (p *plainReader) flow(at, depth int) (n node, end int, ok bool) {
	if depth >= p.lim.Depth {
		return n, 0, false
	}
	n.line, n.col = p.place(at)
	open := p.s[at]
	n.typ = List
	closing := byte(']')
	if open == '{' {
		n.typ, closing = Map, '}'
	}
	fromKids, fromKeys := len(p.kids), len(p.keys)
	blanks := func() {
		for at < p.end && p.s[at] == ' ' {
			at++
		}
	}
	at++
	for first := true; ; first = false {
		blanks()
		if at < p.end && p.s[at] == closing && first {
			break
		}
		if open == '{' {
			name, col, value, is := p.flowKey(at)
			k := key{text: name, line: p.line, col: col}
			if !is || !p.spend() || slicesHasKey(p.keys[fromKeys:], name) {
				return n, 0, false
			}
			p.keys = append(p.keys, k)
			at = value
			blanks()
		}
		var v node
		if v, at, ok = p.flowValue(at, depth); !ok {
			return n, 0, false
		}
		p.kids = append(p.kids, v)
		blanks()
		if at >= p.end || p.s[at] != ',' && p.s[at] != closing {
			return n, 0, false
		}
		if p.s[at] == closing {
			break
		}
		at++
	}
	n.body = p.body(p.keys[fromKeys:], p.kids[fromKids:])
	p.kids, p.keys = p.kids[:fromKids], p.keys[:fromKeys]
	return n, at + 1, true
}

func slicesHasKey(keys []key, name string) bool {
	for _, k := range keys {
		if k.text == name {
			return true
		}
	}
	return false
}

// flowKey reads a word before ": ".
func (p *plainReader) flowKey(at int) (name string, col int32, value int, ok bool) {
	_, col = p.place(at)
	i := at
	for i < p.end && flowByte(p.s[i]) {
		i++
	}
	if i == at || !keyStart(p.s[at]) || i+1 >= p.end || p.s[i] != ':' || p.s[i+1] != ' ' || i-at > maxKey {
		return "", 0, 0, false
	}
	return p.s[at:i], col, i + 1, true
}

func flowByte(c byte) bool { return keyStart(c) || c == '-' || c == '+' || c == '@' }

func (p *plainReader) flowValue(at, depth int) (n node, end int, ok bool) {
	if at >= p.end || !p.spend() {
		return n, 0, false
	}
	n.line, n.col = p.place(at)
	switch c := p.s[at]; {
	case c == '"' || c == '\'':
		n.typ, n.style = String, quoted
		n.text, end, ok = p.quoted(at)
		return n, end, ok && ascii(n.text)
	case c == '[' || c == '{':
		return p.flow(at, depth+1)
	case !scalarStart(c) || c == '~':
		return n, 0, false
	}
	end = at
	for end < p.end && flowByte(p.s[end]) {
		end++
	}
	n.text = p.s[at:end]
	if n.text == "" || n.text == "-" {
		return n, 0, false
	}
	n.typ, ok = scalarType(n.text)
	if n.typ == Null {
		n.text = ""
	}
	return n, end, ok
}
