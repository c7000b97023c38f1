package kubernetes

import (
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// spreadNeed returns the fewest of zones that surely hold q of the replicas when
// those are spread over all zones so that no two differ by more than skew. It is
// the answer for the worst such spread: any k zones hold q.
func spreadNeed(replicas, q, zones, skew int) int {
	for k := 1; k < zones; k++ {
		if fewest(replicas, zones, k, skew) >= q {
			return k
		}
	}
	return zones
}

// fewest returns how many replicas the k emptiest zones hold at least.
func fewest(replicas, zones, k, skew int) int {
	worst := replicas
	for least := 0; least*zones <= replicas; least++ {
		if zones*(least+skew) < replicas {
			continue // the emptiest zone would have to hold more
		}
		// The others hold as much as the skew lets them.
		rest := max(k*least, replicas-(zones-k)*(least+skew))
		worst = min(worst, rest)
	}
	return worst
}

// needed returns how many replicas a workload needs, and how sure that is (0: sure).
func (run *workload) needed(e *emitter) (q int, confidence float64) {
	if run.kind != "StatefulSet" || run.replicas == nil {
		return 1, 0
	}
	if q, ok := e.budget(run); ok {
		return max(1, min(q, *run.replicas)), 0
	}
	if *run.replicas > 2 && votes(run) {
		return *run.replicas/2 + 1, 0.6
	}
	return 1, 0
}

// votes says whether a workload is a store that serves by majority alone.
func votes(run *workload) bool {
	for _, c := range run.pod.containers {
		switch base := c.base(); base {
		case "etcd", "zookeeper", "cp-zookeeper", "kubernetes-zookeeper":
			return true
		case "consul", "consul-enterprise":
			for _, list := range []string{"command", "args"} {
				for item := range c.get(list).v.Items() {
					if s := item.Text(); strings.Contains(s, "-server") || strings.Contains(s, "bootstrap-expect") {
						return true
					}
				}
			}
		}
	}
	return false
}

// spreading is how a workload says that its replicas stand apart.
type spreading struct {
	at   field
	hard bool
	skew int
}

// spreadOver returns how a workload spreads over places of a kind; ok is false where
// it does not say.
func spreadOver(run *workload, kind depgraph.Kind) (s spreading, ok bool) {
	constraints := run.pod.spec("topologySpreadConstraints")
	for item := range constraints.v.Items() {
		if placeKind(item.Get("topologyKey").Text()) != kind || !ownPods(item.Get("labelSelector"), run) {
			continue
		}
		skew := 1
		if n, stated := item.Get("maxSkew").Int(); stated && n > 0 {
			skew = n
		}
		found := spreading{field{item, constraints.f, constraints.shift}, item.Get("whenUnsatisfiable").Text() != "ScheduleAnyway", skew}
		if !ok || found.hard && !s.hard {
			s, ok = found, true
		}
	}
	anti := run.pod.spec("affinity", "podAntiAffinity")
	apart := func(term strict.Value, hard bool) {
		if placeKind(term.Get("topologyKey").Text()) == kind && ownPods(term.Get("labelSelector"), run) && (!ok || hard && !s.hard) {
			s, ok = spreading{field{term, anti.f, anti.shift}, hard, 1}, true
		}
	}
	for term := range anti.v.Get("requiredDuringSchedulingIgnoredDuringExecution").Items() {
		apart(term, true)
	}
	for term := range anti.v.Get("preferredDuringSchedulingIgnoredDuringExecution").Items() {
		apart(term.Get("podAffinityTerm"), false)
	}
	return s, ok
}

// ownPods says whether a selector selects the pods of the workload that states it. In
// a spread, an absent one selects no pod.
func ownPods(selector strict.Value, run *workload) bool {
	return selector.Exists() && selects(selector, run.pod.labels)
}

// emitPlacement adds where a workload stands: its cluster, any of the node pools
// that it may run on, and the zones, regions and hosts that it is bound to or
// spread over.
func (e *emitter) emitPlacement(run *workload) {
	a := e.area(run.object)
	e.placeInCluster(run.object)
	d := demandOf(run.pod)
	allowed := e.emitPools(run, a, d)
	if d.node.text() != "" {
		id := depgraph.ID{Kind: depgraph.KindHost, Name: e.w.clusterPrefix(run.cluster) + d.node.text()}
		e.place(run.id, []depgraph.ID{id}, 0, d.node.at(), "")
	}
	for _, kind := range []depgraph.Kind{depgraph.KindZone, depgraph.KindRegion, depgraph.KindHost, depgraph.KindRack} {
		e.emitSpread(run, d, allowed, kind)
	}
}

// placeInCluster adds that an object stands in its cluster.
func (e *emitter) placeInCluster(o *object) {
	a := e.area(o)
	if len(a.to) == 0 {
		a.to = to(a.id)
	}
	n := need{owner: o.id, to: a.to, phases: startRun, via: depgraph.PlacedIn, at: o.here()}
	if !a.named {
		n.basis, n.confidence = depgraph.Implied, impliedConfidence
	}
	e.need(n)
}

// emitPools adds the node pools that a workload may run on and returns them.
func (e *emitter) emitPools(run *workload, a *area, d demand) []*pool {
	if len(a.pools) == 0 || run.kind == "DaemonSet" {
		return nil
	}
	var allowed []*pool
	var members []depgraph.ID
	for _, p := range a.pools {
		if d.allows(p) && (!p.control || a.onlyControl()) {
			allowed = append(allowed, p)
			members = append(members, p.id)
		}
	}
	if !a.complete {
		members = append(members, depgraph.ID{Kind: depgraph.KindNodePool, Name: a.id.Name + "/other"})
	}
	at, note := run.here(), ""
	switch {
	case d.selector.exists():
		at = d.selector.at()
	case len(d.terms) > 0:
		at = d.terms[0].at()
	default:
		note = "it may run on any node"
	}
	if len(members) == 0 {
		run.file.Note("%s: no node pool of the inputs has the labels that it asks for", run)
		return nil
	}
	e.place(run.id, members, 0, at, note)
	return allowed
}

func (a *area) onlyControl() bool {
	for _, p := range a.pools {
		if !p.control {
			return false
		}
	}
	return true
}

// emitSpread adds the places of one kind that a workload is bound to or spread over.
func (e *emitter) emitSpread(run *workload, d demand, allowed []*pool, kind depgraph.Kind) {
	places, bound := d.values(kind)
	if kind == depgraph.KindHost {
		for i := range places {
			places[i].Name = e.w.clusterPrefix(run.cluster) + places[i].Name
		}
	}
	at := bound.at()
	spread, says := spreadOver(run, kind)
	if len(places) == 0 && says && kind == depgraph.KindZone {
		places = zonesOf(allowed)
	}
	if len(places) == 0 || !bound.exists() && !says {
		return
	}
	q, trust := run.needed(e)
	k, note := 1, ""
	switch {
	case says && spread.hard && run.replicas != nil && *run.replicas > 0:
		k = spreadNeed(*run.replicas, q, len(places), spread.skew)
		at = spread.at.at()
	case says && !spread.hard:
		at, note = spread.at.at(), "the spread is a wish: all replicas may stand in one"
	case says:
		at = spread.at.at()
	}
	if at.Line == 0 {
		at = run.here()
	}
	for _, p := range places {
		e.emitZone(p, at)
	}
	e.need(need{owner: run.id, to: to(places...), need: depgraph.AtLeast(k), phases: startRun, via: depgraph.PlacedIn, at: at, confidence: trust, note: note})
}

// zonesOf returns the zones of the pools that a workload may run on.
func zonesOf(allowed []*pool) []depgraph.ID {
	var zones []depgraph.ID
	for _, p := range allowed {
		zones = append(zones, p.zones...)
	}
	return distinct(zones)
}
