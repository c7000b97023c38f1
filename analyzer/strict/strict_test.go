package strict

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// outline writes a value with all its places, for comparison.
func outline(v Value) string {
	return written(v, func(line, col int) string { return fmt.Sprintf("%d:%d", line, col) })
}

// content is an outline without places.
func content(v Value) string { return written(v, func(int, int) string { return "" }) }

func written(v Value, at func(line, col int) string) string {
	var b strings.Builder
	var walk func(v Value)
	walk = func(v Value) {
		b.WriteString(at(v.Line(), v.Col()))
		if v.Tag() != "" {
			b.WriteString(v.Tag())
		}
		switch v.Type() {
		case Map:
			b.WriteString("{")
			for k, item := range v.Fields() {
				fmt.Fprintf(&b, "%q%s=", k.Text, at(k.Line, k.Col))
				walk(item)
				b.WriteString(" ")
			}
			b.WriteString("}")
		case List:
			b.WriteString("[")
			for item := range v.Items() {
				walk(item)
				b.WriteString(" ")
			}
			b.WriteString("]")
		default:
			fmt.Fprintf(&b, "#%c%q", "-0bns"[v.Type()], v.Text())
		}
	}
	walk(v)
	return b.String()
}

func problem(err error) string {
	var e *Error
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	return fmt.Sprintf("%s %d:%d", e.ID, e.Line, e.Col)
}

func TestValuesKnowTheirPlaces(t *testing.T) {
	docs, err := YAML([]byte("# top\na: 1\nb:\n- x\n- {y: \"z\"}\n---\non: yes\nc: !reference [.job, script]\n"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`2:1{"a"2:1=2:4#n"1" "b"3:1=4:1[4:3#s"x" 5:3{"y"5:4=5:7#s"z" } ] }`,
		`7:1{"on"7:1=7:5#s"yes" "c"8:1=8:4!reference[8:16#s".job" 8:22#s"script" ] }`,
	}
	for i, doc := range docs {
		if got := outline(doc.Root); got != want[i] || doc.Index != i {
			t.Errorf("document %d:\n got %s\nwant %s", doc.Index, got, want[i])
		}
	}
}
