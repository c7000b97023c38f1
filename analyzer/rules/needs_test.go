package rules

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

// nested is a requirement whose parts are nested deep and shared: there are 2^deep ways
// through it to either of two leaves.
func nested(t *testing.T, deep int, leaves string) *estate {
	t.Helper()
	var b strings.Builder
	b.WriteString("service:owner  tier=0 ga=true\nservice:owner -> group:0a | group:0b  a.yaml:1\n")
	for k := range deep {
		for _, side := range "ab" {
			next := fmt.Sprintf("group:%da | group:%db", k+1, k+1)
			if k == deep-1 {
				next = "service:x | service:y"
			}
			fmt.Fprintf(&b, "group:%d%c -> %s  a.yaml:%d\n", k, side, next, k+2)
		}
	}
	g, err := depgraph.ParseText(b.String() + leaves)
	if err != nil {
		t.Fatal(err)
	}
	e, err := estateFact.Compute(context.Background(), &analyzer.Pass{Graph: g})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestPartsThatAreSharedAreLookedIntoOnce(t *testing.T) {
	const deep = 22
	e := nested(t, deep, "service:x  tier=3\nservice:y  tier=3\n")
	owner, _ := e.g.Index(depgraph.MustID("service:owner"))
	needs := e.directNeeds(owner)
	// Each of the two groups at the bottom is met once, and each names both leaves.
	if len(needs) != 4 {
		t.Fatalf("%d needs, want 4", len(needs))
	}
	for _, n := range needs {
		if len(n.steps) != deep+1 || n.owner != owner || n.first() != n.steps[0].Req {
			t.Errorf("%s by %d steps, want %d", e.g.ID(n.member()), len(n.steps), deep+1)
		}
	}
	first, _ := e.g.OwnedBy(owner)
	tried := 0
	passes := func(want string) func(node, req) bool {
		return func(m node, _ req) bool { tried++; return e.g.ID(m).Name == want }
	}
	if !e.enough(first, e.matters, passes("y")) || e.enough(first, e.matters, passes("z")) {
		t.Error("one leaf is enough, and none is not")
	}
	if tried > 100 {
		t.Errorf("leaves were asked for %d times", tried)
	}
}

func TestGroupsThatHoldEachOtherUpPass(t *testing.T) {
	e := nested(t, 1, "group:0a -> group:0b  need=all a.yaml:9\ngroup:0b -> group:0a  need=all a.yaml:10\n")
	owner, _ := e.g.Index(depgraph.MustID("service:owner"))
	first, _ := e.g.OwnedBy(owner)
	all := func(node, req) bool { return true }
	if !e.enough(first, e.matters, all) {
		t.Error("all leaves pass, and the groups need each other")
	}
	if e.enough(first, e.matters, func(m node, _ req) bool { return false }) {
		t.Error("no leaf passes")
	}
}
