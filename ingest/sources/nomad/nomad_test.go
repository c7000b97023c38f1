package nomad

import (
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestSource(t *testing.T) { sourcetest.Run(t, Source, "testdata") }
