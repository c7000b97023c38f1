package kubernetes

import (
	"encoding/binary"
	"slices"

	"github.com/fateline/fateline/analyzer/strict"
)

// The objects of the Prometheus operator do not name who acts on them: a Prometheus, a
// ThanosRuler or an Alertmanager selects them, by their labels and by those of their
// namespaces. A selector that is null or absent selects nothing, an empty one
// everything; of namespaces, null and absent mean its own (API reference of the
// operator, ruleSelector, ruleNamespaceSelector and those of the other kinds).

// audience is who acts on an object: one for all objects on which the same act.
type audience struct {
	runs []*workload // in the order of the input
	ids  []target    // of the same
}

// readers are those that select objects of one kind, as seen from one cluster and edition.
type readers struct {
	all      *audience // those that select everything everywhere
	own      map[string][]*workload
	labelled map[label][]*workload // by the first label that they want
	others   []*workload
}

// audiences finds them. It costs a look-up for each label of an object, and a step for
// each of its readers that selects neither everything nor by a label.
type audiences struct {
	readers map[sightRef]*readers
	made    map[string]*audience // by the places of its workloads in the input
	at      map[*workload]int    // the place in the input
}

// audience returns who selects an object with the fields that begin so: "rule" for
// ruleSelector and ruleNamespaceSelector.
func (e *emitter) audience(o *object, field string) *audience {
	x := &e.audiences
	if x.at == nil {
		x.readers, x.made, x.at = map[sightRef]*readers{}, map[string]*audience{}, make(map[*workload]int, len(e.w.workloads))
		for i, run := range e.w.workloads {
			x.at[run] = i
		}
	}
	ask := sight(o, "selects", field)
	r := x.readers[ask]
	if r == nil {
		r = x.readersOf(e.w.ofGroup(o, monitoring), field)
		x.readers[ask] = r
	}
	var more []*workload
	listen := func(runs []*workload) {
		for _, run := range runs {
			if e.chooses(run, o, field) {
				more = append(more, run)
			}
		}
	}
	listen(r.own[o.ns])
	listen(r.others)
	if len(r.labelled) > 0 {
		for _, l := range o.labels {
			listen(r.labelled[l])
		}
	}
	if len(more) == 0 {
		return r.all
	}
	return x.of(slices.Concat(r.all.runs, more))
}

// readersOf sorts workloads by what they select.
func (x *audiences) readersOf(runs []*workload, field string) *readers {
	r := &readers{own: map[string][]*workload{}, labelled: map[label][]*workload{}}
	var all []*workload
	for _, run := range runs {
		objects, spaces := run.get("spec", field+"Selector"), run.get("spec", field+"NamespaceSelector")
		first, labelled := firstPair(objects.Get("matchLabels"))
		switch {
		case objects.Type() <= strict.Null:
		case spaces.Type() <= strict.Null:
			r.own[run.ns] = append(r.own[run.ns], run)
		case labelled:
			r.labelled[first] = append(r.labelled[first], run)
		case objects.Get("matchExpressions").Len() == 0 && spaces.Get("matchLabels").Len() == 0 && spaces.Get("matchExpressions").Len() == 0:
			all = append(all, run)
		default:
			r.others = append(r.others, run)
		}
	}
	r.all = x.of(all)
	return r
}

func firstPair(labels strict.Value) (label, bool) {
	for k, v := range labels.Fields() {
		return label{k.Text, v.Text()}, true
	}
	return label{}, false
}

// chooses says whether a workload selects an object.
func (e *emitter) chooses(run *workload, o *object, field string) bool {
	objects, spaces := run.get("spec", field+"Selector"), run.get("spec", field+"NamespaceSelector")
	switch {
	case objects.Type() <= strict.Null || !selects(objects, o.labels):
		return false
	case spaces.Type() <= strict.Null:
		return run.ns == o.ns
	}
	return spaces.Len() == 0 || selects(spaces, e.w.namespace(o, o.ns))
}

// of returns the audience of workloads.
func (x *audiences) of(runs []*workload) *audience {
	slices.SortFunc(runs, func(a, b *workload) int { return x.at[a] - x.at[b] })
	var key []byte
	for _, run := range runs {
		key = binary.AppendUvarint(key, uint64(x.at[run]))
	}
	a := x.made[string(key)]
	if a == nil {
		a = &audience{runs: runs, ids: to(ids(runs)...)}
		x.made[string(key)] = a
	}
	return a
}
