package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/ruletest"
)

func TestEveryRuleFindsWhatItsCasesWant(t *testing.T) {
	for _, rule := range All() {
		t.Run(rule.ID, func(t *testing.T) { ruletest.Run(t, rule, filepath.Join("testdata", rule.ID)) })
	}
}

func TestRulesAreListedByIDAndCompletelyDocumented(t *testing.T) {
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)
	var ids []string
	for _, r := range All() {
		ids = append(ids, r.ID)
		if !kebab.MatchString(r.ID) {
			t.Errorf("%s: an id is kebab-case words", r.ID)
		}
		d := r.Doc
		for field, value := range map[string]string{
			"Title": d.Title, "Text": d.Text, "Before": d.Before, "After": d.After, "Remedy": d.Remedy,
			"Limits": d.Limits, "Since": d.Since, "Subject": r.Subject,
		} {
			if strings.TrimSpace(value) == "" {
				t.Errorf("%s: Doc.%s is empty", r.ID, field)
			}
		}
		if strings.HasSuffix(d.Title, ".") || d.Before == d.After {
			t.Errorf("%s: the title is a sentence without a full stop, and Before differs from After", r.ID)
		}
	}
	if !slices.IsSorted(ids) {
		t.Errorf("rules are not listed by id: %v", ids)
	}
}

func TestFoldsNameRulesAndMakeNoCircle(t *testing.T) {
	under := map[string][]string{}
	for _, r := range All() {
		under[r.ID] = nil
	}
	for _, r := range All() {
		for _, f := range r.Folds {
			if _, known := under[f.Under]; !known {
				t.Errorf("%s folds under %q, which is no rule", r.ID, f.Under)
			}
			if f.Under != r.ID { // within a rule the driver demands a worse cause
				under[r.ID] = append(under[r.ID], f.Under)
			}
		}
	}
	var reaches func(from, to string, steps int) bool
	reaches = func(from, to string, steps int) bool {
		return steps > 0 && slices.ContainsFunc(under[from], func(u string) bool { return u == to || reaches(u, to, steps-1) })
	}
	for id := range under {
		if reaches(id, id, len(under)) {
			t.Errorf("%s folds under itself, by a circle", id)
		}
	}
}

// ruleFile is the file of a rule.
func ruleFile(r *analyzer.Rule) string { return strings.ReplaceAll(r.ID, "-", "_") + ".go" }

func TestEveryFileIsARuleOrSharedAndEveryRuleIsListed(t *testing.T) {
	var files []string
	for _, r := range All() {
		files = append(files, ruleFile(r))
		if _, err := os.Stat(ruleFile(r)); err != nil {
			t.Errorf("%s has no file of its name: %v", r.ID, err)
		}
	}
	goFiles, _ := filepath.Glob("*.go")
	for _, f := range goFiles {
		shared := f == "rules.go" || strings.HasPrefix(f, "facts") || strings.HasSuffix(f, "_test.go")
		if !shared && !slices.Contains(files, f) {
			t.Errorf("%s is neither a listed rule nor shared: list it in rules.go, or move it to a facts file", f)
		}
	}
}

func TestNoRuleUsesAnotherRulesIdentifiers(t *testing.T) {
	fset := token.NewFileSet()
	declared := map[string]string{} // identifier -> file of the rule
	parsed := map[string]*ast.File{}
	for _, r := range All() {
		file, err := parser.ParseFile(fset, ruleFile(r), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed[ruleFile(r)] = file
		for name := range topLevel(file) {
			declared[name] = ruleFile(r)
		}
	}
	facts, _ := filepath.Glob("facts*.go")
	for _, f := range facts {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, f, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed[f] = file
	}
	for name, file := range parsed {
		for _, use := range unresolved(file) {
			if owner := declared[use.Name]; owner != "" && owner != name {
				t.Errorf("%s: %s uses %s of %s: what rules share belongs in a facts file or in a package below", fset.Position(use.Pos()), name, use.Name, owner)
			}
		}
	}
}

// topLevel lists the package-level names that a file declares, methods aside.
func topLevel(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names[d.Name.Name] = true
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					names[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range s.Names {
						names[n.Name] = true
					}
				}
			}
		}
	}
	return names
}

// unresolved lists the identifiers that the file itself does not declare.
func unresolved(file *ast.File) []*ast.Ident { return file.Unresolved }
