package main

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
)

func TestStandardInputIsReadToItsEnd(t *testing.T) {
	text := make([]byte, 200<<10)
	for i := range text {
		text[i] = byte(i % 251)
	}
	if err := iotest.TestReader(newInterruptible(t.Context(), iotest.HalfReader(&sliceReader{text})), text); err != nil {
		t.Error(err)
	}
	broken := newInterruptible(t.Context(), iotest.ErrReader(io.ErrUnexpectedEOF))
	if _, err := io.ReadAll(broken); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a broken stream ends with %v", err)
	}
}

func TestStandardInputThatNobodyWritesToEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := errors.New("enough")
	silent, w := io.Pipe()
	defer w.Close()
	cancel(cause)
	if _, err := newInterruptible(ctx, silent).Read(make([]byte, 1)); !errors.Is(err, cause) {
		t.Errorf("read ended with %v, want the cause of the context", err)
	}
}

type sliceReader struct{ left []byte }

func (s *sliceReader) Read(p []byte) (int, error) {
	if len(s.left) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.left)
	s.left = s.left[n:]
	return n, nil
}
