package reporttest

import (
	"time"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/gate"
)

// Now is the instant at which the sample is judged.
var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func rule(id string, severity analyzer.Severity, title, text, remedy string) *analyzer.Rule {
	return analyzer.Define(analyzer.Spec{ID: id, Severity: severity, Doc: analyzer.Doc{Title: title, Text: text, Remedy: remedy, Limits: "Only what the inputs say.", Since: "0.1.0"}}, analyzer.NoParams, nil)
}

// proof returns the arrows along a walk.
func proof(g *depgraph.Graph, phases []depgraph.Phase, walk ...string) []depgraph.Edge {
	var out []depgraph.Edge
	for i := 1; i < len(walk); i++ {
		phase := depgraph.Run
		if i-1 < len(phases) {
			phase = phases[i-1]
		}
		out = append(out, edge(g, walk[i-1], walk[i], phase))
	}
	return out
}

func finding(r *analyzer.Rule, severity analyzer.Severity, root, victims []depgraph.ID, title, remedy string, edges []depgraph.Edge) analyzer.Finding {
	inputs, owners := map[string]bool{}, 0
	for _, e := range edges {
		inputs[e.Origins[0].Input] = true
	}
	owners = min(len(edges), 3)
	return analyzer.Finding{
		ID: analyzer.FindingID(r.ID, root), Rule: r.ID, Severity: severity, Title: title, Remedy: remedy, Root: root, Nodes: victims, Proof: edges,
		Hidden: analyzer.Hidden{Inputs: len(inputs), Owners: owners, Hops: len(edges)}, Confidence: 1,
		Claim: analyzer.Claim{Failed: root[len(root)-1:], Then: victims, State: analyzer.IsDown},
	}
}

// Results returns what the rules found in the ferry company.
func Results(g *depgraph.Graph) *analyzer.Results {
	ran := func(r *analyzer.Rule, judged int, found ...analyzer.Finding) analyzer.Result {
		return analyzer.Result{Rule: r, Status: analyzer.Ran, Judged: judged, Findings: found}
	}
	blind := rule("blind-monitor", analyzer.High, "What watches a node fails together with it", "A monitor that stands in the place that it watches says nothing when the place is gone.", "Let something outside watch it: a second place or a heartbeat to an external service.")
	leak := rule("environment-leak", analyzer.High, "Production needs a lower environment", "A production node that calls staging shares its fate.", "Give production its own instance.")
	facility := rule("single-facility", analyzer.Low, "A node that claims to survive a place goes down with it", "The claim holds on the slide and not in the graph.", "Run the culprit in a second place, or withdraw the claim.")
	instance := rule("single-instance", analyzer.Low, "One replica, and others go down with it", "", "Run at least two replicas.")
	loop := rule("recovery-loop", analyzer.High, "Losing a node takes down what repairs it", "The tool that would repair it needs it.", "Give the repair tool a way that does not pass through what it repairs.")
	simultaneous := rule("simultaneous-change", analyzer.High, "One channel changes everything at once", "", "Stage the channel: one failure domain at a time.")
	undeclared := rule("undeclared-dependency", analyzer.Medium, "Traffic that no file declares", "", "Declare it, or stop it.")
	untested := rule("untested-loss", analyzer.Medium, "A loss that was claimed and never tried", "", "Drill it.")

	north := ids("datastore:ferry/ledger", "facility:dock-north")
	main := finding(facility, analyzer.Critical, north,
		ids("secret:ops/vault", "service:ferry/boarding", "service:ferry/booking", "service:ferry/payments", "service:ops/sso", "tool:ferry/rollback#run"),
		"service:ferry/payments claims to survive any facility, and goes down with facility:dock-north because datastore:ferry/ledger runs only there; 6 nodes go along, 3 of them GA",
		"Run datastore:ferry/ledger in facility:dock-south as well, or withdraw the claim.",
		proof(g, nil, "service:ferry/booking", "service:ferry/payments", "datastore:ferry/ledger", "cluster:dock-north", "facility:dock-north"))
	main.Remedies = []analyzer.Remedy{{
		Action: analyzer.Alternative, Edges: main.Proof[len(main.Proof)-1:],
		Text: "Let datastore:ferry/ledger stand in a second facility beside facility:dock-north.",
	}}
	repair := finding(loop, analyzer.High, ids("datastore:ferry/ledger"), ids("datastore:ferry/ledger"),
		"datastore:ferry/ledger is repaired by tool:ferry/rollback#run, which needs datastore:ferry/ledger; only people are left to repair it",
		"Let the roll-back read its credentials from a place that does not need single sign-on.",
		proof(g, []depgraph.Phase{depgraph.Recover}, "datastore:ferry/ledger", "tool:ferry/rollback#run", "secret:ops/vault", "service:ops/sso", "datastore:ferry/ledger"))
	repair.Claim.State = analyzer.IsUnmet
	change := finding(simultaneous, analyzer.High, ids("updates:lts-security"), ids("cluster:dock-north", "cluster:dock-south"),
		"updates:lts-security changes both clusters between 06:00 and 07:00 UTC without staging", "",
		[]depgraph.Edge{edge(g, "cluster:dock-north", "updates:lts-security", depgraph.Run), edge(g, "cluster:dock-south", "updates:lts-security", depgraph.Run)})
	change.Confidence = 0.8
	staging := finding(leak, analyzer.High, ids("service:staging/weather"), ids("service:ferry/timetable"),
		"service:ferry/timetable (prod) calls service:staging/weather (staging)", "", proof(g, nil, "service:ferry/timetable", "service:staging/weather"))
	staging.Confidence = 0.9
	single := finding(instance, analyzer.Medium, ids("datastore:ferry/ledger"), ids("service:ferry/boarding", "service:ferry/booking", "service:ferry/payments"),
		"datastore:ferry/ledger runs once, and 3 nodes go down with it", "", proof(g, nil, "service:ferry/payments", "datastore:ferry/ledger"))
	single.FoldedInto, single.Why = main.ID, "the ledger is the culprit of the facility's loss as well"
	traffic := finding(undeclared, analyzer.Medium, []depgraph.ID{id("service:ferry/boarding"), id("service:ferry/payments")}, ids("service:ferry/boarding"),
		"service:ferry/boarding called service:ferry/payments 18231 times, and no file says so", "", proof(g, nil, "service:ferry/boarding", "service:ferry/payments"))
	traffic.Ordered, traffic.Confidence, traffic.Claim.State = true, 0.9, analyzer.IsStated
	drill := finding(untested, analyzer.Medium, []depgraph.ID{{Kind: depgraph.KindFacility, Name: "*"}}, ids("facility:dock-north", "facility:dock-south"),
		"4 nodes claim to survive any facility, and neither facility:dock-north nor facility:dock-south was ever drilled", "",
		proof(g, nil, "service:ferry/booking", "cluster:dock-north", "facility:dock-north"))
	drill.Claim.State = analyzer.IsStated
	watch := finding(blind, analyzer.Low, ids("facility:dock-north"), ids("datastore:ferry/ledger"),
		"monitor:harbour-alerts watches datastore:ferry/ledger and goes down with facility:dock-north as it does", "",
		proof(g, []depgraph.Phase{depgraph.Observe}, "datastore:ferry/ledger", "monitor:harbour-alerts", "cluster:dock-north", "facility:dock-north"))
	watch.Claim.State = analyzer.IsBlind
	return &analyzer.Results{Rules: []analyzer.Result{
		ran(blind, 1, watch),
		{Rule: rule("cold-start-deadlock", analyzer.Critical, "Some nodes never come up again", "", ""), Status: analyzer.Ran, Judged: 24},
		ran(leak, 9, staging),
		{Rule: rule("fail-closed-admission", analyzer.Critical, "A webhook intercepts what it needs", "", ""), Status: analyzer.NotApplicable, Why: "the graph has no admission webhook"},
		ran(loop, 2, repair),
		ran(simultaneous, 1, change),
		ran(facility, 4, main),
		ran(instance, 9, single),
		ran(undeclared, 3, traffic),
		ran(untested, 1, drill),
	}}
}

// Policy returns a policy with a waiver and a baseline for those results.
func Policy(results *analyzer.Results) gate.Policy {
	of := func(rule string) analyzer.Finding {
		for f := range results.Findings() {
			if f.Rule == rule {
				return *f
			}
		}
		panic("no finding of " + rule)
	}
	leak, change, repair := of("environment-leak"), of("simultaneous-change"), of("recovery-loop")
	return gate.Policy{
		Now: now,
		Waivers: []gate.Waiver{
			{Finding: leak.ID, Owner: "operations", Reason: "the weather service moves to production with the winter timetable", Ticket: "OPS-218", Expires: gate.Date{Year: 2026, Month: 12, Day: 4}},
		},
		Baseline: gate.NewBaseline([]gate.Known{
			{ID: change.ID, Rule: change.Rule, Severity: change.Severity, Title: change.Title, Nodes: change.Nodes[:1]},
			{ID: repair.ID, Rule: repair.Rule, Severity: repair.Severity, Title: repair.Title, Nodes: repair.Nodes},
			{ID: "00000000deadbeef", Rule: "dependency-cycle", Severity: analyzer.Medium, Title: "service:ferry/search and service:ferry/timetable need each other"},
		}),
	}
}
