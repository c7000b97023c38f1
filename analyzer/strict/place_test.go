package strict

import (
	"strings"
	"testing"
)

func TestPlaceOfAByteIsWhereItStandsInTheInput(t *testing.T) {
	for _, c := range []struct {
		what, in, find string
		line, col      int
	}{
		{"a plain scalar", "a: one two", "two", 1, 8},
		{"a plain scalar after characters of several bytes", "a: äö two", "two", 1, 7},
		{"a quoted scalar", "a: 'one two'", "two", 1, 9},
		{"a quoted scalar with escapes before it", `a: "one\ttwo"`, "two", 1, 4},
		{"a literal block", "x: 1\na:\n  b: |\n    one\n    two\n", "two", 5, 5},
		{"a literal block that is stripped", "a: |-\n  one\n    two\n", "two", 3, 5},
		{"a literal block that begins with an empty line", "a: |\n\n  one\n  two\n", "two", 4, 3},
		{"a literal block with an indentation indicator", "a: |2\n    one\n  two\n", "two", 3, 3},
		{"a literal block with a comment behind its mark", "a: | # note\n one\n two\n", "two", 3, 2},
		{"a literal block in the second document", "x: 1\n---\na: |\n  one\n  two\n", "two", 5, 3},
		{"a folded block says where it begins", "a: >\n  one\n  two\n", "two", 2, 3},
		{"JSON", "{\n \"a\": \"one two\"}", "two", 2, 12},
		{"a literal block with CRLF", "a: |\r\n  one\r\n  two\r\n", "two", 3, 3},
	} {
		t.Run(c.what, func(t *testing.T) {
			docs, err := Parse([]byte(c.in), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			v := docs[len(docs)-1].Root.Get("a")
			if inner := v.Get("b"); inner.Exists() {
				v = inner
			}
			if line, col := v.Place(strings.Index(v.Text(), c.find)); line != c.line || col != c.col {
				t.Errorf("%q stands at %d:%d of\n%s\nwant %d:%d", c.find, line, col, c.in, c.line, c.col)
			}
		})
	}
	if line, col := (Value{}).Place(3); line != 0 || col != 0 {
		t.Errorf("Place of nothing = %d:%d, want 0:0", line, col)
	}
}
