package htmlpage

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/report"
)

// nodeRow is a node in the table of nodes.
type nodeRow struct {
	*depgraph.Node
	Anchor           string
	Claims, Replicas string // "" where unknown
	Places           string
	Needs, NeededBy  int
	Findings         []report.Finding // those of which it is a root
	Origin           string
}

// edgeRow is a requirement in the table of needs.
type edgeRow struct {
	Owner, Members, Need, Via, Phases, IfLost, Lasts, Basis, Confidence, Place string
}

func (p *page) tables() {
	p.nodeTable()
	p.edgeTable()
	p.InputRows = table[report.Input]{Rows: p.Inputs[:min(len(p.Inputs), mostRows)], All: len(p.Inputs)}
	p.Names = table[depgraph.Unresolved]{Rows: p.Unresolved[:min(len(p.Unresolved), mostRows)], All: len(p.Unresolved)}
}

// nodeTable lists the nodes, those that findings are about first where not all fit.
func (p *page) nodeTable() {
	g := p.Linked()
	about := map[depgraph.ID][]report.Finding{}
	for _, f := range p.Findings {
		for _, id := range f.Root {
			about[id] = append(about[id], f)
		}
	}
	p.Nodes.All = g.Len()
	for i := range depgraph.NodeIndex(g.Len()) {
		id := g.ID(i)
		if g.Len() > mostRows && len(about[id]) == 0 && len(g.Naming(i)) == 0 || len(p.Nodes.Rows) == mostRows {
			continue
		}
		n := g.At(i)
		from, to := g.OwnedBy(i)
		row := nodeRow{Node: n, Places: placesOf(g, i), Needs: int(to - from), NeededBy: len(g.Naming(i)), Findings: about[id]}
		row.Anchor, row.Claims = fmt.Sprintf("node-%d", i), claims(n)
		if n.Replicas != nil {
			row.Replicas = strconv.Itoa(*n.Replicas)
		}
		if origins := g.NodeOrigins(id); len(origins) > 0 {
			row.Origin = report.Label(origins[0].Place())
		}
		p.Nodes.fill("owner", n.Owner != "")
		p.Nodes.fill("env", n.Env != "")
		p.Nodes.fill("claims", row.Claims != "")
		p.Nodes.fill("replicas", row.Replicas != "")
		p.Nodes.fill("places", row.Places != "")
		p.Nodes.fill("root", len(row.Findings) > 0)
		p.Nodes.Rows = append(p.Nodes.Rows, row)
	}
}

// claims says what a node claims: "tier 0, GA, survives facility".
func claims(n *depgraph.Node) string {
	var said []string
	if n.Tier != nil {
		said = append(said, fmt.Sprintf("tier %d", *n.Tier))
	}
	switch {
	case n.GA == nil:
	case *n.GA:
		said = append(said, "GA")
	default:
		said = append(said, "not GA")
	}
	if len(n.Survives) > 0 {
		said = append(said, "survives "+strings.Join(n.Survives, ", "))
	}
	if n.Manual {
		said = append(said, "manual")
	}
	if n.Standby != nil {
		said = append(said, "standby")
	}
	if n.Takes > 0 {
		said = append(said, "takes "+n.Takes.String())
	}
	return report.Label(strings.Join(said, ", "))
}

func placesOf(g *depgraph.Graph, i depgraph.NodeIndex) string {
	var places []string
	from, to := g.OwnedBy(i)
	for r := from; r < to; r++ {
		if g.Terms(r).Via == depgraph.PlacedIn {
			for _, m := range g.Members(r) {
				places = append(places, report.Label(g.ID(m).String()))
			}
		}
	}
	if more := len(places) - 4; more > 0 {
		return strings.Join(places[:4], " or ") + " or " + plural(more, "other", "others")
	}
	return strings.Join(places, " or ")
}

func (p *page) edgeTable() {
	g := p.Linked()
	p.Edges.All = g.Requirements()
	for r := range depgraph.ReqIndex(min(g.Requirements(), mostRows)) {
		t := g.Terms(r)
		row := edgeRow{
			Owner: report.Label(g.ID(g.Owner(r)).String()), Via: report.Label(string(t.Via)),
			Phases: strings.ReplaceAll(t.Phases.String(), ",", ", "), IfLost: t.IfLost.String(),
		}
		members := g.Members(r)
		var names []string
		for _, m := range members[:min(len(members), 6)] {
			names = append(names, report.Label(g.ID(m).String()))
		}
		row.Members = strings.Join(names, ", ")
		if more := len(members) - 6; more > 0 {
			row.Members += " and " + strconv.Itoa(more) + " more"
		}
		if len(members) > 1 {
			row.Need = strconv.Itoa(t.Need.Of(len(members))) + " of " + strconv.Itoa(len(members))
		}
		if t.Lasts > 0 {
			row.Lasts = t.Lasts.String()
		}
		origins := g.Origins(r)
		best := origins[0].Normal()
		for _, o := range origins {
			if o = o.Normal(); o.Basis < best.Basis || o.Basis == best.Basis && o.Confidence > best.Confidence {
				best = o
			}
		}
		row.Basis, row.Confidence = best.Basis.String(), strconv.FormatFloat(best.Confidence, 'g', 2, 64)
		row.Place = report.Label(best.Place())
		p.Edges.fill("need", row.Need != "")
		p.Edges.fill("lasts", row.Lasts != "")
		p.Edges.Rows = append(p.Edges.Rows, row)
	}
}
