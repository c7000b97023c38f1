package rules

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/fateline/fateline/analyzer"
	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/simulate"
)

var blindMonitor = analyzer.Define(analyzer.Spec{
	ID:       "blind-monitor",
	Severity: analyzer.Low,
	Subject:  "node that says who watches it",
	Doc:      blindMonitorDoc,
}, analyzer.NoParams, runBlindMonitor)

var blindMonitorDoc = analyzer.Doc{
	Title: "What takes a node down takes its monitoring along",
	Text: `A status page on the platform whose status it shows, an alert manager in the cluster that it watches: in the one loss that
matters nobody is told. For each node that says who watches it, the losses that take it down are looked at, its own included: where
one of them leaves its monitoring, or its status page, unmet too, the narrowest place that does it is the root, else the nearest
node. It is high where a victim is generally available, of tier 0, or claims to survive anything.`,
	Before: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:platform", ga: true, watchedBy: ["monitor:alerts"]}
- {id: "monitor:alerts", needs: ["service:platform"]}
`,
	After: `apiVersion: fateline.dev/v1
kind: Architecture
nodes:
- {id: "service:platform", ga: true, watchedBy: ["monitor:alerts", "external:heartbeat.example"]}
- {id: "monitor:alerts", needs: ["service:platform"]}
`,
	Remedy: "Let something outside notice the silence: a heartbeat to an outside service, a second monitor elsewhere.",
	Limits: "A node that says of no monitor is not judged: unknown is not unwatched. Whether an alert would reach anybody is not known.",
	Since:  "0.1.0",
}

func runBlindMonitor(ctx context.Context, pass *analyzer.Pass, _ struct{}) error {
	e, err := analyzer.Get(ctx, pass, estateFact)
	if err != nil {
		return err
	}
	losses, err := analyzer.Get(ctx, pass, placeLossesFact)
	if err != nil {
		return err
	}
	s := &blindScan{pass: pass, e: e, losses: losses, places: map[node][]node{}, nearest: map[node]nearCause{}}
	causes := s.causes()
	for _, y := range causes {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.lose(y)
	}
	victims := map[node][]node{} // root -> victims
	for _, x := range slices.Sorted(maps.Keys(s.watched)) {
		for _, root := range s.roots(x) {
			victims[root] = append(victims[root], x)
		}
	}
	for _, root := range slices.Sorted(maps.Keys(victims)) {
		s.report(root, victims[root])
	}
	return nil
}

type blindScan struct {
	pass    *analyzer.Pass
	e       *estate
	losses  map[node]*simulate.Loss
	watched map[node]bool
	places  map[node][]node    // victim -> places that take it down and blind it
	nearest map[node]nearCause // victim -> the nearest other node that does
}

type nearCause struct {
	node     node
	distance int
}

// causes lists what any observer needs to run, places first: nothing else can
// blind anybody.
func (s *blindScan) causes() []node {
	e := s.e
	s.watched = map[node]bool{}
	var observers []node
	for r := range req(e.g.Requirements()) {
		t := e.g.Terms(r)
		owner := e.g.Owner(r)
		if !t.Phases.Has(depgraph.Observe) || t.IfLost == depgraph.Unaffected || t.Lasts >= e.model.Outage() || e.isGroup(owner) {
			continue
		}
		s.pass.Judged(e.g.ID(owner))
		s.watched[owner] = true
		observers = append(observers, e.g.Members(r)...)
	}
	if len(observers) == 0 {
		return nil
	}
	below := e.g.Reach(depgraph.Forward, depgraph.Filter{Accept: func(r req, _ node) bool { return e.takesOwner(r) }}, observers...)
	causes := slices.DeleteFunc(slices.Clone(below.Nodes()), func(y node) bool { return e.isGroup(y) || e.calm.Is(simulate.Down, y) })
	slices.SortFunc(causes, func(a, b node) int {
		if e.isPlace(a) != e.isPlace(b) {
			if e.isPlace(a) {
				return -1
			}
			return 1
		}
		return cmp.Compare(a, b)
	})
	return causes
}

// lose notes whom the loss of y takes down and blinds.
func (s *blindScan) lose(y node) {
	e := s.e
	l := s.losses[y]
	if l == nil {
		l = e.model.Lose(y)
	}
	var victims []node
	for _, x := range l.List(simulate.Blind) {
		if s.watched[x] && !e.calm.Is(simulate.Blind, x) && (x == y || e.falls(l, x)) {
			victims = append(victims, x)
		}
	}
	if len(victims) == 0 {
		return
	}
	if e.isPlace(y) {
		for _, x := range victims {
			s.places[x] = append(s.places[x], y)
		}
		return
	}
	// A node counts only for those that no place blinds; all places came before.
	victims = slices.DeleteFunc(victims, func(x node) bool { return len(s.places[x]) > 0 })
	if len(victims) == 0 {
		return
	}
	distance := s.distances(l, y)
	for _, x := range victims {
		best, known := s.nearest[x]
		if d := distance[x]; !known || d < best.distance {
			s.nearest[x] = nearCause{y, d}
		}
	}
}

// distances returns how many needs lie between each node that the loss takes down
// and y.
func (s *blindScan) distances(l *simulate.Loss, y node) map[node]int {
	out := map[node]int{y: 0}
	for queue := []node{y}; len(queue) > 0; queue = queue[1:] {
		for _, r := range s.e.g.Naming(queue[0]) {
			owner := s.e.g.Owner(r)
			if _, seen := out[owner]; !seen && s.e.takesOwner(r) && l.Is(simulate.Down, owner) {
				out[owner] = out[queue[0]] + 1
				queue = append(queue, owner)
			}
		}
	}
	return out
}

// roots returns what is reported for x: the narrowest place, or the widest that it
// claims to survive; else the nearest node.
func (s *blindScan) roots(x node) []node {
	if near, known := s.nearest[x]; known {
		return []node{near.node}
	}
	places := s.e.rootPlaces(s.losses, x, s.places[x])
	claimed := slices.DeleteFunc(slices.Clone(places), func(p node) bool { return !s.e.survives(x, p) })
	if len(claimed) > 0 || len(places) == 0 {
		return claimed
	}
	return []node{slices.MinFunc(places, s.e.narrower(s.losses))}
}

func (s *blindScan) report(root node, victims []node) {
	e := s.e
	l := s.losses[root]
	if l == nil {
		l = e.model.Lose(root)
	}
	severity, shown := analyzer.Low, victims[0]
	for _, v := range victims {
		if e.grave(v) || e.claims.claiming[v] {
			severity, shown = analyzer.High, v
			break
		}
	}
	id, cause := e.g.ID(shown), e.g.ID(root)
	blind := l.Proof(simulate.Blind, shown)
	var watchers []depgraph.ID
	for _, edge := range blind {
		if edge.Phase == depgraph.Observe && edge.From == id && edge.To.Kind != depgraph.KindGroup {
			watchers = append(watchers, edge.To)
		}
	}
	by := "its monitoring"
	if len(watchers) > 0 {
		by = fmt.Sprintf("%s, which %s it", names(watchers), verb(len(watchers), "watches", "watch"))
	}
	title := fmt.Sprintf("%s takes down %s together with %s", cause, id, by)
	if root == shown {
		title = fmt.Sprintf("%s goes down together with %s", cause, by)
	}
	if more := len(victims) - 1; more > 0 {
		title += fmt.Sprintf("; so it does with %s", count(more, "more node", "more nodes"))
	}
	s.pass.Report(analyzer.Finding{
		Severity: severity, Title: title, Root: []depgraph.ID{cause}, Nodes: e.ids(victims), Proof: join(blind, l.Proof(simulate.Down, shown)),
		Remedy: fmt.Sprintf("Let something that does without %s notice its silence, such as a heartbeat to an outside service.", cause),
		Claim: analyzer.Claim{
			Failed: []depgraph.ID{cause}, Then: []depgraph.ID{id}, State: analyzer.IsBlind,
			Because: fmt.Sprintf("%s is down then, and nobody would be told", id),
		},
	})
}
