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
	root, err := scanJSON(string(data), lim.defaults(len(data)), 0)
	return Document{Root: root}, err
}

// scanJSON reads one value from a text that is UTF-8 already, lines before it
// given.
func scanJSON(s string, lim Limits, line int) (Value, error) {
	j := scanner{s: s, lim: lim, line: int32(line) + 1, builder: newBuilder()}
	defer j.giveBack()
	j.blanks()
	root, err := j.value(0)
	if err != nil {
		return Value{}, err
	}
	j.blanks()
	if j.at < len(s) {
		return Value{}, j.fail(TrailingData, "text after the end of the JSON value")
	}
	return j.done(root)
}

// scanner is a hand-written reader: positions come for free, and it allocates
// by the document, not by the value. Nesting recurses, at most Limits.Depth deep.
type scanner struct {
	*builder
	s    string
	at   int
	line int32
	// bol is where the line begins, moved on by every byte that is no character
	// of its own, so that a column in characters is at-bol+1.
	bol     int
	lim     Limits
	visited int
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

// value reads what stands at hand.
func (j *scanner) value(depth int) (n slot, err error) {
	if err := j.spend(); err != nil {
		return n, err
	}
	n.line, n.col = j.line, int32(j.at-j.bol)+1
	switch c := j.peek(); {
	case c == '"':
		n.is(String, quoted)
		text, err := j.str()
		j.scalar(&n, text)
		return n, err
	case c == '{' || c == '[':
		if depth >= j.lim.Depth {
			return n, j.fail(TooDeep, "lists and maps nest deeper than %d", j.lim.Depth)
		}
		if c == '{' {
			n.is(Map, unquoted)
			err = j.object(&n, depth+1)
		} else {
			n.is(List, unquoted)
			err = j.array(&n, depth+1)
		}
		return n, err
	case c == '-' || c >= '0' && c <= '9':
		n.is(Number, unquoted)
		text, err := j.number()
		j.scalar(&n, text)
		return n, err
	}
	err = j.word(&n)
	return n, err
}

// word reads null, true or false.
func (j *scanner) word(n *slot) error {
	rest := j.s[j.at:]
	for _, w := range words {
		if strings.HasPrefix(rest, w.text) {
			n.is(w.typ, unquoted)
			if w.typ == Bool {
				j.scalar(n, w.text)
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

func (j *scanner) array(n *slot, depth int) error {
	from := len(j.open)
	j.at++
	j.blanks()
	if j.peek() == ']' {
		j.at++
		return nil
	}
	for {
		j.blanks()
		item, err := j.value(depth)
		if err != nil {
			return err
		}
		j.item(item)
		j.blanks()
		switch j.peek() {
		case ',':
			j.at++
			continue
		case ']':
			j.at++
			j.close(n, from)
			return nil
		}
		return j.fail(JSONSyntax, "want ',' or ']' after an item, found %s", j.found())
	}
}

func (j *scanner) object(n *slot, depth int) error {
	from := len(j.open)
	j.at++
	j.blanks()
	if j.peek() == '}' {
		j.at++
		return nil
	}
	var many map[uint32]int
	for {
		name, line, col, err := j.name()
		if err != nil {
			return err
		}
		key := j.key(name)
		if firstLine, firstCol, again := j.again(from, &many, key); again {
			return errorAt(DuplicateKey, line, col, "key %q again, first at %d:%d", clip(name), firstLine, firstCol)
		}
		j.blanks()
		if j.peek() != ':' {
			return j.fail(JSONSyntax, "want ':' after a key, found %s", j.found())
		}
		j.at++
		j.blanks()
		item, err := j.value(depth)
		if err != nil {
			return err
		}
		j.field(item, key, line, col)
		j.blanks()
		switch j.peek() {
		case ',':
			j.at++
			continue
		case '}':
			j.at++
			j.close(n, from)
			return nil
		}
		return j.fail(JSONSyntax, "want ',' or '}' after a field, found %s", j.found())
	}
}

// name reads a key, and where it stands.
func (j *scanner) name() (text string, line, col int32, err error) {
	j.blanks()
	line, col = j.line, int32(j.at-j.bol)+1
	switch {
	case j.peek() == '"':
	case j.peek() == '{' && j.s[j.at-1] == '{':
		e := j.fail(Template, neverRendered)
		e.Fix = renderFirst
		return "", 0, 0, e
	default:
		return "", 0, 0, j.fail(JSONSyntax, "want a key in quotes, found %s", j.found())
	}
	if err := j.spend(); err != nil {
		return "", 0, 0, err
	}
	text, err = j.str()
	return text, line, col, err
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
