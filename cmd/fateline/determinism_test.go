package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/fateline/fateline/analyzer/tiertest"
	"github.com/fateline/fateline/report/formats"
)

// TestSameInputsGiveTheSameBytes shuffles the order in which files are named, and
// the number of processors, and wants one hash a format: fifty runs.
func TestSameInputsGiveTheSameBytes(t *testing.T) {
	runs := tiertest.Count(50, 60, 300)
	const layouts = 6 // of them: a layout costs more than all other formats together
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var args [][]string
	for _, f := range formats.All() {
		args = append(args, []string{"scan", "-f", f.Name})
	}
	args = append(args, []string{"graph"}, []string{"blast", "-f", "json"}, []string{"whatif", "--fail", "all", "--recover", "-f", "json"})

	files := exampleFiles(t, "edge-kv/before")
	random := rand.New(rand.NewPCG(1, 2))
	first := map[string]string{}
	for n := range runs {
		random.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		runtime.GOMAXPROCS([]int{1, 2, 8}[n%3])
		for _, command := range args {
			if f := command[len(command)-1]; (f == "svg" || f == "html") && n >= layouts {
				continue
			}
			name := fmt.Sprint(command)
			var stdout, stderr bytes.Buffer
			status := run(t.Context(), slices.Concat(command, files), nil, &stdout, &stderr)
			sum := sha256.Sum256(fmt.Appendf(stdout.Bytes(), "%s%d", &stderr, status))
			hash := hex.EncodeToString(sum[:])
			switch before, known := first[name]; {
			case !known:
				first[name] = hash
				if stdout.Len() == 0 {
					t.Fatalf("%s says nothing: %s", name, &stderr)
				}
			case before != hash:
				t.Fatalf("%s: run %d gives other bytes, with GOMAXPROCS %d and the order %v", name, n, runtime.GOMAXPROCS(0), files)
			}
		}
	}
}

// exampleFiles lists the files of an example.
func exampleFiles(t *testing.T, name string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(filepath.Join("..", "..", "examples", filepath.FromSlash(name)), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files of example %s: %v", len(files), name, err)
	}
	return files
}

// TestTheSamePathNamedTwiceIsReadOnce is relation M5: repetition adds nothing.
func TestTheSamePathNamedTwiceIsReadOnce(t *testing.T) {
	dir := filepath.Join("..", "..", "examples", "edge-kv", "before")
	scan := func(paths ...string) string {
		var stdout, stderr bytes.Buffer
		run(t.Context(), append([]string{"scan", "-f", "json"}, paths...), nil, &stdout, &stderr)
		return stdout.String()
	}
	if once, twice := scan(dir), scan(dir, dir); once != twice || once == "" {
		t.Errorf("naming a directory twice changes the report of %d bytes to one of %d", len(once), len(twice))
	}
}
