package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/probe"
	"github.com/fateline/fateline/analyzer/strict"
)

// mostNear is how many ids an error about an unknown one suggests.
const mostNear = 5

// findNode returns the node that a flag names: by its id, or by an alias that no
// other node answers to.
func findNode(g *depgraph.Graph, flag, text string) (depgraph.ID, error) {
	id, err := depgraph.ParseID(text)
	if err == nil && id.Kind == depgraph.KindGroup {
		return depgraph.ID{}, usageError{fmt.Sprintf("%s %s: a group is a part of a requirement and cannot be lost by itself", flag, text), "name its members"}
	}
	if err == nil && g.Node(id) != nil {
		return id, nil
	}
	answering := nodesAnswering(g, text)
	switch len(answering) {
	case 1:
		return answering[0], nil
	case 0:
		return depgraph.ID{}, usageError{fmt.Sprintf("%s %s: no node of the inputs has this id", flag, text), suggest(g, text)}
	}
	return depgraph.ID{}, usageError{fmt.Sprintf("%s %s: %d nodes answer to this name", flag, text, len(answering)), "say which: " + joinIDs(answering)}
}

// findNodes returns the nodes that a flag names: one, by its id or alias, or all
// that a selector matches, by id.
func findNodes(g *depgraph.Graph, flag, text string) ([]depgraph.ID, error) {
	id, err := findNode(g, flag, text)
	if err == nil {
		return []depgraph.ID{id}, nil
	}
	if !probe.IsSelector(text) {
		return nil, err
	}
	s, err := probe.ParseSelector(text)
	if err != nil {
		return nil, usageError{flag + " " + err.Error(), "fateline whatif --help lists the forms"}
	}
	nodes := idsOf(g, s.Nodes(g))
	if len(nodes) == 0 {
		why, there := s.Empty(g, mostNear)
		usage := usageError{text: fmt.Sprintf("%s %s selects nothing: %s", flag, text, why)}
		if len(there) > 0 {
			usage.text, _, _ = strings.Cut(usage.text, ";")
			_, instead, _ := strings.Cut(why, "; ")
			usage.fix = instead + " " + strings.Join(there, ", ")
		}
		return nil, usage
	}
	return nodes, nil
}

// nodesAnswering lists the nodes that have an alias, by id.
func nodesAnswering(g *depgraph.Graph, alias string) []depgraph.ID {
	var out []depgraph.ID
	for n := range g.Nodes() {
		if n.ID.Kind != depgraph.KindGroup && slices.Contains(n.Aliases, alias) {
			out = append(out, n.ID)
		}
	}
	return out
}

// suggest names the nodes that a wrong id was most likely meant to be.
func suggest(g *depgraph.Graph, text string) string {
	near := nearest(g, text)
	if len(near) == 0 {
		return "fateline graph PATH lists the ids; one looks like service:prod/checkout"
	}
	return "nearest: " + joinIDs(near)
}

// nearest lists up to mostNear ids: the one a few typing mistakes away, then
// those with the same name in another kind or scope, then those that hold it.
func nearest(g *depgraph.Graph, text string) []depgraph.ID {
	name := text
	if _, after, found := strings.Cut(text, ":"); found {
		name = after
	}
	name = strings.ToLower(name[strings.LastIndexByte(name, '/')+1:])
	var ids []string
	var same, holding []depgraph.ID
	for n := range g.Nodes() {
		if n.ID.Kind == depgraph.KindGroup {
			continue
		}
		ids = append(ids, n.ID.String())
		last := strings.ToLower(n.ID.Name[strings.LastIndexByte(n.ID.Name, '/')+1:])
		switch {
		case last == name:
			same = append(same, n.ID)
		case name != "" && strings.Contains(strings.ToLower(n.ID.Name), name):
			holding = append(holding, n.ID)
		}
	}
	var near []depgraph.ID
	if id, err := depgraph.ParseID(strict.Nearest(text, ids)); err == nil {
		near = append(near, id)
	}
	for _, id := range slices.Concat(same, holding) {
		if !slices.Contains(near, id) {
			near = append(near, id)
		}
	}
	return near[:min(len(near), mostNear)]
}

func joinIDs(ids []depgraph.ID) string {
	texts := make([]string, 0, len(ids))
	for _, id := range ids[:min(len(ids), mostNear)] {
		texts = append(texts, id.String())
	}
	return strings.Join(texts, ", ")
}
