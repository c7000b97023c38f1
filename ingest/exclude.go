package ingest

import (
	"fmt"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Exclude leaves inputs out on request.
type Exclude struct {
	// Glob is matched against the path as it was named and against the path below
	// the directory that was named; "*" stops at a slash, "**" does not. Without a
	// slash it matches the name of any file or directory. What matches a directory
	// leaves out all of it.
	Glob   string
	Reason string // kept in the ledger; never empty
}

// ParseExclude reads "GLOB=REASON".
func ParseExclude(s string) (Exclude, error) {
	glob, reason, found := strings.Cut(s, "=")
	reason = strings.TrimSpace(reason)
	switch {
	case !found || reason == "":
		return Exclude{}, fmt.Errorf("exclude %q: want GLOB=REASON: the reason stands in the report", s)
	case glob == "" || !doublestar.ValidatePattern(glob):
		return Exclude{}, fmt.Errorf("exclude %q: %q is no glob", s, glob)
	}
	return Exclude{Glob: glob, Reason: reason}, nil
}

// matches reports whether an input is excluded; below is its path below the
// directory that was named.
func (e Exclude) matches(named, below string) bool {
	glob := strings.TrimSuffix(path.Clean(e.Glob), "/")
	if !strings.Contains(glob, "/") {
		return doublestar.MatchUnvalidated(glob, path.Base(named))
	}
	return doublestar.MatchUnvalidated(glob, named) || doublestar.MatchUnvalidated(glob, below)
}
