package main

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// paceLimit is the memory that a run takes at most as long as what is live fits in
	// well: with what the program itself takes it stays below 1 GiB.
	paceLimit = 940 << 20
	// paceEvery is how long a collection may stay unseen.
	paceEvery = 10 * time.Millisecond
)

// pace makes the collector, which lets the heap grow to twice what is live, keep to
// paceLimit while it can. The limit yields to what is live, so that a run that needs
// more gets it and does not spend its time in collecting. Whoever sets GOGC or
// GOMEMLIMIT has said how the collector shall work: then it does nothing. A smaller
// limit that the program sets itself ([withMemory]) stays. It works until the process
// ends, so that only main may call it.
func pace(getenv func(string) string) {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return
	}
	most := debug.SetMemoryLimit(paceLimit) // what others allow
	go func() {
		mine := int64(paceLimit)
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for range time.Tick(paceEvery) {
			if now := debug.SetMemoryLimit(-1); now != mine {
				most = now
			}
			metrics.Read(live)
			if next := min(most, limitFor(int64(live[0].Value.Uint64()))); next != mine {
				mine = next
				debug.SetMemoryLimit(mine)
			}
		}
	}()
}

// limitFor is how much memory a run may take from so many live bytes: what is live and
// a quarter of it.
func limitFor(live int64) int64 { return max(paceLimit, live+live/4) }
