package rules

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

// Two windows overlap where a minute is in both. One that ends when it begins is a whole day.
func TestWindowsOverlapWhereAMinuteIsInBoth(t *testing.T) {
	const day = 24 * 60
	minutes := func(from, to int) map[int]bool {
		in := map[int]bool{from: true}
		for m := (from + 1) % day; m != to; m = (m + 1) % day {
			in[m] = true
		}
		return in
	}
	clock := func(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }
	rng := rand.New(rand.NewPCG(1, 59))
	overlaps := 0
	const tried = 2_000
	for range tried {
		var at [4]int
		for i := range at {
			at[i] = 10 * rng.IntN(day/10)
			if i > 0 && rng.IntN(3) == 0 {
				at[i] = at[rng.IntN(i)]
			}
		}
		want := false
		other := minutes(at[2], at[3])
		for m := range minutes(at[0], at[1]) {
			want = want || other[m]
		}
		a, b := clock(at[0])+"-"+clock(at[1])+" UTC", clock(at[2])+" - "+clock(at[3])
		if got := overlap(a, b); got != want {
			t.Errorf("%q and %q overlap: %v", a, b, got)
		}
		if want {
			overlaps++
		}
	}
	if overlaps == 0 || overlaps == tried {
		t.Errorf("%d of %d overlap", overlaps, tried)
	}
	for _, unknown := range []string{"", "nights", "06:00", "06:00-", "25:00-26:00"} {
		if overlap(unknown, "00:00-23:59") || overlap("00:00-23:59", unknown) {
			t.Errorf("%q overlaps with something", unknown)
		}
	}
}

// What is just as sure as is asked for is sure enough.
func TestAsSureAsIsAskedForIsSureEnough(t *testing.T) {
	edge := func(phase depgraph.Phase, confidence float64) depgraph.Edge {
		return depgraph.Edge{Phase: phase, Origins: []depgraph.Origin{{Basis: depgraph.Declared, Confidence: confidence}}}
	}
	const less = 1e-6
	for _, c := range []struct {
		phase depgraph.Phase
		least float64
	}{{depgraph.Run, stated}, {depgraph.Start, bareName}} {
		for confidence, without := range map[float64]bool{c.least - less: true, c.least: false, 1: false} {
			if got := mayGoOnWithout(edge(c.phase, confidence)); got != without {
				t.Errorf("what is sure by %v in %v may go on without: %v", confidence, c.phase, got)
			}
			if got := surerThan(c.least, []depgraph.Edge{edge(c.phase, 1), edge(c.phase, confidence)}); got == without {
				t.Errorf("what is sure by %v is surer than %v: %v", confidence, c.least, got)
			}
		}
	}
}

// A deadlock that no tool's deployment ends is none of its consequences.
func TestACriticalDeadlockIsNotFoldedUnderARedeployment(t *testing.T) {
	proof := []depgraph.Edge{{Phase: depgraph.Deploy, Origins: []depgraph.Origin{{Basis: depgraph.Declared, Confidence: 1}}}}
	cause := &analyzer.Finding{Proof: proof}
	for severity, folded := range map[analyzer.Severity]bool{analyzer.Medium: true, analyzer.High: true, analyzer.Critical: false} {
		if got := sharesDeployment(&analyzer.Finding{Severity: severity, Proof: proof}, cause) != ""; got != folded {
			t.Errorf("a deadlock of severity %v is folded: %v", severity, got)
		}
	}
}
