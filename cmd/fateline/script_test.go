package main

import (
	"context"
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite goldens and generated tables")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"fateline": main})
}

func TestScripts(t *testing.T) {
	testscript.RunT(oneByOne{t}, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":   exits,
			"example": copyExample,
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("no such condition")
		},
		Setup: func(env *testscript.Env) error {
			root, err := filepath.Abs(filepath.Join("..", ".."))
			env.Values[rootKey{}] = root
			return err
		},
	})
}

type rootKey struct{}

// oneByOne runs scripts after each other, because most of what they run is run
// in this process, which has one working directory.
type oneByOne struct{ *testing.T }

func (o oneByOne) Parallel()     {}
func (o oneByOne) Verbose() bool { return testing.Verbose() }
func (o oneByOne) Run(name string, f func(t testscript.T)) {
	o.T.Run(name, func(t *testing.T) { f(oneByOne{t}) })
}

// exits runs a command and demands one exit status: exits 3 fateline scan x.yaml.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if inProcess(ts, args[1:]) {
		got = runHere(ts, args[2:])
	} else if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s exited with %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// inProcess reports whether a command needs no process of its own: it is the
// program, reads no standard input, and its environment is ours.
func inProcess(ts *testscript.TestScript, args []string) bool {
	return args[0] == "fateline" && !slices.Contains(args, "-") && ts.Getenv("NO_COLOR")+ts.Getenv("CLICOLOR_FORCE") == ""
}

// runHere runs the program in the script's directory.
func runHere(ts *testscript.TestScript, args []string) int {
	back, err := os.Getwd()
	ts.Check(err)
	ts.Check(os.Chdir(ts.MkAbs(".")))
	defer func() { ts.Check(os.Chdir(back)) }()
	return run(context.Background(), args, strings.NewReader(""), ts.Stdout(), ts.Stderr())
}

// copyExample copies a directory of examples into the script's: example edge-kv/before.
func copyExample(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: example NAME")
	}
	from := filepath.Join(ts.Value(rootKey{}).(string), "examples", filepath.FromSlash(args[0]))
	to := ts.MkAbs(filepath.Join("examples", filepath.FromSlash(args[0])))
	ts.Check(filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o777)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), text, 0o666)
	}))
}
