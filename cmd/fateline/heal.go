package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/probe"
	"github.com/fateline/fateline/report"
)

// heals reads the values of --heal: OWNER->MEMBER, or OWNER->MEMBER=INSTEAD.
func heals(g *depgraph.Graph, values []string) ([]probe.Heal, error) {
	var all []probe.Heal
	for _, value := range values {
		some, err := heal(g, value)
		if err != nil {
			return nil, err
		}
		for _, h := range some {
			if !slices.Contains(all, h) {
				all = append(all, h)
			}
		}
	}
	return all, nil
}

// heal reads one value: a change for each need that its selectors name.
func heal(g *depgraph.Graph, value string) ([]probe.Heal, error) {
	left, right, found := strings.Cut(value, "->")
	if !found {
		return nil, usageError{fmt.Sprintf("--heal %s: want OWNER->MEMBER, or OWNER->MEMBER=ALTERNATIVE", value), "--heal 'service:shop/cart->datastore:shop/redis=datastore:shop/redis-2'"}
	}
	owners, err := findNodes(g, "--heal", strings.TrimSpace(left))
	if err != nil {
		return nil, err
	}
	members, instead, err := healTarget(g, strings.TrimSpace(right))
	if err != nil {
		return nil, err
	}
	var out []probe.Heal
	for _, owner := range owners {
		for _, member := range members {
			h := probe.Heal{Owner: owner, Member: member, Instead: instead}
			if owner != instead && member != instead && h.Count(g) > 0 {
				out = append(out, h)
			}
		}
	}
	if len(out) == 0 {
		return nil, usageError{fmt.Sprintf("--heal %s: there is no such need to change", value), healFix(g, owners, members, instead)}
	}
	return out, nil
}

// healTarget reads MEMBER or MEMBER=ALTERNATIVE. An id may hold a '='.
func healTarget(g *depgraph.Graph, text string) (members []depgraph.ID, instead depgraph.ID, err error) {
	if id, err := findNode(g, "--heal", text); err == nil {
		return []depgraph.ID{id}, depgraph.ID{}, nil
	}
	var first error
	for at := len(text) - 1; at > 0; at-- {
		if text[at] != '=' {
			continue
		}
		members, err := findNodes(g, "--heal", text[:at])
		if err == nil {
			if instead, err = alternative(g, text[at+1:]); err == nil {
				return members, instead, nil
			}
		}
		if first == nil && strings.Contains(text[at+1:], ":") {
			first = err
		}
	}
	members, err = findNodes(g, "--heal", text)
	if err != nil && first != nil {
		err = first
	}
	return members, depgraph.ID{}, err
}

// alternative reads an id, or +ID of a node that is not there yet.
func alternative(g *depgraph.Graph, text string) (depgraph.ID, error) {
	fresh, isNew := strings.CutPrefix(text, "+")
	if !isNew {
		id, err := findNode(g, "--heal", text)
		if usage, is := err.(usageError); is {
			usage.fix += "; a node that is not there yet is written +" + text
			err = usage
		}
		return id, err
	}
	id, err := depgraph.ParseID(fresh)
	switch {
	case err != nil:
		return depgraph.ID{}, usageError{"--heal: " + err.Error(), "an alternative that is not there yet: +kind:name"}
	case g.Node(id) != nil:
		return depgraph.ID{}, usageError{fmt.Sprintf("--heal +%s: this node is there already", fresh), "leave out the +"}
	}
	return id, nil
}

// healFix says what could be changed instead.
func healFix(g *depgraph.Graph, owners, members []depgraph.ID, instead depgraph.ID) string {
	if len(owners) != 1 || len(members) != 1 {
		return "none of the owners names one of the members itself: fateline why OWNER MEMBER PATH shows the way"
	}
	from, _ := g.Index(owners[0])
	to, _ := g.Index(members[0])
	way, _ := chains(g, from, to, 1)
	if len(way) > 0 && len(way[0]) == 1 {
		return instead.String() + " is among its alternatives already"
	}
	if len(way) == 0 {
		return "it does not lead there at all"
	}
	text := "the way leads over " + way[0][0].From.String()
	for _, e := range way[0] {
		text += " -> " + e.To.String()
	}
	return text
}

// healedBody compares a loss without and with changes.
func healedBody(before *depgraph.Graph, changes []probe.Heal, counts []int, without, with report.Loss) *report.Healed {
	h := &report.Healed{Before: report.SizesOf(without), After: report.SizesOf(with)}
	for i, c := range changes {
		need := report.HealedNeed{Owner: c.Owner, Member: c.Member, Requirements: counts[i]}
		if !c.Instead.IsZero() {
			need.Instead, need.New = &changes[i].Instead, before.Node(c.Instead) == nil
		}
		h.Changes = append(h.Changes, need)
	}
	h.Saved = missing(without.Down, with.Down)
	h.Eased = missing(without.Degraded, slices.Concat(with.Degraded, with.Down))
	if without.Recovery != nil {
		never := func(r *report.Recovery) []depgraph.ID { return slices.Concat(r.LockedOut, r.Deadlocked) }
		h.Returned = missing(never(without.Recovery), never(with.Recovery))
		slices.SortFunc(h.Returned, depgraph.ID.Compare)
	}
	return h
}

// missing lists what the second list lacks of the first.
func missing(of, in []depgraph.ID) []depgraph.ID {
	have := map[depgraph.ID]bool{}
	for _, id := range in {
		have[id] = true
	}
	return slices.DeleteFunc(slices.Clone(of), func(id depgraph.ID) bool { return have[id] })
}
