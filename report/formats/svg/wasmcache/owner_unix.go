//go:build unix

package wasmcache

import (
	"io/fs"
	"os"
	"syscall"
)

// mine reports whether this user owns the file.
func mine(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Getuid()
}
