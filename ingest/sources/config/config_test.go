package config

import (
	"testing"

	"github.com/fateline/fateline/ingest/sourcetest"
)

func TestSource(t *testing.T) {
	sourcetest.Run(t, Source, "testdata",
		sourcetest.Flat{Pattern: "default.conf", Why: "nginx without a pass is a format of a program that this source does not know"},
		sourcetest.Flat{Pattern: "*.properties", Why: "a value of properties is any text, also \"${PORT:8080\""})
}
