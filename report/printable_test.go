package report_test

import (
	"bytes"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/reporttest"
)

func TestPrintable(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"ordinary names stay", `service:prod/checkout_v2 (EU) \ "x"`, `service:prod/checkout_v2 (EU) \ "x"`},
		{"letters of every script stay", "名前 é ñ Ж", "名前 é ñ Ж"},
		{"escape sequences", "\x1b[31mred", `\x1b[31mred`},
		{"C1 controls", "\u009b31m", `\x9b31m`},
		{"line breaks and tabs", "a\nb\rc\td", `a\x0ab\x0dc\x09d`},
		{"direction", "\u202egnp.exe", `\u202egnp.exe`},
		{"zero width", "a\u200bb", `a\u200bb`},
		{"byte order mark", "\ufeffx", `\ufeffx`},
		{"tags beyond the basic plane", "\U000e0041", `\U000e0041`},
		{"broken UTF-8", "a\xffb", `a\xffb`},
		{"a line separator", "a\u2028b", `a\u2028b`},
		{"a no-break space", "a\u00a0b", `a\xa0b`},
		{"letters without a look", "\u3164", `\u3164`},
		{"a command of Azure Pipelines", "x ##vso[task.x]", `x \x23#vso[task.x]`},
		{"a command of GitHub", "##[error]x", `\x23#[error]x`},
		{"a heading is none", "## title", "## title"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := report.Printable(c.in); got != c.want {
				t.Errorf("Printable(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func FuzzPrintableIsPrintableAndSettles(f *testing.F) {
	for _, s := range reporttest.Payloads() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := report.Printable(s)
		for _, r := range once {
			if !unicode.IsPrint(r) {
				t.Fatalf("Printable(%q) has %U", s, r)
			}
		}
		if twice := report.Printable(once); twice != once {
			t.Fatalf("Printable(%q) = %q, and again %q", s, once, twice)
		}
	})
}

func TestLabelsAreCutWithAHash(t *testing.T) {
	long := strings.Repeat("a", 10_000_000)
	a, b := report.Label(long+"1"), report.Label(long+"2")
	if utf8.RuneCountInString(a) != 256 || a == b {
		t.Errorf("labels of %d and %d runes, equal: %v", utf8.RuneCountInString(a), utf8.RuneCountInString(b), a == b)
	}
	if got := report.Label(strings.Repeat("名", 256)); utf8.RuneCountInString(got) != 256 || strings.Contains(got, "…") {
		t.Errorf("a label that fits is cut: %q", got)
	}
}

func TestNoLineOfATerminalIsACommand(t *testing.T) {
	for _, start := range []string{"::error::x", "  ::set-output name=x::y", "##[group]x", "##vso[x]", "##teamcity[x]", "section_start:1:x", " SECTION_END:1:x"} {
		for _, width := range []int{0, 41, 200} {
			var b bytes.Buffer
			term := report.NewTerminal(&b, report.Options{Width: width})
			term.Wrap(report.Plain, start+" "+strings.Repeat("word ", 10)+start)
			term.Line(report.Bold, "%s", start)
			term.Print(report.Plain, "  ").Print(report.Red, start).End()
			if err := term.Flush(); err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(b.String(), "\n") {
				text := strings.ToLower(strings.TrimSpace(line))
				for _, bad := range []string{"::", "##", "section_"} {
					if strings.HasPrefix(text, bad) {
						t.Errorf("width %d: a build log would obey %q", width, line)
					}
				}
			}
		}
	}
}

func TestColour(t *testing.T) {
	for _, c := range []struct {
		name, flag string
		env        map[string]string
		terminal   bool
		want       bool
	}{
		{"a terminal has colour", "auto", nil, true, true},
		{"a pipe has none", "auto", nil, false, false},
		{"NO_COLOR takes it", "auto", map[string]string{"NO_COLOR": "1"}, true, false},
		{"an empty NO_COLOR does not", "auto", map[string]string{"NO_COLOR": ""}, true, true},
		{"CLICOLOR_FORCE gives it to a pipe", "auto", map[string]string{"CLICOLOR_FORCE": "1"}, false, true},
		{"CLICOLOR_FORCE of 0 does not", "auto", map[string]string{"CLICOLOR_FORCE": "0"}, false, false},
		{"NO_COLOR comes first", "auto", map[string]string{"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, true, false},
		{"a dumb terminal has none", "auto", map[string]string{"TERM": "dumb"}, true, false},
		{"always is always", "always", map[string]string{"NO_COLOR": "1"}, false, true},
		{"never is never", "never", map[string]string{"CLICOLOR_FORCE": "1"}, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := report.UseColor(c.flag, func(key string) string { return c.env[key] }, c.terminal); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
