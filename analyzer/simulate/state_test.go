package simulate_test

import (
	"testing"

	"github.com/fateline/fateline/analyzer/simulate"
)

func TestStatesAreReadBackFromTheirNames(t *testing.T) {
	names := map[string]bool{}
	for _, s := range simulate.States() {
		name := s.String()
		if back, err := simulate.ParseState(name); err != nil || back != s || names[name] || name == "" {
			t.Errorf("state %q is read back as %v: %v", name, back, err)
		}
		names[name] = true
	}
	for _, name := range []string{"", "up", "Down", "state(6)"} {
		if s, err := simulate.ParseState(name); err == nil {
			t.Errorf("%q is read as %v", name, s)
		}
	}
	if got := simulate.State(6).String(); got != "state(6)" {
		t.Errorf("an unknown state is called %q", got)
	}
}
