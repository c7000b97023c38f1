package ingest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// constants returns the string constants of a file.
func constants(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, d := range parsed.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			for _, v := range spec.(*ast.ValueSpec).Values {
				if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					text, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					out = append(out, text)
				}
			}
		}
	}
	return out
}

func TestEveryIdOfAProblemIsExplained(t *testing.T) {
	var want []string
	for _, file := range []string{"poserror.go", "safeio/error.go", "../analyzer/strict/error.go"} {
		ids := constants(t, file)
		if len(ids) < 5 {
			t.Fatalf("%s: found %d ids: the test looks in the wrong place", file, len(ids))
		}
		want = append(want, ids...)
	}
	slices.Sort(want)
	var got []string
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	for _, m := range Meanings() {
		got = append(got, m.ID)
		if !kebab.MatchString(m.ID) || !strings.HasSuffix(m.What, ".") || !strings.HasSuffix(m.Why, ".") {
			t.Errorf("%+v: want a kebab-case id and two sentences", m)
		}
	}
	if diff := cmp.Diff(slices.Compact(want), got); diff != "" {
		t.Errorf("(-constants +Meanings):\n%s", diff)
	}
}

// TestNoIdIsMadeUpOnTheSpot finds ids that are literals where problems are made.
func TestNoIdIsMadeUpOnTheSpot(t *testing.T) {
	literal := regexp.MustCompile(`\bID:\s*"`)
	for _, dir := range []string{".", "safeio", "../analyzer/strict"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
				continue
			}
			data, err := os.ReadFile(dir + "/" + e.Name())
			if err != nil {
				t.Fatal(err)
			}
			if at := literal.FindIndex(data); at != nil {
				t.Errorf("%s/%s: %s", dir, e.Name(), data[at[0]:at[1]])
			}
		}
	}
}
