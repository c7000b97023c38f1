package kubernetes

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/analyzer/tiertest"
	"github.com/fateline/fateline/ingest"
)

// TestAnAudienceIsEverybodyWhoSelectsTheObject compares the index with asking each.
func TestAnAudienceIsEverybodyWhoSelectsTheObject(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		selector := rapid.SampledFrom([]string{"", "null", "{}", "{matchLabels: {a: x}}", "{matchLabels: {b: y, a: x}}", "{matchExpressions: [{key: a, operator: Exists}]}", "{matchLabels: {}}"})
		spaces := rapid.SampledFrom([]string{"", "null", "{}", "{matchLabels: {team: one}}", "{matchExpressions: [{key: team, operator: DoesNotExist}]}"})
		ns := rapid.SampledFrom([]string{"n1", "n2"})
		var b strings.Builder
		b.WriteString("---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n1, labels: {team: one}}\n")
		field := func(name, value string) {
			if value != "" {
				fmt.Fprintf(&b, "  %s: %s\n", name, value)
			}
		}
		for i := range rapid.IntRange(0, 5).Draw(t, "readers") {
			fmt.Fprintf(&b, "---\napiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: {name: p%d, namespace: %s}\nspec:\n  replicas: 1\n", i, ns.Draw(t, "ns"))
			field("ruleSelector", selector.Draw(t, "selector"))
			field("ruleNamespaceSelector", spaces.Draw(t, "spaces"))
		}
		for i := range rapid.IntRange(1, 5).Draw(t, "rules") {
			fmt.Fprintf(&b, "---\napiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: r%d, namespace: %s, labels: %s}\n", i, ns.Draw(t, "ns"),
				rapid.SampledFrom([]string{"{}", "{a: x}", "{a: x, b: y}", "{b: y}"}).Draw(t, "labels"))
		}
		docs, err := strict.Parse([]byte(b.String()), strict.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		var objects []*object
		for _, d := range docs {
			objects = append(objects, newObject(&ingest.File{}, d.Root, d.Root.Get("apiVersion").Text(), d.Root.Get("kind").Text()))
		}
		e := newEmitter(newWorld(objects, nil))
		for _, o := range objects {
			if o.kind != "PrometheusRule" {
				continue
			}
			var want []*workload
			for _, run := range e.w.workloads {
				if e.chooses(run, o, "rule") {
					want = append(want, run)
				}
			}
			got := e.audience(o, "rule")
			if !slices.Equal(got.runs, want) {
				t.Errorf("%v is read by %d, want %d of\n%s", o, len(got.runs), len(want), b.String())
			}
			if again := e.audience(o, "rule"); again != got {
				t.Errorf("%v has two audiences", o)
			}
		}
	})
}
