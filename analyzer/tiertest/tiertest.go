// Package tiertest says how much a test does, by the tier of the run that the
// environment names in FATELINE_TIER, and from which seeds it draws:
//
//	quick  one of very many runs, as of mutants
//	       (unset) every commit: the same draws each time, so that a commit is not refused for another one's defect
//	ci     the counts of CI: more draws, the same each time
//	soak   before a release: a great many, other ones each time
package tiertest

import (
	"flag"
	"os"
	"strconv"
	"sync"

	"pgregory.net/rapid"
)

const (
	quick = "quick"
	ci    = "ci"
	soak  = "soak"
)

func tier() string { return os.Getenv("FATELINE_TIER") }

// Quick reports whether the run is one of very many, in which dear tests stay out.
func Quick() bool { return tier() == quick }

// Count returns how many cases to try: at every commit, in CI, before a release. A
// quick run tries a third of a commit's, and twelve where there are that many.
func Count(atCommit, inCI, inSoak int) int {
	switch tier() {
	case quick:
		return max(min(atCommit, 12), atCommit/3)
	case ci:
		return inCI
	case soak:
		return inSoak
	}
	return atCommit
}

// Check tries a property on drawn inputs, 200 of them at a commit, 1,000 in CI and
// 10,000 before a release. The flags -rapid.seed and -rapid.checks have the last
// word; a failure prints the seed that repeats it.
func Check(t rapid.TB, property func(*rapid.T)) {
	t.Helper()
	prepare()
	rapid.Check(t, property)
}

// prepare sets what the command line leaves open, once a process.
var prepare = sync.OnceFunc(func() {
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	set := func(name, value string) {
		if given[name] {
			return
		}
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	set("rapid.checks", strconv.Itoa(Count(200, 1000, 10_000)))
	if tier() != soak {
		set("rapid.seed", "1")
	}
})
