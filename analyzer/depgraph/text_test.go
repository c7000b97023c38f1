package depgraph_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/tiertest"
)

func TestTheTextNotationPrintsBackWhatItReads(t *testing.T) {
	const text = `datastore:a  tier=1 ga=false  db.yaml:3
facility:north  -
human:call  -
"service:shop/a b"  title="A \"quoted\" name" alias=x,y label.team=shop owner=shop env=prod tier=0 ga survives=facility,zone:a replicas=3 manual takes=20m0s window="06:00-07:00 UTC" annualFailureRate=0.02  api.yaml:1:2
service:spare  standby activatedBy=human:call activationNeed=all activationTakes=2h0m0s  graph:3
tool:failover  -
updates:jammy  staged  graph:4
"service:shop/a b" -> datastore:a | datastore:b  need=quorum run,start ifLost=degraded lasts=10m0s via=reads  api.yaml:14 calls.json:7,member=datastore:b,source=traces,basis=observed,confidence=0.9,note="by name, once",count=12,errors=1,first=2026-01-02T03:04:05Z,last=2026-02-02T03:04:05.5Z,example=abc
service:spare -> datastore:a  graph:6
drill 2026-05-10 facility:north  part covers=tool:failover  drills.yaml:2
unresolved datastore:a ambiguous  name=redis scope=k8s/main candidates=service:a,service:b  api.yaml:20
`
	g, err := depgraph.ParseText(text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, g.Text()); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

func TestALineWithoutAnOriginIsItsOwn(t *testing.T) {
	g, err := depgraph.ParseText("# a comment\nservice:a -> service:b # needs\n")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := g.Text(), "service:a -> service:b  graph:2\n"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

func TestTheTextNotationRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, line := range []string{
		"service", "service:a tierr=1", "service:a tier=x", "service:a ->", "service:a -> b", "service:a -> service:b need=none",
		"service:a -> service:b weight=1", `service:a title="open`, "drill yesterday facility:a", "drill 2026-01-01",
		"service:a  x.yaml:1,basis=guessed", "unresolved service:a", "unresolved service:a lost", "service:a activatedBy=human:x",
	} {
		if _, err := depgraph.ParseText("\n" + line); err == nil || !strings.HasPrefix(err.Error(), "graph:2: ") {
			t.Errorf("%q: error %v, want one at graph:2", line, err)
		}
	}
}

func TestAnyGraphSurvivesTheTextNotation(t *testing.T) {
	tiertest.Check(t, func(t *rapid.T) {
		g := drawGraph(t)
		text := g.Text()
		back, err := depgraph.ParseText(text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if diff := cmp.Diff(text, back.Text()); diff != "" {
			t.Fatalf("text (-want +got):\n%s", diff)
		}
	})
}

// drawGraph draws a graph of a few nodes with hostile words in every field.
func drawGraph(t *rapid.T) *depgraph.Graph {
	word := rapid.OneOf(rapid.SampledFrom([]string{"a", "b", "-", "->", "|", "a=b", "a,b", "#", `"`, "ga", "run", "drill", "x y", "é"}), rapid.StringN(1, 6, -1))
	id := rapid.Custom(func(t *rapid.T) depgraph.ID {
		kind := rapid.SampledFrom([]string{"service", "facility", "x"}).Draw(t, "kind")
		if id, err := depgraph.ParseID(kind + ":" + word.Draw(t, "name")); err == nil {
			return id
		}
		return depgraph.MustID(kind + ":n")
	})
	at := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	origin := rapid.Custom(func(t *rapid.T) depgraph.Origin {
		return depgraph.Origin{
			Input: word.Draw(t, "input"), Line: rapid.IntRange(0, 3).Draw(t, "line"), Col: 0,
			Source: word.Draw(t, "source"), Basis: rapid.SampledFrom([]depgraph.Basis{depgraph.Declared, depgraph.Observed, depgraph.Implied}).Draw(t, "basis"),
			Confidence: rapid.SampledFrom([]float64{0, 0.25, 1}).Draw(t, "confidence"), Note: word.Draw(t, "note"),
			Seen: depgraph.Seen{Count: rapid.Int64Range(0, 3).Draw(t, "count"), First: at, Example: word.Draw(t, "example")},
		}
	})
	b := depgraph.NewBuilder()
	for range rapid.IntRange(0, 4).Draw(t, "nodes") {
		n := depgraph.Node{
			ID: id.Draw(t, "id"), Title: word.Draw(t, "title"), Aliases: []string{word.Draw(t, "alias")},
			Labels: map[string]string{word.Draw(t, "key"): word.Draw(t, "label")}, Owner: word.Draw(t, "owner"),
			Survives: []string{word.Draw(t, "survives")}, Manual: rapid.Bool().Draw(t, "manual"),
		}
		b.AddNode(n, origin.Draw(t, "origin"))
	}
	for range rapid.IntRange(0, 6).Draw(t, "requirements") {
		b.AddRequirement(depgraph.Requirement{
			Owner: id.Draw(t, "owner"), Members: rapid.SliceOfN(id, 1, 3).Draw(t, "members"),
			Terms: depgraph.Terms{
				Need:   rapid.SampledFrom([]depgraph.Need{0, 2, depgraph.Quorum, depgraph.All}).Draw(t, "need"),
				Phases: depgraph.PhasesOf(rapid.SampledFrom(depgraph.AllPhases()).Draw(t, "phase"), rapid.SampledFrom(depgraph.AllPhases()).Draw(t, "phase2")),
				IfLost: rapid.SampledFrom([]depgraph.IfLost{0, depgraph.Degraded, depgraph.Unaffected}).Draw(t, "iflost"),
				Lasts:  time.Duration(rapid.Int64Range(0, 1e10).Draw(t, "lasts")), Via: depgraph.Via(word.Draw(t, "via")),
			},
			Origins: rapid.SliceOfN(origin, 1, 2).Draw(t, "origins"),
		})
	}
	if rapid.Bool().Draw(t, "drill") {
		b.AddDrill(depgraph.Drill{Date: at.Truncate(24 * time.Hour), Fails: []depgraph.ID{id.Draw(t, "fails")}, Partly: true, Origin: origin.Draw(t, "origin")})
		b.AddUnresolved(depgraph.Unresolved{Owner: id.Draw(t, "owner"), Name: word.Draw(t, "name"), Why: depgraph.Ambiguous, Candidates: []string{word.Draw(t, "candidate")}, Origin: origin.Draw(t, "origin")})
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}
