package main

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// paceGoal is how large the heap may grow before it is collected, as long as what
	// is live fits in well: then a run of what organisations have stays below 1 GiB.
	paceGoal = 800 << 20
	// paceLeast is the least growth between two collections, in percent of what is
	// live: beyond the goal the collector would take the run's time.
	paceLeast = 30
	// paceFull is the growth that Go allows where nobody says anything.
	paceFull = 100
	// paceEvery is how long a collection may stay unseen.
	paceEvery = 10 * time.Millisecond
)

// pace makes the collector keep to paceGoal instead of letting the heap grow to twice
// what is live. Whoever sets GOGC or GOMEMLIMIT has said how it shall work: then it
// does nothing. It works until the process ends, so that only main may call it.
func pace(getenv func(string) string) {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return
	}
	go func() {
		now := paceFull
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for range time.Tick(paceEvery) {
			metrics.Read(live)
			if next := growth(live[0].Value.Uint64()); next != now {
				now = next
				debug.SetGCPercent(now)
			}
		}
	}()
}

// growth is by how many percent the heap may grow from so many live bytes.
func growth(live uint64) int {
	if live <= paceGoal/2 {
		return paceFull
	}
	return max(paceLeast, int(paceGoal*100/live)-100)
}
