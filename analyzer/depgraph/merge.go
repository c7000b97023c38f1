package depgraph

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tidyNode returns n with its lists sorted and distinct and its slices its own.
func tidyNode(n Node) Node {
	n.Aliases = sortedStrings(n.Aliases)
	n.Survives = sortedStrings(n.Survives)
	n.Labels = maps.Clone(n.Labels)
	if n.Standby != nil {
		s := *n.Standby
		s.ActivatedBy = sortedIDs(s.ActivatedBy)
		n.Standby = &s
	}
	return n
}

// mergeNodes merges the nodes added under one id. Lists unite; of two different
// values the smaller one wins and both are reported.
func mergeNodes(adds []addedNode) (Node, []Unresolved) {
	nodes := make([]Node, len(adds))
	for i, a := range adds {
		nodes[i] = a.node
	}
	n, clashes := MergeNodes(nodes...)
	return n, clashes
}

// MergeNodes merges several accounts of one node: lists unite, and for every
// other field the first account that states it wins, in the canonical order of
// its values. Each contradiction is returned as an [Unresolved] of kind
// [Conflicting] whose candidates are the values. All accounts have the same id.
func MergeNodes(accounts ...Node) (Node, []Unresolved) {
	id := accounts[0].ID
	out := Node{ID: id}
	m := merger{id: id}
	out.Title = pick(&m, "title", accounts, func(n Node) (string, bool) { return n.Title, n.Title != "" }, same[string])
	out.Owner = pick(&m, "owner", accounts, func(n Node) (string, bool) { return n.Owner, n.Owner != "" }, same[string])
	out.Env = pick(&m, "env", accounts, func(n Node) (string, bool) { return n.Env, n.Env != "" }, same[string])
	out.Window = pick(&m, "window", accounts, func(n Node) (string, bool) { return n.Window, n.Window != "" }, same[string])
	out.Tier = pick(&m, "tier", accounts, func(n Node) (*int, bool) { return n.Tier, n.Tier != nil }, showPtr[int])
	out.GA = pick(&m, "ga", accounts, func(n Node) (*bool, bool) { return n.GA, n.GA != nil }, showPtr[bool])
	out.Replicas = pick(&m, "replicas", accounts, func(n Node) (*int, bool) { return n.Replicas, n.Replicas != nil }, showPtr[int])
	out.Takes = pick(&m, "takes", accounts, func(n Node) (time.Duration, bool) { return n.Takes, n.Takes != 0 }, showDuration)
	out.AnnualFailureRate = pick(&m, "annualFailureRate", accounts, func(n Node) (float64, bool) { return n.AnnualFailureRate, n.AnnualFailureRate != 0 }, showFloat)
	out.Standby = pick(&m, "standby", accounts, func(n Node) (*Standby, bool) { return n.Standby, n.Standby != nil }, showStandby)
	for _, n := range accounts {
		out.Manual = out.Manual || n.Manual
		out.Staged = out.Staged || n.Staged
		out.Aliases = append(out.Aliases, n.Aliases...)
		out.Survives = append(out.Survives, n.Survives...)
	}
	keys := map[string]bool{}
	for _, n := range accounts {
		for k := range n.Labels {
			keys[k] = true
		}
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		if out.Labels == nil {
			out.Labels = map[string]string{}
		}
		out.Labels[k] = pick(&m, "labels."+k, accounts, func(n Node) (string, bool) { v, ok := n.Labels[k]; return v, ok }, same[string])
	}
	return tidyNode(out), m.clashes
}

type merger struct {
	id      ID
	clashes []Unresolved
}

// pick returns the smallest stated value of a field by its text, and records a clash.
func pick[T any](m *merger, field string, nodes []Node, get func(Node) (T, bool), show func(T) string) T {
	var best T
	var texts []string
	for _, n := range nodes {
		v, stated := get(n)
		if !stated {
			continue
		}
		text := show(v)
		if len(texts) == 0 || cmp.Less(text, slices.Min(texts)) {
			best = v
		}
		texts = append(texts, text)
	}
	if texts = sortedStrings(texts); len(texts) > 1 {
		m.clashes = append(m.clashes, Unresolved{Owner: m.id, Name: field, Why: Conflicting, Candidates: texts})
	}
	return best
}

func same[T ~string](s T) string { return string(s) }

func showPtr[T any](p *T) string { return fmt.Sprint(*p) }

func showDuration(d time.Duration) string { return d.String() }

func showFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func showStandby(s *Standby) string {
	var ways []string
	for _, id := range sortedIDs(s.ActivatedBy) {
		ways = append(ways, id.String())
	}
	return strings.Join(ways, ",") + " need=" + s.Need.String() + " takes=" + s.Takes.String()
}
