package kubernetes

import (
	"regexp"
	"slices"
	"strings"

	"github.com/fateline/fateline/analyzer/depgraph"
	"github.com/fateline/fateline/analyzer/strict"
)

// The labels by which nodes say where they stand.
const (
	zoneLabel      = "topology.kubernetes.io/zone"
	oldZoneLabel   = "failure-domain.beta.kubernetes.io/zone"
	regionLabel    = "topology.kubernetes.io/region"
	oldRegionLabel = "failure-domain.beta.kubernetes.io/region"
	hostLabel      = "kubernetes.io/hostname"
)

// placeKind returns the kind of place that a topology key stands for, "" for none.
func placeKind(key string) depgraph.Kind {
	switch key {
	case zoneLabel, oldZoneLabel, "topology.ebs.csi.aws.com/zone", "topology.gke.io/zone", "topology.disk.csi.azure.com/zone",
		"topology.cinder.csi.openstack.org/zone", "topology.csi.vsphere.vmware.com/zone":
		return depgraph.KindZone
	case regionLabel, oldRegionLabel:
		return depgraph.KindRegion
	case hostLabel:
		return depgraph.KindHost
	case "topology.kubernetes.io/rack", "rack":
		return depgraph.KindRack
	}
	return ""
}

// placesOf returns the places that the values of a topology key name.
func placesOf(key string, values []string) []depgraph.ID {
	kind := placeKind(key)
	if kind == "" {
		return nil
	}
	var out []depgraph.ID
	for _, v := range values {
		if v != "" {
			out = append(out, depgraph.ID{Kind: kind, Name: v})
		}
	}
	return distinct(out)
}

// distinct returns ids sorted, each once.
func distinct(ids []depgraph.ID) []depgraph.ID {
	out := slices.Clone(ids)
	slices.SortFunc(out, depgraph.ID.Compare)
	return slices.Compact(out)
}

// place adds that something stands in need of the places.
func (e *emitter) place(owner depgraph.ID, places []depgraph.ID, q depgraph.Need, at depgraph.Origin, note string) {
	if places = distinct(places); len(places) == 0 {
		return
	}
	for _, p := range places {
		e.emitZone(p, at)
	}
	e.need(need{owner: owner, to: to(places...), need: q, phases: startRun, via: depgraph.PlacedIn, at: at, note: note})
}

var (
	awsZone = regexp.MustCompile(`^([a-z]{2}(?:-[a-z]+)+-\d)[a-z]$`)
	gcpZone = regexp.MustCompile(`^([a-z]+-[a-z]+\d)-[a-z]$`)
	azZone  = regexp.MustCompile(`^([a-z]+\d?)-\d$`)
)

// regionOf returns the region that the name of a zone tells, "" where it tells none.
func regionOf(zone string) string {
	for _, re := range []*regexp.Regexp{awsZone, gcpZone, azZone} {
		if m := re.FindStringSubmatch(zone); m != nil {
			return m[1]
		}
	}
	return ""
}

// emitZone adds that a zone lies in its region, where its name tells.
func (e *emitter) emitZone(p depgraph.ID, at depgraph.Origin) {
	if p.Kind != depgraph.KindZone {
		return
	}
	if region := regionOf(p.Name); region != "" && !e.zones[p] {
		e.zones[p] = true
		e.need(need{
			owner: p, to: to(depgraph.ID{Kind: depgraph.KindRegion, Name: region}), phases: startRun, via: depgraph.PlacedIn,
			basis: depgraph.Implied, confidence: 0.9, note: "the name of the zone", at: at,
		})
	}
}

// demand is what a pod demands of the nodes it runs on: each requirement is met by
// one of its terms.
type demand struct {
	selector field   // nodeSelector: every label
	terms    []field // of the required node affinity: any one of them
	taints   field   // tolerations
	node     field   // nodeName
}

func demandOf(p *pod) demand {
	d := demand{selector: p.spec("nodeSelector"), taints: p.spec("tolerations"), node: p.spec("nodeName")}
	required := p.spec("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
	for term := range required.v.Items() {
		d.terms = append(d.terms, field{term, required.f, required.shift})
	}
	return d
}

// values returns the values of a topology kind that the demand allows, and where it
// says so; none where it allows any.
func (d demand) values(kind depgraph.Kind) ([]depgraph.ID, field) {
	for key, v := range d.selector.v.Fields() {
		if placeKind(key.Text) == kind {
			return placesOf(key.Text, []string{v.Text()}), field{v, d.selector.f, d.selector.shift}
		}
	}
	var all []depgraph.ID
	var first field
	for _, term := range d.terms {
		found := false
		for x := range term.v.Get("matchExpressions").Items() {
			if placeKind(x.Get("key").Text()) == kind && x.Get("operator").Text() == "In" {
				all = append(all, placesOf(x.Get("key").Text(), items(x.Get("values")))...)
				if !first.exists() {
					first = field{x, term.f, term.shift}
				}
				found = true
			}
		}
		if !found {
			return nil, field{} // one of the alternatives allows any
		}
	}
	return distinct(all), first
}

// allows says whether the labels and taints of a pool can meet the demand. What a
// pool does not say about a key of the cloud or of the node itself is no refusal.
func (d demand) allows(p *pool) bool {
	for key, v := range d.selector.v.Fields() {
		if !p.mayHave(key.Text, []string{v.Text()}) {
			return false
		}
	}
	if len(d.terms) > 0 && !slices.ContainsFunc(d.terms, func(term field) bool { return p.meets(term.v) }) {
		return false
	}
	return d.tolerates(p)
}

func (d demand) tolerates(p *pool) bool {
	for _, taint := range p.taints {
		effect := taint.Get("effect").Text()
		if effect != "NoSchedule" && effect != "NoExecute" {
			continue
		}
		ok := false
		for t := range d.taints.v.Items() {
			key := t.Get("key").Text()
			if e := t.Get("effect").Text(); e != "" && e != effect {
				continue
			}
			switch {
			case key == "" && t.Get("operator").Text() == "Exists":
				ok = true
			case key == taint.Get("key").Text():
				ok = ok || t.Get("operator").Text() == "Exists" || t.Get("value").Text() == taint.Get("value").Text()
			}
		}
		if !ok {
			return false
		}
	}
	return true
}

// meets says whether a pool can meet one term of a node affinity.
func (p *pool) meets(term strict.Value) bool {
	for x := range term.Get("matchExpressions").Items() {
		key := x.Get("key").Text()
		values := items(x.Get("values"))
		switch x.Get("operator").Text() {
		case "In":
			if !p.mayHave(key, values) {
				return false
			}
		case "NotIn":
			if have := p.values(key); len(have) > 0 && !slices.ContainsFunc(have, func(v string) bool { return !slices.Contains(values, v) }) {
				return false
			}
		case "Exists":
			if !p.knows(key) && !ownLabel(key) {
				return false
			}
		case "DoesNotExist":
			if len(p.values(key)) > 0 {
				return false
			}
		}
	}
	return true
}

// mayHave says whether nodes of the pool may carry one of the values of a label.
func (p *pool) mayHave(key string, values []string) bool {
	have := p.values(key)
	if len(have) == 0 {
		return ownLabel(key)
	}
	return slices.ContainsFunc(have, func(v string) bool { return slices.Contains(values, v) })
}

func (p *pool) knows(key string) bool { return len(p.values(key)) > 0 }

// ownLabel says whether a label is one that every node gets from its cloud or its
// kubelet, whether its pool mentions it or not.
func ownLabel(key string) bool {
	if placeKind(key) != "" {
		return true
	}
	domain, _, found := strings.Cut(key, "/")
	if !found {
		return false
	}
	switch key {
	case "kubernetes.io/os", "kubernetes.io/arch", "beta.kubernetes.io/os", "beta.kubernetes.io/arch", "node.kubernetes.io/instance-type",
		"beta.kubernetes.io/instance-type", "kubernetes.io/hostname":
		return true
	}
	return strings.HasPrefix(domain, "karpenter.") || domain == "node.openshift.io" || strings.HasSuffix(domain, ".feature.node.kubernetes.io") || domain == "feature.node.kubernetes.io"
}
