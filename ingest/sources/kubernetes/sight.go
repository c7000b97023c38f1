package kubernetes

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/strict"
)

// What an object sees of the workloads is asked for by thousands of others: by every
// Ingress for its controller, by every monitor for who reads it. So it is indexed, or
// found once for all that ask the same from the same cluster and edition.

// clusterRef is something of a cluster by its name: an image, a group.
type clusterRef struct{ cluster, name string }

// sightRef is a question about the workloads in sight: whose answer depends on the
// cluster and edition of whoever asks, and on what is asked.
type sightRef struct{ cluster, edition, what, more string }

func sight(from *object, what, more string) sightRef {
	return sightRef{from.cluster, from.edition, what, more}
}

// sights indexes the workloads of a world by what they run and where. The zero value
// is one that nobody asked yet.
type sights struct {
	images map[clusterRef][]*workload // by the base of an image
	groups map[clusterRef][]*workload // by the API group of what an operator runs
	spaces map[string][]string        // by cluster: the namespaces that have workloads
	asked  map[sightRef][]*workload

	classes []*object                    // the storage classes that are a default
	bearers map[clusterLabel][]*workload // by a label of their pods, namespace by namespace; nil until asked
}

// clusterLabel is a label of pods in a cluster.
type clusterLabel struct {
	cluster string
	label
}

func (w *world) sights() *sights {
	if w.indexed != nil {
		return w.indexed
	}
	s := &sights{images: map[clusterRef][]*workload{}, groups: map[clusterRef][]*workload{}, spaces: map[string][]string{}, asked: map[sightRef][]*workload{}}
	seen := map[clusterRef]bool{}
	for _, run := range w.workloads {
		for _, c := range run.pod.containers {
			at := clusterRef{run.cluster, c.base()}
			if known := s.images[at]; len(known) == 0 || known[len(known)-1] != run {
				s.images[at] = append(known, run)
			}
		}
		if run.group != "" {
			at := clusterRef{run.cluster, run.group}
			s.groups[at] = append(s.groups[at], run)
		}
		if at := (clusterRef{run.cluster, run.ns}); !seen[at] {
			seen[at] = true
			s.spaces[run.cluster] = append(s.spaces[run.cluster], run.ns)
		}
	}
	for _, o := range w.ofKind("", "StorageClass") {
		if o.annotation("storageclass.kubernetes.io/is-default-class").Text() == "true" {
			s.classes = append(s.classes, o)
		}
	}
	w.indexed = s
	return s
}

// ofImage returns the workloads in sight that run an image of one of the bases.
func (w *world) ofImage(from *object, bases ...string) []*workload {
	var found []*workload
	for i, base := range bases {
		for _, run := range w.sights().images[clusterRef{from.cluster, base}] {
			if w.sees(from, run.object) && !slices.ContainsFunc(bases[:i], func(base string) bool { return hasImage(run, base) }) {
				found = append(found, run)
			}
		}
	}
	return found
}

// ofGroup returns the workloads in sight that are objects of an API group.
func (w *world) ofGroup(from *object, group string) []*workload {
	var found []*workload
	for _, run := range w.sights().groups[clusterRef{from.cluster, group}] {
		if w.sees(from, run.object) {
			found = append(found, run)
		}
	}
	return found
}

// namespaces lists those of an object's cluster that have workloads.
func (w *world) namespaces(from *object) []string { return w.sights().spaces[from.cluster] }

// bearing returns the workloads in sight, of all namespaces, whose pods have the
// labels that a plain selector wants.
func (w *world) bearing(from *object, selector strict.Value) []*workload {
	s := w.sights()
	if s.bearers == nil {
		s.bearers = map[clusterLabel][]*workload{}
		for cluster, spaces := range s.spaces {
			for _, ns := range spaces {
				for l, runs := range w.spaces[namespaceRef{cluster, ns}].byLabel {
					at := clusterLabel{cluster, l}
					s.bearers[at] = append(s.bearers[at], runs...)
				}
			}
		}
	}
	for key, v := range selector.Fields() {
		return w.satisfying(from, selector, s.bearers[clusterLabel{from.cluster, label{key.Text, v.Text()}}])
	}
	return nil
}

// inSight returns the workloads in sight that are so, in the order of the input. They
// are found once for each question: equal questions have equal answers.
func (w *world) inSight(from *object, question, more string, is func(*workload) bool) []*workload {
	ask := sight(from, question, more)
	s := w.sights()
	found, known := s.asked[ask]
	if !known {
		for _, run := range w.workloads {
			if w.sees(from, run.object) && is(run) {
				found = append(found, run)
			}
		}
		s.asked[ask] = found
	}
	return found
}

// saying returns the workloads in sight that are started with a word.
func (w *world) saying(from *object, word string) []*workload {
	if word == "" {
		return nil
	}
	return w.inSight(from, "says", word, func(run *workload) bool { return saysWord(run, word) })
}

// applications are those of Argo CD, which others know by name.
type applications struct {
	all    []*object
	byName map[string]int    // the first of a name
	byBoth map[[2]string]int // the first of a namespace and name
}

func (a *applications) add(o *object) {
	if a.byName == nil {
		a.byName, a.byBoth = map[string]int{}, map[[2]string]int{}
	}
	if _, known := a.byName[o.name]; !known {
		a.byName[o.name] = len(a.all)
	}
	if at := [2]string{o.ns, o.name}; !known(a.byBoth, at) {
		a.byBoth[at] = len(a.all)
	}
	a.all = append(a.all, o)
}

func known[K comparable, V any](m map[K]V, k K) bool {
	_, ok := m[k]
	return ok
}

// find returns the first Application that is called so, or is meant by its namespace
// and name: "argocd_shop". nil: none.
func (a *applications) find(name string) *object {
	first := len(a.all)
	if i, ok := a.byName[name]; ok {
		first = i
	}
	if ns, short, found := strings.Cut(name, "_"); found {
		if i, ok := a.byBoth[[2]string{ns, short}]; ok {
			first = min(first, i)
		}
	}
	if first == len(a.all) {
		return nil
	}
	return a.all[first]
}
