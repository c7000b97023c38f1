package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/fateline/fateline/ingest"
)

// mostRendered is how much a program may print.
const mostRendered = 64 << 20

// renderer returns what renders charts and overlays; nil where nobody asked for it.
func (o inputOptions) renderer() (ingest.Renderer, error) {
	switch {
	case !o.render:
		return nil, nil
	case o.renderFor <= 0:
		return nil, usageError{"--render-timeout: a program needs some time", "--render-timeout 1m"}
	}
	return func(ctx context.Context, tool ingest.Tool, dir string) ([]byte, error) {
		out, err := runTool(ctx, tool, dir, o.renderFor)
		if err != nil {
			return nil, &ingest.Error{ID: ingest.NotRendered, Msg: err.Error(), Fix: "render it yourself and scan what comes out, or leave out --render"}
		}
		return out, nil
	}, nil
}

// runTool runs one program on one directory: by its absolute path, without a shell,
// with nothing of the environment but the search path, in a process group of its
// own that ends with it, and for so long at the most. What it says on stderr is
// not repeated: it may quote what it read.
func runTool(ctx context.Context, tool ingest.Tool, dir string, most time.Duration) ([]byte, error) {
	found, err := exec.LookPath(string(tool))
	if err != nil {
		return nil, fmt.Errorf("%s is not on the search path", tool)
	}
	program, err := filepath.Abs(found)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be found: %w", tool, err)
	}
	target, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("the directory cannot be found: %w", err)
	}
	args := []string{"build", target}
	if tool == ingest.Helm {
		args = []string{"template", "--", filepath.Base(target), target}
	}
	limited, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	var out cappedBuffer
	out.full = cancel
	cmd := exec.CommandContext(limited, program, args...)
	cmd.Dir = target
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "HELM_NO_PLUGINS=1", "LC_ALL=C"}
	cmd.Stdout = &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case out.over:
		return nil, fmt.Errorf("%s printed over %d MiB", tool, mostRendered>>20)
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, fmt.Errorf("%s took longer than %v", tool, most)
	case errors.As(err, &exit) && exit.Exited():
		return nil, fmt.Errorf("%s failed with status %d", tool, exit.ExitCode())
	case err != nil:
		return nil, fmt.Errorf("%s was ended before it was done", tool)
	}
	return out.held.Bytes(), nil
}

// cappedBuffer ends what writes to it once it has written too much.
type cappedBuffer struct {
	held bytes.Buffer // a field, lest its ReadFrom be taken for ours
	over bool
	full func()
}

func (b *cappedBuffer) Write(p []byte) (int, error) {
	if b.held.Len()+len(p) > mostRendered {
		b.over = true
		b.full()
		return 0, errors.New("full")
	}
	return b.held.Write(p)
}
