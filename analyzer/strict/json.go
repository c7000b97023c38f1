package strict

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// JSON decodes one JSON value and demands that nothing follows it. Numbers stay
// text, so that an id of 20 digits keeps them all. It reads about ten times as
// fast as [YAML] reads the same document.
func JSON(data []byte, lim Limits) (Document, error) {
	data, err := Text(data)
	if err != nil {
		return Document{}, err
	}
	n, err := scanJSON(string(data), lim.defaults(len(data)), 0)
	if err != nil {
		return Document{}, err
	}
	root, err := pack(n, false)
	return Document{Root: root}, err
}

// scanJSON reads one value from a text that is UTF-8 already, lines before it
// given. Texts are cut out of s, not copied.
func scanJSON(s string, lim Limits, line int) (*node, error) {
	j := scanner{s: s, lim: lim, line: int32(line) + 1}
	size := min(max(8, len(s)/32), 256) // a small text gets small blocks
	j.bodies.size, j.allKeys.size, j.allKids.size = size/2, size, size
	j.blanks()
	root, err := j.value(0)
	if err != nil {
		return nil, err
	}
	j.blanks()
	if j.at < len(s) {
		return nil, j.fail(TrailingData, "text after the end of the JSON value")
	}
	return &root, nil
}

// scanner is a hand-written reader: positions come for free, and it allocates
// by the block, not by the value. Nesting recurses, at most Limits.Depth deep.
type scanner struct {
	s    string
	at   int
	line int32
	// bol is where the line begins, moved on by every byte that is no character
	// of its own, so that a column in characters is at-bol+1.
	bol     int
	lim     Limits
	visited int
	kids    []node // the values of all open lists and maps; each takes its own off the end
	keys    []key

	bodies  block[body]
	allKids block[node]
	allKeys block[key]
}

// block hands out small slices of large ones. What it hands out is held as
// long as any of the large one is in use, which is as long as the document is.
type block[T any] struct {
	size int
	free []T
}

func (b *block[T]) copyOf(src []T) []T {
	if len(src) > len(b.free) {
		if len(src) > b.size/4 {
			return append([]T(nil), src...)
		}
		b.free = make([]T, b.size)
	}
	out := b.free[:len(src):len(src)]
	b.free = b.free[len(src):]
	copy(out, src)
	return out
}

func (j *scanner) body(keys []key, kids []node) *body {
	b := &j.bodies.copyOf([]body{{}})[0]
	b.keys, b.kids = j.allKeys.copyOf(keys), j.allKids.copyOf(kids)
	return b
}

func (j *scanner) fail(id, format string, args ...any) *Error {
	if j.at >= len(j.s) && id == JSONSyntax {
		id = EarlyEnd
		format, args = "the text ends inside a JSON value", nil
	}
	return errorAt(id, j.line, int32(j.at-j.bol)+1, format, args...)
}

func (j *scanner) blanks() {
	for j.at < len(j.s) {
		switch j.s[j.at] {
		case ' ', '\t', '\r':
		case '\n':
			j.line++
			j.bol = j.at + 1
		default:
			return
		}
		j.at++
	}
}

func (j *scanner) peek() byte {
	if j.at < len(j.s) {
		return j.s[j.at]
	}
	return 0
}

// spend counts a value or a key.
func (j *scanner) spend() error {
	j.visited++
	if j.visited > j.lim.Nodes {
		return j.fail(TooManyValues, "over %d values in one document", j.lim.Nodes)
	}
	return nil
}

// value reads what stands at hand. It returns a node by value: one that was
// passed down by pointer would be allocated for each value.
func (j *scanner) value(depth int) (n node, err error) {
	if err := j.spend(); err != nil {
		return n, err
	}
	n.line, n.col = j.line, int32(j.at-j.bol)+1
	switch c := j.peek(); {
	case c == '"':
		n.typ, n.style = String, quoted
		n.text, err = j.str()
		return n, err
	case c == '{' || c == '[':
		if depth >= j.lim.Depth {
			return n, j.fail(TooDeep, "lists and maps nest deeper than %d", j.lim.Depth)
		}
		if c == '{' {
			n.typ = Map
			n.body, err = j.object(depth + 1)
		} else {
			n.typ = List
			n.body, err = j.array(depth + 1)
		}
		return n, err
	case c == '-' || c >= '0' && c <= '9':
		n.typ = Number
		n.text, err = j.number()
		return n, err
	}
	err = j.word(&n)
	return n, err
}

// word reads null, true or false.
func (j *scanner) word(n *node) error {
	rest := j.s[j.at:]
	for _, w := range words {
		if strings.HasPrefix(rest, w.text) {
			n.typ = w.typ
			if w.typ == Bool {
				n.text = w.text
			}
			j.at += len(w.text)
			return nil
		}
		if rest != "" && strings.HasPrefix(w.text, rest) {
			j.at = len(j.s) // cut off
		}
	}
	return j.fail(JSONSyntax, "want a JSON value, found %s", j.found())
}

var words = [...]struct {
	text string
	typ  Type
}{{"null", Null}, {"true", Bool}, {"false", Bool}}

func (j *scanner) found() string {
	r, _ := utf8.DecodeRuneInString(j.s[min(j.at, len(j.s)):])
	switch {
	case unicode.IsLetter(r), unicode.IsDigit(r):
		return "a letter or digit" // it may be the first of a secret
	}
	return fmt.Sprintf("%q", r)
}

func (j *scanner) array(depth int) (*body, error) {
	from := len(j.kids)
	j.at++
	j.blanks()
	if j.peek() == ']' {
		j.at++
		return &body{}, nil
	}
	for {
		j.blanks()
		item, err := j.value(depth)
		if err != nil {
			return nil, err
		}
		j.kids = append(j.kids, item)
		j.blanks()
		switch j.peek() {
		case ',':
			j.at++
			continue
		case ']':
			j.at++
			b := j.body(nil, j.kids[from:])
			j.kids = j.kids[:from]
			return b, nil
		}
		return nil, j.fail(JSONSyntax, "want ',' or ']' after an item, found %s", j.found())
	}
}

func (j *scanner) object(depth int) (*body, error) {
	from, fromKeys := len(j.kids), len(j.keys)
	j.at++
	j.blanks()
	if j.peek() == '}' {
		j.at++
		return &body{}, nil
	}
	var many map[string]key
	for {
		k, err := j.key()
		if err != nil {
			return nil, err
		}
		if first, again := again(j.keys[fromKeys:], &many, k); again {
			return nil, errorAt(DuplicateKey, k.line, k.col, "key %q again, first at %d:%d", clip(k.text), first.line, first.col)
		}
		j.keys = append(j.keys, k)
		j.blanks()
		if j.peek() != ':' {
			return nil, j.fail(JSONSyntax, "want ':' after a key, found %s", j.found())
		}
		j.at++
		j.blanks()
		item, err := j.value(depth)
		if err != nil {
			return nil, err
		}
		j.kids = append(j.kids, item)
		j.blanks()
		switch j.peek() {
		case ',':
			j.at++
			continue
		case '}':
			j.at++
			b := j.body(j.keys[fromKeys:], j.kids[from:])
			j.kids, j.keys = j.kids[:from], j.keys[:fromKeys]
			return b, nil
		}
		return nil, j.fail(JSONSyntax, "want ',' or '}' after a field, found %s", j.found())
	}
}

func (j *scanner) key() (k key, err error) {
	j.blanks()
	k.line, k.col = j.line, int32(j.at-j.bol)+1
	switch {
	case j.peek() == '"':
	case j.peek() == '{' && j.s[j.at-1] == '{':
		e := j.fail(Template, neverRendered)
		e.Fix = renderFirst
		return k, e
	default:
		return k, j.fail(JSONSyntax, "want a key in quotes, found %s", j.found())
	}
	if err := j.spend(); err != nil {
		return k, err
	}
	k.text, err = j.str()
	return k, err
}

func (j *scanner) number() (string, error) {
	from := j.at
	if j.peek() == '-' {
		j.at++
	}
	switch c := j.peek(); {
	case c == '0':
		j.at++
	case c >= '1' && c <= '9':
		j.digits()
	default:
		return "", j.fail(JSONSyntax, "want a digit, found %s", j.found())
	}
	if j.peek() == '.' {
		j.at++
		if !j.digits() {
			return "", j.fail(JSONSyntax, "want a digit after '.', found %s", j.found())
		}
	}
	if c := j.peek(); c == 'e' || c == 'E' {
		j.at++
		if c := j.peek(); c == '+' || c == '-' {
			j.at++
		}
		if !j.digits() {
			return "", j.fail(JSONSyntax, "want a digit in the exponent, found %s", j.found())
		}
	}
	return j.s[from:j.at], nil
}

func (j *scanner) digits() bool {
	from := j.at
	for j.at < len(j.s) && j.s[j.at] >= '0' && j.s[j.at] <= '9' {
		j.at++
	}
	return j.at > from
}
