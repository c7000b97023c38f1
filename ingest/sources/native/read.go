package native

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// duplicateNode is the id of a problem: one document defines a node twice, most
// likely by copying. Several documents may each say something of one node.
const duplicateNode = "duplicate-node"

// reader turns the documents of one file into a fragment.
type reader struct {
	file     *ingest.File
	fragment *link.Fragment
}

func (r *reader) document(root strict.Value) {
	if !root.Exists() {
		return
	}
	if v := root.Get("apiVersion"); v.Text() != APIVersion {
		r.otherVersion(root, v)
		return
	}
	switch k := root.Get("kind"); k.Text() {
	case "Architecture":
	case "Policy":
		// Were it loaded, a change could bring the waiver of its own finding.
		r.file.Note("a policy among the inputs is not loaded: name it with --policy")
		return
	default:
		r.file.Fail(atOr(k, root).Errorf(strict.BadValue, "kind %q: want Architecture", k.Text()))
		return
	}
	var a architecture[strict.Value]
	r.fail(root.Decode(&a))
	r.fragment.Packed = packedFor(a.Nodes.Len())
	first := map[depgraph.ID]at{}
	r.fail(strict.DecodeEach(a.Nodes, "nodes", func(n *node) {
		if at, again := first[n.ID.id]; again && !n.ID.id.IsZero() {
			r.file.Fail(&strict.Error{
				ID: duplicateNode, Line: n.ID.Line, Col: n.ID.Col, Msg: fmt.Sprintf("node %s again, first at %d:%d", n.ID.id, at.line, at.col),
				Fix: "make one entry of the two, or give one of them its own id",
			})
		} else {
			first[n.ID.id] = placeOf(n.ID.Pos)
		}
		r.node(n)
	}))
	for i := range a.Drills {
		r.drill(&a.Drills[i])
	}
}

// at is a place in half the bytes of a [strict.Pos].
type at struct{ line, col int32 }

func placeOf(p strict.Pos) at { return at{int32(p.Line), int32(p.Col)} }

// otherVersion leaves documents of other formats in the same file to their own
// sources, and refuses versions of this one that do not exist.
func (r *reader) otherVersion(root, v strict.Value) {
	if v.Text() == "" || version.Match([]byte("apiVersion: "+v.Text())) {
		r.file.Fail(atOr(v, root).Errorf(strict.BadValue, "apiVersion %q: want %s", v.Text(), APIVersion))
	}
}

func atOr(v, otherwise strict.Value) strict.Value {
	if v.Line() > 0 {
		return v
	}
	return otherwise
}

// fail records every single error of a joined one.
func (r *reader) fail(err error) {
	for _, e := range strict.Errors(err) {
		r.file.Fail(e)
	}
}

func (r *reader) refuse(at strict.Pos, msg string) {
	r.file.Fail(&strict.Error{ID: strict.BadValue, Line: at.Line, Col: at.Col, Msg: msg})
}

func (r *reader) origin(at strict.Pos) depgraph.Origin { return r.file.Origin(at.Line, at.Col) }

// packedFor returns what the facts of a document with so many nodes go into; nil: their slices.
func packedFor(nodes int) *link.Packed {
	const many = 1000
	if nodes < many {
		return nil
	}
	return &link.Packed{}
}

func (r *reader) node(n *node) {
	if n.ID.id.IsZero() {
		if n.Pos.Line > 0 && n.ID.Pos.Line == 0 {
			r.refuse(n.Pos, "a node without an id")
		}
		return
	}
	if n.Standby != nil && n.ID.id.Kind.IsPlace() {
		r.refuse(n.Standby.Pos, n.ID.id.String()+": a place cannot be a standby")
		n.Standby = nil
	}
	if _, understood := depgraph.ParseWindow(n.Window); n.Window != "" && !understood {
		r.file.Note("%s: window %q is not understood, want such as 22:00-24:00 UTC: it overlaps with itself alone", r.origin(n.ID.Pos).Place(), n.Window)
	}
	r.fragment.Define(link.Definition{
		Node: n.graphNode(), Form: link.Native, Names: n.names(), Origin: r.origin(n.ID.Pos),
	})
	owner := n.ID.id
	r.ways(owner, n.In, depgraph.PlacedIn, depgraph.Run, depgraph.Start)
	for i := range n.Needs {
		r.need(owner, &n.Needs[i])
	}
	r.ways(owner, n.RepairedBy, depgraph.RepairedBy, depgraph.Recover)
	r.ways(owner, n.DeployedBy, depgraph.DeployedBy, depgraph.Deploy)
	pages, monitors := n.WatchedBy.split(depgraph.KindStatusPage)
	r.ways(owner, monitors, depgraph.WatchedBy, depgraph.Observe)
	r.ways(owner, pages, depgraph.WatchedBy, depgraph.Observe)
}

func (n *node) graphNode() depgraph.Node {
	g := depgraph.Node{
		ID: n.ID.id, Title: n.Title, Aliases: n.Aliases, Labels: n.Labels, Owner: n.Owner, Env: n.Env,
		Tier: (*int)(n.Tier), GA: n.GA, Replicas: (*int)(n.Replicas), Manual: n.Manual,
		Takes: time.Duration(n.Takes), Staged: n.Staged, Window: n.Window, AnnualFailureRate: float64(n.AnnualFailureRate),
	}
	for _, c := range n.Survives {
		if c != "" {
			g.Survives = append(g.Survives, string(c))
		}
	}
	if s := n.Standby; s != nil {
		g.Standby = &depgraph.Standby{ActivatedBy: ids(s.ActivatedBy.members), Need: s.ActivatedBy.need, Takes: time.Duration(s.Takes)}
	}
	return g
}

// names makes every alias a host name as well: "kv.internal" is how others call it.
// One that is an id, and no host with its port, is none: only its kind would be left.
func (n *node) names() []link.Name {
	var names []link.Name
	for _, alias := range n.Aliases {
		if id, err := depgraph.ParseID(alias); err == nil && !strings.HasPrefix(id.Name, "//") && strings.Trim(id.Name, "0123456789") != "" {
			continue
		}
		names = append(names, link.Host("", alias), link.Name{Space: link.SpaceService, Text: alias})
	}
	return names
}

// split parts the members of a kind from the others. As many are needed of both, as far as
// there are as many.
func (w ways) split(kind depgraph.Kind) (of, others ways) {
	of, others = w, w
	of.members = slices.DeleteFunc(slices.Clone(w.members), func(n name) bool { return n.id.Kind != kind })
	others.members = slices.DeleteFunc(slices.Clone(w.members), func(n name) bool { return n.id.Kind == kind })
	if len(of.members) > 0 && len(others.members) > 0 {
		of.need, others.need = of.atMost(), others.atMost()
	}
	return of, others
}

// atMost is the number needed, or of how many there are where that is less.
func (w ways) atMost() depgraph.Need {
	if n := len(w.members); int(w.need) > n {
		return depgraph.AtLeast(n)
	}
	return w.need
}

func ids(names []name) []depgraph.ID {
	var out []depgraph.ID
	for _, n := range names {
		if !n.id.IsZero() {
			out = append(out, n.id)
		}
	}
	return out
}

func (r *reader) ways(owner depgraph.ID, w ways, via depgraph.Via, phases ...depgraph.Phase) {
	r.refer(owner, w.Pos, w.members, depgraph.Terms{Need: w.need, Phases: depgraph.PhasesOf(phases...), Via: via}, "")
}

func (r *reader) need(owner depgraph.ID, n *need) {
	if !n.shards {
		r.refer(owner, n.Pos, n.members, n.terms, n.note)
		return
	}
	all, some := n.terms, n.terms
	all.Need, all.IfLost = depgraph.AtLeast(1), depgraph.Down
	some.Need, some.IfLost = depgraph.All, depgraph.Degraded
	r.refer(owner, n.Pos, n.members, all, n.note)
	r.refer(owner, n.Pos, n.members, some, n.note)
}

func (r *reader) refer(owner depgraph.ID, at strict.Pos, members []name, terms depgraph.Terms, note string) {
	ref := link.Reference{Owner: link.ID(owner), Terms: terms, Form: link.Native, Origin: r.origin(at)}
	ref.Origin.Note = note
	for _, id := range ids(members) {
		ref.Members = append(ref.Members, link.Target{Name: link.ID(id)})
	}
	if len(ref.Members) == 0 {
		return
	}
	if terms.Need.Of(len(ref.Members)) > 1 {
		if n := len(slices.Compact(slices.Sorted(slices.Values(texts(ref.Members))))); terms.Need.Of(n) > n {
			r.file.Note("%s: %s needs %s of %d members, which is never met", r.origin(at).Place(), owner, terms.Need, n)
		}
	}
	r.fragment.Refer(ref)
}

func texts(targets []link.Target) []string {
	out := make([]string, len(targets))
	for i, t := range targets {
		out[i] = t.Name.Text
	}
	return out
}

func (r *reader) drill(d *drill) {
	switch {
	case !d.Date.given:
		r.refuse(d.Pos, "a drill without a date")
		return
	case d.Date.day.IsZero():
		return
	case len(d.Fails) == 0:
		r.refuse(d.Pos, "a drill that fails nothing")
		return
	}
	r.fragment.Drills = append(r.fragment.Drills, depgraph.Drill{
		Date: d.Date.day, Fails: ids(d.Fails), Partly: d.Scope.partly, Covers: ids(d.Covers), Origin: r.origin(d.Pos),
	})
}
