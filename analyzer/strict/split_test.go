package strict

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

// wholeStream decodes a stream with one decoder of the library, without cutting it.
func wholeStream(data []byte) (outlines []string, err error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var y yaml.Node
		if err := dec.Decode(&y); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return outlines, err
		}
		t := tree{lim: Limits{}.defaults(0), text: data}
		root, err := t.document(&y)
		if err != nil {
			return outlines, err
		}
		outlines = append(outlines, comparable(root, data))
	}
}

func TestCuttingAStreamChangesNothing(t *testing.T) {
	lines := rapid.SampledFrom([]string{
		"---", "--- ", "---\t", "--- # c", "---x", "--- a", "--- |", "--- 'q", "--- {a: 1}", "...", "... ", "... # c", "... x", "", " ", "# c", "  # c",
		"a: 1", "b: |", "  text", "  ---", " ...", "c: 'open", "close'", "d: \"", "- x", "%YAML 1.1", "%TAG ! tag:x,2026:", "% x", "e: {", "}", "x", "# c\rf: 1", "g: 1\u2028h: 2",
	})
	ends := rapid.SampledFrom([]string{"\n", "\n", "\n", "\r\n", "\r"})
	tiertest.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(0, 8).Draw(t, "lines") {
			b.WriteString(lines.Draw(t, "line"))
			b.WriteString(ends.Draw(t, "end"))
		}
		data := []byte(b.String())
		want, wantErr := wholeStream(data)
		docs, err := YAML(data, Limits{})
		if err != nil && bytes.ContainsAny(data, "%") {
			return // a directive after a document that "..." did not close: the library lets some pass
		}
		if (err != nil) != (wantErr != nil) {
			t.Fatalf("%q: error %v, the library says %v", data, err, wantErr)
		}
		if err != nil {
			return
		}
		var got []string
		for _, doc := range docs {
			got = append(got, comparable(doc.Root, data))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-library +ours):\n%s", data, diff)
		}
	})
}

// comparable hides the places of empty documents, which the library gives at
// their end, and all places where a line ends as only YAML 1.1 ends lines.
func comparable(root Value, data []byte) string {
	if root.Type() == Null || bytes.Contains(data, []byte("\u2028")) {
		return content(root)
	}
	return outline(root)
}
