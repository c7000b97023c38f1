package simtest

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// WriteNative writes a graph of bare nodes, no groups among them, as a native file: in block YAML, a node
// and its needs on a line each, short forms where they do. What stands in no such file is left out: origins, titles, relations.
func WriteNative(to io.Writer, g *depgraph.Graph) error {
	w := bufio.NewWriter(to)
	n := native{g: g, w: w, quote: func(id string) string { return id }}
	n.text("apiVersion: fateline.dev/v1\nkind: Architecture\nnodes:\n")
	for v := range depgraph.NodeIndex(g.Len()) {
		n.text("- id: " + g.ID(v).String() + "\n")
		if from, end := g.OwnedBy(v); from < end {
			n.text("  needs: [")
			n.needs(v)
			n.text("]\n")
		}
	}
	return w.Flush()
}

// WriteNativeJSON writes the same in JSON.
func WriteNativeJSON(to io.Writer, g *depgraph.Graph) error {
	w := bufio.NewWriter(to)
	n := native{g: g, w: w, quote: strconv.Quote}
	n.text(`{"apiVersion": "fateline.dev/v1", "kind": "Architecture", "nodes": [`)
	for v := range depgraph.NodeIndex(g.Len()) {
		if v > 0 {
			n.text(",")
		}
		n.text("\n" + `{"id": ` + n.quote(g.ID(v).String()))
		if from, end := g.OwnedBy(v); from < end {
			n.text(`, "needs": [`)
			n.needs(v)
			n.text("]")
		}
		n.text("}")
	}
	n.text("\n]}\n")
	return w.Flush()
}

// native writes one of the forms. Flush has the errors of the writer.
type native struct {
	g     *depgraph.Graph
	w     *bufio.Writer
	quote func(string) string
}

func (n *native) text(s string) { _, _ = n.w.WriteString(s) }

func (n *native) needs(v depgraph.NodeIndex) {
	for r, end := n.g.OwnedBy(v); r < end; r++ {
		if from, _ := n.g.OwnedBy(v); r > from {
			n.text(", ")
		}
		n.need(r)
	}
}

func (n *native) need(r depgraph.ReqIndex) {
	t, members := n.g.Terms(r), n.g.Members(r)
	plain := depgraph.PhasesOf(depgraph.Run)
	phases, effect := t.Phases, t.IfLost
	if phases == 0 {
		phases = plain
	}
	isPlain := phases == plain && (effect == 0 || effect == depgraph.Down)
	if len(members) == 1 && isPlain {
		n.text(n.quote(n.g.ID(members[0]).String()))
		return
	}
	n.text("{" + n.quote("anyOf") + ": [")
	for i, m := range members {
		if i > 0 {
			n.text(", ")
		}
		n.text(n.quote(n.g.ID(m).String()))
	}
	n.text("], " + n.quote("need") + ": " + strconv.Itoa(t.Need.Of(len(members))))
	if !isPlain {
		var names []string
		for _, p := range phases.List() {
			names = append(names, n.quote(p.String()))
		}
		n.text(", " + n.quote("phase") + ": [" + strings.Join(names, ", ") + "]")
		if effect != 0 {
			n.text(", " + n.quote("ifLost") + ": " + n.quote(effect.String()))
		}
	}
	n.text("}")
}
