package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const readme = "../../README.md"

// console matches the blocks of the README that show a session.
var console = regexp.MustCompile("(?s)```console\n(.*?)```")

// TestReadmeShowsWhatReallyHappens runs every command that the README shows and
// compares what it prints. A line "..." stands for any number of lines, and
// "$ " starts a command.
func TestReadmeShowsWhatReallyHappens(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"examples"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join("..", "..", name))); err != nil {
			t.Fatal(err)
		}
	}
	text := mustRead(t, readme)
	blocks := console.FindAllSubmatchIndex(text, -1)
	if len(blocks) == 0 {
		t.Fatal("the README shows no session")
	}
	var out bytes.Buffer
	last := 0
	for _, b := range blocks {
		shown := string(text[b[2]:b[3]])
		happened := replay(t, dir, shown)
		if !*update && happened != shown {
			t.Errorf("README shows what does not happen (-shown +happened):\n%s", cmp.Diff(shown, happened))
		}
		out.Write(text[last:b[2]])
		out.WriteString(happened)
		last = b[3]
	}
	out.Write(text[last:])
	rewrite(t, readme, text, out.Bytes())
}

// replay runs the commands of a session and returns the session as it happened,
// with the lines that the README leaves out left out.
func replay(t *testing.T, dir, session string) string {
	t.Helper()
	var out strings.Builder
	for i, part := range strings.Split("\n"+session, "\n$ ") {
		if i == 0 {
			continue
		}
		command, shown, _ := strings.Cut(part, "\n")
		cmd := exec.Command("bash", "-c", command)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "NO_COLOR=1")
		printed, err := cmd.CombinedOutput()
		if _, isExit := err.(*exec.ExitError); err != nil && !isExit {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "$ %s\n%s", command, elide(strings.TrimSuffix(shown, "\n"), strings.TrimSuffix(string(printed), "\n")))
	}
	return out.String()
}

// elide returns what was printed, with "..." for the lines that shown leaves out
// in the same place; what was printed as it is where the two do not agree.
func elide(shown, printed string) string {
	if printed == "" {
		return ""
	}
	var pattern strings.Builder
	pattern.WriteString(`(?s)\A`)
	for i, part := range strings.Split("\n"+shown+"\n", "\n...\n") {
		if i > 0 {
			pattern.WriteString(`\n.*`)
		}
		pattern.WriteString(regexp.QuoteMeta(part))
		if i > 0 && part == "" {
			pattern.WriteString(`\n?`)
		}
	}
	pattern.WriteString(`\z`)
	if strings.Contains("\n"+shown+"\n", "\n...\n") && regexp.MustCompile(pattern.String()).MatchString("\n"+printed+"\n") {
		return shown + "\n"
	}
	return printed + "\n"
}

// generated finds the parts of the README that are made from the program.
var generated = regexp.MustCompile(`(?s)(<!-- made from the program: ([a-z]+) -->\n)(.*?)(<!-- end -->)`)

// TestReadmeTablesListWhatTheProgramHas keeps the tables of the README and of
// RELIABILITY.md true.
func TestReadmeTablesListWhatTheProgramHas(t *testing.T) {
	seen := map[string]bool{}
	for _, page := range []string{readme, "RELIABILITY.md"} {
		text := mustRead(t, page)
		made := generated.ReplaceAllFunc(text, func(part []byte) []byte {
			m := generated.FindSubmatch(part)
			table, known := readmeTables()[string(m[2])]
			if !known {
				t.Errorf("%s asks for a table %q", page, m[2])
				return part
			}
			seen[string(m[2])] = true
			return []byte(string(m[1]) + "\n" + table + "\n" + string(m[4]))
		})
		if !*update && !bytes.Equal(text, made) {
			t.Errorf("a table of %s is out of date; make update rewrites it (-now +made):\n%s", page, cmp.Diff(string(text), string(made)))
		}
		rewrite(t, page, text, made)
	}
	for name := range readmeTables() {
		if !seen[name] {
			t.Errorf("no page has the table of %s", name)
		}
	}
}

func TestReadmeNamesOnlyFilesThatExist(t *testing.T) {
	for _, m := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllSubmatch(mustRead(t, readme), -1) {
		target := string(m[1])
		if strings.Contains(target, "://") {
			continue
		}
		if _, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(target))); err != nil {
			t.Errorf("README links to %s: %v", target, err)
		}
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// rewrite writes a golden anew if -update asks for it, and says so.
func rewrite(t *testing.T, path string, was, is []byte) {
	t.Helper()
	if !*update || bytes.Equal(was, is) || t.Failed() {
		return
	}
	if err := os.WriteFile(path, is, 0o666); err != nil {
		t.Fatal(err)
	}
	t.Logf("rewrote %s", path)
}

// shell matches the blocks of the README that are to be typed.
var shell = regexp.MustCompile("(?s)```sh\n(.*?)```")

// TestReadmeCommandsHaveTheFlagsTheyShow asks for the help of every command line
// that the README gives: flags are read before help is.
func TestReadmeCommandsHaveTheFlagsTheyShow(t *testing.T) {
	checked := 0
	for _, block := range shell.FindAllSubmatch(mustRead(t, readme), -1) {
		for line := range strings.Lines(string(block[1])) {
			line, _, _ = strings.Cut(line, "#")
			line, _, _ = strings.Cut(line, "||")
			words := strings.Fields(line)
			if len(words) == 0 || words[0] != "fateline" {
				continue
			}
			checked++
			var stdout, stderr bytes.Buffer
			if status := run(t.Context(), append(words[1:], "--help"), nil, &stdout, &stderr); status != 0 {
				t.Errorf("README shows %q, which is refused: %s", strings.TrimSpace(line), &stderr)
			}
		}
	}
	if checked < 5 {
		t.Errorf("README gives %d commands: the test would hold for nothing", checked)
	}
}
