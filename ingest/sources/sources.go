// Package sources lists what Fateline reads. A new source is a directory of its
// own below this one, and one line here.
package sources

import (
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/sources/traces"
)

// All returns the sources by name.
func All() []*ingest.Source {
	return []*ingest.Source{
		traces.Source,
	}
}
