package main

import (
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/mattn/go-isatty"
)

// patience is how long a run may take before it says what it is doing.
const patience = time.Second

// progress shows what a long run is doing, on a terminal alone, and leaves no trace.
type progress struct {
	stage atomic.Value // string
	stop  chan struct{}
	done  chan struct{}
}

// newProgress starts to watch a run, and shows it on w if it is to be shown at all.
func newProgress(w io.Writer, shown bool) *progress {
	p := &progress{stop: make(chan struct{}), done: make(chan struct{})}
	p.stage.Store("")
	if !shown {
		close(p.done)
		return p
	}
	go p.show(w, time.Now())
	return p
}

// enter says what the run is doing from now on.
func (p *progress) enter(stage string) { p.stage.Store(stage) }

// end wipes the line.
func (p *progress) end() {
	close(p.stop)
	<-p.done
}

func (p *progress) show(w io.Writer, start time.Time) {
	defer close(p.done)
	wait := time.NewTimer(patience)
	defer wait.Stop()
	for shown := false; ; shown = true {
		select {
		case <-p.stop:
			if shown {
				_, _ = io.WriteString(w, "\r\x1b[K")
			}
			return
		case <-wait.C:
			_, _ = fmt.Fprintf(w, "\r\x1b[K%s, %s", p.stage.Load(), time.Since(start).Round(time.Second))
			wait.Reset(patience / 4)
		}
	}
}

// isTerminal reports whether a stream ends at a terminal.
func isTerminal(stream any) bool {
	if c, ok := stream.(*checkedWriter); ok {
		stream = c.w
	}
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}
