// Command fateline reads manifests, traces and configuration into one dependency
// graph, simulates losses, and reports hidden dependencies with proofs.
//
// Its exit status is the same for every format: 0 everything was read, every
// rule ran, every output was stored, and nothing violates the policy; 1 a
// violation (only check); 2 not run; 3 incomplete; 4 an output could not be
// stored; 130 and 143 interrupted. Only 0 is a pass.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := withSignals(context.Background())
	defer stop()
	pace(os.Getenv)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program: it returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := newApp(stdin, stdout, stderr)
	return int(a.execute(ctx, args).status())
}

// withSignals returns a context that the first SIGINT or SIGTERM ends, with an
// interruptError as its cause. A second one ends the process at once.
func withSignals(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			cancel(interruption(s))
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}
