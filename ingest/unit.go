package ingest

import (
	"context"
	"io"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// Unit is a set of files that one source reads together, sorted by path.
type Unit struct {
	Name  string
	Files []*File
}

// File is one claimed input.
type File struct {
	path string
}

// Path returns the path as people know it: slash-separated and relative as it
// was named, "-" for standard input.
func (f *File) Path() string { return f.path }

// Bytes returns the whole file, decompressed, within the limits.
func (f *File) Bytes() ([]byte, error) { panic("contract") }

// Open returns a reader over the decompressed file, for formats that stream.
func (f *File) Open() (io.ReadCloser, error) { panic("contract") }

// Note records something that was read but not understood. The file stays complete.
func (f *File) Note(format string, args ...any) { panic("contract") }

// Fail records that a part of the file could not be read: the file is partial,
// and the verdict incomplete. err may be a [strict.Error], which carries the place.
func (f *File) Fail(err error) { panic("contract") }

// Origin returns an origin in this file; the source's name is filled in by the core.
func (f *File) Origin(line, col int) depgraph.Origin {
	return depgraph.Origin{Input: f.path, Line: line, Col: col}
}

// Each decodes every YAML or JSON document of the unit on all cores, maps it, and
// returns the results in the order of paths and documents. A document that cannot
// be decoded is recorded with Fail, and the documents before it are kept. visit
// runs concurrently and must not touch shared state.
func Each[T any](ctx context.Context, u *Unit, visit func(f *File, doc strict.Document) T) ([]T, error) {
	panic("contract")
}
