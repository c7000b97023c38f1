package link

import (
	"slices"
	"strconv"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// explainJoins says, for each definition of a class, why it is this node; ""
// where it simply has the id. The words become notes of the node's origins, so
// that they outlive the linker: in the graph, and in its JSON.
func (l *linker) explainJoins(root int32, own []int32) []string {
	why := make([]string, len(own))
	id := l.ids[root]
	if !slices.ContainsFunc(own, func(i int32) bool { return l.ids[l.of[i]] != id }) {
		return why
	}
	users := map[Name][]int32{} // normal name -> the ids of this class that answer to it
	for _, i := range own {
		for _, n := range answersTo(l.defs[i]) {
			n = n.normal()
			if ids := users[n]; !slices.Contains(ids, l.of[i]) {
				users[n] = append(ids, l.of[i])
			}
		}
	}
	for i, at := range own {
		d := l.defs[at]
		if l.of[at] == l.index[id] {
			continue
		}
		why[i] = "as " + normalID(d.Node.ID).String() + ", " + l.sharedName(d, l.of[at], users)
	}
	return why
}

// sharedName says by which name a definition is the same node as the others of
// its class: the smallest that another one also answers to.
func (l *linker) sharedName(d *Definition, of int32, users map[Name][]int32) string {
	var best Name
	found := false
	through, alias := "", ""
	for _, n := range answersTo(d) {
		n = n.normal()
		if slices.ContainsFunc(users[n], func(other int32) bool { return other != of }) {
			if !found || compareNames(n, best) < 0 {
				best, found = n, true
			}
			continue
		}
		if a := l.lookupAlias(n); slices.Contains(a.strong, l.root(of)) && (alias == "" || n.Text < alias) {
			alias = n.Text
		}
		for _, b := range l.lookupStrong(n).bindings {
			text := "through " + n.Text + " (" + l.bindings[b].Origin.Place() + ")"
			if through == "" || text < through {
				through = text
			}
		}
	}
	switch {
	case !found && through != "":
		return through
	case !found && alias != "":
		return "whose name is an alias: " + alias
	case !found && d.In != "":
		return "which is built around " + d.In + " or uses it"
	case !found:
		return "which one of its other names leads to"
	case best.Space == SpaceID:
		return "whose id is an alias: " + best.Text
	case best.Scope != "":
		return "by the " + string(best.Space) + " name " + strconv.Quote(best.Text) + " in " + best.Scope
	}
	return "by the " + string(best.Space) + " name " + strconv.Quote(best.Text)
}

// Explanation says which facts made a node one node.
type Explanation struct {
	Node     depgraph.ID
	Aliases  []string // what else it answers to; sorted
	Accounts []Account
}

// Account is one definition that a node was made of.
type Account struct {
	Place  string // "input:line:col"
	Source string // the source that read it, such as "kubernetes"; "" is unknown
	Says   string // "defines it", or why this definition is the same node
}

// Explain returns what made a node one node, for a graph as [Link] made it or as
// it was read back; false where the graph has no such node. A node without
// accounts is only named, by what needs it.
func Explain(g *depgraph.Graph, id depgraph.ID) (Explanation, bool) {
	n := g.Node(id)
	if n == nil {
		return Explanation{}, false
	}
	e := Explanation{Node: n.ID, Aliases: slices.Clone(n.Aliases)}
	for _, o := range g.NodeOrigins(id) {
		says := o.Note
		if says == "" {
			says = "defines it"
		}
		e.Accounts = append(e.Accounts, Account{Place: o.Place(), Source: o.Source, Says: says})
	}
	return e, true
}

// Find returns the node that text means: its id, or an alias that one node alone
// has. Candidates are the ids of the nodes that share an alias; empty where
// nothing answers.
func Find(g *depgraph.Graph, text string) (id depgraph.ID, candidates []depgraph.ID) {
	if id, err := depgraph.ParseID(text); err == nil && g.Node(normalID(id)) != nil {
		return normalID(id), nil
	}
	for n := range g.Nodes() {
		if slices.Contains(n.Aliases, text) {
			candidates = append(candidates, n.ID)
		}
	}
	if len(candidates) == 1 {
		return candidates[0], nil
	}
	return depgraph.ID{}, candidates
}
