package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheLibraryJudgesAsTheCommandDoes(t *testing.T) {
	for _, c := range []struct {
		name, path string
		status     int
		says       string
	}{
		{"an incident is found", filepath.Join("..", "control-plane", "before"), 1, "recovery-loop"},
		{"what is not there is incomplete", "nowhere", 3, "nowhere: unreadable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			status, err := check(t.Context(), []string{c.path}, &out)
			if err != nil || status != c.status || !strings.Contains(out.String(), c.says) {
				t.Errorf("status %d, error %v, want %d and %q in\n%s", status, err, c.status, c.says, &out)
			}
		})
	}
}
