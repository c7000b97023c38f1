package analyzer

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
)

// addRemedies looks for the remedies of the findings that stand by themselves, of
// the first [Readable] by rank: each in the part of the graph on which it depends.
func addRemedies(ctx context.Context, g *depgraph.Graph, results *Results, opts Options) {
	rules := map[string]*Rule{}
	for _, r := range results.Rules {
		rules[r.Rule.ID] = r.Rule
	}
	var todo []*Finding
	for f := range results.Findings() {
		if of := rules[f.Rule].Cure.Of; f.FoldedInto == "" && of != nil && of(f) && len(todo) < Readable {
			todo = append(todo, f)
		}
	}
	if len(todo) == 0 {
		return
	}
	x := &remedies{g: g, places: placesOf(g), results: results}
	opts.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	forEach(len(todo), opts.Workers, func(i int) {
		f := todo[i]
		s := newSearch(ctx, x, rules[f.Rule], f, opts)
		if s == nil {
			return
		}
		f.Remedies = s.run()
		if why := s.without(); len(f.Remedies) == 0 && why != "" {
			f.Remedy = sentence(f.Remedy, why)
		}
	})
}

// remedies is what all searches look at.
type remedies struct {
	g       *depgraph.Graph
	places  []depgraph.NodeIndex // empty where they are very many
	results *Results
}

func sentence(text, more string) string {
	if text == "" {
		return more
	}
	return text + " " + more
}

// search looks for the smallest changes that cure one finding. Whatever cures it
// touches its proof, or the proof would still hold; and whatever is reported in its
// place after a change is treated alike. So the search branches over the edges of
// one proof at each step, to one more change at a time: exact but for the caps.
type search struct {
	*remedies
	ctx    context.Context
	rule   *Rule
	opts   Options
	target string // the finding's id
	about  map[depgraph.ID]bool
	known  map[string]map[depgraph.ID]bool // what the rule reports on the unchanged cone: by id, which of about it is about

	reqs  []depgraph.Requirement // of the cone
	from  []depgraph.ReqIndex    // where they are in the graph
	nodes []coneNode
	drill []depgraph.Drill
	at    map[arrow][]int // by edge: the requirements that have it
	graph *depgraph.Graph // the unchanged cone

	whole   bool // the cone is the graph
	tries   int  // that are left
	stopped bool
	seen    map[string]bool
	found   [][]change
}

type coneNode struct {
	node    depgraph.Node
	origins []depgraph.Origin
}

// newSearch prepares the search; nil where what the finding depends on is too large,
// or is not enough to find it again.
func newSearch(ctx context.Context, x *remedies, rule *Rule, f *Finding, opts Options) *search {
	s := &search{ctx: ctx, remedies: x, rule: rule, opts: opts, target: f.ID, about: map[depgraph.ID]bool{}, known: map[string]map[depgraph.ID]bool{}, at: map[arrow][]int{}, drill: x.g.Drills()}
	if !s.cut(f) {
		return nil
	}
	s.tries = min(max(remedyWork/max(len(s.reqs), 1), leastTries), maxTries)
	var err error
	if s.graph, err = s.with(nil); err != nil {
		return nil
	}
	for _, id := range slices.Concat(f.Root, f.Nodes) {
		s.about[id] = true
	}
	for _, x := range runRule(s.ctx, s.graph, s.rule, s.opts, &factStore{}).Findings {
		s.known[x.ID] = s.shared(&x)
	}
	if s.known[s.target] == nil {
		return nil
	}
	return s
}

// shared returns the nodes of the finding that another one is about too.
func (s *search) shared(x *Finding) map[depgraph.ID]bool {
	out := map[depgraph.ID]bool{}
	for _, id := range slices.Concat(x.Root, x.Nodes) {
		if s.about[id] {
			out[id] = true
		}
	}
	return out
}

// inItsPlace reports whether x, found after a change, is about a node of the finding
// that it was not about before, and would want a cure itself.
func (s *search) inItsPlace(x *Finding) bool {
	if !s.rule.Cure.Of(x) {
		return false
	}
	for id := range s.shared(x) {
		if !s.known[x.ID][id] {
			return true
		}
	}
	return false
}

// placesOf lists the places of the graph; none where they are very many.
func placesOf(g *depgraph.Graph) []depgraph.NodeIndex {
	const many = 2000
	var out []depgraph.NodeIndex
	for i := range depgraph.NodeIndex(g.Len()) {
		if g.ID(i).Kind.IsPlace() {
			if len(out) == many {
				return nil
			}
			out = append(out, i)
		}
	}
	return out
}

// cut takes what the finding can depend on: all that its nodes need, in any phase,
// directly or not; what a loss does to a node rests on nothing else. The other places
// are taken too, for what is narrow is so among all; and of a small graph everything.
func (s *search) cut(f *Finding) bool {
	g := s.g
	seen := map[depgraph.NodeIndex]bool{}
	var queue []depgraph.NodeIndex
	add := func(i depgraph.NodeIndex) {
		if !seen[i] {
			seen[i] = true
			queue = append(queue, i)
		}
	}
	for _, ids := range [][]depgraph.ID{f.Root, f.Nodes, f.Claim.Failed, f.Claim.Then} {
		for _, id := range ids {
			if i, found := g.Index(id); found {
				add(i)
			}
		}
	}
	for _, e := range f.Proof {
		if i, found := g.Index(e.From); found {
			add(i)
		}
	}
	for _, p := range s.places {
		add(p)
	}
	if s.whole = g.Requirements() <= wholeGraph; s.whole {
		for i := range depgraph.NodeIndex(g.Len()) {
			add(i)
		}
	}
	for next := 0; next < len(queue); next++ {
		n := g.At(queue[next])
		s.nodes = append(s.nodes, coneNode{*n, g.NodeOrigins(n.ID)})
		if n.Standby != nil {
			for _, way := range n.Standby.ActivatedBy {
				if i, found := g.Index(way); found {
					add(i)
				}
			}
		}
		for r, end := g.OwnedBy(queue[next]); r < end; r++ {
			if len(s.reqs) == maxCone {
				return false
			}
			q := *g.Requirement(r)
			for _, p := range q.Terms.Normal().Phases.List() {
				for _, m := range q.Members {
					a := arrow{q.Owner, m, p, q.Terms.IfLost, q.Terms.Via}
					s.at[a] = append(s.at[a], len(s.reqs))
				}
			}
			s.reqs = append(s.reqs, q)
			s.from = append(s.from, r)
			for _, m := range g.Members(r) {
				add(m)
			}
		}
	}
	return true
}

// with returns the cone with changes made to it.
func (s *search) with(cs []change) (*depgraph.Graph, error) {
	b := depgraph.NewBuilder()
	b.Grow(len(s.nodes), len(s.reqs))
	for _, n := range s.nodes {
		b.AddNode(n.node, n.origins...)
	}
	of := map[int]int{}
	for i, c := range cs {
		of[c.req] = i
	}
	for i, r := range s.reqs {
		if at, is := of[i]; is {
			r = cs[at].changed(r, at)
		}
		b.AddRequirement(r)
	}
	for _, d := range s.drill {
		b.AddDrill(d)
	}
	return b.Build()
}

// left returns what a cure must still get rid of after changes: the finding, or what
// is reported in its place. ok is false where the rule did not run.
func (s *search) left(cs []change) (left *Finding, ok bool) {
	g, err := s.with(cs)
	if err != nil {
		return nil, false
	}
	result := runRule(s.ctx, g, s.rule, s.opts, &factStore{})
	if result.Status == Failed {
		return nil, false
	}
	for i := range result.Findings {
		if f := &result.Findings[i]; f.ID == s.target || s.inItsPlace(f) {
			return f, true
		}
	}
	return nil, true
}

// run returns the cheapest of the smallest remedies.
func (s *search) run() []Remedy {
	for size := 1; size <= maxRemedySize && len(s.found) == 0 && !s.stopped; size++ {
		s.seen = map[string]bool{}
		s.extend(nil, size)
	}
	slices.SortFunc(s.found, func(a, b []change) int {
		if d := priceOf(s.graph, a).compare(priceOf(s.graph, b)); d != 0 {
			return d
		}
		return compareChanges(a, b)
	})
	room := maxRemedies
	if s.g.Requirements() > mediumGraph {
		room = 1
	}
	var out []Remedy
	for i, cs := range s.found {
		if len(out) == room || i == maxVerified {
			break
		}
		if s.holds(cs) {
			out = append(out, remedyOf(cs))
		}
	}
	s.stopped = s.stopped || len(out) == 0 && len(s.found) > 0
	return out
}

// holds runs the rule on the whole graph, where it is not too large for that: a
// change may bring a break to light that the finding's root causes elsewhere.
func (s *search) holds(cs []change) bool {
	if s.whole || s.g.Requirements() > largeGraph {
		return true
	}
	all := *s
	all.nodes, all.reqs = nil, nil
	for n := range s.g.Nodes() {
		all.nodes = append(all.nodes, coneNode{*n, s.g.NodeOrigins(n.ID)})
	}
	for r := range s.g.AllRequirements() {
		all.reqs = append(all.reqs, *r)
	}
	moved := slices.Clone(cs)
	for i := range moved {
		moved[i].req = int(s.from[moved[i].req])
	}
	left, ok := all.left(moved)
	return ok && left == nil
}

// extend tries a set of changes, and all that need so many more.
func (s *search) extend(cs []change, more int) {
	sorted := slices.Clone(cs)
	slices.SortFunc(sorted, func(a, b change) int { return a.req - b.req })
	key := fmt.Sprint(keys(sorted))
	if s.seen[key] || s.stopped {
		return
	}
	s.seen[key] = true
	if s.tries--; s.tries < 0 || s.ctx.Err() != nil {
		s.stopped = true
		return
	}
	left, ok := s.left(sorted)
	switch {
	case !ok:
		return
	case left == nil:
		s.found = append(s.found, sorted)
		return
	case more == 0:
		return
	}
	for _, e := range left.Proof {
		for _, r := range s.at[arrowOf(e)] {
			action := s.rule.Cure.actionOn(&s.reqs[r])
			if action != "" && !slices.ContainsFunc(cs, func(c change) bool { return c.req == r }) {
				s.extend(append(slices.Clip(cs), changeOf(r, &s.reqs[r], e, action)), more-1)
			}
		}
	}
}

func keys(cs []change) []int {
	var out []int
	for _, c := range cs {
		out = append(out, c.req)
	}
	return out
}

// without says why there is no remedy.
func (s *search) without() string {
	if s.stopped {
		return fmt.Sprintf("No change of up to %d needs was found that makes it go away; the search was cut short.", maxRemedySize)
	}
	return fmt.Sprintf("No change of up to %d needs makes it go away.", maxRemedySize)
}
