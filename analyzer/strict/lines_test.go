package strict

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func TestLinesAreReadOneByOne(t *testing.T) {
	in := bom8 + "{\"a\":1}\r\n\n  \n{\"b\":2}\nbad\n{\"a\":1,\n\"long: " + strings.Repeat("x", 100) + "\"\n[\"é\", }\n{\"c\":\x00}\n3"
	want := []string{
		"1: 1:1{\"a\"1:2=1:6#n\"1\" }",
		"4: 4:1{\"b\"4:2=4:6#n\"2\" }",
		"5: json-syntax 5:1",
		"6: early-end 6:8",
		"7: too-long 7:1",
		"8: json-syntax 8:7",
		"9: bad-encoding 9:6",
		"10: 10:1#n\"3\"",
	}
	for name, r := range map[string]io.Reader{"whole": strings.NewReader(in), "byte by byte": iotest.OneByteReader(strings.NewReader(in))} {
		var got []string
		for line, err := range Lines(r, Limits{Record: 64}) {
			var doc Document
			if err == nil {
				doc, err = line.JSON(Limits{})
			}
			if err != nil {
				got = append(got, fmt.Sprintf("%d: %s", line.Number, problem(err)))
			} else {
				got = append(got, fmt.Sprintf("%d: %s", line.Number, outline(doc.Root)))
			}
			if err == nil && line.Number > 1 && in[line.Offset:line.Offset+int64(len(line.Text))] != string(line.Text) {
				t.Errorf("line %d does not stand at byte %d", line.Number, line.Offset)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestALineMayBeAsLongAsTheLimit(t *testing.T) {
	for _, end := range []string{"", "\n", "\r\n"} {
		for length, want := range map[int]string{64: "<nil>", 65: "too-long 1:1"} {
			for _, err := range Lines(strings.NewReader(strings.Repeat("1", length)+end), Limits{Record: 64}) {
				if got := problem(err); got != want {
					t.Errorf("%d bytes and %q: %s, want %s", length, end, got, want)
				}
			}
		}
	}
}

func TestAReaderThatFailsEndsTheLines(t *testing.T) {
	broken := errors.New("the device is gone")
	r := io.MultiReader(strings.NewReader("1\n2\n3"), iotest.ErrReader(broken))
	var got []string
	for doc, err := range JSONLines(r, Limits{}) {
		got = append(got, fmt.Sprintf("%d %s %v", doc.Index, doc.Root.Text(), err))
	}
	want := []string{"0 1 <nil>", "1 2 <nil>", "2  the device is gone"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLinesCanBeLeftEarly(t *testing.T) {
	n := 0
	for range JSONLines(strings.NewReader("1\n2\n3\n"), Limits{}) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("left after %d", n)
	}
}
