package textfile_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
	"github.com/fateline/fateline/ingest/textfile"
)

// reading returns the settings and problems of a text, a line each.
func reading(t *testing.T, text string, read func(f *ingest.File, text string, visit func(textfile.Setting))) string {
	t.Helper()
	var out strings.Builder
	source := ingest.Define(ingest.Spec{Name: "probe"}, ingest.NoParams, func(string, []byte) (string, bool) { return "all", true },
		func(_ context.Context, u *ingest.Unit, _ struct{}) (*link.Fragment, error) {
			text, err := u.Files[0].Text()
			if err != nil {
				return nil, err
			}
			read(u.Files[0], text, func(s textfile.Setting) { fmt.Fprintf(&out, "%d %s.%s=%q\n", s.Line, s.Section, s.Key, s.Value) })
			return &link.Fragment{}, nil
		})
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := ingest.Read(t.Context(), []string{name}, []*ingest.Source{source}, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&out, "%s %d:%d\n", p.ID, p.Line, p.Col)
	}
	return out.String()
}

func TestTextsAreReadAsTheirProgramsReadThem(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		read             func(f *ingest.File, text string, visit func(textfile.Setting))
	}{
		{"a value goes on, comments stand within", "[A]\nB=1 \\\n# c\n  2\nB=\n", "2 A.B=\"1  2\"\n5 A.B=\"\"\n", textfile.Unit},
		{"a header is open", "[A]\nB=1\n [C\nD=2\n", "2 A.B=\"1\"\nunit-syntax 3:2\nunit-syntax 4:1\n", textfile.Unit},
		{"quotes, lines, comments", "export A=\"b\nc\" # d\nB='e\\'f\nC=g\\\nh\n; i\n", "1 .A=\"b\\nc\"\n3 .B=\"e\\\\f\"\n4 .C=\"gh\"\n", textfile.Environment},
		{"a string is open", "A=b\nC='d\n", "1 .A=\"b\"\n2 .C=\"d\"\nenvironment-syntax 2:1\n", textfile.Environment},
		{"no variable", "A=b\n9=c\nif x; then\n", "1 .A=\"b\"\nenvironment-syntax 2:1\nenvironment-syntax 3:1\n", textfile.Environment},
		{"sections, both signs, lines that go on", "a: 1\n[B] ; c\nd = 2\n  3\n", "1 .a=\"1\"\n3 B.d=\"2\\n3\"\n", textfile.INI},
		{"at most eight problems are told", strings.Repeat("x\n", 9), strings.Join([]string{
			"ini-syntax 1:1", "ini-syntax 2:1", "ini-syntax 3:1", "ini-syntax 4:1",
			"ini-syntax 5:1", "ini-syntax 6:1", "ini-syntax 7:1", "ini-syntax 8:1", "",
		}, "\n"), textfile.INI},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := reading(t, c.text, c.read); got != c.want {
				t.Errorf("%q reads as\n%swant\n%s", c.text, got, c.want)
			}
		})
	}
}
