package main

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"github.com/fateline/fateline/report/store"
)

func TestStatusIsTheWorstOfWhatApplies(t *testing.T) {
	interrupted := fmt.Errorf("reading: %w", interruptError{syscall.SIGTERM})
	notStored := fmt.Errorf("writing: %w", &store.Error{File: "out.json", Err: errors.New("no space left on device")})
	notRun := usageError{"no such flag", ""}
	whole := outcome{complete: true, receipt: receipt(t)}
	with := func(change func(*outcome)) outcome {
		o := whole
		change(&o)
		return o
	}
	cases := []struct {
		name string
		o    outcome
		want exitStatus
	}{
		{"nothing was said: incomplete", outcome{}, 3},
		{"all was done", whole, 0},
		{"all was done, and something violates", with(func(o *outcome) { o.violated = true }), 1},
		{"nobody said that outputs are stored", with(func(o *outcome) { o.receipt = store.Receipt{} }), 4},
		{"incomplete comes before violated", with(func(o *outcome) { o.complete, o.violated = false, true }), 3},
		{"not stored comes before incomplete", with(func(o *outcome) { o.complete, o.failure = false, notStored }), 4},
		{"not run comes before all but a signal", with(func(o *outcome) { o.complete, o.failure = false, notRun }), 2},
		{"an error nobody classified is not run", with(func(o *outcome) { o.failure = errors.New("?") }), 2},
		{"a signal comes first", with(func(o *outcome) { o.failure = errors.Join(notRun, notStored, interrupted) }), 143},
		{"an interrupt is 130", outcome{failure: interruptError{syscall.SIGINT}}, 130},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.o.status(); got != c.want {
				t.Errorf("status of %+v is %d, want %d", c.o, got, c.want)
			}
		})
	}
}

// TestOnlyOneOutcomePasses goes through every combination: 0 asks for all three proofs.
func TestOnlyOneOutcomePasses(t *testing.T) {
	failures := []error{nil, errors.New("x"), usageError{}, &store.Error{Err: errors.New("x")}, interruptError{syscall.SIGINT}}
	receipts := []store.Receipt{{}, receipt(t)}
	passes := 0
	for _, failure := range failures {
		for bits := range 8 {
			o := outcome{failure: failure, complete: bits&1 != 0, receipt: receipts[bits>>1&1], violated: bits&4 != 0}
			if o.status() == 0 {
				passes++
				if failure != nil || !o.complete || !o.receipt.Stored() || o.violated {
					t.Errorf("%+v passes", o)
				}
			}
		}
	}
	if passes != 1 {
		t.Errorf("%d outcomes pass, want 1", passes)
	}
}

// receipt is that of a run without files.
func receipt(t *testing.T) store.Receipt {
	t.Helper()
	s, err := store.Begin()
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return r
}
