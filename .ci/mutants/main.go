// Command mutants tests the tests of packages: it changes one operator at a time and
// reports the changes that no test notices.
//
//	go run ./.ci/mutants [-tier quick] [-workers 2] PACKAGE...
//
// The operators and their changes are those that gremlins has by default. The
// difference is the cost. All mutants of a package are compiled into one test binary, and
// a variable of the environment says which is awake (mutant schemata; Untch,
// Offutt and Harrold 1993), so that a mutant costs no build. And it costs only the
// tests that come by it, those first that cost least, until one notices it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
)

func main() {
	t := trial{out: os.Stdout, at: regexp.MustCompile("")}
	flag.IntVar(&t.workers, "workers", 2, "how many mutants are tried at once")
	flag.StringVar(&t.tier, "tier", "", "FATELINE_TIER of the runs")
	flag.StringVar(&t.only, "only", "", "an earlier report: try what lived in it")
	flag.IntVar(&t.every, "every", 1, "try each so many-th mutant: a sample")
	flag.DurationVar(&t.patience, "timeout", time.Minute, "processor time that a test may take, at most: a mutant with which one takes longer is noticed")
	flag.Func("at", "an expression: try the mutants whose FILE:LINE:COLUMN it matches", func(text string) (err error) {
		t.at, err = regexp.Compile(text)
		return err
	})
	flag.Parse()
	failed := false
	for _, pattern := range flag.Args() {
		if _, err := t.run(context.Background(), pattern); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", pattern, err)
			failed = true
		}
	}
	if failed || flag.NArg() == 0 {
		os.Exit(2)
	}
}

// trial is the test of packages' tests.
type trial struct {
	at       *regexp.Regexp // a part of the places
	every    int            // a sample: each so many-th
	only     string         // a file; "" for all
	out      io.Writer
	patience time.Duration
	tier     string
	workers  int
}

// run tries the mutants of one package and returns them all.
func (t trial) run(ctx context.Context, pattern string) ([]*site, error) {
	p, err := load(pattern)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	sites, err := p.mutate(dir)
	if err != nil {
		return nil, err
	}
	binary, err := p.build(ctx, dir)
	if err != nil {
		return nil, err
	}
	r, err := t.runner(ctx, p.dir, binary)
	if err != nil {
		return nil, err
	}
	tests, err := r.tests(ctx)
	if err != nil {
		return nil, err
	}
	var cost time.Duration
	for _, test := range tests {
		cost += test.cost
		for id := range test.reaches {
			sites[id-1].reached = true
		}
	}
	fmt.Fprintf(t.out, "%s: %d mutants; the tests take %.1f s of processors\n", p.path, len(sites), cost.Seconds())
	if err := t.choose(sites); err != nil {
		return nil, err
	}
	r.tryAll(ctx, tests, sites)
	t.report(p, sites)
	return sites, nil
}

// choose marks the mutants that are to be tried.
func (t trial) choose(sites []*site) error {
	lived, err := t.lived()
	n := 0
	for _, s := range sites {
		if s.reached && t.at.MatchString(s.place) && (lived == nil || lived[s.String()]) {
			s.chosen = n%max(1, t.every) == 0
			n++
		}
	}
	return err
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

// tryAll tries the chosen mutants, and says at once of one that it lived: a run that is
// ended early has not been in vain.
func (r *runner) tryAll(ctx context.Context, tests []*test, sites []*site) {
	next := make(chan *site)
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range max(1, r.workers) {
		wg.Go(func() {
			for s := range next {
				r.try(ctx, tests, s)
				if !s.noticed {
					mu.Lock()
					fmt.Fprintf(r.out, "  lived %s\n", s)
					mu.Unlock()
				}
			}
		})
	}
	for _, s := range sites {
		if s.chosen {
			next <- s
		}
	}
	close(next)
	wg.Wait()
}

func (t trial) report(p *pack, sites []*site) {
	reached, tried, noticed, late := 0, 0, 0, 0
	var cost time.Duration
	for _, s := range sites {
		switch {
		case s.reached:
			reached++
		case t.at.MatchString(s.place):
			fmt.Fprintf(t.out, "  never reached %s\n", s)
		}
		if s.chosen {
			tried++
			cost += s.cost
		}
		if s.noticed {
			noticed++
		}
		if s.late {
			fmt.Fprintf(t.out, "  ran too long %s\n", s)
			late++
		}
	}
	fmt.Fprintf(t.out, "%s: %d of %d mutants reached, %d tried; %d of these noticed, %.1f %%, %d of them as they ran too long; %.1f s of processors a mutant\n",
		p.path, reached, len(sites), tried, noticed, share(noticed, tried), late, cost.Seconds()/float64(max(tried, 1)))
}

func share(part, of int) float64 { return 100 * float64(part) / float64(max(of, 1)) }

// site is one mutant: a place, what it changes, and what became of it.
type site struct {
	id       int    // from 1
	place    string // file:line:column
	was, now string
	reached  bool // by a test
	chosen   bool // to be tried
	noticed  bool
	late     bool // noticed as a test ran too long
	cost     time.Duration
}

func (s *site) String() string {
	return fmt.Sprintf("%s %s -> %s", s.place, strings.TrimSpace(s.was), s.now)
}
