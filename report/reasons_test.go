package report_test

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/report"
)

func TestReasonsThatInputsOfADirectoryShareAreSaidOnce(t *testing.T) {
	for _, c := range []struct {
		name      string
		all, want []string
	}{
		{"nothing", nil, nil},
		{
			"templates of a chart",
			[]string{"c/t/a.yaml: partial: 15:1: never rendered", "x.yaml: unreadable: no YAML", "c/t/b.yaml: partial: 9:2: never rendered", "c/t/d.yaml: partial: never rendered"},
			[]string{"c/t/: 3 inputs partial: never rendered (a.yaml:15:1, b.yaml:9:2 and 1 more)", "x.yaml: unreadable: no YAML"},
		},
		{"two are not many", []string{"c/a: partial: x", "c/b: partial: x"}, []string{"c/a: partial: x", "c/b: partial: x"}},
		{
			"another directory, status or reason is another thing",
			[]string{"c/a: partial: x", "c/b: partial: x", "d/c: partial: x", "c/d: unreadable: x", "c/e: partial: y"},
			[]string{"c/a: partial: x", "c/b: partial: x", "d/c: partial: x", "c/d: unreadable: x", "c/e: partial: y"},
		},
		{"what was scanned itself", []string{"a: partial: 1: x", "b: partial: 2: x", "c: partial: 3: x"}, []string{"./: 3 inputs partial: x (a:1, b:2 and 1 more)"}},
		{"a text that begins with no position", []string{"a: partial: :1: x", "b: partial: :1: x", "c: partial: 1:2:3: x"}, []string{"a: partial: :1: x", "b: partial: :1: x", "c: partial: 1:2:3: x"}},
		{"the first of them twice", []string{"a: partial: x", "a: partial: x", "b: partial: x"}, []string{"./: 3 inputs partial: x (a, a and 1 more)"}},
		{"what is of no input", []string{"no rule ran", "no rule ran", "no rule ran"}, []string{"no rule ran", "no rule ran", "no rule ran"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := slices.Clone(c.all)
			if diff := cmp.Diff(c.want, report.Reasons(c.all)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !slices.Equal(before, c.all) {
				t.Error("the list was changed")
			}
		})
	}
}

func TestAnAnswerListsFewReasonsUnlessAskedForAll(t *testing.T) {
	var all []string
	for i := range 30 {
		all = append(all, "d"+strconv.Itoa(i)+"/a.yaml: partial: broken")
	}
	for _, c := range []struct {
		details report.Details
		want    int
		more    bool
	}{{report.Normal, 10, true}, {report.Full, 30, false}} {
		var b bytes.Buffer
		if err := (report.Answer{Body: report.Risks{}, Incomplete: all}).WriteText(&b, report.Options{Details: c.details}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(b.String(), "partial: broken"); got != c.want {
			t.Errorf("details %v: %d reasons, want %d", c.details, got, c.want)
		}
		if strings.Contains(b.String(), "and 20 more") != c.more {
			t.Errorf("details %v: what is left out is not counted:\n%s", c.details, b.String())
		}
	}
}
