package kubernetes

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

// The oracle enumerates every way to spread the replicas so that no two zones differ by
// more than the skew, and asks for the fewest zones any choice of which holds enough.
func TestSpreadNeedEqualsEnumeration(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		zones := rapid.IntRange(1, 5).Draw(t, "zones")
		replicas := rapid.IntRange(1, 9).Draw(t, "replicas")
		q := rapid.IntRange(1, replicas).Draw(t, "q")
		skew := rapid.IntRange(1, 3).Draw(t, "skew")
		want := zones
		for k := zones - 1; k >= 1; k-- {
			if worstOf(replicas, zones, skew, k) >= q {
				want = k
			}
		}
		if got := spreadNeed(replicas, q, zones, skew); got != want {
			t.Fatalf("spreadNeed(%d replicas, %d needed, %d zones, skew %d) = %d, want %d", replicas, q, zones, skew, got, want)
		}
	})
}

// worstOf returns how many replicas the k emptiest zones hold at least.
func worstOf(replicas, zones, skew, k int) int {
	worst := replicas
	var fill func(spread []int, left int)
	fill = func(spread []int, left int) {
		if len(spread) == zones {
			sorted := slices.Sorted(slices.Values(spread))
			if left == 0 && sorted[zones-1]-sorted[0] <= skew {
				sum := 0
				for _, n := range sorted[:k] {
					sum += n
				}
				worst = min(worst, sum)
			}
			return
		}
		for n := 0; n <= left; n++ {
			fill(append(slices.Clip(spread), n), left-n)
		}
	}
	fill(nil, replicas)
	return worst
}
