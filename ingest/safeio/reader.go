package safeio

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// Proof is what is known of a file once it was read to its end.
type Proof struct {
	Bytes    int64  // as stored, before inflating
	SHA256   string // of the same bytes, in hexadecimal
	Packing  Packing
	Unproven bool // inflated without a checksum of the content
}

// Reader reads the inflated bytes of one file. Close reads what is left of
// it and checks that everything held: only then is there a [Proof].
type Reader struct {
	ref     *Ref
	ctx     context.Context
	raw     *rawReader
	data    io.ReadCloser
	frames  *frameWalker
	packing Packing
	lim     Limits
	err     error // the first one, io.EOF aside
	ended   bool
	closed  bool
	proof   Proof
}

// rawReader counts and hashes what is read of the stored bytes.
type rawReader struct {
	src  io.ReadCloser
	n    int64
	hash hash.Hash
	err  error // of the file system; io.EOF aside
}

func (r *rawReader) Read(p []byte) (int, error) {
	n, err := r.src.Read(p)
	r.n += int64(n)
	r.hash.Write(p[:n])
	if err != nil && !errors.Is(err, io.EOF) {
		err = fromOS(NotRead, r.n, err)
		r.err = err
	}
	return n, err
}

func newReader(ctx context.Context, ref *Ref, src io.ReadCloser, p Packing, lim Limits) (*Reader, error) {
	r := &Reader{ref: ref, ctx: ctx, raw: &rawReader{src: src, hash: sha256.New()}, packing: p, lim: lim.defaults()}
	data, frames, err := inflate(r.raw, p, r.lim)
	if err != nil {
		return nil, errors.Join(unpackError(p, r.raw.n, err, r.lim), src.Close())
	}
	r.data, r.frames = data, frames
	if p != Plain {
		r.data = &nestingReader{ReadCloser: data}
	}
	return r, nil
}

// Read reads inflated bytes. An error is an [*Error], io.EOF or that of the context.
func (r *Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if r.ended {
		return 0, io.EOF
	}
	if err := r.ctx.Err(); err != nil {
		r.err = err
		return 0, err
	}
	n, err := r.data.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		r.ended = true
		if r.frames != nil && !r.frames.lost && !r.frames.atEnd() {
			r.err = problem(EarlyEnd, r.raw.n, "zstd data end inside a frame")
			return n, r.err
		}
	case err != nil && r.raw.err != nil:
		err, r.err = r.raw.err, r.raw.err
	case err != nil && r.packing != Plain:
		r.err = unpackError(r.packing, r.raw.n, err, r.lim)
		err = r.err
	case err != nil:
		r.err = err
	}
	return n, err
}

// Close reads the rest of the file, checks it and closes it. It returns the
// first error of all reading; once it returned nil, Proof holds.
func (r *Reader) Close() error {
	if r.closed {
		return r.err
	}
	r.closed = true
	if r.err == nil && !r.ended {
		_, err := io.Copy(io.Discard, onlyReader{r})
		if err != nil && r.err == nil {
			r.err = err
		}
	}
	if err := r.data.Close(); err != nil && r.err == nil {
		r.err = unpackError(r.packing, r.raw.n, err, r.lim)
	}
	if r.err == nil {
		r.err = r.ref.unchanged(r.raw)
	}
	if err := r.raw.src.Close(); err != nil && r.err == nil {
		r.err = fromOS(NotRead, r.raw.n, err)
	}
	r.proof = Proof{Bytes: r.raw.n, SHA256: hex.EncodeToString(r.raw.hash.Sum(nil)), Packing: r.packing, Unproven: r.frames != nil && r.frames.unproven()}
	return r.err
}

// Proof returns what is known of the file; it holds after a Close without error.
func (r *Reader) Proof() Proof { return r.proof }

// onlyReader hides everything of a Reader but Read.
type onlyReader struct{ io.Reader }

// nestingReader refuses inflated data that begin as compressed data do.
type nestingReader struct {
	io.ReadCloser
	head []byte
	done bool
}

func (r *nestingReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if !r.done {
		r.head = append(r.head, p[:min(n, 4-len(r.head))]...)
		r.done = len(r.head) == 4
		if inner := packingOf(r.head); inner != Plain {
			return 0, problem(Nested, 0, "%s data inside compressed data", inner)
		}
	}
	return n, err
}
