package kubernetes

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/link"
)

// pools are the kinds that are node pools, as "group/Kind".
var pools = map[string]bool{
	"karpenter.sh/NodePool": true, "karpenter.sh/Provisioner": true, "kops.k8s.io/InstanceGroup": true,
	"cluster.x-k8s.io/MachineDeployment": true, "cluster.x-k8s.io/MachinePool": true,
	"container.cnrm.cloud.google.com/ContainerNodePool": true, "machine.openshift.io/MachineSet": true,
}

// pool is a set of nodes that are made alike, or one node that belongs to none.
type pool struct {
	id      depgraph.ID
	at      depgraph.Origin
	labels  map[string][]string // what its nodes may carry
	taints  []strict.Value
	zones   []depgraph.ID // where its nodes may stand; none is unknown
	zonesAt depgraph.Origin
	control bool // it runs the control plane, and no ordinary workload
}

func (p *pool) values(key string) []string {
	if vs := p.labels[key]; len(vs) > 0 {
		return vs
	}
	if kind := placeKind(key); kind == depgraph.KindZone {
		var out []string
		for _, z := range p.zones {
			out = append(out, z.Name)
		}
		return out
	}
	return nil
}

// area is what is known of one cluster as a place.
type area struct {
	id       depgraph.ID
	to       []target // that node; nil until asked
	at       depgraph.Origin
	named    bool
	pools    []*pool
	complete bool          // these are all of its pools
	zones    []depgraph.ID // of its control plane, or the region of a managed one
	zonesAt  depgraph.Origin
	zoneNeed depgraph.Need
}

// findAreas collects what the inputs say about the clusters as places.
func (e *emitter) findAreas() {
	subnets := map[[2]string]string{} // kops: cluster and subnet to its zone
	for _, o := range e.w.objects {
		if o.is("kops.k8s.io", "Cluster") {
			for s := range o.get("spec", "subnets").Items() {
				subnets[[2]string{o.name, s.Get("name").Text()}] = s.Get("zone").Text()
			}
		}
	}
	var a *area
	var last *object
	for _, o := range e.w.objects {
		if last == nil || last.cluster != o.cluster {
			last, a = o, e.area(o)
		}
		a := a
		switch {
		case o.is("", "Node"):
			e.addNode(a, o)
		case o.is("eksctl.io", "ClusterConfig"):
			e.addEksctl(a, o)
		case o.foreign != "" && pools[o.foreign]:
			if p := readPool(o, subnets); p != nil {
				if of := o.get("spec", "clusterName").Text(); of != "" && o.group == clusterAPI {
					a = e.areaOf(of, o.here()) // not the one in which the object lives
				}
				a.pools = append(a.pools, p)
			}
		}
		for _, name := range definedClusters(o) {
			e.defineCluster(o, name, subnets)
		}
	}
}

// area returns what is known of the cluster of an object.
func (e *emitter) area(o *object) *area {
	if a := e.areas[o.cluster]; a != nil {
		return a
	}
	return e.areaOf(o.cluster, o.here())
}

func (e *emitter) areaOf(cluster string, at depgraph.Origin) *area {
	a := e.areas[cluster]
	if a == nil {
		name := cluster
		if name == "" {
			name = unnamed
		}
		a = &area{id: depgraph.ID{Kind: depgraph.KindCluster, Name: name}, at: at, named: cluster != ""}
		e.areas[cluster] = a
	}
	return a
}

// defineCluster takes note of an object that defines a cluster, and of where its
// control plane stands.
func (e *emitter) defineCluster(o *object, name string, subnets map[[2]string]string) {
	a := e.areaOf(name, o.here())
	a.at = o.here()
	var zones []depgraph.ID
	var x strict.Value
	switch o.group {
	case "kops.k8s.io":
		x = o.get("spec", "etcdClusters")
		for cluster := range x.Items() {
			for m := range cluster.Get("etcdMembers").Items() {
				subnet := strings.TrimPrefix(firstText(m.Get("instanceGroup"), m.Get("name")), "master-")
				subnet = strings.TrimPrefix(subnet, "control-plane-")
				zone := subnets[[2]string{name, subnet}]
				if zone == "" {
					zone = subnet
				}
				zones = append(zones, depgraph.ID{Kind: depgraph.KindZone, Name: zone})
			}
			break
		}
		a.zoneNeed = depgraph.Quorum
	case "eksctl.io":
		x = o.get("metadata", "region")
		zones = []depgraph.ID{{Kind: depgraph.KindRegion, Name: x.Text()}}
	case "container.cnrm.cloud.google.com":
		x = o.get("spec", "location")
		kind := depgraph.KindRegion
		if regionOf(x.Text()) != "" {
			kind = depgraph.KindZone
		}
		zones = []depgraph.ID{{Kind: kind, Name: x.Text()}}
	}
	if x.Exists() {
		a.zones, a.zonesAt = distinct(zones), o.at(x)
	}
}

func firstText(vs ...strict.Value) string {
	for _, v := range vs {
		if s := v.Text(); s != "" {
			return s
		}
	}
	return ""
}

// readPool reads a node pool of any family.
func readPool(o *object, subnets map[[2]string]string) *pool {
	p := &pool{id: o.id, at: o.here(), labels: map[string][]string{}}
	switch o.group {
	case "karpenter.sh":
		spec := o.get("spec")
		if o.kind == "NodePool" {
			p.addLabels(o.get("spec", "template", "metadata", "labels"))
			spec = o.get("spec", "template", "spec")
		} else {
			p.addLabels(spec.Get("labels"))
		}
		p.labels["karpenter.sh/nodepool"] = []string{o.name}
		p.labels["karpenter.sh/provisioner-name"] = []string{o.name}
		p.addTaints(spec.Get("taints"))
		for x := range spec.Get("requirements").Items() {
			if x.Get("operator").Text() != "In" {
				continue
			}
			key, values := x.Get("key").Text(), items(x.Get("values"))
			p.labels[key] = values
			if placeKind(key) == depgraph.KindZone {
				p.zones, p.zonesAt = placesOf(key, values), o.at(x)
			}
		}
	case "kops.k8s.io":
		readInstanceGroup(p, o, subnets)
	case "cluster.x-k8s.io":
		p.addLabels(o.get("spec", "template", "metadata", "labels"))
		domain := o.get("spec", "template", "spec", "failureDomain")
		zones := items(o.get("spec", "failureDomains"))
		at := o.get("spec", "failureDomains")
		if domain.Exists() {
			zones, at = append(zones, domain.Text()), domain
		}
		p.zones, p.zonesAt = placesOf(zoneLabel, zones), o.at(at)
	case "container.cnrm.cloud.google.com":
		p.addLabels(o.get("spec", "nodeConfig", "labels"))
		p.labels["cloud.google.com/gke-nodepool"] = []string{o.name}
		p.addTaints(o.get("spec", "nodeConfig", "taint"))
		at := o.get("spec", "nodeLocations")
		zones := items(at)
		if location := o.get("spec", "location"); len(zones) == 0 && regionOf(location.Text()) != "" {
			zones, at = []string{location.Text()}, location
		}
		p.zones, p.zonesAt = placesOf(zoneLabel, zones), o.at(at)
	case "machine.openshift.io":
		spec := o.get("spec", "template", "spec")
		p.addLabels(spec.Get("metadata", "labels"))
		p.addTaints(spec.Get("taints"))
		at := spec.Get("providerSpec", "value", "placement", "availabilityZone")
		p.zones, p.zonesAt = placesOf(zoneLabel, []string{at.Text()}), o.at(at)
	}
	return p
}

func readInstanceGroup(p *pool, o *object, subnets map[[2]string]string) {
	spec := o.get("spec")
	p.addLabels(spec.Get("nodeLabels"))
	p.labels["kops.k8s.io/instancegroup"] = []string{o.name}
	role := spec.Get("role").Text()
	p.control = role == "Master" || role == "ControlPlane" || role == "APIServer"
	at := spec.Get("zones")
	zones := items(at)
	if len(zones) == 0 {
		at = spec.Get("subnets")
		for _, s := range items(at) {
			if zone := subnets[[2]string{o.cluster, s}]; zone != "" {
				s = zone
			}
			zones = append(zones, s)
		}
	}
	p.zones, p.zonesAt = placesOf(zoneLabel, zones), o.at(at)
}

func (p *pool) addLabels(v strict.Value) {
	for k, item := range v.Fields() {
		p.labels[k.Text] = []string{item.Text()}
	}
}

func (p *pool) addTaints(v strict.Value) {
	for t := range v.Items() {
		p.taints = append(p.taints, t)
	}
}

// addEksctl adds the node groups of an eksctl configuration, which are all there are.
func (e *emitter) addEksctl(a *area, o *object) {
	for _, list := range []string{"nodeGroups", "managedNodeGroups"} {
		for g := range o.get(list).Items() {
			name := g.Get("name")
			p := &pool{id: depgraph.ID{Kind: depgraph.KindNodePool, Name: e.w.clusterPrefix(o.cluster) + name.Text()}, at: o.at(name), labels: map[string][]string{}}
			if name.Text() == "" {
				continue
			}
			p.addLabels(g.Get("labels"))
			p.labels["eks.amazonaws.com/nodegroup"] = []string{name.Text()}
			p.labels["alpha.eksctl.io/nodegroup-name"] = []string{name.Text()}
			p.addTaints(g.Get("taints"))
			at := g.Get("availabilityZones")
			if !at.Exists() {
				at = o.get("availabilityZones")
			}
			p.zones, p.zonesAt = placesOf(zoneLabel, items(at)), o.at(at)
			a.pools = append(a.pools, p)
			a.complete = true
		}
	}
}

// poolLabels are the labels by which clouds and tools tell the pool of a node.
var poolLabels = []string{
	"karpenter.sh/nodepool", "cloud.google.com/gke-nodepool", "eks.amazonaws.com/nodegroup", "alpha.eksctl.io/nodegroup-name", "agentpool",
	"kubernetes.azure.com/agentpool", "kops.k8s.io/instancegroup", "doks.digitalocean.com/node-pool", "karpenter.sh/provisioner-name",
	"oke.oraclecloud.com/pool.name", "lke.linode.com/pool-id", "k8s.scaleway.com/pool-name", "node.kubernetes.io/pool", "node-pool", "nodepool",
}

// addNode adds a node as its API object shows it: it stands in its zone and in its
// pool. A dump of nodes shows all pools that there are.
func (e *emitter) addNode(a *area, o *object) {
	var zone depgraph.ID
	for _, key := range []string{zoneLabel, oldZoneLabel} {
		if v := o.labels.get(key); v != "" && zone.IsZero() {
			zone = depgraph.ID{Kind: depgraph.KindZone, Name: v}
			at := o.at(o.get("metadata", "labels", key))
			if region := firstOf(o.labels.get(regionLabel), o.labels.get(oldRegionLabel)); region != "" {
				e.need(need{owner: zone, to: to(depgraph.ID{Kind: depgraph.KindRegion, Name: region}), phases: startRun, via: depgraph.PlacedIn, at: at})
				e.zones[zone] = true
			}
			e.place(o.id, []depgraph.ID{zone}, 0, at, "")
		}
	}
	e.f.Packed.DefineLabelled(link.Definition{
		Node: depgraph.Node{ID: o.id, Aliases: e.w.aliases(o)}, Names: nodeNames(e.w, o), Origin: o.here(),
	}, o.labels.all())
	a.complete = true
	member := &pool{id: o.id, at: o.here(), labels: map[string][]string{}}
	for _, key := range poolLabels {
		if name := o.labels.get(key); name != "" {
			id := depgraph.ID{Kind: depgraph.KindNodePool, Name: e.w.clusterPrefix(o.cluster) + name}
			e.place(o.id, []depgraph.ID{id}, 0, o.at(o.get("metadata", "labels", key)), "")
			if i := slices.IndexFunc(a.pools, func(p *pool) bool { return p.id == id }); i >= 0 {
				member = a.pools[i]
			} else {
				member.id, member.at = id, o.at(o.get("metadata", "labels", key))
				a.pools = append(a.pools, member)
			}
			break
		}
	}
	if member.id == o.id {
		a.pools = append(a.pools, member)
	}
	for k, v := range o.labels.all() {
		if !slices.Contains(member.labels[k], v) {
			member.labels[k] = append(member.labels[k], v)
			slices.Sort(member.labels[k])
		}
	}
	if !zone.IsZero() && !slices.Contains(member.zones, zone) && member.id.Kind == depgraph.KindNodePool {
		member.zones, member.zonesAt = append(member.zones, zone), o.here()
	}
	for _, role := range []string{"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"} {
		if _, is := o.labels.find(role); is {
			e.controlNode(a, o, zone)
			break
		}
	}
	if len(member.taints) == 0 {
		member.addTaints(o.get("spec", "taints"))
	}
}

// controlNode takes note of a node that runs the control plane.
func (e *emitter) controlNode(a *area, o *object, zone depgraph.ID) {
	place := zone
	if place.IsZero() {
		place = o.id
	}
	a.zones, a.zonesAt, a.zoneNeed = distinct(append(a.zones, place)), o.here(), depgraph.Quorum
}

func nodeNames(w *world, o *object) []link.Name {
	names := []link.Name{objectName(w.clusterScope(o), "Node", o.name), link.Host(w.clusterScope(o), o.name)}
	for a := range o.get("status", "addresses").Items() {
		if s := a.Get("address").Text(); s != "" && s != o.name {
			names = append(names, link.Host(w.clusterScope(o), s))
		}
	}
	return names
}

func firstOf(ss ...string) string {
	for _, s := range ss {
		if s != "" {
			return s
		}
	}
	return ""
}

// emitAreas adds the clusters and node pools as places.
func (e *emitter) emitAreas() {
	for _, name := range sortedKeys(e.areas) {
		a := e.areas[name]
		at := a.at
		if !a.named {
			at.Basis, at.Confidence, at.Note = depgraph.Implied, impliedConfidence, "no input names the cluster"
		}
		e.add(link.Definition{Node: depgraph.Node{ID: a.id}, Weak: !a.named, Origin: at})
		e.place(a.id, a.zones, a.zoneNeed, a.zonesAt, "")
		for _, p := range a.pools {
			if p.id.Kind != depgraph.KindNodePool {
				continue
			}
			labels := map[string]string{}
			for k, vs := range p.labels {
				labels[k] = strings.Join(vs, ",")
			}
			e.add(link.Definition{Node: depgraph.Node{ID: p.id, Labels: labels}, Origin: p.at})
			e.place(p.id, p.zones, 0, p.zonesAt, "")
			e.need(need{owner: p.id, to: to(a.id), phases: starts, via: "joins", at: p.at})
		}
	}
}
