package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// reached runs the tests once with no mutant awake, and returns those that a test
// came by.
func (t trial) reached(ctx context.Context, p *pack, dir, binary string) (map[int]bool, time.Duration, error) {
	log := filepath.Join(dir, "reached")
	began := time.Now()
	if err := t.start(ctx, p, binary, "MUTANTS_REACHED="+log); err != nil {
		return nil, 0, fmt.Errorf("the tests fail with no mutant awake: %w", err)
	}
	took := time.Since(began)
	text, err := os.ReadFile(log)
	if err != nil {
		return nil, 0, err
	}
	out := map[int]bool{}
	for word := range strings.FieldsSeq(string(text)) {
		id, err := strconv.Atoi(word)
		if err != nil {
			return nil, 0, err
		}
		out[id] = true
	}
	return out, took, nil
}

// try runs the tests with one mutant awake; an error means that they noticed.
func (t trial) try(ctx context.Context, p *pack, binary string, id int) error {
	return t.start(ctx, p, binary, "MUTANT="+strconv.Itoa(id))
}

func (t trial) start(ctx context.Context, p *pack, binary, variable string) error {
	// The limit is of processor time, so that a busy machine notices no more than an idle one.
	limited := fmt.Sprintf(`ulimit -t %d && exec "$0" -test.failfast`, int(t.patience.Seconds()))
	cmd := exec.CommandContext(ctx, "sh", "-c", limited, binary)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), variable, "FATELINE_TIER="+t.tier, "GOMEMLIMIT=2GiB")
	said, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w\n%s", err, said)
	}
	return nil
}
