package depgraph_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// The generators make small graphs with every attribute there is, out of few
// names, so that facts meet.

var names = []string{"a", "b", "c", "shop/cart", "x y", `q"t`, "a|b", "é", "-", "#n", `tf.m["k"].r[0]`, "a=b", "c,d", "->", "1:2"}

func drawID(kinds ...depgraph.Kind) *rapid.Generator[depgraph.ID] {
	return rapid.Custom(func(t *rapid.T) depgraph.ID {
		return depgraph.ID{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Name: rapid.SampledFrom(names).Draw(t, "name")}
	})
}

func anyID() *rapid.Generator[depgraph.ID] {
	return drawID(depgraph.KindService, depgraph.KindDatastore, depgraph.KindZone, "ser", "service-x")
}

var words = []string{"", "", "web", "two words", `"`, "a,b", "k=v", "[x]", "é\u202e", "run", "ga", "x.yaml:1", "\\", "line\nbreak"}

func drawWord() *rapid.Generator[string] { return rapid.SampledFrom(words) }

func drawTime(t *rapid.T) time.Time {
	if rapid.Bool().Draw(t, "no time") {
		return time.Time{}
	}
	return time.Unix(rapid.Int64Range(0, 2_000_000_000).Draw(t, "sec"), rapid.SampledFrom([]int64{0, 5, 120_000_000}).Draw(t, "ns")).UTC()
}

func drawOrigin() *rapid.Generator[depgraph.Origin] {
	return rapid.Custom(func(t *rapid.T) depgraph.Origin {
		o := depgraph.Origin{
			Input:  rapid.SampledFrom([]string{"a.yaml", "dir/b.json", "", "-", "http://h:9090", "my file", "run", "x[1].yaml", "a:1", "a:02", "a:1:2", "k=v.yaml", "#c.yaml"}).Draw(t, "input"),
			Line:   rapid.IntRange(0, 3).Draw(t, "line"),
			Source: rapid.SampledFrom([]string{"", "native", "k8s"}).Draw(t, "source"),
			Basis:  rapid.SampledFrom([]depgraph.Basis{0, depgraph.Declared, depgraph.Observed, depgraph.Implied}).Draw(t, "basis"),
			Note:   drawWord().Draw(t, "note"),
		}
		if o.Line > 0 {
			o.Col = rapid.IntRange(0, 2).Draw(t, "col")
		}
		if rapid.Bool().Draw(t, "unsure") {
			o.Confidence = float64(rapid.IntRange(1, 9999).Draw(t, "confidence")) / 10000
		}
		if rapid.Bool().Draw(t, "seen") {
			o.Seen = depgraph.Seen{
				Count: rapid.Int64Range(0, 1<<60).Draw(t, "count"), Errors: rapid.Int64Range(0, 3).Draw(t, "errors"),
				First: drawTime(t), Last: drawTime(t), Example: drawWord().Draw(t, "example"),
			}
		}
		return o
	})
}

func drawNode() *rapid.Generator[depgraph.Node] {
	return rapid.Custom(func(t *rapid.T) depgraph.Node {
		n := depgraph.Node{
			ID: anyID().Draw(t, "id"), Title: drawWord().Draw(t, "title"), Owner: drawWord().Draw(t, "owner"), Env: drawWord().Draw(t, "env"),
			Aliases:  rapid.SliceOfN(drawWord(), 0, 2).Draw(t, "aliases"),
			Survives: rapid.SliceOfN(rapid.SampledFrom([]string{"facility", "zone", "zone:a,b"}), 0, 2).Draw(t, "survives"),
			Manual:   rapid.Bool().Draw(t, "manual"), Staged: rapid.Bool().Draw(t, "staged"),
			Window: drawWord().Draw(t, "window"),
			Takes:  rapid.SampledFrom([]time.Duration{0, 90 * time.Second, 10 * time.Minute, 2 * time.Hour, 1500 * time.Millisecond, 20 * time.Second}).Draw(t, "takes"),
		}
		n.AnnualFailureRate = rapid.SampledFrom([]float64{0, 0.02, 3}).Draw(t, "afr")
		if rapid.Bool().Draw(t, "labelled") {
			n.Labels = map[string]string{rapid.SampledFrom([]string{"app", "a=b", ""}).Draw(t, "key"): drawWord().Draw(t, "value"), "x": "y"}
		}
		if rapid.Bool().Draw(t, "tiered") {
			tier, replicas, ga := rapid.IntRange(0, 2).Draw(t, "tier"), rapid.IntRange(0, 2).Draw(t, "replicas"), rapid.Bool().Draw(t, "ga")
			n.Tier, n.Replicas, n.GA = &tier, &replicas, &ga
		}
		if !n.ID.Kind.IsPlace() && rapid.Bool().Draw(t, "idle") {
			n.Standby = &depgraph.Standby{
				ActivatedBy: rapid.SliceOfN(anyID(), 0, 2).Draw(t, "ways"), Takes: n.Takes,
				Need: rapid.SampledFrom([]depgraph.Need{0, 1, 2, depgraph.All, depgraph.Quorum}).Draw(t, "need"),
			}
		}
		return n
	})
}

func drawRequirement() *rapid.Generator[depgraph.Requirement] {
	return rapid.Custom(func(t *rapid.T) depgraph.Requirement {
		r := depgraph.Requirement{
			Owner:   anyID().Draw(t, "owner"),
			Members: rapid.SliceOfN(anyID(), 1, 3).Draw(t, "members"),
			Origins: rapid.SliceOfN(drawOrigin(), 1, 3).Draw(t, "origins"),
			Terms: depgraph.Terms{
				Need:   rapid.SampledFrom([]depgraph.Need{0, 1, 2, depgraph.All, depgraph.Quorum}).Draw(t, "need"),
				Phases: rapid.SampledFrom([]depgraph.Phases{0, depgraph.PhasesOf(depgraph.Run), depgraph.PhasesOf(depgraph.Run, depgraph.Start), depgraph.PhasesOf(depgraph.Recover)}).Draw(t, "phases"),
				IfLost: rapid.SampledFrom([]depgraph.IfLost{0, depgraph.Down, depgraph.Degraded, depgraph.Unaffected}).Draw(t, "ifLost"),
				Lasts:  rapid.SampledFrom([]time.Duration{0, time.Hour, 10 * time.Minute}).Draw(t, "lasts"),
				Via:    rapid.SampledFrom([]depgraph.Via{"", depgraph.Calls, "odd one"}).Draw(t, "via"),
			},
		}
		for i := range r.Origins {
			if rapid.Bool().Draw(t, "of one") {
				r.Origins[i].Member = rapid.SampledFrom(r.Members).Draw(t, "of")
			}
		}
		return r
	})
}

// step adds one fact to a builder.
type step func(*depgraph.Builder)

// drawFacts draws the facts of a graph.
func drawFacts() *rapid.Generator[[]step] {
	return rapid.Custom(func(t *rapid.T) []step {
		var steps []step
		for range rapid.IntRange(0, 6).Draw(t, "nodes") {
			n, os := drawNode().Draw(t, "node"), rapid.SliceOfN(drawOrigin(), 0, 2).Draw(t, "origins")
			steps = append(steps, func(b *depgraph.Builder) { b.AddNode(n, os...) })
		}
		for range rapid.IntRange(0, 6).Draw(t, "requirements") {
			r := drawRequirement().Draw(t, "requirement")
			steps = append(steps, func(b *depgraph.Builder) { b.AddRequirement(r) })
		}
		if rapid.Bool().Draw(t, "drilled") {
			d := depgraph.Drill{
				Date: time.Date(2023, 5, rapid.IntRange(1, 3).Draw(t, "day"), 0, 0, 0, 0, time.UTC), Partly: rapid.Bool().Draw(t, "partly"),
				Fails: rapid.SliceOfN(anyID(), 0, 2).Draw(t, "fails"), Covers: rapid.SliceOfN(anyID(), 0, 2).Draw(t, "covers"), Origin: drawOrigin().Draw(t, "origin"),
			}
			steps = append(steps, func(b *depgraph.Builder) { b.AddDrill(d) })
		}
		for range rapid.IntRange(0, 2).Draw(t, "unresolved") {
			u := depgraph.Unresolved{
				Name: drawWord().Draw(t, "name"), Scope: drawWord().Draw(t, "scope"), Owner: rapid.SampledFrom([]depgraph.ID{{}, anyID().Draw(t, "some owner")}).Draw(t, "owner"),
				Why:        rapid.SampledFrom([]depgraph.Why{depgraph.Dangling, depgraph.Ambiguous, depgraph.Conflicting}).Draw(t, "why"),
				Candidates: rapid.SliceOfN(drawWord(), 0, 2).Draw(t, "candidates"), Origin: drawOrigin().Draw(t, "origin"),
			}
			steps = append(steps, func(b *depgraph.Builder) { b.AddUnresolved(u) })
		}
		for range rapid.IntRange(0, 2).Draw(t, "inputs") {
			in := depgraph.Input{
				Path: drawWord().Draw(t, "path"), Format: drawWord().Draw(t, "format"), Reason: drawWord().Draw(t, "reason"),
				Status: rapid.SampledFrom([]depgraph.Status{depgraph.Complete, depgraph.Partial}).Draw(t, "status"),
				Notes:  rapid.SliceOfN(drawWord(), 0, 2).Draw(t, "notes"), Bytes: rapid.Int64Range(0, 9).Draw(t, "bytes"),
				Documents: rapid.IntRange(0, 2).Draw(t, "documents"), Unproven: rapid.Bool().Draw(t, "unproven"), SHA256: rapid.SampledFrom([]string{"", "ab12"}).Draw(t, "sha"),
			}
			steps = append(steps, func(b *depgraph.Builder) { b.AddInput(in) })
		}
		return steps
	})
}

func build(t *rapid.T, steps []step) *depgraph.Graph {
	b := depgraph.NewBuilder()
	for _, s := range steps {
		s(b)
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}
