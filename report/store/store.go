package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// Previous is what a file that stands in the way is renamed to, behind its name.
const Previous = ".previous"

// Receipt is the proof that every output of a run was stored. Only
// [Session.Commit] makes one that says so; the zero Receipt says no.
type Receipt struct{ stored bool }

// Stored reports whether every output was stored.
func (r Receipt) Stored() bool { return r.stored }

// Error is an output that could not be stored.
type Error struct {
	File string // as it was named; "standard output"
	Err  error
}

// Error returns "FILE: cannot be stored: why".
func (e *Error) Error() string { return fmt.Sprintf("%s: cannot be stored: %v", e.File, e.Err) }

// Unwrap returns why.
func (e *Error) Unwrap() error { return e.Err }

// Session is the outputs of one run. It belongs to one goroutine.
type Session struct {
	sys     system
	targets map[string]*target // by name as given
	staged  []*target          // in the order in which they are put in place
	done    bool
}

// target is where one output goes.
type target struct {
	file   string // as it was named
	path   string // links followed
	direct bool   // a device or pipe: written to as it is
	mode   fs.FileMode
	temp   string // the staged file; "" while there is none
	placed bool
}

// Begin prepares the files that a run will write: it checks that each can be
// written where it is, removes what killed runs left there, and sets an existing
// file aside. Its errors are [Error] values.
func Begin(files ...string) (*Session, error) { return begin(osSystem{}, files) }

func begin(sys system, files []string) (*Session, error) {
	s := &Session{sys: sys, targets: map[string]*target{}}
	known := map[string]string{}
	for _, file := range files {
		t, err := s.look(file)
		if err != nil {
			return nil, &Error{file, err}
		}
		if other, twice := known[t.path]; twice && !t.direct {
			return nil, &Error{file, fmt.Errorf("%s is the same file", other)}
		}
		known[t.path] = file
		s.targets[file] = t
	}
	for _, file := range files {
		if err := s.setAside(s.targets[file]); err != nil {
			return nil, &Error{file, err}
		}
	}
	return s, nil
}

// look finds out where a file would go.
func (s *Session) look(file string) (*target, error) {
	t := &target{file: file, mode: 0o666}
	path, err := s.sys.follow(file)
	if err != nil {
		return nil, err
	}
	t.path = path
	info, err := s.sys.stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		dir, err := s.sys.stat(filepath.Dir(path))
		if err != nil {
			return nil, err
		}
		if !dir.IsDir() {
			return nil, fmt.Errorf("%s is no directory", filepath.Dir(file))
		}
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, errors.New("it is a directory")
	case !info.Mode().IsRegular():
		t.direct = true
	default:
		t.mode = info.Mode().Perm()
	}
	return t, nil
}

// setAside removes leftovers and renames the file that is there.
func (s *Session) setAside(t *target) error {
	if t.direct {
		return nil
	}
	if err := s.sweep(t); err != nil {
		return err
	}
	err := s.sys.rename(t.path, t.path+Previous)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return s.sys.syncDir(filepath.Dir(t.path))
}

// sweep removes the temporary files of runs that are no longer there.
func (s *Session) sweep(t *target) error {
	left, err := s.sys.glob(filepath.Dir(t.path), tempPrefix(t.path), tempSuffix)
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := s.sys.removeStale(path); err != nil {
			return err
		}
	}
	return nil
}

// Stage writes an output that Begin was told of. Until Commit nobody sees it,
// unless it goes to a device or a pipe. Outputs are put in place in the order in
// which they were staged: stage last what others wait for.
func (s *Session) Stage(file string, write func(io.Writer) error) error {
	t := s.targets[file]
	switch {
	case t == nil:
		return &Error{file, errors.New("the run did not begin with it")}
	case t.temp != "" || t.placed:
		return &Error{file, errors.New("it was written already")}
	case s.done:
		return &Error{file, errors.New("the run is over")}
	}
	var err error
	if t.direct {
		err = s.writeDirect(t, write)
	} else {
		err = s.writeTemp(t, write)
	}
	if err != nil {
		return &Error{file, err}
	}
	s.staged = append(s.staged, t)
	return nil
}

func (s *Session) writeDirect(t *target, write func(io.Writer) error) error {
	f, err := s.sys.openDevice(t.path)
	if err != nil {
		return err
	}
	err = write(checked{f})
	return errors.Join(err, f.Close())
}

func (s *Session) writeTemp(t *target, write func(io.Writer) error) error {
	f, path, err := s.sys.create(filepath.Dir(t.path), tempPrefix(t.path), tempSuffix, t.mode)
	if err != nil {
		return err
	}
	t.temp = path
	err = write(checked{f})
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, s.sys.remove(path))
		t.temp = ""
	}
	return err
}

// Stream writes an output to a stream that is there already, such as standard
// output. What was written cannot be taken back, so stream after everything is
// staged and before Commit.
func Stream(w io.Writer, write func(io.Writer) error) error {
	err := write(checked{w})
	if err == nil {
		err = syncStream(w)
	}
	if err != nil {
		return &Error{"standard output", err}
	}
	return nil
}

// Commit puts every staged output in its place and returns the receipt. If one
// cannot be put there, those that were are taken away again. It fails where an
// output that Begin was told of was never staged.
func (s *Session) Commit() (Receipt, error) {
	if s.done {
		return Receipt{}, &Error{"outputs", errors.New("the run is over")}
	}
	if len(s.staged) != len(s.targets) {
		err := &Error{"outputs", fmt.Errorf("%d of %d were written", len(s.staged), len(s.targets))}
		return Receipt{}, errors.Join(err, s.Abort())
	}
	for _, t := range s.staged {
		if err := s.put(t); err != nil {
			return Receipt{}, errors.Join(&Error{t.file, err}, s.Abort())
		}
	}
	s.done = true
	return Receipt{stored: true}, nil
}

func (s *Session) put(t *target) error {
	if t.direct {
		return nil
	}
	if err := s.sys.rename(t.temp, t.path); err != nil {
		return err
	}
	t.temp, t.placed = "", true
	return s.sys.syncDir(filepath.Dir(t.path))
}

// Abort ends a session without a result: staged outputs are removed, and what
// was set aside stays aside. After Commit or Abort it does nothing.
func (s *Session) Abort() error {
	if s == nil || s.done {
		return nil
	}
	s.done = true
	var errs []error
	for _, t := range s.staged {
		if t.temp != "" {
			errs = append(errs, s.sys.remove(t.temp))
			t.temp = ""
		}
		if t.placed {
			errs = append(errs, s.sys.remove(t.path))
			t.placed = false
		}
	}
	return errors.Join(errs...)
}

// checked turns a short write without an error into one.
type checked struct{ w io.Writer }

func (c checked) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, err
}

const tempSuffix = ".fateline-tmp"

func tempPrefix(path string) string { return "." + filepath.Base(path) + "." }
