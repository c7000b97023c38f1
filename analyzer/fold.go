package analyzer

import (
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// fold marks the findings that are shown under another one: first the
// consequences that the rules know, then copies of one system, then what is too
// much to read. Every finding stands under the first cause of its chain.
func fold(g *depgraph.Graph, results *Results) {
	f := folder{g: g, byRule: map[string]*Result{}, victims: map[string]map[depgraph.ID][]*Finding{}}
	for i := range results.Rules {
		f.byRule[results.Rules[i].Rule.ID] = &results.Rules[i]
	}
	for i := range results.Rules {
		res := &results.Rules[i]
		for j := range res.Findings {
			f.one(&res.Findings[j], res.Rule.Folds)
		}
	}
	for i := range results.Rules {
		foldEditions(g, results.Rules[i].Findings)
	}
	digest(g, results)
	rootCauses(results)
}

// folder folds consequences under their causes.
type folder struct {
	g       *depgraph.Graph
	byRule  map[string]*Result
	victims map[string]map[depgraph.ID][]*Finding // by rule and victim: in the order of ranking
}

// one folds f under the best ranked cause of the first fold that has one.
func (x *folder) one(f *Finding, folds []Fold) {
	for _, fold := range folds {
		for _, cause := range x.causes(f, fold) {
			if cause.ID == f.ID || cause.Severity < f.Severity || cause.Rule == f.Rule && cause.Severity == f.Severity && !fold.Ordered {
				continue
			}
			if why := fold.When(f, cause); why != "" {
				f.FoldedInto, f.Why = cause.ID, why
				return
			}
		}
	}
}

// causes lists the findings that a fold asks.
func (x *folder) causes(f *Finding, fold Fold) []*Finding {
	res := x.byRule[fold.Under]
	if res == nil {
		return nil
	}
	if fold.Victim != nil {
		return x.index(res)[fold.Victim(f)]
	}
	out := make([]*Finding, len(res.Findings))
	for i := range res.Findings {
		out[i] = &res.Findings[i]
	}
	return out
}

// index lists the findings of a rule by their victims and roots; made once a rule.
func (x *folder) index(res *Result) map[depgraph.ID][]*Finding {
	by := x.victims[res.Rule.ID]
	if by == nil {
		by = map[depgraph.ID][]*Finding{}
		for i := range res.Findings {
			f := &res.Findings[i]
			for _, id := range f.Nodes {
				by[id] = append(by[id], f)
			}
			for _, id := range f.Root {
				if _, victim := slices.BinarySearchFunc(f.Nodes, id, depgraph.ID.Compare); !victim {
					by[id] = append(by[id], f)
				}
			}
		}
		x.victims[res.Rule.ID] = by
	}
	return by
}

// rootCauses lets everything stand under the first cause: a cause may be folded
// itself.
func rootCauses(results *Results) {
	into := map[string]string{}
	for f := range results.each() {
		if f.FoldedInto != "" {
			into[f.ID] = f.FoldedInto
		}
	}
	for f := range results.each() {
		for steps := 0; steps <= len(into); steps++ {
			further, folded := into[f.FoldedInto]
			if !folded || further == f.ID {
				break
			}
			f.FoldedInto = further
		}
	}
}
