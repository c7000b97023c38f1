package simulate_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

func TestALossIsWhatTheReferenceReadsInTheSemantics(t *testing.T) {
	eachWorld(t, 4000, 12, func(t *testing.T, rng *rand.Rand, w world) {
		g, at := w.graph(t)
		outage := pickOne(rng, 1, 30, 60, 120)
		m := simulate.NewModel(g, time.Duration(outage)*time.Minute)
		for range 4 { // several on one model: each must leave it as it was
			failed := failedIn(rng, w)
			want := w.lose(failed, outage)
			got := m.Lose(indexes(at, failed)...)
			for _, s := range simulate.States() {
				if l := w.listed(want.of(s), at); !slices.Equal(got.List(s), l) {
					t.Errorf("loss of %v for %dm: %v are %v, want %v", failed, outage, s, got.List(s), l)
				}
				for v, in := range want.of(s) {
					if got.Is(s, at[v]) != in {
						t.Errorf("loss of %v for %dm: Is(%v, %d) = %v, want %v", failed, outage, s, v, !in, in)
					}
				}
			}
			checkMet(t, w, got, want, outage)
		}
	})
}

// checkMet compares Met with the reference for the requirements that look like
// each want of the system.
func checkMet(t *testing.T, w world, got *simulate.Loss, want outcome, outage int) {
	t.Helper()
	g := got.Model().Graph()
	for _, r := range w.needs {
		met := r.lasts >= outage || w.serving(r, want.down) >= r.number()
		like := r.requirement(w, 1)
		owner, _ := g.Index(like.Owner)
		found := false
		for from, to := g.OwnedBy(owner); from < to; from++ {
			q := g.Requirement(from)
			slices.SortFunc(like.Members, depgraph.ID.Compare)
			if q.Terms == like.Terms.Normal() && slices.Equal(q.Members, like.Members) {
				found = true
				if got.Met(from) != met {
					t.Errorf("Met(%+v) = %v, want %v", r, !met, met)
				}
			}
		}
		if !found {
			t.Errorf("the graph has lost %+v", r)
		}
	}
}
