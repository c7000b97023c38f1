// Package wasmcache keeps the machine code of Graphviz where nobody else can
// write.
//
// go-graphviz compiles its WebAssembly when the program starts, before main, and
// keeps the result in go-graphviz below the directory for temporary files, from
// which the next start runs it. There any user of the machine may have put code
// of their own first. Its only knob is the environment, read while packages
// initialise, so this package changes it for just that time: it imports nothing
// but the standard library and its path sorts before go-graphviz, which is how
// the language fixes that it comes first; [Restore] runs when go-graphviz is done.
package wasmcache

import (
	"os"
	"path/filepath"
	"runtime"
)

// nowhere is a directory that cannot exist: without a cache the code is compiled
// at every start, which takes over a second.
const nowhere = "/dev/null/no-cache"

// before is what TMPDIR was when the program started.
var before = redirect()

type variable struct {
	value string
	set   bool
}

// redirect points TMPDIR to a directory of this user alone. Where the system
// has such directories anyway it changes nothing.
func redirect() variable {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
		return variable{}
	}
	var was variable
	was.value, was.set = os.LookupEnv("TMPDIR")
	dir, ok := private()
	if !ok {
		dir = nowhere
	}
	if os.Setenv("TMPDIR", dir) != nil {
		return variable{}
	}
	return was
}

// private returns a directory that only this user can write to.
func private() (dir string, ok bool) {
	cache, err := os.UserCacheDir()
	if err != nil || !filepath.IsAbs(cache) {
		return "", false
	}
	dir = filepath.Join(cache, "fateline")
	if err := os.MkdirAll(filepath.Join(dir, "go-graphviz"), 0o700); err != nil {
		return "", false
	}
	for _, d := range []string{dir, filepath.Join(dir, "go-graphviz")} {
		info, err := os.Lstat(d)
		if err != nil || !info.IsDir() || info.Mode().Perm()&0o022 != 0 || !mine(info) {
			return "", false
		}
	}
	return dir, true
}

// Restore sets TMPDIR back. It returns whether it could.
func Restore() bool {
	switch {
	case runtime.GOOS == "windows" || runtime.GOOS == "plan9":
		return true
	case before.set:
		return os.Setenv("TMPDIR", before.value) == nil
	}
	return os.Unsetenv("TMPDIR") == nil
}
