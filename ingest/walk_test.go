package ingest

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPathsStayAsTheyWereNamedAndNeverAbsolute(t *testing.T) {
	dir := tree(t, map[string]string{"work/d/a.lines": "a: b\n", "work/f.lines": "c: d\n", "other/d/a.lines": "e: f\n", "third/d/g.lines": "g: h\n"})
	t.Chdir(filepath.Join(dir, "work"))
	for _, c := range []struct {
		paths []string
		want  []string
	}{
		{[]string{"d"}, []string{"d/a.lines"}},
		{[]string{"./d/"}, []string{"d/a.lines"}},
		{[]string{"."}, []string{"d/a.lines", "f.lines"}},
		{[]string{"../other"}, []string{"../other/d/a.lines"}},
		{[]string{"f.lines", "d/a.lines"}, []string{"d/a.lines", "f.lines"}},
		{[]string{"d", "d", "./d", "d/a.lines"}, []string{"d/a.lines"}},
		{[]string{filepath.Join(dir, "work", "d")}, []string{"d/a.lines"}},
		{[]string{filepath.Join(dir, "other", "d")}, []string{"d/a.lines"}},
		{[]string{filepath.Join(dir, "other", "d", "a.lines")}, []string{"a.lines"}},
		{[]string{filepath.Join(dir, "other", "d"), filepath.Join(dir, "third", "d")}, []string{"d/a.lines", "d~2/g.lines"}},
	} {
		r := mustRead(t, c.paths, Options{})
		var got []string
		for _, in := range r.Inputs {
			if in.Reason == "" {
				got = append(got, in.Path)
			}
			if strings.Contains(in.Path+in.Reason, dir) {
				t.Errorf("%v: row %+v holds a path of this machine", c.paths, in)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.paths, diff)
		}
		for _, f := range r.Fragments {
			for _, d := range f.Definitions {
				if strings.Contains(d.Origin.Input, dir) {
					t.Errorf("%v: origin %+v holds a path of this machine", c.paths, d.Origin)
				}
			}
		}
	}
}

func TestAPathThatIsNotThereIsARow(t *testing.T) {
	dir := tree(t, map[string]string{"a.lines": "a: b\n", "empty/x": ""})
	if err := os.Remove("empty/x"); err != nil {
		t.Fatal(err)
	}
	r := mustRead(t, []string{"a.lines", "absent.lines", filepath.Join(dir, "gone"), "empty", "-", "/dev/null"}, Options{})
	want := []string{
		"-  unreadable (there is no standard input)",
		"a.lines lines complete documents=1",
		"absent.lines  unreadable (no such file or directory)",
		"empty  unreadable (the directory is empty)",
		"gone  unreadable (no such file or directory)",
		"null  unreadable (a device, not a file)",
	}
	if diff := cmp.Diff(want, ledger(r.Inputs)); diff != "" {
		t.Error(diff)
	}
	if len(r.Problems) != 5 {
		t.Errorf("%d problems, want one for each unreadable row: %+v", len(r.Problems), r.Problems)
	}
}

func TestExclusionsMatchNamesAndPaths(t *testing.T) {
	tree(t, map[string]string{"top/a/x.lines": "a: b\n", "top/a/y.lines": "c: d\n", "top/b/x.lines": "e: f\n", "top/b/deep/er/z.lines": "g: h\n"})
	all := []string{"top/a/x.lines", "top/a/y.lines", "top/b/deep/er/z.lines", "top/b/x.lines"}
	for glob, want := range map[string][]string{
		"x.lines":         {"top/a/y.lines", "top/b/deep/er/z.lines"},
		"*.lines":         nil,
		"a":               {"top/b/deep/er/z.lines", "top/b/x.lines"},
		"a/":              {"top/b/deep/er/z.lines", "top/b/x.lines"},
		"a/x.lines":       {"top/a/y.lines", "top/b/deep/er/z.lines", "top/b/x.lines"},
		"top/a/x.lines":   {"top/a/y.lines", "top/b/deep/er/z.lines", "top/b/x.lines"},
		"./top/a/x.lines": {"top/a/y.lines", "top/b/deep/er/z.lines", "top/b/x.lines"},
		"b/*":             {"top/a/x.lines", "top/a/y.lines"},
		"b/**":            {"top/a/x.lines", "top/a/y.lines"},
		"**/er":           {"top/a/x.lines", "top/a/y.lines", "top/b/x.lines"},
		"{a,b}/x.*":       {"top/a/y.lines", "top/b/deep/er/z.lines"},
		"top":             all, // the path that was named is left out by not naming it
		"*/x":             all,
	} {
		r := mustRead(t, []string{"top"}, Options{Exclude: []Exclude{{glob, "not ours"}}})
		var got []string
		for _, in := range r.Inputs {
			switch {
			case in.Reason == "":
				got = append(got, in.Path)
			case in.Reason != "not ours":
				t.Errorf("%s: row %+v", glob, in)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", glob, diff)
		}
		unused := len(got) == len(all)
		if warned := len(r.Problems) == 1 && r.Problems[0].ID == UnusedExclude && r.Problems[0].Level == LevelWarning; warned != unused {
			t.Errorf("%s: problems %+v, want a warning: %t", glob, r.Problems, unused)
		}
	}
	r := mustRead(t, []string{"top/a/x.lines"}, Options{Exclude: []Exclude{{"top/a/*", "not ours"}}})
	if diff := cmp.Diff([]string{"top/a/x.lines  excluded (not ours)"}, ledger(r.Inputs)); diff != "" {
		t.Error("a named file:", diff)
	}
}

func TestAnExclusionNeedsAGlobAndAReason(t *testing.T) {
	for text, want := range map[string]string{
		"a/**=vendored": "", "x=a=b": "", "": "GLOB=REASON", "x": "GLOB=REASON", "x=": "GLOB=REASON", "x= ": "GLOB=REASON", "=why": "no glob", "[=why": "no glob", "{a=why": "no glob",
	} {
		e, err := ParseExclude(text)
		switch {
		case want == "" && (err != nil || e.Glob == "" || e.Reason == ""):
			t.Errorf("%q: %+v, %v", text, e, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: error %v, want one that says %q", text, err, want)
		}
	}
}

func TestLinksAndSecondNamesAreReadOnce(t *testing.T) {
	tree(t, map[string]string{"d/a.lines": "a: b\n", "d/copy.lines": "a: b\n"})
	for link, target := range map[string]string{"d/0.lines": "a.lines", "d/out.lines": "../../x", "d/gone.lines": "absent"} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Link("d/a.lines", "d/b.lines"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"d/0.lines  excluded (the same file as d/a.lines)",
		"d/a.lines lines complete documents=1",
		"d/b.lines  excluded (the same file as d/a.lines)",
		"d/copy.lines lines complete documents=1",
		"d/gone.lines  unclaimed (a link to absent, which is not there)",
		"d/out.lines  unreadable (a link that leads out of the directory that was named)",
	}
	for _, paths := range [][]string{{"d"}, {"d", "d/a.lines"}, {"d/copy.lines", "d/a.lines", "d"}} {
		if diff := cmp.Diff(want, ledger(mustRead(t, paths, Options{}).Inputs)); diff != "" {
			t.Errorf("%v: %s", paths, diff)
		}
	}
}

func TestACompressedFileIsClaimedByTheNameInside(t *testing.T) {
	tree(t, map[string]string{"x": ""})
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte("a: b\n")); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"a.lines.gz": b.Bytes(), "cut.lines.gz": b.Bytes()[:b.Len()-3]} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r := mustRead(t, []string{"."}, Options{})
	want := []string{
		"a.lines.gz lines complete documents=1",
		"cut.lines.gz lines unreadable (byte 26: gzip data end before their checksum)",
		"x  unclaimed (empty)",
	}
	if diff := cmp.Diff(want, ledger(r.Inputs)); diff != "" {
		t.Error(diff)
	}
	if in := r.Inputs[0]; in.Bytes != int64(b.Len()) || len(in.SHA256) != 64 || !in.Unproven {
		t.Errorf("row %+v, want the bytes as stored, their hash, and an unproven end", in)
	}
	if got := r.Problems[0].Place(); got != "cut.lines.gz@26" {
		t.Errorf("place %q", got)
	}
}

func TestTheGitConfigurationIsOfferedAndNothingElseOfIt(t *testing.T) {
	tree(t, map[string]string{"repo/.git/config": "[remote]", "repo/.git/HEAD.lines": "a: b\n", "repo/x": "x"})
	var asked []string
	nosy := Define(Spec{Name: "nosy"}, NoParams, func(path string, head []byte) (string, bool) {
		asked = append(asked, path+"="+string(head))
		return "", false
	}, nil)
	r, err := Read(t.Context(), []string{"repo"}, []*Source{nosy}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"repo/.git/config=[remote]", "repo/x=x"}, sortedDistinct(asked)); diff != "" {
		t.Error(diff)
	}
	want := []string{"repo/.git  excluded (left out by Fateline: version control data)", "repo/x  unclaimed (no source reads it)"}
	if diff := cmp.Diff(want, ledger(r.Inputs)); diff != "" {
		t.Error(diff)
	}
}

// A file that is sealed is missing evidence where a source would have read one of its
// name; what no source reads is nobody's, sealed or not.
func TestWhatGitCryptHasSealedIsNotRead(t *testing.T) {
	const seal = "\x00GITCRYPT\x00\x01\x02: \xff"
	dir := tree(t, map[string]string{"d/a.lines": seal, "d/b.lines": "a: b\n", "d/c.lines": seal, "d/key.bin": seal})
	want := []string{
		"d/a.lines  unreadable (encrypted by git-crypt)",
		"d/b.lines lines complete documents=1",
		"d/c.lines  excluded (of the vault)",
		"d/key.bin  unclaimed (encrypted by git-crypt: unlock the repository and read it again)",
	}
	r := mustRead(t, []string{filepath.Join(dir, "d")}, Options{Exclude: []Exclude{{Glob: "**/c.lines", Reason: "of the vault"}}})
	if diff := cmp.Diff(want, ledger(r.Inputs)); diff != "" {
		t.Error(diff)
	}
	if len(r.Problems) != 1 || r.Problems[0].ID != Sealed || r.Problems[0].Path != "d/a.lines" {
		t.Errorf("problems %v, want that d/a.lines is sealed", r.Problems)
	}
}
