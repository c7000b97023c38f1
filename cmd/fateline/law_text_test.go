package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tracked lists the files of the repository, slash-separated. A source archive
// has no index, so the tree is walked instead of asking git.
func tracked(t *testing.T) []string {
	t.Helper()
	var out []string
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{".git", "bin", "out"}, name) {
			return fs.SkipDir
		}
		if d.Type().IsRegular() {
			out = append(out, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 20 {
		t.Fatalf("the repository has %d files: the laws would hold for nothing", len(out))
	}
	return out
}

func TestLawNoFileKnowsTheMachineItWasWrittenOn(t *testing.T) {
	slash := "/"
	banned := []string{
		slash + "work" + slash, slash + "farm" + slash, slash + "root" + slash, slash + "tmp" + slash + "bash_jobs", slash + "home" + slash + "runner",
		// Package registries: where a mirror stands is the business of the machine.
		"proxy." + "golang.org", "sum." + "golang.org", "registry." + "npmjs.org", "deb." + "debian.org", "pypi." + "org", "files." + "pythonhosted.org",
	}
	for _, name := range tracked(t) {
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range bytes.Split(text, []byte("\n")) {
			for _, b := range banned {
				if bytes.Contains(line, []byte(b)) {
					t.Errorf("%s:%d: names %q, which is of one machine or mirror", name, i+1, b)
				}
			}
		}
	}
}

func TestLawPagesBuildNoMarkupFromText(t *testing.T) {
	for _, name := range tracked(t) {
		if ext := filepath.Ext(name); ext != ".js" && ext != ".html" && ext != ".tmpl" || !strings.HasPrefix(name, "report/") {
			continue
		}
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function("} {
			if bytes.Contains(text, []byte(b)) {
				t.Errorf("%s: uses %s: text from inputs enters a page by textContent alone", name, b)
			}
		}
	}
}
