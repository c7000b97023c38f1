package link

import (
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// A name is the same however it was typed, and every writer can print it.
func TestNamesAreComposedAndPrintable(t *testing.T) {
	const jamo, syllable = "\u1100\u1161", "\uac00" // one sign, in two letters and in one
	for in, want := range map[string]string{"a b": "a b", jamo: syllable, "x" + jamo: "x" + syllable} {
		if got := nfc(in); got != want {
			t.Errorf("nfc(%q) = %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"a b": "a b", "a\x7f": "a\ufffd", "a \x1f": "a \ufffd", "\x00": "\ufffd", jamo: syllable, "a\xff": "a\ufffd", "a~": "a~",
	} {
		if got := normalID(depgraph.ID{Kind: depgraph.KindService, Name: in}).Name; got != want {
			t.Errorf("normalID(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAHostIsWhatIsLeftOfAnAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://Shop.Example:8443/a?b#c": "shop.example", "user:pass@db:5432": "db", "@db": "db", "/path": "", "?q": "", "#f": "",
		"[fd00::1]:80": "fd00::1", "fd00::1": "fd00::1", " a.example. ": "a.example", "db/x@y": "db",
	} {
		if got := normalHost(in); got != want {
			t.Errorf("normalHost(%q) = %q, want %q", in, got, want)
		}
	}
	label := strings.Repeat("a", 63)
	long := strings.Repeat(label+".", 4) // 256
	for in, want := range map[string]bool{
		"a": true, "az-09_.x": true, "": false, "a..b": false, "A": false, "a`": false, "a{": false, "a/": false, "a:": false, "${x}": false, "é": true,
		label: true, label + "a": false, long[:253]: true, long[:254]: false,
	} {
		if got := isHost(in); got != want {
			t.Errorf("isHost(%q) = %v", in, got)
		}
	}
	for in, want := range map[string]string{
		"service:shop": "", "redis:6379": "redis", "HTTP://Shop.Example/": "shop.example", "{{ x }}": "",
	} {
		if got := aliasHost(in); got != want {
			t.Errorf("aliasHost(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestAScopeEnclosesWhatIsBelowIt(t *testing.T) {
	for _, c := range []struct {
		outer, inner string
		want         bool
	}{
		{"", "a", true}, {"", "", false}, {"a", "a/b", true}, {"a", "a/b/c", true}, {"a", "a", false}, {"a", "ab/c", false}, {"a/b", "a", false}, {"b", "a/b", false},
	} {
		if got := encloses(c.outer, c.inner); got != c.want {
			t.Errorf("encloses(%q, %q) = %v", c.outer, c.inner, got)
		}
	}
	for in, want := range map[string]string{"a/b/c": "a/b", "a": "", "/a": ""} {
		if got, ok := enclosing(in); got != want || !ok {
			t.Errorf("enclosing(%q) = %q, %v", in, got, ok)
		}
	}
	if _, ok := enclosing(""); ok {
		t.Error("something encloses everything")
	}
}
