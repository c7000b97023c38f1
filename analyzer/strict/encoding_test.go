package strict

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

const sample = "# top\nname: checkout\nlist:\n- é\n- 日本\n- \U0001F600\nnested: {a: [1, true, ~]}\n---\nsecond: x\n"

func encode16(text string, order binary.AppendByteOrder) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

func outlines(t *testing.T, data []byte) string {
	t.Helper()
	docs, err := YAML(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, doc := range docs {
		b.WriteString(outline(doc.Root) + "\n")
	}
	return b.String()
}

func TestEncodingsOfOneTextAreOneDocument(t *testing.T) {
	want := outlines(t, []byte(sample))
	for name, data := range map[string][]byte{
		"UTF-8 with a byte order mark": []byte(bom8 + sample),
		"UTF-16 little endian":         encode16(sample, binary.LittleEndian),
		"UTF-16 big endian":            encode16(sample, binary.BigEndian),
		"CRLF":                         []byte(strings.ReplaceAll(sample, "\n", "\r\n")),
		"UTF-16 with CRLF":             encode16(strings.ReplaceAll(sample, "\n", "\r\n"), binary.LittleEndian),
		"line ends of old systems":     []byte(strings.ReplaceAll(sample, "\n", "\r")),
		"no line end at the end":       []byte(strings.TrimSuffix(sample, "\n")),
	} {
		if got := outlines(t, data); got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
	}
	json := `{"é": ["日本", "` + "\U0001F600" + `", {"a": 1}]}`
	plain, err := JSON([]byte(json), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for _, data := range [][]byte{[]byte(bom8 + json), encode16(json, binary.LittleEndian), encode16(json, binary.BigEndian)} {
		doc, err := JSON(data, Limits{})
		if err != nil || outline(doc.Root) != outline(plain.Root) {
			t.Errorf("JSON: %v, %s", err, outline(doc.Root))
		}
	}
}

func TestWhatIsNoTextIsRefusedAtItsByte(t *testing.T) {
	le := func(units ...uint16) string {
		out := []byte("\xff\xfe")
		for _, u := range units {
			out = binary.LittleEndian.AppendUint16(out, u)
		}
		return string(out)
	}
	for _, c := range []struct{ name, in, want string }{
		{"NUL", "a: 1\nb: \x00\n", "bad-encoding 2:4"},
		{"NUL at the end", "a: 1\n\x00", "bad-encoding 2:1"},
		{"escape", "a: \x1b[31m\n", "bad-encoding 1:4"},
		{"delete is YAML's to refuse", "a: \x7f\n", "yaml-syntax 1:1"},
		{"a byte of UTF-8 missing", "a: \xe6\x97\n", "bad-encoding 1:4"},
		{"overlong", "a: \xc0\xaf\n", "bad-encoding 1:4"},
		{"surrogate in UTF-8", "a: \xed\xa0\x80\n", "bad-encoding 1:4"},
		{"over the last code point", "a: \xf4\x90\x80\x80\n", "bad-encoding 1:4"},
		{"Latin-1", "name: caf\xe9\n", "bad-encoding 1:10"},
		{"UTF-16 without a mark", "a\x00:\x00 \x001\x00", "bad-encoding 1:2"},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", "bad-encoding 1:1"},
		{"half a character of UTF-16", le('a', ':', ' ', 'b') + "c", "bad-encoding 1:5"},
		{"high surrogate alone", le('a', ':', '\n', 0xd83d, 'x'), "bad-encoding 2:1"},
		{"low surrogate alone", le('a', 0xde00), "bad-encoding 1:2"},
		{"high surrogate at the end", le('a', 0xd83d), "bad-encoding 1:2"},
		{"NUL in UTF-16", le('a', 0), "bad-encoding 1:2"},
		{"the first of two faults", "a\x00\xff", "bad-encoding 1:2"},
		{"the first of two faults, the other way", "a\xff\x00", "bad-encoding 1:2"},
	} {
		for name, decode := range map[string]func([]byte, Limits) ([]Document, error){"YAML": YAML, "Parse": Parse} {
			if _, err := decode([]byte(c.in), Limits{}); problem(err) != c.want {
				t.Errorf("%s, %s: got %s (%v), want %s", name, c.name, problem(err), err, c.want)
			}
		}
	}
}

// What is looked at by words of eight bytes is what a look at each character finds.
func TestTheFirstByteThatNoTextHasIsFound(t *testing.T) {
	pieces := []string{"a", " ", "\t", "\n", "\r", "\x00", "\x1f", "\x7f", "\x80", "\xff", "\xc3", "é", "日", "\U0001F600", "\xe6\x97", "plain text of sixteen bytes", "{\"a\": 1}"}
	tiertest.Check(t, func(t *rapid.T) {
		data := []byte(strings.Join(rapid.SliceOf(rapid.SampledFrom(pieces)).Draw(t, "pieces"), ""))
		want := -1
		for i := 0; i < len(data) && want < 0; {
			r, size := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && size == 1 || r < ' ' && !strings.ContainsRune("\t\n\r", r) {
				want = i
			}
			i += size
		}
		if got := untext(data); got != want {
			t.Fatalf("%q: at %d, want %d", data, got, want)
		}
	})
}
