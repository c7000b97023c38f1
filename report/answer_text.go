package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// shownProofs is how many nodes of a list are shown with their proofs, unless
// full details are asked for.
const shownProofs = 20

func (l Loss) writeText(t *Terminal, o Options) {
	t.Print(Bold, "Losing ").Print(Bold, joinIDs(l.Failed, 8))
	if l.Outage > 0 {
		t.Printf(Plain, " for %s", shortDuration(l.Outage))
	}
	t.End()
	t.Print(Plain, "  ").Wrap(Plain, fmt.Sprintf("leaves %d down, %d degraded, %d frozen, %d blind, %d exposed.",
		len(l.Down), len(l.Degraded), len(l.Frozen), len(l.Blind), len(l.Exposed)))
	l.Toll.writeText(t)
	if l.Healed != nil {
		l.Healed.writeText(t, o)
	}
	proofs := map[string][]Step{}
	for _, p := range l.Proofs {
		proofs[p.State+" "+p.Node.String()] = p.Steps
	}
	for _, s := range []struct {
		state, says string
		style       Style
		nodes       []depgraph.ID
	}{
		{"down", "serves nobody", Red, l.Down},
		{"degraded", "serves with less, or with less to spare", Yellow, l.Degraded},
		{"frozen", "serves, but cannot be restarted or changed", Blue, l.Frozen},
		{"blind", "if it failed now, nobody would be told", Magenta, l.Blind},
		{"exposed", "one more loss takes it down", Yellow, l.Exposed},
	} {
		if len(s.nodes) == 0 {
			continue
		}
		t.End()
		t.Print(s.style, s.state).Printf(Dim, " (%d)  %s", len(s.nodes), s.says).End()
		t.nodes(s.nodes, o, func(id depgraph.ID) []Step { return proofs[s.state+" "+id.String()] })
	}
	if l.Recovery != nil {
		l.Recovery.writeText(t, o, proofs)
	}
}

// writeText writes nothing where nobody else is down and no counted call is lost.
func (x Toll) writeText(t *Terminal) {
	list := func(counts []Count) string {
		var parts []string
		for i, c := range counts {
			if i == mostTolls {
				parts = append(parts, "...")
				break
			}
			parts = append(parts, fmt.Sprintf("%d %s", c.Count, c.Name))
		}
		return strings.Join(parts, ", ")
	}
	var said []string
	if len(x.Kinds) > 0 {
		said = append(said, "taken along: "+list(x.Kinds))
	}
	if len(x.Tiers) > 0 {
		said = append(said, list(x.Tiers))
	}
	if x.Calls > 0 {
		said = append(said, percent(x.Calls)+" of the counted calls fail")
	}
	if len(said) > 0 {
		t.Print(Plain, "  ").Wrap(Plain, strings.Join(said, "; ")+".")
	}
}

// mostTolls is how many kinds or tiers a toll names.
const mostTolls = 8

// percent writes a share of 1.
func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// nodes lists nodes, the first ones with their proofs.
func (t *Terminal) nodes(ids []depgraph.ID, o Options, proof func(depgraph.ID) []Step) {
	for i, id := range ids {
		if i >= shownProofs && o.Details != Full {
			t.Line(Dim, "  and %d more", len(ids)-i)
			return
		}
		t.Line(Plain, "  %s", Message(id.String()))
		if o.Details != Brief {
			t.Steps(6, proof(id))
		}
	}
}

func (r *Recovery) writeText(t *Terminal, o Options, proofs map[string][]Step) {
	t.End()
	t.Print(Green, "recovery").Printf(Dim, " (%d come back)", len(r.Order)).End()
	for _, x := range r.Order {
		t.Printf(Plain, "  %-10s %s", shortDuration(time.Duration(x.At)), Message(x.Node.String()))
		if x.Manual {
			t.Print(Yellow, " (manual)")
		}
		if len(x.After) > 0 {
			t.Pad(50).Print(Dim, "after "+joinIDs(x.After, 4))
		}
		t.End()
	}
	for _, s := range []struct {
		state, says string
		nodes       []depgraph.ID
	}{
		{"locked-out", "locked out", r.LockedOut},
		{"deadlocked", "deadlocked", r.Deadlocked},
	} {
		if len(s.nodes) == 0 {
			continue
		}
		t.End()
		t.Print(Red, s.says).Printf(Dim, " (%d)  never serves again", len(s.nodes)).End()
		t.nodes(s.nodes, o, func(id depgraph.ID) []Step { return proofs[s.state+" "+id.String()] })
	}
}

// shortDuration leaves out minutes and seconds that are zero: "3h", "1h30m".
func shortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Steps writes the steps of a proof, one a line: who needs whom, how, and which
// line of which file says so. Columns line up within a proof.
func (t *Terminal) Steps(indent int, steps []Step) {
	from, to, relation := 0, 0, 0
	for _, s := range steps {
		from = max(from, len([]rune(Message(s.From.String()))))
		to = max(to, len([]rune(Message(s.To.String()))))
		relation = max(relation, len(s.Relation()))
	}
	from, to, relation = min(from, 44), min(to, 44), min(relation, 24)
	for _, s := range steps {
		t.Print(Plain, strings.Repeat(" ", indent)+Message(s.From.String()))
		t.Pad(indent+from+1).Print(Dim, "needs ").Print(Plain, Message(s.To.String()))
		t.Pad(indent+from+1+6+to+1).Print(Dim, s.Relation())
		if place := Place(s.Evidence()); place != "" {
			t.Pad(indent+from+1+6+to+1+relation+1).Print(Blue, Message(place))
		}
		if basis := s.Basis(); basis != "" {
			t.Printf(Yellow, "  %s only", basis)
		}
		t.End()
	}
}

// Relation says how the step's owner needs its member, such as "calls",
// "placed-in, start" or "calls, degraded without".
func (s Step) Relation() string {
	said := s.Via
	switch {
	case said == "":
		said = "to " + s.Phase
	case s.Phase != depgraph.Run.String():
		said += ", to " + s.Phase
	}
	switch s.IfLost {
	case depgraph.Degraded.String():
		said += ", degraded without"
	case depgraph.Unaffected.String():
		said += ", recorded only"
	}
	return said
}

// writeText lists what matters to different people apart: a region takes more
// along than any service in it, and would hide all of them.
func (r Ranking) writeText(t *Terminal, o Options) {
	type part struct {
		title string
		of    func(Rank) bool
	}
	parts := []part{
		{"workloads that an input defines", func(x Rank) bool { return x.Defined && x.Node.Kind.Family() == depgraph.FamilyWorkload }},
		{"places", func(x Rank) bool { return x.Node.Kind.IsPlace() }},
		{"everything else", func(x Rank) bool { return true }},
	}
	listed := make([][]Rank, len(parts))
	harmless := 0
	for _, x := range r.Rows {
		if x.Down+x.Degraded+x.Frozen+x.Blind == 0 && !r.weighs(x) {
			harmless++
			continue
		}
		at := slices.IndexFunc(parts, func(p part) bool { return p.of(x) })
		listed[at] = append(listed[at], x)
	}
	for i, p := range parts {
		if len(listed[i]) > 0 {
			t.Print(Bold, "What takes how many others along: ").Print(Bold, p.title).End()
			t.ranks(listed[i], r.By, o)
			t.End()
		}
	}
	t.Line(Plain, "%s along.", plural(harmless, "node takes nobody", "nodes take nobody"))
}

// weighs reports whether a loss takes anything along that was asked for.
func (r Ranking) weighs(x Rank) bool {
	return slices.ContainsFunc(r.By, func(name string) bool { return x.Weights[name] != 0 })
}

func (t *Terminal) ranks(rows []Rank, by []string, o Options) {
	width := func(title string) int { return max(len([]rune(title)), 6) + 1 }
	t.Print(Dim, " ")
	for _, title := range by {
		t.Printf(Dim, "%*s", width(title), title)
	}
	t.Line(Dim, " %6s %9s %7s %6s  %s", "down", "degraded", "frozen", "blind", "node")
	for i, x := range rows {
		if i >= shownProofs && o.Details != Full {
			t.Line(Dim, "  and %d more", len(rows)-i)
			return
		}
		t.Print(Plain, " ")
		for _, title := range by {
			value := fmt.Sprintf("%.0f", x.Weights[title])
			if title == Calls {
				value = percent(x.Weights[title])
			}
			t.Printf(Bold, "%*s", width(title), value)
		}
		t.Line(Plain, " %6d %9d %7d %6d  %s", x.Down, x.Degraded, x.Frozen, x.Blind, Message(x.Node.String()))
	}
}

func (r Risk) writeText(t *Terminal, _ Options) {
	t.Printf(Bold, "%s", Message(r.Node.String()))
	if len(r.Together) > 0 {
		t.Printf(Plain, " and %s go down together", joinIDs(r.Together, len(r.Together)))
	} else {
		t.Print(Plain, " goes down")
	}
	listed := plural(len(r.Groups), "minimal set", "minimal sets")
	if r.Found > 0 {
		listed = fmt.Sprintf("the first %d of %s", len(r.Groups), plural(r.Found, "minimal set", "minimal sets"))
	}
	t.Printf(Plain, " with any one of these sets (%s of at most %s):", listed, plural(r.Order, "node", "nodes")).End()
	for _, g := range r.Groups {
		t.Print(Plain, "  ").Wrap(Plain, joinIDs(g, len(g)))
	}
	if !r.Complete && r.Found == 0 {
		t.Line(Yellow, "There may be more: the search was cut short.")
	}
}

func (r Risks) writeText(t *Terminal, o Options) {
	if len(r.Claimants) == 0 {
		t.Line(Plain, "No node claims to survive anything: --node ID asks for one that does not.")
	}
	for i, c := range r.Claimants {
		if i > 0 {
			t.End()
		}
		c.writeText(t, o)
	}
}

func (w Why) writeText(t *Terminal, _ Options) {
	if len(w.Proofs) == 0 {
		t.Printf(Bold, "%s", Message(w.From.String())).Printf(Plain, " does not need %s, as far as the inputs say.", Message(w.To.String())).End()
		return
	}
	t.Printf(Bold, "%s", Message(w.From.String())).Printf(Plain, " needs %s:", Message(w.To.String())).End()
	for i, p := range w.Proofs {
		if i > 0 {
			t.Line(Dim, "  or")
		}
		t.Steps(2, p)
	}
	if !w.Complete {
		t.Line(Yellow, "There may be further ways: --proofs N shows more.")
	}
}

func (n Identity) writeText(t *Terminal, o Options) {
	t.Print(Bold, Message(n.Node.String()))
	if n.Title != "" {
		t.Printf(Plain, "  %s", Message(n.Title))
	}
	t.End()
	if n.Owner != "" {
		t.Line(Plain, "  owner    %s", Message(n.Owner))
	}
	if len(n.Aliases) > 0 {
		t.Print(Plain, "  answers to ").Wrap(Plain, strings.Join(n.Aliases, ", "))
	}
	t.Line(Plain, "  read from")
	for _, x := range n.Origins {
		t.Printf(Blue, "    %s", Message(Place(x))).Printf(Dim, "  %s %s", x.Source, x.Basis)
		if x.Note != "" {
			t.Printf(Dim, ", %s", Message(x.Note))
		}
		t.End()
	}
	if len(n.Origins) == 0 {
		t.Line(Plain, "    nothing defines it: others name it")
	}
	for _, c := range n.Conflicts {
		t.Print(Yellow, "  unclear  ").Wrap(Plain, c)
	}
	if len(n.Needs) > 0 {
		t.Line(Plain, "  needs")
		t.Steps(4, n.Needs)
	}
	if len(n.NeededBy) > 0 {
		limit := shownProofs
		if o.Details == Full {
			limit = len(n.NeededBy)
		}
		t.Print(Plain, "  needed by ").Wrap(Plain, joinIDs(n.NeededBy, limit))
	}
}

func (d Diff) writeText(t *Terminal, o Options) {
	t.Print(Bold, "findings").Printf(Plain, ": %d new, %d fixed, %d grown", len(d.Findings.Added), len(d.Findings.Removed), len(d.Findings.Changed)).End()
	for _, part := range []struct {
		mark  string
		style Style
		refs  []FindingRef
	}{{"+", Red, d.Findings.Added}, {"~", Yellow, d.Findings.Changed}, {"-", Green, d.Findings.Removed}} {
		for _, f := range part.refs {
			t.Print(part.style, "  "+part.mark+" ").Printf(SeverityStyle(f.Severity), "%-8s ", f.Severity).Printf(Plain, "%s ", f.Rule)
			t.Wrap(Plain, strings.TrimSuffix(f.Title+" ("+f.Note+")", " ()"))
		}
	}
	t.Print(Bold, "nodes").Printf(Plain, ": %d added, %d removed, %d changed", len(d.Nodes.Added), len(d.Nodes.Removed), len(d.Nodes.Changed)).End()
	writeChange(t, o, d.Nodes, func(id depgraph.ID) string { return id.String() })
	t.Print(Bold, "edges").Printf(Plain, ": %d added, %d removed, %d changed", len(d.Edges.Added), len(d.Edges.Removed), len(d.Edges.Changed)).End()
	writeChange(t, o, d.Edges, func(e EdgeRef) string {
		return strings.TrimRight(fmt.Sprintf("%s -> %s  %s %s  %s", Message(e.From.String()), Message(e.To.String()), e.Via, e.Phase, Message(e.Place)), " ")
	})
}

func writeChange[T any](t *Terminal, o Options, c Change[T], show func(T) string) {
	for _, part := range []struct {
		mark  string
		style Style
		items []T
	}{{"+", Green, c.Added}, {"~", Yellow, c.Changed}, {"-", Red, c.Removed}} {
		for i, x := range part.items {
			if i >= shownProofs && o.Details != Full {
				t.Line(Dim, "  %s and %d more", part.mark, len(part.items)-i)
				break
			}
			t.Print(part.style, "  "+part.mark+" ").Line(Plain, "%s", show(x))
		}
	}
}

// joinIDs joins up to limit ids and says how many are left out.
func joinIDs(ids []depgraph.ID, limit int) string {
	var names []string
	for i, id := range ids {
		if i >= limit {
			return strings.Join(names, ", ") + fmt.Sprintf(" and %d more", len(ids)-i)
		}
		names = append(names, Message(id.String()))
	}
	return strings.Join(names, ", ")
}
