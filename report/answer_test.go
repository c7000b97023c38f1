package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/report"
)

var (
	idA = depgraph.MustID("service:a")
	idB = depgraph.MustID("service:b")
	idC = depgraph.MustID("facility:c")
)

func step(from, to depgraph.ID, line int) report.Step {
	return report.Step{From: from, To: to, Phase: "run", IfLost: "down", Via: "calls", Origins: []report.Origin{{Input: "a.yaml", Line: line, Column: 7, Basis: "declared", Confidence: 1}}}
}

func someLoss() report.Loss {
	return report.Loss{
		Failed: []depgraph.ID{idC}, Down: []depgraph.ID{idC, idA}, Degraded: []depgraph.ID{idB}, Outage: time.Hour,
		Proofs: []report.NodeProof{{Node: idA, State: "down", Steps: []report.Step{step(idA, idB, 3), step(idB, idC, 12)}}},
		Recovery: &report.Recovery{
			Order:      []report.Return{{Node: idC, At: 0}, {Node: idA, At: report.Duration(90 * time.Minute), After: []depgraph.ID{idC}, Manual: true}},
			Deadlocked: []depgraph.ID{idB},
		},
	}
}

func TestAnswersAsJSON(t *testing.T) {
	for _, c := range []struct {
		name       string
		body       report.Body
		incomplete []string
		want       string
	}{
		{"a loss", someLoss(), nil, `{
  "failed": [
    "facility:c"
  ],
  "down": [
    "facility:c",
    "service:a"
  ],
  "degraded": [
    "service:b"
  ],
  "frozen": [],
  "blind": [],
  "exposed": [],
  "recovery": {
    "order": [
      {
        "node": "facility:c",
        "at": "0s",
        "after": []
      },
      {
        "node": "service:a",
        "at": "1h30m0s",
        "after": [
          "facility:c"
        ]
      }
    ],
    "lockedOut": [],
    "deadlocked": [
      "service:b"
    ]
  }
}
`},
		{"a loss of nothing, from half the inputs", report.Loss{}, []string{`x.yaml: partial: "cut" here`}, `{
  "failed": [],
  "down": [],
  "degraded": [],
  "frozen": [],
  "blind": [],
  "exposed": [],
  "incomplete": ["x.yaml: partial: \"cut\" here"]
}
`},
		{"a ranking", report.Ranking{Rows: []report.Rank{{Node: idC, Down: 2, Degraded: 1}}}, nil, `{
  "ranking": [
    {
      "node": "facility:c",
      "down": 2,
      "degraded": 1,
      "frozen": 0,
      "blind": 0
    }
  ]
}
`},
		{"no ranking", report.Ranking{}, nil, "{\n  \"ranking\": []\n}\n"},
		{"risk groups", report.Risk{Node: idA, Order: 2, Complete: true, Groups: [][]depgraph.ID{{idC}}}, nil, `{
  "node": "service:a",
  "order": 2,
  "complete": true,
  "riskGroups": [
    [
      "facility:c"
    ]
  ]
}
`},
		{"no need", report.Why{From: idA, To: idB, Complete: true}, nil, "{\n  \"from\": \"service:a\",\n  \"to\": \"service:b\",\n  \"proofs\": [],\n  \"complete\": true\n}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := (report.Answer{Body: c.body, Incomplete: c.incomplete}).WriteJSON(&b); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, b.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestAnswersAsText(t *testing.T) {
	for _, c := range []struct {
		name       string
		body       report.Body
		incomplete []string
		want       string
	}{
		{"a loss with its way back", someLoss(), []string{"x.yaml: partial: cut"}, `incomplete: what follows holds only for what could be read
  - x.yaml: partial: cut

Losing facility:c for 1h
  leaves 2 down, 1 degraded, 0 frozen, 0 blind, 0 exposed.

down (2)  serves nobody
  facility:c
  service:a
      service:a needs service:b  calls a.yaml:3:7
      service:b needs facility:c calls a.yaml:12:7

degraded (1)  serves with less, or with less to spare
  service:b

recovery (2 come back)
  0s         facility:c
  1h30m      service:a (manual)                   after facility:c

deadlocked (1)  never serves again
  service:b
`},
		{"risk groups cut short", report.Risk{Node: idA, Order: 2, Groups: [][]depgraph.ID{{idC}, {idB, idC}}}, nil, `service:a goes down with any one of these sets (2 minimal sets of at most 2 nodes):
  facility:c
  service:b, facility:c
There may be more: the search was cut short.
`},
		{"two ways", report.Why{From: idA, To: idC, Proofs: [][]report.Step{{step(idA, idC, 1)}, {step(idA, idB, 2), step(idB, idC, 3)}}}, nil, `service:a needs facility:c:
  service:a needs facility:c calls a.yaml:1:7
  or
  service:a needs service:b  calls a.yaml:2:7
  service:b needs facility:c calls a.yaml:3:7
There may be further ways: --proofs N shows more.
`},
		{"one node", report.Identity{
			Node: idA, Title: "Shop", Owner: "sales", Aliases: []string{"a.svc", "shop"}, Conflicts: []string{"tier: 0 or 1"},
			Origins: []report.Origin{{Input: "a.yaml", Line: 1, Source: "kubernetes", Basis: "declared", Confidence: 1}}, Needs: []report.Step{step(idA, idB, 3)}, NeededBy: []depgraph.ID{idC},
		}, nil, `service:a  Shop
  owner    sales
  answers to a.svc, shop
  read from
    a.yaml:1  kubernetes declared
  unclear  tier: 0 or 1
  needs
    service:a needs service:b calls a.yaml:3:7
  needed by facility:c
`},
		{"a difference", report.Diff{
			Nodes:    report.Change[depgraph.ID]{Added: []depgraph.ID{idB}},
			Edges:    report.Change[report.EdgeRef]{Removed: []report.EdgeRef{{From: idA, To: idC, Phase: "run", Via: "calls", Place: "a.yaml:1:7"}}},
			Findings: report.Change[report.FindingRef]{Added: []report.FindingRef{{ID: "1", Rule: "single-instance", Severity: "high", Title: "b runs once"}}},
		}, nil, `findings: 1 new, 0 fixed, 0 grown
  + high     single-instance b runs once
nodes: 1 added, 0 removed, 0 changed
  + service:b
edges: 0 added, 1 removed, 0 changed
  - service:a -> facility:c  calls run  a.yaml:1:7
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			if err := (report.Answer{Body: c.body, Incomplete: c.incomplete}).WriteText(&b, report.Options{}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, b.String()); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLongListsSayHowMuchTheyLeaveOut(t *testing.T) {
	var l report.Loss
	for range 30 {
		l.Down = append(l.Down, idA)
	}
	for _, c := range []struct {
		details report.Details
		more    bool
		lines   int
	}{{report.Normal, true, 20}, {report.Full, false, 30}} {
		var b bytes.Buffer
		if err := (report.Answer{Body: l}).WriteText(&b, report.Options{Details: c.details}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "and 10 more"); got != c.more {
			t.Errorf("details %v: says that more is left out: %v", c.details, got)
		}
		if got := strings.Count(b.String(), "  service:a\n"); got != c.lines {
			t.Errorf("details %v: %d lines, want %d", c.details, got, c.lines)
		}
	}
}
