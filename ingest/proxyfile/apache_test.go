package proxyfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/proxyfile"
)

// So many lines would take minutes if each were put behind a copy of those before it.
func TestALineOfApacheGoesOnOverManyLines(t *testing.T) {
	const lines = 500_000
	text := "ProxyPass / \\\n" + strings.Repeat("  \\\r\n", lines) + "  http://api:80/ nocanon\n"
	needs, _, err := proxyfile.Needs("httpd.conf", text, strict.Limits{})
	if err != nil || len(needs) != 1 {
		t.Fatalf("needs %v, error %v", needs, err)
	}
	s := needs[0].Servers[0]
	if got, want := fmt.Sprintf("%s %d:%d", s.Text, s.Line, s.Col), fmt.Sprintf("api:80 %d:3", lines+2); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
