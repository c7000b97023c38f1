package safeio

import (
	"bufio"
	"bytes"
	"compress/flate"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Packing is how the bytes of a file are compressed.
type Packing uint8

// The packings; the zero value is none.
const (
	Plain Packing = iota
	Gzip
	Zstd
)

// String returns "", "gzip" or "zstd".
func (p Packing) String() string { return [...]string{"", "gzip", "zstd"}[p] }

// packingOf looks at the first bytes of a file.
func packingOf(head []byte) Packing {
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return Gzip
	case isZstdFrame(head), isSkippable(head):
		return Zstd
	}
	return Plain
}

func isZstdFrame(head []byte) bool { return bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) }

func isSkippable(head []byte) bool {
	return len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})
}

// Limits bound what one file may cost. The zero value means the defaults.
type Limits struct {
	// Bytes is the most that [Ref.ReadAll] returns, inflated; default 64 MiB.
	// [Ref.Open] is not bounded: who streams holds one record.
	Bytes int64
	// Window is the most memory a zstd stream may ask for; default 128 MiB.
	Window uint64
}

func (l Limits) defaults() Limits {
	if l.Bytes == 0 {
		l.Bytes = 64 << 20
	}
	if l.Window == 0 {
		l.Window = 128 << 20
	}
	return l
}

// inflate returns a reader over what src holds. src must be at its start. For
// zstd, frames tells once everything was read whether every frame had a checksum.
func inflate(src io.Reader, p Packing, lim Limits) (r io.ReadCloser, frames *frameWalker, err error) {
	switch p {
	case Gzip:
		m := &members{src: bufio.NewReaderSize(src, 64<<10)}
		z, err := gzip.NewReader(m.src)
		if err != nil {
			return nil, nil, err
		}
		z.Multistream(false)
		m.z = z
		return m, nil, nil
	case Zstd:
		frames = &frameWalker{}
		z, err := zstd.NewReader(io.TeeReader(src, frames), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(lim.Window))
		if err != nil {
			return nil, nil, err
		}
		return z.IOReadCloser(), frames, nil
	}
	return io.NopCloser(src), nil, nil
}

// members reads the members of a gzip file one by one, so that what follows the
// last is seen for what it is.
type members struct {
	src *bufio.Reader
	z   *gzip.Reader
}

func (m *members) Close() error { return m.z.Close() }

func (m *members) Read(p []byte) (int, error) {
	for {
		n, err := m.z.Read(p)
		if !errors.Is(err, io.EOF) || n > 0 {
			return n, ignoreEOF(err)
		}
		next, err := m.src.Peek(2)
		switch {
		case len(next) == 0 && errors.Is(err, io.EOF):
			return 0, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return 0, err
		case packingOf(next) != Gzip:
			return 0, gzip.ErrHeader
		}
		if err := m.z.Reset(m.src); err != nil {
			return 0, err
		}
		m.z.Multistream(false)
	}
}

// ignoreEOF drops the end of one member, which may not be that of the file.
func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// unpackError says what an error of a decompressor means; at is how many
// compressed bytes were read.
func unpackError(p Packing, at int64, err error, lim Limits) *Error {
	var ours *Error
	var corrupt flate.CorruptInputError
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return problem(EarlyEnd, at, "%s data end before their checksum", p)
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zstd.ErrCRCMismatch):
		return problem(BadChecksum, at, "%s checksum does not match the data", p)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, zstd.ErrMagicMismatch):
		return problem(TrailingData, at, "what follows the %s data is no %s", p, p)
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return problem(WindowTooBig, at, "zstd data ask for over %d bytes of memory", lim.Window)
	case errors.As(err, &corrupt):
		return problem(BadPacking, at, "broken %s data", p)
	}
	return problem(BadPacking, at, "broken %s data: %v", p, err)
}
