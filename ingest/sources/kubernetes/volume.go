package kubernetes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
	"github.com/fateline/fateline/ingest/address"
	"github.com/fateline/fateline/ingest/link"
)

// emitVolumes adds what the volumes of a pod hold. A pod starts only once all of
// them are there, mounted by a container or not.
func (e *emitter) emitVolumes(run *workload) {
	for _, v := range run.pod.volumes {
		if v.v.Get("configMap").Exists() && v.v.Len() == 2 && v.v.Get("name").Exists() {
			e.reads(run, v.get("configMap"), "configMap", startRun, depgraph.Mounts) // so it is with most
			continue
		}
		keys := v.v.Keys()
		for _, kind := range []string{"configMap", "secret"} {
			if !keys.May(kind) {
				continue
			}
			if x := v.get(kind); x.exists() {
				e.reads(run, x, kind, startRun, depgraph.Mounts)
			}
		}
		for source := range v.v.Get("projected", "sources").Items() {
			for _, kind := range []string{"configMap", "secret"} {
				if x := (field{source.Get(kind), v.f, v.shift}); x.exists() {
					e.reads(run, x, kind, startRun, depgraph.Mounts)
				}
			}
		}
		if claim := v.get("persistentVolumeClaim", "claimName"); claim.exists() {
			name := run.overlay.renamed("PersistentVolumeClaim", claim.text())
			e.need(need{
				owner: run.id, to: []target{e.w.target(run.object, "PersistentVolumeClaim", run.ns, name)},
				phases: startRun, via: depgraph.Mounts, at: claim.at(),
			})
		}
		if claim := v.get("ephemeral", "volumeClaimTemplate", "spec"); claim.exists() {
			e.storageClass(run.id, run.object, claim, starts)
		}
		if ref := v.get("image", "reference"); ref.exists() {
			if img := imageOf(ref.text()); !img.isZero() {
				e.images(img, ref.at())
				e.need(need{owner: run.id, to: to(img.registry()), phases: starts, via: depgraph.Pulls, at: ref.at()})
			}
		}
		e.emitVolumeSecrets(run, v)
		e.emitRemote(run.object, run.id, v)
		e.emitProviderClass(run, v.get("csi"))
	}
	e.emitClaimTemplates(run)
}

// volumeSecrets are the fields of a volume that name a Secret with which it is mounted.
var volumeSecrets = [][]string{
	{"csi", "nodePublishSecretRef", "name"},
	{"cephfs", "secretRef", "name"},
	{"rbd", "secretRef", "name"},
	{"iscsi", "secretRef", "name"},
	{"flexVolume", "secretRef", "name"},
	{"scaleIO", "secretRef", "name"},
	{"storageos", "secretRef", "name"},
	{"azureFile", "secretName"},
}

func (e *emitter) emitVolumeSecrets(run *workload, v field) {
	keys := v.v.Keys()
	for _, path := range volumeSecrets {
		if !keys.May(path[0]) {
			continue
		}
		if name := v.get(path...); name.text() != "" {
			e.need(need{owner: run.id, to: e.material(run.object, "Secret", name.text()), phases: starts, via: depgraph.Mounts, at: name.at()})
		}
	}
}

// remotes are the fields of a volume that name the machines which hold it.
var remotes = [][]string{
	{"nfs", "server"},
	{"iscsi", "targetPortal"},
	{"iscsi", "portals"},
	{"cephfs", "monitors"},
	{"rbd", "monitors"},
	{"glusterfs", "endpoints"},
	{"quobyte", "registry"},
	{"csi", "volumeAttributes", "server"},
	{"csi", "volumeAttributes", "source"},
	{"csi", "volumeAttributes", "endpoint"},
}

// emitRemote adds the machines that a volume, of a pod or of a PersistentVolume, is
// mounted from. Several are alternatives.
func (e *emitter) emitRemote(o *object, owner depgraph.ID, v field) {
	keys := v.v.Keys()
	for _, path := range remotes {
		if !keys.May(path[0]) {
			continue
		}
		x := v.get(path...)
		if !x.exists() {
			continue
		}
		texts := items(x.v)
		if s := x.text(); s != "" {
			texts = []string{s}
		}
		var out []target
		for _, s := range texts {
			for _, r := range address.Find(strings.TrimPrefix(s, "//"), address.Context{Key: "server", Known: func(h string) bool { return e.w.known(o, h) }}) {
				for _, t := range r.Targets("") {
					t.Name.Scope = e.w.hostScope(o, t.Name.Text)
					out = append(out, t)
				}
			}
		}
		e.need(need{owner: owner, to: out, phases: startRun, via: depgraph.Mounts, at: x.at()})
	}
}

// emitClaimTemplates adds the volumes that a StatefulSet makes for each of its pods.
// It needs as many as it needs pods.
func (e *emitter) emitClaimTemplates(run *workload) {
	if run.kind != "StatefulSet" {
		return
	}
	count := 1
	if run.replicas != nil {
		count = min(*run.replicas, maxPodNames)
	}
	for item := range run.get("spec", "volumeClaimTemplates").Items() {
		template := field{v: item, f: run.file}
		name := template.get("metadata", "name")
		var members []target
		for i := range count {
			id := depgraph.ID{Kind: depgraph.KindVolume, Name: fmt.Sprintf("%s%s/%s-%s-%d", e.w.volumePrefix(run.object), run.ns, name.text(), run.name, i)}
			e.add(link.Definition{
				Node: depgraph.Node{ID: id, Labels: texts(template.v.Get("metadata", "labels"))}, Origin: name.at(),
			})
			e.storageClass(id, run.object, template.get("spec"), starts)
			c := e.controlOf(run.object)
			c.objects = append(c.objects, controlled{id, name.at()})
			members = append(members, to(id)...)
		}
		q, trust := run.needed(e)
		e.need(need{owner: run.id, to: members, need: depgraph.AtLeast(min(q, max(1, count))), phases: startRun, via: depgraph.Mounts, at: name.at(), confidence: trust})
	}
}

// volumePrefix is what stands in front of the id of a volume that belongs to an object.
func (w *world) volumePrefix(o *object) string {
	prefix := w.clusterPrefix(o.cluster)
	if rest := strings.TrimPrefix(o.id.Name, prefix); o.edition != "" && strings.HasPrefix(rest, o.edition+"/") {
		prefix += o.edition + "/"
	}
	return prefix
}

// emitClaim adds a PersistentVolumeClaim.
func (e *emitter) emitClaim(o *object) {
	e.define(o, depgraph.Node{})
	spec := field{v: o.get("spec"), f: o.file}
	if name := spec.get("volumeName"); name.text() != "" {
		e.need(need{owner: o.id, to: quiet(e.w.target(o, "PersistentVolume", "", name.text())), phases: startRun, via: depgraph.StoresOn, at: name.at()})
	} else if pv := e.claimed(o); pv != nil {
		e.need(need{owner: o.id, to: to(pv.id), phases: startRun, via: depgraph.StoresOn, at: pv.at(pv.get("spec", "claimRef"))})
	}
	e.storageClass(o.id, o, spec, starts)
}

// claimed returns the PersistentVolume that names a claim.
func (e *emitter) claimed(claim *object) *object {
	for _, o := range e.w.claimed[objectRef{cluster: claim.cluster, ns: claim.ns, name: claim.name}] {
		if e.w.sees(claim, o) {
			return o
		}
	}
	return nil
}

// storageClass adds the class of a claim, the stated or the default one, and the
// zones that the class pins its volumes to.
func (e *emitter) storageClass(owner depgraph.ID, o *object, claim field, phases depgraph.Phases) {
	name := claim.get("storageClassName")
	called := name.text()
	if !name.exists() {
		name = claim.get("resources")
		if s := claim.v.Get("metadata", "annotations", "volume.beta.kubernetes.io/storage-class"); s.Exists() {
			called = s.Text()
		} else if class := e.defaultClass(o); class != nil {
			called = class.name
		}
	}
	if called == "" {
		return
	}
	at := name.at()
	if at.Line == 0 {
		at = o.here()
	}
	e.need(need{owner: owner, to: quiet(e.w.target(o, "StorageClass", "", called)), phases: phases, via: depgraph.StoresOn, at: at})
	if class := e.w.find(o, "StorageClass", "", called); class != nil {
		zones, x := classZones(class)
		e.place(owner, zones, depgraph.AtLeast(1), x.at(), "the storage class allows no other place")
	}
}

func (e *emitter) defaultClass(from *object) *object {
	all := e.w.sights().classes
	if i := slices.IndexFunc(all, func(o *object) bool { return e.w.sees(from, o) }); i >= 0 {
		return all[i]
	}
	return nil
}

// classZones returns the places that a storage class allows.
func classZones(class *object) ([]depgraph.ID, field) {
	var places []depgraph.ID
	terms := class.get("allowedTopologies")
	for term := range terms.Items() {
		for e := range term.Get("matchLabelExpressions").Items() {
			places = append(places, placesOf(e.Get("key").Text(), items(e.Get("values")))...)
		}
	}
	return places, field{v: terms, f: class.file}
}

// emitStorageClass adds a storage class and the workload that provisions for it.
func (e *emitter) emitStorageClass(o *object) {
	e.define(o, depgraph.Node{})
	provisioner := o.get("provisioner")
	for _, run := range e.w.saying(o, provisioner.Text()) {
		e.need(need{owner: o.id, to: to(run.id), phases: runs, via: "provisioned-by", at: o.at(provisioner), confidence: 0.8})
	}
	e.emitStrings(o, o.get("parameters"), text{phases: runs, trust: 0.8})
}

// emitPersistentVolume adds a PersistentVolume and where it stands.
func (e *emitter) emitPersistentVolume(o *object) {
	e.define(o, depgraph.Node{})
	spec := field{v: o.get("spec"), f: o.file}
	e.emitRemote(o, o.id, spec)
	for term := range spec.v.Get("nodeAffinity", "required", "nodeSelectorTerms").Items() {
		for x := range term.Get("matchExpressions").Items() {
			if x.Get("operator").Text() == "In" {
				e.place(o.id, placesOf(x.Get("key").Text(), items(x.Get("values"))), depgraph.AtLeast(1), o.at(x), "")
			}
		}
	}
	for _, key := range []string{zoneLabel, oldZoneLabel} {
		if zones := o.labels.get(key); zones != "" {
			e.place(o.id, placesOf(key, strings.Split(zones, "__")), depgraph.AtLeast(1), o.at(o.get("metadata", "labels", key)), "")
			return
		}
	}
}

// emitStrings adds the addresses in the strings below a value of an object that is
// no workload, with the field as the key of each.
func (e *emitter) emitStrings(o *object, v strict.Value, t text) {
	e.walkStrings(o, "", v, t, 0)
}

func (e *emitter) walkStrings(o *object, key string, v strict.Value, t text, depth int) {
	if depth > 20 {
		return
	}
	switch v.Type() {
	case strict.Map:
		for k, item := range v.Fields() {
			e.walkStrings(o, k.Text, item, t, depth+1)
		}
	case strict.List:
		for item := range v.Items() {
			e.walkStrings(o, key, item, t, depth+1)
		}
	case strict.String:
		t.key = key
		e.emitText(&workload{object: o, pod: &pod{}}, field{v: v, f: o.file}, v.Text(), t)
	}
}
