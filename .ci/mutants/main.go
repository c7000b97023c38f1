// Command mutants tests the tests of packages: it changes one operator at a time and
// reports the changes that no test notices.
//
//	go run ./.ci/mutants [-tier quick] [-workers 2] PACKAGE...
//
// The operators and their changes are those that gremlins has by default. The
// difference is the cost: all mutants of a package are compiled into one test binary, and
// a variable of the environment says which is awake (mutant schemata; Untch,
// Offutt and Harrold 1993), so that a mutant costs one run and no build.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

func main() {
	workers := flag.Int("workers", 2, "how many mutants are tried at once")
	tier := flag.String("tier", "", "FATELINE_TIER of the runs")
	only := flag.String("only", "", "an earlier report: try what lived in it")
	every := flag.Int("every", 1, "try each so many-th mutant: a sample")
	patience := flag.Duration("timeout", time.Minute, "processor time that a run may take: a mutant that takes longer is noticed")
	flag.Parse()
	failed := false
	for _, pattern := range flag.Args() {
		t := trial{every: max(1, *every), only: *only, tier: *tier, patience: *patience, workers: *workers}
		if err := t.run(context.Background(), pattern); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", pattern, err)
			failed = true
		}
	}
	if failed || flag.NArg() == 0 {
		os.Exit(2)
	}
}

// trial is the test of one package's tests.
type trial struct {
	every    int    // a sample: each so many-th
	only     string // a file; "" for all
	tier     string
	patience time.Duration
	workers  int
}

func (t trial) run(ctx context.Context, pattern string) error {
	p, err := load(pattern)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sites, err := p.mutate(dir)
	if err != nil {
		return err
	}
	binary, err := p.build(ctx, dir)
	if err != nil {
		return err
	}
	reached, took, err := t.reached(ctx, p, dir, binary)
	if err != nil {
		return err
	}
	lived, err := t.lived()
	if err != nil {
		return err
	}
	var awake []*site
	for _, s := range sites {
		if reached[s.id] && (lived == nil || lived[s.String()]) {
			awake = append(awake, s)
		}
	}
	fmt.Printf("%s: %d mutants, %d of them reached by tests that take %v\n", p.path, len(sites), len(awake), took.Round(time.Millisecond))
	if t.every > 1 {
		sample := awake[:0]
		for i, s := range awake {
			if i%t.every == 0 {
				sample = append(sample, s)
			}
		}
		awake = sample
	}
	t.tryAll(ctx, p, binary, awake)
	report(p, sites, reached, awake)
	return nil
}

// lived returns the mutants that an earlier report says lived; nil: try all.
func (t trial) lived() (map[string]bool, error) {
	if t.only == "" {
		return nil, nil
	}
	text, err := os.ReadFile(t.only)
	out := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if mutant, is := strings.CutPrefix(strings.TrimSpace(line), "lived "); is {
			out[mutant] = true
		}
	}
	return out, err
}

func (t trial) tryAll(ctx context.Context, p *pack, binary string, sites []*site) {
	next := make(chan *site)
	var wg sync.WaitGroup
	for range t.workers {
		wg.Go(func() {
			for s := range next {
				s.noticed = t.try(ctx, p, binary, s.id) != nil
			}
		})
	}
	for _, s := range sites {
		next <- s
	}
	close(next)
	wg.Wait()
}

func report(p *pack, sites []*site, reached map[int]bool, awake []*site) {
	noticed := 0
	for _, s := range awake {
		if s.noticed {
			noticed++
		} else {
			fmt.Printf("  lived %s\n", s)
		}
	}
	for _, s := range sites {
		if !reached[s.id] {
			fmt.Printf("  never reached %s\n", s)
		}
	}
	fmt.Printf("%s: %d of %d tried mutants noticed, %.1f %%\n", p.path, noticed, len(awake), share(noticed, len(awake)))
}

func share(part, of int) float64 { return 100 * float64(part) / float64(max(of, 1)) }

// site is one mutant: a place and what it changes.
type site struct {
	id       int
	place    string // file:line:column
	was, now string
	noticed  bool
}

func (s *site) String() string {
	return fmt.Sprintf("%s %s -> %s", s.place, strings.TrimSpace(s.was), s.now)
}
