package simulate_test

import (
	"math/rand/v2"
	"testing"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestAModelSaysWhatARequirementCanSpare(t *testing.T) {
	takes := 0
	eachSystem(t, tiertest.Count(1_000, 10_000, 100_000), 12, func(t *testing.T, _ *rand.Rand, s system) {
		g, calm := s.m.Graph(), s.Lose(nil, s.outage)
		for v := range s.Group {
			if got := s.m.DownAnyway(s.at[v]); got != calm.Down[v] {
				t.Errorf("DownAnyway(%d) = %v", v, got)
			}
			for u := range s.Group {
				if got, want := s.m.Counts(s.at[u], s.at[v]), !s.Standby[u] || s.ServedByStandbys(v); got != want {
					t.Errorf("Counts(%d, %d) = %v, want %v", u, v, got, want)
				}
			}
		}
		for r := range depgraph.ReqIndex(g.Requirements()) {
			terms, left := g.Terms(r), 0
			for _, m := range g.Members(r) {
				if s.m.Counts(m, g.Owner(r)) && !s.m.DownAnyway(m) {
					left++
				}
			}
			spare, ok := s.m.TakesDown(r)
			if want := terms.Phases.Has(depgraph.Run) && terms.IfLost == depgraph.Down && terms.Lasts < s.m.Outage(); ok != want {
				t.Errorf("TakesDown(%v) = %v, want %v", terms, ok, want)
			}
			if ok {
				takes++
				if want := left - terms.Need.Of(len(g.Members(r))); spare != want {
					t.Errorf("TakesDown(%v) spares %d, want %d", terms, spare, want)
				}
			}
		}
	})
	if takes == 0 {
		t.Error("no requirement takes anything down")
	}
}
