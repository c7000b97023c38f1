package safeio

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// Ref is something that can be opened: a file of a [Tree], a file that the user
// named, or a stream such as standard input, which can be read once.
type Ref struct {
	tree *Tree
	name string // below the tree, or as the user named it

	mu      sync.Mutex
	before  fs.FileInfo // at the first opening; nil before it and for streams
	stream  io.ReadCloser
	started bool // a stream: its bytes have gone

	reading sync.Mutex
	read    *whole // of a stream; nil before it was read whole
}

// Head is the beginning of a file.
type Head struct {
	Data    []byte // inflated
	Packing Packing
	Whole   bool // Data is all there is
}

// File returns a reference to a file that the user named: links are followed
// wherever they lead, and a FIFO is waited for.
func File(name string) *Ref { return &Ref{name: name} }

// Stream returns a reference to r, which can be read once. The caller keeps r
// open until then and closes it.
func Stream(r io.Reader) *Ref { return &Ref{stream: io.NopCloser(r), name: "-"} }

// Mark is equal for references to one file; different files may share one.
type Mark struct{ size, modified int64 }

// Mark returns the mark of a file that was opened; ok is false before that and
// for streams.
func (f *Ref) Mark() (m Mark, ok bool) {
	info := f.info()
	if info == nil {
		return Mark{}, false
	}
	return Mark{info.Size(), info.ModTime().UnixNano()}, true
}

// Same reports whether two references have been opened and were one file, by
// whatever name.
func (f *Ref) Same(g *Ref) bool {
	a, b := f.info(), g.info()
	return a != nil && b != nil && os.SameFile(a, b)
}

// Size returns the size as stored; 0 before the first opening and for streams.
func (f *Ref) Size() int64 {
	if info := f.info(); info != nil {
		return info.Size()
	}
	return 0
}

func (f *Ref) info() fs.FileInfo {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.before
}

// Head returns the first bytes of the file, at most n inflated ones. What it
// reads of a stream is given again to who opens it. Broken compressed data are
// no error here: whoever reads on meets them.
func (f *Ref) Head(ctx context.Context, n int, lim Limits) (Head, error) {
	src, err := f.open(ctx)
	if err != nil {
		return Head{}, err
	}
	f.mu.Lock()
	isStream := f.stream != nil
	f.mu.Unlock()
	var kept bytes.Buffer // what a stream must give again
	raw := &rawReader{src: src, hash: sha256.New()}
	from := io.Reader(raw)
	if isStream {
		from = io.TeeReader(raw, &kept)
	}
	head, err := readHead(from, n, lim.defaults())
	if isStream {
		f.mu.Lock()
		f.stream, f.started = rejoined{io.MultiReader(&kept, src), src}, false
		f.mu.Unlock()
	} else {
		err = errors.Join(err, src.Close())
	}
	if raw.err != nil {
		return Head{}, raw.err
	}
	if err != nil {
		return Head{}, fromOS(NotRead, raw.n, err)
	}
	return head, nil
}

// readHead reads at most n inflated bytes.
func readHead(src io.Reader, n int, lim Limits) (Head, error) {
	br := bufio.NewReader(src)
	first, err := br.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return Head{}, err
	}
	p := packingOf(first)
	data, _, err := inflate(br, p, lim)
	if err != nil {
		return Head{Packing: p}, nil
	}
	defer data.Close() // a decompressor that was not read to its end has nothing to say
	head, err := io.ReadAll(io.LimitReader(data, int64(n)+1))
	if err != nil && p == Plain {
		return Head{}, err
	}
	return Head{Data: head[:min(n, len(head))], Packing: p, Whole: err == nil && len(head) <= n}, nil
}

// Open opens the file to stream it. Close proves its end.
func (f *Ref) Open(ctx context.Context, lim Limits) (*Reader, error) {
	src, err := f.open(ctx)
	if err != nil {
		return nil, err
	}
	first := make([]byte, 4)
	n, err := io.ReadFull(src, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.Join(fromOS(NotRead, int64(n), err), src.Close())
	}
	rest := rejoined{io.MultiReader(bytes.NewReader(first[:n]), src), src}
	return newReader(ctx, f, rest, packingOf(first[:n]), lim)
}

type rejoined struct {
	io.Reader
	io.Closer
}

// ReadAll returns the whole file, inflated, and the proof that it is whole. What
// it read of a stream it keeps, so that several may read all of one: with the
// limits of the first.
func (f *Ref) ReadAll(ctx context.Context, lim Limits) ([]byte, Proof, error) {
	return f.ReadInto(ctx, lim, nil)
}

// ReadInto is [Ref.ReadAll] into room, where that is large enough: what it held is gone.
func (f *Ref) ReadInto(ctx context.Context, lim Limits, room []byte) ([]byte, Proof, error) {
	f.mu.Lock()
	isStream := f.stream != nil
	f.mu.Unlock()
	if !isStream {
		return f.readAll(ctx, lim, room)
	}
	f.reading.Lock()
	defer f.reading.Unlock()
	if f.read == nil {
		data, proof, err := f.readAll(ctx, lim, nil)
		f.read = &whole{data, proof, err}
	}
	return bytes.Clone(f.read.data), f.read.proof, f.read.err
}

// whole is what reading all of a stream gave.
type whole struct {
	data  []byte
	proof Proof
	err   error
}

func (f *Ref) readAll(ctx context.Context, lim Limits, room []byte) ([]byte, Proof, error) {
	r, err := f.Open(ctx, lim)
	if err != nil {
		return nil, Proof{}, err
	}
	if size := f.Size(); r.packing == Plain && size <= r.lim.Bytes && int(size)+bytes.MinRead > cap(room) {
		need := int(size) + bytes.MinRead
		room = make([]byte, 0, need+min(cap(room), need/16)) // what is used again need not grow for a few bytes
	}
	buf := bytes.NewBuffer(room[:0])
	n, err := io.Copy(buf, io.LimitReader(onlyReader{r}, r.lim.Bytes+1))
	if err == nil && n > r.lim.Bytes {
		large := problem(TooLarge, -1, "over %d bytes%s", r.lim.Bytes, map[bool]string{true: " inflated"}[r.packing != Plain])
		large.Fix = "raise the limit (--max-file) if the file is meant, or exclude it"
		r.err = large
	}
	err = r.Close()
	return buf.Bytes(), r.Proof(), err
}

// open opens the stored bytes at their start.
func (f *Ref) open(ctx context.Context) (io.ReadCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stream != nil {
		if f.started {
			return nil, problem(ReadTwice, -1, "a stream can be read once, and was")
		}
		f.started = true
		return f.stream, nil
	}
	file, err := f.openFile(ctx)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fromOS(NotOpened, -1, err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, errors.Join(fromOS(NotOpened, -1, err), file.Close())
	}
	switch mode := info.Mode(); {
	case mode.IsRegular():
	case mode&fs.ModeNamedPipe != 0 && f.tree == nil:
		// A writer that never writes must not outlive the run: the end of the
		// context ends a read that waits.
		context.AfterFunc(ctx, func() { _ = file.SetReadDeadline(time.Unix(1, 0)) })
		f.stream, f.started = file, true
		return file, nil
	default:
		return nil, errors.Join(problem(NotAFile, -1, "%s, not a file", describe(mode)), file.Close())
	}
	if f.before == nil {
		f.before = info
	} else if !same(f.before, info) {
		return nil, errors.Join(problem(Changed, -1, "changed since its first bytes were read"), file.Close())
	}
	return file, nil
}

// openFile opens what must not block: a file of a tree is opened as if it were a
// FIFO, lest it has become one since it was listed.
func (f *Ref) openFile(ctx context.Context) (*os.File, error) {
	if f.tree != nil {
		return f.tree.root.OpenFile(filepath.FromSlash(f.name), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	}
	info, err := os.Stat(f.name)
	if err != nil {
		return nil, err
	}
	switch mode := info.Mode(); {
	case mode&fs.ModeNamedPipe != 0:
		return openFIFO(ctx, f.name)
	case !mode.IsRegular():
		return nil, problem(NotAFile, -1, "%s, not a file", describe(mode))
	}
	return os.OpenFile(f.name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// openFIFO waits for a writer, or for the context: then it opens the FIFO for
// writing itself, which lets go of whoever waits.
func openFIFO(ctx context.Context, name string) (*os.File, error) {
	type opened struct {
		file *os.File
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		file, err := os.Open(name)
		done <- opened{file, err}
	}()
	select {
	case o := <-done:
		return o.file, o.err
	case <-ctx.Done():
	}
	if w, err := os.OpenFile(name, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
		defer w.Close()
	}
	if o := <-done; o.err == nil {
		return nil, errors.Join(ctx.Err(), o.file.Close())
	}
	return nil, ctx.Err()
}

// unchanged proves that a file is the one that was opened first, and that all
// of it was read.
func (f *Ref) unchanged(raw *rawReader) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.before == nil {
		return nil
	}
	changed := problem(Changed, -1, "changed while it was read")
	changed.Fix = "scan a copy that nobody writes to"
	var now fs.FileInfo
	var err error
	if f.tree != nil {
		now, err = f.tree.root.Stat(filepath.FromSlash(f.name))
	} else {
		now, err = os.Stat(f.name)
	}
	if err != nil || !same(f.before, now) || raw.n != f.before.Size() {
		return changed
	}
	return nil
}

func same(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

func describe(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a FIFO"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "something special"
}

// IsDir reports whether what the user named is a directory.
func IsDir(name string) (bool, error) {
	info, err := os.Stat(name)
	if err != nil {
		return false, fromOS(NotOpened, -1, err)
	}
	return info.IsDir(), nil
}
