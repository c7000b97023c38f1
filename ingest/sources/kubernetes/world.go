package kubernetes

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// world is everything that the unit holds, indexed, so that objects find each other.
// Look-ups never leave a cluster, and prefer the edition of whoever looks.
type world struct {
	objects   []*object
	workloads []*workload
	services  []*service
	clusters  []string // the names among the inputs, sorted
	dirs      *directories

	spaces   map[namespaceRef]*namespace
	editions map[objectRef][]string  // by a ref without edition: the editions that have it
	release  map[*object]bool        // HelmReleases beside a Kustomization of the same name
	tools    map[*object]*object     // what a chart installs, to the tool that does
	kinds    map[kindRef][]*object   // those of a kind that was asked for, in the order of the input
	claimed  map[objectRef][]*object // PersistentVolumes by the claim that they name
	called   map[string]bool         // the names of what a host name of a cluster can stand for, in any namespace
	hosts    map[hostRef]bool        // other hosts that the inputs define, such as those of Ingresses
	scopes   map[objectRef]string    // by cluster, edition and namespace
	indexed  *sights                 // nil until asked

	spaceLabels map[sightRef]labels // of namespaces, as somebody sees them
}

type objectRef struct {
	cluster, edition, kind, ns, name string
}

type hostRef struct{ cluster, host string }

type kindRef struct{ group, kind string }

// workload is an object that runs pods.
type workload struct {
	*object
	pod *pod // its template; empty for what an operator makes

	replicas   *int  // nil is unknown
	origin     field // of the number of replicas
	autoscaled bool
	entries    []entry     // the configuration that it reads, until it is emitted
	files      []link.Name // of the inputs, that its configuration is made from, likewise
	read       bool
	static     bool       // a static pod: it is started by its host, without the API server
	words      *saidWords // nil until asked
}

// newWorld indexes the objects, whose clusters and editions are settled.
func newWorld(objects []*object, clusters []string) *world {
	w := &world{
		objects: objects, clusters: clusters, dirs: directoriesOf(objects),
		spaces: map[namespaceRef]*namespace{}, editions: map[objectRef][]string{}, tools: map[*object]*object{}, kinds: map[kindRef][]*object{},
		release: map[*object]bool{}, claimed: map[objectRef][]*object{}, hosts: map[hostRef]bool{}, scopes: map[objectRef]string{}, spaceLabels: map[sightRef]labels{}, called: map[string]bool{},
	}
	w.settle()
	for _, o := range objects {
		if o.is("", "PersistentVolume") && o.get("spec", "claimRef").Exists() {
			ref := o.get("spec", "claimRef")
			claim := objectRef{cluster: o.cluster, ns: ref.Get("namespace").Text(), name: ref.Get("name").Text()}
			w.claimed[claim] = append(w.claimed[claim], o)
		}
		ref := member{o.edition, o.lookupKind(), o.name}
		if ref.kind == "Service" || ref.kind == knativeService {
			w.called[o.name] = true
		}
		if o.home.objects[ref] == nil {
			o.home.objects[ref] = o
			if o.edition != "" {
				open := objectRef{o.cluster, "", ref.kind, o.ns, o.name}
				w.editions[open] = append(w.editions[open], o.edition)
			}
		}
	}
	w.nameNodes()
	for _, o := range objects {
		w.addWorkload(o)
		w.addService(o)
	}
	w.addReleases()
	w.settleServices()
	return w
}

// ofKind returns the objects of a kind, in the order of the input.
func (w *world) ofKind(group, kind string) []*object {
	at := kindRef{group, kind}
	all, asked := w.kinds[at]
	if !asked {
		for _, o := range w.objects {
			if o.is(group, kind) {
				all = append(all, o)
			}
		}
		w.kinds[at] = all
	}
	return all
}

// lookupKind is the kind by which others refer to an object: what is the same to
// them has one name.
func (o *object) lookupKind() string {
	if o.group == "" || o.group == "argoproj.io" || strings.HasSuffix(o.group, ".fluxcd.io") || o.group == "cert-manager.io" || o.group == "external-secrets.io" {
		return o.kind
	}
	return o.kind + "." + o.group
}

// nameNodes gives every object its id: with the cluster in front where there are
// several, and with the edition where another one has an object of the same key.
func (w *world) nameNodes() {
	contested := map[key]map[string]bool{}
	if slices.ContainsFunc(w.objects, func(o *object) bool { return o.edition != "" }) {
		for _, o := range w.objects {
			k := keyOf(o)
			if contested[k] == nil {
				contested[k] = map[string]bool{}
			}
			contested[k][o.edition] = true
		}
	}
	deliveries := map[key]bool{}
	for _, o := range w.ofKind(kustomizeGroup, "Kustomization") {
		deliveries[keyOf(o)] = true
	}
	for _, o := range w.objects {
		id, called := naming(o)
		if id.IsZero() {
			continue
		}
		if o.plain = o.edition == "" && len(w.clusters) < 2 && !o.is(helmGroup, "HelmRelease"); o.plain {
			o.id, o.called = id, called
			continue
		}
		if o.edition != "" && len(contested[keyOf(o)]) > 1 {
			id.Name = o.edition + "/" + id.Name
		}
		if o.is(helmGroup, "HelmRelease") {
			k := keyOf(o)
			k.group, k.kind = kustomizeGroup, "Kustomization"
			if w.release[o] = deliveries[k]; w.release[o] {
				id.Name += releaseSuffix
			}
		}
		id.Name = w.clusterPrefix(o.cluster) + id.Name
		o.id = id
	}
}

// releaseSuffix tells a HelmRelease from the Kustomization of the same name that
// delivers it, as many do: both are tool:flux/NS/NAME, and they are not one.
const releaseSuffix = "/release"

// clusterPrefix is what stands in front of an id's name: nothing while there is one cluster.
func (w *world) clusterPrefix(cluster string) string {
	if len(w.clusters) > 1 && cluster != "" {
		return cluster + "/"
	}
	return ""
}

// aliases returns the other ids of an object: the one without cluster and edition.
func (w *world) aliases(o *object) []string {
	if o.plain {
		return nil
	}
	short := idOf(o)
	if w.release[o] {
		short.Name += releaseSuffix
	}
	if short != o.id && !short.IsZero() {
		return []string{short.String()}
	}
	return nil
}

// find returns the object that one refers to by kind, namespace and name, nil where
// the inputs show none.
func (w *world) find(from *object, kind, ns, name string) *object {
	if name == "" {
		return nil
	}
	s := w.in(from, ns)
	ref := member{from.edition, kind, name}
	if o := s.objects[ref]; o != nil {
		return o
	}
	if len(w.editions) == 0 {
		return nil
	}
	ref.edition = ""
	if o := s.objects[ref]; o != nil {
		return o
	}
	if in := w.editions[objectRef{from.cluster, "", kind, ns, name}]; len(in) == 1 {
		ref.edition = in[0]
		return s.objects[ref]
	}
	return nil
}

// sees says whether an object of one edition is in sight of another: of the same,
// or one of them of none. What is contested is only in sight within its edition.
func (w *world) sees(from, to *object) bool {
	return from.cluster == to.cluster && (from.edition == to.edition || from.edition == "" || to.edition == "")
}

// addWorkload enters an object that runs pods.
func (w *world) addWorkload(o *object) {
	path, is := templatePath(o)
	op, operator := operatorOf(o)
	if !is && !operator || o.name == "" || w.owned(o) {
		return
	}
	run := &workload{object: o}
	if operator {
		run.pod = op.pod(o)
		run.replicas, run.origin = number(field{v: o.get(op.replicas...), f: o.file})
		for _, host := range op.hosts(o) {
			o.home.made[host] = run
			w.called[host] = true
		}
	} else {
		run.pod = readPod(field{v: o.get(path...), f: o.file})
		run.pod = o.overlay.apply(run.pod)
		if slices.Equal(run.pod.labels, o.labels) {
			run.pod.labels = o.labels
		}
		run.countReplicas()
		run.static = isStatic(o, run.pod)
	}
	w.workloads = append(w.workloads, run)
	o.run = run
	s := o.home
	s.workloads = append(s.workloads, run)
	s.byName[o.name] = append(s.byName[o.name], run)
	for _, l := range run.pod.labels {
		s.byLabel[l] = append(s.byLabel[l], run)
	}
}

// owned says whether a controller among the inputs made the object, as in a dump of
// a cluster: then the controller stands for it.
func (w *world) owned(o *object) bool {
	for ref := range o.get("metadata", "ownerReferences").Items() {
		kind := ref.Get("kind").Text()
		if kind == "Node" {
			continue
		}
		if group := groupOf(ref.Get("apiVersion").Text()); group != "" && kind != "Rollout" {
			kind += "." + group
		}
		if w.find(o, kind, o.ns, ref.Get("name").Text()) != nil {
			return true
		}
	}
	return false
}

// countReplicas reads the number of replicas. Deployments and StatefulSets have one
// where they state none; an overlay may say another.
func (run *workload) countReplicas() {
	if n, x := run.overlay.replicasOf(run.object); n != nil {
		run.replicas, run.origin = n, x
		return
	}
	switch run.kind {
	case "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController", "DeploymentConfig", "Rollout", "CloneSet":
		run.replicas, run.origin = number(field{v: run.get("spec", "replicas"), f: run.file})
		if run.replicas == nil && !run.get("spec", "replicas").Exists() {
			one := 1
			run.replicas = &one
		}
	case "Pod":
		one := 1
		run.replicas = &one
	}
}

// number returns a number that a field states, nil where it states none.
func number(x field) (*int, field) {
	if n, ok := x.v.Int(); ok && n >= 0 {
		return &n, x
	}
	return nil, x
}

// isStatic says whether a pod is one that a host starts from its own disk.
func isStatic(o *object, p *pod) bool {
	if o.kind != "Pod" {
		return false
	}
	for ref := range o.get("metadata", "ownerReferences").Items() {
		if ref.Get("kind").Text() == "Node" {
			return true
		}
	}
	if o.annotation("kubernetes.io/config.source").Text() == "file" || o.annotation("kubernetes.io/config.mirror").Exists() {
		return true
	}
	hosted, _ := p.spec("hostNetwork").v.Bool()
	return hosted && o.ns == "kube-system" && o.labels.get("tier") == "control-plane"
}

// selected returns the workloads of a namespace whose pods have the labels that a
// plain selector wants, as seen from an object.
func (w *world) selected(from *object, ns string, selector strict.Value) []*workload {
	return nearest(from, w.labelled(from, ns, selector))
}

// labelled is the same, of every edition in sight.
func (w *world) labelled(from *object, ns string, selector strict.Value) []*workload {
	for key, v := range selector.Fields() {
		return w.satisfying(from, selector, w.in(from, ns).byLabel[label{key.Text, v.Text()}])
	}
	return nil
}

// satisfying returns those of candidates, which have the first label that a plain
// selector wants, that are in sight and have the others.
func (w *world) satisfying(from *object, selector strict.Value, candidates []*workload) []*workload {
	var found []*workload
	for _, run := range candidates {
		if w.sees(from, run.object) && plainSelects(selector, run.pod.labels) {
			found = append(found, run)
		}
	}
	return found
}

// matched is the same for a selector with expressions.
func (w *world) matched(from *object, ns string, selector strict.Value) []*workload {
	candidates := w.in(from, ns).workloads
	for key, v := range selector.Get("matchLabels").Fields() {
		candidates = w.in(from, ns).byLabel[label{key.Text, v.Text()}]
		break // the others are checked below
	}
	var found []*workload
	for _, run := range candidates {
		if w.sees(from, run.object) && selects(selector, run.pod.labels) {
			found = append(found, run)
		}
	}
	return nearest(from, found)
}

// nearest leaves those of the edition of from where that has some of their kind and name.
func nearest(from *object, found []*workload) []*workload {
	if from.edition == "" {
		return found
	}
	own := map[key]bool{}
	for _, run := range found {
		if run.edition == from.edition {
			own[keyOf(run.object)] = true
		}
	}
	return slices.DeleteFunc(found, func(run *workload) bool { return run.edition != from.edition && own[keyOf(run.object)] })
}

// ids returns the ids of workloads, sorted and distinct.
func ids(runs []*workload) []depgraph.ID {
	out := make([]depgraph.ID, 0, len(runs))
	for _, run := range runs {
		out = append(out, run.id)
	}
	slices.SortFunc(out, depgraph.ID.Compare)
	return slices.Compact(out)
}

// namespace returns the labels of a namespace: those that the inputs show, and the
// one that every namespace has.
func (w *world) namespace(from *object, ns string) labels {
	at := sight(from, "namespace", ns)
	known := w.spaceLabels[at]
	if known == nil {
		known = w.readNamespace(from, ns)
		w.spaceLabels[at] = known
	}
	return known
}

func (w *world) readNamespace(from *object, ns string) labels {
	own := labels{{"kubernetes.io/metadata.name", ns}}
	if o := w.find(from, "Namespace", "", ns); o != nil {
		return o.labels.with(own)
	}
	return own
}
