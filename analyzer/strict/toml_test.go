package strict

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"
)

func TestEveryValueOfTOMLKnowsItsPlace(t *testing.T) {
	for _, x := range []struct{ name, in, want string }{
		{"keys, scalars and comments", "a = 1 # b\nx.\"é ö\" = 'c' # ü\nd = true\ne = 1979-05-27\n", `1:1{"a"1:1=1:5#n"1" "x"2:1=2:1{"é ö"2:3=2:11#s"c" } "d"3:1=3:1#b"true" "e"4:1=4:1#s"1979-05-27" }`},
		{"tables and what is below them", "[a.b]\nc = 1\n[a]\nd = 2\n", `1:1{"a"1:2=1:2{"b"1:4=1:4{"c"2:1=2:5#n"1" } "d"4:1=4:5#n"2" } }`},
		{"lists of tables, and tables of the last of them", "[[a]]\nb = 1\n[[a]]\n[a.c]\nd = [\n  'x',\n  {e = 2},\n]\n", `1:1{"a"1:3=1:3[1:3{"b"2:1=2:5#n"1" } 3:3{"c"4:4=4:4{"d"5:1=5:1[6:3#s"x" 7:3{"e"7:4=7:8#n"2" } ] } } ] }`},
		{"a text over several lines", "a = \"\"\"\nb\n\"\"\"\nc = ''\n", `1:1{"a"1:1=1:5#s"b\n" "c"4:1=4:5#s"" }`},
		{"CRLF and a byte order mark", bom8 + "a = 1\r\nb = 2\r\n", `1:1{"a"1:1=1:5#n"1" "b"2:1=2:5#n"2" }`},
		{"nothing", "", `1:1{}`},
	} {
		doc, err := TOML([]byte(x.in), Limits{})
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
		}
		if got := outline(doc.Root); got != x.want {
			t.Errorf("%s:\n got %s\nwant %s", x.name, got, x.want)
		}
	}
}

func TestBrokenTOMLIsRefusedAtItsPlace(t *testing.T) {
	for _, x := range []struct{ name, in, want string }{
		{"a key twice", "a = 1\na = 2\n", "toml-syntax 1:1"},
		{"a table that was a list", "[[a]]\n[a]\n", "toml-syntax 1:1"},
		{"a list that was a table", "[a]\nb = 1\n[[a]]\n", "toml-syntax 1:1"},
		{"below what is no table", "a = 1\n[a.b]\nc = 2\n", "toml-syntax 1:1"},
		{"ends inside a header", "a = 1\n[b", "toml-syntax 2:2"},
		{"ends inside a list", "a = [1,", "toml-syntax 1:8"},
		{"broken letters", "a = '\xff'\n", "bad-encoding 1:6"},
		{"brackets without end", "a = " + strings.Repeat("[", 300), "too-deep 1:1"},
		{"a key of many steps", "a = 1\n" + strings.Repeat("b.", 300) + "c = 1\n", "too-deep 2:401"},
		{"lists in a deep table", "[" + strings.Repeat("b.", 150) + "b]\nc = " + strings.Repeat("[", 60) + strings.Repeat("]", 60) + "\n", "too-deep 2:1"},
	} {
		_, err := TOML([]byte(x.in), Limits{})
		var e *Error
		if !errors.As(err, &e) || fmt.Sprintf("%s %d:%d", e.ID, e.Line, e.Col) != x.want {
			t.Errorf("%s: %v, want %s", x.name, err, x.want)
		}
	}
	var wide strings.Builder
	for i := range 10_050 {
		fmt.Fprintf(&wide, "k%d = 1\n", i)
	}
	var e *Error
	if _, err := TOML([]byte(wide.String()), Limits{}); !errors.As(err, &e) || e.ID != TooManyValues || e.Line < 10_000 {
		t.Errorf("a table of 10,050 keys: %v, want %s", err, TooManyValues)
	}
	if _, err := TOML([]byte("a = [1, 2, 3]\nb.c = {d = 1}\n"), Limits{Nodes: 6}); err == nil {
		t.Error("seven values where six are allowed")
	}
	if _, err := TOML([]byte("a = [1, 2, 3]\nb.c = {d = 1}\n"), Limits{Nodes: 7}); err != nil {
		t.Errorf("seven values where seven are allowed: %v", err)
	}
}

// differs says where a value is not what the parser's own decoder reads.
func differs(v Value, want any, path string) string {
	switch want := want.(type) {
	case map[string]any:
		if v.Type() != Map || v.Len() != len(want) {
			return fmt.Sprintf("%s is %v of %d, not a table of %d", path, v.Type(), v.Len(), len(want))
		}
		for key, item := range want {
			if d := differs(v.Get(key), item, path+"."+key); d != "" {
				return d
			}
		}
		return ""
	case []any:
		if v.Type() != List || v.Len() != len(want) {
			return fmt.Sprintf("%s is %v of %d, not a list of %d", path, v.Type(), v.Len(), len(want))
		}
		for i, item := range want {
			if d := differs(v.At(i), item, fmt.Sprint(path, "[", i, "]")); d != "" {
				return d
			}
		}
		return ""
	case string:
		if v.Type() == String && v.Text() == want {
			return ""
		}
	case bool:
		if got, ok := v.Bool(); ok && got == want {
			return ""
		}
	case int64, uint64:
		if v.Type() == Number {
			return ""
		}
	case float64:
		if got, ok := v.Float(); v.Type() == Number && (ok && got == want || math.IsInf(want, 0) || math.IsNaN(want) || strings.Contains(v.Text(), "_")) {
			return ""
		}
	case time.Time, toml.LocalDate, toml.LocalTime, toml.LocalDateTime:
		if v.Type() == String {
			return ""
		}
	}
	return fmt.Sprintf("%s is %v %q, not %v", path, v.Type(), v.Text(), want)
}

func FuzzTOML(f *testing.F) {
	for _, seed := range []string{
		"a = 1\n", "[a.b]\nc = [1, {d = 'e'}]\n[[f]]\n[[f]]\n[f.g]\n", "a.b.c = \"\"\"\nx\"\"\"\n", "[a]\n[a.b]\n[[a.c]]\n", "a = 0x1F\nb = 1_000\nc = -inf\nd = 1e6\n",
		"a = 1979-05-27T07:32:00Z\nb = 07:32:00\n", "\"\" = {}\n", "a = 1\na.b = 2\n", "\xff\xfea\x00=\x001\x00", "[[a]]\n[a.b]\n[[a.b.c]]\nd = 1\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := TOML(data, Limits{})
		if err != nil {
			return
		}
		text, err := Text(data)
		if err != nil {
			t.Fatal(err)
		}
		var want map[string]any
		if err := toml.Unmarshal(text, &want); err != nil {
			t.Fatalf("%q: accepted, and the decoder says %v", data, err)
		}
		if want == nil {
			want = map[string]any{}
		}
		if d := differs(doc.Root, want, ""); d != "" {
			t.Fatalf("%q: %s", data, d)
		}
	})
}
