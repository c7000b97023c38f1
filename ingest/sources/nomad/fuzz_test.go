package nomad

import (
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func FuzzSource(f *testing.F) { sourcetest.Fuzz(f, Source, "testdata") }
