package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/safeio"
)

// Unit is a set of files that one source reads together, sorted by path.
type Unit struct {
	Name  string
	Files []*File
	// Limits are for what a source decodes itself; [Each] keeps to them.
	Limits strict.Limits
}

// File is one claimed input. Its methods may be called from several goroutines.
type File struct {
	path string
	root string
	ref  *safeio.Ref
	lim  Limits
	ctx  context.Context // of the run: sources hand on none when they read

	mu        sync.Mutex
	proof     *safeio.Proof // of the last reading to the end; nil: none
	opened    bool
	proven    bool // the format has an end of its own, and was read to it
	documents int
	skipped   int // documents that could not be decoded
	notes     []string
	problems  []Problem
	lost      bool // nothing of the bytes could be used
	carried   []depgraph.Input
}

// Path returns the path as people know it: slash-separated and relative as it
// was named, "-" for standard input.
func (f *File) Path() string { return f.path }

// Root returns the name of the directory that was scanned, without what it
// stands in, such as "shop"; for a file that was named, of the one it stands in;
// "" for standard input.
func (f *File) Root() string { return f.root }

// Bytes returns the whole file, decompressed, within the limits. It is read
// again at each call. A problem is recorded, and returned for the caller to stop at.
func (f *File) Bytes() ([]byte, error) { return f.bytesInto(nil) }

// bytesInto is Bytes into room that somebody is done with.
func (f *File) bytesInto(room []byte) ([]byte, error) {
	data, proof, err := f.ref.ReadInto(f.ctx, f.lim.bytes(), room)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened = true
	if err != nil {
		f.lost = true
		return nil, f.fail(err)
	}
	f.proof = &proof
	return data, nil
}

// Text returns the whole file as UTF-8 without a byte order mark. What no text has is
// recorded with its place, and returned for the caller to stop at.
func (f *File) Text() (string, error) {
	data, err := f.Bytes()
	if err != nil {
		return "", err
	}
	text, err := strict.Text(data)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.lost = true
		return "", f.fail(err)
	}
	return string(text), nil
}

// Open returns a reader over the decompressed file, for formats that stream.
// Close reads what is left and proves the end; it records a problem and returns it.
func (f *File) Open() (io.ReadCloser, error) {
	r, err := f.ref.Open(f.ctx, f.lim.bytes())
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened = true
	if err != nil {
		f.lost = true
		return nil, f.fail(err)
	}
	return &fileReader{f: f, r: r}, nil
}

type fileReader struct {
	f *File
	r *safeio.Reader
}

func (r *fileReader) Read(p []byte) (int, error) { return r.r.Read(p) }

func (r *fileReader) Close() error {
	err := r.r.Close()
	r.f.mu.Lock()
	defer r.f.mu.Unlock()
	if err != nil {
		return r.f.fail(err)
	}
	proof := r.r.Proof()
	r.f.proof = &proof
	return nil
}

// Note records something that was read but not understood. The file stays complete.
func (f *File) Note(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.notes = append(f.notes, fmt.Sprintf(format, args...))
}

// Fail records that a part of the file could not be read: the file is partial,
// and the verdict incomplete. err may be a [strict.Error] or an [Error], which carry
// a place and an id, or several errors joined; one that was recorded before is not
// recorded again.
func (f *File) Fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, e := range strict.Errors(err) {
		_ = f.fail(e)
	}
}

// recorded is an error that the ledger has already.
type recorded struct{ error }

func (r recorded) Unwrap() error { return r.error }

// fail records err and returns it, marked as recorded.
func (f *File) fail(err error) error {
	var already recorded
	if errors.As(err, &already) {
		return err
	}
	p := problemOf(f.path, err)
	if !slices.Contains(f.problems, p) {
		f.problems = append(f.problems, p)
	}
	return recorded{err}
}

// Counted adds n documents or records that were read to the ledger's count.
// [Each] counts by itself.
func (f *File) Counted(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.documents += n
}

// Proven says that the format closes what it opens, as JSON does, and that the
// file was read to that end. A file of which nobody says so is shown as one that
// may have been cut. [Each] says it by itself.
func (f *File) Proven() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.proven = true
}

// Carried adds a row of the ledger of another run, of which this file holds the
// result: what was incomplete then is incomplete now.
func (f *File) Carried(in depgraph.Input) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.carried = append(f.carried, in)
}

// carriedProblems are those of the rows that the file carries.
func (f *File) carriedProblems() []Problem {
	var out []Problem
	for _, in := range f.carried {
		if in.Status.Incomplete() {
			out = append(out, Problem{
				Level: LevelError, ID: CarriedGap, Path: in.Path, Byte: -1,
				Msg: "was " + in.Status.String() + " when " + f.path + " was made: " + in.Reason,
				Fix: "repair the input, and make " + f.path + " again",
			})
		}
	}
	return out
}

// Origin returns an origin in this file; the source's name is filled in by the core.
func (f *File) Origin(line, col int) depgraph.Origin {
	return depgraph.Origin{Input: f.path, Line: line, Col: col}
}

// row returns the file's row of the ledger, and its problems in their order.
func (f *File) row(source string) (depgraph.Input, []Problem) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.opened && len(f.problems) == 0 {
		_ = f.fail(&Error{ID: NeverRead, Msg: "the source " + source + " claimed the file and did not read it"})
	}
	in := depgraph.Input{Path: f.path, Format: source, Status: depgraph.Complete, Notes: sortedDistinct(f.notes), Documents: f.documents}
	if f.proof != nil {
		in.Bytes, in.SHA256 = f.proof.Bytes, f.proof.SHA256
		in.Unproven = !f.proven || f.proof.Unproven
	}
	problems := slices.Clone(f.problems)
	slices.SortStableFunc(problems, compareProblems)
	if len(problems) == 0 {
		return in, nil
	}
	in.Status, in.Reason = depgraph.Partial, problems[0].short()
	if n := len(problems) - 1; n > 0 {
		in.Reason += fmt.Sprintf("; and %d more", n)
	}
	if f.documents == 0 && (f.lost || f.skipped > 0 || !f.opened) {
		in.Status = depgraph.Unreadable
	}
	return in, problems
}

func sortedDistinct(ss []string) []string {
	if len(ss) == 0 {
		return nil
	}
	out := slices.Clone(ss)
	slices.Sort(out)
	return slices.Compact(out)
}
