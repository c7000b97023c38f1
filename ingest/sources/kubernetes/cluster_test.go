package kubernetes

import (
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestTheClusterOfAPathIsTheStepBehindClusters(t *testing.T) {
	steps := rapid.SliceOfN(rapid.SampledFrom([]string{"clusters", "x-clusters", "clusters-x", "a", "b", ".."}), 0, 6)
	tiertest.Check(t, func(t *rapid.T) {
		p := strings.Join(append(steps.Draw(t, "steps"), "x.yaml"), "/")
		want := ""
		parts := strings.Split(path.Dir(p), "/")
		for i := len(parts) - 2; i >= 0 && want == ""; i-- {
			if parts[i] == "clusters" {
				want = parts[i+1]
			}
		}
		if got := clusterOfPath(p); got != want {
			t.Fatalf("clusterOfPath(%q) = %q, want %q", p, got, want)
		}
	})
}
