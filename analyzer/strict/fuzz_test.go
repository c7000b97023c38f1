package strict

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzYAML(f *testing.F) {
	for _, seed := range []string{
		sample, "a: &a [*a]\n", bomb(5, 5, "x"), "a: {b: 1, b: 2}\n", "%YAML 1.1\n---\na: 1\n...\n---\nb: 2\n", "a: |\n  x\n ---\n---\n> y\n", "<<: {a: 1}\n",
		"? [a]\n: 1\n", "!t [1]\n", "{{- if .Values.x }}\na: 1\n", "- 'it''s'\n- \"\\u00e9\"\n", bom8 + "a: 1", "a: 1\r\nb: 2\r", "{\"a\": 1}\n---\n[1]\n",
		"on: yes\noff: ~\n1: 0x1F\n", strings.Repeat("[", 300), strings.Repeat("- ", 300),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		docs, err := Parse(data, Limits{})
		for i, doc := range docs {
			if doc.Index != i {
				t.Fatalf("document %d has index %d", i, doc.Index)
			}
			if n := visit(doc.Root); n > 1_000_000 {
				t.Fatalf("a walk visits %d values", n)
			}
			if !utf8.ValidString(outline(doc.Root)) {
				t.Fatal("text that is not UTF-8")
			}
		}
		if err != nil {
			if id, place, found := strings.Cut(problem(err), " "); !found || id == "" || place == "0:0" {
				t.Fatalf("an error without id or place: %v", err)
			}
			return
		}
		text, err := Text(data)
		if err != nil {
			t.Fatal(err)
		}
		if raws, _ := Split(data); len(raws) == 1 && raws[0].IsJSON() {
			return // FuzzJSON compares those
		}
		// A stream that we read whole is the one that the library reads.
		want, err := wholeStream(text)
		if err != nil || strings.Contains(string(data), "%") || strings.Contains(string(data), "\t") {
			return
		}
		for i, doc := range docs {
			if i >= len(want) || comparable(doc.Root, text) != want[i] {
				t.Fatalf("%q: document %d:\n got %s\nwant %v", data, i, comparable(doc.Root, text), want)
			}
		}
		if len(docs) != len(want) {
			t.Fatalf("%q: %d documents, want %d", data, len(docs), len(want))
		}
	})
}
