package kubernetes

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

// The oracle splits the name and looks at the parts.
func TestInClusterNameEqualsItsParts(t *testing.T) {
	oracle := func(host, ns string) [][2]string {
		parts := strings.Split(host, ".")
		if i := slices.Index(parts, "svc"); i >= 2 {
			return [][2]string{{parts[i-2], parts[i-1]}}
		}
		switch len(parts) {
		case 1:
			return [][2]string{{host, ns}}
		case 2:
			return [][2]string{{parts[0], parts[1]}, {parts[1], ns}}
		case 3:
			return [][2]string{{parts[1], parts[2]}}
		}
		return nil
	}
	tiertest.Check(t, func(t *rapid.T) {
		host := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "svc", "", "cluster"}), 1, 7).Draw(t, "parts"), ".")
		got, n := inClusterName(host, "ns")
		if want := oracle(host, "ns"); !slices.Equal(got[:n], want) {
			t.Fatalf("inClusterName(%q) = %q, want %q", host, got[:n], want)
		}
	})
}
