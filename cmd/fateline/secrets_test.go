package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/fateline/fateline/analyzer/tiertest"
	"github.com/fateline/fateline/report/formats"
)

// slotMark stands for a secret in the archives of testdata/secrets: as it is, in
// base64, and as a part of a URL.
var slotMark = regexp.MustCompile(`SLOT(64|URL)?`)

// secretFiles fills the slots of an archive with secrets, one of its own each, and
// returns how many there are. value makes the secret of a slot.
func secretFiles(t *testing.T, archive string, value func(slot int) string) (files map[string]string, slots int) {
	t.Helper()
	a, err := txtar.ParseFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, f := range a.Files {
		files[f.Name] = slotMark.ReplaceAllStringFunc(string(f.Data), func(mark string) string {
			secret := value(slots)
			slots++
			switch mark {
			case "SLOT64":
				return base64.StdEncoding.EncodeToString([]byte(secret))
			case "SLOTURL":
				return url.QueryEscape(secret)
			}
			return secret
		})
	}
	return files, slots
}

// secretValues are the families of secrets that the same inputs are filled with.
// The last two are of another length than the first ones, and hold what URLs and
// strings escape.
var secretValues = []func(slot int) string{
	func(slot int) string { return fmt.Sprintf("kQ7wZx%03dLmN2vBt", slot) },
	func(slot int) string { return fmt.Sprintf("Xj4tPd%03dRsW9cYh", slot) },
	func(slot int) string { return fmt.Sprintf("p+Gx/9&u=%03d~Vq8sT5rKd", slot) },
	func(slot int) string { return fmt.Sprintf("h%%Tz%03d;Jw3b", slot) },
}

// TestNoSecretInfluencesAnyOutput scans inputs whose secrets, and nothing else,
// differ: every output is the same bytes, and none holds a secret in any form.
func TestNoSecretInfluencesAnyOutput(t *testing.T) {
	archives, err := filepath.Glob("testdata/secrets/*.txtar")
	if err != nil || len(archives) < 5 {
		t.Fatalf("%d archives, %v", len(archives), err)
	}
	total := 0
	for _, archive := range archives {
		archive, err := filepath.Abs(archive)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".txtar"), func(t *testing.T) {
			var first map[string]string
			for n, value := range secretValues {
				files, slots := secretFiles(t, archive, value)
				if n == 0 {
					total += slots
				}
				said := everyOutput(t, files)
				if first == nil {
					first = said
				}
				seen := map[int]bool{}
				for _, name := range slices.Sorted(maps.Keys(said)) {
					for slot := range slots {
						if form := leaks(said[name], value(slot)); form != "" && !seen[slot] {
							seen[slot] = true
							t.Errorf("value %d: %s holds the secret of slot %d %s: %s", n, name, slot, form, around(said[name], value(slot)))
						}
					}
					if len(seen) == 0 && n < 2 && said[name] != first[name] { // of the same length: no column moves
						t.Errorf("%s depends on a secret: %s", name, firstDifference(first[name], said[name]))
						seen[-1] = true
					}
				}
			}
		})
	}
	t.Logf("%d slots, %d values each", total, len(secretValues))
	if total < 350 {
		t.Errorf("%d slots: want hundreds", total)
	}
}

// everyOutput runs every command that reads over the files, in every format, and
// returns what each said, messages included.
func everyOutput(t *testing.T, files map[string]string) map[string]string {
	t.Helper()
	top := t.TempDir()
	for name, text := range files {
		path := filepath.Join(top, "shop", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(top)
	commands := [][]string{
		{"graph"},
		{"blast"},
		{"blast", "-f", "json"},
		{"whatif", "--fail", "all", "--recover", "-v"},
		{"whatif", "--fail", "*:*", "-f", "json"},
		{"check", "-v"},
		{"scan", "-vv"},
		{"diff", "shop"},
	}
	for _, f := range formats.All() {
		if f.Name != "svg" && f.Name != "html" || testing.Verbose() || tiertest.Count(0, 1, 1) == 1 { // a layout is slow, and draws what the others say
			commands = append(commands, []string{"scan", "-f", f.Name})
		}
		if f.Picture && f.Name != "svg" {
			commands = append(commands, []string{"graph", "-f", f.Name})
		}
	}
	said := map[string]string{}
	for _, command := range commands {
		var stdout, stderr bytes.Buffer
		status := run(t.Context(), append(slices.Clone(command), "shop"), nil, &stdout, &stderr)
		if status == int(statusNotRun) || status == int(statusNotStored) {
			t.Fatalf("%v: %s", command, &stderr)
		}
		said[strings.Join(command, " ")] = fmt.Sprintf("%s%s%d", &stdout, &stderr, status)
	}
	return said
}

// leaks says in which form a text holds a secret; "" where it does not.
func leaks(text, secret string) string {
	forms := []struct{ name, of string }{
		{"as it is", secret},
		{"in a URL", url.QueryEscape(secret)},
		{"in a path", url.PathEscape(secret)},
		{"in hexadecimal", hex.EncodeToString([]byte(secret))},
		{"in HTML", html.EscapeString(secret)},
		{"in JSON", strings.ReplaceAll(secret, "&", `\u0026`)},
		{"in a Go string", strings.ReplaceAll(secret, "%", "%%")},
		{"reversed", reversed(secret)},
		{"in capitals", strings.ToUpper(secret)},
		{"in small letters", strings.ToLower(secret)},
	}
	for shift := range 3 { // wherever it stands in what was encoded
		coded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
		forms = append(forms, struct{ name, of string }{"in base64", coded[4*((shift+2)/3) : len(coded)-2]})
	}
	for _, f := range forms {
		if strings.Contains(text, f.of) {
			return f.name
		}
	}
	return ""
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

func around(text, secret string) string {
	at := strings.Index(text, secret)
	if at < 0 {
		return ""
	}
	return fmt.Sprintf("%q", text[max(0, at-160):min(len(text), at+len(secret)+60)])
}

func firstDifference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	from := max(0, i-120)
	return fmt.Sprintf("%q against %q", a[from:min(len(a), i+60)], b[from:min(len(b), i+60)])
}

// TestLeaksAreSeen holds the search for secrets against texts that hold one.
func TestLeaksAreSeen(t *testing.T) {
	secret := secretValues[2](7)
	for _, text := range []string{
		"a " + secret + " b", url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte("ab" + secret)),
		base64.StdEncoding.EncodeToString([]byte("a" + secret + "cd")), hex.EncodeToString([]byte("a" + secret)), html.EscapeString(secret),
	} {
		if leaks(text, secret) == "" {
			t.Errorf("%q passes", text)
		}
	}
	if form := leaks("p+Gx/9&u=00", secret); form != "" {
		t.Errorf("the search sees a secret where there is none, %s", form)
	}
}
