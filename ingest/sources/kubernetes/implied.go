package kubernetes

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/ingest/link"
)

// Every cluster has an API server, cluster DNS and a network plugin, whether the
// inputs show them or not. What is found takes the place of what is implied.

// control is the control plane of one cluster. The editions of what runs in it share it.
type control struct {
	at      depgraph.Origin
	from    *object       // an object of the cluster
	api     link.Name     // of the API server
	apiIDs  []depgraph.ID // those that were found
	dns     []depgraph.ID
	cni     []depgraph.ID        // what whoever joins the pod network needs: all of them
	plugins []*workload          // those that were found
	apiTo   []target             // the API server
	cniTo   []target             // each of cni
	dnsTo   []target             // cluster DNS, any of it
	real    map[depgraph.ID]bool // those of the three that the inputs show
	objects []controlled         // nodes that are objects of the API server but of no object here
}

type controlled struct {
	id depgraph.ID
	at depgraph.Origin
}

// control1 returns the control plane that an object lives under.
func (e *emitter) controlOf(o *object) *control {
	return e.control[o.cluster]
}

// findControl finds the control planes.
func (e *emitter) findControl() {
	var last *object
	for _, o := range e.w.objects {
		if last != nil && last.cluster == o.cluster {
			continue // as of most
		}
		if last = o; e.control[o.cluster] == nil {
			e.control[o.cluster] = &control{from: shared(o), at: o.here(), real: map[depgraph.ID]bool{}}
		}
	}
	for _, run := range e.w.workloads {
		c := e.controlOf(run.object)
		switch {
		case isAPIServer(run):
			c.apiIDs = append(c.apiIDs, run.id)
		case isDNS(run):
			c.dns = append(c.dns, run.id)
		case isCNI(run):
			c.plugins = append(c.plugins, run)
		default:
			continue
		}
		c.real[run.id] = true
	}
	for _, cluster := range sortedKeys(e.control) {
		e.settleControl(cluster, e.control[cluster])
	}
}

func isAPIServer(run *workload) bool {
	return run.ns == "kube-system" && (run.pod.labels.get("component") == "kube-apiserver" || hasImage(run, "kube-apiserver"))
}

func isDNS(run *workload) bool {
	if run.kind == "DaemonSet" && strings.Contains(run.name, "node-local") {
		return false
	}
	return run.pod.labels.get("k8s-app") == "kube-dns" || run.ns == "kube-system" && (hasImage(run, "coredns") || run.name == "coredns" || run.name == "kube-dns")
}

// isCNI says whether a workload puts the network plugin on every node.
func isCNI(run *workload) bool {
	if run.kind != "DaemonSet" {
		return false
	}
	if hosted, _ := run.pod.spec("hostNetwork").v.Bool(); !hosted {
		return false
	}
	for _, v := range run.pod.volumes {
		path := strings.TrimSuffix(v.get("hostPath", "path").text(), "/")
		if path == "/etc/cni/net.d" || path == "/opt/cni/bin" || path == "/etc/cni" {
			return true
		}
	}
	return false
}

func hasImage(run *workload, base string) bool {
	return slices.ContainsFunc(run.pod.containers, func(c *container) bool { return c.base() == base })
}

// settleControl settles the ids of the three and binds the names of the API server.
func (e *emitter) settleControl(cluster string, c *control) {
	prefix := e.w.clusterPrefix(cluster)
	system := func(name string) depgraph.ID {
		return depgraph.ID{Kind: depgraph.KindService, Name: prefix + "kube-system/" + name}
	}
	scope := e.w.scope(c.from, "kube-system")
	parts, copied := c.parts()
	c.cniTo = nil
	if c.cni = slices.Concat(parts...); copied {
		c.cni = []depgraph.ID{system("cni")}
	}
	c.api = objectName(scope, "implied", "kube-apiserver")
	names := append(e.w.dnsNames(c.from, "default", "kubernetes"), c.api)
	if e.w.service(c.from, "default", "kubernetes") != nil {
		names = []link.Name{c.api}
	}
	if len(c.apiIDs) == 0 {
		c.apiIDs = []depgraph.ID{system("kube-apiserver")}
		e.imply(c.apiIDs[0], c.at, "every cluster has an API server", names...)
		n := need{owner: c.apiIDs[0], to: to(e.areas[cluster].id), phases: startRun, via: depgraph.PlacedIn, basis: depgraph.Implied, confidence: impliedConfidence, at: c.at}
		e.need(n)
	} else {
		e.standsFor(c.apiIDs, system("kube-apiserver"), c.at, names)
	}
	c.apiTo = []target{{Name: c.api, Else: c.apiIDs[0]}}
	if len(c.dns) == 0 {
		c.dns = []depgraph.ID{system("coredns")}
		e.imply(c.dns[0], c.at, "every cluster resolves its names", objectName(scope, "implied", "coredns"))
		e.needsControl(c, c.dns[0], c.at, true)
	} else {
		e.standsFor(c.dns, system("coredns"), c.at, []link.Name{objectName(scope, "implied", "coredns")})
	}
	names = []link.Name{objectName(scope, "implied", "cni")}
	switch {
	case len(c.plugins) == 0:
		c.cni, c.cniTo = []depgraph.ID{system("cni")}, nil
		e.imply(c.cni[0], c.at, "every cluster has a network plugin", names...)
		e.needsControl(c, c.cni[0], c.at, false)
	case copied:
		e.imply(c.cni[0], c.at, "the inputs show several clusters as one, each with a network plugin", names...)
		for _, copies := range parts {
			e.need(need{owner: c.cni[0], to: to(copies...), phases: startRun, via: depgraph.RoutesTo, basis: depgraph.Implied, confidence: impliedConfidence, at: c.at, note: "one of them is that of the pod's own cluster"})
		}
	default:
		e.standsFor(c.cni, system("cni"), c.at, names)
	}
}

// parts returns the workloads that make up the network plugin, in the order of the
// input, those of one name together. A cluster runs each part once: copied says that
// namespaces have one of their own, so that whose pods each serves is not known. They
// are alternatives then, behind one node: what every pod says of every copy would grow
// with the square of the copies.
func (c *control) parts() (parts [][]depgraph.ID, copied bool) {
	at := map[string]int{}
	first := map[string]string{} // the namespace of the first of a name
	for _, run := range c.plugins {
		i, known := at[run.name]
		if !known {
			i = len(parts)
			at[run.name], first[run.name] = i, run.ns
			parts = append(parts, nil)
		}
		parts[i] = append(parts[i], run.id)
		copied = copied || first[run.name] != run.ns
	}
	return parts, copied
}

// standsFor lets real workloads answer to the id of an implied one.
func (e *emitter) standsFor(real []depgraph.ID, implied depgraph.ID, at depgraph.Origin, names []link.Name) {
	b := link.Binding{Alternatives: true, Origin: at}
	if !slices.Contains(real, implied) {
		b.Names = append(b.Names, link.ID(implied))
	}
	b.Names = append(b.Names, names...)
	for _, id := range real {
		b.To = append(b.To, link.ID(id))
	}
	e.bind(b)
}

// apiServer is the name of the API server of an object's cluster.
func (e *emitter) apiServer(o *object) link.Name { return e.controlOf(o).api }

// needsControl adds what a node needs because it is in a cluster: it stands there;
// as an object it needs the API server, and on the pod network the plugin.
func (e *emitter) needsControl(c *control, id depgraph.ID, at depgraph.Origin, network bool) {
	implied := need{owner: id, basis: depgraph.Implied, confidence: impliedConfidence, at: at}
	place := implied
	place.to, place.phases, place.via = to(e.area(c.from).id), startRun, depgraph.PlacedIn
	e.need(place)
	e.needsAPI(c, id, at)
	if network {
		e.needsCNI(c, id, at)
	}
}

func (e *emitter) needsAPI(c *control, id depgraph.ID, at depgraph.Origin) {
	if slices.Contains(c.apiIDs, id) {
		return
	}
	e.need(need{
		owner: id, to: c.apiTo, phases: startToEnd, via: "orchestrated-by",
		basis: depgraph.Implied, confidence: impliedConfidence, at: at, note: "objects of a cluster come up and change through its API server",
	})
}

func (e *emitter) needsCNI(c *control, id depgraph.ID, at depgraph.Origin) {
	if len(c.cniTo) != len(c.cni) {
		c.cniTo = to(c.cni...)
	}
	for i, cni := range c.cni {
		if cni != id {
			e.need(need{
				owner: id, to: c.cniTo[i : i+1], phases: starts, via: "networked-by", basis: depgraph.Implied, confidence: impliedConfidence, at: at,
				note: "pods on the pod network start once the network plugin runs on their node",
			})
		}
	}
}

// emitImplied adds what every object and every workload of a cluster needs.
func (e *emitter) emitImplied() {
	for _, cluster := range sortedKeys(e.control) {
		c := e.control[cluster]
		for _, x := range c.objects {
			e.needsAPI(c, x.id, x.at)
		}
	}
	for _, o := range e.w.objects {
		if !e.isNamed(o) || o.node.implied || !isControlled(o.id.Kind) {
			continue
		}
		o.node.implied = true
		e.needs(o)
		c := e.controlOf(o)
		run := o.run
		switch {
		case run == nil:
			e.needsAPI(c, o.id, o.here())
			continue
		case !run.static && !isControlPlane(run):
			e.needsAPI(c, run.id, run.here())
		}
		hosted, _ := run.pod.spec("hostNetwork").v.Bool()
		if !hosted { // as plugins are
			e.needsCNI(c, run.id, run.here())
		}
		e.emitResolver(c, run, hosted)
	}
}

// emitResolver adds the need for cluster DNS of a workload that uses in-cluster names.
func (e *emitter) emitResolver(c *control, run *workload, hosted bool) {
	uses, at := e.node(run.object).resolves, e.node(run.object).first.origin()
	policy := run.pod.spec("dnsPolicy").text()
	if !uses || policy == "None" || policy == "Default" || hosted && policy != "ClusterFirstWithHostNet" {
		return
	}
	if len(c.dnsTo) != len(c.dns) {
		c.dnsTo = to(c.dns...)
	}
	if !slices.Contains(c.dns, run.id) {
		e.need(need{
			owner: run.id, to: c.dnsTo, phases: runs, via: depgraph.Resolves, basis: depgraph.Implied, confidence: impliedConfidence, at: at,
			note: "it looks up in-cluster names",
		})
	}
}

// isControlled says whether nodes of a kind live in the API server: places do not.
func isControlled(k depgraph.Kind) bool { return !k.IsPlace() }

// isControlPlane says whether a workload is one that the API server itself needs.
func isControlPlane(run *workload) bool {
	return isAPIServer(run) || run.pod.labels.get("component") == "etcd" || run.ns == "kube-system" && hasImage(run, "etcd")
}
