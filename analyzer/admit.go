package analyzer

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// finish turns what a rule reported into its findings: checked, merged, with
// everything that no rule may forget, ranked.
func finish(g *depgraph.Graph, rule *Rule, reported []Finding) ([]Finding, error) {
	var findings []Finding
	for _, f := range reported {
		f.Rule = rule.ID
		f.Severity = cmp.Or(f.Severity, rule.Severity)
		f.Root = slices.Clone(f.Root)
		if !f.Ordered {
			f.Root = sortedIDs(f.Root)
		}
		f.Nodes = sortedIDs(f.Nodes)
		f.Proof = distinctEdges(f.Proof)
		f.FoldedInto, f.Why = "", ""
		if err := admit(g, &f); err != nil {
			return nil, fmt.Errorf("rule %s: finding %v: %w", rule.ID, f.Root, err)
		}
		f.ID = FindingID(rule.ID, f.Root)
		f.Hidden = hiddenness(g, f.Proof)
		f.Confidence = confidence(f.Proof)
		if f.Confidence < unsure && f.Severity > Low {
			f.Severity--
		}
		findings = append(findings, f)
	}
	findings = mergeClosing(mergeRoots(findings))
	slices.SortFunc(findings, CompareFindings)
	return findings, nil
}

// unsure is the confidence below which a finding is one severity lower.
const unsure = 0.5

// admit refuses a finding that nobody could check.
func admit(g *depgraph.Graph, f *Finding) error {
	switch {
	case len(f.Root) == 0:
		return errors.New("it has no root")
	case len(f.Proof) == 0:
		return errors.New("it has no proof")
	case f.Title == "":
		return errors.New("it has no title")
	}
	for _, list := range [][]depgraph.ID{f.Root, f.Nodes} {
		for _, id := range list {
			if id.Kind == depgraph.KindGroup {
				return fmt.Errorf("%s is a mere group", id)
			}
			if _, found := g.Index(id); !found && id.Name != "*" {
				return fmt.Errorf("%s is not in the graph", id)
			}
		}
	}
	for _, e := range f.Proof {
		if !inGraph(g, e) {
			return fmt.Errorf("its proof has the edge %s -> %s (%s), which is not in the graph", e.From, e.To, e.Phase)
		}
	}
	return nil
}

// inGraph reports whether the graph has this edge, with these origins.
func inGraph(g *depgraph.Graph, e depgraph.Edge) bool {
	from, found := g.Index(e.From)
	if !found || len(e.Origins) == 0 {
		return false
	}
	if isActivation(g.At(from), e) && slices.Equal(g.NodeOrigins(e.From), e.Origins) {
		return true
	}
	to, found := g.Index(e.To)
	if !found {
		return false
	}
	first, end := g.OwnedBy(from)
	for r := first; r < end; r++ {
		t := g.Terms(r)
		if t.Via != e.Via || t.IfLost != e.IfLost || !t.Phases.Has(e.Phase) || !slices.Contains(g.Members(r), to) {
			continue
		}
		if slices.Equal(g.Edge(r, to, e.Phase).Origins, e.Origins) {
			return true
		}
	}
	return false
}

// isActivation reports whether e says that a standby needs one of its ways to be
// activated, which is a field of the node and no requirement.
func isActivation(n *depgraph.Node, e depgraph.Edge) bool {
	return n.Standby != nil && e.Via == depgraph.ActivatedBy && e.Phase == depgraph.Recover && e.IfLost == depgraph.Down &&
		slices.Contains(n.Standby.ActivatedBy, e.To)
}

// arrow is an edge without its origins, so that it can be compared.
type arrow struct {
	from, to depgraph.ID
	phase    depgraph.Phase
	ifLost   depgraph.IfLost
	via      depgraph.Via
}

func arrowOf(e depgraph.Edge) arrow { return arrow{e.From, e.To, e.Phase, e.IfLost, e.Via} }

// distinctEdges drops repeated edges and keeps the order of the rest. The last
// edge stays last, for it closes the proof. Two requirements may hold the same
// arrow with other origins; the first is kept, for one is enough to follow.
func distinctEdges(proof []depgraph.Edge) []depgraph.Edge {
	if len(proof) == 0 {
		return nil
	}
	last := proof[len(proof)-1]
	seen := map[arrow]bool{arrowOf(last): true}
	var out []depgraph.Edge
	for _, e := range proof[:len(proof)-1] {
		if a := arrowOf(e); !seen[a] {
			seen[a] = true
			out = append(out, e)
		}
	}
	return append(out, last)
}

// sortedIDs returns the ids sorted and distinct, in a slice of its own.
func sortedIDs(ids []depgraph.ID) []depgraph.ID {
	out := slices.Clone(ids)
	slices.SortFunc(out, depgraph.ID.Compare)
	return slices.Compact(out)
}
