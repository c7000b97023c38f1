package sourcetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest"
	"github.com/fateline/fateline/ingest/link"
)

// Text returns what a reading found: the ledger in its order, then definitions,
// bindings, references, linked requirements (an origin a line), drills and
// unresolved names, each group sorted. Equal
// readings have equal texts.
func Text(r *ingest.Reading) string {
	var b strings.Builder
	for _, in := range r.Inputs {
		b.WriteString(row(in))
	}
	b.WriteString(FragmentText(r.Fragments...))
	return b.String()
}

// FragmentText returns the part of [Text] that is about fragments.
func FragmentText(fragments ...*link.Fragment) string {
	var nodes, binds, needs, linked, drills, unresolved []string
	for _, f := range fragments {
		for d := range f.AllDefinitions() {
			nodes = append(nodes, definition(d))
		}
		for b := range f.AllBindings() {
			binds = append(binds, binding(b))
		}
		for r := range f.AllReferences() {
			needs = append(needs, reference(r))
		}
		for _, r := range f.Linked {
			for _, o := range r.Origins {
				linked = append(linked, "linked "+r.Owner.String()+" -> "+ids(r.Members)+terms(r.Terms)+field("of", o.Member.Name)+at(o))
			}
		}
		for _, d := range f.Drills {
			drills = append(drills, drill(d))
		}
		for _, u := range f.Unresolved {
			unresolved = append(unresolved, fmt.Sprintf("unresolved %s %s %q%s%s%s\n", u.Why, u.Owner, u.Name, field("scope", u.Scope), list("candidates", u.Candidates), at(u.Origin)))
		}
	}
	var b strings.Builder
	for _, group := range [][]string{nodes, binds, needs, linked, drills, unresolved} {
		slices.Sort(group)
		for _, line := range group {
			b.WriteString(line)
		}
	}
	return b.String()
}

func row(in depgraph.Input) string {
	s := fmt.Sprintf("row %s %s", in.Path, in.Status)
	if in.Documents > 0 {
		s += " documents=" + strconv.Itoa(in.Documents)
	}
	s += field("reason", in.Reason)
	for _, n := range in.Notes {
		s += field("note", n)
	}
	return s + "\n"
}

func definition(d link.Definition) string {
	n := d.Node
	s := "node " + n.ID.String() + names("names", d.Names) + field("title", n.Title) + list("aliases", n.Aliases)
	if len(n.Labels) > 0 {
		var labels []string
		for k, v := range n.Labels {
			labels = append(labels, k+"="+v)
		}
		slices.Sort(labels)
		s += list("labels", labels)
	}
	s += field("owner", n.Owner) + field("env", n.Env) + pointer("tier", n.Tier) + pointer("ga", n.GA) + list("survives", n.Survives) + pointer("replicas", n.Replicas)
	s += flagged("manual", n.Manual) + field("takes", nonZero(n.Takes))
	if sb := n.Standby; sb != nil {
		s += " standby=" + ids(sb.ActivatedBy) + "/" + sb.Need.String() + "/" + sb.Takes.String()
	}
	s += flagged("staged", n.Staged) + field("window", n.Window)
	if n.AnnualFailureRate != 0 {
		s += " annualFailureRate=" + strconv.FormatFloat(n.AnnualFailureRate, 'g', -1, 64)
	}
	return s + flagged("weak", d.Weak) + form(d.Form) + at(d.Origin)
}

func binding(b link.Binding) string {
	s := "bind " + join(b.Names) + " -> " + join(b.To)
	return s + flagged("alternatives", b.Alternatives) + at(b.Origin)
}

func reference(r link.Reference) string {
	s := "need "
	if r.Owners != nil {
		s += selector(r.Owners)
	} else {
		s += name(r.Owner)
	}
	s += " ->"
	for i, m := range r.Members {
		if i > 0 {
			s += " |"
		}
		s += " " + name(m.Name)
		if !m.Else.IsZero() {
			s += " else=" + m.Else.String()
		}
		s += flagged("quiet", m.Quiet) + flagged("guess", m.Guess)
	}
	s += terms(r.Terms) + form(r.Form)
	for _, o := range r.Also {
		s += " also" + strings.TrimSuffix(at(o), "\n")
	}
	return s + at(r.Origin)
}

func terms(t depgraph.Terms) string {
	s := ""
	if t.Need != 0 && t.Need != depgraph.AtLeast(1) {
		s += " need=" + t.Need.String()
	}
	s += " phase=" + t.Phases.String()
	if t.IfLost > depgraph.Down {
		s += " ifLost=" + t.IfLost.String()
	}
	return s + field("lasts", nonZero(t.Lasts)) + field("via", string(t.Via))
}

func drill(d depgraph.Drill) string {
	s := "drill " + d.Date.Format("2006-01-02") + " " + ids(d.Fails) + flagged("partly", d.Partly)
	if len(d.Covers) > 0 {
		s += " covers=" + ids(d.Covers)
	}
	return s + at(d.Origin)
}

func selector(s *link.Selector) string {
	var parts []string
	if s.File != "" {
		parts = append(parts, "file="+s.File)
	}
	if s.Built {
		parts = append(parts, "built")
	}
	if s.PathPrefix != "" {
		parts = append(parts, "path="+s.PathPrefix)
	}
	if s.Flat {
		parts = append(parts, "flat")
	}
	for _, k := range s.Kinds {
		parts = append(parts, "kind="+string(k))
	}
	var labels []string
	for k, v := range s.Labels {
		labels = append(labels, k+"="+v)
	}
	slices.Sort(labels)
	return "{" + strings.Join(append(parts, labels...), " ") + "}"
}

// name returns an id as it is, any other name with its space and scope.
func name(n link.Name) string {
	if n.Space == link.SpaceID {
		return n.Text
	}
	s := string(n.Space)
	if n.Scope != "" {
		s += "(" + n.Scope + ")"
	}
	return s + ":" + n.Text
}

func join(ns []link.Name) string {
	var ss []string
	for _, n := range ns {
		ss = append(ss, name(n))
	}
	if len(ss) == 0 {
		return "nothing"
	}
	return strings.Join(ss, ",")
}

func names(label string, ns []link.Name) string {
	if len(ns) == 0 {
		return ""
	}
	return " " + label + "=" + join(ns)
}

func ids(all []depgraph.ID) string {
	var ss []string
	for _, id := range all {
		ss = append(ss, id.String())
	}
	return strings.Join(ss, ",")
}

// at returns what an origin says besides the fact, and its place.
func at(o depgraph.Origin) string {
	s := ""
	if o.Basis > depgraph.Declared {
		s += " " + o.Basis.String()
	}
	if o.Confidence != 0 && o.Confidence != 1 {
		s += " confidence=" + strconv.FormatFloat(o.Confidence, 'g', 4, 64)
	}
	s += field("note", o.Note)
	if seen := o.Seen; seen.Count != 0 {
		s += fmt.Sprintf(" seen=%d/%d %s..%s", seen.Count, seen.Errors, seen.First.Format("2006-01-02T15:04:05Z07:00"), seen.Last.Format("2006-01-02T15:04:05Z07:00")) + field("example", seen.Example)
	}
	return s + " @ " + o.Place() + "\n"
}

func form(f link.Form) string {
	switch f {
	case link.Native:
		return " form=native"
	case link.Text:
		return " form=text"
	}
	return ""
}

func field(label, value string) string {
	switch {
	case value == "":
		return ""
	case strings.ContainsAny(value, " \"\n\\="):
		return " " + label + "=" + strconv.Quote(value)
	}
	return " " + label + "=" + value
}

func list(label string, values []string) string { return field(label, strings.Join(values, ",")) }

func flagged(label string, on bool) string {
	if on {
		return " " + label
	}
	return ""
}

func pointer[T any](label string, p *T) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf(" %s=%v", label, *p)
}

func nonZero[T interface {
	comparable
	fmt.Stringer
}](v T) string {
	var zero T
	if v == zero {
		return ""
	}
	return v.String()
}
