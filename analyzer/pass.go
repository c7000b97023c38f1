package analyzer

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Pass is one run of one rule over one graph. It belongs to the goroutine that
// runs the rule.
type Pass struct {
	Graph *depgraph.Graph
	Log   *slog.Logger
	Now   time.Time // the instant to judge ages by; zero: the newest date in the inputs

	// Judged records that the rule looked at a node: a rule that judged nothing is
	// not applicable, which is not the same as clean. Twice counts once, a group not at all.
	Judged func(depgraph.ID)
	// Report hands over a finding. Rule, ID, Hidden, Confidence and folding are set
	// by the driver; a zero Severity becomes the rule's default.
	Report func(Finding)
	// NotApplicable says why there is nothing to judge, where the rule's Subject
	// does not say it; without effect on a rule that judged something.
	NotApplicable func(why string)

	facts  *factStore
	decode func(into any) error
}

// Fact is something several rules want to know of one graph, such as the size of
// every loss: computed once a run, when a rule first asks. Facts are package
// variables and are known by their address. Compute may ask for other facts; the
// pass that it sees can neither judge nor report.
type Fact[T any] struct {
	Name    string
	Compute func(context.Context, *Pass) (T, error)
}

// Get returns the value of a fact, computing it if nobody has asked before. The
// value is shared by all rules: do not change it. A failure is shared too.
func Get[T any](ctx context.Context, pass *Pass, fact *Fact[T]) (T, error) {
	cell := pass.facts.cell(fact)
	cell.once.Do(func() {
		defer func() {
			if p := recover(); p != nil {
				cell.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		cell.value, cell.err = fact.Compute(ctx, pass.withoutVoice())
	})
	if cell.err != nil {
		var zero T
		return zero, fmt.Errorf("%s: %w", fact.Name, cell.err)
	}
	return cell.value.(T), nil
}

// withoutVoice returns a pass for computing facts: what a fact says must not
// depend on which rule asked first.
func (p *Pass) withoutVoice() *Pass {
	return &Pass{
		Graph: p.Graph, Log: p.Log, Now: p.Now, facts: p.facts,
		Judged:        func(depgraph.ID) { panic("a fact cannot judge") },
		Report:        func(Finding) { panic("a fact cannot report") },
		NotApplicable: func(string) { panic("a fact cannot judge") },
	}
}

type factStore struct {
	mu    sync.Mutex
	cells map[any]*factCell
}

type factCell struct {
	once  sync.Once
	value any
	err   error
}

func (s *factStore) cell(fact any) *factCell {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cells == nil {
		s.cells = map[any]*factCell{}
	}
	c := s.cells[fact]
	if c == nil {
		c = &factCell{}
		s.cells[fact] = c
	}
	return c
}
