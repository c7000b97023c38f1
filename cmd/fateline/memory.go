package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// memoryError is the cause of a context that ended because the memory budget was used up.
type memoryError struct{ used, limit int64 }

func (e memoryError) Error() string {
	return fmt.Sprintf("the memory budget of %s is used up", showSize(e.limit))
}

// watchEvery is how long memory may grow unseen.
const watchEvery = 25 * time.Millisecond

// withMemory returns a context that ends with a memoryError once the program
// holds more than limit bytes, and makes the collector work harder near it. 0 is
// no limit. The function returned ends the watch.
func withMemory(ctx context.Context, limit int64) (context.Context, func()) {
	if limit <= 0 {
		return ctx, func() {}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	before := debug.SetMemoryLimit(limit)
	go func() {
		tick := time.NewTicker(watchEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if used := memoryInUse(); used > limit {
					cancel(memoryError{used, limit})
				}
			}
		}
	}()
	return ctx, func() {
		cancel(nil)
		debug.SetMemoryLimit(before)
	}
}

// withinMemory returns the memoryError that ended the context, else err.
func withinMemory(ctx context.Context, err error) error {
	if used := (memoryError{}); err != nil && errors.As(context.Cause(ctx), &used) {
		return used
	}
	return err
}

// memoryInUse is what the Go runtime holds of the system's memory, in bytes.
func memoryInUse() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return int64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}

// memoryBudget returns the budget in bytes: what --memory says, else three
// quarters of what the system grants the process; 0 is no limit.
func memoryBudget(flag string) (int64, error) {
	if flag != "" {
		return parseSize("--memory", flag)
	}
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // no such control group: the system grants what it has
		}
		granted, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		if err == nil && granted > 0 && granted < math.MaxInt64/2 {
			return granted / 4 * 3, nil
		}
	}
	return 0, nil
}

var sizeForm = regexp.MustCompile(`^([0-9]{1,12})(|B|KiB|MiB|GiB|TiB)$`)

// parseSize reads 512MiB, 2GiB or a number of bytes, which is what a flag says.
func parseSize(flag, s string) (int64, error) {
	m := sizeForm.FindStringSubmatch(s)
	if m == nil {
		return 0, usageError{fmt.Sprintf("%s %q: want a size such as 512MiB or 2GiB", flag, s), ""}
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	shift := map[string]uint{"": 0, "B": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40}[m[2]]
	if err != nil || n == 0 || n > math.MaxInt64>>shift {
		return 0, usageError{fmt.Sprintf("%s %q: out of range", flag, s), ""}
	}
	return n << shift, nil
}

// showSize writes a number of bytes for people.
func showSize(n int64) string {
	for _, unit := range []struct {
		name  string
		shift uint
	}{{"GiB", 30}, {"MiB", 20}, {"KiB", 10}} {
		if n >= 1<<unit.shift {
			return strconv.FormatFloat(float64(n)/float64(int64(1)<<unit.shift), 'f', -1, 64) + " " + unit.name
		}
	}
	return strconv.FormatInt(n, 10) + " bytes"
}
