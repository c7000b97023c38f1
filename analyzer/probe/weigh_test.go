package probe_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/probe"
)

func TestTiersAreListedMostCriticalFirst(t *testing.T) {
	g := parse(t, `service:a  tier=2
service:b  tier=0
service:c
service:d  tier=2
service:e  tier=1
`)
	var got []string
	for _, tier := range probe.Tiers(g) {
		line := fmt.Sprint(tier.Tier)
		for _, v := range tier.Nodes {
			line += " " + g.ID(v).Name
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{"0 b", "1 e", "2 a d"}, got); diff != "" {
		t.Error(diff)
	}
}

// What is declared is no call, however often; what several requirements rest on counts once;
// what is seen of one member says nothing of another.
func TestCallsAreWhatTrafficCounted(t *testing.T) {
	const seen = "traces.json,basis=observed,confidence=0.9"
	g := parse(t, `service:a
service:a -> service:d  via=calls a.yaml:1,count=9
service:a -> service:c  via=calls `+seen+`,count=3 more.json,basis=observed,confidence=0.9,count=4
service:a -> service:b  start via=calls `+seen+`,count=2
service:a -> service:c  start via=calls `+seen+`,count=5
service:a -> service:e  via=calls `+seen+`
service:y -> service:a | service:b  via=calls `+seen+`,member=service:b,count=6
service:z -> service:a | service:d  via=calls `+seen+`,count=1
service:z -> service:b  via=calls `+seen+`,count=6
service:z -> service:a  start via=calls `+seen+`,count=8
`)
	var got []string
	for _, c := range probe.Calls(g) {
		got = append(got, fmt.Sprint(g.ID(c.From).Name, " ", g.ID(c.To).Name, " ", c.Count))
	}
	if diff := cmp.Diff([]string{"a b 2", "a c 7", "y b 6", "z a 8", "z b 6", "z d 1"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestSelectorsAreToldFromNames(t *testing.T) {
	for text, want := range map[string]bool{
		"service:*": true, "service:a?": true, "service:a[team=x]": true, "service:a": false, "datastore:web[0]": false, "service:a[team!=x]": true,
	} {
		if got := probe.IsSelector(text); got != want {
			t.Errorf("IsSelector(%q) = %v", text, got)
		}
	}
}
