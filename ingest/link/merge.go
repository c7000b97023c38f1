package link

import (
	"slices"
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// mergeNodes adds each class as one node: of all accounts of it, native ones
// win, then those of other strong definitions, then weak ones. What the node
// answers to besides its id becomes its aliases, so that another input, or a
// graph read back, can use it.
func (l *linker) mergeNodes(b *depgraph.Builder) {
	members := make([]nameUse, len(l.defs))
	for i := range l.defs {
		members[i] = nameUse{l.root(l.of[i]), int32(i)}
	}
	start, defs := compress(members, len(l.ids))
	for root := range int32(len(start) - 1) {
		if own := defs[start[root]:start[root+1]]; len(own) > 0 {
			l.mergeNode(b, root, own)
		}
	}
}

func (l *linker) mergeNode(b *depgraph.Builder, root int32, own []int32) {
	accounts := make([]depgraph.Account, len(own))
	origins := make([]depgraph.Origin, len(own))
	why := l.explainJoins(root, own)
	for i, at := range own {
		d := l.defs[at]
		r := rankOf(d.Form, d.Origin.Basis)
		if d.Weak {
			r = max(r, rankText)
		}
		accounts[i] = depgraph.Account{Node: l.own(d, root), Rank: int(r), Origin: d.Origin}
		origins[i] = d.Origin
		origins[i].Note = joinNotes(d.Origin.Note, why[i])
	}
	n, clashes := depgraph.MergeNodes(accounts...)
	l.unresolved = append(l.unresolved, clashes...)
	b.AddNode(n, origins...)
}

// own returns the node of a definition as an account of its class: under the id
// of the class, with every other name among the aliases, and ids as they are now.
func (l *linker) own(d *Definition, root int32) depgraph.Node {
	n := d.Node
	id := l.ids[root]
	n.ID = id
	var aliases []string
	add := func(alias string) {
		if alias == "" || alias == id.String() || alias == id.Name && !slices.Contains(d.Node.Aliases, alias) {
			return
		}
		// An alias that turned out to be the id of another node is none.
		if other, ok := l.byIDText(alias); !ok || l.root(other) == root {
			aliases = append(aliases, alias)
		}
	}
	add(normalID(d.Node.ID).String())
	for _, alias := range d.Node.Aliases {
		add(nfc(alias))
	}
	for _, name := range d.Names {
		switch name = name.normal(); name.Space {
		case SpaceHost, SpaceService, SpaceTool, SpaceID:
			if name.Scope == "" && !l.soleName(name, root) {
				add(name.Text)
			}
		}
	}
	n.Aliases = aliases
	n.Survives = slices.Clone(n.Survives)
	for i, claim := range n.Survives {
		if id, err := depgraph.ParseID(claim); err == nil {
			n.Survives[i] = l.named(d, id).String()
		}
	}
	if n.Standby != nil {
		s := *n.Standby
		s.ActivatedBy = make([]depgraph.ID, len(n.Standby.ActivatedBy))
		for i, way := range n.Standby.ActivatedBy {
			s.ActivatedBy[i] = l.named(d, way)
		}
		n.Standby = &s
	}
	return n
}

// soleName reports whether a name only repeats the id in other letters.
func (l *linker) soleName(n Name, root int32) bool {
	return n.Text == strings.ToLower(l.ids[root].Name)
}

// named returns the canonical id of a node that a definition names in passing.
func (l *linker) named(d *Definition, id depgraph.ID) depgraph.ID {
	if d.Form == Native {
		l.demand(l.ids[l.node(d.Node.ID)], id, d.Origin)
	}
	return l.canonical(id)
}

// missing is a node that a native file names and no input defines.
type missing struct {
	id     depgraph.ID
	origin depgraph.Origin
}

// demand records that a native file names a node, which must be defined, unless
// it is of a kind that may be named without.
func (l *linker) demand(owner, id depgraph.ID, origin depgraph.Origin) {
	id = normalID(id)
	switch {
	case id.IsZero(), id.Kind.IsPlace(), id.Kind == depgraph.KindHuman, id.Kind == depgraph.KindExternal, id.Kind == depgraph.KindUpdates:
		return
	case l.defined(l.node(id)):
		return
	}
	l.report(owner, ID(id), nil, origin)
	l.missing = append(l.missing, missing{id, origin})
}

// judge returns the ledger, in which a native file that names what no input
// defines is partial.
func (l *linker) judge(inputs []depgraph.Input) []depgraph.Input {
	out := slices.Clone(inputs)
	slices.SortFunc(l.missing, func(a, b missing) int {
		if c := a.origin.Compare(b.origin); c != 0 {
			return c
		}
		return a.id.Compare(b.id)
	})
	l.missing = slices.Compact(l.missing)
	if l.options.Undefined != nil {
		for _, m := range l.missing {
			l.options.Undefined(m.id, m.origin)
		}
	}
	byInput := map[string][]missing{}
	for _, m := range l.missing {
		byInput[m.origin.Input] = append(byInput[m.origin.Input], m)
	}
	for i := range out {
		in := &out[i]
		var all []string
		for _, m := range byInput[in.Path] {
			if in.Format == "" || m.origin.Source == "" || in.Format == m.origin.Source {
				all = append(all, m.origin.Place()+": "+m.id.String()+" is named, but no input defines it")
			}
		}
		if len(all) == 0 {
			continue
		}
		reason := all[0]
		if len(all) > 1 {
			reason += " (and " + strconv.Itoa(len(all)-1) + " more)"
		}
		if in.Reason != "" {
			reason = in.Reason + "; " + reason
		}
		in.Reason = reason
		if in.Status == depgraph.Complete {
			in.Status = depgraph.Partial
		}
	}
	return out
}
