package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// system is what a session asks of the operating system: one call, one thing
// that can fail.
type system interface {
	// follow returns the path with links followed; the last part need not be there.
	follow(path string) (string, error)
	stat(path string) (fs.FileInfo, error)
	rename(from, to string) error
	remove(path string) error
	// removeStale removes a temporary file unless a running program holds it.
	removeStale(path string) error
	syncDir(dir string) error
	glob(dir, prefix, suffix string) ([]string, error)
	// create opens a new file, held until it is closed, for writing.
	create(dir, prefix, suffix string, mode fs.FileMode) (f file, path string, err error)
	openDevice(path string) (io.WriteCloser, error)
}

type file interface {
	io.WriteCloser
	Sync() error
}

// osSystem is the system itself.
type osSystem struct{}

func (osSystem) follow(path string) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return real, err
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return "", errors.New("it is a link that leads nowhere")
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

func (osSystem) stat(path string) (fs.FileInfo, error) { return os.Stat(path) }

func (osSystem) rename(from, to string) error { return os.Rename(from, to) }

func (osSystem) remove(path string) error { return os.Remove(path) }

func (osSystem) syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cannotSync(err) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

func (osSystem) glob(dir, prefix, suffix string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if name := e.Name(); e.Type().IsRegular() && strings.HasPrefix(name, prefix) && strings.HasSuffix(name, suffix) {
			out = append(out, filepath.Join(dir, name))
		}
	}
	return out, nil
}

func (osSystem) create(dir, prefix, suffix string, mode fs.FileMode) (file, string, error) {
	var name [8]byte
	for range 100 {
		_, _ = rand.Read(name[:]) // it never fails: the program would end
		path := filepath.Join(dir, prefix+hex.EncodeToString(name[:])+suffix)
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		hold(f)
		return f, path, nil
	}
	return nil, "", errors.New("no free name for a temporary file")
}

func (osSystem) openDevice(path string) (io.WriteCloser, error) {
	return os.OpenFile(path, os.O_WRONLY, 0)
}

// syncStream syncs a stream that is a file: a full disk may show only then.
func syncStream(w io.Writer) error {
	f, ok := w.(*os.File)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return err
	}
	if err := f.Sync(); err != nil && !cannotSync(err) {
		return err
	}
	return nil
}
