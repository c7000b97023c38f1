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
	if len(n.Labels) == 0 {
		n.Labels = nil
	}
	if n.Standby != nil {
		s := *n.Standby
		s.ActivatedBy = sortedIDs(s.ActivatedBy)
		if s.Need == 0 {
			s.Need = AtLeast(1)
		}
		n.Standby = &s
	}
	return n
}

// mergeNodes merges the nodes added under one id. Lists unite; of two different
// values the smaller one wins and both are reported.
func mergeNodes(adds []addedNode) (Node, []Unresolved) {
	accounts := make([]Account, len(adds))
	for i, a := range adds {
		accounts[i].Node = a.node
	}
	return MergeNodes(accounts...)
}

// Account is what one input says of a node.
type Account struct {
	Node   Node
	Rank   int    // accounts of a lower rank win; equal ones are equals
	Origin Origin // where it says so
}

// MergeNodes merges several accounts of one node, one or more. Lists unite, and
// so do manual and staged. For every other field the account of the lowest rank
// that states it wins; of equals, the smallest value. A contradiction is returned
// as an [Unresolved] of kind [Conflicting], with the values as candidates and the
// smallest origin of a value that lost; titles and labels only describe, so that
// different ones are no contradiction. The order of accounts does not matter.
func MergeNodes(accounts ...Account) (Node, []Unresolved) {
	if len(accounts) == 1 {
		return tidyNode(accounts[0].Node), nil
	}
	out := Node{ID: accounts[0].Node.ID}
	m := merger{id: out.ID, accounts: accounts}
	out.Title = pick(&m, "", func(n *Node) (string, bool) { return n.Title, n.Title != "" }, strings.Compare, same)
	out.Owner = pick(&m, "owner", func(n *Node) (string, bool) { return n.Owner, n.Owner != "" }, strings.Compare, same)
	out.Env = pick(&m, "env", func(n *Node) (string, bool) { return n.Env, n.Env != "" }, strings.Compare, same)
	out.Window = pick(&m, "window", func(n *Node) (string, bool) { return n.Window, n.Window != "" }, strings.Compare, same)
	out.Tier = pick(&m, "tier", func(n *Node) (*int, bool) { return n.Tier, n.Tier != nil }, comparePtr, showPtr)
	out.GA = pick(&m, "ga", func(n *Node) (*bool, bool) { return n.GA, n.GA != nil }, compareBool, showPtr)
	out.Replicas = pick(&m, "replicas", func(n *Node) (*int, bool) { return n.Replicas, n.Replicas != nil }, comparePtr, showPtr)
	out.Takes = pick(&m, "takes", func(n *Node) (time.Duration, bool) { return n.Takes, n.Takes != 0 }, cmp.Compare, time.Duration.String)
	out.AnnualFailureRate = pick(&m, "annualFailureRate", func(n *Node) (float64, bool) { return n.AnnualFailureRate, n.AnnualFailureRate != 0 }, cmp.Compare, showFloat)
	out.Standby = pick(&m, "standby", func(n *Node) (*Standby, bool) { return n.Standby, n.Standby != nil }, compareStandby, showStandby)
	keys := map[string]bool{}
	for _, a := range accounts {
		out.Manual = out.Manual || a.Node.Manual
		out.Staged = out.Staged || a.Node.Staged
		out.Aliases = append(out.Aliases, a.Node.Aliases...)
		out.Survives = append(out.Survives, a.Node.Survives...)
		for k := range a.Node.Labels {
			keys[k] = true
		}
	}
	for k := range keys {
		if out.Labels == nil {
			out.Labels = make(map[string]string, len(keys))
		}
		out.Labels[k] = pick(&m, "", func(n *Node) (string, bool) { v, ok := n.Labels[k]; return v, ok }, strings.Compare, same)
	}
	return tidyNode(out), m.clashes
}

type merger struct {
	id       ID
	accounts []Account
	clashes  []Unresolved
}

// pick returns the value of a field that wins, and records a contradiction where
// the field has a name.
func pick[T any](m *merger, field string, get func(*Node) (T, bool), compare func(a, b T) int, show func(T) string) T {
	type stated struct {
		value  T
		rank   int
		origin Origin
	}
	var all []stated
	for i := range m.accounts {
		if v, ok := get(&m.accounts[i].Node); ok {
			all = append(all, stated{v, m.accounts[i].Rank, m.accounts[i].Origin})
		}
	}
	if len(all) == 0 {
		var unknown T
		return unknown
	}
	slices.SortFunc(all, func(a, b stated) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), compare(a.value, b.value), a.origin.Compare(b.origin))
	})
	won := all[0].value
	lost := slices.IndexFunc(all, func(s stated) bool { return compare(s.value, won) != 0 })
	if lost < 0 || field == "" {
		return won
	}
	u := Unresolved{Owner: m.id, Name: field, Why: Conflicting, Origin: all[lost].origin}
	for _, s := range all {
		u.Candidates = append(u.Candidates, show(s.value))
		if compare(s.value, won) != 0 && s.origin.Compare(u.Origin) < 0 {
			u.Origin = s.origin
		}
	}
	u.Candidates = sortedStrings(u.Candidates)
	m.clashes = append(m.clashes, u)
	return won
}

func same(s string) string { return s }

func comparePtr(a, b *int) int { return cmp.Compare(*a, *b) }

func compareBool(a, b *bool) int {
	switch {
	case *a == *b:
		return 0
	case *b:
		return -1
	}
	return 1
}

func showPtr[T any](p *T) string { return fmt.Sprint(*p) }

func showFloat(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func compareStandby(a, b *Standby) int { return strings.Compare(showStandby(a), showStandby(b)) }

func showStandby(s *Standby) string {
	var ways []string
	for _, id := range sortedIDs(s.ActivatedBy) {
		ways = append(ways, id.String())
	}
	return strings.Join(ways, ",") + " need=" + s.Need.String() + " takes=" + s.Takes.String()
}
