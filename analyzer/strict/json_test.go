package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestBrokenJSONIsRefusedAtItsPlace(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{``, "early-end 1:1"},
		{`{`, "early-end 1:2"},
		{`{"a"`, "early-end 1:5"},
		{`{"a":`, "early-end 1:6"},
		{"{\"a\":\n1", "early-end 2:2"},
		{`{"a":1,`, "early-end 1:8"},
		{`["a`, "early-end 1:4"},
		{`["a\`, "early-end 1:5"},
		{`["\u00`, "early-end 1:7"},
		{`["\ud83d`, "early-end 1:9"},
		{`["\ud83d\`, "early-end 1:10"},
		{`[1, 2`, "early-end 1:6"},
		{`[tru`, "early-end 1:5"},
		{`[-`, "early-end 1:3"},
		{`[1e`, "early-end 1:4"},
		{`[1.`, "early-end 1:4"},
		{`{} {}`, "trailing-data 1:4"},
		{"{}\n]", "trailing-data 2:1"},
		{`1 2`, "trailing-data 1:3"},
		{`{"a":1 "b":2}`, "json-syntax 1:8"},
		{`{"a":1,}`, "json-syntax 1:8"},
		{`[1,]`, "json-syntax 1:4"},
		{`[,]`, "json-syntax 1:2"},
		{`{a:1}`, "json-syntax 1:2"},
		{`{"a" 1}`, "json-syntax 1:6"},
		{`['a']`, "json-syntax 1:2"},
		{`[01]`, "json-syntax 1:3"},
		{`[+1]`, "json-syntax 1:2"},
		{`[.5]`, "json-syntax 1:2"},
		{`[1.]`, "json-syntax 1:4"},
		{`[1e]`, "json-syntax 1:4"},
		{`[-]`, "json-syntax 1:3"},
		{`[0x1]`, "json-syntax 1:3"},
		{`[NaN]`, "json-syntax 1:2"},
		{`[Infinity]`, "json-syntax 1:2"},
		{`[nul]`, "json-syntax 1:2"},
		{`[True]`, "json-syntax 1:2"},
		{`["\x"]`, "json-syntax 1:4"},
		{`["\u12g4"]`, "json-syntax 1:7"},
		{`["\ud800"]`, "json-syntax 1:9"},
		{`["\udc00\ud800"]`, "json-syntax 1:15"},
		{`["\ud800A"]`, "json-syntax 1:9"},
		{"[\"a\tb\"]", "json-syntax 1:4"},
		{"[\"a\nb\"]", "json-syntax 1:4"},
		{"[\"\\n\tb\"]", "json-syntax 1:5"},
		{"[1,\n // no\n 2]", "json-syntax 2:2"},
		{`{"é":1,"é":2}`, "duplicate-key 1:8"},
		{"{\"a\":1,\n \"b\":{\"c\":1,\"c\":2}}", "duplicate-key 2:13"},
		{`{"a":1,"\u0061":2}`, "duplicate-key 1:8"},
		{"[\"\xff\"]", "bad-encoding 1:3"},
		{"{\n\"a\": \"\x00\"}", "bad-encoding 2:7"},
		{"[1]\x00", "bad-encoding 1:4"},
		{`{"a": {{ .Values.a }}}`, "unrendered-template 1:8"},
		{strings.Repeat("[", 201) + strings.Repeat("]", 201), "too-deep 1:201"},
		{strings.Repeat(`{"a":`, 201) + "1" + strings.Repeat("}", 201), "too-deep 1:1001"},
	} {
		if _, err := JSON([]byte(c.in), Limits{}); problem(err) != c.want {
			t.Errorf("%q: got %s (%v), want %s", clip(c.in), problem(err), err, c.want)
		}
	}
}

func TestADuplicateKeyNamesBothPlaces(t *testing.T) {
	_, err := JSON([]byte("{\"a\":1,\n  \"a\":2}"), Limits{})
	if got, want := fmt.Sprint(err), `2:3: key "a" again, first at 1:2`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// Over some number of keys another way of looking takes over.
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	for _, again := range []int{0, 15, 16, 17, 50, 99} {
		_, err := YAML([]byte(b.String()+fmt.Sprintf("k%d: 2\n", again)), Limits{})
		if got, want := fmt.Sprint(err), fmt.Sprintf(`101:1: key "k%d" again, first at %d:1`, again, again+1); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestNoCutOfAJSONValueIsAccepted(t *testing.T) {
	whole := "{\"schema\": \"x\\u00e9\\n\", \"list\": [1, -2.5e10, true, null, {\"é\": []}],\n \"o\": {}}"
	if _, err := JSON([]byte(whole), Limits{}); err != nil {
		t.Fatal(err)
	}
	for cut := range len(whole) {
		_, err := JSON([]byte(whole[:cut]), Limits{})
		if id, _, _ := strings.Cut(problem(err), " "); id != EarlyEnd && id != BadEncoding {
			t.Errorf("cut at %d: %v, want %s", cut, err, EarlyEnd)
		}
	}
}

func TestNumbersKeepEveryDigit(t *testing.T) {
	doc, err := JSON([]byte(`{"id": 340282366920938463463374607431768211455, "f": 0.10000000000000000001, "i": -0}`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{"id": "340282366920938463463374607431768211455", "f": "0.10000000000000000001", "i": "-0"} {
		if got := doc.Root.Get(field); got.Text() != want || got.Type() != Number {
			t.Errorf("%s = %s %q, want %q", field, got.Type(), got.Text(), want)
		}
	}
	if _, ok := doc.Root.Get("id").Int(); ok {
		t.Error("Int of a number over 64 bits says ok")
	}
}

// fromStandard decodes as encoding/json does, into the form of outlines without places.
func fromStandard(data []byte) (string, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var b strings.Builder
	var value func() error
	value = func() error {
		tok, err := dec.Token()
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case json.Delim:
			b.WriteString(tok.String())
			for dec.More() {
				if tok == '{' {
					key, err := dec.Token()
					if err != nil {
						return err
					}
					fmt.Fprintf(&b, "%q=", key)
				}
				if err := value(); err != nil {
					return err
				}
				b.WriteString(" ")
			}
			end, err := dec.Token()
			if err != nil {
				return err
			}
			fmt.Fprint(&b, end)
		case nil:
			b.WriteString(`#0""`)
		case bool:
			fmt.Fprintf(&b, `#b"%t"`, tok)
		case json.Number:
			fmt.Fprintf(&b, `#n%q`, tok.String())
		case string:
			fmt.Fprintf(&b, `#s%q`, tok)
		}
		return nil
	}
	if err := value(); err != nil {
		return "", err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return "", errors.New("trailing data")
	}
	return b.String(), nil
}

// stricter reports whether we refuse on purpose what encoding/json accepts.
func stricter(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	return e.ID == DuplicateKey || e.ID == BadEncoding || e.ID == TooDeep || e.ID == TooManyValues || strings.Contains(e.Msg, "surrogate")
}

func agreeWithStandard(t interface {
	Fatalf(string, ...any)
}, data []byte,
) {
	doc, err := JSON(data, Limits{})
	text, refused := Text(data) // of UTF-16 and byte order marks the standard library knows nothing
	if refused != nil {
		text = data
	}
	want, wantErr := fromStandard(text)
	switch {
	case err != nil && (stricter(err) || wantErr != nil):
		return
	case (err == nil) != (wantErr == nil && json.Valid(text)):
		t.Fatalf("%q: error %v, encoding/json says %v", data, err, wantErr)
	}
	if got := content(doc.Root); got != want {
		t.Fatalf("%q:\n got %s\nwant %s", data, got, want)
	}
}

func TestJSONIsReadAsTheStandardLibraryReadsIt(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune(`{}[]",:\u0123 abE+-.`+"\n\té\U0001F600")), rapid.Rune()))
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		leaves := []*rapid.Generator[any]{text.AsAny(), rapid.Int64().AsAny(), rapid.Float64().AsAny(), rapid.Bool().AsAny(), rapid.Just[any](nil)}
		if depth > 3 {
			return rapid.OneOf(leaves...)
		}
		return rapid.OneOf(append(leaves,
			rapid.SliceOfN(rapid.Deferred(func() *rapid.Generator[any] { return value(depth + 1) }), 0, 4).AsAny(),
			rapid.MapOfN(text, rapid.Deferred(func() *rapid.Generator[any] { return value(depth + 1) }), 0, 4).AsAny())...)
	}
	tiertest.Check(t, func(t *rapid.T) {
		data, err := json.MarshalIndent(value(0).Draw(t, "value"), "", rapid.SampledFrom([]string{"", " ", "\t"}).Draw(t, "indent"))
		if err != nil {
			t.Skip() // a float that is not finite
		}
		agreeWithStandard(t, data)
		if len(data) == 0 {
			return
		}
		// One byte spoilt: both refuse, or both read the same.
		at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
		data[at] = rapid.Byte().Draw(t, "byte")
		agreeWithStandard(t, data)
	})
}

func TestJSONIsYAMLToo(t *testing.T) {
	for _, in := range []string{
		`{"a": 1, "b": [true, null, "x", -2.5], "c": {"d": "é"}}`,
		"[\n  {\"on\": \"yes\"},\n  {\"n\": 12}\n]",
		`{"text": "a\nb\t\"c\" A"}`,
	} {
		fast, err := JSON([]byte(in), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		slow, err := Raw{c: chunk{data: []byte(in)}}.asYAML(Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(outline(slow[0].Root), outline(fast.Root)); diff != "" {
			t.Errorf("%s (-YAML +JSON):\n%s", in, diff)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2.5e-3,"x\u00e9\ud83d\ude00",null,true,{}]}`, `[`, `"\ud800"`, "{\"a\":1,\"a\":2}", "\xef\xbb\xbf[]", "\xfe\xff\x001", "\xff\xfe[\x00]\x00", "1 2", strings.Repeat("[", 300)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		agreeWithStandard(t, data)
		doc, err := JSON(data, Limits{})
		if err == nil && !utf8.ValidString(outline(doc.Root)) {
			t.Fatalf("%q: text that is not UTF-8", data)
		}
	})
}

// What is read is not copied by the value: a long text of short values takes memory that
// grows with the text.
func TestMemoryForJSONGrowsWithTheText(t *testing.T) {
	taken := func(n int) uint64 {
		text := []byte("[" + strings.Repeat(`true,null,"a\n",1,{"k":[]},`, n) + "0]")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := JSON(text, Limits{}); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	small, large := taken(1000), taken(16_000)
	if large > 40*small {
		t.Errorf("%d bytes for 1,000 rounds, %d for 16,000", small, large)
	}
}
