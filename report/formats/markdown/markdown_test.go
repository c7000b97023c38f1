package markdown_test

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	goldmarkhtml "github.com/yuin/goldmark/renderer/html"

	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/markdown"
	"github.com/fateline/fateline/report/reporttest"
)

// page renders Markdown as code hosts do: CommonMark, tables, links from plain text.
func page(t testing.TB, text string) string {
	t.Helper()
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(goldmarkhtml.WithUnsafe()))
	var b bytes.Buffer
	if err := md.Convert([]byte(text), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func rendered(t *testing.T, d *report.Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := markdown.Format.Write(context.Background(), &b, d, report.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var tag = regexp.MustCompile(`<!-- -->|</?(p|code|pre)[^>]*>`)

// shown is the text that a reader sees of one rendered paragraph.
func shown(p string) string { return html.UnescapeString(tag.ReplaceAllString(p, "")) }

func TestTextIsShownExactlyAsItIs(t *testing.T) {
	for _, name := range reporttest.Payloads() {
		want := report.Label(name)
		if strings.TrimSpace(want) != want || want == "" {
			continue // blanks at the ends are no text
		}
		got := page(t, markdown.Escape(want))
		if text := strings.TrimSuffix(shown(got), "\n"); text != want {
			t.Errorf("%q is shown as %q", want, text)
		}
		if rest := tag.ReplaceAllString(got, ""); strings.Contains(rest, "<") {
			t.Errorf("%q becomes markup: %q", want, got)
		}
	}
}

func TestCodeIsShownExactlyAsItIs(t *testing.T) {
	for _, name := range reporttest.Payloads() {
		want := report.Label(name)
		if strings.TrimSpace(want) == "" {
			continue
		}
		if got := page(t, "x "+markdown.Code(want)+" x"); !strings.Contains(got, "<code>"+html.EscapeString(want)+"</code>") && shown(got) != "x "+want+" x\n" {
			t.Errorf("%q is shown as %q", want, got)
		}
	}
}

func FuzzTextIsShownAsItIs(f *testing.F) {
	for _, s := range reporttest.Payloads() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := strings.Join(strings.Fields(report.Label(s)), " ")
		if want == "" {
			return
		}
		if got := strings.TrimSuffix(shown(page(t, markdown.Escape(want))), "\n"); got != want {
			t.Fatalf("%q is shown as %q", want, got)
		}
	})
}

func TestAHostileReportIsStillOurs(t *testing.T) {
	names := reporttest.Payloads()
	for at := 0; at < len(names); at += 10 {
		d := reporttest.Hostile(names[at:min(at+10, len(names))])
		out := page(t, rendered(t, d))
		for _, m := range regexp.MustCompile(`<([a-zA-Z!?/][^\s>]*)([^>]*)>`).FindAllStringSubmatch(out, -1) {
			if !regexp.MustCompile(`^/?(h2|h3|p|ul|li|code|pre|em|strong|table|thead|tbody|tr|th|td|details|summary|sub|!--)$`).MatchString(m[1]) {
				t.Errorf("element %s from names %d to %d", m[1], at, at+10)
			}
			if strings.Contains(m[2], "=") && !regexp.MustCompile(`^ (style="text-align:right"|align="right"|class="language-(text|mermaid)")$`).MatchString(m[2]) {
				t.Errorf("attribute %s from names %d to %d", m[2], at, at+10)
			}
		}
		open := 0
		for _, f := range d.Standing() {
			if !f.Waived {
				open++
			}
		}
		if n := strings.Count(out, "<h3>"); n != open {
			t.Errorf("%d headings of findings from names %d to %d, want %d", n, at, at+10, open)
		}
	}
}

func TestACommentFitsAndSaysWhatItLeavesOut(t *testing.T) {
	names := make([]string, 400)
	for i := range names {
		names[i] = fmt.Sprintf("service-%03d-%s", i, strings.Repeat("x", 60))
	}
	out := rendered(t, reporttest.Hostile(names))
	if n := utf8.RuneCountInString(out); n > 65_536 || len(out) > 65_536 {
		t.Errorf("%d characters in %d bytes", n, len(out))
	}
	listed := strings.Count(out, "\n### ")
	m := regexp.MustCompile(`And (\d+) more findings`).FindStringSubmatch(out)
	if m == nil || fmt.Sprint(320-listed) != m[1] {
		t.Errorf("%d of 320 open findings are listed, and it says %v", listed, m)
	}
	if !strings.HasPrefix(out, markdown.Marker+"\n") {
		t.Error("the comment does not begin with its marker")
	}
}

func TestWhatIsNewComesFirst(t *testing.T) {
	out := rendered(t, reporttest.Violated())
	newest, grown := strings.Index(out, "(new)"), strings.Index(out, "(grown)")
	if newest < 0 || grown < newest || strings.LastIndex(out, "(new)") > grown {
		t.Errorf("new ones end at %d, grown ones begin at %d", strings.LastIndex(out, "(new)"), grown)
	}
	if strings.Contains(out, "### high: recovery-loop") {
		t.Error("a known finding is listed")
	}
}
