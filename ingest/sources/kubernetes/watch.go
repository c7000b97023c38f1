package kubernetes

import (
	"encoding/binary"
	"regexp"
	"slices"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// What an alert watches are the workloads that its own Prometheus scrapes under the job
// that it asks about. Copies of one system in many namespaces multiply both, so that
// neither is held for each of the other: alerts and workloads meet at the job.

// scrapeRef is a job and who scrapes it: nil is nobody among the inputs, in a cluster.
type scrapeRef struct {
	by           *audience
	cluster, job string
}

// jobRef is a job that alerts ask about, by who evaluates them: nil is a Prometheus
// that no input shows, in a cluster and edition.
type jobRef struct {
	by                    *audience
	cluster, edition, job string
}

// job is what alerts ask about, those that are evaluated by the same.
type job struct {
	owners []depgraph.ID // the workloads behind it
	alerts []watch
}

// watch is a monitor that watches something, and where it says so.
type watch struct {
	monitor depgraph.ID
	at      depgraph.Origin
}

// watching is what is known of jobs.
type watching struct {
	scrapes map[scrapeRef][]*workload
	byRun   map[*workload][]*audience // who scrapes with a Prometheus; nil until rules are read
	all     []*audience               // the same, of all
	heard   map[*audience][]*audience // by who evaluates: whose scrapes it sees
	jobs    map[jobRef]*job
	asked   []*job // the same, in the order of the input
	told    map[toldRef]bool
}

// toldRef is a monitor that one audience evaluates.
type toldRef struct {
	id depgraph.ID
	by *audience
}

func newWatching() watching {
	return watching{
		scrapes: map[scrapeRef][]*workload{}, heard: map[*audience][]*audience{},
		jobs: map[jobRef]*job{}, told: map[toldRef]bool{},
	}
}

// scrape notes that workloads are scraped under a job.
func (w *watching) scrape(o *object, by *audience, job string, runs ...*workload) {
	at := scrapeRef{by: by, job: job}
	if len(by.runs) == 0 {
		at = scrapeRef{cluster: o.cluster, job: job}
	}
	w.scrapes[at] = append(w.scrapes[at], runs...)
}

// hearing returns those whose scrapes the evaluators of a rule see: a Prometheus its
// own; a ThanosRuler, which asks others, those of its namespace, else all of them.
func (w *watching) hearing(by *audience) []*audience {
	if w.byRun == nil {
		w.index()
	}
	if heard, known := w.heard[by]; known {
		return heard
	}
	seen := map[*audience]bool{}
	var heard []*audience
	add := func(from []*audience, is func(*audience) bool) bool {
		found := false
		for _, a := range from {
			if is(a) {
				if found = true; !seen[a] {
					seen[a] = true
					heard = append(heard, a)
				}
			}
		}
		return found
	}
	for _, run := range by.runs {
		if run.kind != "ThanosRuler" {
			add(w.byRun[run], func(*audience) bool { return true })
			continue
		}
		within := func(ns string) func(*audience) bool {
			return func(a *audience) bool {
				return slices.ContainsFunc(a.runs, func(p *workload) bool { return p.cluster == run.cluster && (ns == "" || p.ns == ns) })
			}
		}
		if !add(w.all, within(run.ns)) {
			add(w.all, within(""))
		}
	}
	w.heard[by] = heard
	return heard
}

func (w *watching) index() {
	w.byRun = map[*workload][]*audience{}
	seen := map[*audience]bool{nil: true}
	for at := range w.scrapes { // in any order: what is found by it is sorted
		if seen[at.by] {
			continue
		}
		seen[at.by] = true
		w.all = append(w.all, at.by)
		for _, run := range at.by.runs {
			w.byRun[run] = append(w.byRun[run], at.by)
		}
	}
}

// jobOf returns the job of a name that the alerts of a rule ask about. Where nobody
// among the inputs evaluates it, it is one of the workloads that nobody scrapes.
func (e *emitter) jobOf(o *object, by *audience, name string) *job {
	w := &e.watching
	at := jobRef{by: by, job: name}
	if len(by.runs) == 0 {
		at = jobRef{cluster: o.cluster, edition: o.edition, job: name}
	}
	j := w.jobs[at]
	if j != nil {
		return j
	}
	var runs []*workload
	if len(by.runs) == 0 {
		for _, run := range w.scrapes[scrapeRef{cluster: o.cluster, job: name}] {
			if e.w.sees(o, run.object) {
				runs = append(runs, run)
			}
		}
	} else {
		for _, a := range w.hearing(by) {
			runs = append(runs, w.scrapes[scrapeRef{by: a, job: name}]...)
		}
	}
	j = &job{owners: ids(runs)}
	w.jobs[at] = j
	w.asked = append(w.asked, j)
	return j
}

// jobMatcher finds the jobs that the expression of a rule asks about.
var jobMatcher = regexp.MustCompile(`\bjob\s*=\s*"([^"]+)"`)

// emitRules adds the groups of a PrometheusRule: monitors that need the Prometheus
// which evaluates them and whatever tells people, and that watch the jobs they ask about.
func (e *emitter) emitRules(o *object) {
	evaluators := e.audience(o, "rule")
	unread := len(evaluators.runs) == 0 && e.evaluates(o)
	if unread {
		e.note(o.file, "%s is evaluated by no Prometheus of the inputs", o)
	}
	for g := range o.get("spec", "groups").Items() {
		name := g.Get("name")
		if name.Text() == "" {
			continue
		}
		id := depgraph.ID{Kind: depgraph.KindMonitor, Name: name.Text()}
		alerts := false
		for r := range g.Get("rules").Items() {
			if !r.Get("alert").Exists() {
				continue
			}
			alerts = true
			if unread {
				continue
			}
			for _, m := range jobMatcher.FindAllStringSubmatch(r.Get("expr").Text(), -1) {
				if j := e.jobOf(o, evaluators, m[1]); len(j.owners) > 0 {
					j.alerts = append(j.alerts, watch{id, o.at(r.Get("expr"))})
				}
			}
		}
		if !alerts {
			continue
		}
		e.f.Packed.DefineLabelled(link.Definition{Node: depgraph.Node{ID: id}, Origin: o.at(name)}, o.labels.all())
		e.need(need{owner: id, to: evaluators.ids, phases: runs, via: "evaluated-by", at: o.at(name)})
		if told := (toldRef{id, evaluators}); !e.watching.told[told] {
			e.watching.told[told] = true
			e.emitTelling(id, evaluators)
		}
	}
}

// evaluates says whether an object sees a Prometheus or a ThanosRuler.
func (e *emitter) evaluates(o *object) bool {
	return slices.ContainsFunc(e.w.ofGroup(o, monitoring), func(run *workload) bool { return run.kind == "Prometheus" || run.kind == "ThanosRuler" })
}

// emitTelling adds the Alertmanagers to which those who evaluate a monitor send its alerts.
func (e *emitter) emitTelling(id depgraph.ID, evaluators *audience) {
	for _, run := range evaluators.runs {
		for a := range run.get("spec", "alerting", "alertmanagers").Items() {
			if n := a.Get("name").Text(); n != "" {
				e.need(need{owner: id, to: []target{e.alertmanager(run.object, firstOf(a.Get("namespace").Text(), run.ns), n)}, phases: runs, via: "tells-through", at: run.at(a)})
			}
		}
	}
}

// emitWatched adds the monitors of each workload: any one of them tells that it fails.
// Workloads behind the same jobs share what is said of them.
func (e *emitter) emitWatched() {
	byOwner := map[depgraph.ID][]int{} // the jobs that they are behind
	var owners []depgraph.ID
	for i, j := range e.watching.asked {
		for _, owner := range j.owners {
			owners = append(owners, owner)
			byOwner[owner] = append(byOwner[owner], i)
		}
	}
	type said struct {
		by     []target
		places []depgraph.Origin
	}
	known := map[string]said{}
	for _, owner := range distinct(owners) {
		var key []byte
		for _, i := range byOwner[owner] {
			key = binary.AppendUvarint(key, uint64(i))
		}
		s, made := known[string(key)]
		if !made {
			var monitors []depgraph.ID
			for _, i := range byOwner[owner] {
				for _, w := range e.watching.asked[i].alerts {
					monitors = append(monitors, w.monitor)
					s.places = append(s.places, w.at)
				}
			}
			slices.SortFunc(s.places, depgraph.Origin.Compare)
			s.places = slices.Compact(s.places)
			s.by = to(distinct(monitors)...)
			known[string(key)] = s
		}
		e.need(need{owner: owner, to: s.by, phases: observes, via: depgraph.WatchedBy, form: link.Text, confidence: 0.8, at: s.places[0], also: s.places[1:], note: "by its job"})
	}
}
