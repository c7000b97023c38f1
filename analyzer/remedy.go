package analyzer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// Remedy is a smallest set of needs whose change makes a finding go away: the rule
// that found it, run again on the changed graph, reports neither it nor another one
// in its place: one about a node of the finding that it was not about before.
type Remedy struct {
	Action Action
	Edges  []depgraph.Edge // of the needs that change, in the phase in which the proof shows them: all that go, or the one beside which an alternative stands
	Text   string          // a sentence
}

// Action is what happens to the needs of a remedy.
type Action string

// The actions.
const (
	Remove      Action = "remove"      // the owner goes on without: the need is recorded only
	Alternative Action = "alternative" // one more member, which needs nothing itself, may serve instead
)

// Cure says that changed needs can make the findings of a rule go away, so that the
// driver looks for the smallest change. The zero value says that they cannot.
type Cure struct {
	// Of says of which findings a remedy is looked for; nil: of none.
	Of func(*Finding) bool
	// Cut: an alternative never helps, so every need can be removed, one with
	// alternatives too. Otherwise those with alternatives, ways back and places get
	// one more, and only what an owner could really do without is removed.
	Cut bool
}

// Always is a [Cure.Of] for rules of which every finding can be cured.
func Always(*Finding) bool { return true }

// How far a remedy is looked for. All of it together costs about as much as running
// the rules on a large graph once more.
const (
	maxRemedySize = 3     // changed needs
	maxRemedies   = 3     // reported of one finding
	maxCone       = 1000  // requirements that the finding can depend on: beyond it nothing is looked for
	wholeGraph    = 400   // requirements of a graph of which everything is looked at
	mediumGraph   = 2000  // requirements of a graph above which one remedy is reported of a finding
	largeGraph    = 5000  // requirements of a graph above which no remedy is run again on all of it
	maxVerified   = 3     // remedies that are run on the whole graph
	maxTries      = 400   // runs of the rule, in a small cone
	remedyWork    = 30000 // runs of the rule times requirements
	leastTries    = 8     // runs of the rule, in a large cone
)

// change is what a remedy does to one requirement of the cone.
type change struct {
	req    int
	edge   depgraph.Edge   // of the proof
	also   []depgraph.Edge // to the members that are removed with it
	action Action
}

// changeOf returns what the remedy does to a requirement that has this edge.
func changeOf(req int, r *depgraph.Requirement, e depgraph.Edge, action Action) change {
	c := change{req: req, edge: e, action: action}
	if action == Alternative {
		return c
	}
	for _, m := range r.Members {
		if m == e.To {
			continue
		}
		other := e
		other.To, other.Origins = m, nil
		for _, o := range r.Origins {
			if o.Member.IsZero() || o.Member == m {
				other.Origins = append(other.Origins, o)
			}
		}
		c.also = append(c.also, other)
	}
	return c
}

// actionOn returns what can be done about a requirement; "" where nobody can do
// anything: what common knowledge implies, and where a place lies.
func (c *Cure) actionOn(r *depgraph.Requirement) Action {
	t := r.Terms.Normal()
	implied := !slices.ContainsFunc(r.Origins, func(o depgraph.Origin) bool { return o.Basis != depgraph.Implied })
	place := t.Via == depgraph.PlacedIn
	switch {
	case implied || t.IfLost == depgraph.Unaffected || place && r.Owner.Kind.IsPlace():
		return ""
	case c.Cut || t.Via == depgraph.AdmittedBy:
		return Remove
	case place || len(r.Members) > 1 || !t.Phases.Intersects(depgraph.PhasesOf(depgraph.Run, depgraph.Start, depgraph.Build)):
		return Alternative
	}
	return Remove
}

// changed returns the requirement as the change leaves it; at numbers the change.
func (c change) changed(r depgraph.Requirement, at int) depgraph.Requirement {
	r.Terms = r.Terms.Normal()
	if c.action == Remove {
		r.Terms.IfLost = depgraph.Unaffected
		return r
	}
	r.Terms.Need = depgraph.AtLeast(r.Terms.Need.Of(len(r.Members)))
	spare := depgraph.ID{Kind: r.Members[0].Kind, Name: fmt.Sprintf("remedy/alternative-%d", at)}
	if spare.Kind == depgraph.KindGroup {
		spare.Kind = depgraph.KindService
	}
	r.Members = append(slices.Clone(r.Members), spare)
	return r
}

// price ranks remedies of one size: those within one team before those that several
// must agree on, what one owner changes in its own code before new ways and new
// places, and of equal ones those that rest on the more doubtful facts, which may be
// no needs at all.
type price struct {
	owners, work int
	sure         float64
}

func priceOf(g *depgraph.Graph, cs []change) price {
	p := price{sure: 1}
	owners := map[string]bool{}
	for _, c := range cs {
		owner := c.edge.From.String()
		if n := g.Node(c.edge.From); n != nil && n.Owner != "" {
			owner = "team " + n.Owner
		}
		owners[owner] = true
		p.sure = min(p.sure, c.edge.Confidence())
		switch {
		case c.edge.Via == depgraph.PlacedIn:
			p.work += 4
		case c.action == Alternative:
			p.work += 2
		default:
			p.work++
		}
	}
	p.owners = len(owners)
	return p
}

func (p price) compare(q price) int {
	return cmp.Or(cmp.Compare(p.owners, q.owners), cmp.Compare(p.work, q.work), cmp.Compare(p.sure, q.sure))
}

// compareChanges orders sets of changes by what they change.
func compareChanges(a, b []change) int {
	return slices.CompareFunc(a, b, func(x, y change) int {
		return cmp.Or(compareProofs([]depgraph.Edge{x.edge}, []depgraph.Edge{y.edge}), cmp.Compare(x.action, y.action))
	})
}

// remedyOf words a set of changes.
func remedyOf(cs []change) Remedy {
	out := Remedy{Action: Remove}
	var parts []string
	for _, c := range cs {
		if c.action == Alternative {
			out.Action = Alternative
		}
		out.Edges = append(append(out.Edges, c.edge), c.also...)
		parts = append(parts, c.text())
	}
	text := strings.Join(parts, ", and ")
	out.Text = strings.ToUpper(text[:1]) + text[1:] + "."
	return out
}

func (c change) text() string {
	e := c.edge
	where := ""
	if place := e.Origins[0].Place(); place != "" {
		where = " (" + place + ")"
	}
	without := e.To.String()
	for _, other := range c.also {
		without += " and " + other.To.String()
	}
	switch {
	case e.From.Kind == depgraph.KindWebhook && c.action == Remove:
		return fmt.Sprintf("let %s fail open%s", e.From, where)
	case e.Via == depgraph.AdmittedBy:
		return fmt.Sprintf("exclude %s from %s%s", e.From, e.To, where)
	case e.Via == depgraph.PlacedIn:
		return fmt.Sprintf("let %s stand in a second %s beside %s%s", e.From, e.To.Kind, e.To, where)
	case c.action == Alternative:
		return fmt.Sprintf("give %s an alternative to %s%s that does not share its fate%s", e.From, e.To, purpose(e.Phase), where)
	}
	return fmt.Sprintf("let %s go on without %s%s%s", e.From, without, purpose(e.Phase), where)
}

// purpose says what a need is for, where it is not to run.
func purpose(p depgraph.Phase) string {
	switch p {
	case depgraph.Start:
		return " when it starts"
	case depgraph.Run:
		return ""
	}
	return " to " + p.String()
}
