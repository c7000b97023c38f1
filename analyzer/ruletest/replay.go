package ruletest

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/report/proofcheck"
)

// Replay hands every finding's claim and proof to the independent checker, which
// knows the graph only as JSON.
func Replay(t testing.TB, g *depgraph.Graph, results *analyzer.Results) {
	t.Helper()
	checker, err := proofcheck.ReadGraph(graphJSON(t, g))
	if err != nil {
		t.Fatal(err)
	}
	for f := range results.Findings() {
		c := proofcheck.Claim{Failed: texts(f.Claim.Failed), Then: texts(f.Claim.Then), State: string(f.Claim.State)}
		if f.Claim.Outage != "" {
			if c.Outage, err = time.ParseDuration(f.Claim.Outage); err != nil {
				t.Errorf("%s %s: outage: %v", f.Rule, ids(f.Root), err)
			}
		}
		var proof []proofcheck.Edge
		for _, e := range f.Proof {
			proof = append(proof, proofcheck.Edge{
				From: e.From.String(), To: e.To.String(), Phase: e.Phase.String(), IfLost: e.IfLost.String(), Via: string(e.Via),
			})
		}
		if err := checker.Check(c, proof); err != nil {
			t.Errorf("%s: root %s: the checker refuses the proof: %v", f.Rule, ids(f.Root), err)
		}
	}
}

// graphJSON writes as much of the graph as a proof can rest on.
func graphJSON(t testing.TB, g *depgraph.Graph) []byte {
	t.Helper()
	type standby struct {
		ActivatedBy []string `json:"activatedBy,omitempty"`
		Need        string   `json:"need"`
	}
	type node struct {
		ID      string   `json:"id"`
		Standby *standby `json:"standby,omitempty"`
	}
	type requirement struct {
		Owner   string   `json:"owner"`
		Members []string `json:"members"`
		Need    string   `json:"need"`
		Phases  []string `json:"phases"`
		IfLost  string   `json:"ifLost"`
		Lasts   string   `json:"lasts"`
		Via     string   `json:"via"`
	}
	doc := struct {
		Schema       string        `json:"schema"`
		Nodes        []node        `json:"nodes"`
		Requirements []requirement `json:"requirements"`
	}{Schema: proofcheck.Schema}
	for n := range g.Nodes() {
		out := node{ID: n.ID.String()}
		if n.Standby != nil {
			out.Standby = &standby{ActivatedBy: texts(n.Standby.ActivatedBy), Need: n.Standby.Need.String()}
		}
		doc.Nodes = append(doc.Nodes, out)
	}
	for r := range g.AllRequirements() {
		doc.Requirements = append(doc.Requirements, requirement{
			Owner: r.Owner.String(), Members: texts(r.Members), Need: r.Terms.Need.String(),
			Phases: strings.Split(r.Terms.Phases.String(), ","), IfLost: r.Terms.IfLost.String(),
			Lasts: r.Terms.Lasts.String(), Via: string(r.Terms.Via),
		})
	}
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func texts(list []depgraph.ID) []string {
	out := make([]string, len(list))
	for i, id := range list {
		out[i] = id.String()
	}
	return out
}
