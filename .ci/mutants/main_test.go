package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Each mutant of this package is of one kind: noticed by a cheap test or by a dear one, as a
// panic, as a loop without end, by nobody as nobody checks or as there is nothing to see, and
// out of reach.
const counted = `package counted

func Sum(xs []int) int {
	sum := 0
	for i := 0; i < len(xs); i++ {
		sum = sum + xs[i]
	}
	return sum
}

func Down(n int) int {
	for n > 0 {
		n = n - 1
	}
	return n
}

func Larger(a, b int) int {
	if a > b {
		return a
	}
	return b
}

func Unchecked(a int) int { return a * 2 }

func Unreached(a int) int { return -a }
`

const countedTests = `package counted

import "testing"

func TestSum(t *testing.T) {
	if got := Sum([]int{1, 2, 3}); got != 6 {
		t.Error(got)
	}
}

func TestDown(t *testing.T) {
	if got := Down(3); got != 0 {
		t.Error(got)
	}
	Unchecked(1)
}

func TestLarger(t *testing.T) {
	for range 100_000_000 {
		if got := Larger(2, 1); got != 2 {
			t.Fatal(got)
		}
	}
}
`

func TestEveryMutantIsTriedByTheTestsThatReachIt(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": "module counted\n\ngo 1.26\n", "counted.go": counted, "counted_test.go": countedTests} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	t.Setenv("GOWORK", "off")
	var out bytes.Buffer
	first := trial{at: regexp.MustCompile(""), out: &out, patience: time.Minute, workers: 2}
	sites, err := first.run(context.Background(), ".")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"counted.go:5:16 < -> <=": "noticed", "counted.go:5:16 < -> >=": "noticed", "counted.go:5:28 ++ -> --": "noticed",
		"counted.go:6:13 + -> -":  "noticed",
		"counted.go:12:8 > -> >=": "noticed", "counted.go:12:8 > -> <=": "noticed", "counted.go:13:9 - -> +": "late",
		"counted.go:19:7 > -> >=": "lived", "counted.go:19:7 > -> <=": "noticed",
		"counted.go:25:38 * -> /": "lived", "counted.go:27:36 - -> ": "unreached",
	}
	for _, s := range sites {
		got := "lived"
		switch {
		case s.late:
			got = "late"
		case s.noticed:
			got = "noticed"
		case !s.reached:
			got = "unreached"
		}
		if got != want[s.String()] {
			t.Errorf("%s: %s, want %s", s, got, want[s.String()])
		}
		delete(want, s.String())
		if dear := 100 * time.Millisecond; s.noticed && !s.late && !strings.Contains(s.place, ":19:") && s.cost > dear {
			t.Errorf("%s costs %v: it is tried by tests that do not reach it", s, s.cost)
		}
	}
	if len(want) > 0 {
		t.Errorf("no such mutants: %v", want)
	}

	// What lived is tried again, of one place or each so many-th, if so asked.
	report := filepath.Join(dir, "report")
	if err := os.WriteFile(report, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, again := range map[int]trial{2: {at: first.at, only: report}, 1: {at: regexp.MustCompile(`:25:`), only: report}, 5: {at: first.at, every: 2}} {
		for _, s := range sites {
			s.chosen = false
		}
		if err := again.choose(sites); err != nil {
			t.Fatal(err)
		}
		chosen := 0
		for _, s := range sites {
			if s.chosen {
				chosen++
			}
		}
		if chosen != want {
			t.Errorf("%+v chooses %d, want %d", again, chosen, want)
		}
	}
}
