package main

import "testing"

func TestTheMemoryLimitYieldsToWhatIsLive(t *testing.T) {
	for _, live := range []int64{0, 1 << 20, paceLimit / 2, paceLimit, 3 * paceLimit, 1 << 40} {
		got := limitFor(live)
		if got < paceLimit {
			t.Errorf("limitFor(%d) = %d, want at least %d", live, got, paceLimit)
		}
		if got < live+live/4 {
			t.Errorf("limitFor(%d) = %d, which leaves the collector no room", live, got)
		}
	}
}
