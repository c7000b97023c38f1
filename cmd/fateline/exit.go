package main

import (
	"errors"
	"os"
	"syscall"

	"github.com/fateline/fateline/report/store"
)

// exitStatus is how the process ends. Only 0 is a pass, and there is no constant
// for it: [outcome.status] makes it in the one place that has seen every proof.
type exitStatus int

const (
	statusViolated   exitStatus = 1 // complete, and at least one unwaived violation; only check
	statusNotRun     exitStatus = 2 // usage, configuration, policy or internal error
	statusIncomplete exitStatus = 3 // something could not be read, or a rule did not run
	statusNotStored  exitStatus = 4 // an output could not be written
	statusSignal     exitStatus = 128
)

// outcome is what a command leaves behind for the exit status. Its zero value is
// incomplete: a command earns its pass by saying what it finished, and forgetting
// to say so costs it.
type outcome struct {
	failure  error         // why it did not run, was interrupted, or could not store; nil: none of these
	complete bool          // every input was read to its proven end, and every rule that was asked for ran
	receipt  store.Receipt // every output was written, flushed, synced and put in its place
	violated bool          // an unwaived violation; only check judges
}

// status returns the exit status, the worst of what applies: a signal, not run,
// not stored, incomplete, violated.
func (o outcome) status() exitStatus {
	var signal interruptError
	var storing *store.Error
	switch {
	case errors.As(o.failure, &signal):
		return statusSignal + exitStatus(signal.number)
	case o.failure != nil && !errors.As(o.failure, &storing):
		return statusNotRun
	case o.failure != nil:
		return statusNotStored
	case !o.complete:
		return statusIncomplete
	case !o.receipt.Stored():
		return statusNotStored
	case o.violated:
		return statusViolated
	}
	return 0
}

// usageError is a command line that says nothing runnable.
type usageError struct {
	text string
	fix  string // what to type instead; "" where the text says it all
}

func (e usageError) Error() string { return e.text }

// interruptError is the cause of a context that a signal ended.
type interruptError struct{ number syscall.Signal }

func (e interruptError) Error() string {
	switch e.number {
	case syscall.SIGINT:
		return "interrupted by SIGINT"
	case syscall.SIGTERM:
		return "interrupted by SIGTERM"
	}
	return "interrupted by " + e.number.String()
}

// interruption returns the interruptError for a signal; one that is not a
// number of this system counts as an interrupt from the keyboard.
func interruption(s os.Signal) interruptError {
	if n, ok := s.(syscall.Signal); ok {
		return interruptError{n}
	}
	return interruptError{syscall.SIGINT}
}
