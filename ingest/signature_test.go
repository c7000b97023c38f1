package ingest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestASignatureAsksForTheWordsWithoutWhichNothingMatches(t *testing.T) {
	for expr, want := range map[string][]string{
		`(?m)^services:`: {"services:"},
		`(?m)^["']?AWSTemplateFormatVersion["']?\s*:|^\s*"Other"`: {"AWSTemplateFormatVersion", `"Other"`},
		`(?m)^(kind|steps):\s*x`:                                  {"kind", "steps"},
		`a(bc)?(de){2,}`:                                          {"de"},
		`(?i)content-type`:                                        nil,
		`(abc)*`:                                                  nil,
		`abc|[de]`:                                                nil,
	} {
		var got []string
		for _, word := range MustSignature(expr).words {
			got = append(got, string(word))
		}
		if !slices.Equal(got, want) {
			t.Errorf("MustSignature(%q).words = %q, want %q", expr, got, want)
		}
	}
}

func TestASignatureMatchesWhatItsExpressionMatches(t *testing.T) {
	atoms := []string{"a", "bc", "abc", `\n`, "(?:a|bc)", "(?:ab|b)", "[ab]", "(?i:ab)", "a*", "(?:bc)+", "(?:ab){2}", "(?:c)?", "^", "$", `\s`, "."}
	tiertest.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.SampledFrom(atoms), 1, 5).Draw(t, "parts")
		expr := "(?m)" + strings.Join(parts, rapid.SampledFrom([]string{"", "|"}).Draw(t, "glue"))
		text := []byte(rapid.StringOfN(rapid.SampledFrom([]rune("abcABC \n")), 0, 12, -1).Draw(t, "text"))
		if got, want := MustSignature(expr).Match(text), regexp.MustCompile(expr).Match(text); got != want {
			t.Errorf("%q on %q: %v, want %v", expr, text, got, want)
		}
	})
}
