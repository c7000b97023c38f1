package analyzer

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Options set how [Run] works. The zero value works.
type Options struct {
	Log *slog.Logger // nil logs nowhere
	Now time.Time    // the instant to judge ages by; zero: the newest date in the inputs

	// Params decodes a rule's parameters into a value that holds its defaults, by
	// rule id. A rule that is not in it runs with its defaults.
	Params map[string]func(into any) error

	Workers int // rules that run at a time; 0: as many as GOMAXPROCS
}

// Run runs rules over a graph. A rule that fails or panics, or whose finding
// does not hold up, is Failed in the results and stops no other rule. The error
// is for what makes all results worthless: no rules, parameters for a rule that
// does not run, a context that ended.
func Run(ctx context.Context, g *depgraph.Graph, rules []*Rule, opts Options) (*Results, error) {
	if err := validate(rules, opts); err != nil {
		return nil, err
	}
	sorted := slices.Clone(rules)
	slices.SortFunc(sorted, func(a, b *Rule) int { return strings.Compare(a.ID, b.ID) })
	if opts.Log == nil {
		opts.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	facts := &factStore{}
	results := &Results{Rules: make([]Result, len(sorted))}
	forEach(len(sorted), opts.Workers, func(i int) {
		results.Rules[i] = runRule(ctx, g, sorted[i], opts, facts)
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	fold(g, results)
	addRemedies(ctx, g, results, opts)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return results, nil
}

// forEach calls f(0) ... f(n-1) on a few goroutines, 0 workers meaning GOMAXPROCS.
func forEach(n, workers int, f func(int)) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := range next {
				f(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
}

// runRule runs one rule and turns what it reported into findings.
func runRule(ctx context.Context, g *depgraph.Graph, rule *Rule, opts Options, facts *factStore) Result {
	judged := make([]bool, g.Len())
	result := Result{Rule: rule, Status: Ran}
	var reported []Finding
	why := ""
	pass := &Pass{
		Graph: g, Log: opts.Log.With("rule", rule.ID), Now: opts.Now, facts: facts, decode: opts.Params[rule.ID],
		Judged: func(id depgraph.ID) {
			if i, found := g.Index(id); found && !judged[i] && id.Kind != depgraph.KindGroup {
				judged[i] = true
				result.Judged++
			}
		},
		Report:        func(f Finding) { reported = append(reported, f) },
		NotApplicable: func(s string) { why = s },
	}
	if err := call(ctx, rule, pass); err != nil {
		return failed(rule, result.Judged, err)
	}
	findings, err := finish(g, rule, reported)
	switch {
	case err != nil:
		return failed(rule, result.Judged, err)
	case result.Judged == 0 && len(findings) == 0:
		result.Status, result.Why = NotApplicable, cmp.Or(why, "the graph has no "+cmp.Or(rule.Subject, "node that it judges"))
	}
	result.Findings = findings
	return result
}

func failed(rule *Rule, judged int, err error) Result {
	why, _, _ := strings.Cut(err.Error(), "\n") // the stack of a panic is for the log
	return Result{Rule: rule, Status: Failed, Judged: judged, Why: why, Err: err}
}

// call runs the rule and turns a panic into an error.
func call(ctx context.Context, rule *Rule, pass *Pass) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("rule %s: panic: %v\n%s", rule.ID, p, debug.Stack())
		}
	}()
	if err := rule.run(ctx, pass); err != nil {
		return fmt.Errorf("rule %s: %w", rule.ID, err)
	}
	return ctx.Err()
}

// FindingID returns the stable id of a finding: it depends on the rule and the
// root alone, so that it survives moved lines, renamed files and further victims.
func FindingID(rule string, root []depgraph.ID) string {
	h := sha256.New()
	io.WriteString(h, rule)
	for _, id := range root {
		io.WriteString(h, "\n"+id.String())
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
