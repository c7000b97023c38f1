package formats_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats"
	"github.com/fateline/fateline/report/reporttest"
)

func rendered(t testing.TB, f report.Format, d *report.Document, o report.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(context.Background(), &b, d, o); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	return b.String()
}

func TestEveryFormatIsDocumentedAndNamed(t *testing.T) {
	var names []string
	for _, f := range formats.All() {
		names = append(names, f.Name)
		if !regexp.MustCompile(`^[a-z][a-z0-9-]*$`).MatchString(f.Name) || f.Ext == "" || f.Write == nil {
			t.Errorf("format %q is not whole", f.Name)
		}
		if f.Doc.Title == "" || f.Doc.Text == "" || f.Doc.Limits == "" || f.Doc.Since == "" {
			t.Errorf("format %s is not documented: %+v", f.Name, f.Doc)
		}
		if found, ok := formats.Find(f.Name); !ok || found.Name != f.Name {
			t.Errorf("Find(%q) = %q, %v", f.Name, found.Name, ok)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("formats are not in order: %v", names)
	}
	if _, ok := formats.Find("nonsense"); ok {
		t.Error("Find knows a format that is none")
	}
}

func TestEveryDirectoryIsListed(t *testing.T) {
	known := map[string]bool{"testdata": true}
	for _, f := range formats.All() {
		known[map[string]string{"html": "htmlpage"}[f.Name]] = true
		known[f.Name] = true
	}
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !known[e.Name()] && e.Name() != "record" {
			t.Errorf("%s is in no list: add it to All", filepath.Join("report/formats", e.Name()))
		}
	}
}

func TestEveryFormatSaysTheVerdict(t *testing.T) {
	for _, c := range []struct {
		doc  *report.Document
		word string
	}{{reporttest.Sample(), "incomplete"}, {reporttest.Violated(), "violated"}, {reporttest.Passing(), "pass"}} {
		for _, f := range formats.All() {
			if out := rendered(t, f, c.doc, report.Options{}); !strings.Contains(strings.ToLower(out), c.word) {
				t.Errorf("%s does not say %s", f.Name, c.word)
			}
		}
	}
}

func TestEveryRunOfEveryFormatGivesTheSameBytes(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, f := range formats.All() {
		first := rendered(t, f, reporttest.Sample(), report.Options{})
		for _, procs := range []int{1, 2, 8} {
			runtime.GOMAXPROCS(procs)
			if again := rendered(t, f, reporttest.Sample(), report.Options{}); again != first {
				t.Errorf("%s: other bytes with GOMAXPROCS %d", f.Name, procs)
			}
		}
	}
}

// limited fails after so many bytes.
type limited struct{ left int }

var errFull = errors.New("no space left on device")

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		n := l.left
		l.left = 0
		return n, errFull
	}
	l.left -= len(p)
	return len(p), nil
}

func TestEveryFormatReportsAFullDisk(t *testing.T) {
	for _, f := range formats.All() {
		size := len(rendered(t, f, reporttest.Sample(), report.Options{}))
		for _, room := range []int{0, 1, size / 2, size - 1} {
			if err := f.Write(context.Background(), &limited{room}, reporttest.Sample(), report.Options{}); !errors.Is(err, errFull) {
				t.Errorf("%s with room for %d of %d bytes: %v", f.Name, room, size, err)
			}
		}
	}
}

func TestEveryFormatStopsWhenItsContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, f := range formats.All() {
		if err := f.Write(ctx, io.Discard, reporttest.Sample(), report.Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context canceled", f.Name, err)
		}
	}
}

// onStdout are the formats that people send to a terminal or a build log.
var onStdout = []string{"text", "json", "markdown", "dot", "mermaid", "graphml", "sarif", "svg"}

func TestNoNameMovesATerminal(t *testing.T) {
	d := reporttest.Hostile(reporttest.Payloads())
	for _, f := range formats.All() {
		if !slices.Contains(onStdout, f.Name) {
			continue
		}
		out := rendered(t, f, d, report.Options{Details: report.Full})
		if !utf8.ValidString(out) {
			t.Errorf("%s: not UTF-8", f.Name)
		}
		for i, r := range out {
			if r != '\n' && !unicode.IsPrint(r) {
				t.Errorf("%s: byte %d: %U in %q", f.Name, i, r, out[max(0, i-30):min(len(out), i+30)])
				break
			}
		}
	}
}

func TestNoLineIsACommandOfABuildLog(t *testing.T) {
	d := reporttest.Hostile(reporttest.Payloads())
	anywhere := regexp.MustCompile(`(?i)##(\[|vso\[|teamcity\[)`)
	atStart := regexp.MustCompile(`(?i)^\s*(::|##|section_(start|end):)`)
	for _, f := range formats.All() {
		if !slices.Contains(onStdout, f.Name) {
			continue
		}
		for _, line := range strings.FieldsFunc(rendered(t, f, d, report.Options{Details: report.Full}), func(r rune) bool { return r == '\n' || r == '\r' }) {
			if anywhere.MatchString(line) || atStart.MatchString(line) && f.Name != "markdown" {
				t.Errorf("%s: a line that a build log obeys: %.80q", f.Name, line)
				break
			}
		}
	}
}
