package textfile_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/fateline/fateline/ingest/textfile"
)

func TestCommentsAndLastCommasGoAndPositionsStay(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`{"a": 1, // b` + "\n" + `"c": [1, 2, ], }`, `{"a": 1,     ` + "\n" + `"c": [1, 2  ]  }`},
		{`{"a": "// no", "b": "/* no */"}`, `{"a": "// no", "b": "/* no */"}`},
		{`{"a": "\"//", /**/ "b": "\\"} // x`, `{"a": "\"//",      "b": "\\"}     `},
		{"/*\r\n*/[1]", "  \r\n  [1]"},
		{`[1, /* , */ ]`, `[1          ]`},
		{`[1, /* never closed ]`, `[1, /* never closed ]`},
		{`"never closed, ]`, `"never closed, ]`},
		{`/`, `/`},
	} {
		if got := string(textfile.Uncommented([]byte(c.in))); got != c.want {
			t.Errorf("Uncommented(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

// FuzzUncommented finds out whether what is JSON stays the same, and that nothing moves.
func FuzzUncommented(f *testing.F) {
	for _, s := range []string{`{"a": "b//c"}`, `[1,2]`, `{"a":1,}`, `/* */ {}`, `"\"/*"`, `[,]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := textfile.Uncommented(data)
		if len(got) != len(data) || bytes.Count(got, []byte("\n")) != bytes.Count(data, []byte("\n")) {
			t.Fatalf("Uncommented(%q) = %q moves what stands in it", data, got)
		}
		if json.Valid(data) && !bytes.Equal(got, data) {
			t.Fatalf("Uncommented(%q) = %q changes JSON", data, got)
		}
		if !bytes.Equal(textfile.Uncommented(got), got) {
			t.Fatalf("Uncommented(%q) is not done after one pass", data)
		}
	})
}
