// Package examples holds the three incidents that Fateline exists for, each as an
// organisation that could have run it the week before. The tests hold what must be
// found, and that no file of an example is there for show.
package examples

import (
	"bytes"
	"context"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/analyzer/rules"
	"github.com/fateline/fateline/analyzer/ruletest"
	"github.com/fateline/fateline/analyzer/simulate"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/sources"
	"github.com/fateline/fateline/report"
	"github.com/fateline/fateline/report/formats/text"
)

// updating reports whether -update was given, which package ruletest defines: want.txt is then rewritten.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// incident is one example and what must be found in it.
type incident struct {
	name  string
	found []string          // "severity rule root,root" in before/
	gone  []string          // rules that find nothing above low in after/
	files map[string]string // file of before/ -> an edge or finding that is lost without it
}

func incidents() []incident {
	return []incident{{
		name: "edge-kv",
		found: []string{
			"high recovery-loop service:storage/kv",
			"high environment-leak service:release-staging/builds-staging",
			"medium untested-loss way:*",
			"medium undeclared-dependency service:products/ai-gateway,service:storage/kv",
		},
		gone: []string{"recovery-loop", "environment-leak", "untested-loss"},
		files: map[string]string{
			".github/workflows/kv-rollback.yml": "edge tool:before/kv-rollback#rollback gateway:secrets/vault",
			"fateline.yaml":                     "finding recovery-loop service:storage/kv",
			"kubernetes/control.yaml":           "edge gateway:control/dashboard-admin service:identity/access-login",
			"kubernetes/identity.yaml":          "edge service:identity/access-login service:storage/kv",
			"kubernetes/products.yaml":          "edge service:products/turnstile service:storage/kv",
			"kubernetes/release.yaml":           "finding environment-leak service:release-staging/builds-staging",
			"kubernetes/secrets.yaml":           "edge gateway:secrets/vault service:identity/access-login",
			"kubernetes/storage.yaml":           "edge service:storage/kv-api service:storage/kv",
			"traces/edge.jsonl":                 "edge service:products/ai-gateway service:storage/kv",
		},
	}, {
		name: "control-plane",
		found: []string{
			"critical single-facility facility:pdx-04,service:analytics/kafka",
			"critical single-facility facility:pdx-04,service:analytics/clickhouse",
			"medium hollow-redundancy power:pdx-04/ground-fault-protection",
			"high recovery-loop facility:pdx-04",
			"medium untested-loss facility:*",
			"medium tier-inversion service:legacy/log-retention",
			"high no-recovery-plan service:legacy/stream-upload",
			"high no-recovery-plan service:legacy/magic-network",
		},
		gone: []string{"recovery-loop", "hollow-redundancy", "tier-inversion", "no-recovery-plan"},
		files: map[string]string{
			"fateline.yaml":              "finding recovery-loop facility:pdx-04",
			"kubernetes/analytics.yaml":  "finding single-facility facility:pdx-04,service:analytics/kafka",
			"kubernetes/control.yaml":    "edge service:control/zero-trust-api service:analytics/kafka",
			"kubernetes/legacy.yaml":     "edge service:legacy/stream-upload service:control/postgres",
			"kubernetes/recovery.yaml":   "edge service:recovery/control-api facility:ams-01",
			"terraform/colo.tf":          "edge nodepool:equinix_metal_device.servers nodepool:equinix_metal_device.config_management",
			"traces/control-plane.jsonl": "edge service:control/control-api service:analytics/kafka",
		},
	}, {
		name: "observability",
		found: []string{
			"high hollow-redundancy updates:ubuntu-security",
			"high simultaneous-change updates:ubuntu-security",
			"high blind-monitor datastore:tags",
		},
		gone: []string{"hollow-redundancy", "simultaneous-change", "blind-monitor"},
		files: map[string]string{
			"boot/cloud-init.yaml":       "note nodepool:aws_launch_template.us1 boot/cloud-init.yaml",
			"clusters/ap1/cilium.yaml":   "edge service:ap1/platform/tags service:ap1/kube-system/cilium",
			"clusters/ap1/platform.yaml": "edge service:ap1/platform/api service:ap1/platform/tags",
			"clusters/eu1/cilium.yaml":   "edge service:eu1/platform/tags service:eu1/kube-system/cilium",
			"clusters/eu1/platform.yaml": "edge service:eu1/platform/api service:eu1/platform/tags",
			"clusters/us1/cilium.yaml":   "edge service:us1/platform/tags service:us1/kube-system/cilium",
			"clusters/us1/platform.yaml": "edge service:us1/platform/api service:us1/platform/tags",
			"clusters/us3/cilium.yaml":   "edge service:us3/platform/tags service:us3/kube-system/cilium",
			"clusters/us3/platform.yaml": "edge service:us3/platform/api service:us3/platform/tags",
			"clusters/us5/cilium.yaml":   "edge service:us5/platform/tags service:us5/kube-system/cilium",
			"clusters/us5/platform.yaml": "edge service:us5/platform/api service:us5/platform/tags",
			"fateline.yaml":              "finding hollow-redundancy updates:ubuntu-security",
			"terraform/aws.tf":           "edge nodepool:aws_launch_template.us1 updates:ubuntu-security",
			"terraform/azure.tf":         "edge nodepool:azurerm_linux_virtual_machine_scale_set.us3 updates:ubuntu-security",
			"terraform/google.tf":        "edge nodepool:google_compute_instance_template.eu1 updates:ubuntu-security",
		},
	}}
}

// estate is one variant of an example, read and judged.
type estate struct {
	graph   *depgraph.Graph
	results *analyzer.Results
}

func read(t *testing.T, dir string, without ...string) estate {
	t.Helper()
	var opt ingest.Options
	for _, file := range without {
		opt.Exclude = append(opt.Exclude, ingest.Exclude{Glob: filepath.ToSlash(filepath.Join(dir, file)), Reason: "what is lost without it"})
	}
	g, err := ingest.Run(context.Background(), []string{dir}, sources.All(), opt)
	if err != nil {
		t.Fatal(err)
	}
	results, err := analyzer.Run(context.Background(), g, rules.All(), analyzer.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return estate{g, results}
}

// findings returns "severity rule root,root" of each finding that stands by itself.
func (e estate) findings() []string {
	var out []string
	for f := range e.results.Findings() {
		out = append(out, f.Severity.String()+" "+f.Rule+" "+roots(f))
	}
	return out
}

func roots(f *analyzer.Finding) string {
	var ids []string
	for _, id := range f.Root {
		ids = append(ids, id.String())
	}
	return strings.Join(ids, ",")
}

// has reports whether the estate holds a thing that a file gives: an edge, a
// finding, or an origin of a node's implied facts.
func (e estate) has(thing string) bool {
	words := strings.Fields(thing)
	switch words[0] {
	case "edge":
		for r := range e.graph.Needs(depgraph.MustID(words[1])) {
			if slices.Contains(r.Members, depgraph.MustID(words[2])) {
				return true
			}
		}
	case "finding":
		return slices.ContainsFunc(e.findings(), func(f string) bool { return strings.HasSuffix(f, strings.Join(words[1:], " ")) })
	case "note":
		return slices.ContainsFunc(e.graph.NodeOrigins(depgraph.MustID(words[1])), func(o depgraph.Origin) bool { return strings.HasSuffix(o.Input, words[2]) })
	}
	return false
}

func TestEveryIncidentIsFoundTheWeekBefore(t *testing.T) {
	for _, in := range incidents() {
		before := read(t, in.name+"/before")
		ruletest.Replay(t, before.graph, before.results)
		got := before.findings()
		for _, want := range in.found {
			if !slices.Contains(got, want) {
				t.Errorf("%s: %q is not found; found:\n  %s", in.name, want, strings.Join(got, "\n  "))
			}
		}
		if v := gate.Judge(before.graph, before.results, gate.Policy{}); v.Exit() != 1 {
			t.Errorf("%s: the gate exits %d, want 1", in.name, v.Exit())
		}
	}
}

// A policy may ask of every generally available product what only some claim
// themselves: the gate then fails for each of them that one facility takes along.
func TestTheGateHoldsWhatIsGenerallyAvailableToThePolicy(t *testing.T) {
	data, err := os.ReadFile("control-plane/policy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	policy, err := gate.ReadPolicy("policy.yaml", data, rules.All(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for variant, exit := range map[string]int{"before": 1, "after": 0} {
		plain := read(t, "control-plane/"+variant)
		g, err := policy.Apply(plain.graph)
		if err != nil {
			t.Fatal(err)
		}
		results, err := analyzer.Run(context.Background(), g, rules.All(), analyzer.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if v := gate.Judge(g, results, policy); v.Exit() != exit {
			t.Errorf("%s: the gate exits %d, want %d: %v", variant, v.Exit(), exit, estate{g, results}.findings())
		}
		kafka := depgraph.MustID("service:analytics/kafka")
		at, _ := g.Index(kafka)
		lost := simulate.NewModel(g, simulate.DefaultOutage).Lose(at)
		named := map[depgraph.ID]bool{}
		for f := range results.Findings() {
			if f.Rule == "single-facility" && slices.Contains(f.Root, kafka) {
				for _, id := range f.Nodes {
					named[id] = true
				}
			}
		}
		if variant == "after" {
			continue
		}
		for n := range g.Nodes() {
			at, _ := g.Index(n.ID)
			if n.GA != nil && *n.GA && lost.Is(simulate.Down, at) && !named[n.ID] {
				t.Errorf("%s goes down with %s, and no finding says so", n.ID, kafka)
			}
		}
	}
}

func TestThePublishedRemediesTakeTheFindingsAway(t *testing.T) {
	for _, in := range incidents() {
		after := read(t, in.name+"/after")
		ruletest.Replay(t, after.graph, after.results)
		if v := gate.Judge(after.graph, after.results, gate.Policy{}); v.Exit() != 0 {
			t.Errorf("%s: the gate exits %d after the remedies, want 0: %v", in.name, v.Exit(), after.findings())
		}
		for f := range after.results.Findings() {
			if f.Severity > analyzer.Low && slices.Contains(in.gone, f.Rule) {
				t.Errorf("%s: %s %s is still there after the remedies: %s", in.name, f.Severity, f.Rule, f.Title)
			}
		}
	}
}

func TestNoFileOfAnExampleIsThereForShow(t *testing.T) {
	for _, in := range incidents() {
		dir := in.name + "/before"
		whole := read(t, dir)
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			file := filepath.ToSlash(strings.TrimPrefix(path, filepath.FromSlash(dir)+string(filepath.Separator)))
			thing, listed := in.files[file]
			switch {
			case !listed:
				t.Errorf("%s: %s is in no row of the table", in.name, file)
			case !whole.has(thing):
				t.Errorf("%s: %q is not there to begin with", in.name, thing)
			case read(t, dir, file).has(thing):
				t.Errorf("%s: %q is there without %s too", in.name, thing, file)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// state says what a node becomes in the loss of others.
func state(t *testing.T, g *depgraph.Graph, outage time.Duration, id string, failed ...string) string {
	t.Helper()
	index := func(id string) depgraph.NodeIndex {
		i, ok := g.Index(depgraph.MustID(id))
		if !ok {
			t.Fatalf("%s is not in the graph", id)
		}
		return i
	}
	var lost []depgraph.NodeIndex
	for _, f := range failed {
		lost = append(lost, index(f))
	}
	l := simulate.NewModel(g, outage).Lose(lost...)
	for _, s := range []simulate.State{simulate.Down, simulate.Degraded, simulate.Frozen} {
		if l.Is(s, index(id)) {
			return s.String()
		}
	}
	return "untouched"
}

func TestEveryProductOfTheEdgeIsInItsPublishedState(t *testing.T) {
	g := read(t, "edge-kv/before").graph
	for id, want := range map[string]string{
		"service:storage/kv-api":              "down",
		"service:products/pages":              "down",
		"service:products/pages-deploy":       "down",
		"service:identity/access":             "degraded",
		"service:identity/access-login":       "down",
		"service:products/zero-trust-client":  "degraded",
		"service:products/images-api":         "down",
		"service:products/images-delivery":    "untouched",
		"service:products/cache-purge":        "down",
		"service:products/cache-purge-by-tag": "untouched",
		"service:products/workers":            "frozen",
		"service:products/ai-gateway":         "down",
		"service:products/waiting-room":       "degraded",
		"service:products/turnstile":          "down",
		"service:products/challenge-pages":    "down",
		"service:control/dashboard":           "degraded",
		"service:control/feature-flags":       "down",
	} {
		if got := state(t, g, time.Hour, id, "service:storage/kv"); got != want {
			t.Errorf("%s is %s without the key-value store, want %s", id, got, want)
		}
	}
	if got := state(t, g, 2*time.Minute, "service:products/cache-purge", "service:storage/kv"); got != "untouched" {
		t.Errorf("cache purge is %s in an outage that its cache outlasts", got)
	}
}

func TestTheKeyValueStoreReachesFurthest(t *testing.T) {
	g := read(t, "edge-kv/before").graph
	blast, err := simulate.NewModel(g, time.Hour).Blast(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	kv, _ := g.Index(depgraph.MustID("service:storage/kv"))
	for n := range g.Nodes() {
		i, _ := g.Index(n.ID)
		defined := slices.ContainsFunc(g.NodeOrigins(n.ID), func(o depgraph.Origin) bool { return o.Basis == depgraph.Declared })
		if n.ID.Kind.Family() == depgraph.FamilyWorkload && defined && i != kv && blast.Of(i).Down >= blast.Of(kv).Down {
			t.Errorf("%s takes %d down, the store %d", n.ID, blast.Of(i).Down, blast.Of(kv).Down)
		}
	}
}

func TestBatteriesDecideBetweenThreeMinutesAndFifteen(t *testing.T) {
	g := read(t, "control-plane/before").graph
	protection := "power:pdx-04/ground-fault-protection"
	for outage, want := range map[time.Duration]string{3 * time.Minute: "untouched", 15 * time.Minute: "down"} {
		if got := state(t, g, outage, "service:analytics/kafka", protection); got != want {
			t.Errorf("Kafka is %s after %s without power, want %s", got, outage, want)
		}
		if got := state(t, g, outage, "network:pdx-04/core", "facility:pdx-04"); got != want {
			t.Errorf("the network gear is %s after %s, want %s", got, outage, want)
		}
	}
}

func TestTheFacilityComesBackInThePublishedOrder(t *testing.T) {
	g := read(t, "control-plane/before").graph
	i, _ := g.Index(depgraph.MustID("facility:pdx-04"))
	r := simulate.Recover(simulate.NewModel(g, time.Hour), []depgraph.NodeIndex{i}, simulate.StartOptions{})
	at := map[string]time.Duration{}
	for _, s := range r.Order {
		at[g.ID(s.Node).String()] = s.At
	}
	order := []string{
		"facility:pdx-04", "network:pdx-04/core", "nodepool:equinix_metal_device.config_management",
		"nodepool:equinix_metal_device.servers", "service:analytics/kafka", "service:analytics/clickhouse",
	}
	for k, id := range order {
		if at[id] == 0 || k > 0 && at[id] <= at[order[k-1]] {
			t.Errorf("%s serves at %s, want it after %s", id, at[id], order[max(k-1, 0)])
		}
	}
}

func TestQuorumStoresStopAndShardedOnesDegradeWithThreeOfFiveRegions(t *testing.T) {
	g := read(t, "observability/before").graph
	lost := []string{"region:us-east-1", "region:westus2", "region:ap-northeast-1"}
	if got := state(t, g, time.Hour, "datastore:tags", lost...); got != "down" {
		t.Errorf("the quorum store is %s, want down", got)
	}
	if got := state(t, g, time.Hour, "datastore:metrics", lost...); got != "degraded" {
		t.Errorf("the sharded store is %s, want degraded", got)
	}
	if got := state(t, g, time.Hour, "datastore:tags", lost[:2]...); got != "untouched" {
		t.Errorf("the quorum store is %s with two of five gone, want untouched", got)
	}
}

func TestWantHoldsWhatFatelineSays(t *testing.T) {
	for _, in := range incidents() {
		var out bytes.Buffer
		for _, variant := range []string{"before", "after"} {
			e := read(t, in.name+"/"+variant)
			doc := report.New(e.graph, e.results, gate.Judge(e.graph, e.results, gate.Policy{}))
			out.WriteString("== " + variant + "\n")
			if err := text.Format.Write(context.Background(), &out, doc, report.Options{}); err != nil {
				t.Fatal(err)
			}
		}
		file := filepath.Join(in.name, "want.txt")
		want, err := os.ReadFile(file)
		if err == nil && bytes.Equal(want, out.Bytes()) {
			continue
		}
		if updating() {
			if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			t.Logf("rewrote %s", file)
			continue
		}
		t.Errorf("%s changed (make update, then read it):\n%s", file, cmp.Diff(string(want), out.String()))
	}
}
