package main

import (
	"context"
	"io"
)

// interruptible is a stream whose reader need not outlive the context: standard
// input may be a pipe that nobody ever writes to.
type interruptible struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte
	left []byte    // read and not handed on
	done chan read // of the read that is under way; nil: none is
	err  error     // of r; nil until it ends
}

type read struct {
	n   int
	err error
}

func newInterruptible(ctx context.Context, r io.Reader) io.Reader {
	if r == nil {
		return nil
	}
	return &interruptible{ctx: ctx, r: r, buf: make([]byte, 64<<10)}
}

func (i *interruptible) Read(p []byte) (int, error) {
	if len(i.left) == 0 && i.err == nil {
		if err := i.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, i.left)
	i.left = i.left[n:]
	if n == 0 && len(p) > 0 {
		return 0, i.err
	}
	return n, nil
}

// fill waits for more, or for the end of the context.
func (i *interruptible) fill() error {
	if i.done == nil {
		i.done = make(chan read, 1)
		go func(done chan<- read) {
			n, err := i.r.Read(i.buf)
			done <- read{n, err}
		}(i.done)
	}
	select {
	case got := <-i.done:
		i.done, i.left, i.err = nil, i.buf[:got.n], got.err
		return nil
	case <-i.ctx.Done():
		return context.Cause(i.ctx)
	}
}
