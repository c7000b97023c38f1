package strict

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBrokenYAMLIsRefusedAtItsPlace(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a: 1\nb:\n\t- x\n", "yaml-syntax 3:1"},
		{"a: 1\nb: [1, 2\nc: 3\nd: 4\n", "yaml-syntax 2:1"},
		{"a: 1\nb: {c: 1,\n d: [1,2\ne: 1\n", "yaml-syntax 2:1"},
		{"a: 1\nb: c: d\ne: f\n", "yaml-syntax 2:5"},
		{"a: 1\nb: 'open\nc: 1\nd: 1\n", "yaml-syntax 2:1"},
		{"a: 1\nb: \"open\nc: 1\nd: 1\n", "yaml-syntax 2:1"},
		{"a: 1\n  b: 2\n", "yaml-syntax 2:4"},
		{"- a\nb: 1\nc: 2\n", "yaml-syntax 2:1"},
		{"a: b\n- c\nd: 1\n", "yaml-syntax 2:1"},
		{"a:\n  - b\n c: 1\nd: 1\n", "yaml-syntax 3:2"},
		{"a: 1\nb: @x\n", "yaml-syntax 2:4"},
		{"a: 1\nb: `x`\n", "yaml-syntax 2:4"},
		{"a: 1\nb: %x\n", "yaml-syntax 2:4"},
		{"x: 1\n# c\na: *x\nb: 1\n", "yaml-syntax 3:4"},
		{"a: &x 1\n---\nb: *x\n", "yaml-syntax 3:4"}, // the anchor is another document's
		{"a: {b: 1}}\n", "yaml-syntax 1:1"},
		{"ok: 1\na: [1]]\nb: 1\n", "yaml-syntax 2:1"},
		{"a: |\n x\n  y\n z\nw\nv: 1\n", "yaml-syntax 5:1"},
		{"key\nother: 1\n", "yaml-syntax 2:6"},
		{"x: 1\na: \"b\\qc\"\n", "yaml-syntax 2:6"},
		{"a: >-x\n y\n", "yaml-syntax 1:1"},
		{"%YAML 3.0\n---\na: 1\n", "yaml-syntax 1:1"},
		{"%YAML 1.1\n", "yaml-syntax 1:1"},
		{"a: 1\n---\nb: [\n", "yaml-syntax 3:1"},
		{"a: 1\n...\nb: 2\n", "trailing-data 3:1"},
		{"a: 1\n... b\n", "yaml-syntax 2:1"},
		{"{a: 1} b\n", "yaml-syntax 1:1"},
		{"a: 1\na: 2\n", "duplicate-key 2:1"},
		{"a: 1\n\"a\": 2\n", "duplicate-key 2:1"},
		{"x:\n  y: {k: 1, k: 2}\n", "duplicate-key 2:13"},
		{"a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n", "duplicate-key 4:3"},
		{"? [a]\n: 1\n", "complex-key 1:3"},
		{"{a: 1}: 2\n", "complex-key 1:1"},
		{"a: &a [*a]\n", "cyclic-alias 1:8"},
		{"a: &a {b: {c: *a}}\n", "cyclic-alias 1:15"},
		{"a: &a\n  <<: *a\n", "cyclic-alias 2:7"},
		{"a:\n  <<: 1\n", "bad-merge 2:7"},
		{"a:\n  <<: [{b: 1}, 2]\n", "bad-merge 2:7"},
		{"a: 1\nb: \x01\n", "bad-encoding 2:4"},
		{"a: \xc3\n", "bad-encoding 1:4"},
		{"a: 1\nb: é\xff\n", "bad-encoding 2:5"},
		{strings.Repeat("[", 201) + strings.Repeat("]", 201), "too-deep 1:201"},
		{strings.Repeat("- ", 201) + "x\n", "too-deep 1:401"},
		{strings.Repeat("[", 1_000_000), "too-deep 1:1"},
		{"{{- if .Values.x }}\na: 1\n{{- end }}\n", "unrendered-template 1:1"},
		{"a: '{{ $labels.x }}\nb: 1\n", "yaml-syntax 1:1"}, // braces of alerts explain nothing
		{"{% if x %}\na: 1\n", "unrendered-template 1:2"},
		{"a: {{ .Values.a }}\n", "unrendered-template 1:5"},
		{"{{ .Release.Name }}: 1\n", "unrendered-template 1:1"},
	} {
		if _, err := YAML([]byte(c.in), Limits{}); problem(err) != c.want {
			t.Errorf("%q: got %s (%v), want %s", clip(c.in), problem(err), err, c.want)
		}
	}
}

func TestBracesInStringsAreRead(t *testing.T) {
	for _, in := range []string{
		"summary: Instance {{ $labels.instance }} down\n", "runs-on: ${{ matrix.os }}\n", "name: app-{{name}}\n", "text: New {{ if .payload.up }}one{{ end }}\n", "a: https://{{ .Release.Name }}.example\n",
		"a: '{{ .Values.a }}'\n", "a: |\n  {{ .Values.a }}\n", "# {{ .Values.a }}\na: 1\n",
	} {
		if docs, err := YAML([]byte(in), Limits{}); err != nil || len(docs) != 1 {
			t.Errorf("%q: %d documents, %v", in, len(docs), err)
		}
	}
}

func TestDocumentsBeforeAnErrorAreKept(t *testing.T) {
	in := "a: 1\n---\nkind: Deployment\nmetadata:\n  name: api\nspec: {a: 1, a: 2}\n---\nc: 3\n"
	docs, err := YAML([]byte(in), Limits{})
	if len(docs) != 1 || docs[0].Root.Get("a").Text() != "1" {
		t.Errorf("got %d documents, want the first", len(docs))
	}
	if got, want := fmt.Sprint(err), `6:14: key "a" again, first at 6:8; document 2 (Deployment/api)`; got != want {
		t.Errorf("error %q, want %q", got, want)
	}
	raws, err := Split([]byte(in))
	if err != nil || len(raws) != 3 {
		t.Fatalf("Split gave %d, %v", len(raws), err)
	}
	if docs, err := raws[2].Decode(Limits{}); err != nil || docs[0].Root.Line() != 8 {
		t.Errorf("the document after the broken one: %v, %v", docs, err)
	}
}

func TestStreamsOfEveryShapeAreCut(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string // contents
	}{
		{"", nil},
		{"# only\n\n# comments\n", nil},
		{"---\n", []string{`#0""`}},
		{"# licence\n---\na: 1\n", []string{`{"a"=#n"1" }`}},
		{"%YAML 1.1\n# c\n---\na: 1\n---\n# nothing\n---\nb: 2\n---\n", []string{`{"a"=#n"1" }`, `#0""`, `{"b"=#n"2" }`, `#0""`}},
		{"--- a\n--- b\n...\n", []string{`#s"a"`, `#s"b"`}},
		{"a: |\n  ---\n---\nb: 1\n", []string{`{"a"=#s"---\n" }`, `{"b"=#n"1" }`}},
		{"a: 1\r\n---\r\nb: 2\r\n", []string{`{"a"=#n"1" }`, `{"b"=#n"2" }`}},
		{"a: 1\r---\rb: 2\r", []string{`{"a"=#n"1" }`, `{"b"=#n"2" }`}},
		{`{"a": 1}` + "\n---\n" + `{"b": 2}`, []string{`{"a"=#n"1" }`, `{"b"=#n"2" }`}},
		{"{\"a\": 1, b: 2}\n", []string{`{"a"=#n"1" "b"=#n"2" }`}},
		{"[x]\n", []string{`[#s"x" ]`}},
		{"~\n", []string{`#0""`}},
		{"plain\n", []string{`#s"plain"`}},
	} {
		for name, decode := range map[string]func([]byte, Limits) ([]Document, error){"YAML": YAML, "Parse": Parse} {
			docs, err := decode([]byte(c.in), Limits{})
			if err != nil {
				t.Errorf("%s(%q): %v", name, c.in, err)
			}
			var got []string
			for i, doc := range docs {
				if doc.Index != i {
					t.Errorf("%s(%q): document %d has index %d", name, c.in, i, doc.Index)
				}
				got = append(got, content(doc.Root))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s(%q) (-want +got):\n%s", name, c.in, diff)
			}
		}
	}
}

func TestScalarsHaveTheTypesOfYAML(t *testing.T) {
	for text, want := range map[string]Type{
		"true": Bool, "False": Bool, "yes": String, "on": String, "off": String, "1": Number, "-1.5e3": Number, "0x1F": Number, "0o17": Number,
		"1_000": Number, "'1'": String, "~": Null, "null": Null, "\"\"": String, "2026-01-02": String, "1.2.3": String, "12:30": String,
		"!!str 1": String, "!!int \"1\"": Number, "!custom x": String, "!!binary aGk=": String, ".nan": Number, ".inf": Number, "0777": Number,
	} {
		docs, err := YAML([]byte("a: "+text+"\n"), Limits{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := docs[0].Root.Get("a").Type(); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

func TestNumbersAreReadWithoutSurprise(t *testing.T) {
	for _, c := range []struct {
		text  string
		i     int
		isInt bool
		f     float64
		isF   bool
	}{
		{"12", 12, true, 12, true},
		{"-3", -3, true, -3, true},
		{"0x1F", 31, true, 31, true},
		{"1_000", 1000, true, 1000, true},
		{"1.5", 0, false, 1.5, true},
		{"9007199254740993", 9007199254740993, true, 9007199254740992, true},
		{"99999999999999999999", 0, false, 1e20, true},
		{".inf", 0, false, 0, false},
		{".nan", 0, false, 0, false},
		{"1e999", 0, false, 0, false},
		{"'12'", 12, true, 12, true},
		{"'0777'", 777, true, 777, true},
		{"0777", 511, true, 511, true},
		{"x", 0, false, 0, false},
	} {
		docs, err := YAML([]byte(c.text), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		v := docs[0].Root
		if i, ok := v.Int(); i != c.i && ok || ok != c.isInt {
			t.Errorf("%s.Int() = %d, %t, want %d, %t", c.text, i, ok, c.i, c.isInt)
		}
		if f, ok := v.Float(); ok != c.isF || ok && f != c.f {
			t.Errorf("%s.Float() = %g, %t, want %g, %t", c.text, f, ok, c.f, c.isF)
		}
	}
}

func TestMergeKeysFillInWhatIsMissing(t *testing.T) {
	docs, err := YAML([]byte(`
base: &base {a: 1, b: 2, c: 3}
more: &more {b: 20, d: 40}
one:
  <<: *base
  b: 9
two:
  b: 9
  <<: [*more, *base]
text:
  "<<": x
`), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"one":  `{"b"=#n"9" "a"=#n"1" "c"=#n"3" }`,
		"two":  `{"b"=#n"9" "d"=#n"40" "a"=#n"1" "c"=#n"3" }`,
		"text": `{"<<"=#s"x" }`,
	} {
		if got := content(docs[0].Root.Get(field)); got != want {
			t.Errorf("%s = %s, want %s", field, got, want)
		}
	}
	if got := docs[0].Root.Get("one", "a").Line(); got != 2 {
		t.Errorf("a merged value stands on line %d, want 2, where it is written", got)
	}
}

func TestAliasesAreWhatTheyName(t *testing.T) {
	_, err := YAML([]byte("a: &x [1, &y {b: 2}]\nc: *x\nd: *y\n*y2 : 1\n"), Limits{})
	if problem(err) != "yaml-syntax 4:1" {
		t.Errorf("an alias that names nothing as a key: %v", err)
	}
	docs, err := YAML([]byte("a: &x [1, &y {b: &k key}]\nc: *x\nd: *y\n*k : 1\n"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := content(docs[0].Root), `{"a"=[#n"1" {"b"=#s"key" } ] "c"=[#n"1" {"b"=#s"key" } ] "d"={"b"=#s"key" } "key"=#n"1" }`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// An unquoted secret may begin as an alias does.
func TestNoMessageQuotesWhatMayBeASecret(t *testing.T) {
	for _, text := range []string{"password: *hunter2\n", "a: [*hunter2]\n"} {
		_, err := Parse([]byte(text), Limits{})
		if err == nil {
			t.Fatalf("%q is taken", text)
		}
		if msg := err.Error(); strings.Contains(msg, "hunter2") {
			t.Errorf("%q: %s", text, msg)
		}
	}
}
