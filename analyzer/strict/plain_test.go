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

// placed writes a tree with everything that a node holds.
func placed(v Value) string {
	var b strings.Builder
	var walk func(v Value, depth int)
	walk = func(v Value, depth int) {
		fmt.Fprintf(&b, "%s%s %q @%d:%d style=%d indent=%d tag=%s\n", strings.Repeat(" ", depth), v.Type(), v.Text(), v.Line(), v.Col(), v.at().style(), v.d.indentOf(v.at()), v.Tag())
		for item := range v.Items() {
			walk(item, depth+1)
		}
		for k, item := range v.Fields() {
			fmt.Fprintf(&b, "%skey %q @%d:%d\n", strings.Repeat(" ", depth+1), k.Text, k.Line, k.Col)
			walk(item, depth+2)
		}
	}
	walk(v, 0)
	return b.String()
}

// bothWays reads a text by lines and by the library, and says how the trees differ.
// read is whether the first could.
func bothWays(text string) (read bool, diff string) {
	lim := Limits{}.defaults(len(text))
	fast, ok := scanPlain(text, lim, 7)
	if !ok {
		return false, ""
	}
	slow, err := (Raw{c: chunk{data: []byte(text), line: 7}, of: 1}).byLibrary(lim)
	if err != nil {
		return true, "the library refuses it: " + err.Error()
	}
	if len(slow) != 1 {
		return true, fmt.Sprintf("the library finds %d documents", len(slow))
	}
	return true, cmp.Diff(strings.Split(placed(slow[0].Root), "\n"), strings.Split(placed(fast), "\n"))
}

// manifest is of the subset, every construct of it.
const manifest = `# a comment
---
apiVersion: apps/v1
kind: Deployment # another
metadata:
  name: web
  labels: {app: web, tier: "1"}
  annotations:
    "quoted/key": 'single'
    a.b/c-d: https://example.com:80/x#y
    none:
    tilde: ~
    flag: true
    date: 2020-01-01
    mem: 128Mi
    big: 12345678901234567890
    oct: 0755
    ver: 1.2.3
    f: 1.5
    e: 1e3
    umlaut: zwölf Boxkämpfer
spec:
  list:
  - a
  - "b c"
  -
  - name: x
    value: 80

    # between
    more: [1, "a", b-c, {k: v}, []]
  - {}
  - |
    text # no comment

      deeper
  nested:
    - deeper:
        deepest: -1
      other: no
  script: |-
    #!/bin/sh
    echo "$(HOST): ${PORT}"


  keep: |+
    x

  after: done
empty: []
`

func TestPlainYAMLIsTheSameTree(t *testing.T) {
	for _, text := range []string{
		manifest, "a: 1\n", "- 1\n", "---\na:\n", "a:\n- b\n- c:\nd: e\n", "a: |\n  x\n\n\nb: c\n", "a: |\n\n  x\n", "- a: 1\n  b: 2\n-   c: 3\n    d: 4\n",
		"a: 'it'\nb: \"\"\nc: ''\n", "a: yes\nb: on\nc: NULL\nd: .inf\ne: +1\nf: 1_000\ng: 0x1F\nh: 1.\ni: -\n", "a:\n  # only a comment\nb: 1\n",
		"a: 10.0.0.1\nb: 1:30\nc: 2001-12-14t21:59:43.10-05:00\n", "system:node: x\n", "a: 10m\nb: 25%\nc: 1.2.3\nd: 1e3m\ne: 8080/TCP\nf: 0o17\ng: 0b11\nh: 12e03\ni: 2001-12-14 21:59:43Z\n", "a: [x, [y, {z: 1}]] # c\n", "a: [b:c, {d: e:f/g, h: 1:30}, 12:30:45, i:8080]\n", "--- # c\na: 1\n", "a: b \nc: d\n",
	} {
		read, diff := bothWays(text)
		if !read && !strings.Contains(text, "i: -") {
			t.Errorf("%q was left to the library", text)
		}
		if diff != "" {
			t.Errorf("%q (-library +plain):\n%s", text, diff)
		}
	}
}

func TestWhatIsNotPlainIsLeftToTheLibrary(t *testing.T) {
	for _, text := range []string{
		"", "a: 1", "a: &x 1\n", "a: *x\n", "a: !t 1\n", "a: >\n  b\n", "a: |2\n   b\n", "a:\tb\n", "a: b\n  c\n", "a: \"b\\n\"\n", "a: 'it''s'\n", "a: 1\na: 2\n",
		"<<: {a: 1}\n", "? a\n: b\n", "%YAML 1.2\n---\na: 1\n", "a: 1\r\n", "a: b: c\n", "- - a\n", "a: {b: 1,\n c: 2}\n", "a: [b: c]\n", "a: \u2028\n", "a b: c\n", "a: @x\n", "a\n",
		"a: 1\n b: 2\n", "a: \"open\n", "a: |\n", "... \n", "a: {b}\n", "a: [,]\n", "a: [b:]\n", "a: [:b]\n", "a: [b::c]\n", "a: {b:c}\n", strings.Repeat("- ", 300) + "\n",
	} {
		if read, diff := bothWays(text); read {
			t.Errorf("%q is not in the subset, but was read; %s", text, diff)
		}
	}
}

// TestPlainYAMLIsTheSameTreeAfterAnyEdit spoils a manifest in random places.
func TestPlainYAMLIsTheSameTreeAfterAnyEdit(t *testing.T) {
	pieces := []string{
		" ", "  ", "\n", ":", ": ", "-", "- ", "#", " #", "\"", "'", "|", ">", "[", "]", "{", "}", ",", "a", "1", "~", "\t", "\\", "&a", "*a", "!", "---\n", "é", "\u2028", "%", "@", "=", "<<", "?", "\n  ",
		"0x", "1e", ".", "null", "|-\n", "`", "\n\n", "- - ",
	}
	tiertest.Check(t, func(t *rapid.T) {
		text := manifest
		from := rapid.IntRange(0, len(text)-1).Draw(t, "from")
		to := rapid.IntRange(from, min(len(text), from+200)).Draw(t, "to")
		if rapid.Bool().Draw(t, "part") {
			text = text[from:to] + "\n"
		}
		for range rapid.IntRange(1, 3).Draw(t, "edits") {
			at := rapid.IntRange(0, len(text)).Draw(t, "at")
			cut := rapid.IntRange(at, min(len(text), at+4)).Draw(t, "cut")
			text = text[:at] + rapid.SampledFrom(pieces).Draw(t, "piece") + text[cut:]
		}
		if !utf8.ValidString(text) {
			return // refused before
		}
		chunks := split([]byte(text))
		for _, c := range chunks {
			if c.orphan || c.bare {
				continue
			}
			if _, diff := bothWays(string(c.data)); diff != "" {
				t.Fatalf("%q (-library +plain):\n%s", c.data, diff)
			}
		}
	})
}
