package proofcheck_test

import (
	"strings"
	"testing"

	"github.com/fateline/fateline/report/proofcheck"
)

const shop = `{"schema": "fateline.graph/v1",
"nodes": [{"id": "service:shop"}, {"id": "service:pay"}, {"id": "datastore:db"}, {"id": "group:either"}],
"requirements": [
 {"owner": "service:shop", "members": ["service:pay"], "via": "calls"},
 {"owner": "service:pay", "members": ["datastore:db"], "phases": ["run", "start"], "via": "reads"},
 {"owner": "datastore:db", "members": ["service:shop"], "via": "calls", "ifLost": "degraded", "lasts": "30m0s"},
 {"owner": "service:pay", "members": ["service:shop"], "via": "calls"}
]}`

func shopGraph(t *testing.T) *proofcheck.Graph {
	t.Helper()
	g, err := proofcheck.ReadGraph([]byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func edge(from, to, via string) proofcheck.Edge {
	return proofcheck.Edge{From: from, To: to, Phase: "run", IfLost: "down", Via: via}
}

func TestClaimsOfOtherStates(t *testing.T) {
	shopToPay := edge("service:shop", "service:pay", "calls")
	payToShop := edge("service:pay", "service:shop", "calls")
	payToDB := edge("service:pay", "datastore:db", "reads")
	degraded := proofcheck.Edge{From: "datastore:db", To: "service:shop", Phase: "run", IfLost: "degraded", Via: "calls"}
	tests := []struct {
		name   string
		claim  proofcheck.Claim
		proof  []proofcheck.Edge
		refuse string // part of the reason; "" accepts
	}{
		{"two that call each other are a cycle", proofcheck.Claim{State: "cycle", Then: []string{"service:shop"}}, []proofcheck.Edge{shopToPay, payToShop}, ""},
		{"a cycle need not name its nodes", proofcheck.Claim{State: "cycle"}, []proofcheck.Edge{payToShop, shopToPay}, ""},
		{"a chain is no cycle", proofcheck.Claim{State: "cycle"}, []proofcheck.Edge{shopToPay, payToDB}, "no closed walk"},
		{"a cycle with a tail is no cycle", proofcheck.Claim{State: "cycle"}, []proofcheck.Edge{shopToPay, payToShop, payToDB}, "no closed walk"},
		{"a node beside a cycle is not on it", proofcheck.Claim{State: "cycle", Then: []string{"datastore:db"}}, []proofcheck.Edge{shopToPay, payToShop}, "datastore:db is not on the cycle"},
		{"no edge is no cycle", proofcheck.Claim{State: "cycle"}, nil, "closes no cycle"},
		{"an edge states itself", proofcheck.Claim{State: "stated", Then: []string{"datastore:db"}}, []proofcheck.Edge{payToDB}, ""},
		{"an edge states nothing of others", proofcheck.Claim{State: "stated", Then: []string{"service:shop"}}, []proofcheck.Edge{payToDB}, "service:shop is in no edge"},
		{"an edge that the graph lacks", proofcheck.Claim{State: "stated", Then: []string{"service:shop"}}, []proofcheck.Edge{edge("service:shop", "datastore:db", "calls")}, "no requirement with the edge service:shop -> datastore:db"},
		{"a loss takes down what needs it", proofcheck.Claim{State: "down", Failed: []string{"datastore:db"}, Then: []string{"service:shop", "service:pay"}}, []proofcheck.Edge{shopToPay, payToDB}, ""},
		{"a chain with a gap takes down nothing beyond", proofcheck.Claim{State: "down", Failed: []string{"datastore:db"}, Then: []string{"service:shop"}}, []proofcheck.Edge{shopToPay}, "service:shop is not shown to be down"},
		{"two that call each other do not take each other down", proofcheck.Claim{State: "down", Then: []string{"service:shop"}}, []proofcheck.Edge{shopToPay, payToShop}, "service:shop is not shown to be down"},
		{"what outlasts the outage does not count", proofcheck.Claim{State: "degraded", Failed: []string{"service:shop"}, Then: []string{"datastore:db"}, Outage: 1}, []proofcheck.Edge{degraded}, "datastore:db is not shown"},
		{"without an outage it is an hour", proofcheck.Claim{State: "degraded", Failed: []string{"service:shop"}, Then: []string{"datastore:db"}}, []proofcheck.Edge{degraded}, ""},
		{"what is down is not degraded", proofcheck.Claim{State: "degraded", Failed: []string{"datastore:db"}, Then: []string{"service:pay"}}, []proofcheck.Edge{payToDB}, "degraded and no more"},
		{"a group is no victim", proofcheck.Claim{State: "down", Then: []string{"group:either"}}, nil, "group:either is no node"},
		{"an unknown node cannot fail", proofcheck.Claim{State: "down", Failed: []string{"service:ghost"}, Then: []string{"service:shop"}}, nil, "service:ghost is no node"},
		{"a claim about nothing", proofcheck.Claim{State: "down"}, nil, "speaks of no node"},
		{"an unknown state", proofcheck.Claim{State: "tired", Then: []string{"service:shop"}}, nil, `state "tired"`},
		{"a proof of nothing unmet", proofcheck.Claim{State: "unmet", Then: []string{"service:shop"}}, nil, "names no phase"},
	}
	g := shopGraph(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := g.Check(test.claim, test.proof)
			switch {
			case test.refuse == "" && err != nil:
				t.Errorf("Check = %v, want accepted", err)
			case test.refuse != "" && (err == nil || !strings.Contains(err.Error(), test.refuse)):
				t.Errorf("Check = %v, want refused with %q", err, test.refuse)
			}
		})
	}
}

func TestAGraphThatCannotBeReadIsRefused(t *testing.T) {
	tests := []struct{ name, data, want string }{
		{"not JSON", `{`, ""},
		{"another schema", `{"schema": "fateline.report/v1"}`, `want "fateline.graph/v1"`},
		{"a need that is no number", `{"schema": "fateline.graph/v1", "requirements": [{"owner": "a:b", "members": ["c:d"], "need": "most"}]}`, `requirement of "a:b"`},
		{"a duration without a unit", `{"schema": "fateline.graph/v1", "requirements": [{"owner": "a:b", "members": ["c:d"], "lasts": "10"}]}`, `requirement of "a:b"`},
		{"an activation that is no number", `{"schema": "fateline.graph/v1", "nodes": [{"id": "a:b", "standby": {"activatedBy": ["c:d"], "need": "some"}}]}`, `node "a:b"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := proofcheck.ReadGraph([]byte(test.data)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("ReadGraph = %v, want an error with %q", err, test.want)
			}
		})
	}
}
