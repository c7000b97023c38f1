package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The most runes that a message shows of a name, a picture of a name, and a text
// of a sentence.
const (
	messageRunes  = 120
	labelRunes    = 256
	sentenceRunes = 1000
)

// Printable returns s as it may be shown on a terminal or in a log, in one line:
// what moves the cursor, turns the direction of writing, is invisible or starts a
// command of a build log is shown as an escape such as \x1b or \u202e. A
// backslash stays as it is, so that ordinary names and paths do.
func Printable(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '#' && startsLogCommand(s[i:]):
			b.WriteString(`\x23`)
		case showable(r):
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += size
	}
	return b.String()
}

func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '#' {
			return false
		}
	}
	return true
}

// showable reports whether a rune has a look of its own and moves nothing.
func showable(r rune) bool {
	switch {
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x2800, r == 0x3164, r == 0xffa0:
		return false // letters and marks without a look
	case r >= 0x180b && r <= 0x180f, r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef:
		return false // variation selectors
	}
	return unicode.IsPrint(r)
}

// startsLogCommand reports whether s starts a command that Azure Pipelines,
// GitHub or TeamCity find anywhere in a line.
func startsLogCommand(s string) bool {
	rest, found := strings.CutPrefix(s, "##")
	if !found {
		return false
	}
	for _, name := range []string{"[", "vso[", "teamcity["} {
		if len(rest) >= len(name) && strings.EqualFold(rest[:len(name)], name) {
			return true
		}
	}
	return false
}

// guardLine returns a line such that no build log takes its beginning for a
// command or the mark of a section. It leaves every other line as it is.
func guardLine(line string) string {
	text := strings.TrimLeft(line, " ")
	for _, prefix := range []string{"::", "##[", "##vso[", "##teamcity[", "section_start:", "section_end:"} {
		if len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			return line[:len(line)-len(text)] + fmt.Sprintf(`\x%02x`, text[0]) + text[1:]
		}
	}
	return line
}

// Message returns s as Printable does, cut to what a message shows of a name.
func Message(s string) string { return Printable(cut(s, messageRunes)) }

// Label returns s as Printable does, cut to what a picture shows of a name; what
// is cut is marked and told apart by a hash of the whole.
func Label(s string) string { return Printable(cut(s, labelRunes)) }

// Sentence returns s as Printable does, cut to what a text shows of a sentence.
func Sentence(s string) string { return Printable(cut(s, sentenceRunes)) }

// flowing returns a text of a rule without the line breaks of its source, which
// writers would show as escapes.
func flowing(s string) string { return strings.Join(strings.Fields(s), " ") }

// cut shortens s to limit runes, the mark and the hash included.
func cut(s string, limit int) string {
	if utf8.RuneCountInString(s) <= limit {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	mark := "…" + hex.EncodeToString(sum[:4])
	keep := limit - utf8.RuneCountInString(mark)
	for i := range s {
		if keep == 0 {
			return s[:i] + mark
		}
		keep--
	}
	return s
}
