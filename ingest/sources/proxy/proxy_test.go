package proxy

import (
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestSource(t *testing.T) { sourcetest.Run(t, Source, "testdata") }

func FuzzSource(f *testing.F) { sourcetest.Fuzz(f, Source, "testdata") }
