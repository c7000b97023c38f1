package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// build compiles the package's tests with all mutants in them, asleep.
func (p *pack) build(ctx context.Context, dir string) (string, error) {
	binary := filepath.Join(dir, "tests")
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", filepath.Join(dir, "overlay.json"), "-o", binary, p.path)
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, said)
	}
	return binary, nil
}

// test is one test of the package, with its subtests.
type test struct {
	name    string
	cost    time.Duration // of processors, with no mutant awake
	reaches map[int]bool  // by mutant
}

// runner runs tests of a binary that build made.
type runner struct {
	trial
	dir, binary string
	args        []string
}

func (t trial) runner(ctx context.Context, dir, binary string) (*runner, error) {
	r := &runner{trial: t, dir: dir, binary: binary}
	said, err := r.command(ctx, "-h").CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	if strings.Contains(string(said), "-rapid.seed") {
		// The same cases for each mutant, and none made smaller for a person to read.
		r.args = []string{"-rapid.seed=1", "-rapid.shrinktime=0s", "-rapid.nofailfile"}
	}
	return r, nil
}

func (r *runner) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, r.binary, args...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "FATELINE_TIER="+r.tier, "GOMEMLIMIT=2GiB")
	return cmd
}

// tests runs each test alone with no mutant awake and notes what it costs and which mutants
// it comes by, those first that cost least.
func (r *runner) tests(ctx context.Context) ([]*test, error) {
	listed, err := r.command(ctx, "-test.list=^(Test|Example|Fuzz)").Output()
	if err != nil {
		return nil, err
	}
	log := r.binary + ".reached"
	var out []*test
	for name := range strings.FieldsSeq(string(listed)) {
		t := &test{name: name, reaches: map[int]bool{}}
		if err := os.WriteFile(log, nil, 0o600); err != nil {
			return nil, err
		}
		end := r.start(ctx, t, r.patience, "MUTANTS_REACHED="+log)
		if end.err != nil {
			return nil, fmt.Errorf("%s fails with no mutant awake: %w", name, end.err)
		}
		t.cost = end.cost
		text, err := os.ReadFile(log)
		if err != nil {
			return nil, err
		}
		for word := range strings.FieldsSeq(string(text)) {
			id, err := strconv.Atoi(word)
			if err != nil {
				return nil, err
			}
			t.reaches[id] = true
		}
		out = append(out, t)
	}
	slices.SortStableFunc(out, func(a, b *test) int { return int(a.cost - b.cost) })
	return out, nil
}

// try runs the tests that come by a mutant with it awake, until one notices it.
func (r *runner) try(ctx context.Context, tests []*test, s *site) {
	for _, t := range tests {
		if !t.reaches[s.id] {
			continue
		}
		// What takes so much longer is taken for a loop without end.
		limit := min(r.patience, 2*time.Second+20*t.cost)
		end := r.start(ctx, t, limit, "MUTANT="+strconv.Itoa(s.id))
		s.cost += end.cost
		if end.err != nil {
			s.noticed, s.late = true, end.cost >= limit
			return
		}
	}
}

// ending is how a run went.
type ending struct {
	cost time.Duration // of processors
	err  error
}

func (r *runner) start(ctx context.Context, t *test, limit time.Duration, variable string) ending {
	// The limit is of processor time, so that a busy machine notices no more than an idle
	// one. A run that waits for ever uses none: for that there is a limit of time.
	seconds := int(math.Ceil(limit.Seconds()))
	args := append([]string{"-test.failfast", "-test.run=^" + t.name + "$", fmt.Sprintf("-test.timeout=%ds", 60+10*seconds)}, r.args...)
	cmd := r.command(ctx, args...)
	cmd.Args = append([]string{"sh", "-c", fmt.Sprintf(`ulimit -t %d && exec "$0" "$@"`, seconds), r.binary}, args...)
	cmd.Path = "/bin/sh"
	cmd.Env = append(cmd.Env, variable)
	said, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w\n%s", err, said)
	}
	if cmd.ProcessState == nil {
		return ending{err: err}
	}
	return ending{cost: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), err: err}
}
