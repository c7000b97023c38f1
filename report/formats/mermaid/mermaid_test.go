package mermaid_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/mermaid"
	"github.com/fateline/fateline/report/reporttest"
)

func rendered(t *testing.T, d *report.Document, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := mermaid.Format.Write(context.Background(), &b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A chart has nothing but these lines: the grammar of what is written here.
var (
	nodeLine  = regexp.MustCompile(`^  n\d+(\[|\[\(|\(\[|\{|\{\{)"([^"]*)"(\]|\)\]|\]\)|\}|\}\})$`)
	edgeLine  = regexp.MustCompile(`^  n\d+ (-->|==>|-\.->)(\|"([^"]*)"\|)? n\d+$`)
	otherLine = regexp.MustCompile(`^(%% [^{}]*|flowchart TB|  classDef (root|victim|less) [a-z0-9:#,-]+|  class n\d+(,n\d+)* (root|victim|less))$`)
	code      = regexp.MustCompile(`#(\d+);`)
)

// decode undoes what Mermaid's numbers stand for.
func decode(s string) string {
	return code.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.Atoi(m[1 : len(m)-1])
		return string(rune(n))
	})
}

func TestAHostileChartHasNothingButItsOwnLines(t *testing.T) {
	names := reporttest.Payloads()
	for at := 0; at < len(names); at += 20 {
		some := names[at:min(at+20, len(names))]
		shown := map[string]bool{}
		for _, line := range strings.Split(strings.TrimSuffix(rendered(t, reporttest.Hostile(some), report.Options{Nodes: 300}), "\n"), "\n") {
			m := nodeLine.FindStringSubmatch(line)
			switch {
			case m != nil:
				label, kind, _ := strings.Cut(m[2], "<br/>")
				if strings.ContainsAny(label, `<>&;"`+"`") && code.ReplaceAllString(label, "") != strings.Trim(code.ReplaceAllString(label, ""), `<>&"`+"`") {
					t.Errorf("label %q is not escaped", label)
				}
				shown[decode(label)+" "+kind] = true
			case !edgeLine.MatchString(line) && !otherLine.MatchString(line):
				t.Errorf("line %q", line)
			}
		}
		for i, name := range some {
			want := report.Label(name)
			if name == "" {
				want = report.Label(fmt.Sprintf("%03d", i))
			}
			if len(some) <= mermaid.MostEdges/2 && !shown[want+" service"] {
				t.Errorf("no node is called exactly %q", want)
			}
		}
	}
}

func TestAChartHasAtMostFortyEdgesAndSaysWhatItHides(t *testing.T) {
	names := make([]string, 60)
	for i := range names {
		names[i] = fmt.Sprint("s", i)
	}
	out := rendered(t, reporttest.Hostile(names), report.Options{Nodes: 300})
	edges := 0
	for _, line := range strings.Split(out, "\n") {
		if edgeLine.MatchString(line) {
			edges++
		}
	}
	if edges != mermaid.MostEdges {
		t.Errorf("%d edges, want %d", edges, mermaid.MostEdges)
	}
	if !regexp.MustCompile(`%% showing \d+ of 120 nodes; \d+ edges hidden`).MatchString(out) {
		t.Errorf("it does not say what it hides: %.200s", out)
	}
}
