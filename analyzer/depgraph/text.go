package depgraph

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The text notation is for tests and for people who read them: one node,
// requirement, drill or unresolved name a line.
//
//	service:shop/api  tier=0 ga survives=zone,facility owner=shop  api.yaml:3
//	service:shop/api -> datastore:a | datastore:b  need=all run,start ifLost=degraded lasts=10m via=reads  api.yaml:14
//	drill 2026-05-10 facility:north part covers=tool:failover  drills.yaml:2
//	unresolved service:shop/api dangling name=redis scope=k8s/main/shop  api.yaml:20
//
// What is left out has its default; words with blanks, quotes, '#' or commas in
// them are quoted as in Go. An origin is INPUT[:LINE[:COL]], followed by what else
// it says: calls.json:7,source=traces,basis=observed,confidence=0.9,count=12. A
// An input that itself ends like a place is followed by line= and col= instead. A
// line without an origin is its own: input "graph", at its line; a node with the
// origin "-" has none, as one that is merely named. '#' begins a comment. Input
// rows are not part of the notation.

// Text returns the graph in the text notation; [ParseText] reads it back.
func (g *Graph) Text() string {
	var b strings.Builder
	for n := range g.Nodes() {
		origins := g.NodeOrigins(n.ID)
		words := nodeWords(n)
		if len(words) > 0 || len(origins) > 0 || g.isAlone(n.ID) {
			line(&b, []string{quoted(n.ID.String())}, words, originWords(origins, "-"))
		}
	}
	for r := range g.AllRequirements() {
		var members []string
		for _, m := range r.Members {
			members = append(members, quoted(m.String()))
		}
		line(&b, []string{quoted(r.Owner.String()), "->", strings.Join(members, " | ")}, termWords(r.Terms), originWords(r.Origins, ""))
	}
	for _, d := range g.Drills() {
		head := []string{"drill", d.Date.Format(time.DateOnly), cmp.Or(joinIDs(d.Fails), "-")}
		var words []string
		if d.Partly {
			words = append(words, "part")
		}
		if len(d.Covers) > 0 {
			words = append(words, "covers="+joinIDs(d.Covers))
		}
		line(&b, head, words, originWords([]Origin{d.Origin}, ""))
	}
	for _, u := range g.Unresolved() {
		words := pair(nil, "name", u.Name)
		words = pair(words, "scope", u.Scope)
		words = list(words, "candidates", u.Candidates)
		line(&b, []string{"unresolved", ownerWord(u.Owner), u.Why.String()}, words, originWords([]Origin{u.Origin}, ""))
	}
	return b.String()
}

// ownerWord words the owner of an unresolved name: "-" where nobody is known.
func ownerWord(id ID) string {
	if id.IsZero() {
		return "-"
	}
	return quoted(id.String())
}

// isAlone reports whether nothing but its own line speaks of the node.
func (g *Graph) isAlone(id ID) bool {
	i, _ := g.Index(id)
	from, to := g.OwnedBy(i)
	return from == to && len(g.Naming(i)) == 0
}

func line(b *strings.Builder, head, words, origins []string) {
	b.WriteString(strings.Join(head, " "))
	for _, part := range [][]string{words, origins} {
		if len(part) > 0 {
			b.WriteString("  " + strings.Join(part, " "))
		}
	}
	b.WriteByte('\n')
}

func nodeWords(n *Node) []string {
	words := pair(nil, "title", n.Title)
	words = list(words, "alias", n.Aliases)
	for _, k := range slices.Sorted(maps.Keys(n.Labels)) {
		words = append(words, quoted("label."+k)+"="+quoted(n.Labels[k]))
	}
	words = pair(words, "owner", n.Owner)
	words = pair(words, "env", n.Env)
	if n.Tier != nil {
		words = append(words, "tier="+strconv.Itoa(*n.Tier))
	}
	if n.GA != nil {
		words = append(words, map[bool]string{true: "ga", false: "ga=false"}[*n.GA])
	}
	words = list(words, "survives", n.Survives)
	if n.Replicas != nil {
		words = append(words, "replicas="+strconv.Itoa(*n.Replicas))
	}
	if n.Manual {
		words = append(words, "manual")
	}
	if n.Takes != 0 {
		words = append(words, "takes="+n.Takes.String())
	}
	if s := n.Standby; s != nil {
		words = append(words, "standby")
		if len(s.ActivatedBy) > 0 {
			words = append(words, "activatedBy="+joinIDs(s.ActivatedBy))
		}
		if s.Need.String() != "1" {
			words = append(words, "activationNeed="+s.Need.String())
		}
		if s.Takes != 0 {
			words = append(words, "activationTakes="+s.Takes.String())
		}
	}
	if n.Staged {
		words = append(words, "staged")
	}
	words = pair(words, "window", n.Window)
	if n.AnnualFailureRate != 0 {
		words = append(words, "annualFailureRate="+showFloat(n.AnnualFailureRate))
	}
	return words
}

func termWords(t Terms) []string {
	t = t.Normal()
	var words []string
	if t.Need != AtLeast(1) {
		words = append(words, "need="+t.Need.String())
	}
	if t.Phases != PhasesOf(Run) {
		words = append(words, t.Phases.String())
	}
	if t.IfLost != Down {
		words = append(words, "ifLost="+t.IfLost.String())
	}
	if t.Lasts != 0 {
		words = append(words, "lasts="+t.Lasts.String())
	}
	return pair(words, "via", string(t.Via))
}

// flags are words that mean something by themselves where an origin may stand.
var flags = []string{"ga", "manual", "staged", "standby", "part", "-"}

// originWords words the origins, or says none where there are none.
func originWords(origins []Origin, none string) []string {
	if len(origins) == 0 {
		return []string{none}
	}
	var words []string
	for _, o := range origins {
		o = o.Normal()
		place := quoted(o.Input)
		_, line, col := cutPlace(o.Input)
		ambiguous := line+col > 0 || o.Line == 0 && o.Col > 0
		if _, err := ParsePhase(o.Input); err == nil || slices.Contains(flags, o.Input) {
			place = strconv.Quote(o.Input)
		}
		if o.Line > 0 && !ambiguous {
			place += ":" + strconv.Itoa(o.Line)
			if o.Col > 0 {
				place += ":" + strconv.Itoa(o.Col)
			}
		}
		parts := []string{place}
		if ambiguous {
			parts = append(parts, "line="+strconv.Itoa(o.Line), "col="+strconv.Itoa(o.Col))
		}
		if !o.Member.IsZero() {
			parts = pair(parts, "member", o.Member.String())
		}
		parts = pair(parts, "source", o.Source)
		if o.Basis != Declared {
			parts = append(parts, "basis="+o.Basis.String())
		}
		if o.Confidence != 1 {
			parts = append(parts, "confidence="+showFloat(o.Confidence))
		}
		parts = pair(parts, "note", o.Note)
		parts = append(parts, seenWords(o.Seen)...)
		words = append(words, strings.Join(parts, ","))
	}
	return words
}

func seenWords(s Seen) []string {
	var words []string
	if s.Count != 0 {
		words = append(words, fmt.Sprintf("count=%d", s.Count))
	}
	if s.Errors != 0 {
		words = append(words, fmt.Sprintf("errors=%d", s.Errors))
	}
	if !s.First.IsZero() {
		words = append(words, "first="+quoted(s.First.Format(time.RFC3339Nano)))
	}
	if !s.Last.IsZero() {
		words = append(words, "last="+quoted(s.Last.Format(time.RFC3339Nano)))
	}
	return pair(words, "example", s.Example)
}

func pair(words []string, key, value string) []string {
	if value == "" {
		return words
	}
	return append(words, key+"="+quoted(value))
}

func list(words []string, key string, values []string) []string {
	if len(values) == 0 {
		return words
	}
	quotes := make([]string, len(values))
	for i, v := range values {
		quotes[i] = quoted(v)
	}
	return append(words, key+"="+strings.Join(quotes, ","))
}

func joinIDs(ids []ID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = quoted(id.String())
	}
	return strings.Join(texts, ",")
}

// quoted returns s as a word of the notation.
func quoted(s string) string {
	plain := s != "" && s != "->" && s != "|" && s != "-" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r == '"' || r == '#' || r == ',' || r == '=' || !strconv.IsPrint(r)
	})
	if plain {
		return s
	}
	return strconv.Quote(s)
}
