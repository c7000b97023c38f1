package analyzer

import (
	"context"
	"log/slog"
	"sync"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Options set how [Run] works. The zero value works.
type Options struct {
	Log *slog.Logger // nil logs nowhere
}

// Fact is something several rules want to know of one graph, such as the size of
// every loss: computed once a run, when a rule first asks.
type Fact[T any] struct {
	Name    string
	Compute func(context.Context, *depgraph.Graph) (T, error)
}

type factStore struct {
	mu     sync.Mutex
	values map[string]any
}
