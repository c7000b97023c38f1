package rules

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
)

// What a remedy says is held against the rule itself, run on the whole changed
// graph, and against all smaller changes tried one by one.
func TestRemediesCureAndNoSmallerChangeDoes(t *testing.T) {
	estates := 500
	if testing.Short() {
		estates = 100
	}
	cured, refuted, sizes := map[string]int{}, 0, map[int]int{}
	for seed := range uint64(estates) {
		beside := 0
		if seed%8 == 0 {
			beside = 410 // so many needs that only what a finding depends on is looked at
		}
		g := randomEstate(t, rand.New(rand.NewPCG(seed, 7)), beside)
		for _, rule := range All() {
			if rule.Cure.Of == nil {
				continue
			}
			for f := range runOn(t, g, rule).Findings() {
				if !rule.Cure.Of(f) || f.FoldedInto != "" {
					continue
				}
				w := newOracle(t, g, rule, f)
				for _, r := range f.Remedies {
					if set := w.named(r); set != nil && !w.cures(set) {
						t.Fatalf("seed %d: %s %v: %q does not make it go away\n%s", seed, f.Rule, f.Root, r.Text, g.Text())
					}
				}
				limit := 2
				if len(f.Remedies) > 0 {
					n := w.size(f.Remedies[0])
					sizes[n]++
					cured[rule.ID]++
					limit = n - 1
				} else if !strings.Contains(f.Remedy, "needs makes it go away.") {
					continue // cut short
				} else {
					refuted++
				}
				if set := w.smallest(limit); set != nil {
					t.Fatalf("seed %d: %s %v: %d changes are enough, %v, and remedies are %v\n%s", seed, f.Rule, f.Root, len(set), w.text(set), f.Remedies, g.Text())
				}
			}
		}
	}
	t.Logf("cured %v, by size %v, none of up to three: %d", cured, sizes, refuted)
	for _, rule := range All() {
		if rule.Cure.Of != nil && cured[rule.ID] < 2 && rule.ID != "fail-closed-admission" {
			t.Errorf("%s: only %d findings had a remedy: the estates are too poor", rule.ID, cured[rule.ID])
		}
	}
	if sizes[2] == 0 {
		t.Errorf("no remedy of two changes: %v", sizes)
	}
}

func TestWhereNoThreeChangesCureTheRemedySaysSo(t *testing.T) {
	b := depgraph.NewBuilder()
	for i := range 4 { // every two of four need each other: six cuts are wanted
		for j := range 4 {
			if i != j {
				b.AddRequirement(depgraph.Requirement{
					Owner: depgraph.MustID(fmt.Sprintf("service:%d", i)), Members: []depgraph.ID{depgraph.MustID(fmt.Sprintf("service:%d", j))},
					Origins: []depgraph.Origin{{Input: "x.yaml", Line: 4*i + j}},
				})
			}
		}
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	for f := range runOn(t, g, dependencyCycle).Findings() {
		if want := "No change of up to 3 needs makes it go away."; len(f.Remedies) > 0 || !strings.HasSuffix(f.Remedy, want) {
			t.Errorf("remedies %v, %q, want none and %q", f.Remedies, f.Remedy, want)
		}
		return
	}
	t.Error("no cycle is found")
}

func runOn(t *testing.T, g *depgraph.Graph, rule *analyzer.Rule) *analyzer.Results {
	t.Helper()
	results, err := analyzer.Run(t.Context(), g, []*analyzer.Rule{rule}, analyzer.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	return results
}

// oracle changes the whole graph and runs the whole rule.
type oracle struct {
	t      *testing.T
	g      *depgraph.Graph
	rule   *analyzer.Rule
	target string
	known  map[string][]depgraph.ID // by finding: what it is about
	about  []depgraph.ID
	reqs   []depgraph.Requirement
}

func newOracle(t *testing.T, g *depgraph.Graph, rule *analyzer.Rule, f *analyzer.Finding) *oracle {
	t.Helper()
	w := &oracle{t: t, g: g, rule: rule, target: f.ID, known: map[string][]depgraph.ID{}, about: slices.Concat(f.Root, f.Nodes)}
	for r := range g.AllRequirements() {
		w.reqs = append(w.reqs, *r)
	}
	for x := range w.plain(g).Findings() {
		w.known[x.ID] = slices.Concat(x.Root, x.Nodes)
	}
	return w
}

// plain runs the rule without looking for remedies.
func (w *oracle) plain(g *depgraph.Graph) *analyzer.Results {
	rule := *w.rule
	rule.Cure = analyzer.Cure{}
	return runOn(w.t, g, &rule)
}

// changeable says what can be done about a requirement: "" nothing.
func (w *oracle) changeable(r depgraph.Requirement) analyzer.Action {
	placed := r.Terms.Via == depgraph.PlacedIn
	switch {
	case r.Terms.IfLost == depgraph.Unaffected || placed && r.Owner.Kind.IsPlace():
		return ""
	case w.rule.Cure.Cut || r.Terms.Via == depgraph.AdmittedBy:
		return analyzer.Remove
	case placed || len(r.Members) > 1 || !r.Terms.Phases.Has(depgraph.Run) && !r.Terms.Phases.Has(depgraph.Start) && !r.Terms.Phases.Has(depgraph.Build):
		return analyzer.Alternative
	}
	return analyzer.Remove
}

func (w *oracle) cures(set []int) bool {
	b := depgraph.NewBuilder()
	for n := range w.g.Nodes() {
		b.AddNode(*n)
	}
	for i, r := range w.reqs {
		if slices.Contains(set, i) {
			switch w.changeable(r) {
			case analyzer.Remove:
				r.Terms.IfLost = depgraph.Unaffected
			case analyzer.Alternative:
				r.Terms.Need = depgraph.AtLeast(r.Terms.Need.Of(len(r.Members)))
				kind := r.Members[0].Kind
				if kind == depgraph.KindGroup {
					kind = depgraph.KindExternal
				}
				r.Members = append(slices.Clone(r.Members), depgraph.ID{Kind: kind, Name: fmt.Sprintf("zz-spare-%d", i)})
			default:
				return false
			}
		}
		b.AddRequirement(r)
	}
	g, err := b.Build()
	if err != nil {
		w.t.Fatal(err)
	}
	for f := range w.plain(g).Findings() {
		replaces := func(id depgraph.ID) bool { return slices.Contains(w.about, id) && !slices.Contains(w.known[f.ID], id) }
		if f.ID == w.target || w.rule.Cure.Of(f) && slices.ContainsFunc(slices.Concat(f.Root, f.Nodes), replaces) {
			return false
		}
	}
	return true
}

// of lists the requirements that an edge of a remedy may mean.
func (w *oracle) of(e depgraph.Edge) (out []int) {
	for i, r := range w.reqs {
		if r.Owner == e.From && slices.Contains(r.Members, e.To) && r.Terms.Phases.Has(e.Phase) && r.Terms.Via == e.Via && r.Terms.IfLost == e.IfLost {
			out = append(out, i)
		}
	}
	return out
}

// named returns the requirements that a remedy changes; nil where its edges do not tell.
func (w *oracle) named(r analyzer.Remedy) (set []int) {
	for _, e := range r.Edges {
		all := w.of(e)
		if len(all) != 1 {
			return nil
		}
		set = append(set, all[0])
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// size returns how many requirements a remedy changes.
func (w *oracle) size(r analyzer.Remedy) int {
	if set := w.named(r); set != nil {
		return len(set)
	}
	return strings.Count(r.Text, ", and ") + 1
}

// smallest returns a set of at most limit changes that cures; nil where there is none.
func (w *oracle) smallest(limit int) []int {
	var grow func(set []int, from, more int) []int
	grow = func(set []int, from, more int) []int {
		if more == 0 {
			if w.cures(set) {
				return set
			}
			return nil
		}
		for i := from; i < len(w.reqs); i++ {
			if strings.Contains(w.reqs[i].Owner.Name, "beside") {
				continue
			}
			if found := grow(append(slices.Clip(set), i), i+1, more-1); found != nil {
				return found
			}
		}
		return nil
	}
	for size := 1; size <= limit; size++ {
		if set := grow(nil, 0, size); set != nil {
			return set
		}
	}
	return nil
}

func (w *oracle) text(set []int) string {
	var out []string
	for _, i := range set {
		out = append(out, fmt.Sprintf("%s of %v via %s", w.reqs[i].Owner, w.reqs[i].Members, w.reqs[i].Terms.Via))
	}
	return strings.Join(out, "; ")
}

// randomEstate makes an estate of a few services in a few zones, with redundant
// needs, ways back and claims, and so many needs that have nothing to do with it.
func randomEstate(t *testing.T, rng *rand.Rand, beside int) *depgraph.Graph {
	t.Helper()
	b := depgraph.NewBuilder()
	line := 0
	need := func(owner string, terms depgraph.Terms, members ...string) {
		line++
		r := depgraph.Requirement{Owner: depgraph.MustID(owner), Terms: terms.Normal(), Origins: []depgraph.Origin{{Input: "estate.yaml", Line: line}}}
		for _, m := range members {
			r.Members = append(r.Members, depgraph.MustID(m))
		}
		slices.SortFunc(r.Members, depgraph.ID.Compare)
		r.Members = slices.Compact(r.Members)
		b.AddRequirement(r)
	}
	for i := range beside {
		need(fmt.Sprintf("service:beside-%d", i), depgraph.Terms{Via: depgraph.Calls}, fmt.Sprintf("service:beside-%d", i/2+1000))
	}
	one := func(from ...string) string { return from[rng.IntN(len(from))] }
	zones := []string{"zone:x", "zone:y", "zone:z"}
	var nodes []string
	for i := range 3 + rng.IntN(3) {
		nodes = append(nodes, fmt.Sprintf("service:%c", 'a'+i))
	}
	nodes = append(nodes, "tool:ci", "repo:code")
	placement := depgraph.Terms{Phases: depgraph.PhasesOf(depgraph.Run, depgraph.Start), Via: depgraph.PlacedIn}
	for _, n := range nodes {
		switch rng.IntN(3) {
		case 0:
			need(n, placement, one(zones...))
		case 1:
			need(n, placement, one(zones...), one(zones...))
		}
	}
	if rng.IntN(2) == 0 {
		need("zone:x", depgraph.Terms{Via: depgraph.PoweredBy}, one(nodes...))
	}
	for range 2 + rng.IntN(7) {
		terms := depgraph.Terms{Via: depgraph.Calls}
		switch rng.IntN(6) {
		case 0:
			terms = depgraph.Terms{Via: depgraph.Mounts, Phases: depgraph.PhasesOf(depgraph.Start)}
		case 1:
			terms = depgraph.Terms{Via: depgraph.DeployedBy, Phases: depgraph.PhasesOf(depgraph.Deploy)}
		case 2:
			terms = depgraph.Terms{Via: depgraph.RepairedBy, Phases: depgraph.PhasesOf(depgraph.Recover)}
		case 3:
			terms.IfLost = []depgraph.IfLost{depgraph.Degraded, depgraph.Down}[rng.IntN(2)]
		}
		owner := one(nodes...)
		members := []string{one(nodes...)}
		if rng.IntN(3) == 0 {
			members = append(members, one(nodes...), one(nodes...))
		}
		members = slices.DeleteFunc(members, func(m string) bool { return m == owner })
		if len(members) > 0 {
			need(owner, terms, members...)
		}
	}
	for _, n := range nodes[:2] {
		if rng.IntN(2) == 0 {
			b.AddNode(depgraph.Node{ID: depgraph.MustID(n), Survives: []string{"zone"}})
		}
	}
	g, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return g
}
