package strict

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

// Keys are guessed by those before them: whatever comes instead, each is read as it
// stands, and where it stands.
func TestAGuessedKeyIsTheOneThatStandsThere(t *testing.T) {
	long := strings.Repeat("k", longKey)
	written := []struct{ as, text string }{
		{"a", "a"},
		{`\u0061`, "a"},
		{"ab", "ab"},
		{`a\"b`, `a"b`},
		{`a\\`, `a\`},
		{"", ""},
		{"é", "é"},
		{"éa", "éa"},
		{"name", "name"},
		{"names", "names"},
		{"metadata.name", "metadata.name"},
		{long, long},
		{long[1:], long[1:]},
		{long + "k", long + "k"},
	}
	tiertest.Check(t, func(t *rapid.T) {
		var b strings.Builder
		var want []string
		b.WriteString("[\n")
		for line := range rapid.IntRange(1, 40).Draw(t, "objects") {
			if line > 0 {
				b.WriteString(",\n")
			}
			begin := b.Len()
			b.WriteString("{")
			seen := map[string]bool{}
			for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(written)-1), 0, 6).Draw(t, "keys") {
				k := written[i]
				if seen[k.text] {
					continue
				}
				if len(seen) > 0 {
					b.WriteString(",")
				}
				seen[k.text] = true
				want = append(want, fmt.Sprintf("%q %d:%d", k.text, line+2, utf8.RuneCountInString(b.String()[begin:])+1))
				b.WriteString(`"` + k.as + `":1`)
			}
			b.WriteString("}")
		}
		b.WriteString("\n]")
		doc, err := JSON([]byte(b.String()), Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for item := range doc.Root.Items() {
			for k := range item.Fields() {
				got = append(got, fmt.Sprintf("%q %d:%d", k.Text, k.Line, k.Col))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s\n(-want +got):\n%s", b.String(), diff)
		}
	})
}

func TestAGuessedKeyIsCountedAndMayNotComeTwice(t *testing.T) {
	for _, c := range []struct {
		in    string
		nodes int
		want  string
	}{
		{`[{"a":1,"b":2},{"a":1,"b":2,"b":3}]`, 0, DuplicateKey + " 1:29"},
		{`[{"a":1,"a":2}]`, 0, DuplicateKey + " 1:9"},
		{`[{"a":1},{"a":1},{"a":1},{"a":1}]`, 11, TooManyValues + " 1:27"},
	} {
		_, err := JSON([]byte(c.in), Limits{Nodes: c.nodes})
		if got := problem(err); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", c.in, got, c.want)
		}
	}
}
