package strict

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

// jsonWriter writes a JSON text and notes where each key and value begins.
type jsonWriter struct {
	b     strings.Builder
	begin int // of the line at hand
	line  int
	want  []string
}

func (p *jsonWriter) write(s string) {
	for _, r := range s {
		p.b.WriteRune(r)
		if r == '\n' {
			p.line++
			p.begin = p.b.Len()
		}
	}
}

func (p *jsonWriter) note(what string) {
	p.want = append(p.want, fmt.Sprintf("%s %d:%d", what, p.line+1, utf8.RuneCountInString(p.b.String()[p.begin:])+1))
}

func (p *jsonWriter) value(t *rapid.T, depth int) {
	blank := func() {
		p.write(rapid.SampledFrom([]string{"", "", " ", "\n", "\r\n", "\t", "\r", "                    ", "\n        \n  "}).Draw(t, "blank"))
	}
	text := func() string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "12345678", "é", "世", "\U0001F600", `\n`, `\u00e9`, `\\`, `\"`, `\ud83d\ude00`, "\u2028", "\x7f"}), 0, 12).Draw(t, "text"), "")
	}
	blank()
	kind := rapid.IntRange(0, 4).Draw(t, "kind")
	if depth > 3 && kind < 2 {
		kind = 2
	}
	p.note("value")
	switch kind {
	case 0, 1:
		p.write([]string{"[", "{"}[kind])
		for i := range rapid.IntRange(0, 4).Draw(t, "length") {
			if i > 0 {
				blank()
				p.write(",")
			}
			if kind == 1 {
				blank()
				p.note("key")
				p.write(fmt.Sprintf(`"%d%s"`, i, text()))
				blank()
				p.write(":")
			}
			p.value(t, depth+1)
		}
		blank()
		p.write([]string{"]", "}"}[kind])
	case 2:
		p.write(`"` + text() + `"`)
	default:
		p.write(rapid.SampledFrom([]string{"null", "true", "false", "0", "-12.5e+7"}).Draw(t, "word"))
	}
}

// places lists where the keys and values stand, in the order of the text.
func places(v Value) []string {
	out := []string{fmt.Sprintf("value %d:%d", v.Line(), v.Col())}
	for key, kid := range v.Fields() {
		out = append(out, fmt.Sprintf("key %d:%d", key.Line, key.Col))
		out = append(out, places(kid)...)
	}
	for kid := range v.Items() {
		out = append(out, places(kid)...)
	}
	return out
}

func TestPlacesInJSONAreThoseOfTheText(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		p := &jsonWriter{}
		p.value(t, 0)
		text := p.b.String()
		doc, err := JSON([]byte(rapid.SampledFrom([]string{"", bom8}).Draw(t, "mark")+text+"\r\n"), Limits{})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if got, want := strings.Join(places(doc.Root), ", "), strings.Join(p.want, ", "); got != want {
			t.Fatalf("%q:\n got %s\nwant %s", text, got, want)
		}
	})
}
