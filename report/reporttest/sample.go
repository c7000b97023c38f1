// Package reporttest holds what the tests of the report share: the report of an
// invented ferry company, and names that try to break out of every format. Only
// tests import it.
package reporttest

import (
	"fmt"
	"slices"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
	"github.com/fateline/fateline/report"
)

// Sample returns the report of a ferry company: every severity, a waived, a
// known, a grown and a folded finding, observed and implied steps, an input that
// was read in part. Its verdict is incomplete.
func Sample() *report.Document {
	return Judge(Graph(), true)
}

// Violated returns the same report with every input read.
func Violated() *report.Document { return Judge(Graph(), false) }

// Passing returns a report without a finding.
func Passing() *report.Document {
	g := Graph()
	results := Results(g)
	for i := range results.Rules {
		results.Rules[i].Findings = nil
	}
	return report.New(whole(g), results, gate.Judge(whole(g), results, gate.Policy{})).WithTool("v0.1.0-test")
}

// Judge returns the report of a graph that [Graph] made.
func Judge(g *depgraph.Graph, incomplete bool) *report.Document {
	if !incomplete {
		g = whole(g)
	}
	results := Results(g)
	return report.New(g, results, gate.Judge(g, results, Policy(results))).WithTool("v0.1.0-test")
}

// whole returns g with every input complete.
func whole(g *depgraph.Graph) *depgraph.Graph {
	b := depgraph.NewBuilder()
	for n := range g.Nodes() {
		b.AddNode(*n, g.NodeOrigins(n.ID)...)
	}
	for r := range g.AllRequirements() {
		b.AddRequirement(*r)
	}
	for _, in := range g.Inputs() {
		if in.Status.Incomplete() {
			in.Status, in.Reason, in.Documents = depgraph.Complete, "", 7
		}
		b.AddInput(in)
	}
	for _, u := range g.Unresolved() {
		b.AddUnresolved(u)
	}
	return must(b.Build())
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func id(s string) depgraph.ID { return depgraph.MustID(s) }

func ids(names ...string) []depgraph.ID {
	var out []depgraph.ID
	for _, s := range names {
		out = append(out, id(s))
	}
	slices.SortFunc(out, depgraph.ID.Compare)
	return out
}

func ptr[T any](v T) *T { return &v }

// fleet collects the graph.
type fleet struct{ b *depgraph.Builder }

func (f fleet) node(at string, line int, n depgraph.Node) {
	f.b.AddNode(n, depgraph.Origin{Input: at, Line: line, Source: source(at)})
}

func (f fleet) needs(at string, line int, owner, member string, t depgraph.Terms) {
	f.b.AddRequirement(depgraph.Requirement{Owner: id(owner), Members: ids(member), Terms: t, Origins: []depgraph.Origin{{Input: at, Line: line, Col: 9, Source: source(at)}}})
}

func (f fleet) placed(at string, line int, owner string, places ...string) {
	f.b.AddRequirement(depgraph.Requirement{
		Owner: id(owner), Members: ids(places...),
		Terms:   depgraph.Terms{Via: depgraph.PlacedIn, Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start)},
		Origins: []depgraph.Origin{{Input: at, Line: line, Source: source(at)}},
	})
}

func (f fleet) seen(owner, member string, count, errors int64) {
	f.b.AddRequirement(depgraph.Requirement{
		Owner: id(owner), Members: ids(member), Terms: depgraph.Terms{Via: depgraph.Calls},
		Origins: []depgraph.Origin{{Input: "traces/2026-11-20.json", Source: "traces", Basis: depgraph.Observed, Confidence: 0.9, Seen: depgraph.Seen{
			Count: count, Errors: errors, First: time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC), Last: time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC), Example: "4bf92f3577b34da6",
		}}},
	})
}

func source(input string) string {
	switch {
	case input == "fateline.yaml":
		return "native"
	case slices.Contains([]string{"ci/rollback.yml", "ci/deploy.yml"}, input):
		return "ci"
	case input == "hosts/base.cfg":
		return "host"
	}
	return "kubernetes"
}

// Graph returns the ferry company: two docks, an island office, a booking system
// that claims to survive a dock, and what nobody drew on the slides.
func Graph() *depgraph.Graph {
	f := fleet{depgraph.NewBuilder()}
	f.places()
	f.services()
	f.operations()
	f.ledger()
	return must(f.b.Build())
}

func (f fleet) places() {
	const at = "fateline.yaml"
	f.node(at, 4, depgraph.Node{ID: id("region:coast"), Title: "Coast"})
	for i, dock := range []string{"dock-north", "dock-south"} {
		f.node(at, 8+4*i, depgraph.Node{ID: id("facility:" + dock), Title: dock})
		f.placed(at, 10+4*i, "facility:"+dock, "region:coast")
		f.node("clusters.yaml", 3+20*i, depgraph.Node{ID: id("cluster:" + dock), Owner: "platform"})
		f.placed("clusters.yaml", 9+20*i, "cluster:"+dock, "facility:"+dock)
	}
	f.node(at, 18, depgraph.Node{ID: id("facility:island"), Title: "Island office"})
	f.node("hosts/base.cfg", 1, depgraph.Node{ID: id("updates:lts-security"), Title: "LTS security updates", Window: "06:00-07:00 UTC"})
	for _, dock := range []string{"dock-north", "dock-south"} {
		f.b.AddRequirement(depgraph.Requirement{
			Owner: id("cluster:" + dock), Members: ids("updates:lts-security"), Terms: depgraph.Terms{Via: depgraph.UpdatedBy},
			Origins: []depgraph.Origin{{Input: "hosts/base.cfg", Source: "host", Basis: depgraph.Implied, Confidence: 0.8, Note: "the release applies security updates at 06:00 unless told otherwise"}},
		})
	}
}

func (f fleet) services() {
	const shop = "deploy/booking.yaml"
	claims := []string{"facility"}
	for i, n := range []struct{ name, owner string }{
		{"booking", "sales"}, {"payments", "sales"}, {"timetable", "operations"}, {"boarding", "operations"}, {"notify", "sales"}, {"search", "sales"},
	} {
		node := depgraph.Node{ID: id("service:ferry/" + n.name), Owner: n.owner, Env: "prod", Replicas: ptr(3), Labels: map[string]string{"team": n.owner}}
		if n.name != "notify" && n.name != "search" {
			node.Survives, node.GA, node.Tier = claims, ptr(true), ptr(i%2)
		}
		f.node(shop, 10+30*i, node)
		f.placed(shop, 22+30*i, "service:ferry/"+n.name, "cluster:dock-north", "cluster:dock-south")
	}
	f.node("deploy/stores.yaml", 5, depgraph.Node{ID: id("datastore:ferry/ledger"), Title: "Ticket ledger", Owner: "data", Replicas: ptr(1), Takes: 40 * time.Minute})
	f.placed("deploy/stores.yaml", 19, "datastore:ferry/ledger", "cluster:dock-north")
	f.node("deploy/stores.yaml", 50, depgraph.Node{ID: id("queue:ferry/events"), Title: "Event log", Owner: "data", Replicas: ptr(3)})
	f.placed("deploy/stores.yaml", 64, "queue:ferry/events", "cluster:dock-north")
	f.node("deploy/stores.yaml", 90, depgraph.Node{ID: id("datastore:ferry/cache"), Owner: "data"})
	f.placed("deploy/stores.yaml", 99, "datastore:ferry/cache", "cluster:dock-north", "cluster:dock-south")
	f.needs(shop, 31, "service:ferry/booking", "service:ferry/payments", depgraph.Terms{Via: depgraph.Calls})
	f.needs(shop, 33, "service:ferry/booking", "service:ferry/timetable", depgraph.Terms{Via: depgraph.Calls, IfLost: depgraph.Degraded})
	f.needs(shop, 34, "service:ferry/booking", "datastore:ferry/cache", depgraph.Terms{Via: depgraph.Reads, IfLost: depgraph.Degraded})
	f.needs(shop, 37, "service:ferry/booking", "queue:ferry/events", depgraph.Terms{Via: depgraph.Publishes, Lasts: 10 * time.Minute})
	f.needs(shop, 61, "service:ferry/payments", "datastore:ferry/ledger", depgraph.Terms{Via: depgraph.Reads})
	f.needs(shop, 64, "service:ferry/payments", "external:cardpay.example", depgraph.Terms{Via: depgraph.Calls})
	f.needs(shop, 122, "service:ferry/boarding", "datastore:ferry/ledger", depgraph.Terms{Via: depgraph.Reads})
	f.needs(shop, 151, "service:ferry/notify", "queue:ferry/events", depgraph.Terms{Via: depgraph.Consumes})
	f.needs(shop, 182, "service:ferry/search", "service:ferry/timetable", depgraph.Terms{Via: depgraph.Calls})
	f.seen("service:ferry/boarding", "service:ferry/payments", 18231, 12)
	f.seen("service:ferry/booking", "service:ferry/payments", 944120, 87)
	f.seen("service:ferry/timetable", "service:staging/weather", 5210, 0)
	f.node("deploy/staging.yaml", 7, depgraph.Node{ID: id("service:staging/weather"), Owner: "operations", Env: "staging"})
}

func (f fleet) operations() {
	const at = "fateline.yaml"
	f.node("deploy/sso.yaml", 6, depgraph.Node{ID: id("service:ops/sso"), Title: "Single sign-on", Owner: "platform", Env: "prod", Replicas: ptr(2)})
	f.placed("deploy/sso.yaml", 20, "service:ops/sso", "cluster:dock-north", "cluster:dock-south")
	f.needs("deploy/sso.yaml", 33, "service:ops/sso", "datastore:ferry/ledger", depgraph.Terms{Via: depgraph.Authenticates})
	f.node("deploy/vault.yaml", 4, depgraph.Node{ID: id("secret:ops/vault"), Title: "Vault", Owner: "security"})
	f.needs("deploy/vault.yaml", 28, "secret:ops/vault", "service:ops/sso", depgraph.Terms{Via: depgraph.Authenticates})
	f.node("ci/rollback.yml", 1, depgraph.Node{ID: id("tool:ferry/rollback#run"), Title: "Automatic roll-back", Owner: "platform"})
	f.needs("ci/rollback.yml", 17, "tool:ferry/rollback#run", "secret:ops/vault", depgraph.Terms{Via: depgraph.SecretFrom})
	f.node(at, 40, depgraph.Node{ID: id("human:night-watch"), Title: "Night watch"})
	f.b.AddRequirement(depgraph.Requirement{
		Owner: id("datastore:ferry/ledger"), Members: ids("tool:ferry/rollback#run", "human:night-watch"),
		Terms:   depgraph.Terms{Via: depgraph.RepairedBy, Phases: depgraph.PhasesOf(depgraph.Recover)},
		Origins: []depgraph.Origin{{Input: at, Line: 52, Col: 5, Source: "native"}},
	})
	f.node("deploy/alerts.yaml", 3, depgraph.Node{ID: id("monitor:harbour-alerts"), Owner: "platform"})
	f.placed("deploy/alerts.yaml", 30, "monitor:harbour-alerts", "cluster:dock-north")
	f.b.AddRequirement(depgraph.Requirement{
		Owner: id("datastore:ferry/ledger"), Members: ids("monitor:harbour-alerts"),
		Terms:   depgraph.Terms{Via: depgraph.WatchedBy, Phases: depgraph.PhasesOf(depgraph.Observe)},
		Origins: []depgraph.Origin{{Input: "deploy/alerts.yaml", Line: 14, Col: 3, Source: "kubernetes"}},
	})
}

func (f fleet) ledger() {
	for _, in := range []struct {
		path, format string
		docs         int
	}{
		{"ci/deploy.yml", "ci", 1},
		{"ci/rollback.yml", "ci", 1},
		{"clusters.yaml", "kubernetes", 2},
		{"deploy/alerts.yaml", "kubernetes", 4},
		{"deploy/booking.yaml", "kubernetes", 12},
		{"deploy/sso.yaml", "kubernetes", 3},
		{"deploy/staging.yaml", "kubernetes", 2},
		{"deploy/stores.yaml", "kubernetes", 6},
		{"deploy/vault.yaml", "kubernetes", 3},
		{"fateline.yaml", "native", 1},
		{"hosts/base.cfg", "host", 1},
		{"traces/2026-11-20.json", "traces", 967561},
	} {
		f.b.AddInput(depgraph.Input{Path: in.path, Format: in.format, Status: depgraph.Complete, Documents: in.docs, Bytes: 1000 + int64(in.docs)*412, Unproven: in.format == "kubernetes"})
	}
	f.b.AddInput(depgraph.Input{Path: "README.md", Status: depgraph.Unclaimed, Bytes: 801})
	f.b.AddInput(depgraph.Input{Path: "vendor/chart/templates/deployment.yaml", Status: depgraph.Excluded, Reason: "third-party chart, rendered elsewhere"})
	f.b.AddInput(depgraph.Input{Path: "deploy/ticketing.yaml", Format: "kubernetes", Status: depgraph.Partial, Reason: `37:9: key "image" again, first at 31:9; document 3`, Documents: 2, Bytes: 5120, Unproven: true})
	f.b.AddUnresolved(depgraph.Unresolved{Owner: id("service:ferry/notify"), Name: "smtp-relay", Scope: "k8s/main/ferry", Why: depgraph.Dangling, Origin: depgraph.Origin{Input: "deploy/booking.yaml", Line: 156, Col: 16}})
	f.b.AddUnresolved(depgraph.Unresolved{Owner: id("service:ferry/search"), Name: "redis", Scope: "k8s/main/ferry", Why: depgraph.Ambiguous, Candidates: []string{"datastore:ferry/cache", "service:staging/redis"}, Origin: depgraph.Origin{Input: "deploy/booking.yaml", Line: 190}})
	f.b.AddUnresolved(depgraph.Unresolved{Owner: id("service:ferry/boarding"), Name: "tier", Why: depgraph.Conflicting, Candidates: []string{"0", "1"}})
}

// edge finds the first arrow from one node to another in a graph; phase "" is any.
func edge(g *depgraph.Graph, from, to string, phase depgraph.Phase) depgraph.Edge {
	m, known := g.Index(id(to))
	if !known {
		panic("no node " + to)
	}
	for _, r := range g.Naming(m) {
		if g.ID(g.Owner(r)) == id(from) && g.Terms(r).Phases.Has(phase) {
			return g.Edge(r, m, phase)
		}
	}
	panic(fmt.Sprintf("no edge from %s to %s to %s", from, to, phase))
}
