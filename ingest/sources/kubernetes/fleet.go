package kubernetes

import (
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
)

const clusterAPI = "cluster.x-k8s.io"

// emitFleet adds that a cluster of Cluster API is repaired by its controllers, in the
// management cluster in which its object lives; where these are not shown, by that
// cluster.
func (e *emitter) emitFleet(o *object) {
	id := e.areaOf(o.name, o.here()).id
	managers := e.controllersLike(o, "cluster-api-controller", "capi-controller-manager")
	for _, field := range []string{"infrastructureRef", "controlPlaneRef"} {
		ref := o.get("spec", field)
		for _, suffix := range []string{"Cluster", "ControlPlane"} {
			provider := strings.ToLower(strings.TrimSuffix(ref.Get("kind").Text(), suffix))
			for _, run := range e.controllersLike(o, "cluster-api-"+provider+"-controller", "cap"+provider+"-controller-manager") {
				if !slices.Contains(managers, run) {
					managers = append(managers, run)
				}
			}
		}
	}
	n := need{owner: id, phases: depgraph.PhasesOf(depgraph.Recover), via: depgraph.RepairedBy, at: o.at(o.get("spec", "infrastructureRef"))}
	for _, m := range managers {
		n.to = to(m)
		e.need(n)
	}
	if len(managers) == 0 {
		n.to, n.confidence = to(e.area(o).id), impliedConfidence
		e.need(n)
	}
}

// controllersLike returns the workloads that run an image of one of the names, or are
// called so.
func (e *emitter) controllersLike(o *object, names ...string) []depgraph.ID {
	var out []depgraph.ID
	for _, run := range e.w.inSight(o, "controllers", strings.Join(names, " "), func(run *workload) bool {
		return slices.ContainsFunc(names, func(name string) bool { return run.name == name || hasImage(run, name) })
	}) {
		out = append(out, run.id)
	}
	return out
}

// isManaged says whether an object stands for something that Crossplane keeps at a cloud.
func isManaged(o *object) bool {
	return (strings.HasSuffix(o.group, ".crossplane.io") || strings.HasSuffix(o.group, ".upbound.io")) && o.get("spec", "forProvider").Exists()
}

// managedKinds say by a word of its kind what a managed resource is, the first that fits.
var managedKinds = []struct {
	word string
	kind depgraph.Kind
}{
	{"subnet", ""},
	{"parameter", ""},
	{"policy", ""},
	{"rolebinding", ""},
	{"attachment", ""},
	{"dbinstance", depgraph.KindDatastore},
	{"rds", depgraph.KindDatastore},
	{"sql", depgraph.KindDatastore},
	{"database", depgraph.KindDatastore},
	{"bucket", depgraph.KindDatastore},
	{"redis", depgraph.KindDatastore},
	{"cache", depgraph.KindDatastore},
	{"replicationgroup", depgraph.KindDatastore},
	{"table", depgraph.KindDatastore},
	{"dbcluster", depgraph.KindDatastore},
	{"queue", depgraph.KindQueue},
	{"topic", depgraph.KindQueue},
	{"loadbalancer", depgraph.KindGateway},
	{"role", depgraph.KindIdentity},
	{"serviceaccount", depgraph.KindIdentity},
	{"key", depgraph.KindIdentity},
	{"nodegroup", depgraph.KindNodePool},
	{"nodepool", depgraph.KindNodePool},
	{"vpc", depgraph.KindNetwork},
	{"network", depgraph.KindNetwork},
	{"function", depgraph.KindFunction},
	{"zone", depgraph.KindDomain},
	{"cluster", depgraph.KindCluster},
}

// managedKind returns what a managed resource is, "" where its kind does not tell.
func managedKind(o *object) depgraph.Kind {
	kind := strings.ToLower(o.kind)
	for _, m := range managedKinds {
		if strings.Contains(kind, m.word) {
			return m.kind
		}
	}
	return ""
}

// emitManaged adds a managed resource of Crossplane: where it stands, who repairs it,
// and the Secret that is made of it.
func (e *emitter) emitManaged(o *object) {
	if o.id.IsZero() {
		e.note(o.file, "%s is a managed resource of a kind that is no node", o)
		return
	}
	e.define(o, depgraph.Node{})
	spec := o.get("spec", "forProvider")
	for _, field := range []string{"availabilityZone", "zone", "region", "location"} {
		v := spec.Get(field)
		if v.Text() == "" || strings.ContainsAny(v.Text(), "{$ ") {
			continue
		}
		kind := depgraph.KindRegion
		if field == "availabilityZone" || field == "zone" || regionOf(v.Text()) != "" {
			kind = depgraph.KindZone
		}
		e.place(o.id, []depgraph.ID{{Kind: kind, Name: v.Text()}}, 0, o.at(v), "")
		break
	}
	for _, m := range e.controllersLike(o, "crossplane") {
		e.need(need{owner: o.id, to: to(m), phases: depgraph.PhasesOf(depgraph.Recover, depgraph.Deploy), via: depgraph.RepairedBy, at: o.here()})
	}
	if ref := o.get("spec", "writeConnectionSecretToRef"); ref.Get("name").Text() != "" {
		secret := e.w.target(o, "Secret", firstOf(ref.Get("namespace").Text(), o.ns, "default"), ref.Get("name").Text())
		if owner := secret.Else; !owner.IsZero() {
			e.mention(owner, o.at(ref), nil)
			e.need(need{owner: owner, to: to(o.id), phases: deploys, via: depgraph.SecretFrom, at: o.at(ref)})
		}
	}
}
